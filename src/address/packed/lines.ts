// Lines of bytes into records: one item a line, without a string or an object for a line that is right. The grammar is that
// of readItem on a line without its comment and the blanks around it; what the fast readers here don't take is handed on.

import type { ItemForm } from '../item-text.ts';
import { Scanned, scan4, scan6, scanLength } from '../scan.ts';
import { lengthOfMask, maskWord } from '../words.ts';
import { Records4 } from './records4.ts';
import { Records6 } from './records6.ts';

const SLASH = 47;
const DASH = 45;
const HASH = 35;

/**
 * Bytes that a loop over lines gets at a time. Many short runs of a loop make it fast sooner than a long one: the engine
 * sees the code behind the loop before it compiles it, and has not to throw it away at the first end.
 */
const BLOCK = 1 << 13;

/** Reads whole lines into two tables of records. */
export class Lines {
  readonly v4: Records4 = new Records4();
  readonly v6: Records6 = new Records6();
  /** Lines read so far. */
  count = 0;
  readonly #end: number;
  readonly #hostBits: boolean;
  readonly #netmask: boolean;
  readonly #wildcard: boolean;
  readonly #single: boolean;
  readonly #range: boolean;
  readonly #scanned = new Scanned();
  /** Takes a line that wasn't understood: its bytes from..to without the end mark; the line's number is `count`. */
  readonly #odd: (bytes: Uint8Array, from: number, to: number) => void;

  /** `end` is the byte that ends a line: 10, or 0 for lists that are separated by NUL. */
  constructor(
    forms: readonly ItemForm[],
    end: number,
    odd: (bytes: Uint8Array, from: number, to: number) => void,
  ) {
    this.#end = end;
    this.#hostBits = forms.includes('host-bits');
    this.#netmask = forms.includes('netmask');
    this.#wildcard = forms.includes('wildcard');
    this.#single = forms.includes('single-address');
    this.#range = forms.includes('range');
    this.#odd = odd;
  }

  /** Reads the lines from..to; the byte before `to` ends the last one. */
  read(bytes: Uint8Array, from: number, to: number): void {
    let at = from;
    while (at < to) {
      const limit = Math.min(to, at + BLOCK);
      at = this.#quads(bytes, at, limit);
      if (at >= limit) continue;
      const after = this.#groups(bytes, at, limit);
      at = after > at ? after : this.#line(bytes, at);
    }
  }

