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
  /** What the objects of a registry need besides. */
  readonly registry: Registry | undefined;
  /** Caches of validated ROAs (RFC 8210), the best first. */
  readonly validators: readonly Validator[];
  /** How many equally good ways are used at once. */
  readonly multipath: Spanned<number> | undefined;
  readonly damping: Damping | undefined;
  /** How the routers of the site find each other. */
  readonly igp: Spanned<Igp> | undefined;
  /** Whether neighbours are asked to keep our routes while a router restarts (RFC 4724). */
  readonly gracefulRestart: Spanned<boolean> | undefined;
  /** Addresses of ours whose traffic is to be discarded, by us and by the providers that take such requests. */
  readonly blackhole: readonly Spanned<Prefix>[];
}

/** Provider-independent, or out of a provider's block (PA). */
export type PrefixStatus = 'pi' | 'pa';

/** A block that the site announces. */
export interface OwnPrefix {
  readonly prefix: Spanned<Prefix>;
  readonly status: Spanned<PrefixStatus> | undefined;
  /** The data centres that announce it; empty for all. */
  readonly at: readonly Spanned<string>[];
  /** Neighbours, or data centres, that its traffic is to come in by. */
  readonly primary: readonly Spanned<string>[];
  /** Those that it comes in by when none of the primary ones is there. */
  readonly backup: readonly Spanned<string>[];
  /** Parts of it that are announced to one neighbour only, to share the load. */
  readonly split: readonly Share[];
}

/** The parts of a block that a neighbour's line is to carry. */
export interface Share {
  readonly neighbor: Spanned<string>;
  readonly parts: readonly Spanned<Prefix>[];
}

export interface Router {
  readonly name: Spanned<string>;
  /** An IPv4 address by form, a number by meaning (RFC 4271 section 4.2). */
  readonly id: Spanned<Address>;
  /** The routing daemon and its version, as `--target` takes them: `frr@8.4`. */
  readonly daemon: Spanned<string> | undefined;
  readonly dataCenter: Spanned<string> | undefined;
  /** Addresses that stay whatever happens to an interface, at most one of each family. */
  readonly loopback: readonly Spanned<Address>[];
  readonly interfaces: readonly RouterInterface[];
  readonly maintenance: Spanned<Maintenance> | undefined;
}

export interface RouterInterface {
  readonly name: Spanned<string>;
  readonly addresses: readonly Spanned<InterfaceAddress>[];
}

/** What a neighbour is to the site (RFC 9234 section 3). */
export type Role = (typeof ROLES)[number];
export const ROLES = ['transit', 'peer', 'customer', 'ibgp', 'route-server'] as const;

/** Which routes are wanted of a provider: all, only a default route, or both. */
export type Wanted = 'full' | 'default' | 'full-and-default';

/** What a customer is sent: everything, or what the site itself announces. */
export type Sent = 'full' | 'own';

/** `drain` asks everybody to go another way and keeps the session (RFC 8326), `down` shuts it. */
export type Maintenance = 'drain' | 'down';

/** A protocol between the routers of the site, or static routes. */
export type Igp = 'ospf' | 'static' | 'none';

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
  /** Whether its routes are used before those of others of its role, or after. */
  readonly use: Spanned<'primary' | 'backup'> | undefined;
  readonly sent: Spanned<Sent> | undefined;
  /** A file with the prefixes that it may announce. */
  readonly prefixFile: Spanned<string> | undefined;
  /** The as-set in which the registry lists it and those behind it. */
  readonly asSet: Spanned<string> | undefined;
  /** Communities of its own that it acts upon, by what they ask for. */
  readonly communities: ReadonlyMap<Request, Spanned<Community | LargeCommunity>>;
  readonly maintenance: Spanned<Maintenance> | undefined;
}

/** What a provider's own community can ask for. */
export type Request = (typeof REQUESTS)[number];
export const REQUESTS = ['primary', 'backup', 'blackhole'] as const;

/** A community (RFC 1997): two numbers of 16 bits. */
export interface Community {
  readonly kind: 'standard';
  readonly high: number;
  readonly low: number;
}

/** A large community (RFC 8092): three numbers of 32 bits. */
export interface LargeCommunity {
  readonly kind: 'large';
  readonly admin: number;
  readonly first: number;
  readonly second: number;
}

/** A cache of validated ROAs. */
export interface Validator {
  readonly address: Spanned<Address>;
  readonly port: Spanned<number> | undefined;
}

/** What a registry wants of an object besides its facts. */
export interface Registry {
  readonly source: Spanned<string> | undefined;
  readonly maintainer: Spanned<string> | undefined;
  readonly organisation: Spanned<string> | undefined;
  readonly adminContact: Spanned<string> | undefined;
  readonly techContact: Spanned<string> | undefined;
  readonly asSet: Spanned<string> | undefined;
}

/** How routes that come and go are put aside (RFC 2439). Times in minutes. */
export interface Damping {
  readonly span: Span;
  readonly halfLife: number;
  readonly reuse: number;
  readonly suppress: number;
  readonly longest: number;
}

/** What holds where the site file says nothing. Times in seconds. */
export const DEFAULTS: {
  readonly keepalive: number;
  readonly hold: number;
  readonly hops: number;
  readonly wanted: Wanted;
  readonly sent: Sent;
  readonly validatorPort: number;
} = {
  keepalive: 10,
  hold: 30,
  hops: 1,
  wanted: 'full',
  sent: 'full',
  validatorPort: 323,
};

/**
 * Damping that hurts nobody who is innocent: the thresholds of RFC 7196 section 4, and the longest time that lets the
 * penalty rise to the ceiling of 50000 which it asks for (750 x 2 ^ (91 / 15)).
 */
export const DAMPING: Readonly<Record<'aggressive' | 'conservative', Omit<Damping, 'span'>>> = {
  aggressive: { halfLife: 15, reuse: 750, suppress: 6000, longest: 91 },
  conservative: { halfLife: 15, reuse: 750, suppress: 12000, longest: 91 },
};

/** The families of the addresses of a neighbour, IPv4 first. */
export function familiesOf(neighbor: Neighbor): readonly Family[] {
  const families: readonly Family[] = [4, 6];
  return families.filter((family) => neighbor.addresses.some(({ value }) => value.family === family));
}

/** Whether a prefix is announced at a router. */
export function isAnnouncedAt({ at }: OwnPrefix, { dataCenter }: Router): boolean {
  return at.length === 0 || at.some(({ value }) => value === dataCenter?.value);
}

/** The parts of the site's prefixes that are announced to a neighbour. */
export function partsFor(site: Pick<Site, 'prefixes'>, neighbor: string): readonly Prefix[] {
  return site.prefixes.flatMap(({ split }) =>
    split
      .filter((share) => share.neighbor.value === neighbor)
      .flatMap(({ parts }) => parts.map(({ value }) => value)),
  );
}
