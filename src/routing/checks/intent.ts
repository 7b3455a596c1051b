// Checks of what is to be announced where, and by which way it is to come in: names, parts, backups, what is discarded.

import type { Prefix } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import { type Treatment, treatmentOf } from '../intent.ts';
import { LENGTHS } from '../lists.ts';
import { isAnnouncedAt, type Neighbor, type OwnPrefix, type Site } from '../model.ts';
import { routerOf } from './routers.ts';

export function unknownNames(site: Site): Diagnostic[] {
  const neighbors = site.neighbors.map(({ name }) => name.value);
  const centers = [...new Set(site.routers.flatMap(({ dataCenter }) => dataCenter?.value ?? []))];
  return site.prefixes.flatMap(({ at, primary, backup, split }) => [
    ...at.flatMap((name) => missing(name, centers, 'data centre')),
    ...[...primary, ...backup].flatMap((name) =>
      missing(name, [...neighbors, ...centers], 'neighbour or data centre'),
    ),
    ...split.flatMap(({ neighbor }) => missing(neighbor, neighbors, 'neighbour')),
    ...backup.flatMap((name) => {
      const first = primary.find(({ value }) => value === name.value);
      if (first === undefined) return [];
      return [
        diagnose('BGP031', name.span, `${name.value} can't be a primary way and a backup`, {
          related: [{ span: first.span, message: 'here it is a primary one' }],
        }),
      ];
    }),
  ]);
}

function missing({ value, span }: Spanned<string>, known: readonly string[], what: string): Diagnostic[] {
  if (known.includes(value)) return [];
  const near = suggest(value, known);
  const all = known.length === 0 ? 'the site has none' : `the site has ${known.join(', ')}`;
  return [
    diagnose('BGP031', span, `no ${what} is called ${JSON.stringify(value)}`, {
      hint: near === undefined ? all : `did you mean ${near}? ${all}`,
    }),
  ];
}

export function splits(site: Site): Diagnostic[] {
  return site.prefixes.flatMap(({ prefix: { value: whole }, split }) => {
    const { most } = LENGTHS[whole.family];
    const seen: Spanned<Prefix>[] = [];
    return split.flatMap(({ parts }) =>
      parts.flatMap((part) => {
        const { value, span } = part;
        const twice = seen.find((each) => each.value.overlaps(value));
        seen.push(part);
        const why = whole.contains(value)
          ? value.equals(whole)
            ? 'it is the whole'
            : value.length > most
              ? `a /${value.length} is not passed on${whole.length >= most ? ', so this prefix has no parts' : ''}`
              : undefined
          : `it is no part of ${whole.toString()}`;
        if (why !== undefined) {
          return [diagnose('BGP032', span, `${value.toString()} can't be split off: ${why}`)];
        }
        if (twice === undefined) return [];
        return [
          diagnose('BGP032', span, `${value.toString()} can't be at two neighbours`, {
            related: [{ span: twice.span, message: 'it stands here first' }],
          }),
        ];
      }),
    );
  });
}

/** The longest prefix wins (RFC 4632 section 5), however long its path is made. */
export function attractiveBackups(site: Site): Diagnostic[] {
  return site.prefixes.flatMap((whole) => {
    const ways = site.neighbors.flatMap((neighbor) => {
      const treatment = treatmentAt(site, whole, neighbor);
      return treatment === undefined ? [] : [{ neighbor, treatment }];
    });
    if (!ways.some(({ treatment }) => treatment === 'backup')) return [];
    return ways
      .filter(({ treatment }) => treatment === 'backup')
      .flatMap(({ neighbor }) => {
        const parts = partsAt(site, whole, neighbor);
        return parts
          .filter(
            ({ value }) =>
              !ways.some(
                (other) =>
                  other.treatment !== 'backup' &&
                  partsAt(site, whole, other.neighbor).some((each) => each.value.contains(value)),
              ),
          )
          .map(({ value, span }) =>
            diagnose(
              'BGP033',
              span,
              `${neighbor.name.value} is a backup for ${whole.prefix.value.toString()}, and ${value.toString()} attracts traffic there`,
              { hint: 'announce the part by a primary way, too, or nowhere' },
            ),
          );
      });
  });
}

function treatmentAt(site: Site, prefix: OwnPrefix, neighbor: Neighbor): Treatment | undefined {
  const router = routerOf(site, neighbor);
  if (router === undefined || neighbor.role.value !== 'transit' || !isAnnouncedAt(prefix, router))
    return undefined;
  const session = {
    neighbor: neighbor.name.value,
    role: neighbor.role.value,
    use: neighbor.use?.value,
  };
  const treatment = treatmentOf(prefix, session, router.dataCenter?.value);
  return treatment === 'none' ? undefined : treatment;
}

/** What is announced to a neighbour out of a prefix: its shares, and longer prefixes of the site that are no backups there. */
function partsAt(site: Site, whole: OwnPrefix, neighbor: Neighbor): readonly Spanned<Prefix>[] {
  const shares = whole.split
    .filter((share) => share.neighbor.value === neighbor.name.value)
    .flatMap(({ parts }) => parts)
    .filter(({ value }) => isPart(whole, value));
  const longer = site.prefixes
    .filter((each) => isPart(whole, each.prefix.value) && treatmentAt(site, each, neighbor) !== undefined)
    .map(({ prefix }) => prefix);
  return [...shares, ...longer];
}

function isPart({ prefix: { value: whole } }: OwnPrefix, prefix: Prefix): boolean {
  return prefix.length > whole.length && whole.contains(prefix);
}

export function blackholes(site: Site): Diagnostic[] {
  return site.blackhole.flatMap(({ value, span }) => {
    const own = site.prefixes.some(({ prefix }) => prefix.value.contains(value));
    if (own && value.isHost) return [];
    return [
      diagnose(
        'BGP037',
        span,
        own
          ? `${value.toString()} is no single address: all of it would be off the net`
          : `${value.toString()} is in no prefix of the site`,
        { hint: own ? `write /${value.family === 4 ? 32 : 128}` : undefined },
      ),
    ];
  });
}
