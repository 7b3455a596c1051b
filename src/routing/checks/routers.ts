// Checks of the routers: references to them, their addresses and IDs, what stands at them.

import type { Address, Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import { loopbackOf, Mesh } from '../interior.ts';
import { familiesOf, type Neighbor, type Router, type Site } from '../model.ts';

const FAMILIES: readonly Family[] = [4, 6];

/** The router that a neighbour stands at; undefined where its name is no router's. */
export function routerOf(site: Site, neighbor: Neighbor): Router | undefined {
  return site.routers.find(({ name }) => name.value === neighbor.router.value);
}

export function unknownRouters(site: Site): Diagnostic[] {
  const names = site.routers.map(({ name }) => name.value);
  return site.neighbors
    .filter((neighbor) => routerOf(site, neighbor) === undefined)
    .map(({ router }) => unknownRouter(router, names));
}

export function withoutSessions(site: Site): Diagnostic[] {
  return site.routers
    .filter(({ name }) => !site.neighbors.some(({ router }) => router.value === name.value))
    .map(({ name }) => diagnose('BGP015', name.span, `no neighbour stands at ${name.value}`));
}

export function repeatedIds(site: Site): Diagnostic[] {
  return site.routers.flatMap(({ id, name }, index) => {
    const first = site.routers.slice(0, index).find((router) => router.id.value.equals(id.value));
    if (first === undefined) return [];
    return [
      diagnose('BGP020', id.span, `${name.value} has the router ID of ${first.name.value}`, {
        related: [{ span: first.id.span, message: 'it stands here first' }],
      }),
    ];
  });
}

export function withoutInner(site: Site): Diagnostic[] {
  const mesh = new Mesh(site);
  const carried = FAMILIES.filter((family) =>
    site.neighbors.some((neighbor) => familiesOf(neighbor).includes(family)),
  );
  return pairsOf(site).flatMap(([first, second]) => {
    const lacking = carried.filter((family) => mesh.talkOver(first, second, family) === undefined);
    if (lacking.length === 0) return [];
    const which = lacking.map((family) => `IPv${family}`).join(' and ');
    return [
      diagnose(
        'BGP021',
        second.name.span,
        `${second.name.value} and ${first.name.value} have nothing in common to talk over ${which}`,
        { hint: 'give both a loopback, or an interface on one link' },
      ),
    ];
  });
}

export function unknownWays(site: Site): Diagnostic[] {
  const { igp } = site;
  const mesh = new Mesh(site);
  return pairsOf(site).flatMap(([first, second]) => {
    const families = FAMILIES.filter(
      (family) => loopbackOf(first, family) !== undefined && loopbackOf(second, family) !== undefined,
    );
    if (families.length === 0 || igp?.value === 'none') return [];
    const cut = families.filter((family) => !mesh.reaches(first, second, family));
    if (igp !== undefined && cut.length === 0) return [];
    return [
      diagnose(
        'BGP053',
        igp?.span ?? second.name.span,
        igp === undefined
          ? `nothing tells ${second.name.value} the way to the loopback of ${first.name.value}`
          : `no links lead from ${second.name.value} to ${first.name.value}`,
        { hint: igp === undefined ? 'say igp: ospf or igp: static' : 'give both an interface on one link' },
      ),
    ];
  });
}

function pairsOf({ routers }: Site): readonly (readonly [Router, Router])[] {
  return routers.flatMap((second, index) => routers.slice(0, index).map((first) => [first, second] as const));
}

export function repeatedAddresses(site: Site): Diagnostic[] {
  // A loopback may stand among the interfaces as well.
  const all = site.routers.flatMap((router) =>
    addressesOf({ ...router, loopback: [] }).concat(
      router.loopback.filter(
        ({ value }) => !addressesOf({ ...router, loopback: [] }).some((each) => each.value.equals(value)),
      ),
    ),
  );
  return all.flatMap(({ value, span }, index) => {
    const first = all.slice(0, index).find((each) => each.value.equals(value));
    if (first === undefined) return [];
    return [
      diagnose('BGP026', span, `${value.toString()} stands on two interfaces`, {
        related: [{ span: first.span, message: 'it stands here first' }],
      }),
    ];
  });
}

/** The diagnostic of a name that is no router's: of the site file, or of the command line. */
export function unknownRouter(name: Spanned<string>, names: readonly string[]): Diagnostic {
  const near = suggest(name.value, names);
  const all = names.length === 0 ? 'the site has none' : `the site has ${names.join(', ')}`;
  return diagnose('BGP001', name.span, `no router is called ${JSON.stringify(name.value)}`, {
    hint: near === undefined ? all : `did you mean ${near}? ${all}`,
  });
}

/** The addresses on the interfaces of all routers. */
export function allAddresses(site: Site): readonly Spanned<Address>[] {
  return site.routers.flatMap((router) => addressesOf(router));
}

/** The addresses of a router: on its interfaces, and its loopbacks. */
export function addressesOf(router: Router): readonly Spanned<Address>[] {
  return [
    ...router.interfaces.flatMap(({ addresses }) =>
      addresses.map(({ value, span }) => ({ value: value.address, span })),
    ),
    ...router.loopback,
  ];
}
