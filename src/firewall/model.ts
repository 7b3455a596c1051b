// Who may talk to whom: the nouns of a packet filter, before (Policy) and after (Ruleset) the names of host sets have
// become addresses. No text of any target, and no stage.

import type { Address, AddressSet, Family, PortRange, Prefix, Range } from '../address/index.ts';
import type { Spanned } from '../document/reader.ts';
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
 * Packets of one kind: those that belong to a connection which the machine knows (conntrack's ESTABLISHED and RELATED),
 * those that come in (input) or go out (output) by the loopback interface, and those of ICMP or ICMPv6, without which IPv6
 * finds no neighbours.
 */
export const TRAFFIC = ['any', 'established', 'loopback', 'icmp'] as const;

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
  /** Its place in the policy, from 1. */
  readonly number: number;
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

/** By which of their addresses hosts are in a set. */
export const SCOPES = ['public', 'private', 'all'] as const;

export type SetScope = (typeof SCOPES)[number];

/** What is in a set before others are taken out of it. */
export type SetContent =
  | {
      readonly kind: 'hosts';
      /** The file of the hosts: a host stream or a cloud's document; undefined: the hosts that the command line gives. */
      readonly inventory: Spanned<string> | undefined;
      /** Expressions as of --select. */
      readonly select: readonly Spanned<string>[];
      readonly scope: SetScope;
    }
  /** A list of addresses, as cidr(1) reads it. */
  | { readonly kind: 'file'; readonly path: Spanned<string> }
  | { readonly kind: 'addresses'; readonly items: readonly Spanned<Prefix | Range>[] }
  | { readonly kind: 'union'; readonly sets: readonly SetName[] };

/** A set of hosts as it is written. */
export interface SetSpec {
  readonly name: string;
  /** Where its name stands; undefined for the one that flags make. */
  readonly span: Span | undefined;
  readonly content: SetContent;
  /** Sets whose addresses are not in it. */
  readonly without: readonly SetName[];
}

/** One end of the packets that an assertion speaks of. */
export type AssertedEnd = 'any' | SetName | { readonly prefix: Prefix };

/** What must become of packets: all that it describes, where no rule is over its rate. */
export interface Assertion {
  readonly must: (typeof VERDICTS)[number];
  readonly hook: Hook;
  readonly from: AssertedEnd;
  readonly to: AssertedEnd;
  readonly services: Terms['services'];
  /** `any` means packets that open a connection, and do not go by the loopback interface. */
  readonly traffic: Traffic;
  readonly span: Span;
}

/** `drop` holds for rejected packets too; `return`: no rule of ours decides. */
export const VERDICTS = ['accept', 'drop', 'return'] as const;

/** A filter as it is written. */
export interface Policy {
  /** The chain that is ours; what is derived from it (chains, sets, files) begins with its name. */
  readonly chain: string;
  /** The hooks that have a chain, the one first that `chain` itself is for. */
  readonly hooks: NonEmpty<Hook>;
  readonly families: NonEmpty<Family>;
  /** The first rule that matches decides; where none does, the packet goes on behind the jump. */
  readonly rules: readonly PolicyRule[];
  /** Every set that rules, other sets and assertions name, and perhaps more. */
  readonly sets: readonly SetSpec[];
  readonly assertions: readonly Assertion[];
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
