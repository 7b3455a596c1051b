// What is wrong with a text that was refused as a prefix, and what was probably meant. Slow and readable, as flaw.ts.

import type { Address } from './address.ts';
import type { AddressFault } from './fault.ts';
import { accepts, addressFlaw, type Flaw, faultOf, nameOf, quadFlaw } from './flaw.ts';
import { formatGroups, formatQuad } from './format.ts';
import { bytesOf, Scanned, scan4, scan6 } from './scan.ts';
import { lengthOfMask, maskWord } from './words.ts';

const scanned = new Scanned();

/** The canonical text of the prefix of that length around an address, or undefined if there is none. */
function networkText(address: string, length: number): string | undefined {
  if (scan4(bytesOf(address), 0, scanned) === address.length) {
    if (!(length >= 0 && length <= 32)) return undefined;
    return `${formatQuad(scanned.w3 & maskWord(length, 0))}/${length}`;
  }
  if (scan6(bytesOf(address), 0, scanned) !== address.length || !(length >= 0 && length <= 128))
    return undefined;
  const word = (value: number, index: number) => value & maskWord(length, index);
  const { w0, w1, w2, w3 } = scanned;
  return `${formatGroups(word(w0, 0), word(w1, 1), word(w2, 2), word(w3, 3))}/${length}`;
}

/** The longest length in the family of a text that is an address. */
function widthIn(address: string): number {
  return address.includes(':') ? 128 : 32;
}

/** Host bits are set: points at the first octet or group that has some. */
export function hostBitsFault(
  text: string,
  address: Address,
  network: Address,
  length: number,
): AddressFault {
  return faultOf(text, {
    at: firstDifference(text, address, network),
    why:
      length === 0
        ? 'host bits are set in a prefix of length 0'
        : `host bits are set behind the first ${length} bits`,
    advice: `write ${network.toString()}/${length}, or ${address.toString()} for the host`,
  });
}

/** The offset of the first octet or group in which the addresses differ. */
function firstDifference(text: string, a: Address, b: Address): number {
  const slash = text.indexOf('/');
  const written = slash < 0 ? text : text.slice(0, slash);
  const left = a.toBytes();
  const right = b.toBytes();
  const byte = left.findIndex((value, index) => value !== right[index]);
  // each octet or group with the index of its first byte, counted from the side of "::" that it stands on
  const tokens = [...written.matchAll(/[0-9a-f]+/gi)];
  const quad = written.includes('.');
  const sizes = tokens.map((_, index) => (quad && index >= tokens.length - 4 ? 1 : 2));
  const gap = written.indexOf('::');
  let from = 0;
  let missing = left.length - sizes.reduce((sum, size) => sum + size, 0);
  for (const [index, token] of tokens.entries()) {
    if (gap >= 0 && token.index > gap) {
      from += missing;
      missing = 0;
    }
    const size = sizes[index] ?? 0;
    if (byte >= from && byte < from + size) return token.index;
    from += size;
  }
  return 0;
}

/** Why the text is no prefix in the forms asked for. Only for a text that was refused for another reason than host bits. */
export function prefixFault(text: string, forms: readonly string[]): AddressFault {
  if (text === '') return faultOf(text, { at: 0, why: 'no prefix: the text is empty' });
  const slash = text.indexOf('/');
  const written = slash < 0 ? text : text.slice(0, slash);
  const length = slash < 0 ? '' : text.slice(slash + 1);
  if (written === '') return faultOf(text, { at: 0, why: 'no address before the length' });
  const spell = (address: string) => {
    if (slash < 0) return networkText(address, widthIn(address));
    return /^[0-9]+$/.test(length) ? networkText(address, Number(length)) : undefined;
  };
  const percent = written.indexOf('%');
  if (percent > 0 && accepts(written.slice(0, percent))) {
    return faultOf(text, { at: percent, why: 'a zone in a prefix', write: written.slice(0, percent) }, spell);
  }
  if (!accepts(written)) return faultOf(text, addressFlaw(written), spell);
  if (slash < 0) return faultOf(text, { at: text.length, why: 'no prefix length', write: text }, spell);
  return faultOf(text, lengthFlaw(written, length, slash + 1, forms));
}

/** What is wrong with the text after the slash, which starts at `at`. */
function lengthFlaw(address: string, length: string, at: number, forms: readonly string[]): Flaw {
  const width = widthIn(address);
  const write = (value: string) => networkText(address, Number(value));
  if (length === '') return { at, why: 'no length after the slash' };
  if (/^[0-9]+$/.test(length)) {
    if (Number(length) > width) {
      return { at, why: `an IPv${width === 32 ? 4 : 6} prefix is at most ${width} bits long` };
    }
    return { at, why: 'leading zero in the length', write: write(length) };
  }
  if (scan4(bytesOf(length), 0, scanned) === length.length) return maskFlaw(address, scanned.w3, at, forms);
  const plain = length.trim();
  if (plain !== length && /^[0-9]+$/.test(plain)) {
    const place = length.startsWith(plain.slice(0, 1)) ? plain.length : 0;
    const why = `a ${nameOf(length, place)} ${place === 0 ? 'before' : 'after'} the length`;
    return { at: at + place, why, write: write(plain) };
  }
  if (/^[+][0-9]+$/.test(length)) return { at, why: 'a sign before the length', write: write(length) };
  if (length.startsWith('-')) return { at, why: 'a negative length' };
  if (/^0x[0-9a-f]+$/i.test(length)) return { at, why: 'the length is hexadecimal', write: write(length) };
  if (accepts(length)) {
    return { at, why: 'a mask where a length is expected', advice: 'write the number of leading ones' };
  }
  const quad = /^[0-9]+([.][0-9]+){3}$/.test(length) ? quadFlaw(length) : undefined;
  if (quad !== undefined) return { at: at + quad.at, why: `${quad.why} of the mask` };
  const bad = length.search(/[^0-9]/);
  if (length[bad] === '%' && bad > 0) {
    return { at: at + bad, why: 'a zone in a prefix', write: write(length.slice(0, bad)) };
  }
  return { at: at + bad, why: `unexpected ${nameOf(length, bad)} in the length` };
}

/** A dotted mask that wasn't asked for, is not contiguous, or can be read two ways. */
function maskFlaw(address: string, mask: number, at: number, forms: readonly string[]): Flaw {
  if (address.includes(':')) return { at, why: 'a dotted mask behind an IPv6 address' };
  const netmask = networkText(address, lengthOfMask(mask));
  const wildcard = networkText(address, lengthOfMask(~mask));
  if (netmask === undefined && wildcard === undefined) return { at, why: 'the mask is not contiguous' };
  if (netmask !== undefined && wildcard !== undefined) {
    const advice = `write ${netmask} if it is a netmask, ${wildcard} if it is a wildcard`;
    return { at, why: 'a mask that is both a netmask and a wildcard', advice };
  }
  if (netmask !== undefined) {
    const expected = forms.includes('wildcard') ? 'wildcard' : 'length';
    return { at, why: `a netmask where a ${expected} is expected`, write: netmask };
  }
  const expected = forms.includes('netmask') ? 'netmask' : 'length';
  return { at, why: `a wildcard where a ${expected} is expected`, write: wildcard };
}
