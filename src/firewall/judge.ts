// What a policy says of itself: whether its assertions hold for every packet that they speak of, and which rules no packet
// gets to. Exact, by the model; the kernel's own opinion is asked in rehearsals.

import { AddressSet, type Family } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import type { Packet } from './evaluate.ts';
import type { FullSet } from './expand.ts';
import { diagnose } from './faults.ts';
import type { AssertedEnd, Assertion, Policy, Rule, Ruleset } from './model.ts';
import { type Box, Boxes, cut, firstPacket, meet, type Plane, planesOf, portsOf, wholeOf } from './region.ts';

/** All findings about rules and assertions, in the order of the policy. */
export function judge(
  policy: Policy,
  ruleset: Ruleset,
  sets: ReadonlyMap<string, FullSet>,
): readonly Diagnostic[] {
  const boxes = new Boxes();
  return [
    ...unreached(ruleset, boxes),
    ...closedToAnswers(ruleset),
    ...policy.assertions.flatMap((assertion) => judgeOne(assertion, ruleset, sets, boxes)),
  ];
}

/** A packet of an assertion that the rules decide otherwise. */
interface Contradiction {
  readonly packet: Packet;
  /** undefined: no rule decides. */
  readonly rule: Rule | undefined;
}

function judgeOne(
  assertion: Assertion,
  ruleset: Ruleset,
  sets: ReadonlyMap<string, FullSet>,
  boxes: Boxes,
): readonly Diagnostic[] {
  let packets = false;
  for (const { family, rules } of ruleset.families) {
    for (const [plane, box] of regionOf(assertion, family, sets, boxes)) {
      packets = true;
      const found = contradiction(assertion.must, box, plane, rules, boxes);
      if (found !== undefined) return [contradicted(assertion, found)];
    }
  }
  return packets ? [] : [diagnose('FW021', assertion.span, 'the assertion speaks of no packets')];
}

/** What an assertion speaks of, plane by plane. */
function* regionOf(
  assertion: Assertion,
  family: Family,
  sets: ReadonlyMap<string, FullSet>,
  boxes: Boxes,
): Generator<readonly [Plane, Box]> {
  const from = endOf(assertion.from, family, sets, boxes);
  const to = endOf(assertion.to, family, sets, boxes);
  if (from.isEmpty || to.isEmpty) return;
  const { traffic } = assertion;
  for (const plane of planesOf(assertion, family)) {
    // Not what is asserted of: packets of another kind than those that were named.
    if (plane.established !== (traffic === 'established') || plane.loopback !== (traffic === 'loopback'))
      continue;
    yield [plane, { from, to, ports: portsOf(assertion.services, plane.protocol) }];
  }
}

function endOf(
  end: AssertedEnd,
  family: Family,
  sets: ReadonlyMap<string, FullSet>,
  boxes: Boxes,
): AddressSet {
  if (end === 'any') return boxes.set('any', family);
  if ('prefix' in end) return AddressSet.of(end.prefix).family(family);
  const set = sets.get(end.set);
  if (set === undefined) return AddressSet.empty;
  return wholeOf(set).family(family);
}

/** The first packet of a box for which the rules decide otherwise than they must. */
function contradiction(
  must: Assertion['must'],
  box: Box,
  plane: Plane,
  rules: readonly Rule[],
  boxes: Boxes,
): Contradiction | undefined {
  let left: readonly Box[] = [box];
  for (const rule of rules) {
    const matched = boxes.of(rule, plane);
    if (matched === undefined) continue;
    if ((rule.action === 'reject' ? 'drop' : rule.action) !== must) {
      for (const piece of left) {
        const both = meet(piece, matched);
        if (both !== undefined) return { packet: firstPacket(both, plane), rule };
      }
    }
    // A rule with a rate lets the packets over it go on; a drop of those would have to be asserted of the rule behind.
    if (rule.rate === undefined || must === rule.action) left = left.flatMap((piece) => cut(piece, matched));
  }
  const [rest] = left;
  return must === 'return' || rest === undefined
    ? undefined
    : { packet: firstPacket(rest, plane), rule: undefined };
}

