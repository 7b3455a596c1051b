// What may come in and what may go out, as data: prefix lists, AS path lists, community lists and route maps that no
// daemon's syntax has touched. Types only: filters.ts makes them of the site's intent, targets/ spell them.
// Every map and list refuses what it does not name, and an empty list refuses everything.

import type { Family, Prefix } from '../address/index.ts';
import type { Community, LargeCommunity } from './model.ts';

export type Action = 'permit' | 'deny';

/** One line of a prefix list: prefixes inside of `prefix` whose lengths are from `least` to `most`. */
export interface PrefixRule {
  readonly action: Action;
  readonly prefix: Prefix;
  readonly least: number;
  readonly most: number;
  /** Why, for a comment. */
  readonly why: string;
}

/**
 * IPv4 prefixes by their first addresses as numbers: a list of a million is too long for an object each. All are
 * permitted, at one length; a size below it stands for all of a block.
 */
export interface PackedRules {
  readonly length: number;
  readonly starts: Uint32Array;
  readonly sizes: Uint8Array;
}

/** What somebody may announce: few rules, or many packed ones. */
export interface PrefixEntries {
  readonly rules: readonly PrefixRule[];
  readonly packed: readonly PackedRules[];
}

/** Rules in order, the first that fits decides; what none fits is refused. */
export interface PrefixList {
  readonly name: string;
  readonly family: Family;
  readonly why: string;
  readonly rules: readonly PrefixRule[];
  /** Behind the rules. */
  readonly packed?: readonly PackedRules[];
}

/** What an AS path may be tested for. */
export type PathTest =
  | { readonly kind: 'any' }
  /** Made here: the path is empty. */
  | { readonly kind: 'empty' }
  /** Any AS number of the path is in the block. */
  | { readonly kind: 'holds'; readonly first: number; readonly last: number }
  /** More AS numbers than this in it, repetitions counted. */
  | { readonly kind: 'longer'; readonly than: number }
  /** The neighbour's number, the first one, is this. */
  | { readonly kind: 'begins'; readonly as: number }
  /** It has an AS_SET (RFC 9774). */
  | { readonly kind: 'set' };

export interface PathRule {
  readonly action: Action;
  readonly test: PathTest;
  readonly why: string;
}

/** Rules in order, the first that fits decides; what none fits is refused. */
export interface PathList {
  readonly name: string;
  readonly why: string;
  readonly rules: readonly PathRule[];
}

/** Communities by value, or all whose first number is the given one. */
export type CommunityRule =
  | Community
  | LargeCommunity
  | { readonly kind: 'standard-of' | 'large-of'; readonly admin: number };

/**
 * A list holds rules for standard or for large communities, and either values or whole numbers of an AS, never both: the
 * daemons keep them apart.
 */
export interface CommunityList {
  readonly name: string;
  readonly size: 'standard' | 'large';
  readonly why: string;
  readonly rules: readonly CommunityRule[];
}

/** All of a clause's conditions must hold. */
export type Condition =
  | { readonly kind: 'prefix'; readonly list: string }
  | { readonly kind: 'path'; readonly list: string }
  | { readonly kind: 'community'; readonly size: 'standard' | 'large'; readonly list: string }
  /** A validated ROA covers the prefix, and none allows its origin (RFC 6811). */
  | { readonly kind: 'rpki-invalid' };

export type Change =
  | { readonly kind: 'preference'; readonly value: number }
  /** Our own number in front of the path, so many times besides the one that is always there. */
  | { readonly kind: 'prepend'; readonly as: number; readonly times: number }
  | { readonly kind: 'med'; readonly value: number }
  | { readonly kind: 'scrub'; readonly size: 'standard' | 'large'; readonly list: string }
  | { readonly kind: 'tag'; readonly community: Community | LargeCommunity }
  /** The next hop becomes the neighbour itself (RFC 7454 section 10). */
  | { readonly kind: 'next-hop-neighbor' };

export interface Clause {
  readonly action: Action;
  readonly why: string;
  readonly conditions: readonly Condition[];
  readonly changes: readonly Change[];
  /** Whether the next clause decides, with the changes made. */
  readonly goesOn?: boolean;
}

/** Clauses in order; what none fits is refused. */
export interface RouteMap {
  readonly name: string;
  readonly family: Family;
  readonly clauses: readonly Clause[];
}

/** Everything that the sessions of one router refer to. */
export interface Policy {
  readonly prefixLists: readonly PrefixList[];
  readonly pathLists: readonly PathList[];
  readonly communityLists: readonly CommunityList[];
  readonly routeMaps: readonly RouteMap[];
}
