// A router as the targets get it: its sessions with everything that the site file left to a default filled in, and its
// policy. Made by expand.ts; only types here.

import type { Address, Asn, Family, Prefix } from '../address/index.ts';
import type { Span } from '../document/source.ts';
import type { Damping, Igp, Maintenance, Role } from './model.ts';
import type { Policy } from './policy.ts';

/** One BGP speaker. */
export interface Speaker {
  /** The router's name. */
  readonly name: string;
  /** Where the site file tells of it. */
  readonly span: Span;
  readonly as: Asn;
  readonly id: Address;
  /** What is announced from here, in order; each has a pull-up route. */
  readonly prefixes: readonly Prefix[];
  readonly sessions: readonly Session[];
  readonly policy: Policy;
  /**
   * `off` where no other router of the site could hold the routes meanwhile: then a neighbour that keeps stale routes
   * only makes a black hole. `helper` keeps a restarting neighbour's routes (RFC 4724), and asks nothing for itself.
   */
  readonly gracefulRestart: 'off' | 'helper' | 'on';
  /** How many equally good ways are used at once. */
  readonly multipath: (Asked & { readonly ways: number }) | undefined;
  readonly damping: Damping | undefined;
  /** Caches of validated ROAs, the best first. */
  readonly validators: readonly Cache[];
  readonly interior: Interior;
}

/** A session with one address of a neighbour; it carries the address's family only. */
export interface Session {
  /** The neighbour's name in the site file. */
  readonly neighbor: string;
  /** Where the site file gives the address. */
  readonly span: Span;
  readonly role: Role;
  readonly as: Asn;
  readonly address: Address;
  readonly family: Family;
  readonly description: string;
  /** As the artifacts are to have it. */
  readonly password: string | undefined;
  /** 1 is on the link. */
  readonly hops: number;
  readonly source: Address | undefined;
  readonly gtsm: Asked | undefined;
  readonly bfd: Asked | undefined;
  /** In seconds. */
  readonly keepalive: number;
  /** In seconds. */
  readonly hold: number;
  /** Prefixes that the neighbour may send; undefined between our own routers. */
  readonly maxReceived: number | undefined;
  /** Prefixes that may be sent to it; undefined where it is to have all. */
  readonly maxSent: number | undefined;
  /** Names in the policy. */
  readonly inMap: string;
  readonly outMap: string;
  /** Lists that stand beside the map out, where less than everything goes out. */
  readonly outPrefixes: string | undefined;
  readonly outPaths: string | undefined;
  readonly maintenance: Maintenance | undefined;
}

/** A cache of validated ROAs. */
export interface Cache extends Asked {
  readonly address: Address;
  readonly port: number;
}

/** How the routers of the site find each other's loopbacks. */
export interface Interior {
  readonly igp: Igp;
  /** Where the site file asks for it. */
  readonly span: Span | undefined;
  /** Interfaces towards other routers of the site, with their networks. */
  readonly links: readonly InnerLink[];
  readonly loopbacks: readonly Address[];
  /** Static routes, where there is no protocol. */
  readonly ways: readonly { readonly to: Prefix; readonly via: Address }[];
}

/** An interface towards other routers of the site. */
export interface InnerLink {
  readonly interface: string;
  readonly prefixes: readonly Prefix[];
  /** Whether there is only one other router on it. */
  readonly pair: boolean;
}

/** Something that the site file asks for, and where: a target that can't do it points there. */
export interface Asked {
  readonly span: Span;
}
