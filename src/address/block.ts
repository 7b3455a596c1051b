// Blocks of addresses: a prefix (aligned, a power of two long) and a range (any first and last). They stand in one file
// because each is made from the other. How a prefix is read from text stands in prefix-text.ts; sets stand in set.ts.

import { Address, type Family } from './address.ts';
import { Cover } from './cover.ts';
import { AddressFault, orThrow } from './fault.ts';
import { type PrefixForm, readPrefixText } from './prefix-text.ts';
import { type RangeForm, readRangeText } from './range-text.ts';
import { maskWord, widthOf } from './words.ts';

/**
 * A network prefix: the addresses that share their first `length` bits (RFC 4632 section 3.1, RFC 4291 section 2.3). The
 * host bits of `address` are zero and it has no zone.
 */
export class Prefix {
  /** The network address, which is the first of the block. */
  readonly address: Address;
  /** 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly length: number;

  private constructor(address: Address, length: number) {
    this.address = address;
    this.length = length;
    Object.freeze(this);
  }

  /**
   * Reads `10.0.0.0/8` or `2001:db8::/32`. Host bits that are set, a missing length, masks and zones are faults, unless
   * the form is asked for by name; a zone never is one.
   */
  static read(text: string, forms: readonly PrefixForm[] = []): Prefix | AddressFault {
    const parts = readPrefixText(text, forms);
    return parts instanceof AddressFault ? parts : new Prefix(parts.address, parts.length);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly PrefixForm[] = []): Prefix {
    return orThrow(Prefix.read(text, forms));
  }

  /** The prefix of that length that the address is in; its zone is dropped. RangeError if the length doesn't fit the family. */
  static of(address: Address, length: number): Prefix {
    const width = widthOf(address.family);
    if (!Number.isInteger(length) || length < 0 || length > width) {
      throw new RangeError(`the length of an IPv${address.family} prefix is 0 to ${width}, not ${length}`);
    }
    return new Prefix(masked(address, length), length);
  }

  get family(): Family {
    return this.address.family;
  }

  get first(): Address {
    return this.address;
  }

  get last(): Address {
    const { family, w0, w1, w2, w3 } = this.address;
    const ones = this.#ones();
    if (family === 4) return Address.fromWords(4, 0, 0, 0, w3 | ~maskWord(ones, 3));
    const mask = (index: number) => ~maskWord(ones, index);
    return Address.fromWords(6, w0 | mask(0), w1 | mask(1), w2 | mask(2), w3 | mask(3));
  }

