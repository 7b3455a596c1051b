// A range from text: two addresses with a hyphen between them, one address, or a prefix where that is asked for.

import { Address } from './address.ts';
import { AddressFault } from './fault.ts';
import { type Flaw, faultOf } from './flaw.ts';
import { type PrefixForm, type PrefixParts, readPrefixText } from './prefix-text.ts';

/** Lenient forms of a range: 'prefix' reads 10.0.0.0/8 too, with the other forms as Prefix.read takes them. */
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
  if (dash < 0) {
    if (text.includes('/') && forms.includes('prefix')) return readPrefixText(text, prefixForms(forms));
    const only = Address.read(text);
    if (only instanceof AddressFault) return only;
    return only.zone === ''
      ? { first: only, last: only }
      : zoneFault(text, text.indexOf('%'), only.withoutZone());
  }
  const first = readEnd(text, 0, dash);
  if (first instanceof AddressFault) return first;
  const last = readEnd(text, dash + 1, text.length);
  if (last instanceof AddressFault) return last;
  if (first.family !== last.family) {
    return faultOf(text, {
      at: dash + 1,
      why: `IPv${first.family} before the hyphen, IPv${last.family} after it`,
    });
  }
  if (Address.compare(first, last) > 0) {
    return faultOf(text, {
      at: dash + 1,
      why: 'the range ends before it starts',
      write: `${last.toString()}-${first.toString()}`,
    });
  }
  return { first, last };
}

function prefixForms(forms: readonly RangeForm[]): readonly PrefixForm[] {
  return forms.filter((form) => form !== 'prefix');
}

/** One end of the range; its fault is moved to its place in the whole text. */
function readEnd(text: string, from: number, to: number): Address | AddressFault {
  const part = text.slice(from, to);
  const end = Address.read(part);
  if (!(end instanceof AddressFault)) {
    return end.zone === '' ? end : zoneFault(text, from + part.indexOf('%'), undefined);
  }
  const trimmed = text.replace(/\s*-\s*/, '-').trim();
  const spaced =
    trimmed !== text && part.trim() !== part && !(Address.read(part.trim()) instanceof AddressFault);
  const flaw: Flaw = { at: from + end.offset, why: end.why };
  if (spaced) return faultOf(text, { ...flaw, write: trimmed });
  const octet = lastOctet(text, from, part);
  return faultOf(text, octet === undefined ? flaw : { ...flaw, advice: octet });
}

/** 192.0.2.1-9, as nmap and iprange take it: the second end is only an octet. */
function lastOctet(text: string, from: number, part: string): string | undefined {
  if (from === 0 || !/^[0-9]{1,3}$/.test(part)) return undefined;
  const first = text.slice(0, from - 1);
  const last = first.replace(/[0-9]+$/, part);
  return Address.read(last) instanceof AddressFault ? undefined : `write ${first}-${last}`;
}

function zoneFault(text: string, at: number, plain: Address | undefined): AddressFault {
  return faultOf(text, { at, why: 'a zone in a range', write: plain?.toString() });
}
