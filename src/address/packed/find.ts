// Addresses in any text: log lines, tables, configuration. Bytes in, places out, without a string or an object per line.

import { Address } from '../address.ts';
import { Scanned, scan4, scan6 } from '../scan.ts';
import type { AddressSet } from '../set.ts';

/** Classes of bytes: what can be part of an address, what makes a word of it, and the rest, which parts words. */
const APART = 0;
const DIGIT = 1;
const HEX = 2;
const WORD = 3;
const COLON = 4;
const DOT = 5;

/** The longest text of an address, and one more that ends it; the longest of an IPv4 address. */
const LONGEST = 46;
const LONGEST4 = 15;

/** Filled when a finder is made, and not at import. */
function classes(): Uint8Array {
  const table = new Uint8Array(256);
  // Letters outside ASCII are letters: the bytes of a UTF-8 character never part words.
  table.fill(WORD, 128);
  for (let byte = 65; byte <= 90; byte++) table[byte] = table[byte + 32] = byte <= 70 ? HEX : WORD;
  table.fill(DIGIT, 48, 58);
  table[58] = COLON;
  table[46] = DOT;
  table[95] = WORD;
  return table;
}

/**
 * Finds addresses in bytes. An address is a whole word: neither letters, digits nor `_` touch it, so that versions and host
 * names are none (v1.2.3.4, 10.0.0.1.example.net, 1.2.3.4.5). A port behind an IPv4 address, a length, a zone, brackets,
 * a comma, a full stop or a colon at the end don't belong to it. The text is as strict as Address.read: 010.0.0.1 is none.
 */
export class AddressFinder {
  /** Where the address that was found begins and ends (exclusive). */
  from = 0;
  to = 0;
  readonly #classes: Uint8Array = classes();
  readonly #scanned = new Scanned();
  readonly #copy = new Uint8Array(LONGEST + 2);
  #family: 4 | 6 = 4;

  /** The address that was found. */
  get address(): Address {
    const { w0, w1, w2, w3 } = this.#scanned;
    return this.#family === 4 ? Address.fromWords(4, 0, 0, 0, w3) : Address.fromWords(6, w0, w1, w2, w3);
  }

  /** Looks for the next address in bytes[start..end). What stands behind `end` doesn't count. */
  next(bytes: Uint8Array, start: number, end: number): boolean {
    const table = this.#classes;
    let at = start;
    while (at < end) {
      let kind = table[bytes[at] ?? 0] ?? APART;
      if (kind === APART) {
        at++;
        continue;
      }
      // Most addresses are IPv4 with nothing that could belong to them behind.
      if (kind === DIGIT) {
        const after = scan4(bytes, at, this.#scanned);
        if (after > 0 && after <= end && (after === end || table[bytes[after] ?? 0] === APART)) {
          this.#found4(at, after);
          return true;
        }
      }
      // A run of what addresses are made of, with what it holds counted.
      const first = at;
      let dots = 0;
      let colons = 0;
      while (kind !== APART && kind !== WORD) {
        if (kind === DOT) dots++;
        else if (kind === COLON) colons++;
        kind = ++at < end ? (table[bytes[at] ?? 0] ?? APART) : APART;
      }
      if (kind === APART) {
        if (colons >= 2 ? this.#six(bytes, first, at) : dots >= 3 && this.#four(bytes, first, at))
          return true;
        continue;
      }
      // A letter touches it: the whole word is none.
      while (kind !== APART) kind = ++at < end ? (table[bytes[at] ?? 0] ?? APART) : APART;
    }
    return false;
  }

  /** Looks for the next address in bytes[start..end) that is in the set: as `next` and `has`, but no address is made. */
  nextIn(set: AddressSet, bytes: Uint8Array, start: number, end: number): boolean {
    for (let at = start; this.next(bytes, at, end); at = this.to) {
      const { w0, w1, w2, w3 } = this.#scanned;
      if (set.holds(this.#family, w0, w1, w2, w3)) return true;
    }
    return false;
  }

  #found4(from: number, to: number): void {
    this.#family = 4;
    this.from = from;
    this.to = to;
  }

  /** An IPv4 address at the start of a run; behind it may be a port, or a full stop or colon that ends the run. */
  #four(bytes: Uint8Array, first: number, last: number): boolean {
    // as much as can be an address and the byte behind it; what stands behind the run would be read as more of it
    const length = Math.min(last - first, LONGEST4 + 1);
    const copy = this.#copy;
    for (let i = 0; i < length; i++) copy[i] = bytes[first + i] ?? 0;
    copy[length] = 0;
    const end = first + scan4(copy, 0, this.#scanned);
    if (end < first) return false;
    if (end < last && bytes[end] !== 58 && !(bytes[end] === 46 && end + 1 === last)) return false;
    this.#found4(first, end);
    return true;
  }

  /** A run that is an IPv6 address, perhaps with a full stop or a colon at its end that is punctuation. */
  #six(bytes: Uint8Array, first: number, last: number): boolean {
    const length = last - first;
    if (length > LONGEST) return false;
    const copy = this.#copy;
    for (let i = 0; i < length; i++) copy[i] = bytes[first + i] ?? 0;
    copy[length] = 0;
    let end = scan6(copy, 0, this.#scanned);
    if (end !== length) {
      const mark = copy[length - 1];
      if (mark !== 46 && mark !== 58) return false;
      copy[length - 1] = 0;
      end = scan6(copy, 0, this.#scanned);
      if (end !== length - 1) return false;
    }
    this.#family = 6;
    this.from = first;
    this.to = first + end;
    return true;
  }
}
