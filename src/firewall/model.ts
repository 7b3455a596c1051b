// Who may talk to whom: the nouns of a packet filter, before (Policy) and after (Ruleset) the names of host sets have
// become addresses. No text of any target, and no stage.

import type { Address, AddressSet, Family, PortRange, Prefix } from '../address/index.ts';
import type { Span } from '../document/source.ts';

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

/** What ends a packet's way through the chain; `reject` tells the sender by ICMP "port unreachable". */
export const ACTIONS = ['accept', 'drop', 'reject'] as const;

export type Action = (typeof ACTIONS)[number];

/** Where a chain belongs: packets to this machine, through it, or from it. */
export const HOOKS = ['input', 'forward', 'output'] as const;

export type Hook = (typeof HOOKS)[number];

/**
 * Packets of one kind: those that belong to a connection which the machine knows (conntrack's ESTABLISHED and RELATED), or
 * those that come in (input) or go out (output) by the loopback interface.
 */
export const TRAFFIC = ['any', 'established', 'loopback'] as const;

export type Traffic = (typeof TRAFFIC)[number];

export const UNITS = ['second', 'minute', 'hour', 'day'] as const;

/** How often a rule may match: a bucket of `burst` packets that is refilled at this rate, one for each family. */
export interface Rate {
  readonly count: number;
  readonly per: (typeof UNITS)[number];
  readonly burst: number;
}

/** What a rule says besides whom it is for; the same before and after expansion. */
export interface Terms {
  readonly hook: Hook;
  /** `any`: whatever the protocol, and also those without ports. */
  readonly services: 'any' | NonEmpty<Service>;
  readonly traffic: Traffic;
  readonly action: Action;
  /** What stands before each line of the kernel's log that tells of a packet; undefined: nothing is logged. */
  readonly log: string | undefined;
  /** Over the rate the rule does not match, and the packet goes on to the next one. */
  readonly rate: Rate | undefined;
  /** Plain text; '' for none. */
  readonly comment: string;
  /** Where it was written; undefined for one that flags made. */
  readonly span: Span | undefined;
}

/** A set of hosts by its name, and where it is named. */
export interface SetName {
  readonly set: string;
  readonly span: Span | undefined;
}

/** A rule as it is written: hosts are meant by the names of their sets. */
export interface PolicyRule extends Terms {
  readonly from: 'any' | SetName;
  readonly to: 'any' | SetName;
  /** Milliseconds of the epoch from which on the rule is no longer there; undefined: it stays. */
  readonly expires: number | undefined;
}

/** A filter as it is written. */
export interface Policy {
  /** The chain that is ours; what is derived from it (chains, sets, files) begins with its name. */
  readonly chain: string;
  /** The hooks that have a chain, the one first that `chain` itself is for. */
  readonly hooks: NonEmpty<Hook>;
  readonly families: NonEmpty<Family>;
  /** The first rule that matches decides; where none does, the packet goes on behind the jump. */
  readonly rules: readonly PolicyRule[];
}

/** A host, or a prefix delegated to one. */
export interface Member {
  readonly prefix: Prefix;
  /** `EC2 - web-1`, sorted, each once. Whatever a cloud's tag holds: no target may take it for more than a comment. */
  readonly names: NonEmpty<string>;
}

/** Addresses of one family, at least one: hosts with their names, and addresses without (of lists and ranges). */
export interface HostSet {
  readonly name: string;
  readonly family: Family;
  /** Ascending, none inside another. */
  readonly members: readonly Member[];
  /** None of them is a member's. */
  readonly addresses: AddressSet;
}

/** Whether an address is in a set. For a few; a set of a hundred thousand members is looked through one by one. */
export function holds(set: HostSet, address: Address): boolean {
  return set.addresses.has(address) || set.members.some(({ prefix }) => prefix.contains(address));
}

/** A set by its name, as the rules of one family have it; undefined where it is empty. */
export function setOf(rules: readonly Rule[], name: string): HostSet | undefined {
  for (const { from, to } of rules)
    for (const set of [from, to]) if (set !== 'any' && set.name === name) return set;
  return undefined;
}

/** A rule with its addresses. */
export interface Rule extends Terms {
  readonly from: 'any' | HostSet;
  readonly to: 'any' | HostSet;
}

/** The rules of one family, in order; those of one hook are its chain. */
export interface FamilyRules {
  readonly family: Family;
  readonly rules: readonly Rule[];
}

/** A filter with its addresses: what targets print and what evaluate() judges packets by. */
export interface Ruleset {
  readonly chain: string;
  readonly hooks: NonEmpty<Hook>;
  /** Every set that the policy's rules name, also those that came out empty: what they held before must go. */
  readonly setNames: readonly string[];
  readonly families: NonEmpty<FamilyRules>;
}
