// One item of a list of addresses: a prefix, and with the form asked for, an address or a range. This is the plain reader
// of a line; packed/ reads millions of them from bytes and asks here when something is wrong.

import { Prefix, Range } from './block.ts';
import type { AddressFault } from './fault.ts';
import type { PrefixForm } from './prefix-text.ts';

/** Lenient forms of an item: those of a prefix, and 'range' for 192.0.2.1-192.0.2.9. */
export type ItemForm = PrefixForm | 'range';

/** Reads an item of a list: a prefix as Prefix.read takes it, or a range of two addresses if that form is asked for. */
export function readItem(text: string, forms: readonly ItemForm[] = []): Prefix | Range | AddressFault {
  if (text.includes('-') && forms.includes('range')) return Range.read(text);
  return Prefix.read(
    text,
    forms.filter((form) => form !== 'range'),
  );
}
