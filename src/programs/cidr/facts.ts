// What there is to know of an address, a prefix or a range: what `cidr info` prints. Facts as text, in order; pure.

import {
  Address,
  AddressFault,
  InterfaceAddress,
  type Prefix,
  Range,
  specialPurpose,
} from '../../address/index.ts';
import type { Item } from './list.ts';

/** Facts by name, in the order of printing. Counts are text: a JSON number can't hold an IPv6 one. */
export type Facts = Readonly<Record<string, string>>;

/** The facts of an item; `text` is how it was written, since a prefix may have been written with host bits. */
export function factsOf(text: string, item: Item): Facts {
  if (item instanceof Range) {
    const prefixes = item.toPrefixes();
    return {
      item: text,
      family: familyOf(item.family),
      first: String(item.first),
      last: String(item.last),
      addresses: String(item.size),
      prefixes: prefixes.map(String).join(' '),
      registry: [...new Set(prefixes.map(registryOf))].join(', '),
    };
  }
  if (item.isHost && !text.includes('/')) {
    const { address } = item;
    return {
      item: text,
      family: familyOf(item.family),
      reverse: address.reverseName(),
      registry: registryOf(item),
    };
  }
  const written = InterfaceAddress.read(text);
  const host =
    written instanceof AddressFault || written.address.equals(item.first)
      ? {}
      : { address: String(written.address) };
  return {
    item: text,
    family: familyOf(item.family),
    ...host,
    network: String(item),
    netmask: String(item.netmask()),
    wildcard: String(item.wildcard()),
    first: String(item.first),
    last: String(item.last),
    addresses: String(item.size),
    reverse: reverseZones(item).join(' '),
    registry: registryOf(item),
  };
}

/** Facts for people: the item, then a line for each. */
export function factsText(facts: Facts): string {
  const { item = '', ...rest } = facts;
  const width = Math.max(...Object.keys(rest).map((name) => name.length));
  const lines = Object.entries(rest).map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`);
  return `${item}\n${lines.join('')}`;
}

function familyOf(family: 4 | 6): string {
  return family === 4 ? 'IPv4' : 'IPv6';
}

/** The most specific entry of the IANA special-purpose registries that holds all of it. */
function registryOf(of: Prefix): string {
  const entry = specialPurpose(of);
  return entry === undefined ? 'not special-purpose' : `${entry.name} (${entry.reference})`;
}

/**
 * The reverse zones that a prefix is delegated by: cut at octets (RFC 1035 section 3.5) or nibbles (RFC 3596 section
 * 2.5), so that one that ends between two cuts has several. Below an IPv4 /24 it is the zone that holds it.
 */
export function reverseZones(prefix: Prefix): readonly string[] {
  const [width, step, finest] = prefix.family === 4 ? [32, 8, 24] : [128, 4, 124];
  if (prefix.isHost) return [prefix.address.reverseName()];
  const cut = Math.min(Math.ceil(prefix.length / step) * step, finest);
  const zones: string[] = [];
  const count = 2 ** Math.max(0, cut - prefix.length);
  const size = 1n << BigInt(width - cut);
  const first = prefix.first.toBigInt();
  for (let index = 0; index < count; index++) {
    const name = Address.fromBigInt(prefix.family, first + BigInt(index) * size).reverseName();
    zones.push(
      name
        .split('.')
        .slice((width - cut) / step)
        .join('.'),
    );
  }
  return zones;
}
