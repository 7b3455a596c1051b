// Lists and maps as OpenBGPD's sets and rules. A set there has no order, so what a list refuses becomes rules of its own
// in front of those that refer to the list; that a route was made here is told by a mark, since no rule can ask for an
// empty path.

import type { Asn } from '../../address/index.ts';
import type { Writer } from '../../emit/writer.ts';
import { writePacked } from '../packed.ts';
import type {
  Change,
  Clause,
  CommunityList,
  CommunityRule,
  Condition,
  PackedRules,
  PathList,
  PathTest,
  Policy,
  PrefixList,
  PrefixRule,
} from '../policy.ts';
import type { Session, Speaker } from '../speaker.ts';

/** The large community on every route that was made here. */
export function madeHere(as: Asn): string {
  return `${as.value}:0:1`;
}

/** The name of the set of what a list refuses. */
function refusedName(list: PrefixList): string {
  return `${list.name}-refused`;
}

/** Writes the sets of prefixes. One without members matches nothing, so that a rule that needs it never allows. */
export function writeSets(out: Writer, policy: Policy): void {
  for (const list of policy.prefixLists) {
    out.line(`# ${list.why}`);
    const refused = list.rules.filter(({ action }) => action === 'deny');
    if (refused.length > 0) writeSet(out, refusedName(list), refused);
    writeSet(
      out,
      list.name,
      list.rules.filter(({ action }) => action === 'permit'),
      list.packed,
    );
    out.line('');
  }
}

