// One IP address of either family as a value. Its text form is read and written here; blocks of addresses stand in
// block.ts, sets in set.ts, and nothing is looked up, resolved or opened.

import { type AddressFault, orThrow } from './fault.ts';
import { addressFault, isZone } from './flaw.ts';
import { formatGroups, formatQuad } from './format.ts';
import { bytesOf, Scanned, scan4, scan6 } from './scan.ts';
import { compareWord, toBigInt } from './words.ts';

/** 4 for IPv4 (RFC 791), 6 for IPv6 (RFC 4291). */
export type Family = 4 | 6;

const scanned = new Scanned();

/**
 * An IPv4 or IPv6 address.
 *
 * Layout: `w0` to `w3` are the 128 bits from the most significant down, each word signed (`| 0`); an IPv4 address stands
 * in `w3` and `w0` to `w2` are zero. The family is a part of the value: 1.2.3.4, ::ffff:1.2.3.4 and ::1.2.3.4 are three
 * different addresses, and no operation changes the family but `unmap`.
 *
 * Values are frozen. That costs some 50 ns an address (Node 24), half as much as reading its text, and buys that an
 * address in a rule or a set is the one that was checked; what handles millions of them has the packed path.
 */
export class Address {
  readonly family: Family;
  readonly w0: number;
  readonly w1: number;
  readonly w2: number;
  readonly w3: number;
  /** The zone of a scoped IPv6 address (RFC 4007 section 11), such as "eth0" in fe80::1%eth0; '' if there is none. */
  readonly zone: string;

  private constructor(family: Family, w0: number, w1: number, w2: number, w3: number, zone: string) {
    this.family = family;
    this.w0 = w0 | 0;
    this.w1 = w1 | 0;
    this.w2 = w2 | 0;
    this.w3 = w3 | 0;
    this.zone = zone;
    Object.freeze(this);
  }

  /** The address of these words; an IPv4 address takes only the last. RangeError if an IPv4 address is given more, or the zone is none. */
  static fromWords(family: Family, w0: number, w1: number, w2: number, w3: number, zone = ''): Address {
    if (family === 4 && ((w0 | w1 | w2) !== 0 || zone !== '')) {
      throw new RangeError('an IPv4 address has one word and no zone');
    }
    if (zone !== '' && !isZone(zone, 0)) throw new RangeError(`${JSON.stringify(zone)} is no zone`);
    return new Address(family, w0, w1, w2, w3, zone);
  }

  /**
   * Reads `192.0.2.1`, `2001:db8::1`, `::ffff:192.0.2.1` or `fe80::1%eth0` and nothing else: no leading zeros, short
   * forms, octal, hexadecimal octets, white space or brackets. The fault tells the offset, the reason and, where it can
   * be told, what was probably meant.
   */
  static read(text: string): Address | AddressFault {
    const bytes = bytesOf(text);
    if (scan4(bytes, 0, scanned) === text.length) return new Address(4, 0, 0, 0, scanned.w3, '');
    const end = scan6(bytes, 0, scanned);
    if (end === text.length) {
      return new Address(6, scanned.w0, scanned.w1, scanned.w2, scanned.w3, '');
    }
    if (end > 0 && bytes[end] === 37 && isZone(text, end + 1)) {
      return new Address(6, scanned.w0, scanned.w1, scanned.w2, scanned.w3, text.slice(end + 1));
    }
    return addressFault(text);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string): Address {
    return orThrow(Address.read(text));
  }

  /** The address that is the number `n`, from 0 to 2^32 - 1 or 2^128 - 1; RangeError outside. */
  static fromBigInt(family: Family, n: bigint): Address {
    if (n < 0n || n >> (family === 4 ? 32n : 128n) !== 0n) {
      throw new RangeError(`${n} is not an IPv${family} address`);
    }
    const word = (shift: bigint) => Number((n >> shift) & 0xffffffffn);
    return new Address(family, word(96n), word(64n), word(32n), word(0n), '');
  }

