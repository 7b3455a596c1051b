// Checks of the neighbours and of the sessions with them.

import { type Address, Prefix } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { diagnose } from '../faults.ts';
import { DEFAULTS, familiesOf, type Router, type Site } from '../model.ts';
import { addressesOf, allAddresses, routerOf } from './routers.ts';
import { bogonBlockOf } from './space.ts';

export function offLink(site: Site): Diagnostic[] {
  return site.neighbors.flatMap((neighbor) => {
    const router = routerOf(site, neighbor);
    // Routers of one site reach each other by their own routing.
    if (router === undefined || neighbor.role.value === 'ibgp') return [];
    if ((neighbor.hops?.value ?? DEFAULTS.hops) > 1) return [];
    const links = linksOf(router);
    return neighbor.addresses
      .filter(({ value }) => connectable(value) && !links.some(({ value: link }) => link.contains(value)))
      .map(({ value, span }) => {
        const same = links.filter(({ value: link }) => link.family === value.family);
        return diagnose('BGP002', span, `${value.toString()} is on no link of ${router.name.value}`, {
          hint:
            same.length === 0
              ? `${router.name.value} has no IPv${value.family} link: give an interface its address, or say multihop`
              : `its IPv${value.family} links are ${[...new Set(same.map(({ value: link }) => link.toString()))].join(', ')}; for a neighbour further away say multihop`,
        });
      });
  });
}

export function singleProvider(site: Site): Diagnostic[] {
  const [first, ...others] = site.neighbors.filter(({ role }) => role.value === 'transit');
  if (first === undefined || others.some(({ as }) => !as.value.equals(first.as.value))) return [];
  return [
    diagnose('BGP008', first.as.span, `AS${first.as.value.toString()} is the only transit provider`, {
      hint: 'a second provider, over another line, is what the AS number is for',
    }),
  ];
}

export function repeatedSessions(site: Site): Diagnostic[] {
  const seen = new Map<string, Spanned<Address>>();
  return site.neighbors.flatMap((neighbor) =>
    neighbor.addresses.flatMap((address) => {
      const key = `${neighbor.router.value} ${address.value.toString()}`;
      const first = seen.get(key);
      if (first === undefined) {
        seen.set(key, address);
        return [];
      }
      return [
        diagnose(
          'BGP009',
          address.span,
          `a second session of ${neighbor.router.value} to ${address.value.toString()}`,
          {
            related: [{ span: first.span, message: 'the first one' }],
          },
        ),
      ];
    }),
  );
}

export function ownAddresses(site: Site): Diagnostic[] {
  const own = allAddresses(site);
  return site.neighbors.flatMap((neighbor) =>
    neighbor.addresses.flatMap(({ value, span }) => {
      const mine = own.find((each) => each.value.equals(value));
      if (mine === undefined) return [];
      return [
        diagnose(
          'BGP010',
          span,
          `${value.toString()} is the site's own address, not that of ${neighbor.name.value}`,
          {
            related: [{ span: mine.span, message: 'it stands on this interface' }],
          },
        ),
      ];
    }),
  );
}

export function neighborAs(site: Site): Diagnostic[] {
  return site.neighbors.flatMap(({ as, name, role }) => {
    const same = as.value.equals(site.as.value);
    if (role.value === 'ibgp') {
      if (same) return [];
      return [
        diagnose(
          'BGP042',
          as.span,
          `${name.value} is to be a router of ours, with the AS number of somebody else`,
          {
            related: [{ span: site.as.span, message: "the site's AS number" }],
          },
        ),
      ];
    }
    if (same) {
      return [
        diagnose('BGP011', as.span, `${name.value} is a ${role.value} with the site's own AS number`, {
          related: [{ span: site.as.span, message: "the site's AS number" }],
          hint: 'a router of the site that is not in this file has the role ibgp',
        }),
      ];
    }
    const block = bogonBlockOf(as.value, site.lab);
    if (block === undefined) return [];
    return [
      diagnose('BGP013', as.span, `nothing would be taken from AS${as.value.toString()}: ${block}`, {
        hint: as.value.isDocumentation ? 'an example or a rehearsal says lab: true' : undefined,
      }),
    ];
  });
}

export function customerLists(site: Site, lists: ReadonlySet<string>): Diagnostic[] {
  return site.neighbors
    .filter(
      ({ role, prefixFile, name }) =>
        role.value === 'customer' && prefixFile === undefined && !lists.has(name.value),
    )
    .map(({ name }) =>
      diagnose('BGP038', name.span, `nothing says what ${name.value} may announce`, {
        hint: 'write prefixes: FILE, with what bgpq4 -j prints of its as-set, or one prefix a line',
      }),
    );
}

/** The sessions with one network: a password on some of them protects none of the others. */
export function passwordsOnSome(site: Site): Diagnostic[] {
  return site.neighbors.flatMap(({ as, name, passwordFile }) => {
    if (passwordFile !== undefined) return [];
    const other = site.neighbors.find(
      (each) => each.as.value.equals(as.value) && each.passwordFile !== undefined,
    );
    if (other?.passwordFile === undefined) return [];
    return [
      diagnose(
        'BGP043',
        name.span,
        `${name.value} has no password, and ${other.name.value} of the same network has one`,
        { related: [{ span: other.passwordFile.span, message: 'here' }] },
      ),
    ];
  });
}

