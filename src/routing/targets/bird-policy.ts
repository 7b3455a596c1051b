// Prefix lists, AS path lists, community lists and route maps in BIRD's filter language: a list is a function that tells
// whether it permits the route, a map is a filter. The file around them is put together in bird.ts.

import type { Writer } from '../../emit/writer.ts';
import { writePacked } from '../packed.ts';
import type {
  Change,
  CommunityList,
  CommunityRule,
  Condition,
  PathList,
  PathTest,
  Policy,
  PrefixList,
  PrefixRule,
  RouteMap,
} from '../policy.ts';

/** In what the versions of BIRD differ. */
export interface BirdDialect {
  /** Whether a function names the type that it returns. */
  readonly typed: boolean;
}

/** A name with hyphens in it, which only a quoted one may have; quoted, it is never a keyword of a newer version. */
export function quoted(name: string): string {
  return `'${name}'`;
}

/** The table of validated ROAs of a family. */
export function roaTable(family: 4 | 6): string {
  return `roas${family}`;
}

/** Writes all lists and maps, each before it is referred to. */
export function writePolicy(out: Writer, policy: Policy, dialect: BirdDialect): void {
  for (const list of policy.prefixLists) writePrefixList(out, list, dialect);
  for (const list of policy.pathLists) writePathList(out, list, dialect);
  const lists = new Map(policy.communityLists.map((list) => [list.name, list] as const));
  for (const map of policy.routeMaps) writeFilter(out, map, lists);
}

function open(out: Writer, name: string, why: string, { typed }: BirdDialect): void {
  out.line(`# ${why}`, `function ${quoted(name)}()${typed ? ' -> bool' : ''} {`);
}

/** Rules of one action stand in one set; BIRD looks a set up as a tree, however large it is. */
function writePrefixList(out: Writer, list: PrefixList, dialect: BirdDialect): void {
  open(out, list.name, list.why, dialect);
  out.indent(() => {
    let at = 0;
    while (at < list.rules.length) {
      const { action } = list.rules[at] ?? { action: 'deny' };
      let end = at;
      while (list.rules[end]?.action === action) end++;
      const run = list.rules.slice(at, end);
      out.line('if net ~ [').indent(() => {
        for (const [index, rule] of run.entries())
          out.line(
            `${pattern(rule)}${index + 1 < run.length ? ',' : ''}${rule.why === '' ? '' : ` # ${rule.why}`}`,
          );
      });
      out.line(`] then return ${action === 'permit' ? 'true' : 'false'};`);
      at = end;
    }
    for (const packed of list.packed ?? []) {
      const { length } = packed;
      out.line('if net ~ [');
      const form = { head: '', block: `{${length},${length}}`, between: ',' };
      writePacked(packed, form, (text) => out.bulk(text));
      out.line('] then return true;');
    }
    out.line('# nothing else', 'return false;');
  });
  out.line('}', '');
}

/** `198.51.100.0/24`, `10.0.0.0/8+`, `0.0.0.0/0{8,24}`. */
function pattern({ prefix, least, most }: PrefixRule): string {
  const longest = prefix.family === 4 ? 32 : 128;
  if (least === prefix.length && most === prefix.length) return prefix.toString();
  if (least === prefix.length && most === longest) return `${prefix.toString()}+`;
  return `${prefix.toString()}{${least},${most}}`;
}

function writePathList(out: Writer, list: PathList, dialect: BirdDialect): void {
  open(out, list.name, list.why, dialect);
  out.indent(() => {
    for (const { action, test, why } of list.rules) {
      const verdict = action === 'permit' ? 'true' : 'false';
      out.line(`# ${why}`);
      out.line(test.kind === 'any' ? `return ${verdict};` : `if ${pathTest(test)} then return ${verdict};`);
    }
    if (list.rules.at(-1)?.test.kind !== 'any') out.line('# nothing else', 'return false;');
  });
  out.line('}', '');
}

function pathTest(test: PathTest): string {
  switch (test.kind) {
    case 'any':
      return 'true';
    case 'empty':
      return 'bgp_path.len = 0';
    case 'holds':
      return test.first === test.last
        ? `bgp_path ~ [${test.first}]`
        : `bgp_path ~ [${test.first}..${test.last}]`;
    case 'longer':
      return `bgp_path.len > ${test.than}`;
    case 'begins':
      return `bgp_path.first = ${test.as}`;
    case 'set':
      // The last number of the part before a set is not the last one of the path.
      return 'bgp_path.last != bgp_path.last_nonaggregated';
  }
}

function writeFilter(out: Writer, map: RouteMap, lists: ReadonlyMap<string, CommunityList>): void {
  out.line(`filter ${quoted(map.name)} {`).indent(() => {
    for (const clause of map.clauses) {
      out.line(`# ${clause.why}`);
      const conditions = clause.conditions.map((condition) => conditionText(condition, map, lists));
      const changes = clause.changes.map((change) => changeText(change, lists));
      const verdict = clause.goesOn === true ? [] : [clause.action === 'permit' ? 'accept;' : 'reject;'];
      const body = [...changes, ...verdict];
      if (conditions.length === 0) out.line(...body);
      else if (body.length === 1) out.line(`if ${conditions.join(' && ')} then ${body[0] ?? ''}`);
      else {
        out.line(`if ${conditions.join(' && ')} then {`).indent(() => out.line(...body));
        out.line('}');
      }
    }
  });
  out.line('}', '');
}

function conditionText(
  condition: Condition,
  { family }: RouteMap,
  lists: ReadonlyMap<string, CommunityList>,
): string {
  switch (condition.kind) {
    case 'prefix':
    case 'path':
      return `${quoted(condition.list)}()`;
    case 'community':
      return `${attribute(condition.size)} ~ ${communitySet(lists.get(condition.list))}`;
    case 'rpki-invalid':
      return `roa_check(${roaTable(family)}, net, bgp_path.last) = ROA_INVALID`;
  }
}

function changeText(change: Change, lists: ReadonlyMap<string, CommunityList>): string {
  switch (change.kind) {
    case 'preference':
      return `bgp_local_pref = ${change.value};`;
    case 'prepend':
      return Array(change.times).fill(`bgp_path.prepend(${change.as});`).join(' ');
    case 'med':
      return `bgp_med = ${change.value};`;
    case 'scrub':
      return `${attribute(change.size)}.delete(${communitySet(lists.get(change.list))});`;
    case 'tag':
      return `${attribute(change.community.kind)}.add(${communityText(change.community)});`;
    case 'next-hop-neighbor':
      // Of a neighbour on the link, a next hop that is not its own is refused: BIRD resolves it before it filters.
      return 'if bgp_next_hop != from then reject; # RFC 7454 section 10';
  }
}

function attribute(size: 'standard' | 'large'): string {
  return size === 'large' ? 'bgp_large_community' : 'bgp_community';
}

function communitySet(list: CommunityList | undefined): string {
  return `[${(list?.rules ?? []).map(communityText).join(', ')}]`;
}

function communityText(rule: CommunityRule): string {
  switch (rule.kind) {
    case 'standard':
      return `(${rule.high},${rule.low})`;
    case 'large':
      return `(${rule.admin},${rule.first},${rule.second})`;
    case 'standard-of':
      return `(${rule.admin},*)`;
    case 'large-of':
      return `(${rule.admin},*,*)`;
  }
}