function contradicted({ must, span }: Assertion, { packet, rule }: Contradiction): Diagnostic {
  const words = { accept: 'accepted', drop: 'dropped', return: 'left to the rules behind the jump' } as const;
  const done = rule === undefined ? words.return : rule.action === 'reject' ? 'rejected' : words[rule.action];
  const message = `must be ${words[must]} and is ${done}: ${packetText(packet)}`;
  const related = rule?.span === undefined ? [] : [{ span: rule.span, message: 'by this rule' }];
  return diagnose('FW020', span, message, { related });
}

/** `192.0.2.1 -> 203.0.113.1 tcp port 22 (input)` */
function packetText(packet: Packet): string {
  const { hook, source, destination, protocol, port, established, loopback, icmp } = packet;
  const service =
    protocol !== undefined ? `${protocol} port ${port}` : icmp ? 'icmp' : 'of a protocol without ports';
  const kinds = [hook, ...(established ? ['established'] : []), ...(loopback ? ['loopback'] : [])];
  return `${source} -> ${destination} ${service} (${kinds.join(', ')})`;
}

/** Rules of which nothing is left once those before them have taken theirs, in every family that they are in. */
function unreached(ruleset: Ruleset, boxes: Boxes): readonly Diagnostic[] {
  const reached = new Map<Rule['span'], boolean>();
  const before = new Map<Rule['span'], Rule>();
  for (const { family, rules } of ruleset.families) {
    for (const [index, rule] of rules.entries()) {
      if (rule.span === undefined || reached.get(rule.span) === true) continue;
      const { left, last } = remains(rule, rules.slice(0, index), family, boxes);
      reached.set(rule.span, left);
      if (last !== undefined) before.set(rule.span, last);
    }
  }
  return [...reached].flatMap(([span, left]) => {
    if (left) return [];
    const last = before.get(span)?.span;
    const related = last === undefined ? [] : [{ span: last, message: 'the last one that takes from it' }];
    return [diagnose('FW022', span, 'no packet gets to this rule: those before it take all', { related })];
  });
}

/** Whether anything is left of a rule behind others, and the last one that took something. */
function remains(
  rule: Rule,
  others: readonly Rule[],
  family: Family,
  boxes: Boxes,
): { readonly left: boolean; readonly last: Rule | undefined } {
  let last: Rule | undefined;
  for (const plane of planesOf(rule, family)) {
    const box = boxes.of(rule, plane);
    if (box === undefined) continue;
    let left: readonly Box[] = [box];
    for (const other of others) {
      const taken = other.rate === undefined ? boxes.of(other, plane) : undefined;
      if (taken === undefined || left.every((piece) => meet(piece, taken) === undefined)) continue;
      left = left.flatMap((piece) => cut(piece, taken));
      last = other;
      if (left.length === 0) break;
    }
    if (left.length > 0) return { left: true, last };
  }
  return { left: false, last };
}

/** Chains that close everything, and with it what the machine cannot do without. */
function closedToAnswers({ families }: Ruleset): readonly Diagnostic[] {
  const told = new Set<Rule['span']>();
  const found: Diagnostic[] = [];
  for (const { family, rules } of families) {
    for (const [index, rule] of rules.entries()) {
      const { hook, action, span } = rule;
      if (action === 'accept' || span === undefined || !isForAll(rule, 'any')) continue;
      const before = rules
        .slice(0, index)
        .filter((other) => other.hook === hook && other.action === 'accept');
      if (!told.has(span) && !before.some((other) => isForAll(other, 'established')))
        found.push(
          diagnose('FW023', span, 'this closes the machine to answers to what it asks itself', {
            hint: 'put a rule with traffic: established and action: accept before it',
          }),
        );
      if (family === 6 && hook !== 'forward' && !before.some((other) => isForAll(other, 'icmp')))
        found.push(
          diagnose(
            'FW023',
            span,
            'this closes IPv6 to the neighbours of the machine (RFC 4890 section 4.4)',
            {
              hint: 'put a rule with traffic: icmp and action: accept before it',
            },
          ),
        );
      told.add(span);
    }
  }
  return found;
}

/** Whether a rule takes all packets, or all of a kind. */
function isForAll({ from, to, services, traffic, rate }: Rule, kind: Rule['traffic']): boolean {
  const all = from === 'any' && to === 'any' && services === 'any' && rate === undefined;
  return all && (traffic === 'any' || traffic === kind);
}
