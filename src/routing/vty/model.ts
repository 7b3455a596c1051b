// A configuration of Quagga or FRR that somebody wrote by hand, as it was found: sessions, lists, maps, routes, log-ins,
// the daemons to start, kernel settings. Every part keeps its place. Filled by parse.ts alone; types and what follows
// from them at once.

import type { Address, Family, InterfaceAddress, Prefix } from '../../address/index.ts';
import type { Spanned } from '../../document/reader.ts';
import type { Span } from '../../document/source.ts';
import type { Action } from '../policy.ts';
import type { Comment, Statement, Word } from './statement.ts';

/** Which of the two daemons a configuration is for. */
export type Dialect = 'quagga' | 'frr';

export interface Existing {
  readonly dialect: Dialect;
  hostname: Word | undefined;
  /** `frr version 8.4.4`, `frr defaults datacenter`. */
  frrVersion: Word | undefined;
  frrDefaults: Word | undefined;
  bgp: Bgp | undefined;
  readonly interfaces: Map<string, Interface>;
  readonly statics: StaticRoute[];
  readonly prefixLists: Map<string, ListOf<PrefixLine>>;
  readonly pathLists: Map<string, ListOf<PathLine>>;
  readonly communityLists: Map<string, ListOf<CommunityLine>>;
  readonly routeMaps: Map<string, ListOf<MapClause>>;
  /** Access lists, which are known by name only. */
  readonly accessLists: Map<string, Span>;
  readonly logins: Login[];
  /** Where `service password-encryption` stands. */
  encryption: Span | undefined;
  readonly accessClass: Span[];
  readonly bfdPeers: Spanned<string>[];
  readonly caches: Statement[];
  readonly daemons: Map<string, Spanned<boolean>>;
  readonly daemonOptions: Map<string, Spanned<string>>;
  readonly settings: Setting[];
  readonly comments: Comment[];
}

/** `router bgp`. */
export interface Bgp {
  readonly span: Span;
  readonly as: Word;
  routerId: Word | undefined;
  readonly networks: Network[];
  readonly redistributed: Redistributed[];
  readonly peers: Map<string, Peer>;
  dampening: { readonly span: Span; readonly figures: readonly Word[] } | undefined;
  /** Flags by the words after `bgp`, as written last. */
  readonly flags: Map<string, Spanned<boolean>>;
}

export interface Network {
  readonly prefix: Spanned<Prefix>;
  readonly map: Word | undefined;
  /** Whether an `aggregate-address` makes it. */
  readonly aggregate: boolean;
}

export interface Redistributed {
  readonly what: Word;
  readonly family: Family;
  readonly map: Word | undefined;
  readonly span: Span;
}

/** A neighbour or a group of them. */
export interface Peer {
  readonly name: Word;
  /** Undefined for a group. */
  readonly address: Address | undefined;
  group: Word | undefined;
  as: Word | undefined;
  description: string | undefined;
  password: Word | undefined;
  source: Word | undefined;
  multihop: Word | undefined;
  /** Hops of `ttl-security`. */
  security: Word | undefined;
  bfd: Span | undefined;
  timers: readonly [Word, Word] | undefined;
  shutdown: Span | undefined;
  /** What we are to it, of RFC 9234. */
  role: Word | undefined;
  /** Where it is said that it is off with this neighbour, or that only the neighbour may. */
  restart: Span | undefined;
  enforcesFirst: Span | undefined;
  readonly families: Map<Family, PeerFamily>;
}

export type Direction = 'in' | 'out';

/** What a neighbour has for one address family. */
export interface PeerFamily {
  active: Spanned<boolean> | undefined;
  readonly maps: Map<Direction, Word>;
  readonly prefixLists: Map<Direction, Word>;
  readonly pathLists: Map<Direction, Word>;
  readonly accessLists: Map<Direction, Word>;
  limit: { readonly span: Span; readonly count: Word; readonly words: readonly string[] } | undefined;
  limitOut: Word | undefined;
  keepsReceived: boolean;
  defaultOriginate: Span | undefined;
}

export interface Interface {
  readonly name: Word;
  readonly addresses: Spanned<InterfaceAddress>[];
}

export interface StaticRoute {
  readonly prefix: Spanned<Prefix>;
  /** Whether packets are discarded. */
  readonly discards: boolean;
}

export interface ListOf<L> {
  readonly name: string;
  readonly span: Span;
  readonly lines: L[];
}

export interface PrefixLine {
  readonly action: Action;
  readonly family: Family;
  /** Undefined is `any`. */
  readonly prefix: Prefix | undefined;
  readonly ge: Word | undefined;
  readonly le: Word | undefined;
  readonly order: number;
  readonly span: Span;
}

export interface PathLine {
  readonly action: Action;
  readonly expression: string;
  readonly span: Span;
}

export interface CommunityLine {
  readonly action: Action;
  readonly expanded: boolean;
  readonly words: readonly string[];
  readonly span: Span;
}

export interface MapClause {
  readonly action: Action;
  readonly order: number;
  readonly matches: Statement[];
  readonly sets: Statement[];
  /** `on-match next`, `on-match goto N` and `call NAME`. */
  readonly flow: Statement[];
  readonly span: Span;
}

/** A password for the daemons' own log-in. */
export interface Login {
  readonly enable: boolean;
  /** Whether it is written as a hash. */
  readonly hashed: boolean;
  readonly span: Span;
}

/** A kernel setting, of a file or in a comment of one. */
export interface Setting {
  readonly key: string;
  readonly value: string;
  readonly commented: boolean;
  readonly span: Span;
}

/** An existing configuration in which nothing stands yet. */
export function nothingYet(dialect: Dialect): Existing {
  return {
    dialect,
    hostname: undefined,
    frrVersion: undefined,
    frrDefaults: undefined,
    bgp: undefined,
    interfaces: new Map(),
    statics: [],
    prefixLists: new Map(),
    pathLists: new Map(),
    communityLists: new Map(),
    routeMaps: new Map(),
    accessLists: new Map(),
    logins: [],
    encryption: undefined,
    accessClass: [],
    bfdPeers: [],
    caches: [],
    daemons: new Map(),
    daemonOptions: new Map(),
    settings: [],
    comments: [],
  };
}

/** The name that a prefix list is kept under: both families have names of their own. */
export function prefixListKey(family: Family, name: string): string {
  return `${family} ${name}`;
}
