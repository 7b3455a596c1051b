// What Quagga and FRR, which both come of Zebra, write alike: prefix lists, AS path and community lists, route maps. The
// few words in which they differ are in a dialect; whole files are put together in quagga.ts and frr.ts.

import type { Writer } from '../../emit/writer.ts';
import { writePacked } from '../packed.ts';
import type {
  Change,
  CommunityList,
  CommunityRule,
  Condition,
  PathList,
  Policy,
  PrefixList,
  PrefixRule,
  RouteMap,
} from '../policy.ts';
import { pathRegex } from './path-regex.ts';

/** In what the two differ. */
export interface Dialect {
  /** The word before `as-path access-list` and `community-list`. */
  readonly lists: 'ip' | 'bgp';
  /** Whether those lists number their lines, as prefix lists do. */
  readonly numbered: boolean;
  /** Whether there are large communities (RFC 8092). */
  readonly large: boolean;
  /** Whether the next hop of IPv6 routes can be set to the neighbour. */
  readonly nextHop6: boolean;
  /** Whether a map can ask for what validated ROAs say. */
  readonly rpki: boolean;
  /** Whether AS_SETs are refused by a list; otherwise the daemon has a command for it. */
  readonly setsByList: boolean;
  /** Whether `exit` ends a route map: FRR prints it so. */
  readonly exits: boolean;
}

/** Sequence numbers leave room for a line between two by hand. */
const STEP = 5;
const CLAUSE_STEP = 10;

/** Writes all lists and maps, in an order in which each is there before it is referred to. */
export function writePolicy(out: Writer, policy: Policy, dialect: Dialect): void {
  for (const list of policy.prefixLists) writePrefixList(out, list);
  for (const list of policy.pathLists) writePathList(out, list, dialect);
  for (const list of policy.communityLists) {
    if (list.size === 'standard' || dialect.large) writeCommunityList(out, list, dialect);
  }
  for (const map of policy.routeMaps) writeRouteMap(out, map, dialect);
}

/** Ends with an explicit refusal: a list without lines would let everything in. */
function writePrefixList(out: Writer, list: PrefixList): void {
  const word = list.family === 4 ? 'ip' : 'ipv6';
  out.line(`! ${list.why}`);
  let sequence = 0;
  for (const rule of list.rules) {
    sequence += STEP;
    if (rule.why !== '') out.line(`! ${rule.why}`);
    out.line(`${word} prefix-list ${list.name} seq ${sequence} ${rule.action} ${prefixMatch(rule)}`);
  }
  for (const packed of list.packed ?? []) {
    const { length } = packed;
    const before = sequence;
    const form = {
      head: `${word} prefix-list ${list.name} seq `,
      count: { first: before + STEP, step: STEP, tail: ' permit ' },
      block: ` ge ${length} le ${length}`,
      between: '',
    };
    writePacked(packed, form, (text) => out.bulk(text));
    sequence += STEP * packed.starts.length;
  }
  out.line('! nothing else');
  out.line(
    `${word} prefix-list ${list.name} seq ${sequence + STEP} deny ${list.family === 4 ? '0.0.0.0/0 le 32' : '::/0 le 128'}`,
  );
  out.line('!');
}

/** `198.51.100.0/24`, `10.0.0.0/8 le 32`, `0.0.0.0/0 ge 8 le 24`: `ge` must be above the prefix's own length. */
function prefixMatch({ prefix, least, most }: PrefixRule): string {
  const ge = least > prefix.length ? ` ge ${least}` : '';
  const le = most > least ? ` le ${most}` : least > prefix.length ? ` le ${least}` : '';
  return `${prefix.toString()}${ge}${le}`;
}

function writePathList(out: Writer, list: PathList, dialect: Dialect): void {
  out.line(`! ${list.why}`);
  let sequence = 0;
  for (const rule of list.rules) {
    if (rule.test.kind === 'set' && !dialect.setsByList) continue;
    sequence += STEP;
    const number = dialect.numbered ? `seq ${sequence} ` : '';
    out.line(`! ${rule.why}`);
    out.line(
      `${dialect.lists} as-path access-list ${list.name} ${number}${rule.action} ${pathRegex(rule.test)}`,
    );
  }
  const number = dialect.numbered ? `seq ${sequence + STEP} ` : '';
  if (list.rules.at(-1)?.test.kind !== 'any') {
    out.line('! nothing else');
    out.line(`${dialect.lists} as-path access-list ${list.name} ${number}deny .*`);
  }
  out.line('!');
}

