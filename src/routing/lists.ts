// The lists that the maps of filters.ts refer to: prefixes, AS paths, communities. The requirements R2 to R21 are those
// that RFC 7454, 8212, 7999, 8326 and practice make of a site at two providers.

import {
  type Asn,
  type AsnBlock,
  bogonAsns,
  bogonBlocks,
  documentation,
  type Family,
  Prefix,
} from '../address/index.ts';
import type { Wanted } from './model.ts';
import type {
  Action,
  CommunityList,
  PathList,
  PathRule,
  PrefixEntries,
  PrefixList,
  PrefixRule,
} from './policy.ts';
import { BLACKHOLE, GRACEFUL_SHUTDOWN, hasStandard, learnedTag } from './tags.ts';

/** Lengths of prefixes that are taken from others: RFC 7454 section 6.1.3 for the upper ends, practice for the lower. */
export const LENGTHS: Readonly<Record<Family, { readonly least: number; readonly most: number }>> = {
  4: { least: 8, most: 24 },
  6: { least: 12, most: 48 },
};

/** Paths with more AS numbers are refused: the longest honest ones are far shorter. */
export const LONGEST_PATH = 64;

/**
 * Networks that buy transit from nobody, and so are never behind a peer or customer of a site: a path that says so is a
 * leak. As listed by the operators' guides; a peer that is one of them is excepted for itself.
 */
export const TRANSIT_FREE: readonly number[] = [
  174, 701, 1299, 2914, 3257, 3320, 3356, 3491, 5511, 6453, 6461, 6762, 6830, 7018, 12956,
];

/** Names of the lists that the sessions and the maps refer to. */
export const LISTS = {
  ownPrefixes: (family: Family): string => `own-v${family}`,
  accepted: (family: Family, wanted: Wanted): string => `accepted-${wanted}-v${family}`,
  customers: (family: Family): string => `customers-v${family}`,
  blackholes: (family: Family): string => `blackholes-v${family}`,
  /** A list of one neighbour. */
  of: (neighbor: string, family: Family, what: string): string => `${neighbor}-v${family}-${what}`,
  ownOrigin: 'own-origin',
  ownOrCustomers: 'own-or-customers-origin',
  fromCustomers: 'through-customers',
  acceptedPaths: 'accepted-paths',
  /** For those who may have no transit-free network behind them but, at most, themselves. */
  smallPaths: (itself: number | undefined): string =>
    itself === undefined ? 'accepted-small-paths' : `accepted-small-paths-${itself}`,
  gracefulShutdown: 'graceful-shutdown-asked',
  learned: 'learned',
  customerTag: 'learned-from-customers',
  blackhole: 'blackhole-asked',
  own: 'own-communities',
  ownLarge: 'own-large-communities',
} as const;

/** A list that permits exactly these prefixes: R2 for the own ones. */
export function exactList(
  name: string,
  family: Family,
  why: string,
  prefixes: readonly Prefix[],
  each = 'ours',
): PrefixList {
  return { name, family, why, rules: prefixes.map((prefix) => exactly('permit', prefix, each)) };
}

/** R4 to R7: what may come in of a provider. */
export function acceptedList(
  family: Family,
  wanted: Wanted,
  own: readonly Prefix[],
  lab: boolean,
): PrefixList {
  const all = Prefix.parse(family === 4 ? '0.0.0.0/0' : '::/0');
  const rules: PrefixRule[] = [exactly(wanted === 'full' ? 'deny' : 'permit', all, 'the default route')];
  if (wanted !== 'default') {
    rules.push(
      ...own
        .filter((prefix) => prefix.family === family)
        .map((prefix) => within('deny', prefix, 'ours, and any part of it: somebody else announces it')),
      ...bogonRules(family, own, lab),
    );
    const { least, most } = LENGTHS[family];
    // Of IPv6 only 2000::/3 is given out for global unicast (RFC 4291 section 2.4, IANA IPv6 address space).
    const space = family === 4 ? all : Prefix.parse('2000::/3');
    rules.push({ action: 'permit', prefix: space, least, most, why: `the rest, from /${least} to /${most}` });
  }
  return {
    name: LISTS.accepted(family, wanted),
    family,
    why: wanted === 'default' ? 'what we take: a default route' : 'what we take',
    rules,
  };
}

/** R7, as far as it is not refused by being ours: a daemon that finds a line twice complains. */
function bogonRules(family: Family, own: readonly Prefix[], lab: boolean): readonly PrefixRule[] {
  const forLab = documentation();
  return bogonBlocks(family)
    .filter(({ prefix }) => !(lab && forLab.contains(prefix)) && !own.some((each) => each.contains(prefix)))
    .map(({ prefix, name, reference }) => within('deny', prefix, `${name} (${reference})`));
}

/**
 * What a neighbour with a list of its own may announce: of that list what is neither special-purpose space nor longer
 * than anybody takes. Without entries it refuses everything.
 */
