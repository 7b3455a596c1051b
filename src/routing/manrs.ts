// What MANRS (Mutually Agreed Norms for Routing Security) asks of the operator of a network, and whether the site does it:
// its four actions for network operators, each with the line of the site file that meets it, or that could.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Span } from '../document/source.ts';
import { announcementsOf } from './announced.ts';
import type { Site } from './model.ts';

/** One thing that is asked for. */
export interface Asked {
  readonly action: string;
  /** `unknown` where the files that would tell were not given. */
  readonly met: 'yes' | 'no' | 'unknown';
  readonly text: string;
  readonly span: Span | undefined;
}

/** The list; `found` is what the checks have found, `vrps` and `whois` whether they had such files to look at. */
export function manrs(
  site: Site,
  found: readonly Diagnostic[],
  vrps: boolean,
  whois: boolean,
): readonly Asked[] {
  return [...filtering(site), ...spoofing(site), ...contacts(site), ...published(site, found, vrps, whois)];
}

/** Action 1: nothing wrong is passed on. */
function filtering(site: Site): readonly Asked[] {
  const action = '1 filtering';
  const customers = site.neighbors.filter(({ role }) => role.value === 'customer');
  return [
    {
      action,
      met: 'yes',
      text: 'only own prefixes and those of customers go out, by what is emitted for every daemon',
      span: site.prefixes[0]?.prefix.span,
    },
    ...customers.map(
      ({ name, prefixFile }): Asked => ({
        action,
        met: prefixFile === undefined ? 'no' : 'yes',
        text: `${name.value} may announce only what is on its list`,
        span: prefixFile?.span ?? name.span,
      }),
    ),
    {
      action,
      met: site.validators.length > 0 ? 'yes' : 'no',
      text:
        site.validators.length > 0
          ? 'routes that their ROAs call invalid are refused'
          : 'no validator: routes that their ROAs call invalid are taken',
      span: site.validators[0]?.address.span,
    },
  ];
}

/** Action 2: no packets with forged sources. */
function spoofing(site: Site): readonly Asked[] {
  return [
    {
      action: '2 anti-spoofing',
      met: site.neighbors.some(({ role }) => role.value === 'customer') ? 'no' : 'yes',
      text: site.neighbors.some(({ role }) => role.value === 'customer')
        ? 'towards customers the loose reverse path check that is emitted is not enough: filter their sources'
        : 'the reverse path check that is emitted refuses sources that are nowhere (loose, for two providers)',
      span: site.neighbors.find(({ role }) => role.value === 'customer')?.name.span,
    },
  ];
}

/** Action 3: somebody can be reached. */
function contacts({ registry, span }: Site): readonly Asked[] {
  return (
    [
      ['admin-c', registry?.adminContact],
      ['tech-c', registry?.techContact],
      ['maintainer', registry?.maintainer],
    ] as const
  ).map(([key, value]) => ({
    action: '3 contacts',
    met: value === undefined ? 'no' : 'yes',
    text: value === undefined ? `registry has no ${key}` : `${key} is ${value.value}`,
    span: value?.span ?? (registry === undefined ? undefined : span),
  }));
}

/** Action 4: others can check what is announced. */
function published(
  site: Site,
  found: readonly Diagnostic[],
  vrps: boolean,
  whois: boolean,
): readonly Asked[] {
  const at = (codes: readonly string[], span: Span): boolean =>
    found.some((each) => codes.includes(each.code) && each.span?.start === span.start);
  return announcementsOf(site).flatMap(({ prefix, span }): Asked[] => [
    {
      action: '4 published',
      met: !vrps ? 'unknown' : at(['BGP048', 'BGP049'], span) ? 'no' : 'yes',
      text: vrps ? `ROA of ${prefix.toString()}` : `ROA of ${prefix.toString()}: give --vrps`,
      span,
    },
    {
      action: '4 published',
      met: !whois ? 'unknown' : at(['BGP047'], span) ? 'no' : 'yes',
      text: whois
        ? `route object of ${prefix.toString()}`
        : `route object of ${prefix.toString()}: give --whois`,
      span,
    },
  ]);
}
