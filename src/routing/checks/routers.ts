// Checks of the routers: references to them, their addresses and IDs, what stands at them.

import type { Address } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import type { Neighbor, Router, Site } from '../model.ts';

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
  const [, second] = site.routers;
  if (second === undefined) return [];
  return [
    diagnose(
      'BGP021',
      second.name.span,
      `no sessions between the ${site.routers.length} routers are emitted`,
      {
        hint: 'each will know the routes of its own providers only',
      },
    ),
  ];
}

export function repeatedAddresses(site: Site): Diagnostic[] {
  const all = allAddresses(site);
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

/** The addresses on the interfaces of a router. */
export function addressesOf(router: Router): readonly Spanned<Address>[] {
  return router.interfaces.flatMap(({ addresses }) =>
    addresses.map(({ value, span }) => ({ value: value.address, span })),
  );
}
