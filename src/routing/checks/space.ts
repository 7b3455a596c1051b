// Checks of what the site calls its own: its prefixes and its AS number, against the registries and against each other.

import {
  type Asn,
  bogonAsns,
  bogons,
  documentation,
  type Family,
  Prefix,
  specialPurpose,
} from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import { LENGTHS } from '../lists.ts';
import { familiesOf, type Site } from '../model.ts';

export function unroutablePrefixes(site: Site): Diagnostic[] {
  const unroutable = site.lab ? bogons().subtract(documentation()) : bogons();
  return site.prefixes.flatMap(({ prefix: { value, span } }) => {
    const found: Diagnostic[] = [];
    if (unroutable.overlaps(value)) {
      found.push(
        diagnose('BGP003', span, `${value.toString()} can't be announced to the world: ${spaceOf(value)}`, {
          hint: documentation().contains(value)
            ? 'an example or a rehearsal says lab: true'
            : 'announce the block that the registry assigned to you',
        }),
      );
    }
    const { most } = LENGTHS[value.family];
    if (value.length > most) {
      found.push(
        diagnose(
          'BGP004',
          span,
          `a /${value.length} is not passed on: IPv${value.family} networks take no more than /${most}`,
        ),
      );
    }
    return found;
  });
}

export function overlappingPrefixes(site: Site): Diagnostic[] {
  return site.prefixes.flatMap(({ prefix }, index) => {
    const others = site.prefixes.slice(0, index).map((each) => each.prefix);
    const same = others.find(({ value }) => value.equals(prefix.value));
    if (same !== undefined) {
      return [
        diagnose('BGP005', prefix.span, `${prefix.value.toString()} stands here twice`, {
          related: [{ span: same.span, message: 'it stands here first' }],
        }),
      ];
    }
    const overlap = others.find(({ value }) => value.overlaps(prefix.value));
    if (overlap === undefined) return [];
    const [inner, outer] = overlap.value.length > prefix.value.length ? [overlap, prefix] : [prefix, overlap];
    return [
      diagnose(
        'BGP006',
        inner.span,
        `${inner.value.toString()} is a part of ${outer.value.toString()}, and both are announced everywhere`,
        { related: [{ span: outer.span, message: 'the larger one' }] },
      ),
    ];
  });
}

export function unroutableAs(site: Site): Diagnostic[] {
  const block = bogonBlockOf(site.as.value, site.lab);
  if (block === undefined) return [];
  return [
    diagnose(
      'BGP007',
      site.as.span,
      `AS${site.as.value.toString()} can't be used towards the world: ${block}`,
      {
        hint: site.as.value.isDocumentation
          ? 'an example or a rehearsal says lab: true'
          : 'use the AS number that the registry assigned to you',
      },
    ),
  ];
}

export function announcedToNobody(site: Site): Diagnostic[] {
  const carried = new Set<Family>(site.neighbors.flatMap(familiesOf));
  return site.prefixes
    .filter(({ prefix }) => !carried.has(prefix.value.family))
    .map(({ prefix }) =>
      diagnose('BGP014', prefix.span, `${prefix.value.toString()} is announced to nobody`, {
        hint: `no neighbour has an IPv${prefix.value.family} address`,
      }),
    );
}

export function providersSpace(site: Site): Diagnostic[] {
  return site.prefixes.flatMap(({ prefix, status }) =>
    status?.value === 'pa'
      ? [diagnose('BGP022', status.span, `${prefix.value.toString()} is part of a provider's block`)]
      : [],
  );
}

/** What the registries say of a prefix that is not, or not all, ordinary space. */
function spaceOf(prefix: Prefix): string {
  const entry = specialPurpose(prefix);
  if (entry !== undefined) return `${entry.name} (${entry.reference})`;
  if (prefix.family === 6 && !Prefix.parse('2000::/3').overlaps(prefix)) return 'outside of 2000::/3';
  return 'it holds special-purpose space';
}

/** Why paths with the AS number are refused everywhere; undefined where they are not. */
export function bogonBlockOf(as: Asn, lab: boolean): string | undefined {
  if (lab && as.isDocumentation) return undefined;
  const block = bogonAsns().find(({ first, last }) => first <= as.value && as.value <= last);
  return block === undefined ? undefined : `${block.name} (${block.reference})`;
}