  /** Leading ones of the mask, of 128. */
  #ones(): number {
    return this.length + 128 - widthOf(this.address.family);
  }

  /** Whether all of it is in this prefix. False across families and for an address with a zone, which is on one link only. */
  contains(x: Address | Prefix): boolean {
    const address = x instanceof Prefix ? x.address : x;
    if (x instanceof Prefix && x.length < this.length) return false;
    const own = this.address;
    if (address.family !== own.family || address.zone !== '') return false;
    const ones = this.#ones();
    return (
      ((address.w3 ^ own.w3) & maskWord(ones, 3)) === 0 &&
      ((address.w2 ^ own.w2) & maskWord(ones, 2)) === 0 &&
      ((address.w1 ^ own.w1) & maskWord(ones, 1)) === 0 &&
      ((address.w0 ^ own.w0) & maskWord(ones, 0)) === 0
    );
  }

  /** Whether any address is in both: one then contains the other. */
  overlaps(other: Prefix): boolean {
    return this.length <= other.length ? this.contains(other) : other.contains(this);
  }

  /** The mask as an address: 255.0.0.0 for a /8. */
  netmask(): Address {
    const ones = this.#ones();
    if (this.family === 4) return Address.fromWords(4, 0, 0, 0, maskWord(ones, 3));
    return Address.fromWords(6, maskWord(ones, 0), maskWord(ones, 1), maskWord(ones, 2), maskWord(ones, 3));
  }

  /** The inverse of the mask, as routers write it: 0.255.255.255 for a /8. */
  wildcard(): Address {
    const { w0, w1, w2, w3 } = this.netmask();
    if (this.family === 4) return Address.fromWords(4, 0, 0, 0, ~w3);
    return Address.fromWords(6, ~w0, ~w1, ~w2, ~w3);
  }

  toRange(): Range {
    return Range.of(this.first, this.last);
  }

  /** Whether it is a single address: /32 or /128. */
  get isHost(): boolean {
    return this.length === widthOf(this.family);
  }

  /** How many addresses are in it. */
  get size(): bigint {
    return 1n << BigInt(widthOf(this.family) - this.length);
  }

  /** The prefix that is one bit shorter; undefined for the whole family. */
  supernet(): Prefix | undefined {
    return this.length === 0 ? undefined : Prefix.of(this.address, this.length - 1);
  }

  /** The two halves, one bit longer; undefined for a single address. */
  halves(): readonly [Prefix, Prefix] | undefined {
    if (this.isHost) return undefined;
    const { family, w0, w1, w2, w3 } = this.address;
    const place = this.#ones(); // the bit in which the halves differ, counted from the left of 128
    const bit = 1 << (31 - (place & 31));
    const word = (index: number, value: number) => (place >>> 5 === index ? value | bit : value);
    const upper = Address.fromWords(family, word(0, w0), word(1, w1), word(2, w2), word(3, w3));
    const length = this.length + 1;
    return [new Prefix(this.address, length), new Prefix(upper, length)];
  }

  equals(other: Prefix): boolean {
    return this.length === other.length && this.address.equals(other.address);
  }

  /** The total order: by address, and of equal addresses the shorter prefix (which contains the other) first. */
  static compare(a: Prefix, b: Prefix): number {
    return Address.compare(a.address, b.address) || a.length - b.length;
  }

  /** Canonical text: `10.0.0.0/8`, always with the length. */
  toString(): string {
    return `${this.address.toString()}/${this.length}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

function masked(address: Address, length: number): Address {
  const { family, w0, w1, w2, w3 } = address;
  if (family === 4) return Address.fromWords(4, 0, 0, 0, w3 & maskWord(length + 96, 3));
  const mask = (index: number) => maskWord(length, index);
  return Address.fromWords(6, w0 & mask(0), w1 & mask(1), w2 & mask(2), w3 & mask(3));
}

/** A run of addresses of one family, both ends included, without zones. */
export class Range {
  readonly first: Address;
  readonly last: Address;

  private constructor(first: Address, last: Address) {
    this.first = first;
    this.last = last;
    Object.freeze(this);
  }

  /** The range from first to last. RangeError if the families differ, the order is wrong or there is a zone. */
  static of(first: Address, last: Address): Range {
    if (first.family !== last.family) throw new RangeError('the ends of a range are of one family');
    if (first.zone !== '' || last.zone !== '') throw new RangeError('a range has no zone');
    if (Address.compare(first, last) > 0)
      throw new RangeError(`${first.toString()} is after ${last.toString()}`);
    return new Range(first, last);
  }

  /**
   * Reads `192.0.2.1-192.0.2.9` or a single address. A prefix is read only with the form 'prefix', and then the forms of
   * Prefix.read hold for it.
   */
  static read(text: string, forms: readonly RangeForm[] = []): Range | AddressFault {
    const ends = readRangeText(text, forms);
    if (ends instanceof AddressFault) return ends;
    return 'length' in ends
      ? Prefix.of(ends.address, ends.length).toRange()
      : new Range(ends.first, ends.last);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly RangeForm[] = []): Range {
    return orThrow(Range.read(text, forms));
  }

  get family(): Family {
    return this.first.family;
  }

  /** Whether all of it is in this range. False across families and for an address with a zone. */
  contains(x: Address | Prefix | Range): boolean {
    const first = x instanceof Address ? x : x.first;
    const last = x instanceof Address ? x : x.last;
    return (
      first.family === this.family &&
      first.zone === '' &&
      Address.compare(this.first, first) <= 0 &&
      Address.compare(last, this.last) <= 0
    );
  }

  overlaps(other: Range): boolean {
    return (
      other.family === this.family &&
      Address.compare(this.first, other.last) <= 0 &&
      Address.compare(other.first, this.last) <= 0
    );
  }

  /** How many addresses are in it. */
  get size(): bigint {
    return this.last.toBigInt() - this.first.toBigInt() + 1n;
  }

  /** The fewest prefixes that are together exactly this range, in order: at most 62 for IPv4, 254 for IPv6. */
  toPrefixes(): Prefix[] {
    const { first, last, family } = this;
    const cover = new Cover();
    cover.start(first.w0, first.w1, first.w2, first.w3, last.w0, last.w1, last.w2, last.w3);
    const prefixes: Prefix[] = [];
    while (cover.next()) prefixes.push(blockOf(family, cover));
    return prefixes;
  }

  equals(other: Range): boolean {
    return this.first.equals(other.first) && this.last.equals(other.last);
  }

  /** The total order: by first address, then the shorter first. */
  static compare(a: Range, b: Range): number {
    return Address.compare(a.first, b.first) || Address.compare(a.last, b.last);
  }

  /** Canonical text: `192.0.2.1-192.0.2.9`, or the one address. */
  toString(): string {
    const first = this.first.toString();
    return this.first.equals(this.last) ? first : `${first}-${this.last.toString()}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** The block that a cover stands at, as a prefix. */
export function blockOf(family: Family, cover: Cover): Prefix {
  const address = Address.fromWords(family, cover.w0, cover.w1, cover.w2, cover.w3);
  return Prefix.of(address, cover.length - 128 + widthOf(family));
}
