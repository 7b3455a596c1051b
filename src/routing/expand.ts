// From the facts of a site to one router as the targets get it: sessions with their defaults, and the policy. Pure;
// passwords and prefix lists come in, read by whoever may touch files.

import { Address, type Family, Prefix } from '../address/index.ts';
import type { Spanned } from '../document/reader.ts';
import { type MadePolicy, policyOf } from './filters.ts';
import { mapName, type PolicySession, WITHIN } from './intent.ts';
import { Mesh } from './interior.ts';
import {
  DEFAULTS,
  familiesOf,
  isAnnouncedAt,
  type Maintenance,
  type Neighbor,
  partsFor,
  type Router,
  type Site,
} from './model.ts';
import type { PrefixEntries } from './policy.ts';
import type { Asked, Interior, Session, Speaker } from './speaker.ts';

/**
 * How many prefixes above its own number a site may send before the limit on what goes out cuts it off: room for one
 * added by hand in an emergency, not for a table.
 */
const SENT_MARGIN = 2;

/** What files beside the site file hold, by the neighbour's name. */
export interface Materials {
  readonly passwords: ReadonlyMap<string, string>;
  readonly prefixes: ReadonlyMap<string, PrefixEntries>;
}

/** A list without prefixes. */
const NOTHING: PrefixEntries = { rules: [], packed: [] };

/** The speaker that a router of the site is. The site must have passed the checks that carry an error. */
export function speakerOf(site: Site, router: Router, materials: Materials): Speaker {
  const neighbors = site.neighbors.filter((neighbor) => neighbor.router.value === router.name.value);
  const announced = site.prefixes.filter((prefix) => isAnnouncedAt(prefix, router));
  const blackholes = site.blackhole.map(({ value }) => value).sort((a, b) => Prefix.compare(a, b));
  const mesh = new Mesh(site);
  const inner = innerSessions(site, router, mesh);
  const made = policyOf(
    {
      as: site.as.value,
      lab: site.lab,
      own: site.prefixes.map(({ prefix }) => prefix.value).sort((a, b) => Prefix.compare(a, b)),
      announced,
      dataCenter: router.dataCenter?.value,
      blackholes,
      customers: site.neighbors
        .filter(({ role }) => role.value === 'customer')
        .map(({ as, name }) => ({
          as: as.value,
          announces: materials.prefixes.get(name.value) ?? NOTHING,
        })),
      validated: site.validators.length > 0,
    },
    [
      ...neighbors.flatMap((neighbor) => policySessions(site, router, neighbor, materials)),
      ...inner.map(({ family }) => withinSession(site, family)),
    ],
  );
  const parts = neighbors.flatMap(({ name }) => partsFor({ prefixes: announced }, name.value));
  return {
    name: router.name.value,
    span: router.name.span,
    as: site.as.value,
    id: router.id.value,
    prefixes: distinct([...announced.map(({ prefix }) => prefix.value), ...parts, ...blackholes]),
    sessions: [
      ...neighbors.flatMap((neighbor) => sessionsOf(site, router, neighbor, materials, made)),
      ...inner,
    ].sort((a, b) => Address.compare(a.address, b.address)),
    policy: made.policy,
    gracefulRestart:
      site.routers.length === 1 ? 'off' : site.gracefulRestart?.value === true ? 'on' : 'helper',
    multipath: site.multipath && { span: site.multipath.span, ways: site.multipath.value },
    damping: site.damping,
    validators: site.validators.map(({ address, port }) => ({
      span: address.span,
      address: address.value,
      port: port?.value ?? DEFAULTS.validatorPort,
    })),
    interior: interiorOf(site, router, mesh),
  };
}

function policySessions(
  site: Site,
  router: Router,
  neighbor: Neighbor,
  materials: Materials,
): readonly PolicySession[] {
  const name = neighbor.name.value;
  return familiesOf(neighbor).map((family) => ({
    neighbor: name,
    family,
    role: neighbor.role.value,
    as: neighbor.as.value,
    wanted: neighbor.wanted?.value ?? DEFAULTS.wanted,
    sent: neighbor.sent?.value ?? DEFAULTS.sent,
    use: neighbor.use?.value,
    drain: maintenanceOf(router, neighbor) === 'drain',
    announces:
      neighbor.role.value === 'customer'
        ? (materials.prefixes.get(name) ?? NOTHING)
        : materials.prefixes.get(name),
    communities: new Map([...neighbor.communities].map(([request, { value }]) => [request, value] as const)),
    parts: partsFor({ prefixes: site.prefixes.filter((prefix) => isAnnouncedAt(prefix, router)) }, name),
  }));
}

function withinSession(site: Site, family: Family): PolicySession {
  return {
    neighbor: WITHIN,
    family,
    role: 'ibgp',
    as: site.as.value,
    wanted: 'full',
    sent: 'full',
    use: undefined,
    drain: false,
    announces: undefined,
    communities: new Map(),
    parts: [],
  };
}

