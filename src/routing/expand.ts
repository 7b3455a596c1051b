// From the facts of a site to one router as the targets get it: sessions with their defaults, and the policy. Pure; the
// passwords come in, read by whoever may touch files.

import { Address, Prefix } from '../address/index.ts';
import type { Spanned } from '../document/reader.ts';
import { LISTS, mapName, policyOf } from './filters.ts';
import { DEFAULTS, familiesOf, type Neighbor, type Router, type Site } from './model.ts';
import type { Asked, Session, Speaker } from './speaker.ts';

/**
 * How many prefixes above its own number a site may send before the limit on what goes out cuts it off: room for one
 * added by hand in an emergency, not for a table.
 */
const SENT_MARGIN = 2;

/**
 * The speaker that a router of the site is. `passwords` holds those of the neighbours, by the neighbour's name. The
 * site must have passed the checks that carry an error.
 */
export function speakerOf(site: Site, router: Router, passwords: ReadonlyMap<string, string>): Speaker {
  const neighbors = site.neighbors.filter((neighbor) => neighbor.router.value === router.name.value);
  return {
    name: router.name.value,
    span: router.name.span,
    as: site.as.value,
    id: router.id.value,
    prefixes: site.prefixes.map(({ prefix }) => prefix.value).sort((a, b) => Prefix.compare(a, b)),
    sessions: neighbors
      .flatMap((neighbor) => sessionsOf(site, neighbor, passwords.get(neighbor.name.value)))
      .sort((a, b) => Address.compare(a.address, b.address)),
    policy: policyOf(
      { as: site.as.value, lab: site.lab, prefixes: site.prefixes },
      neighbors.flatMap((neighbor) =>
        familiesOf(neighbor).map((family) => ({
          neighbor: neighbor.name.value,
          family,
          wanted: neighbor.wanted?.value ?? DEFAULTS.wanted,
        })),
      ),
    ),
    gracefulRestart: site.routers.length === 1 ? 'off' : 'helper',
  };
}

function sessionsOf(site: Site, neighbor: Neighbor, password: string | undefined): readonly Session[] {
  return neighbor.addresses.map(({ value: address, span }) => {
    const { family } = address;
    const named = { neighbor: neighbor.name.value, family };
    const own = site.prefixes.filter(({ prefix }) => prefix.value.family === family).length;
    return {
      ...named,
      span,
      role: neighbor.role.value,
      as: neighbor.as.value,
      address,
      description: neighbor.description?.value ?? `${neighbor.name.value}, ${neighbor.role.value}`,
      password,
      hops: neighbor.hops?.value ?? DEFAULTS.hops,
      source: neighbor.sources.find(({ value }) => value.family === family)?.value,
      gtsm: asked(neighbor.gtsm),
      bfd: asked(neighbor.bfd),
      keepalive: neighbor.keepalive?.value ?? DEFAULTS.keepalive,
      hold: neighbor.hold?.value ?? DEFAULTS.hold,
      // The check of BGP012 makes sure that there is one; without it nothing may come in.
      maxReceived: neighbor.maxPrefix.get(family)?.value ?? 1,
      maxSent: own + SENT_MARGIN,
      inMap: mapName(named, 'in'),
      outMap: mapName(named, 'out'),
      outPrefixes: LISTS.ownPrefixes(family),
      outPaths: LISTS.ownOrigin,
    };
  });
}

function asked(flag: Spanned<boolean> | undefined): Asked | undefined {
  return flag?.value === true ? { span: flag.span } : undefined;
}
