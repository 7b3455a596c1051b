// A prefix from text: the strict form and the lenient ones that are asked for by name. It returns an address and a length;
// the value is made in block.ts.

import { Address } from './address.ts';
import { AddressFault } from './fault.ts';
import { hostBitsFault, prefixFault } from './prefix-flaw.ts';
import { bytesOf, Scanned, scan4, scan6, scanLength } from './scan.ts';
import { lengthOfMask, maskWord } from './words.ts';

/**
 * Lenient forms of a prefix:
 * - 'host-bits': 10.1.2.3/8 is 10.0.0.0/8, the host bits being cleared;
 * - 'netmask': 10.0.0.0/255.0.0.0 (IPv4 only; the mask must be contiguous, RFC 4632 section 5.1);
 * - 'wildcard': 10.0.0.0/0.255.255.255, as routers' access lists have it. A mask is never guessed to be one or the other:
 *   with only one of the forms its own reading holds, and with both 0.0.0.0 and 255.255.255.255 are refused, as they
 *   mean opposite things;
 * - 'single-address': 10.0.0.1 is 10.0.0.1/32.
 */
export type PrefixForm = 'host-bits' | 'netmask' | 'wildcard' | 'single-address';

/** An address with a length, the host bits as they were written or cleared. */
export interface PrefixParts {
  readonly address: Address;
  readonly length: number;
}

const scanned = new Scanned();

/** Reads a prefix. The host bits of the address are zero: as written, or cleared where the form 'host-bits' is asked for. */
export function readPrefixText(text: string, forms: readonly PrefixForm[]): PrefixParts | AddressFault {
  const parts = readAddressWithLength(text, forms);
  if (parts instanceof AddressFault) return parts;
  const { address, length } = parts;
  const ones = address.family === 4 ? length + 96 : length;
  const host0 = address.w0 & ~maskWord(ones, 0);
  const host1 = address.w1 & ~maskWord(ones, 1);
  const host2 = address.w2 & ~maskWord(ones, 2);
  const host3 = address.w3 & ~maskWord(ones, 3);
  if (address.family === 4 ? host3 === 0 : (host0 | host1 | host2 | host3) === 0) return parts;
  const network =
    address.family === 4
      ? Address.fromWords(4, 0, 0, 0, address.w3 ^ host3)
      : Address.fromWords(6, address.w0 ^ host0, address.w1 ^ host1, address.w2 ^ host2, address.w3 ^ host3);
  if (forms.includes('host-bits')) return { address: network, length };
  return hostBitsFault(text, address, network, length);
}

/** Reads an address and a length without a look at the host bits. */
export function readAddressWithLength(
  text: string,
  forms: readonly PrefixForm[],
): PrefixParts | AddressFault {
  const bytes = bytesOf(text);
  let end = scan4(bytes, 0, scanned);
  const family = end < 0 ? 6 : 4;
  if (family === 6) end = scan6(bytes, 0, scanned);
  const { w0, w1, w2, w3 } = scanned;
  const width = family === 4 ? 32 : 128;
  let length = -1;
  if (end >= 0 && bytes[end] === 47) {
    if (scanLength(bytes, end + 1, width, scanned) === text.length) length = scanned.length;
    else if (family === 4 && scan4(bytes, end + 1, scanned) === text.length) {
      length = lengthIn(scanned.w3, forms);
    }
  } else if (end === text.length && forms.includes('single-address')) length = width;
  if (length < 0) return prefixFault(text, forms);
  return { address: Address.fromWords(family, w0, w1, w2, w3), length };
}

/** The length that a dotted mask stands for in the forms asked for, or -1. */
function lengthIn(mask: number, forms: readonly PrefixForm[]): number {
  const asNetmask = forms.includes('netmask') ? lengthOfMask(mask) : -1;
  const asWildcard = forms.includes('wildcard') ? lengthOfMask(~mask) : -1;
  if (asNetmask >= 0 && asWildcard >= 0) return -1;
  return asNetmask >= 0 ? asNetmask : asWildcard;
}
