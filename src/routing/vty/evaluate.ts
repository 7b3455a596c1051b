// Whether a route passes the filters of a session of an existing configuration, as Quagga and FRR decide it: lists and maps
// in order, the first that fits decides, what none fits is refused, and so is everything where a list is not there.

import type { Family, Prefix } from '../../address/index.ts';
import {
  type CommunityLine,
  type Direction,
  type Existing,
  type ListOf,
  type MapClause,
  type PathLine,
  type PeerFamily,
  type PrefixLine,
  prefixListKey,
} from './model.ts';
import { statementText } from './statement.ts';

/** A route on its way through filters. */
export interface Route {
  readonly prefix: Prefix;
  /** AS numbers, nearest first, as the daemons write them; an AS_SET in braces. */
  readonly path: string;
  /** `64500:100` or `64500:0:100`. */
  readonly communities: readonly string[];
}

/** The route as it comes out of the filters; undefined where it is refused. */
export function passes(
  existing: Existing,
  family: PeerFamily,
  direction: Direction,
  route: Route,
): Route | undefined {
  const prefixes = family.prefixLists.get(direction);
  if (prefixes !== undefined && !prefixPermitted(existing, prefixes.text, route.prefix)) return undefined;
  const paths = family.pathLists.get(direction);
  if (paths !== undefined && !pathPermitted(existing, paths.text, route.path)) return undefined;
  const map = family.maps.get(direction);
  return map === undefined ? route : throughMap(existing, map.text, route, 0);
}

/** Whether a session has any filter in a direction. */
export function isFiltered(family: PeerFamily, direction: Direction): boolean {
  return [family.maps, family.prefixLists, family.pathLists, family.accessLists].some((lists) =>
    lists.has(direction),
  );
}

/** Calls of maps go no deeper; the daemons have a limit of their own. */
const DEEPEST = 10;

function throughMap(existing: Existing, name: string, route: Route, depth: number): Route | undefined {
  const clauses = existing.routeMaps.get(name)?.lines ?? [];
  let changed = route;
  let from = 0;
  for (const clause of clauses) {
    if (clause.order < from) continue;
    const open = clause.action === 'permit';
    if (!clause.matches.every((match) => holds(existing, statementText(match), changed) ?? open)) continue;
    if (clause.action === 'deny') return undefined;
    changed = { ...changed, communities: changedCommunities(existing, clause, changed.communities) };
    const flow = clause.flow.map(statementText);
    const call = flow.find((text) => text.startsWith('call '))?.slice(5);
    if (call !== undefined && depth < DEEPEST) {
      const called = throughMap(existing, call, changed, depth + 1);
      if (called === undefined) return undefined;
      changed = called;
    }
    const next = flow.find((text) => /^(on-match|continue)/.test(text));
    if (next === undefined) return changed;
    from = Number(/\d+$/.exec(next)?.[0] ?? clause.order + 1);
    // A clause that permitted and went on past the end has permitted (RMAP_EXIT after a match).
    if (!clauses.some(({ order }) => order >= from)) return changed;
  }
  return undefined;
}

/** Undefined for a condition that is not known here: then it is read so that more passes. */
function holds(existing: Existing, text: string, { prefix, path, communities }: Route): boolean | undefined {
  const words = text.split(' ');
  const named = /^match (ip|ipv6) address prefix-list (\S+)$/.exec(text);
  if (named !== null) {
    const family: Family = named[1] === 'ip' ? 4 : 6;
    return prefix.family === family && prefixPermitted(existing, named[2] ?? '', prefix);
  }
  if (words[1] === 'as-path') return pathPermitted(existing, words[2] ?? '', path);
  if (words[1] === 'community' || words[1] === 'large-community')
    return communityPermitted(existing, words[2] ?? '', communities, words[1] === 'large-community');
  return undefined;
}

export function prefixPermitted(existing: Existing, name: string, prefix: Prefix): boolean {
  const list = existing.prefixLists.get(prefixListKey(prefix.family, name));
  return decides(list, (line) => fits(line, prefix));
}

function fits(line: PrefixLine, prefix: Prefix): boolean {
  if (line.family !== prefix.family) return false;
  if (line.prefix === undefined) return true;
  const longest = prefix.family === 4 ? 32 : 128;
  const ge = line.ge === undefined ? undefined : Number(line.ge.text);
  const le = line.le === undefined ? undefined : Number(line.le.text);
  const least = ge ?? line.prefix.length;
  const most = le ?? (ge === undefined ? line.prefix.length : longest);
  return line.prefix.contains(prefix) && least <= prefix.length && prefix.length <= most;
}

export function pathPermitted(existing: Existing, name: string, path: string): boolean {
  return decides(
    existing.pathLists.get(name),
    (line: PathLine) => expressionOf(line.expression)?.test(path) ?? false,
  );
}

function communityPermitted(
  existing: Existing,
  name: string,
  communities: readonly string[],
  large: boolean,
): boolean {
  const those = communities.filter((community) => (community.split(':').length === 3) === large);
  return decides(existing.communityLists.get(name), (line) => {
    if (line.expanded)
      return those.length > 0 && (expressionOf(line.words.join(' '))?.test(those.join(' ')) ?? false);
    // All communities of a line must be there.
    return line.words.length > 0 && line.words.every((word) => those.includes(communityNumber(word)));
  });
}

/** The first line that fits decides; without one, or without a list, the answer is no. */
function decides<L extends { readonly action: 'permit' | 'deny' }>(
  list: ListOf<L> | undefined,
  fit: (line: L) => boolean,
): boolean {
  return list?.lines.find(fit)?.action === 'permit';
}

function changedCommunities(
  existing: Existing,
  clause: MapClause,
  before: readonly string[],
): readonly string[] {
  let communities = [...before];
  for (const set of clause.sets) {
    const words = statementText(set).split(' ');
    const [, what, ...rest] = words;
    if ((what === 'comm-list' || what === 'large-comm-list') && rest.at(-1) === 'delete') {
      const list = existing.communityLists.get(rest[0] ?? '');
      communities = communities.filter((each) => !listed(list, each));
    }
    if (what === 'community' || what === 'large-community') {
      const size = what === 'community' ? 2 : 3;
      const kept = rest.includes('additive')
        ? communities
        : communities.filter((each) => each.split(':').length !== size);
      communities = [
        ...kept,
        ...rest.filter((word) => word !== 'additive' && word !== 'none').map(communityNumber),
      ];
    }
  }
  return communities;
}

function listed(list: ListOf<CommunityLine> | undefined, community: string): boolean {
  return decides(list, ({ expanded, words }) =>
    expanded
      ? (expressionOf(words.join(' '))?.test(community) ?? false)
      : words.map(communityNumber).includes(community),
  );
}

const WELL_KNOWN: Readonly<Record<string, string>> = {
  'graceful-shutdown': '65535:0',
  blackhole: '65535:666',
  'no-export': '65535:65281',
  'no-advertise': '65535:65282',
  'local-AS': '65535:65283',
  'no-peer': '65535:65284',
};

function communityNumber(word: string): string {
  return WELL_KNOWN[word] ?? word;
}

/** An expression of the daemons as one of ours: `_` is a boundary (bgpd/bgp_regex.c). Undefined where it does not compile. */
export function expressionOf(text: string): RegExp | undefined {
  try {
    return new RegExp(text.replaceAll('_', '(?:^|[,{}() ]|$)'));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
