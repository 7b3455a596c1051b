// What is wrong with a text that was refused as a prefix, and what was probably meant. Slow and readable, as flaw.ts.

import type { Address } from './address.ts';
import type { AddressFault } from './fault.ts';
import { accepts, addressFlaw, faultOf, nameOf } from './flaw.ts';
import { bytesOf, Scanned, scan4 } from './scan.ts';
import { maskWord, trailingZeros } from './words.ts';

/** Host bits are set: points at the first octet or group that has some. */
export function hostBitsFault(
  text: string,
  address: Address,
  network: Address,
  length: number,
): AddressFault {
  const at = firstDifference(text, address, network);
  const why = `host bits are set behind the first ${length} bits`;
  return faultOf(text, {
    at,
    why: length === 0 ? 'host bits are set in a prefix of length 0' : why,
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
  // tokens of the text with the index of their first byte, counted from the side of "::" they stand on
  const tokens = [...written.matchAll(/[0-9a-f]+/gi)].map((token) => ({ at: token.index, text: token[0] }));
  const quad = written.includes('.');
  const sizes = tokens.map((_, index) => (quad && index >= tokens.length - 4 ? 1 : 2));
  const gap = written.indexOf('::');
  let from = 0;
  let missing = left.length - sizes.reduce((sum, size) => sum + size, 0);
  for (const [index, token] of tokens.entries()) {
    if (gap >= 0 && token.at > gap) {
      from += missing;
      missing = 0;
    }
    const size = sizes[index] ?? 0;
    if (byte >= from && byte < from + size) return token.at;
    from += size;
  }
  return 0;
}

const scanned = new Scanned();

/** Why the text is no prefix in the forms asked for. Only for a text that was refused for another reason than host bits. */
export function prefixFault(text: string, forms: readonly string[]): AddressFault {
  if (text === '') return faultOf(text, { at: 0, why: 'no prefix: the text is empty' });
  const slash = text.indexOf('/');
  if (slash < 0) return withoutLength(text);
  const written = text.slice(0, slash);
  const length = text.slice(slash + 1);
  if (written === '') return faultOf(text, { at: 0, why: 'no address before the length' });
  const percent = written.indexOf('%');
  if (percent > 0 && accepts(written.slice(0, percent))) {
    const network = `${written.slice(0, percent)}/${length}`;
    return faultOf(text, { at: percent, why: 'a zone in a prefix', write: network });
  }
  if (!accepts(written)) return faultOf(text, addressFlaw(written), `/${length}`);
  return faultOf(text, lengthFlaw(written, length, slash + 1, forms));
}

/** No slash: the address is wrong, or only the length is missing. */
function withoutLength(text: string): AddressFault {
  const percent = text.indexOf('%');
  const head = percent < 0 ? text : text.slice(0, percent);
  if (percent > 0 && accepts(head) && head.includes(':')) {
    return faultOf(text, { at: percent, why: 'a zone in a prefix', write: `${head}/128` });
  }
  if (!accepts(text)) return faultOf(text, addressFlaw(text), text.includes('-') ? '' : widthSuffix(text));
  return faultOf(text, { at: text.length, why: 'no prefix length', write: `${text}${widthSuffix(text)}` });
}

function widthSuffix(text: string): string {
  return text.includes(':') ? '/128' : '/32';
}

type LengthFlaw = { at: number; why: string; write?: string; advice?: string };

/** What is wrong with the text after the slash, which starts at `at`. */
function lengthFlaw(address: string, length: string, at: number, forms: readonly string[]): LengthFlaw {
  const family = address.includes(':') ? 6 : 4;
  const width = family === 6 ? 128 : 32;
  const write = (value: number) => `${address}/${value}`;
  if (length === '') return { at, why: 'no length after the slash' };
  if (/^[0-9]+$/.test(length)) {
    if (Number(length) > width) return { at, why: `an IPv${family} prefix is at most ${width} bits long` };
    return { at, why: 'leading zero in the length', write: write(Number(length)) };
  }
  if (scan4(bytesOf(length), 0, scanned) === length.length)
    return maskFlaw(address, scanned.w3, at, forms, write);
  const plain = length.trim();
  if (plain !== length && /^[0-9]+$/.test(plain) && Number(plain) <= width) {
    const place = length.startsWith(plain.slice(0, 1)) ? plain.length : 0;
    const why = `${nameOf(length, place)} ${place === 0 ? 'before' : 'after'} the length`;
    return { at: at + place, why, write: write(Number(plain)) };
  }
  if (/^\+[0-9]+$/.test(length) && Number(length) <= width) {
    return { at, why: 'a sign before the length', write: write(Number(length)) };
  }
  const percent = length.indexOf('%');
  if (percent > 0 && /^[0-9]+%/.test(length)) {
    return { at: at + percent, why: 'a zone in a prefix', write: `${address}/${length.slice(0, percent)}` };
  }
  const bad = length.search(/[^0-9]/);
  if (length.includes(':') && accepts(length)) {
    return { at, why: 'a mask where a length is expected', advice: 'write the number of leading ones' };
  }
  const why = length.startsWith('-')
    ? 'a negative length'
    : `unexpected ${nameOf(length, bad)} in the length`;
  return { at: at + bad, why };
}

/** A dotted mask that wasn't asked for, is not contiguous, or can be read two ways. */
function maskFlaw(
  address: string,
  mask: number,
  at: number,
  forms: readonly string[],
  write: (length: number) => string,
): LengthFlaw {
  if (address.includes(':')) return { at, why: 'a dotted mask behind an IPv6 address' };
  const netmask = ones(mask);
  const wildcard = ones(~mask);
  if (netmask < 0 && wildcard < 0) return { at, why: 'the mask is not contiguous' };
  if (netmask >= 0 && wildcard >= 0) {
    const advice = `write ${write(netmask)} if it is a netmask, ${write(wildcard)} if it is a wildcard`;
    return { at, why: 'a mask that is both a netmask and a wildcard', advice };
  }
  if (netmask >= 0) {
    const why = forms.includes('wildcard')
      ? 'a netmask where a wildcard is expected'
      : 'a netmask where a length is expected';
    return { at, why, write: write(netmask) };
  }
  const why = forms.includes('netmask')
    ? 'a wildcard where a netmask is expected'
    : 'a wildcard where a length is expected';
  return { at, why, write: write(wildcard) };
}

function ones(mask: number): number {
  const length = 32 - trailingZeros(mask);
  return mask === maskWord(length, 0) ? length : -1;
}