/** The router's own switch counts for all its neighbours. */
function maintenanceOf(router: Router, neighbor: Neighbor): Maintenance | undefined {
  const words = [router.maintenance?.value, neighbor.maintenance?.value];
  return words.includes('down') ? 'down' : words.includes('drain') ? 'drain' : undefined;
}

function sessionsOf(
  site: Site,
  router: Router,
  neighbor: Neighbor,
  { passwords }: Materials,
  { locks }: MadePolicy,
): readonly Session[] {
  const role = neighbor.role.value;
  return neighbor.addresses.map(({ value: address, span }) => {
    const { family } = address;
    const named = { neighbor: role === 'ibgp' ? WITHIN : neighbor.name.value, family };
    const outMap = mapName(named, 'out');
    const lock = locks.get(outMap);
    return {
      neighbor: neighbor.name.value,
      family,
      span,
      role,
      as: neighbor.as.value,
      address,
      description: neighbor.description?.value ?? `${neighbor.name.value}, ${role}`,
      password: passwords.get(neighbor.name.value),
      hops: neighbor.hops?.value ?? DEFAULTS.hops,
      source: neighbor.sources.find(({ value }) => value.family === family)?.value,
      gtsm: asked(neighbor.gtsm),
      bfd: asked(neighbor.bfd),
      keepalive: neighbor.keepalive?.value ?? DEFAULTS.keepalive,
      hold: neighbor.hold?.value ?? DEFAULTS.hold,
      // The check of BGP012 makes sure that there is one; without it nothing may come in.
      maxReceived: role === 'ibgp' ? undefined : (neighbor.maxPrefix.get(family)?.value ?? 1),
      maxSent:
        lock?.outPrefixes === undefined ? undefined : lock.own + customersIn(site, family) + SENT_MARGIN,
      inMap: mapName(named, 'in'),
      outMap,
      outPrefixes: lock?.outPrefixes,
      outPaths: lock?.outPaths,
      maintenance: maintenanceOf(router, neighbor),
    };
  });
}

/** How many prefixes the customers may send, which go out as well. */
function customersIn(site: Site, family: Family): number {
  return site.neighbors
    .filter(({ role }) => role.value === 'customer')
    .reduce((sum, { maxPrefix }) => sum + (maxPrefix.get(family)?.value ?? 0), 0);
}

/** Sessions with all other routers of the site: each tells the others what it learned (RFC 4271 section 9.2.1). */
function innerSessions(site: Site, router: Router, mesh: Mesh): readonly Session[] {
  const families = ([4, 6] as const).filter((family) =>
    site.neighbors.some((neighbor) => familiesOf(neighbor).includes(family)),
  );
  return site.routers.flatMap((other) =>
    other === router
      ? []
      : families.flatMap((family) => {
          const way = mesh.talkOver(router, other, family);
          if (way === undefined) return [];
          const named = { neighbor: WITHIN, family };
          return [
            {
              neighbor: other.name.value,
              family,
              span: other.name.span,
              role: 'ibgp' as const,
              as: site.as.value,
              address: way.other,
              description: `${other.name.value}, a router of ours`,
              password: undefined,
              hops: 1,
              source: way.own,
              gtsm: undefined,
              bfd: undefined,
              keepalive: DEFAULTS.keepalive,
              hold: DEFAULTS.hold,
              maxReceived: undefined,
              maxSent: undefined,
              inMap: mapName(named, 'in'),
              outMap: mapName(named, 'out'),
              outPrefixes: undefined,
              outPaths: undefined,
              maintenance: undefined,
            },
          ];
        }),
  );
}

function interiorOf(site: Site, router: Router, mesh: Mesh): Interior {
  const links = new Map<string, { readonly prefixes: Prefix[]; readonly others: Set<Router> }>();
  for (const { interface: name, prefix, other } of mesh.linksOf(router)) {
    const known = links.get(name) ?? { prefixes: [], others: new Set() };
    if (!known.prefixes.some((each) => each.equals(prefix))) known.prefixes.push(prefix);
    known.others.add(other);
    links.set(name, known);
  }
  const igp = site.igp?.value ?? 'none';
  return {
    igp,
    span: site.igp?.span,
    links: [...links].map(([name, { prefixes, others }]) => ({
      interface: name,
      prefixes,
      pair: others.size === 1,
    })),
    loopbacks: router.loopback.map(({ value }) => value),
    ways: igp === 'static' ? mesh.waysOf(router) : [],
  };
}

function distinct(prefixes: readonly Prefix[]): readonly Prefix[] {
  const seen = new Map(prefixes.map((prefix) => [prefix.toString(), prefix] as const));
  return [...seen.values()].sort((a, b) => Prefix.compare(a, b));
}

function asked(flag: Spanned<boolean> | undefined): Asked | undefined {
  return flag?.value === true ? { span: flag.span } : undefined;
}
