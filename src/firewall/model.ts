// Who may talk to whom: the nouns of a packet filter, before (Policy) and after (Ruleset) the names of host sets have
// become addresses. No text of any target, and no stage.

import type { Family, PortRange, Prefix } from '../address/index.ts';

/**
 * A list that can't be empty. All that a rule matches on is made of these: where filtering leaves nothing there is no rule,
 * because a rule on an empty set would either be dead or, with the match left out, let everybody in.
 */
export type NonEmpty<T> = readonly [T, ...T[]];

/** The list as a non-empty one, or undefined where it is empty. */
export function nonEmpty<T>(list: readonly T[]): NonEmpty<T> | undefined {
  const [first, ...rest] = list;
  return first === undefined ? undefined : [first, ...rest];
}

/** Transport protocols that have ports and that every target can match on. */
export const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

export type Protocol = (typeof PROTOCOLS)[number];

/** Destination ports of one protocol: ascending, apart from each other. */
export interface Service {
  readonly protocol: Protocol;
  readonly ports: NonEmpty<PortRange>;
}

/** `accept` and `drop` end a packet's way through the chain. */
export type Action = 'accept' | 'drop';

/** Where the chain belongs: packets to this machine, or through it. */
export const HOOKS = ['input', 'forward'] as const;

export type Hook = (typeof HOOKS)[number];

/** A rule as it is written: hosts are meant by the name of their set. */
export interface PolicyRule {
  readonly from: 'any' | { readonly set: string };
  readonly services: NonEmpty<Service>;
  readonly action: Action;
}

/** A filter as it is written. */
export interface Policy {
  /** The chain that is ours; what is derived from it (chains, sets, files) begins with its name. */
  readonly chain: string;
  readonly hook: Hook;
  readonly families: NonEmpty<Family>;
  /** The first rule that matches decides; where none does, the packet goes on behind the jump. */
  readonly rules: readonly PolicyRule[];
}

/** A source of packets, and the hosts that it stands for. */
export interface Member {
  readonly prefix: Prefix;
  /** `EC2 - web-1`, sorted, each once. Whatever a cloud's tag holds: no target may take it for more than a comment. */
  readonly names: NonEmpty<string>;
}

/** Sources of one family: ascending, none inside another. */
export interface HostSet {
  readonly name: string;
  readonly members: NonEmpty<Member>;
}

/** A rule with its addresses. */
export interface Rule {
  readonly from: 'any' | HostSet;
  readonly services: NonEmpty<Service>;
  readonly action: Action;
}

/** The rules of one family, in order. */
export interface FamilyRules {
  readonly family: Family;
  readonly rules: readonly Rule[];
}

/** A filter with its addresses: what targets print and what evaluate() judges packets by. */
export interface Ruleset {
  readonly chain: string;
  readonly hook: Hook;
  /** Every set that the policy names, also those that came out empty: what they held before must go. */
  readonly setNames: readonly string[];
  readonly families: NonEmpty<FamilyRules>;
}
