// A route, and whether a policy lets it pass, told twice: from the policy as data, and from the text that a target made
// of it for Quagga or FRR. Written to be read, not to be fast; the two must agree on every route.

import { Address, Prefix } from '../../src/address/index.ts';
import type { CommunityRule, Condition, PathTest, Policy, PrefixRule } from '../../src/routing/policy.ts';

/** A route as a neighbour sends it. */
export interface Route {
  readonly prefix: Prefix;
  /** AS numbers, nearest first. */
  readonly path: readonly number[];
  /** An AS_SET at the end of the path. */
  readonly set: readonly number[];
  /** `64500:100` or `64500:0:100`. */
  readonly communities: readonly string[];
}

/** What became of a route: undefined where it was refused. */
export type Verdict =
  | { readonly preference: number | undefined; readonly communities: readonly string[] }
  | undefined;

/** The verdict of a route map of a policy. */
export function judge(policy: Policy, mapName: string, route: Route): Verdict {
  const map = policy.routeMaps.find(({ name }) => name === mapName);
  let communities = [...route.communities];
  let preference: number | undefined;
  for (const clause of map?.clauses ?? []) {
    const fits = clause.conditions.every((condition) => holds(policy, condition, route, communities));
    if (!fits) continue;
    if (clause.action === 'deny') return undefined;
    for (const change of clause.changes) {
      if (change.kind === 'preference') preference = change.value;
      if (change.kind === 'scrub')
        communities = communities.filter((community) => !inCommunityList(policy, change.list, community));
      if (change.kind === 'tag') {
        const { community } = change;
        communities.push(
          community.kind === 'standard'
            ? `${community.high}:${community.low}`
            : `${community.admin}:${community.first}:${community.second}`,
        );
      }
    }
    if (clause.goesOn !== true) return { preference, communities: [...new Set(communities)].sort() };
  }
  return undefined;
}

function holds(policy: Policy, condition: Condition, route: Route, communities: readonly string[]): boolean {
  switch (condition.kind) {
    case 'prefix': {
      const list = policy.prefixLists.find(({ name }) => name === condition.list);
      return list?.rules.find((rule) => inRule(rule, route.prefix))?.action === 'permit';
    }
    case 'path': {
      const list = policy.pathLists.find(({ name }) => name === condition.list);
      return list?.rules.find(({ test }) => passes(test, route))?.action === 'permit';
    }
    case 'community':
      return communities.some((community) => inCommunityList(policy, condition.list, community));
    case 'rpki-invalid':
      // No cache is asked here: nothing is known to be wrong.
      return false;
  }
}

function inRule({ prefix, least, most }: PrefixRule, route: Prefix): boolean {
  return prefix.contains(route) && least <= route.length && route.length <= most;
}

function passes(test: PathTest, { path, set }: Route): boolean {
  switch (test.kind) {
    case 'any':
      return true;
    case 'empty':
      return path.length === 0 && set.length === 0;
    case 'holds':
      return [...path, ...set].some((as) => test.first <= as && as <= test.last);
    case 'longer':
      return path.length > test.than;
    case 'begins':
      return path[0] === test.as;
    case 'set':
      return set.length > 0;
  }
}

function inCommunityList(policy: Policy, name: string, community: string): boolean {
  const list = policy.communityLists.find((each) => each.name === name);
  return (list?.rules ?? []).some((rule) => inCommunityRule(rule, community));
}

function inCommunityRule(rule: CommunityRule, community: string): boolean {
  const parts = community.split(':').map(Number);
  switch (rule.kind) {
    case 'standard':
      return parts.length === 2 && parts[0] === rule.high && parts[1] === rule.low;
    case 'large':
      return community === `${rule.admin}:${rule.first}:${rule.second}`;
    case 'standard-of':
      return parts.length === 2 && parts[0] === rule.admin;
    case 'large-of':
      return parts.length === 3 && parts[0] === rule.admin;
  }
}

