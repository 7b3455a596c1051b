// IPv6 prefixes in bulk: four words and a length each, sorted (sort6.ts) and swept into edges. A range is put in as the
// prefixes that it is. As in records4.ts columns come in pages, and a prefix is joined at once to the ones before it that
// it holds, is held by, or makes whole: what is in order is not sorted.

import { Cover } from '../cover.ts';
import { type Edges, noEdges } from '../edges.ts';
import { PAGE_BITS, type Page6, ROOM, sortRecords } from './sort6.ts';

const PAGE = 1 << PAGE_BITS;
/** Rows that a loop gets at a time; why not all is said in lines.ts. */
const BLOCK = 1 << 12;

/** IPv6 prefixes in any order, host bits zero. */
export class Records6 {
  /** The page that is being filled. */
  #words: Uint32Array = new Uint32Array(0);
  #lengths: Uint8Array = new Uint8Array(0);
  #used = 0;
  /** The pages that are full: PAGE rows each, as sort6.ts wants it. */
  readonly #full: Page6[] = [];
  /** Whether the addresses have ascended so far. */
  #ordered = true;
  readonly #cover = new Cover();

  /** Adds a prefix of signed words. Each row goes away once at most, so the time of all calls is that of the rows. */
  add(w0: number, w1: number, w2: number, w3: number, length: number): void {
    let n0 = w0;
    let n1 = w1;
    let n2 = w2;
    let n3 = w3;
    let ones = length;
    let row = this.#used - 1;
    for (; row >= 0 || this.#reopen(); row--) {
      if (row < 0) row = this.#used - 1;
      const words = this.#words;
      const at = row * 4;
      const same = commonBits(n0, n1, n2, n3, words, at);
      const other = this.#lengths[row] ?? 0;
      if (other <= ones && same >= other) {
        this.#used = row + 1; // the row holds it
        return;
      }
      if (same >= ones) continue; // it holds the row
      const above = bitAt(n0, n1, n2, n3, same) === 1;
      if (same !== ones - 1 || other !== ones) {
        if (!above) this.#ordered = false;
        break;
      }
      // the two halves of a prefix
      ones--;
      if (above) {
        n0 = (words[at] ?? 0) | 0;
        n1 = (words[at + 1] ?? 0) | 0;
        n2 = (words[at + 2] ?? 0) | 0;
        n3 = (words[at + 3] ?? 0) | 0;
      }
    }
    row++;
    if (row === this.#lengths.length) {
      this.#turn(row);
      row = 0;
    }
    const words = this.#words;
    const at = row * 4;
    words[at] = n0;
    words[at + 1] = n1;
    words[at + 2] = n2;
    words[at + 3] = n3;
    this.#lengths[row] = ones;
    this.#used = row + 1;
  }

  addRange(
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): void {
    const cover = this.#cover;
    cover.start(a0, a1, a2, a3, b0, b1, b2, b3);
    while (cover.next()) this.add(cover.w0, cover.w1, cover.w2, cover.w3, cover.length);
  }