  /** The address in network byte order: 4 bytes give IPv4, 16 give IPv6; RangeError for another count. */
  static fromBytes(bytes: Uint8Array): Address {
    if (bytes.length !== 4 && bytes.length !== 16) {
      throw new RangeError(`an address has 4 or 16 bytes, not ${bytes.length}`);
    }
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (bytes.length === 4) return new Address(4, 0, 0, 0, view.getInt32(0), '');
    return new Address(6, view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12), '');
  }

  /** The total order: IPv4 before IPv6, then by number, then by zone (none first, code units decide). */
  static compare(a: Address, b: Address): number {
    if (a.family !== b.family) return a.family - b.family;
    const bits =
      compareWord(a.w0, b.w0) ||
      compareWord(a.w1, b.w1) ||
      compareWord(a.w2, b.w2) ||
      compareWord(a.w3, b.w3);
    if (bits !== 0) return bits;
    return a.zone < b.zone ? -1 : a.zone > b.zone ? 1 : 0;
  }

  equals(other: Address): boolean {
    return (
      this.w3 === other.w3 &&
      this.w2 === other.w2 &&
      this.w1 === other.w1 &&
      this.w0 === other.w0 &&
      this.family === other.family &&
      this.zone === other.zone
    );
  }

  /** Canonical text: dotted quad or RFC 5952, the zone after a percent sign. */
  toString(): string {
    if (this.family === 4) return formatQuad(this.w3);
    const text = formatGroups(this.w0, this.w1, this.w2, this.w3);
    return this.zone === '' ? text : `${text}%${this.zone}`;
  }

  toJSON(): string {
    return this.toString();
  }

  /** The address as a number; the zone is not in it. */
  toBigInt(): bigint {
    return toBigInt(this.w0, this.w1, this.w2, this.w3);
  }

  /** 4 or 16 bytes in network order; the zone is not in them. */
  toBytes(): Uint8Array {
    const bytes = new Uint8Array(this.family === 4 ? 4 : 16);
    const view = new DataView(bytes.buffer);
    if (this.family === 4) {
      view.setInt32(0, this.w3);
    } else {
      view.setInt32(0, this.w0);
      view.setInt32(4, this.w1);
      view.setInt32(8, this.w2);
      view.setInt32(12, this.w3);
    }
    return bytes;
  }

  /** The address after this one in the same family and zone; undefined after the last. */
  next(): Address | undefined {
    const w3 = (this.w3 + 1) | 0;
    if (w3 !== 0) return new Address(this.family, this.w0, this.w1, this.w2, w3, this.zone);
    if (this.family === 4) return undefined;
    const w2 = (this.w2 + 1) | 0;
    const w1 = (this.w1 + (w2 === 0 ? 1 : 0)) | 0;
    const carry = w2 === 0 && w1 === 0;
    if (carry && this.w0 === -1) return undefined;
    return new Address(6, this.w0 + (carry ? 1 : 0), w1, w2, 0, this.zone);
  }

  /** The address before this one in the same family and zone; undefined before the first. */
  previous(): Address | undefined {
    if (this.w3 !== 0) return new Address(this.family, this.w0, this.w1, this.w2, this.w3 - 1, this.zone);
    if (this.family === 4) return undefined;
    const w2 = (this.w2 - 1) | 0;
    const w1 = (this.w1 - (this.w2 === 0 ? 1 : 0)) | 0;
    const borrow = this.w2 === 0 && this.w1 === 0;
    if (borrow && this.w0 === 0) return undefined;
    return new Address(6, this.w0 - (borrow ? 1 : 0), w1, w2, -1, this.zone);
  }

  /** Whether this is an IPv4-mapped IPv6 address, in ::ffff:0:0/96 (RFC 4291 section 2.5.5.2). */
  get isMapped(): boolean {
    return this.family === 6 && this.w0 === 0 && this.w1 === 0 && this.w2 === 0xffff;
  }

  /** The IPv4 address inside an IPv4-mapped one (its zone is lost); any other address as it is. */
  unmap(): Address {
    return this.isMapped ? new Address(4, 0, 0, 0, this.w3, '') : this;
  }

  withoutZone(): Address {
    return this.zone === '' ? this : new Address(6, this.w0, this.w1, this.w2, this.w3, '');
  }

  /** The name under which the DNS keeps the reverse entry: RFC 1035 section 3.5, RFC 3596 section 2.5. No final dot. */
  reverseName(): string {
    const bytes = [...this.toBytes()].reverse();
    if (this.family === 4) return `${bytes.join('.')}.in-addr.arpa`;
    return `${bytes.map((byte) => `${(byte & 15).toString(16)}.${(byte >>> 4).toString(16)}`).join('.')}.ip6.arpa`;
  }
}
