// What there is to know of an address, a prefix or a range: what `cidr info` prints. Facts as text, in order; pure.

import {
  AddressFault,
  InterfaceAddress,
  type Prefix,
  type PrefixForm,
  Range,
  specialPurpose,
  specialPurposes,
} from '../../address/index.ts';
import { hostRange, reverseZones } from './blocks.ts';
import type { Item } from './list.ts';

/** Facts by name, in the order of printing. Counts are text: a JSON number can't hold an IPv6 one. */
export type Facts = Readonly<Record<string, string>>;

/** The facts of an item; `text` is how it was written, since a prefix may have been written with host bits. */
export function factsOf(text: string, item: Item, forms: readonly PrefixForm[]): Facts {
  const family = item.family === 4 ? 'IPv4' : 'IPv6';
  if (item instanceof Range) {
    const prefixes = item.toPrefixes();
    return {
      item: text,
      family,
      first: String(item.first),
      last: String(item.last),
      addresses: String(item.size),
      prefixes: prefixes.map((prefix) => (prefix.isHost ? prefix.address : prefix)).join(' '),
      registry: [...new Set(prefixes.map(registryOf))].join(', '),
    };
  }
  if (item.isHost && !text.includes('/'))
    return { item: text, family, reverse: item.address.reverseName(), registry: registryOf(item) };
  const written = InterfaceAddress.read(text, forms);
  const itself =
    written instanceof AddressFault || written.address.equals(item.first)
      ? {}
      : { address: String(written.address) };
  const hosts = hostRange(item);
  return {
    item: text,
    family,
    ...itself,
    network: String(item),
    netmask: String(item.netmask()),
    wildcard: String(item.wildcard()),
    first: String(item.first),
    last: String(item.last),
    addresses: String(item.size),
    hosts: String(hosts.size),
    usable: String(hosts),
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

/** The most specific entry of the IANA special-purpose registries that holds all of it, or whether it holds some. */
function registryOf(of: Prefix): string {
  const entry = specialPurpose(of);
  if (entry !== undefined) return `${entry.name} (${entry.reference})`;
  const part = specialPurposes(of.family).some(({ prefix }) => of.contains(prefix));
  return part ? 'special-purpose in part' : 'not special-purpose';
}
