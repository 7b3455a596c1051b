// An autonomous system number as a value: 32 bits (RFC 6793), written asplain or asdot (RFC 5396).

import { type AddressFault, orThrow } from './fault.ts';
import { type Flaw, faultOf, nameOf } from './flaw.ts';
import { type AsnBlock, specialAsnBlock } from './registry/asn.ts';

/** Lenient forms of an AS number: 'as-prefix' takes AS65000 as well as 65000. */
export type AsnForm = 'as-prefix';

const MAX = 0xffffffff;

/** An AS number, 0 to 4294967295. */
export class Asn {
  readonly value: number;

  private constructor(value: number) {
    this.value = value;
    Object.freeze(this);
  }

  /** The AS number of that value; RangeError if it isn't a whole number of 32 bits. */
  static of(value: number): Asn {
    if (!Number.isInteger(value) || value < 0 || value > MAX) {
      throw new RangeError(`an AS number is 0 to ${MAX}, not ${value}`);
    }
    return new Asn(value);
  }

  /** Reads `65000`, or `1.10` (RFC 5396 section 2: two numbers of 16 bits). With 'as-prefix', `AS65000` too. */
  static read(text: string, forms: readonly AsnForm[] = []): Asn | AddressFault {
    const digits = forms.includes('as-prefix') ? text.replace(/^as/i, '') : text;
    const value = numberIn(digits);
    return value === undefined ? faultOf(text, asnFlaw(text, digits)) : new Asn(value);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly AsnForm[] = []): Asn {
    return orThrow(Asn.read(text, forms));
  }

  static compare(a: Asn, b: Asn): number {
    return a.value - b.value;
  }

  equals(other: Asn): boolean {
    return this.value === other.value;
  }

  /** asplain: the decimal number, which RFC 5396 section 3 recommends. */
  toString(): string {
    return String(this.value);
  }

  toJSON(): number {
    return this.value;
  }

  /** asdot: a number below 65536 as it is, others as `high.low`. */
  toAsdot(): string {
    return this.value < 65536 ? String(this.value) : `${this.value >>> 16}.${this.value & 0xffff}`;
  }

  /** Whether it is for private use (RFC 6996 section 5): 64512 to 65534, 4200000000 to 4294967294. */
  get isPrivate(): boolean {
    return (this.value >= 64512 && this.value <= 65534) || (this.value >= 4200000000 && this.value < MAX);
  }

  /** What the registries reserve it for; undefined if it's an ordinary number. */
  get special(): AsnBlock | undefined {
    return specialAsnBlock(this.value);
  }

  /** Whether a border router refuses it anywhere in a path. */
  get isBogon(): boolean {
    return this.special?.bogon === true;
  }

  /** Whether it is for use in documentation (RFC 5398): 64496 to 64511, 65536 to 65551. */
  get isDocumentation(): boolean {
    return (this.value >= 64496 && this.value <= 64511) || (this.value >= 65536 && this.value <= 65551);
  }
}

const DECIMAL = /^(0|[1-9][0-9]*)$/;

function numberIn(text: string): number | undefined {
  const [high = '', low, ...rest] = text.split('.');
  if (rest.length > 0 || !DECIMAL.test(high)) return undefined;
  if (low === undefined) return Number(high) <= MAX ? Number(high) : undefined;
  if (!DECIMAL.test(low) || Number(high) > 0xffff || Number(low) > 0xffff) return undefined;
  return Number(high) * 65536 + Number(low);
}

/** What is wrong with the text; `digits` is its end without a prefix that was asked for. */
function asnFlaw(text: string, digits: string): Flaw {
  const at = text.length - digits.length;
  if (digits === '') return { at, why: 'no AS number' };
  const trimmed = digits.trim();
  const write = [
    trimmed,
    trimmed.replace(/^asn?[ .]?/i, ''),
    trimmed.replace(/(^|\.)0+(?=[0-9])/g, '$1'),
  ].find((candidate) => candidate !== digits && numberIn(candidate) !== undefined);
  const prefix = /^asn?/i.exec(digits);
  if (prefix !== null && at === 0) return { at, why: `'${prefix[0]}' before the number`, write };
  const bad = digits.search(/[^0-9.]/);
  if (bad >= 0) return { at: at + bad, why: `unexpected ${nameOf(digits, bad)} in an AS number`, write };
  const parts = digits.split('.');
  let offset = at;
  for (const [index, part] of parts.entries()) {
    if (index === 2) return { at: offset - 1, why: 'more than two numbers' };
    if (part === '') return { at: offset, why: 'a number is missing' };
    if (part.length > 1 && part.startsWith('0'))
      return { at: offset, why: 'leading zero in the number', write };
    const most = parts.length === 1 ? MAX : 0xffff;
    if (Number(part) > most) return { at: offset, why: `the number is over ${most}` };
    offset += part.length + 1;
  }
  return { at, why: 'not an AS number' };
}