/** The verdict of a route map in a configuration of Quagga or FRR, by the lines of the text alone. */
export function judgeText(text: string, mapName: string, route: Route): Verdict {
  const lines = text.split('\n').map((line) => line.trim());
  let communities = [...route.communities];
  let preference: number | undefined;
  for (const { action, body } of clausesOf(lines, mapName)) {
    const fits = body
      .filter((line) => line.startsWith('match '))
      .every((line) => {
        const words = line.split(' ');
        const list = words.at(-1) ?? '';
        if (line.includes('prefix-list'))
          return permits(prefixRules(lines, list), (rule) => inTextRule(rule, route));
        if (line === 'match rpki invalid') return false;
        if (line.startsWith('match as-path'))
          return permits(pathRules(lines, list), (rule) => regex(rule).test(pathText(route)));
        return communities
          .filter((community) => isLarge(community) === line.includes('large'))
          .some((community) =>
            permits(communityRules(lines, list), (rule) => inTextCommunity(rule, community)),
          );
      });
    if (!fits) continue;
    if (action === 'deny') return undefined;
    for (const line of body) {
      const words = line.split(' ');
      if (line.startsWith('set local-preference')) preference = Number(words[2]);
      if (/^set (large-)?comm-list/.test(line)) {
        communities = communities.filter(
          (community) =>
            isLarge(community) !== line.includes('large') ||
            !permits(communityRules(lines, words[2] ?? ''), (rule) => inTextCommunity(rule, community)),
        );
      }
      if (/^set (large-)?community .* additive$/.test(line)) communities.push(...words.slice(2, -1));
    }
    if (!body.includes('on-match next')) return { preference, communities: [...new Set(communities)].sort() };
  }
  return undefined;
}

interface TextRule {
  readonly action: string;
  readonly rest: string;
}

function clausesOf(
  lines: readonly string[],
  name: string,
): readonly { action: string; body: readonly string[] }[] {
  const clauses: { sequence: number; action: string; body: string[] }[] = [];
  let current: string[] | undefined;
  for (const line of lines) {
    const [, map, action = '', sequence] = /^route-map (\S+) (permit|deny) (\d+)$/.exec(line) ?? [];
    if (map !== undefined) {
      current = [];
      if (map === name) clauses.push({ sequence: Number(sequence), action, body: current });
    } else if (/^(match|set|on-match) /.test(line)) current?.push(line);
    else if (line !== '' && !line.startsWith('!')) current = undefined;
  }
  return clauses.sort((a, b) => a.sequence - b.sequence);
}

/** The first rule that fits decides; none, and a list that is not there, refuses. */
function permits(rules: readonly TextRule[], fits: (rule: string) => boolean): boolean {
  return rules.find(({ rest }) => fits(rest))?.action === 'permit';
}

function rulesOf(lines: readonly string[], head: RegExp): readonly TextRule[] {
  return lines.flatMap((line) => {
    const [, action, rest] = head.exec(line) ?? [];
    return action === undefined || rest === undefined ? [] : [{ action, rest }];
  });
}

const prefixRules = (lines: readonly string[], list: string): readonly TextRule[] =>
  rulesOf(lines, new RegExp(`^ip(?:v6)? prefix-list ${list} (?:seq \\d+ )?(permit|deny) (.*)$`));

const pathRules = (lines: readonly string[], list: string): readonly TextRule[] =>
  rulesOf(lines, new RegExp(`^(?:ip|bgp) as-path access-list ${list} (?:seq \\d+ )?(permit|deny) (.*)$`));

const communityRules = (lines: readonly string[], list: string): readonly TextRule[] =>
  rulesOf(
    lines,
    new RegExp(
      `^(?:ip|bgp) (?:large-)?community-list (?:standard|expanded) ${list} (?:seq \\d+ )?(permit|deny) (.*)$`,
    ),
  );

/** `10.0.0.0/8 ge 9 le 32`: without ge and le the length itself; with ge alone up to the longest. */
function inTextRule(rule: string, route: Route): boolean {
  const [text = '', ...bounds] = rule.split(' ');
  const prefix = Prefix.parse(text);
  const bound = (word: string): number | undefined => {
    const at = bounds.indexOf(word);
    return at < 0 ? undefined : Number(bounds[at + 1]);
  };
  const ge = bound('ge');
  const le = bound('le');
  const least = ge ?? prefix.length;
  const most = le ?? (ge === undefined ? prefix.length : prefix.family === 4 ? 32 : 128);
  return prefix.contains(route.prefix) && least <= route.prefix.length && route.prefix.length <= most;
}

/** A path as the daemons write it: AS numbers with blanks between, an AS_SET in braces with commas. */
function pathText({ path, set }: Route): string {
  return [...path.map(String), ...(set.length > 0 ? [`{${set.join(',')}}`] : [])].join(' ');
}

/** `_` is what the manuals of both say it is. */
function regex(text: string): RegExp {
  return new RegExp(text.replaceAll('[{]', '\\{').replaceAll('_', '(?:^|[,{}() ]|$)'));
}

function isLarge(community: string): boolean {
  return community.split(':').length === 3;
}

function inTextCommunity(rule: string, community: string): boolean {
  return /^[\d:]+$/.test(rule) ? rule === community : regex(rule).test(community);
}

/** A prefix of the given family whose bits are taken from a number. */
export function prefixFrom(family: 4 | 6, bits: bigint, length: number): Prefix {
  const width = family === 4 ? 32n : 128n;
  return Prefix.of(Address.fromBigInt(family, bits & ((1n << width) - 1n)), length);
}