  /** Begins a page after one with so many rows, none if there is no page yet. */
  #turn(used: number): void {
    if (used > 0) this.#full.push({ words: this.#words, lengths: this.#lengths, used });
    this.#words = new Uint32Array(PAGE * 4);
    this.#lengths = new Uint8Array(PAGE);
  }

  /** Goes on with the page before one that has no row left. False if there is none. */
  #reopen(): boolean {
    const page = this.#full.pop();
    if (page === undefined) return false;
    this.#words = page.words;
    this.#lengths = page.lengths;
    this.#used = page.used;
    return true;
  }

  /** The edges of the union. More can be added afterwards. */
  toEdges(): Edges {
    if (this.#used === 0) return noEdges(4);
    const pages = [...this.#full, { words: this.#words, lengths: this.#lengths, used: this.#used }];
    const count = this.#full.length * PAGE + this.#used;
    // two edges of four words for each record
    const room = new Uint32Array(count * 8);
    if (this.#ordered) return { width: 4, words: sweep(pages, room) };
    const sorted = sortRecords(pages, count, room.subarray(0, count * ROOM));
    return { width: 4, words: sweep([sorted], room) };
  }
}

/** How many leading bits the number has in common with the one at `at`. */
function commonBits(w0: number, w1: number, w2: number, w3: number, words: Uint32Array, at: number): number {
  const d0 = w0 ^ (words[at] ?? 0);
  if (d0 !== 0) return Math.clz32(d0);
  const d1 = w1 ^ (words[at + 1] ?? 0);
  if (d1 !== 0) return 32 + Math.clz32(d1);
  const d2 = w2 ^ (words[at + 2] ?? 0);
  if (d2 !== 0) return 64 + Math.clz32(d2);
  return 96 + Math.clz32(w3 ^ (words[at + 3] ?? 0));
}

function bitAt(w0: number, w1: number, w2: number, w3: number, bit: number): number {
  const word = bit < 64 ? (bit < 32 ? w0 : w1) : bit < 96 ? w2 : w3;
  return (word >>> (31 - (bit & 31))) & 1;
}

/** Joins sorted prefixes that overlap or touch into edges, written to `out`, which has room for two of each. */
function sweep(pages: readonly Page6[], out: Uint32Array): Uint32Array {
  const state: Sweep = { n: 0, e0: 0, e1: 0, e2: 0, e3: 0 };
  let open = true;
  for (const page of pages) {
    for (let from = 0; open && from < page.used; from += BLOCK) {
      open = sweepRows(page, from, Math.min(page.used, from + BLOCK), out, state);
    }
  }
  let { n } = state;
  if (open) {
    out[n] = state.e0;
    out[n + 1] = state.e1;
    out[n + 2] = state.e2;
    out[n + 3] = state.e3;
    n += 4;
  }
  // a result much smaller than the room for it is copied, so that it doesn't hold the room
  return n * 2 < out.length ? out.slice(0, n) : out.subarray(0, n);
}

/** How far a sweep has come: the words written, and the end of the range that may still grow. */
interface Sweep {
  n: number;
  e0: number;
  e1: number;
  e2: number;
  e3: number;
}

/**
 * Sweeps some rows. Words are signed here, so that the whole loop is integer arithmetic; flipping the top bit makes signed
 * order the unsigned one. False if a prefix runs to the end of the space: nothing ends after it.
 */
function sweepRows(
  { words, lengths }: Page6,
  from: number,
  to: number,
  out: Uint32Array,
  state: Sweep,
): boolean {
  let { n, e0, e1, e2, e3 } = state;
  for (let i = from, at = from * 4; i < to; i++, at += 4) {
    const w0 = (words[at] ?? 0) | 0;
    const w1 = (words[at + 1] ?? 0) | 0;
    const w2 = (words[at + 2] ?? 0) | 0;
    const w3 = (words[at + 3] ?? 0) | 0;
    const apart = n === 0 || isBelow(e0, e1, e2, e3, w0, w1, w2, w3);
    if (apart) {
      if (n > 0) {
        out[n] = e0;
        out[n + 1] = e1;
        out[n + 2] = e2;
        out[n + 3] = e3;
        n += 4;
      }
      out[n] = w0;
      out[n + 1] = w1;
      out[n + 2] = w2;
      out[n + 3] = w3;
      n += 4;
    }
    const length = lengths[i] ?? 0;
    state.n = n;
    if (length === 0) return false; // it is everything
    // the end of this prefix: the last bit of its network added. As the host bits are zero, a word that overflows is zero.
    const bit = 1 << ((128 - length) & 31);
    const place = (length - 1) >>> 5;
    const f3 = place === 3 ? (w3 + bit) | 0 : w3;
    let carry = place === 3 ? (f3 === 0 ? 1 : 0) : place === 2 ? bit : 0;
    const f2 = (w2 + carry) | 0;
    carry = carry !== 0 && f2 === 0 ? 1 : place === 1 ? bit : 0;
    const f1 = (w1 + carry) | 0;
    carry = carry !== 0 && f1 === 0 ? 1 : place === 0 ? bit : 0;
    const f0 = (w0 + carry) | 0;
    if (carry !== 0 && f0 === 0) return false; // it runs to the end of the space, where there is no edge
    if (apart || isBelow(e0, e1, e2, e3, f0, f1, f2, f3)) {
      e0 = f0;
      e1 = f1;
      e2 = f2;
      e3 = f3;
    }
  }
  state.e0 = e0;
  state.e1 = e1;
  state.e2 = e2;
  state.e3 = e3;
  return true;
}

const TOP = 1 << 31;

/** Whether a is below b as unsigned numbers. */
function isBelow(
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
): boolean {
  if (a0 !== b0) return (a0 ^ TOP) < (b0 ^ TOP);
  if (a1 !== b1) return (a1 ^ TOP) < (b1 ^ TOP);
  if (a2 !== b2) return (a2 ^ TOP) < (b2 ^ TOP);
  return (a3 ^ TOP) < (b3 ^ TOP);
}