function writeCommunityList(out: Writer, list: CommunityList, dialect: Dialect): void {
  const word = list.size === 'large' ? 'large-community-list' : 'community-list';
  // A standard list holds values, an expanded one patterns; values alone are compared faster.
  const kind = list.rules.every((rule) => rule.kind === 'standard' || rule.kind === 'large')
    ? 'standard'
    : 'expanded';
  out.line(`! ${list.why}`);
  let sequence = 0;
  for (const rule of list.rules) {
    sequence += STEP;
    const number = dialect.numbered ? `seq ${sequence} ` : '';
    const text = kind === 'standard' ? communityText(rule) : communityPattern(rule);
    out.line(`${dialect.lists} ${word} ${kind} ${list.name} ${number}permit ${text}`);
  }
  out.line('!');
}

/** In numbers: Quagga knows no names of the newer well-known ones, and FRR knows both. */
function communityText(rule: CommunityRule): string {
  switch (rule.kind) {
    case 'standard':
      return `${rule.high}:${rule.low}`;
    case 'large':
      return `${rule.admin}:${rule.first}:${rule.second}`;
    case 'standard-of':
    case 'large-of':
      return `${rule.admin}:*`;
  }
}

function communityPattern(rule: CommunityRule): string {
  return rule.kind === 'standard' || rule.kind === 'large'
    ? `^${communityText(rule)}$`
    : `^${rule.admin}:.*$`;
}

function writeRouteMap(out: Writer, map: RouteMap, dialect: Dialect): void {
  let sequence = 0;
  for (const clause of map.clauses) {
    const conditions = clause.conditions.filter((condition) => expressible(condition, dialect));
    const changes = clause.changes.filter((change) => expressibleChange(change, map, dialect));
    // A clause that lost a condition would fit more than it was meant to; one that only scrubs nothing is not needed.
    if (conditions.length < clause.conditions.length) continue;
    if (clause.goesOn === true && changes.length === 0) continue;
    sequence += CLAUSE_STEP;
    out.line(`! ${clause.why}`);
    out.line(`route-map ${map.name} ${clause.action} ${sequence}`);
    out.indent(() => {
      for (const condition of conditions) out.line(conditionText(condition, map));
      for (const line of changeLines(changes, map)) out.line(line);
      if (clause.goesOn === true) out.line('on-match next');
    });
    if (dialect.exits) out.line('exit');
    out.line('!');
  }
}

function expressible(condition: Condition, dialect: Dialect): boolean {
  if (condition.kind === 'rpki-invalid') return dialect.rpki;
  return condition.kind !== 'community' || condition.size === 'standard' || dialect.large;
}

function expressibleChange(change: Change, map: RouteMap, dialect: Dialect): boolean {
  switch (change.kind) {
    case 'scrub':
      return change.size === 'standard' || dialect.large;
    case 'tag':
      return change.community.kind === 'standard' || dialect.large;
    case 'next-hop-neighbor':
      return map.family === 4 || dialect.nextHop6;
    case 'preference':
    case 'prepend':
    case 'med':
      return true;
  }
}

function conditionText(condition: Condition, map: RouteMap): string {
  switch (condition.kind) {
    case 'prefix':
      return `match ${map.family === 4 ? 'ip' : 'ipv6'} address prefix-list ${condition.list}`;
    case 'path':
      return `match as-path ${condition.list}`;
    case 'community':
      return `match ${condition.size === 'large' ? 'large-community' : 'community'} ${condition.list}`;
    case 'rpki-invalid':
      return 'match rpki invalid';
  }
}

/** A second command of one kind would take the place of the first: all communities stand in one. */
function changeLines(changes: readonly Change[], map: RouteMap): readonly string[] {
  const lines = changes.filter(({ kind }) => kind !== 'tag').map((change) => changeText(change, map));
  for (const size of ['standard', 'large'] as const) {
    const tags = changes.flatMap((change) =>
      change.kind === 'tag' && change.community.kind === size ? [communityText(change.community)] : [],
    );
    const word = size === 'large' ? 'large-community' : 'community';
    if (tags.length > 0) lines.push(`set ${word} ${tags.join(' ')} additive`);
  }
  return lines;
}

function changeText(change: Change, map: RouteMap): string {
  switch (change.kind) {
    case 'preference':
      return `set local-preference ${change.value}`;
    case 'prepend':
      return `set as-path prepend ${Array(change.times).fill(change.as).join(' ')}`;
    case 'med':
      return `set metric ${change.value}`;
    case 'scrub':
      return `set ${change.size === 'large' ? 'large-comm-list' : 'comm-list'} ${change.list} delete`;
    case 'tag':
      return `set community ${communityText(change.community)} additive`;
    case 'next-hop-neighbor':
      return `set ${map.family === 4 ? 'ip' : 'ipv6'} next-hop peer-address`;
  }
}
