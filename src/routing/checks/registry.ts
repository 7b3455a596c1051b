// Checks of the site against what registries and the RPKI say, given as files: whose the blocks are, who may announce them.

import type { Prefix } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Source } from '../../document/source.ts';
import { type Announcement, announcementsOf } from '../announced.ts';
import { diagnose } from '../faults.ts';
import type { Site } from '../model.ts';
import { type Delegation, type Delegations, readDelegations } from '../registry/delegated.ts';
import { readVrps, stateOf, type Vrp } from '../registry/vrps.ts';
import { readWhois } from '../registry/whois.ts';

/** Files of registries. */
export interface RegistryFiles {
  /** delegated-*-extended files. */
  readonly delegated: readonly Source[];
  /** inetnum, inet6num, route and route6 objects. */
  readonly whois: readonly Source[];
  /** Exports of validated ROAs. */
  readonly vrps: readonly Source[];
}

/** Registries that call the space of an end user "assigned"; with the others it is "allocated" to whoever holds it. */
const ASSIGNING = ['ripencc', 'afrinic'];

export function againstRegistries(site: Site, files: RegistryFiles): Diagnostic[] {
  return [
    ...againstDelegations(site, files.delegated),
    ...againstWhois(site, files.whois),
    ...againstVrps(site, files.vrps),
  ];
}

function againstDelegations(site: Site, sources: readonly Source[]): Diagnostic[] {
  if (sources.length === 0) return [];
  const own = site.prefixes.map(({ prefix }) => prefix.value);
  const known = readDelegations(sources, own, site.as.value.value);
  const found: Diagnostic[] = known.faults.map((span) =>
    diagnose('BGP051', span, 'not a record of a registry', {
      hint: 'registry|cc|type|start|value|date|status|opaque-id',
    }),
  );
  const { asn } = known;
  if (asn !== undefined && !/^(allocated|assigned)$/.test(asn.status)) {
    found.push(
      diagnose('BGP045', site.as.span, `AS${site.as.value.toString()} is ${asn.status}, and nobody's`, {
        related: [{ span: asn.span, message: 'so the registry says' }],
      }),
    );
  }
  for (const { prefix } of site.prefixes) {
    const verdict = holdingOf(prefix.value, known);
    if (verdict === undefined) continue;
    found.push(
      diagnose(verdict.code, prefix.span, `${prefix.value.toString()} ${verdict.message}`, {
        hint: verdict.hint,
        related:
          verdict.block === undefined ? [] : [{ span: verdict.block.span, message: 'so the registry says' }],
      }),
    );
  }
  return found;
}

interface Verdict {
  readonly code: 'BGP045' | 'BGP046';
  readonly message: string;
  readonly hint?: string;
  readonly block?: Delegation;
}

/** Whose a prefix is; undefined where it is the site's own. */
function holdingOf(prefix: Prefix, { blocks, asn }: Delegations): Verdict | undefined {
  const covering = blocks.filter(({ range }) => range.contains(prefix));
  const [block] = covering;
  if (block === undefined) {
    // A block may be of several records of one holder.
    const parts = blocks.filter(({ range }) => prefix.toRange().contains(range));
    const holders = new Set(parts.map(({ holder }) => holder));
    if (parts.length > 0 && asn !== undefined && holders.size === 1 && holders.has(asn.holder))
      return undefined;
    return {
      code: 'BGP045',
      message: 'is in none of the records',
      hint: 'give the file of the registry that gave it out',
    };
  }
  if (!/^(allocated|assigned)$/.test(block.status))
    return { code: 'BGP045', message: `is ${block.status}, and nobody's`, block };
  if (asn !== undefined && asn.holder !== '' && asn.holder === block.holder) return undefined;
  const whole = block.range.equals(prefix.toRange());
  if (block.status === 'assigned' && ASSIGNING.includes(block.registry)) {
    // The holder of an assignment may be another one on paper than that of the number: a sponsor, a former name.
    if (asn === undefined || asn.holder === '') return undefined;
    return {
      code: 'BGP045',
      message: 'is assigned to another holder than the AS number',
      hint: 'where both are yours, --accept BGP045',
      block,
    };
  }
  if (whole && asn === undefined) return undefined;
  return whole
    ? { code: 'BGP045', message: 'is allocated to another holder than the AS number', block }
    : {
        code: 'BGP046',
        message: `is a part of ${block.range.toString()}, which is somebody else's`,
        hint: PROVIDERS,
        block,
      };
}