  /**
   * Reads lines that are nothing but an IPv4 prefix or address, as long as they come. Returns where the first other one
   * starts. All state is in locals: this loop is where the time of a big list goes.
   */
  #quads(bytes: Uint8Array, from: number, to: number): number {
    const table = this.v4;
    const hostBits = this.#hostBits;
    const single = this.#single;
    const end = this.#end;
    let { starts, ends, used: n, ordered } = table;
    // The last row, which the next range may touch: its start and how many addresses it holds, 0 for none and for all.
    let start = table.lastStart() | 0;
    let size = n === 0 ? 0 : ((ends[n - 1] ?? 0) - start + 1) >>> 0;
    let count = 0;
    let i = from;
    let line = from;
    lines: while (i < to) {
      let bits = 0;
      let c = 0;
      for (let octet = 0; octet < 4; octet++) {
        let value = (bytes[i] ?? 0) - 48;
        if (value < 0 || value > 9) break lines;
        c = bytes[++i] ?? 0;
        let digit = c - 48;
        if (digit >= 0 && digit <= 9) {
          if (value === 0) break lines;
          value = value * 10 + digit;
          c = bytes[++i] ?? 0;
          digit = c - 48;
          if (digit >= 0 && digit <= 9) {
            value = value * 10 + digit;
            if (value > 255) break lines;
            c = bytes[++i] ?? 0;
          }
        }
        bits = (bits << 8) | value;
        if (octet < 3) {
          if (c !== 46) break lines;
          i++;
        }
      }
      let host = 0;
      if (c === SLASH) {
        let length = (bytes[++i] ?? 0) - 48;
        if (length < 0 || length > 9) break;
        c = bytes[++i] ?? 0;
        const digit = c - 48;
        if (digit >= 0 && digit <= 9) {
          if (length === 0) break;
          length = length * 10 + digit;
          if (length > 32) break;
          c = bytes[++i] ?? 0;
        }
        host = length === 32 ? 0 : -1 >>> length;
        if ((bits & host) !== 0 && !hostBits) break;
      } else if (!single) break;
      if (c !== end) {
        if (c !== 13 || bytes[i + 1] !== end) break;
        i++;
      }
      i++;
      line = i;
      count++;
      const first = bits & ~host;
      const last = bits | host;
      // Modulo 2^32 the differences tell whether one range begins in the other or right behind it; where they can be wrong,
      // at the ends of the space, join() isn't.
      const ahead = (first - start) >>> 0;
      if (ahead <= size || (start - first) >>> 0 <= (host + 1) >>> 0) {
        if (ahead < size && (last - start) >>> 0 < size) continue;
        table.used = n;
        table.ordered = ordered;
        if (table.join(first, last)) {
          n = table.used;
          ordered = table.ordered;
          start = (starts[n - 1] ?? 0) | 0;
          size = ((ends[n - 1] ?? 0) - start + 1) >>> 0;
          continue;
        }
      }
      if (n === starts.length) {
        table.used = n;
        table.turn();
        ({ starts, ends, used: n } = table);
      }
      if (ordered && first >>> 0 < start >>> 0) ordered = false;
      starts[n] = first;
      ends[n++] = last;
      start = first;
      size = (host + 1) >>> 0;
    }
    table.used = n;
    table.ordered = ordered;
    this.count += count;
    return line;
  }

  /** As #quads, for lines that are nothing but an IPv6 prefix or address. */
  #groups(bytes: Uint8Array, from: number, to: number): number {
    const table = this.v6;
    const out = this.#scanned;
    const hostBits = this.#hostBits;
    const single = this.#single;
    const end = this.#end;
    let count = 0;
    let line = from;
    while (line < to) {
      let i = scan6(bytes, line, out);
      if (i < 0) break;
      let { w0, w1, w2, w3 } = out;
      let length = 128;
      if (bytes[i] === SLASH) {
        i = scanLength(bytes, i + 1, 128, out);
        if (i < 0) break;
        length = out.length;
        const m0 = w0 & maskWord(length, 0);
        const m1 = w1 & maskWord(length, 1);
        const m2 = w2 & maskWord(length, 2);
        const m3 = w3 & maskWord(length, 3);
        if (!hostBits && (m0 !== w0 || m1 !== w1 || m2 !== w2 || m3 !== w3)) break;
        w0 = m0;
        w1 = m1;
        w2 = m2;
        w3 = m3;
      } else if (!single) break;
      const c = bytes[i] ?? 0;
      if (c !== end) {
        if (c !== 13 || bytes[i + 1] !== end) break;
        i++;
      }
      table.add(w0, w1, w2, w3, length);
      count++;
      line = i + 1;
    }
    this.count += count;
    return line;
  }

  /** Reads one line of any kind. Returns where the next one starts. */
  #line(bytes: Uint8Array, from: number): number {
    this.count++;
    let at = from;
    while (bytes[at] === 32 || bytes[at] === 9) at++;
    const after = this.#item(bytes, at);
    let c = bytes[after] ?? 0;
    if (after >= 0) {
      let end = after;
      while (c === 32 || c === 9 || c === 13) c = bytes[++end] ?? 0;
      if (c === this.#end) {
        this.#add();
        return end + 1;
      }
      if (c === HASH) {
        this.#add();
        return bytes.indexOf(this.#end, end) + 1;
      }
    }
    const end = bytes.indexOf(this.#end, from);
    this.#odd(bytes, from, end);
    return end + 1;
  }

  /** What #item has read, until the rest of its line is known to be right. */
  #family: 0 | 4 | 6 = 0;
  #length = 0;
  #isRange = false;
  readonly #first = new Scanned();

  /** Reads an item at `at`, or nothing where only a comment or the end is. Returns the index after it, or -1. */
  #item(bytes: Uint8Array, at: number): number {
    const out = this.#scanned;
    const first = this.#first;
    this.#isRange = false;
    this.#family = 4;
    let i = scan4(bytes, at, first);
    if (i < 0) {
      this.#family = 6;
      i = scan6(bytes, at, first);
      if (i < 0) {
        this.#family = 0;
        const c = bytes[at] ?? 0;
        return c === this.#end || c === HASH || c === 13 ? at : -1;
      }
    }
    const width = this.#family === 4 ? 32 : 128;
    this.#length = width;
    if (bytes[i] === SLASH) {
      const end = scanLength(bytes, i + 1, width, out);
      const next = bytes[end] ?? 0;
      if (end > 0 && next !== 46) {
        this.#length = out.length;
        i = end;
      } else {
        i = this.#family === 4 ? this.#mask(bytes, i + 1) : -1;
        if (i < 0) return -1;
      }
      return this.#hostBits || this.#isNetwork() ? i : -1;
    }
    if (bytes[i] === DASH) {
      if (!this.#range) return -1;
      i = this.#family === 4 ? scan4(bytes, i + 1, out) : scan6(bytes, i + 1, out);
      if (i < 0 || !isInOrder(first, out)) return -1;
      this.#isRange = true;
      return i;
    }
    return this.#single ? i : -1;
  }

  /** A dotted mask at `at`, in the forms asked for. */
  #mask(bytes: Uint8Array, at: number): number {
    const end = scan4(bytes, at, this.#scanned);
    if (end < 0) return -1;
    const netmask = this.#netmask ? lengthOfMask(this.#scanned.w3) : -1;
    const wildcard = this.#wildcard ? lengthOfMask(~this.#scanned.w3) : -1;
    if (netmask < 0 === wildcard < 0) return -1;
    this.#length = Math.max(netmask, wildcard);
    return end;
  }

  #isNetwork(): boolean {
    const ones = this.#family === 4 ? this.#length + 96 : this.#length;
    const { w0, w1, w2, w3 } = this.#first;
    const host = (word: number, index: number) => word & ~maskWord(ones, index);
    if (this.#family === 4) return host(w3, 3) === 0;
    return (host(w0, 0) | host(w1, 1) | host(w2, 2) | host(w3, 3)) === 0;
  }

  /** Puts what #item has read into its table. */
  #add(): void {
    const { w0, w1, w2, w3 } = this.#first;
    const last = this.#scanned;
    const ones = this.#length;
    if (this.#family === 4) {
      const mask = maskWord(ones, 0);
      if (this.#isRange) this.v4.add(w3, last.w3);
      else this.v4.add(w3 & mask, w3 | ~mask);
    } else if (this.#family === 6) {
      if (this.#isRange) this.v6.addRange(w0, w1, w2, w3, last.w0, last.w1, last.w2, last.w3);
      else {
        const word = (value: number, index: number) => value & maskWord(ones, index);
        this.v6.add(word(w0, 0), word(w1, 1), word(w2, 2), word(w3, 3), ones);
      }
    }
  }
}

function isInOrder(first: Scanned, last: Scanned): boolean {
  const order =
    (first.w0 >>> 0) - (last.w0 >>> 0) ||
    (first.w1 >>> 0) - (last.w1 >>> 0) ||
    (first.w2 >>> 0) - (last.w2 >>> 0) ||
    (first.w3 >>> 0) - (last.w3 >>> 0);
  return order <= 0;
}