export function announcesList(
  name: string,
  family: Family,
  { rules: entries, packed }: PrefixEntries,
  lab: boolean,
): PrefixList {
  const { most } = LENGTHS[family];
  return {
    name,
    family,
    why: 'what it may announce, by the list that was given',
    rules: [
      ...(entries.length === 0 && packed.length === 0 ? [] : bogonRules(family, [], lab)),
      ...entries
        .filter((rule) => rule.prefix.family === family && rule.least <= most)
        .map((rule) => ({ ...rule, most: Math.min(rule.most, most) })),
    ],
    packed: family === 4 ? packed.filter(({ length }) => length <= most) : [],
  };
}

/** R2: the local origin that goes with the own prefixes. */
export function ownOriginList(): PathList {
  return {
    name: LISTS.ownOrigin,
    why: 'made here: nothing that was learned from anybody',
    rules: [{ action: 'permit', test: { kind: 'empty' }, why: 'an empty path' }],
  };
}

/** Paths that begin with one of our customers; with `own` also what was made here. */
export function customersPathList(customers: readonly Asn[], own: boolean): PathList {
  const rules = [...new Set(customers.map(({ value }) => value))]
    .sort((a, b) => a - b)
    .map((as): PathRule => ({ action: 'permit', test: { kind: 'begins', as }, why: `by AS ${as}` }));
  return {
    name: own ? LISTS.ownOrCustomers : LISTS.fromCustomers,
    why: own ? 'made here, or by way of a customer' : 'by way of a customer',
    rules: own ? [{ action: 'permit', test: { kind: 'empty' }, why: 'an empty path' }, ...rules] : rules,
  };
}

/** R8 to R10; and R21 where no transit-free network may be in the path but, at most, the neighbour itself. */
export function acceptedPathsList(lab: boolean, small?: { readonly itself: number | undefined }): PathList {
  const bogon = (block: AsnBlock): PathRule => ({
    action: 'deny',
    test: { kind: 'holds', first: block.first, last: block.last },
    why: `${block.name} (${block.reference})`,
  });
  const leaks = small === undefined ? [] : TRANSIT_FREE.filter((as) => as !== small.itself);
  return {
    name: small === undefined ? LISTS.acceptedPaths : LISTS.smallPaths(small.itself),
    why: small === undefined ? 'the AS paths we take' : 'the AS paths we take of who gives no transit',
    rules: [
      ...bogonAsns()
        .filter(({ name }) => !(lab && name === 'documentation'))
        .map(bogon),
      ...leaks.map(
        (as): PathRule => ({
          action: 'deny',
          test: { kind: 'holds', first: as, last: as },
          why: 'a network that buys from nobody: a leak',
        }),
      ),
      { action: 'deny', test: { kind: 'set' }, why: 'AS_SET (RFC 9774)' },
      {
        action: 'deny',
        test: { kind: 'longer', than: LONGEST_PATH },
        why: `over ${LONGEST_PATH} AS numbers`,
      },
      { action: 'permit', test: { kind: 'any' }, why: 'the rest' },
    ],
  };
}

/** R18 to R20: communities that mean something here, and those that must not come from outside. */
export function communityLists(as: Asn, customers: boolean): readonly CommunityList[] {
  const tag = learnedTag(as);
  const lists: CommunityList[] = [
    {
      name: LISTS.gracefulShutdown,
      size: 'standard',
      why: 'graceful shutdown (RFC 8326)',
      rules: [GRACEFUL_SHUTDOWN],
    },
    {
      name: LISTS.learned,
      size: tag.kind,
      why: 'our marks of a route learned from a provider, a peer, a route server',
      rules: [tag, learnedTag(as, 'peer'), learnedTag(as, 'route-server')],
    },
    {
      name: LISTS.blackhole,
      size: 'standard',
      why: 'BLACKHOLE (RFC 7999), which nobody has to ask of us',
      rules: [BLACKHOLE],
    },
  ];
  if (customers) {
    lists.push({
      name: LISTS.customerTag,
      size: tag.kind,
      why: 'our mark of a route learned from a customer',
      rules: [learnedTag(as, 'customer')],
    });
  }
  if (hasStandard(as)) {
    lists.push({
      name: LISTS.own,
      size: 'standard',
      why: 'communities of our own AS, ours to set',
      rules: [{ kind: 'standard-of', admin: as.value }],
    });
  }
  lists.push({
    name: LISTS.ownLarge,
    size: 'large',
    why: 'large communities of our own AS, ours to set',
    rules: [{ kind: 'large-of', admin: as.value }],
  });
  return lists;
}

function exactly(action: Action, prefix: Prefix, why: string): PrefixRule {
  return { action, prefix, least: prefix.length, most: prefix.length, why };
}

function within(action: Action, prefix: Prefix, why: string): PrefixRule {
  return { action, prefix, least: prefix.length, most: prefix.family === 4 ? 32 : 128, why };
}