export function limits(site: Site): Diagnostic[] {
  return site.neighbors.flatMap((neighbor) => {
    if (neighbor.role.value === 'ibgp') return [];
    const carried = familiesOf(neighbor);
    const missing = carried
      .filter((family) => !neighbor.maxPrefix.has(family))
      .map((family) =>
        diagnose('BGP012', neighbor.name.span, `${neighbor.name.value} has no max-prefix for IPv${family}`, {
          hint: `write max-prefix: { ipv${family}: N }, with N a third above what it sends`,
        }),
      );
    const useless = [...neighbor.maxPrefix]
      .filter(([family]) => !carried.includes(family))
      .map(([family, { span }]) =>
        diagnose('BGP027', span, `${neighbor.name.value} has no IPv${family} session that this could limit`),
      );
    return [...missing, ...useless];
  });
}

export function unprotected(site: Site): Diagnostic[] {
  return site.neighbors
    .filter(
      ({ passwordFile, gtsm, role }) =>
        role.value !== 'ibgp' && passwordFile === undefined && gtsm?.value !== true,
    )
    .map(({ name }) =>
      diagnose('BGP019', name.span, `the sessions with ${name.value} have neither a password nor GTSM`, {
        hint: 'agree with the provider on password-file or gtsm: true',
      }),
    );
}

export function shortHold(site: Site): Diagnostic[] {
  return site.neighbors.flatMap((neighbor) => {
    const keepalive = neighbor.keepalive?.value ?? DEFAULTS.keepalive;
    const hold = neighbor.hold?.value ?? DEFAULTS.hold;
    const span = neighbor.hold?.span ?? neighbor.keepalive?.span;
    // RFC 4271 section 10 suggests a third of the hold time.
    if (span === undefined || hold >= 3 * keepalive) return [];
    return [
      diagnose('BGP023', span, `hold ${hold} s is shorter than three keepalives of ${keepalive} s`, {
        hint: `keepalive ${Math.max(1, Math.floor(hold / 3))} goes with hold ${hold}`,
      }),
    ];
  });
}

export function sources(site: Site): Diagnostic[] {
  return site.neighbors.flatMap((neighbor) => {
    const router = routerOf(site, neighbor);
    if (router === undefined) return [];
    const own = addressesOf(router);
    const families = familiesOf(neighbor);
    const wrong = neighbor.sources.flatMap(({ value, span }, index) => {
      if (!own.some((each) => each.value.equals(value))) {
        return [diagnose('BGP024', span, `${value.toString()} is no address of ${router.name.value}`)];
      }
      if (!families.includes(value.family)) {
        return [
          diagnose(
            'BGP024',
            span,
            `${neighbor.name.value} has no IPv${value.family} address to reach from here`,
          ),
        ];
      }
      const twice = neighbor.sources.slice(0, index).some((each) => each.value.family === value.family);
      return twice ? [diagnose('BGP024', span, `a second IPv${value.family} source`)] : [];
    });
    if (neighbor.hops === undefined || neighbor.hops.value < 2) return wrong;
    const lacking = families.filter(
      (family) => !neighbor.sources.some(({ value }) => value.family === family),
    );
    if (lacking.length === 0) return wrong;
    const which = lacking.map((family) => `IPv${family}`).join(' and ');
    return [
      ...wrong,
      diagnose('BGP025', neighbor.hops.span, `${neighbor.name.value} has multihop and no ${which} source`),
    ];
  });
}

export function unreachableKinds(site: Site): Diagnostic[] {
  return site.neighbors.flatMap(({ addresses }) =>
    addresses
      .filter(({ value }) => !connectable(value))
      .map(({ value, span }) =>
        diagnose('BGP029', span, `no session can be made to ${value.toString()}: ${kindOf(value)}`),
      ),
  );
}

function linksOf(router: Router): readonly Spanned<Prefix>[] {
  return router.interfaces.flatMap(({ addresses }) =>
    addresses.map(({ value, span }) => ({ value: value.prefix, span })),
  );
}

/** Blocks that no session can be made to (RFC 6890). */
const UNCONNECTABLE: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'it is the unspecified address'],
  ['127.0.0.0/8', 'it is a loopback address'],
  ['169.254.0.0/16', 'it is link-local'],
  ['224.0.0.0/4', 'it is a multicast address'],
  ['255.255.255.255/32', 'it is the broadcast address'],
  ['::/128', 'it is the unspecified address'],
  ['::1/128', 'it is a loopback address'],
  ['fe80::/10', 'it is link-local'],
  ['ff00::/8', 'it is a multicast address'],
];

function connectable(address: Address): boolean {
  return kindOf(address) === undefined;
}

function kindOf(address: Address): string | undefined {
  if (address.zone !== '') return 'it is link-local';
  return UNCONNECTABLE.find(([block]) => Prefix.parse(block).contains(address))?.[1];
}
