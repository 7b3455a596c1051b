// From the intent of the site to the policy of its sessions: what may come in, what may go out, what is marked. The
// requirements R1 to R20 are those that RFC 7454, 8212, 7999, 8326 and practice make of a site at two providers.

import {
  type Asn,
  type AsnBlock,
  bogonAsns,
  bogonBlocks,
  documentation,
  type Family,
  Prefix,
} from '../address/index.ts';
import type { OwnPrefix, Wanted } from './model.ts';
import type {
  Action,
  Change,
  Community,
  CommunityList,
  Condition,
  LargeCommunity,
  PathList,
  PathRule,
  Policy,
  PrefixList,
  PrefixRule,
  RouteMap,
} from './policy.ts';

/** The sessions with one neighbour in one family, as far as policy goes. */
export interface PolicySession {
  readonly neighbor: string;
  readonly family: Family;
  readonly wanted: Wanted;
}

/** Lengths of prefixes that are taken from others: RFC 7454 section 6.1.3 for the upper ends, practice for the lower. */
export const LENGTHS: Readonly<Record<Family, { readonly least: number; readonly most: number }>> = {
  4: { least: 8, most: 24 },
  6: { least: 12, most: 48 },
};

/** Paths with more AS numbers are refused: the longest honest ones are far shorter. */
export const LONGEST_PATH = 64;

/** Well-known communities: GRACEFUL_SHUTDOWN (RFC 8326 section 5), BLACKHOLE (RFC 7999 section 5). */
const GRACEFUL_SHUTDOWN: Community = { kind: 'standard', high: 65535, low: 0 };
const BLACKHOLE: Community = { kind: 'standard', high: 65535, low: 666 };

/** The last number of the community that marks a route as learned from a transit provider. */
const LEARNED_FROM_TRANSIT = 100;

const PREFERENCE = 100;

/** Names of the lists that the sessions and the maps refer to. */
export const LISTS = {
  ownPrefixes: (family: Family): string => `own-v${family}`,
  accepted: (family: Family, wanted: Wanted): string => `accepted-${wanted}-v${family}`,
  ownOrigin: 'own-origin',
  acceptedPaths: 'accepted-paths',
  gracefulShutdown: 'graceful-shutdown-asked',
  learned: 'learned',
  blackhole: 'blackhole-asked',
  own: 'own-communities',
  ownLarge: 'own-large-communities',
} as const;

/** The name of a session's map, in the direction seen from here. */
export function mapName(session: Omit<PolicySession, 'wanted'>, direction: 'in' | 'out'): string {
  return `${session.neighbor}-v${session.family}-${direction}`;
}

/** The policy of a router with these sessions. A map and list is made for each that a session needs, and no other. */
export function policyOf(
  site: { readonly as: Asn; readonly lab: boolean; readonly prefixes: readonly OwnPrefix[] },
  sessions: readonly PolicySession[],
): Policy {
  const own = site.prefixes.map(({ prefix }) => prefix.value).sort((a, b) => Prefix.compare(a, b));
  const prefixLists: PrefixList[] = [];
  const seen = new Set<string>();
  const families: readonly Family[] = [4, 6];
  for (const family of families) {
    const carried = sessions.filter((session) => session.family === family);
    if (carried.length === 0) continue;
    const mine = own.filter((prefix) => prefix.family === family);
    prefixLists.push(ownList(family, mine));
    for (const { wanted } of carried) {
      const list = acceptedList(family, wanted, mine, site.lab);
      if (!seen.has(list.name)) prefixLists.push(list);
      seen.add(list.name);
    }
  }
  if (sessions.length === 0) return { prefixLists, pathLists: [], communityLists: [], routeMaps: [] };
  return {
    prefixLists,
    pathLists: [ownOriginList(), acceptedPathsList(site.lab)],
    communityLists: communityLists(site.as),
    routeMaps: sessions.flatMap((session) => [inMap(session, site.as), outMap(session, site.as)]),
  };
}

/** R2: exactly the own prefixes, no part of them. */
function ownList(family: Family, own: readonly Prefix[]): PrefixList {
  return {
    name: LISTS.ownPrefixes(family),
    family,
    why: 'what we announce',
    rules: own.map((prefix) => exactly('permit', prefix, 'ours')),
  };
}

/** R4 to R7: what may come in of a provider. */
function acceptedList(family: Family, wanted: Wanted, own: readonly Prefix[], lab: boolean): PrefixList {
  const all = Prefix.parse(family === 4 ? '0.0.0.0/0' : '::/0');
  const rules: PrefixRule[] = [exactly(wanted === 'full' ? 'deny' : 'permit', all, 'the default route')];
  if (wanted !== 'default') {
    rules.push(
      ...own.map((prefix) => within('deny', prefix, 'ours, and any part of it: somebody else announces it')),
    );
    const forLab = documentation();
    for (const { prefix, name, reference } of bogonBlocks(family)) {
      // What is ours is refused already, and a daemon that finds a line twice complains.
      if ((lab && forLab.contains(prefix)) || own.some((each) => each.contains(prefix))) continue;
      rules.push(within('deny', prefix, `${name} (${reference})`));
    }
    const { least, most } = LENGTHS[family];
    // Of IPv6 only 2000::/3 is given out for global unicast (RFC 4291 section 2.4, IANA IPv6 address space).
    const space = family === 4 ? all : Prefix.parse('2000::/3');
    rules.push({ action: 'permit', prefix: space, least, most, why: `the rest, from /${least} to /${most}` });
  }
  return {
    name: LISTS.accepted(family, wanted),
    family,
    why: wanted === 'default' ? 'what we take: a default route' : 'what we take',
    rules,
  };
}