/** What it means to announce a part of a provider's block. */
const PROVIDERS =
  'its holder must make the ROA and the route object; its own announcement attracts traffic whenever yours is not seen; leaving it means renumbering';

/** What a block was given out as, where it then belongs to the provider (RIPE-826, and the same words elsewhere). */
const PROVIDER_SPACE =
  /^(ALLOCATED[- ]PA|ASSIGNED PA|ALLOCATED-ASSIGNED PA|SUB-ALLOCATED PA|LIR-PARTITIONED PA|AGGREGATED-BY-LIR|ALLOCATED-BY-LIR|ASSIGNED|ASSIGNED NON-PORTABLE|ALLOCATED NON-PORTABLE|REASSIGNED|REALLOCATED)$/;

function againstWhois(site: Site, sources: readonly Source[]): Diagnostic[] {
  if (sources.length === 0) return [];
  const announced = announcementsOf(site);
  const { blocks, routes, hasRoutes } = readWhois(
    sources,
    announced.map(({ prefix }) => prefix),
  );
  const found: Diagnostic[] = [];
  for (const { prefix, status } of site.prefixes) {
    const [closest] = blocks
      .filter(({ range }) => range.contains(prefix.value))
      .sort((a, b) => (a.range.size < b.range.size ? -1 : 1));
    if (closest === undefined || !PROVIDER_SPACE.test(closest.status)) continue;
    const claimed = status?.value === 'pi' ? ', though the site file says pi' : '';
    found.push(
      diagnose(
        'BGP046',
        status?.span ?? prefix.span,
        `${prefix.value.toString()} is ${closest.status}${claimed}: part of a provider's block`,
        { hint: PROVIDERS, related: [{ span: closest.span, message: 'so the registry says' }] },
      ),
    );
  }
  if (!hasRoutes) return found;
  const as = site.as.value.value;
  for (const { prefix, span } of announced) {
    const exact = routes.filter((route) => route.prefix.equals(prefix));
    if (exact.some(({ origin }) => origin === as)) continue;
    const [other] = exact;
    found.push(
      diagnose(
        'BGP047',
        span,
        other === undefined
          ? `${prefix.toString()} has no route object`
          : `the route object of ${prefix.toString()} is of AS${other.origin}`,
        {
          hint: 'providers that filter by the registry refuse it: bgpgen emit --target rpsl prints one',
          related: other === undefined ? [] : [{ span: other.span, message: 'the object' }],
        },
      ),
    );
  }
  return found;
}

function againstVrps(site: Site, sources: readonly Source[]): Diagnostic[] {
  if (sources.length === 0) return [];
  const announced = announcementsOf(site);
  const found: Diagnostic[] = [];
  const vrps: Vrp[] = [];
  for (const source of sources) {
    const read = readVrps(
      source,
      announced.map(({ prefix }) => prefix),
    );
    if ('fault' in read) found.push(diagnose('BGP051', source.span(0, 1), read.fault));
    else vrps.push(...read.vrps);
  }
  if (found.length > 0) return found;
  return announced.flatMap((each) => againstRoas(each, site, vrps));
}

function againstRoas({ prefix, span }: Announcement, site: Site, vrps: readonly Vrp[]): Diagnostic[] {
  const as = site.as.value.value;
  const covering = vrps.filter((vrp) => vrp.prefix.contains(prefix));
  const list = covering
    .map((vrp) => `${vrp.prefix.toString()}-${vrp.longest} of AS${vrp.as}`)
    .sort()
    .join(', ');
  switch (stateOf(prefix, as, vrps)) {
    case 'not-found':
      return [
        diagnose('BGP049', span, `${prefix.toString()} has no ROA`, {
          hint: 'anybody may announce it and be believed: bgpgen emit --target roa prints what to create',
        }),
      ];
    case 'invalid':
      return [
        diagnose('BGP048', span, `${prefix.toString()} of AS${as} would be invalid by its ROAs`, {
          hint: `there are ${list}; most networks refuse what is invalid`,
        }),
      ];
    case 'valid':
      return covering
        .filter((vrp) => vrp.as === as && vrp.prefix.equals(prefix) && vrp.longest > prefix.length)
        .map((vrp) =>
          diagnose(
            'BGP050',
            span,
            `the ROA of ${prefix.toString()} lets parts down to /${vrp.longest} pass`,
            {
              hint: `whoever forges AS${as} can take them: make maxLength ${prefix.length} (RFC 9319)`,
            },
          ),
        );
  }
}
