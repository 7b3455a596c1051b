// What a rehearsal builds, as data: a namespace for each router of the site and for each neighbour, a vantage point behind
// the neighbours, and the wires between them. Pure; who makes it stands in programs/bgpgen/rehearse/.

import { type Address, type Family, Prefix } from '../../address/index.ts';
import { DEFAULTS, isAnnouncedAt, type Neighbor, partsFor, type Router, type Site } from '../model.ts';

export interface Play {
  readonly as: number;
  /** The site's prefixes that neighbours should hear. */
  readonly prefixes: readonly Prefix[];
  readonly routers: readonly StageRouter[];
  readonly providers: readonly Provider[];
  readonly vantage: Vantage;
  /** One per network that interfaces of routers are on: a bridge, so that several can be on a link. */
  readonly wires: readonly Wire[];
  readonly caches: readonly CacheServer[];
  readonly validated: readonly Validated[];
  /** The ROAs that make valid what they made invalid. */
  readonly mended: readonly Validated[];
  /** Neighbours that are left out, and why. */
  readonly leftOut: readonly { readonly name: string; readonly why: string }[];
}

export interface StageRouter {
  readonly name: string;
  /** An address inside of each prefix of the site, which every router answers for: what the vantage point looks for. */
  readonly inside: readonly Address[];
  readonly loopback: readonly Address[];
}

/** A server of validated ROAs, as the site file names it; it is played inside of every router. */
export interface CacheServer {
  readonly address: Address;
  readonly port: number;
}

/** A validated ROA: who may announce a prefix. */
export interface Validated {
  readonly prefix: Prefix;
  readonly as: number;
}

/** A link: the ends of routers, and those of the neighbours on it. */
export interface Wire {
  /** Of the bridge. */
  readonly name: string;
  readonly ends: readonly RouterEnd[];
  readonly providers: readonly { readonly name: string; readonly addresses: readonly string[] }[];
}

export interface RouterEnd {
  readonly router: string;
  readonly interface: string;
  readonly addresses: readonly string[];
}

export interface Provider {
  readonly name: string;
  readonly router: string;
  readonly as: number;
  readonly number: number;
  readonly sessions: readonly ProviderSession[];
  /** Whether it watches the site by BFD, demands GTSM, how long it waits. */
  readonly bfd: boolean;
  readonly gtsm: boolean;
  readonly hold: number;
  /** What it should hear of the site. */
  readonly expects: readonly Prefix[];
  readonly offers: readonly Offer[];
  /** Towards the vantage point: addresses of its own end and of the other one. */
  readonly uplink: Readonly<Record<Family, { readonly here: string; readonly there: string }>>;
}

export interface ProviderSession {
  readonly family: Family;
  /** The neighbour's address, and the router's. */
  readonly here: Address;
  readonly there: Address;
}

/** A route that a neighbour offers to the site, and whether the site should take it. */
export interface Offer {
  readonly prefix: Prefix;
  readonly why: string;
  readonly taken: boolean;
  /** AS numbers behind the neighbour's own. */
  readonly path: readonly number[];
}

export interface Vantage {
  readonly as: number;
  readonly prefixes: Readonly<Record<Family, Prefix>>;
  readonly addresses: Readonly<Record<Family, Address>>;
}

/** The play for a site, or why it can't be put on the stage. */
export function playOf(site: Site): Play | { readonly reason: string } {
  if (site.routers.length === 0) return { reason: 'the site has no router' };
  const leftOut = site.neighbors.flatMap((neighbor) => {
    const why = whyNot(neighbor, site);
    return why === undefined ? [] : [{ name: neighbor.name.value, why }];
  });
  const here = site.neighbors.filter(({ name }) => !leftOut.some((each) => each.name === name.value));
  if (here.length === 0) {
    const why = leftOut.map(({ name, why: each }) => `${name}: ${each}`).join('; ');
    return { reason: `there is nothing to rehearse: ${why === '' ? 'the site has no neighbours' : why}` };
  }
  const prefixes = site.prefixes.map(({ prefix }) => prefix.value);
  const vantage = vantageFor(site);
  const inside = prefixes.map((prefix) => insideOf(prefix, site));
  return {
    as: site.as.value.value,
    prefixes,
    routers: site.routers.map(({ name, loopback }) => ({
      name: name.value,
      inside,
      loopback: loopback.map(({ value }) => value),
    })),
    providers: here.map((neighbor, index) => providerOf(neighbor, index, site, vantage)),
    vantage,
    wires: wiresOf(site.routers, here),
    caches: site.validators.map(({ address, port }) => ({
      address: address.value,
      port: port?.value ?? DEFAULTS.validatorPort,
    })),
    validated: [
      ...prefixes.map((prefix) => ({ prefix, as: site.as.value.value })),
      ...INVALID.map((text) => ({ prefix: Prefix.parse(text), as: HOLDER })),
    ],
    mended: here.flatMap(({ as }) =>
      INVALID.map((text) => ({ prefix: Prefix.parse(text), as: as.value.value })),
    ),
    leftOut,
  };
}

