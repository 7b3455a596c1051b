// Between the routers of a site: which links they share, over which addresses they talk, and by which way each reaches the
// others. Pure, from the addresses of the interfaces alone.

import { Address, type Family, Prefix } from '../address/index.ts';
import type { Router, Site } from './model.ts';

/** A link of one router that another one is on, too. */
export interface Link {
  readonly interface: string;
  readonly prefix: Prefix;
  readonly own: Address;
  readonly other: Router;
  readonly address: Address;
}

/** A route to the loopback of another router. */
export interface Way {
  readonly to: Prefix;
  readonly via: Address;
}

/** The links of a router to others of the site, by family and interface. */
export function linksOf(site: Pick<Site, 'routers'>, router: Router): readonly Link[] {
  const links: Link[] = [];
  for (const { name, addresses } of router.interfaces) {
    for (const { value } of addresses) {
      for (const other of site.routers) {
        if (other === router) continue;
        for (const far of other.interfaces.flatMap((each) => each.addresses)) {
          const address = far.value.address;
          if (address.equals(value.address) || !value.prefix.equals(far.value.prefix)) continue;
          links.push({ interface: name.value, prefix: value.prefix, own: value.address, other, address });
        }
      }
    }
  }
  return links.sort((a, b) => Address.compare(a.own, b.own));
}

/** The addresses that two routers talk BGP over in a family: loopbacks where both have one, else those of a link. */
export function talkOver(
  site: Pick<Site, 'routers'>,
  here: Router,
  there: Router,
  family: Family,
): { readonly own: Address; readonly other: Address } | undefined {
  const own = loopbackOf(here, family);
  const other = loopbackOf(there, family);
  if (own !== undefined && other !== undefined) return { own, other };
  const link = linksOf(site, here).find((each) => each.other === there && each.own.family === family);
  return link === undefined ? undefined : { own: link.own, other: link.address };
}

export function loopbackOf(router: Router, family: Family): Address | undefined {
  return router.loopback.find(({ value }) => value.family === family)?.value;
}

/** Whether a path of links leads from one to the other. */
export function reaches(site: Pick<Site, 'routers'>, here: Router, there: Router, family: Family): boolean {
  return firstLinks(site, here, family).has(there);
}

/** The routes to the loopbacks of all other routers that can be reached: over the fewest links. */
export function waysOf(site: Pick<Site, 'routers'>, here: Router): readonly Way[] {
  const families: readonly Family[] = [4, 6];
  return families.flatMap((family) =>
    [...firstLinks(site, here, family)].flatMap(([there, link]) => {
      const address = loopbackOf(there, family);
      return address === undefined
        ? []
        : [{ to: Prefix.of(address, family === 4 ? 32 : 128), via: link.address }];
    }),
  );
}

/** The first link on the shortest path to each router. */
function firstLinks(site: Pick<Site, 'routers'>, here: Router, family: Family): ReadonlyMap<Router, Link> {
  const found = new Map<Router, Link>();
  const queue: { readonly router: Router; readonly first: Link | undefined }[] = [
    { router: here, first: undefined },
  ];
  for (const { router, first } of queue) {
    for (const link of linksOf(site, router)) {
      if (link.own.family !== family || link.other === here || found.has(link.other)) continue;
      found.set(link.other, first ?? link);
      queue.push({ router: link.other, first: first ?? link });
    }
  }
  return found;
}
