// A range from text: two addresses with a hyphen between them, one address, or a prefix where that is asked for.

import { Address } from './address.ts';
import { AddressFault } from './fault.ts';
import { addressFlaw, faultOf } from './flaw.ts';
import { type PrefixForm, type PrefixParts, readPrefixText } from './prefix-text.ts';
import { maskWord } from './words.ts';

/**
 * Lenient forms of a range: 'prefix' reads 10.0.0.0/8 too, and then 'host-bits', 'netmask' and 'wildcard' hold for it as
 * in Prefix.read. A single address is always a range of one.
 */
export type RangeForm = 'prefix' | PrefixForm;

/** First and last address, in order and of one family. */
export interface RangeEnds {
  readonly first: Address;
  readonly last: Address;
}

export function readRangeText(
  text: string,
  forms: readonly RangeForm[],
): RangeEnds | PrefixParts | AddressFault {
  const dash = text.indexOf('-');
  if (dash < 0) return readWithoutHyphen(text, forms);
  const first = readEnd(text, 0, dash);
  if (first instanceof AddressFault) return first;
  const last = readEnd(text, dash + 1, text.length);
  if (last instanceof AddressFault) return last;
  if (first.family !== last.family) {
    const why = `IPv${first.family} before the hyphen, IPv${last.family} after it`;
    return faultOf(text, { at: dash + 1, why });
  }
  if (Address.compare(first, last) > 0) {
    const write = `${last.toString()}-${first.toString()}`;
    return faultOf(text, { at: dash + 1, why: 'the range ends before it starts', write });
  }
  return { first, last };
}

function readWithoutHyphen(
  text: string,
  forms: readonly RangeForm[],
): RangeEnds | PrefixParts | AddressFault {
  const slash = text.indexOf('/');
  if (slash >= 0) {
    const wanted = forms.includes('prefix');
    const parts = readPrefixText(
      text,
      forms.filter((form) => form !== 'prefix'),
    );
    if (wanted) return parts;
    // what is offered for a prefix would not be taken here
    if (parts instanceof AddressFault) return new AddressFault(text, parts.offset, parts.why);
    return faultOf(text, { at: slash, why: 'a prefix where a range is expected', write: rangeText(parts) });
  }
  const only = Address.read(text);
  if (only instanceof AddressFault)
    return faultOf(text, addressFlaw(text), (offer) => offer.split('%', 1)[0]);
  if (only.zone === '') return { first: only, last: only };
  return faultOf(text, {
    at: text.indexOf('%'),
    why: 'a zone in a range',
    write: only.withoutZone().toString(),
  });
}

/** A prefix as the range that it is. */
function rangeText({ address, length }: PrefixParts): string {
  const { family, w0, w1, w2, w3 } = address;
  const ones = family === 4 ? length + 96 : length;
  const up = (word: number, index: number) => (family === 4 && index < 3 ? 0 : word | ~maskWord(ones, index));
  const last = Address.fromWords(family, up(w0, 0), up(w1, 1), up(w2, 2), up(w3, 3));
  return `${address.toString()}-${last.toString()}`;
}

/** One end of the range; its fault is moved to its place in the whole text. */
function readEnd(text: string, from: number, to: number): Address | AddressFault {
  const part = text.slice(from, to);
  if (part === '')
    return faultOf(text, { at: from, why: `no address ${from === 0 ? 'before' : 'after'} the hyphen` });
  const end = Address.read(part);
  if (!(end instanceof AddressFault)) {
    if (end.zone === '') return end;
    return faultOf(text, { at: from + part.indexOf('%'), why: 'a zone in a range' });
  }
  const meant = [text.replace(/\s*-\s*/, '-').trim(), withWholeEnd(text, from, part)];
  const write = meant.find((candidate) => candidate !== text && isRange(candidate));
  return faultOf(text, { at: from + end.offset, why: end.why, write });
}

function isRange(text: string): boolean {
  const [first, last, ...rest] = text.split('-').map((end) => Address.read(end));
  if (!(first instanceof Address && last instanceof Address) || rest.length > 0) return false;
  return (
    first.family === last.family &&
    first.zone === last.zone &&
    first.zone === '' &&
    Address.compare(first, last) <= 0
  );
}

/** 192.0.2.1-9, as nmap and iprange take it: the second end is only an octet. */
function withWholeEnd(text: string, from: number, part: string): string {
  if (from === 0 || !/^[0-9]{1,3}$/.test(part)) return text;
  const first = text.slice(0, from - 1);
  return `${first}-${first.replace(/[0-9]+$/, part)}`;
}
