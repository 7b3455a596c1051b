// The facts of a site as its owner wrote them down: what is his, which routers he has, whom they peer with. Every value
// keeps the span it was read from. Only types; reading stands in parse.ts, what follows from the facts in expand.ts and
// policy.ts.

import type { Address, Asn, Family, InterfaceAddress, Prefix } from '../address/index.ts';
import type { Spanned } from '../document/reader.ts';
import type { Span } from '../document/source.ts';

/** A site with its own AS. */
export interface Site {
  readonly span: Span;
  /** Whether documentation prefixes and AS numbers count as real ones: for examples and rehearsals. */
  readonly lab: boolean;
  readonly as: Spanned<Asn>;
  readonly prefixes: readonly OwnPrefix[];
  readonly routers: readonly Router[];
  readonly neighbors: readonly Neighbor[];
}

/** Provider-independent, or out of a provider's block (PA). */
export type PrefixStatus = 'pi' | 'pa';

/** A block that the site announces. */
export interface OwnPrefix {
  readonly prefix: Spanned<Prefix>;
  readonly status: Spanned<PrefixStatus> | undefined;
}

export interface Router {
  readonly name: Spanned<string>;
  /** An IPv4 address by form, a number by meaning (RFC 4271 section 4.2). */
  readonly id: Spanned<Address>;
  /** The routing daemon and its version, as `--target` takes them: `frr@8.4`. */
  readonly daemon: Spanned<string> | undefined;
  readonly interfaces: readonly RouterInterface[];
}

export interface RouterInterface {
  readonly name: Spanned<string>;
  readonly addresses: readonly Spanned<InterfaceAddress>[];
}

/** What a neighbour is to the site (RFC 9234 section 3). */
export type Role = 'transit';

/** Which routes are wanted of a provider: all, only a default route, or both. */
export type Wanted = 'full' | 'default' | 'full-and-default';

/** A neighbour AS at one router: one session per address, and each carries its own family only. */
export interface Neighbor {
  readonly name: Spanned<string>;
  readonly role: Spanned<Role>;
  readonly as: Spanned<Asn>;
  readonly router: Spanned<string>;
  readonly addresses: readonly Spanned<Address>[];
  readonly description: Spanned<string> | undefined;
  readonly passwordFile: Spanned<string> | undefined;
  /** How many hops away it may be; 1 is on the link. */
  readonly hops: Spanned<number> | undefined;
  /** The addresses that sessions come from, at most one of each family. */
  readonly sources: readonly Spanned<Address>[];
  /** Whether the neighbour's packets must come with a hop limit that only a near one can have (RFC 5082). */
  readonly gtsm: Spanned<boolean> | undefined;
  readonly bfd: Spanned<boolean> | undefined;
  /** In seconds. */
  readonly keepalive: Spanned<number> | undefined;
  /** In seconds. */
  readonly hold: Spanned<number> | undefined;
  /** How many prefixes it may send, by family. */
  readonly maxPrefix: ReadonlyMap<Family, Spanned<number>>;
  readonly wanted: Spanned<Wanted> | undefined;
}

/** What holds where the site file says nothing. Times in seconds. */
export const DEFAULTS: {
  readonly keepalive: number;
  readonly hold: number;
  readonly hops: number;
  readonly wanted: Wanted;
} = {
  keepalive: 10,
  hold: 30,
  hops: 1,
  wanted: 'full',
};

/** The families of the addresses of a neighbour, IPv4 first. */
export function familiesOf(neighbor: Neighbor): readonly Family[] {
  const families: readonly Family[] = [4, 6];
  return families.filter((family) => neighbor.addresses.some(({ value }) => value.family === family));
}
