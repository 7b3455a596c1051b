// Where clients come from, as options allow, deny and accept-proxy say it: addresses, prefixes, ranges and files of them.
// The files themselves are read by source-files.ts when a listener starts.

import { Address } from '../address/address.ts';
import type { Prefix, Range } from '../address/block.ts';
import { AddressFault } from '../address/fault.ts';
import { readItem } from '../address/item-text.ts';

/** What one value of such an option says. */
export type SourceText =
  | { readonly kind: 'item'; readonly item: Prefix | Range }
  | { readonly kind: 'file'; readonly path: string };

/** Reads a value. What begins with a slash or a dot is a file: no address does. */
export function readSource(text: string): SourceText | AddressFault {
  if (text.startsWith('/') || text.startsWith('.')) {
    const nul = text.indexOf('\0');
    return nul < 0 ? { kind: 'file', path: text } : new AddressFault(text, nul, 'a NUL character');
  }
  const item = readItem(text, ['single-address', 'range']);
  return item instanceof AddressFault ? item : { kind: 'item', item };
}

/**
 * The address of a peer as lists have it: an IPv4 client of an IPv6 listener by its IPv4 address, a link-local one without
 * its zone; undefined where the text is none.
 */
export function sourceAddress(text: string): Address | undefined {
  const address = Address.read(text);
  return address instanceof Address ? address.unmap().withoutZone() : undefined;
}