/** Why a neighbour is not on the stage. */
function whyNot({ hops, role, prefixFile, maintenance, router }: Neighbor, site: Site): string | undefined {
  if ((hops?.value ?? DEFAULTS.hops) > 1) return 'it is several hops away';
  if (role.value !== 'transit' && role.value !== 'peer') return `it is a ${role.value}`;
  if (prefixFile !== undefined) return 'what it may announce is in a file';
  const { maintenance: whole } = site.routers.find(({ name }) => name.value === router.value) ?? {};
  return maintenance?.value === 'down' || whole?.value === 'down' ? 'it is down for maintenance' : undefined;
}

/** An address of a prefix that is no router's and on no link; its first one where there is none. */
function insideOf(prefix: Prefix, site: Site): Address {
  const links = site.routers.flatMap(({ interfaces }) =>
    interfaces.flatMap(({ addresses }) => addresses.map(({ value }) => value.prefix)),
  );
  const taken = site.routers.flatMap(({ loopback, id }) => [...loopback, id].map(({ value }) => value));
  let address: Address | undefined = prefix.first.next();
  // In the lower half: the upper one is what neighbours lay claim to.
  for (let tries = 0; tries < 100 && address !== undefined && prefix.contains(address); tries++) {
    const here = address;
    if (!links.some((link) => link.contains(here)) && !taken.some((each) => each.equals(here))) return here;
    address = here.next();
  }
  return prefix.first;
}

/** Interfaces that have a network in common are on one wire. */
function wiresOf(routers: readonly Router[], neighbors: readonly Neighbor[]): readonly Wire[] {
  const wires: { links: Prefix[]; ends: RouterEnd[] }[] = [];
  for (const router of routers) {
    for (const { name, addresses } of router.interfaces) {
      const links = addresses.map(({ value }) => value.prefix);
      const end: RouterEnd = {
        router: router.name.value,
        interface: name.value,
        addresses: addresses.map(({ value }) => value.toString()),
      };
      const known = wires.find(
        (wire) => name.value !== 'lo' && wire.links.some((link) => links.some((each) => each.equals(link))),
      );
      if (known === undefined) wires.push({ links, ends: [end] });
      else {
        known.links.push(...links);
        known.ends.push(end);
      }
    }
  }
  return wires.map(({ links, ends }, index) => ({
    name: `w${index}`,
    ends,
    providers: neighbors.flatMap((neighbor) => {
      if (!ends.some(({ router }) => router === neighbor.router.value)) return [];
      const on = neighbor.addresses.flatMap(({ value }) => {
        const link = links.find((each) => each.contains(value));
        return link === undefined ? [] : [`${value.toString()}/${link.length}`];
      });
      return on.length === 0 ? [] : [{ name: neighbor.name.value, addresses: on }];
    }),
  }));
}

function providerOf(neighbor: Neighbor, index: number, site: Site, vantage: Vantage): Provider {
  const router = site.routers.find(({ name }) => name.value === neighbor.router.value);
  const own = (router?.interfaces ?? []).flatMap(({ addresses }) => addresses.map(({ value }) => value));
  const wanted = neighbor.wanted?.value ?? DEFAULTS.wanted;
  return {
    name: neighbor.name.value,
    router: neighbor.router.value,
    as: neighbor.as.value.value,
    number: index,
    sessions: neighbor.addresses.flatMap(({ value }) => {
      const there = own.find(({ prefix }) => prefix.contains(value))?.address;
      return there === undefined ? [] : [{ family: value.family, here: value, there }];
    }),
    bfd: neighbor.bfd?.value === true,
    gtsm: neighbor.gtsm?.value === true,
    hold: neighbor.hold?.value ?? DEFAULTS.hold,
    expects: expectedBy(neighbor, router, site),
    offers: offersFor(site, vantage, wanted !== 'full', wanted !== 'default'),
    // Links of ours, which are told to nobody.
    uplink: {
      4: { here: `172.31.${index}.1`, there: `172.31.${index}.2` },
      6: { here: `fd00:31:${index.toString(16)}::1`, there: `fd00:31:${index.toString(16)}::2` },
    },
  };
}

