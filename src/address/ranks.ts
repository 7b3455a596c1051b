// How many numbers of a sorted table are at or below another, for tables that are asked often: a binary search narrowed by a
// directory of where each stretch of the space begins in the table. What a search touches is kept small, since at a million
// rows it is memory that is waited for.

import type { Width } from './edges.ts';

/** Answers how many numbers of the table are at or below this one. An IPv4 number stands in `w3`. */
export interface Ranks {
  rank(w0: number, w1: number, w2: number, w3: number): number;
}

/** From so many numbers on the directory earns its place. */
const MANY = 1 << 12;
/** IPv6 numbers that a stretch has on average: more and the search is longer, fewer and the directory leaves the caches. */
const EACH = 8;

/** For a table that doesn't change any more: ascending numbers of `width` words. */
export function ranksOf(words: Uint32Array, width: Width): Ranks {
  if (width === 4) return new Ranks6(words);
  return words.length < MANY ? new FewRanks4(words) : new Ranks4(words);
}

class FewRanks4 implements Ranks {
  readonly #words: Uint32Array;

  constructor(words: Uint32Array) {
    this.#words = words;
  }

  rank(_w0: number, _w1: number, _w2: number, w3: number): number {
    return search(this.#words, w3 >>> 0, 0, this.#words.length);
  }
}

/** A stretch for each value of the upper sixteen bits, of which the table then has only the lower ones. */
class Ranks4 implements Ranks {
  readonly #low: Uint16Array;
  /** For each stretch how many numbers lie below it, and one more for the end. */
  readonly #directory: Uint32Array = new Uint32Array(65537);

  constructor(words: Uint32Array) {
    this.#low = new Uint16Array(words.length);
    let filled = 0;
    for (let i = 0; i < words.length; i++) {
      const word = words[i] ?? 0;
      this.#low[i] = word;
      while (filled < word >>> 16) this.#directory[++filled] = i;
    }
    this.#directory.fill(words.length, filled + 1);
  }

  rank(_w0: number, _w1: number, _w2: number, w3: number): number {
    const stretch = w3 >>> 16;
    const low = this.#directory[stretch] ?? 0;
    const high = this.#directory[stretch + 1] ?? 0;
    return search(this.#low, w3 & 0xffff, low, high);
  }
}

function search(numbers: Uint32Array | Uint16Array, number: number, from: number, to: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] ?? 0) <= number) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Stretches are equal parts of what lies between the first number and the last: IPv6 tables are crowded into a corner of
 * the space. What the parts are taken of is the upper half of a number, rounded as doubles are; that keeps the order, so the
 * stretch of a number is never below that of a lower one.
 */
class Ranks6 implements Ranks {
  readonly #words: Uint32Array;
  readonly #directory: Uint32Array;
  readonly #least: number;
  readonly #scale: number;

  constructor(words: Uint32Array) {
    this.#words = words;
    const count = words.length / 4;
    const stretches = count < MANY ? 1 : Math.ceil(count / EACH);
    this.#least = count === 0 ? 0 : this.#upper(0);
    const span = count === 0 ? 0 : this.#upper(count - 1) - this.#least;
    this.#scale = span === 0 ? 0 : stretches / span;
    this.#directory = new Uint32Array(stretches + 1);
    let filled = 0;
    for (let i = 0; i < count; i++) {
      const stretch = Math.min(stretches - 1, Math.floor((this.#upper(i) - this.#least) * this.#scale));
      while (filled < stretch) this.#directory[++filled] = i;
    }
    this.#directory.fill(count, filled + 1);
  }

  #upper(i: number): number {
    return (this.#words[i * 4] ?? 0) * 0x100000000 + (this.#words[i * 4 + 1] ?? 0);
  }

  rank(w0: number, w1: number, w2: number, w3: number): number {
    const n0 = w0 >>> 0;
    const n1 = w1 >>> 0;
    const upper = n0 * 0x100000000 + n1;
    if (upper < this.#least) return 0;
    const words = this.#words;
    const directory = this.#directory;
    const stretch = Math.min(directory.length - 2, Math.floor((upper - this.#least) * this.#scale));
    let low = directory[stretch] ?? 0;
    let high = directory[stretch + 1] ?? 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = middle * 4;
      const order =
        (words[at] ?? 0) - n0 ||
        (words[at + 1] ?? 0) - n1 ||
        (words[at + 2] ?? 0) - (w2 >>> 0) ||
        (words[at + 3] ?? 0) - (w3 >>> 0);
      if (order <= 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
