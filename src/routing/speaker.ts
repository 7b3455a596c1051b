// A router as the targets get it: its sessions with everything that the site file left to a default filled in, and its
// policy. Made by expand.ts; only types here.

import type { Address, Asn, Family, Prefix } from '../address/index.ts';
import type { Span } from '../document/source.ts';
import type { Role } from './model.ts';
import type { Policy } from './policy.ts';

/** One BGP speaker. */
export interface Speaker {
  /** The router's name. */
  readonly name: string;
  /** Where the site file tells of it. */
  readonly span: Span;
  readonly as: Asn;
  readonly id: Address;
  /** The site's own prefixes, in order; each is announced and has a pull-up route. */
  readonly prefixes: readonly Prefix[];
  readonly sessions: readonly Session[];
  readonly policy: Policy;
  /**
   * `off` where no other router of the site could hold the routes meanwhile: then a neighbour that keeps stale routes
   * only makes a black hole. `helper` keeps a restarting neighbour's routes (RFC 4724), and asks nothing for itself.
   */
  readonly gracefulRestart: 'off' | 'helper';
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
  /** Prefixes that the neighbour may send. */
  readonly maxReceived: number;
  /** Prefixes that may be sent to it. */
  readonly maxSent: number;
  /** Names in the policy. */
  readonly inMap: string;
  readonly outMap: string;
  readonly outPrefixes: string;
  readonly outPaths: string;
}

/** Something that the site file asks for, and where: a target that can't do it points there. */
export interface Asked {
  readonly span: Span;
}
