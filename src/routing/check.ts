// Whether the facts of a site fit together, and whether they would hurt: the list of checks, each of which looks at the
// whole site and gives all it finds. The checks stand in checks/; what a single daemon can't do is its target's to refuse.

import type { Diagnostic } from '../document/diagnostic.ts';
import * as damping from './checks/damping.ts';
import * as intent from './checks/intent.ts';
import * as routers from './checks/routers.ts';
import * as sessions from './checks/sessions.ts';
import * as space from './checks/space.ts';
import type { RoutingCode } from './faults.ts';
import type { Site } from './model.ts';

/** One check. */
export interface Check {
  /** The codes that it can give. */
  readonly codes: readonly RoutingCode[];
  /** Whether it concludes from what is not there, and so needs a site of which everything could be read. */
  readonly whole?: boolean;
  readonly find: (site: Site, lists: ReadonlySet<string>) => readonly Diagnostic[];
}

/**
 * What the checks find in a site, by place. `whole` tells whether everything in the file could be read; `lists` names
 * neighbours whose prefix lists come from elsewhere.
 */
export function check(
  site: Site,
  whole: boolean,
  lists: ReadonlySet<string> = new Set(),
): readonly Diagnostic[] {
  return CHECKS.filter((each) => whole || each.whole !== true)
    .flatMap((each) => each.find(site, lists))
    .sort(byPlace);
}

/** The order of a report: by place in the file, then by code; what has no place comes last. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  const x = a.span?.start ?? Number.POSITIVE_INFINITY;
  const y = b.span?.start ?? Number.POSITIVE_INFINITY;
  if (x !== y) return x < y ? -1 : 1;
  return a.code < b.code ? -1 : a.code > b.code ? 1 : 0;
}

/** Every check there is. */
export const CHECKS: readonly Check[] = [
  { codes: ['BGP001'], whole: true, find: routers.unknownRouters },
  { codes: ['BGP002'], find: sessions.offLink },
  { codes: ['BGP003', 'BGP004'], find: space.unroutablePrefixes },
  { codes: ['BGP005', 'BGP006'], find: space.overlappingPrefixes },
  { codes: ['BGP007'], find: space.unroutableAs },
  { codes: ['BGP008'], whole: true, find: sessions.singleProvider },
  { codes: ['BGP009'], find: sessions.repeatedSessions },
  { codes: ['BGP010'], find: sessions.ownAddresses },
  { codes: ['BGP011', 'BGP013', 'BGP042'], find: sessions.neighborAs },
  { codes: ['BGP012', 'BGP027'], whole: true, find: sessions.limits },
  { codes: ['BGP014'], whole: true, find: space.announcedToNobody },
  { codes: ['BGP015'], whole: true, find: routers.withoutSessions },
  { codes: ['BGP019'], whole: true, find: sessions.unprotected },
  { codes: ['BGP020'], find: routers.repeatedIds },
  { codes: ['BGP021'], find: routers.withoutInner },
  { codes: ['BGP022'], find: space.providersSpace },
  { codes: ['BGP023'], find: sessions.shortHold },
  { codes: ['BGP024', 'BGP025'], find: sessions.sources },
  { codes: ['BGP026'], find: routers.repeatedAddresses },
  { codes: ['BGP029'], find: sessions.unreachableKinds },
  { codes: ['BGP031'], whole: true, find: intent.unknownNames },
  { codes: ['BGP032'], find: intent.splits },
  { codes: ['BGP033'], whole: true, find: intent.attractiveBackups },
  { codes: ['BGP034', 'BGP035'], find: damping.damping },
  { codes: ['BGP036'], whole: true, find: damping.gracefulRestart },
  { codes: ['BGP037'], whole: true, find: intent.blackholes },
  { codes: ['BGP038'], whole: true, find: sessions.customerLists },
  { codes: ['BGP043'], find: sessions.passwordsOnSome },
  { codes: ['BGP053'], whole: true, find: routers.unknownWays },
];
