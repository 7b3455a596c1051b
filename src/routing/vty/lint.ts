// What is wrong with a configuration that was written by hand: the list of lints, and what the checks of a site file find in
// the site file that can be made of it, said at the places of the configuration.

import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { byPlace, check } from '../check.ts';
import { parseSite } from '../parse.ts';
import { draftOf, originOf } from './draft.ts';
import * as form from './lints/form.ts';
import * as machine from './lints/machine.ts';
import * as policy from './lints/policy.ts';
import * as router from './lints/router.ts';
import * as sessions from './lints/sessions.ts';
import * as versions from './lints/versions.ts';
import type { Existing } from './model.ts';

export interface LintOptions {
  /** The daemon as a site file has it: `frr@8.4`. */
  readonly daemon: string;
  /** Whether documentation prefixes and AS numbers count as real ones. */
  readonly lab: boolean;
}

/** Everything that is found, file by file and by place. */
export function lint(existing: Existing, options: LintOptions): readonly Diagnostic[] {
  const found = [
    ...form.references(existing),
    ...form.expressions(existing),
    ...form.bounds(existing),
    ...form.communities(existing),
    ...policy.taken(existing, options.lab),
    ...policy.sent(existing),
    ...policy.announced(existing),
    ...sessions.withoutAs(existing),
    ...sessions.limits(existing),
    ...sessions.gtsmWithBfd(existing),
    ...sessions.fourOverSix(existing),
    ...sessions.idle(existing),
    ...router.identity(existing),
    ...router.withoutPolicy(existing),
    ...router.restarts(existing),
    ...router.damping(existing),
    ...router.pullUps(existing),
    ...router.redistribution(existing),
    ...versions.caches(existing, options.daemon),
    ...machine.started(existing),
    ...machine.logins(existing),
    ...machine.forwarding(existing),
    ...machine.reversePath(existing),
    ...machine.miscounts(existing),
    ...asSite(existing, options),
  ];
  return sorted(found);
}

/** The order of a report on several files: files in the order in which they were found in, then places. */
export function sorted(found: readonly Diagnostic[]): readonly Diagnostic[] {
  const files = [...new Set(found.map(({ span }) => span?.source))];
  return files.flatMap((file) => found.filter(({ span }) => span?.source === file).sort(byPlace));
}

/**
 * The checks of a site file that are said of a configuration too, with what to do about each there. The others are about
 * what a site file must say, or are found here by themselves.
 */
const SITE_CHECKS: ReadonlyMap<string, string | undefined> = new Map([
  ['BGP003', 'announce the block that the registry assigned to you; of an example say --lab'],
  ['BGP004', undefined],
  ['BGP006', undefined],
  ['BGP007', 'use the AS number that the registry assigned to you; of an example say --lab'],
  ['BGP008', 'a second provider, over another line, is what the AS number is for'],
  ['BGP010', undefined],
  ['BGP013', 'of an example say --lab'],
  ['BGP019', 'agree with the provider on neighbor password or ttl-security'],
  ['BGP023', undefined],
  ['BGP026', undefined],
  ['BGP029', undefined],
  ['DOC005', undefined],
  ['DOC006', undefined],
]);

function asSite(existing: Existing, options: LintOptions): readonly Diagnostic[] {
  const draft = draftOf(existing, options);
  if (draft === undefined) return [];
  const { site, whole, diagnostics } = parseSite(new Source('draft', draft.text));
  return [...diagnostics, ...(site === undefined ? [] : check(site, whole))].flatMap((each) => {
    const span = each.span === undefined ? undefined : originOf(draft, each.span);
    if (!SITE_CHECKS.has(each.code) || span === undefined) return [];
    const hint = SITE_CHECKS.get(each.code);
    const { code, severity, message } = each;
    return [{ code, severity, message, span, ...(hint === undefined ? {} : { hint }) }];
  });
}