/** R2: the local origin that goes with the own prefixes. */
function ownOriginList(): PathList {
  return {
    name: LISTS.ownOrigin,
    why: 'made here: nothing that was learned from anybody',
    rules: [{ action: 'permit', test: { kind: 'empty' }, why: 'an empty path' }],
  };
}

/** R8 to R10. */
function acceptedPathsList(lab: boolean): PathList {
  const bogon = (block: AsnBlock): PathRule => ({
    action: 'deny',
    test: { kind: 'holds', first: block.first, last: block.last },
    why: `${block.name} (${block.reference})`,
  });
  return {
    name: LISTS.acceptedPaths,
    why: 'the AS paths we take',
    rules: [
      ...bogonAsns()
        .filter(({ name }) => !(lab && name === 'documentation'))
        .map(bogon),
      { action: 'deny', test: { kind: 'set' }, why: 'AS_SET (RFC 9774)' },
      {
        action: 'deny',
        test: { kind: 'longer', than: LONGEST_PATH },
        why: `over ${LONGEST_PATH} AS numbers`,
      },
      { action: 'permit', test: { kind: 'any' }, why: 'the rest' },
    ],
  };
}

/** R18 to R20: communities that mean something here, and those that must not come from outside. */
function communityLists(as: Asn): readonly CommunityList[] {
  const tag = learnedTag(as);
  const lists: CommunityList[] = [
    {
      name: LISTS.gracefulShutdown,
      size: 'standard',
      why: 'graceful shutdown (RFC 8326)',
      rules: [GRACEFUL_SHUTDOWN],
    },
    {
      name: LISTS.learned,
      size: tag.kind,
      why: 'our mark of a route learned from a provider',
      rules: [tag],
    },
    {
      name: LISTS.blackhole,
      size: 'standard',
      why: 'BLACKHOLE (RFC 7999), which no provider has to ask of us',
      rules: [BLACKHOLE],
    },
  ];
  if (hasStandard(as)) {
    lists.push({
      name: LISTS.own,
      size: 'standard',
      why: 'communities of our own AS, ours to set',
      rules: [{ kind: 'standard-of', admin: as.value }],
    });
  }
  lists.push({
    name: LISTS.ownLarge,
    size: 'large',
    why: 'large communities of our own AS, ours to set',
    rules: [{ kind: 'large-of', admin: as.value }],
  });
  return lists;
}

/** Whether standard communities can be of this AS: of a 32-bit number none can be made, so nobody can mean it by one. */
function hasStandard(as: Asn): boolean {
  return as.value <= 0xffff;
}

/** The mark of a learned route: a standard community where the AS number fits into one. */
export function learnedTag(as: Asn): Community | LargeCommunity {
  return hasStandard(as)
    ? { kind: 'standard', high: as.value, low: LEARNED_FROM_TRANSIT }
    : { kind: 'large', admin: as.value, first: 0, second: LEARNED_FROM_TRANSIT };
}

/**
 * The map of what comes in. A clause permits only what the lists name, so that a list that is lost refuses everything
 * instead of letting everything in.
 */
function inMap(session: PolicySession, as: Asn): RouteMap {
  const conditions: readonly Condition[] = [
    { kind: 'prefix', list: LISTS.accepted(session.family, session.wanted) },
    { kind: 'path', list: LISTS.acceptedPaths },
  ];
  const mark: readonly Change[] = [{ kind: 'tag', community: learnedTag(as) }, { kind: 'next-hop-neighbor' }];
  const scrubOwn: Change[] = [{ kind: 'scrub', size: 'large', list: LISTS.ownLarge }];
  if (hasStandard(as)) scrubOwn.unshift({ kind: 'scrub', size: 'standard', list: LISTS.own });
  return {
    name: mapName(session, 'in'),
    family: session.family,
    clauses: [
      {
        action: 'permit',
        why: 'our own communities mean something only when we set them',
        conditions: [],
        changes: scrubOwn,
        goesOn: true,
      },
      {
        action: 'permit',
        why: 'a provider that asks us to discard its routes is mistaken',
        conditions: [],
        changes: [{ kind: 'scrub', size: 'standard', list: LISTS.blackhole }],
        goesOn: true,
      },
      {
        action: 'permit',
        why: 'the provider is about to close the session: use the route last (RFC 8326 section 4)',
        conditions: [...conditions, { kind: 'community', size: 'standard', list: LISTS.gracefulShutdown }],
        changes: [{ kind: 'preference', value: 0 }, ...mark],
      },
      {
        action: 'permit',
        why: 'what the lists let in',
        conditions,
        changes: [{ kind: 'preference', value: PREFERENCE }, ...mark],
      },
      { action: 'deny', why: 'nothing else', conditions: [], changes: [] },
    ],
  };
}

/** The map of what goes out: never a learned route, only own prefixes that were made here. */
function outMap(session: PolicySession, as: Asn): RouteMap {
  return {
    name: mapName(session, 'out'),
    family: session.family,
    clauses: [
      {
        action: 'deny',
        why: 'learned from a provider: never to another one',
        conditions: [{ kind: 'community', size: learnedTag(as).kind, list: LISTS.learned }],
        changes: [],
      },
      {
        action: 'permit',
        why: 'our own prefixes, made here',
        conditions: [
          { kind: 'prefix', list: LISTS.ownPrefixes(session.family) },
          { kind: 'path', list: LISTS.ownOrigin },
        ],
        changes: [],
      },
      { action: 'deny', why: 'nothing else', conditions: [], changes: [] },
    ],
  };
}

function exactly(action: Action, prefix: Prefix, why: string): PrefixRule {
  return { action, prefix, least: prefix.length, most: prefix.length, why };
}

function within(action: Action, prefix: Prefix, why: string): PrefixRule {
  return { action, prefix, least: prefix.length, most: prefix.family === 4 ? 32 : 128, why };
}
