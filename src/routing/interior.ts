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

/** The address that a router has on a link. */
interface End {
  readonly router: Router;
  readonly interface: string;
  readonly address: Address;
}

export function loopbackOf(router: Router, family: Family): Address | undefined {
  return router.loopback.find(({ value }) => value.family === family)?.value;
}

/** The links between the routers of a site, looked up by their networks: a large site has thousands of addresses. */
export class Mesh {
  readonly #ends = new Map<string, { readonly prefix: Prefix; readonly ends: End[] }>();
  readonly #links = new Map<Router, readonly Link[]>();
  readonly #parts = new Map<Family, ReadonlyMap<Router, number>>();
  readonly #routers: readonly Router[];

  constructor({ routers }: Pick<Site, 'routers'>) {
    this.#routers = routers;
    for (const router of routers) {
      for (const { name, addresses } of router.interfaces) {
        for (const { value } of addresses) {
          const key = value.prefix.toString();
          const known = this.#ends.get(key) ?? { prefix: value.prefix, ends: [] };
          known.ends.push({ router, interface: name.value, address: value.address });
          this.#ends.set(key, known);
        }
      }
    }
  }

  /** The links of a router to others, by its addresses. */
  linksOf(router: Router): readonly Link[] {
    const known = this.#links.get(router);
    if (known !== undefined) return known;
    const links = router.interfaces.flatMap(({ addresses }) =>
      addresses.flatMap(({ value }) => this.#linksOn(router, value.prefix, value.address)),
    );
    links.sort((a, b) => Address.compare(a.own, b.own));
    this.#links.set(router, links);
    return links;
  }

  #linksOn(router: Router, prefix: Prefix, own: Address): readonly Link[] {
    const ends = this.#ends.get(prefix.toString())?.ends ?? [];
    const here = ends.find((end) => end.router === router && end.address.equals(own));
    return ends
      .filter((end) => end.router !== router && !end.address.equals(own))
      .map(({ router: other, address }) => ({
        interface: here?.interface ?? '',
        prefix,
        own,
        other,
        address,
      }));
  }

  /** The addresses that two routers talk BGP over in a family: loopbacks where both have one, else those of a link. */
  talkOver(
    here: Router,
    there: Router,
    family: Family,
  ): { readonly own: Address; readonly other: Address } | undefined {
    const own = loopbackOf(here, family);
    const other = loopbackOf(there, family);
    if (own !== undefined && other !== undefined) return { own, other };
    const link = this.linksOf(here).find((each) => each.other === there && each.own.family === family);
    return link === undefined ? undefined : { own: link.own, other: link.address };
  }

  /** Whether a path of links leads from one to the other. */
  reaches(here: Router, there: Router, family: Family): boolean {
    const parts = this.#parts.get(family) ?? this.#partsOf(family);
    this.#parts.set(family, parts);
    return parts.get(here) === parts.get(there);
  }

  /** The routers that hang together have the same number. */
  #partsOf(family: Family): ReadonlyMap<Router, number> {
    const parts = new Map<Router, number>();
    for (const [index, router] of this.#routers.entries()) {
      if (parts.has(router)) continue;
      parts.set(router, index);
      for (const other of this.#firstLinks(router, family).keys()) parts.set(other, index);
    }
    return parts;
  }

  /** The routes to the loopbacks of all other routers that can be reached: over the fewest links. */
  waysOf(here: Router): readonly Way[] {
    const families: readonly Family[] = [4, 6];
    return families.flatMap((family) =>
      [...this.#firstLinks(here, family)].flatMap(([there, link]) => {
        const address = loopbackOf(there, family);
        return address === undefined
          ? []
          : [{ to: Prefix.of(address, family === 4 ? 32 : 128), via: link.address }];
      }),
    );
  }

  /** The first link on the shortest path to each router. */
  #firstLinks(here: Router, family: Family): ReadonlyMap<Router, Link> {
    const found = new Map<Router, Link>();
    const queue: { readonly router: Router; readonly first: Link | undefined }[] = [
      { router: here, first: undefined },
    ];
    for (const { router, first } of queue) {
      for (const link of this.linksOf(router)) {
        if (link.own.family !== family || link.other === here || found.has(link.other)) continue;
        found.set(link.other, first ?? link);
        queue.push({ router: link.other, first: first ?? link });
      }
    }
    return found;
  }
}