function writeSet(
  out: Writer,
  name: string,
  rules: readonly PrefixRule[],
  packed: readonly PackedRules[] = [],
): void {
  if (rules.length + packed.length === 0) {
    out.line(`prefix-set "${name}" { }`);
    return;
  }
  out.line(`prefix-set "${name}" {`).indent(() => {
    for (const rule of rules) out.line(`${pattern(rule)}${rule.why === '' ? '' : ` # ${rule.why}`}`);
    for (const each of packed) {
      const form = { head: '', block: ` prefixlen = ${each.length}`, between: '' };
      writePacked(each, form, (text) => out.bulk(text));
    }
  });
  out.line('}');
}

/** `198.51.100.0/24`, `10.0.0.0/8 or-longer`, `0.0.0.0/0 prefixlen 8 - 24`. */
function pattern({ prefix, least, most }: PrefixRule): string {
  const longest = prefix.family === 4 ? 32 : 128;
  if (least === prefix.length && most === prefix.length) return prefix.toString();
  if (least === prefix.length && most === longest) return `${prefix.toString()} or-longer`;
  if (least === most) return `${prefix.toString()} prefixlen = ${least}`;
  return `${prefix.toString()} prefixlen ${least} - ${most}`;
}

/** The rules of one session: what comes from it, then what goes to it. */
export function writeRules(out: Writer, session: Session, speaker: Speaker): void {
  const { policy } = speaker;
  for (const [direction, name] of [
    ['from', session.inMap],
    ['to', session.outMap],
  ] as const) {
    const map = policy.routeMaps.find((each) => each.name === name);
    const peer = `${direction} ${session.address.toString()}`;
    out.line(`# ${direction} ${session.neighbor}`);
    const refused = new Set<string>();
    for (const clause of map?.clauses ?? []) {
      for (const condition of clause.conditions) {
        if (condition.kind === 'rpki-invalid') continue;
        const key = `${condition.kind} ${condition.list}`;
        if (refused.has(key)) continue;
        refused.add(key);
        for (const rule of refusals(condition, policy)) out.line(`deny quick ${peer} ${rule}`);
      }
      writeClause(out, clause, peer, session, speaker);
    }
    out.line('');
  }
}

/** What a condition's list refuses before it permits, as conditions of rules that deny. */
function refusals(condition: Condition, policy: Policy): readonly string[] {
  if (condition.kind === 'prefix') {
    const list = policy.prefixLists.find(({ name }) => name === condition.list);
    if (list === undefined || !list.rules.some(({ action }) => action === 'deny')) return [];
    return [`prefix-set "${refusedName(list)}"`];
  }
  if (condition.kind !== 'path') return [];
  const list = policy.pathLists.find(({ name }) => name === condition.list);
  const tests = (list?.rules ?? []).filter(({ action }) => action === 'deny').map(({ test }) => test);
  const numbers = tests.flatMap((test) => (test.kind === 'holds' ? [block(test.first, test.last)] : []));
  return [
    ...(numbers.length === 0 ? [] : [`AS { ${numbers.join(', ')} }`]),
    // AS_SETs are refused for all neighbours, by a line of its own.
    ...tests.flatMap((test) => (test.kind === 'longer' ? [`max-as-len ${test.than}`] : [])),
  ];
}

function block(first: number, last: number): string {
  return first === last ? String(first) : `${first} - ${last}`;
}

function writeClause(out: Writer, clause: Clause, peer: string, session: Session, speaker: Speaker): void {
  const { policy, as } = speaker;
  out.line(`# ${clause.why}`);
  const verb = clause.goesOn === true ? 'match' : clause.action === 'permit' ? 'allow quick' : 'deny quick';
  const changes = clause.changes.flatMap((change) => changeTexts(change, session, policy));
  const set = changes.length > 0 ? ` set { ${changes.join(' ')} }` : '';
  // One rule asks for one community of a list; any of them will do.
  let rules: readonly string[] = [`${verb} ${peer}`];
  for (const condition of clause.conditions) {
    const texts = conditionTexts(condition, policy, as);
    rules = rules.flatMap((rule) => texts.map((text) => (text === '' ? rule : `${rule} ${text}`)));
  }
  out.line(...rules.map((rule) => `${rule}${set}`));
}

/** Conditions of which one must hold. */
function conditionTexts(condition: Condition, policy: Policy, as: Asn): readonly string[] {
  switch (condition.kind) {
    case 'prefix':
      return [`prefix-set "${condition.list}"`];
    case 'path':
      return [
        pathText(
          policy.pathLists.find(({ name }) => name === condition.list),
          as,
        ),
      ];
    case 'community':
      return rulesOf(policy, condition.list).map(
        (rule) => `${keyword(condition.size)} ${communityText(rule)}`,
      );
    case 'rpki-invalid':
      return ['ovs invalid'];
  }
}

/** What a path list permits; its refusals stand in front. */
function pathText(list: PathList | undefined, as: Asn): string {
  const permitted = (list?.rules ?? []).filter(({ action }) => action === 'permit').map(({ test }) => test);
  if (permitted.some(({ kind }) => kind === 'any')) return '';
  if (permitted.some(({ kind }) => kind === 'empty')) return `large-community ${madeHere(as)}`;
  const first = permitted.flatMap((test: PathTest) => (test.kind === 'begins' ? [String(test.as)] : []));
  // A list that permits nothing: no route has AS 0 in front.
  return `peer-as { ${first.length === 0 ? '0' : first.join(', ')} }`;
}

function changeTexts(change: Change, session: Session, policy: Policy): readonly string[] {
  switch (change.kind) {
    case 'preference':
      return [`localpref ${change.value}`];
    case 'prepend':
      return [`prepend-self ${change.times}`];
    case 'med':
      return [`med ${change.value}`];
    case 'scrub':
      return rulesOf(policy, change.list).map(
        (rule) => `${keyword(change.size)} delete ${communityText(rule)}`,
      );
    case 'tag':
      return [`${keyword(change.community.kind)} ${communityText(change.community)}`];
    case 'next-hop-neighbor':
      return [`nexthop ${session.address.toString()}`];
  }
}

function rulesOf(policy: Policy, name: string): readonly CommunityRule[] {
  return policy.communityLists.find((list: CommunityList) => list.name === name)?.rules ?? [];
}

function keyword(size: 'standard' | 'large'): string {
  return size === 'large' ? 'large-community' : 'community';
}

function communityText(rule: CommunityRule): string {
  switch (rule.kind) {
    case 'standard':
      return `${rule.high}:${rule.low}`;
    case 'large':
      return `${rule.admin}:${rule.first}:${rule.second}`;
    case 'standard-of':
      return `${rule.admin}:*`;
    case 'large-of':
      return `${rule.admin}:*:*`;
  }
}
