// What the registries say about an address: the most specific special-purpose entry, and the sets made of the tables.
// Nothing is built until it is asked for; then it's kept, as the tables are constant.

import type { Address, Family } from './address.ts';
import { Prefix } from './block.ts';
import { PrefixMap } from './map.ts';
import { BOGONS4, SPECIAL4 } from './registry/ipv4.ts';
import { BOGONS6, GLOBAL6, SPECIAL6 } from './registry/ipv6.ts';
import type { Applies } from './registry/row.ts';
import { AddressSet } from './set.ts';

/** A block of the special-purpose registries. A property is undefined where the registry says "not applicable". */
export interface SpecialPurpose {
  readonly prefix: Prefix;
  readonly name: string;
  /** The defining RFC, with its section where the registry names one. */
  readonly reference: string;
  /** Year and month. */
  readonly allocated: string;
  /** Year and month in which the purpose ended; undefined if it's in force. */
  readonly terminated: string | undefined;
  /** Whether a packet with such a source may pass two devices. */
  readonly source: boolean | undefined;
  /** Whether a packet with such a destination may pass two devices. */
  readonly destination: boolean | undefined;
  /** Whether a router may forward a packet with such a destination. */
  readonly forwardable: boolean | undefined;
  /** Whether a packet with such a destination may leave its administrative domain. */
  readonly globallyReachable: boolean | undefined;
  /** Whether every implementation has to treat it specially. */
  readonly reservedByProtocol: boolean | undefined;
}

/** A block that never belongs in a global routing table. */
export interface Bogon {
  readonly prefix: Prefix;
  readonly name: string;
  readonly reference: string;
}

/** A value that is made when it's first asked for. */
function lazy<T>(make: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => {
    kept ??= { value: make() };
    return kept.value;
  };
}

function flag(applies: Applies): boolean | undefined {
  return applies === 'n/a' ? undefined : applies === 'yes';
}

const special: () => PrefixMap<SpecialPurpose> = lazy(() =>
  PrefixMap.of(
    [...SPECIAL4, ...SPECIAL6].map((row) => {
      const [
        block,
        name,
        reference,
        allocated,
        terminated,
        source,
        destination,
        forwardable,
        reachable,
        reserved,
      ] = row;
      const prefix = Prefix.parse(block);
      const entry: SpecialPurpose = {
        prefix,
        name,
        reference,
        allocated,
        terminated: terminated === '' ? undefined : terminated,
        source: flag(source),
        destination: flag(destination),
        forwardable: flag(forwardable),
        globallyReachable: flag(reachable),
        reservedByProtocol: flag(reserved),
      };
      return [prefix, Object.freeze(entry)] as const;
    }),
  ),
);

/** The most specific registry entry that holds the whole address or prefix; undefined if it's ordinary. A zone is ignored. */
export function specialPurpose(of: Address | Prefix): SpecialPurpose | undefined {
  if (!(of instanceof Prefix)) return special().lookup(of.withoutZone())?.value;
  for (const { value } of special().covering(of)) return value;
  return undefined;
}

/** All registry entries, in order. */
export function specialPurposes(family?: Family): readonly SpecialPurpose[] {
  return [...special()]
    .map(({ value }) => value)
    .filter(({ prefix }) => family === undefined || prefix.family === family);
}

const documentationSet: () => AddressSet = lazy(() => setNamed((name) => name.startsWith('Documentation')));
const multicastSet: () => AddressSet = lazy(() => setNamed((name) => name === 'Multicast'));

function setNamed(wanted: (name: string) => boolean): AddressSet {
  return AddressSet.of(
    ...specialPurposes()
      .filter(({ name }) => wanted(name))
      .map(({ prefix }) => prefix),
  );
}

/** The addresses for examples (RFC 5737, RFC 3849, RFC 9637). */
export function documentation(): AddressSet {
  return documentationSet();
}

/** 224.0.0.0/4 (RFC 5771) and ff00::/8 (RFC 4291 section 2.7). */
export function multicast(): AddressSet {
  return multicastSet();
}

const bogonRows: () => readonly Bogon[] = lazy(() =>
  [...BOGONS4, ...BOGONS6].map(([block, name, reference]) =>
    Object.freeze({ prefix: Prefix.parse(block), name, reference }),
  ),
);

/** The blocks that a router refuses by name, in order: for IPv6 those inside of 2000::/3, beside which all outside is refused. */
export function bogonBlocks(family?: Family): readonly Bogon[] {
  return bogonRows().filter(({ prefix }) => family === undefined || prefix.family === family);
}

const bogonSet: () => AddressSet = lazy(() =>
  AddressSet.of(
    AddressSet.of(Prefix.parse(GLOBAL6)).complement(6),
    ...bogonRows().map(({ prefix }) => prefix),
  ),
);

/** The addresses that never belong in a global routing table: the listed blocks, and in IPv6 all outside of 2000::/3. */
export function bogons(family?: Family): AddressSet {
  return family === undefined ? bogonSet() : bogonSet().family(family);
}