/** The prefixes that are announced at its router, and the parts that are for it. */
function expectedBy(neighbor: Neighbor, router: Router | undefined, site: Site): readonly Prefix[] {
  const families = neighbor.addresses.map(({ value }) => value.family);
  const announced = site.prefixes.filter((prefix) => router !== undefined && isAnnouncedAt(prefix, router));
  return [
    ...announced.map(({ prefix }) => prefix.value),
    ...partsFor({ prefixes: announced }, neighbor.name.value),
  ].filter(({ family }) => families.includes(family));
}

/** What a vantage point may be announced as: documentation space where the site may use it, otherwise any that is routed. */
const SPACE = {
  lab: {
    4: ['203.0.113.0/24', '198.51.100.0/24', '192.0.2.0/24'],
    6: ['2001:db8:ffff::/48', '2001:db8:fffe::/48'],
  },
  world: { 4: ['9.9.9.0/24', '8.8.4.0/24'], 6: ['2620:fe::/48', '2001:4860::/32'] },
} as const;

function vantageFor(site: Site): Vantage {
  const space = site.lab ? SPACE.lab : SPACE.world;
  const used = [
    ...site.prefixes.map(({ prefix }) => prefix.value),
    ...site.routers.flatMap(({ interfaces }) =>
      interfaces.flatMap(({ addresses }) => addresses.map(({ value }) => value.prefix)),
    ),
  ];
  const free = (family: Family): Prefix => {
    const candidates = [...space[family], ...SPACE.world[family]].map((text) => Prefix.parse(text));
    const found = candidates.find((each) => !used.some((other) => other.overlaps(each)));
    return found ?? Prefix.parse(SPACE.world[family][0]);
  };
  const prefixes = { 4: free(4), 6: free(6) };
  const numbers = site.neighbors.map(({ as }) => as.value.value);
  // Numbers that pass every filter: in a lab one of those for documentation, otherwise one that was never given out.
  const as = (site.lab ? [64511, 64510, 64509] : [400_001, 400_002, 400_003]).find(
    (each) => !numbers.includes(each),
  );
  return {
    as: as ?? 400_004,
    prefixes,
    addresses: { 4: insideOf(prefixes[4], site), 6: insideOf(prefixes[6], site) },
  };
}

/** Prefixes whose ROAs name somebody else than the neighbours that offer them. */
const INVALID = ['9.128.0.0/16', '2620:119::/32'];
const HOLDER = 3333;

/** What every neighbour tries: the good, which is the vantage point's, and the bad. */
function offersFor(
  site: Site,
  vantage: Vantage,
  takesDefault: boolean,
  takesTable: boolean,
): readonly Offer[] {
  const offer = (text: string, why: string, taken: boolean, path: readonly number[] = []): Offer => ({
    prefix: Prefix.parse(text),
    why,
    taken,
    path,
  });
  const halves = site.prefixes.flatMap(({ prefix: { value } }): Offer[] => {
    const { length, first } = value;
    if (length >= (value.family === 4 ? 32 : 128)) return [];
    // The half that no probe goes to.
    const upper = Prefix.of(first, length).last;
    return [
      { prefix: Prefix.of(upper, length + 1), why: 'a half of our own prefix', taken: false, path: [] },
    ];
  });
  const longer: readonly Offer[] = ([4, 6] as const).map((family) => ({
    prefix: Prefix.of(vantage.prefixes[family].last, family === 4 ? 26 : 64),
    why: `longer than /${family === 4 ? 24 : 48}`,
    taken: false,
    path: [],
  }));
  return [
    offer('0.0.0.0/0', takesDefault ? 'a default route, which is wanted' : 'a default route', takesDefault),
    offer('::/0', takesDefault ? 'a default route, which is wanted' : 'a default route', takesDefault),
    offer('9.0.0.0/16', 'an ordinary route', takesTable),
    offer('2400:cb00::/32', 'an ordinary route', takesTable),
    offer('10.66.0.0/16', 'private space', false),
    offer('100.64.0.0/10', 'shared space', false),
    offer('fd00:66::/48', 'unique local space', false),
    offer('9.64.0.0/16', 'a private AS in the path', false, [3356, 64512]),
    offer('2a00:1450::/32', 'a private AS in the path', false, [3356, 64512]),
    ...(site.validators.length === 0
      ? []
      : INVALID.map((text) => offer(text, 'its ROA names another AS', false))),
    ...halves,
    ...longer,
  ];
}
