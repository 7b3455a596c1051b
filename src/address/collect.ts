// Ranges in any order into edges: collected flat, sorted once, swept once. n log n in the number of ranges.

import { type Edges, noEdges, type Width } from './edges.ts';

/** Collects ranges of one family, first and last included. */
export class Collector {
  readonly #width: Width;
  /** Records of 2 x width words: first, last. */
  #records: Uint32Array;
  #count = 0;

  constructor(width: Width) {
    this.#width = width;
    this.#records = new Uint32Array(16 * width);
  }

  get count(): number {
    return this.#count;
  }

  /** Adds a range of IPv4 words. */
  add4(first: number, last: number): void {
    const at = this.#room();
    this.#records[at] = first;
    this.#records[at + 1] = last;
  }

  /** Adds a range of IPv6 words. */
  add6(a0: number, a1: number, a2: number, a3: number, b0: number, b1: number, b2: number, b3: number): void {
    const at = this.#room();
    const records = this.#records;
    records[at] = a0;
    records[at + 1] = a1;
    records[at + 2] = a2;
    records[at + 3] = a3;
    records[at + 4] = b0;
    records[at + 5] = b1;
    records[at + 6] = b2;
    records[at + 7] = b3;
  }

  /** Adds every range of a set. */
  addEdges(edges: Edges): void {
    const { width, words } = edges;
    const last = new Uint32Array(width);
    for (let at = 0; at < words.length; at += 2 * width) {
      const to = this.#room();
      this.#records.set(words.subarray(at, at + width), to);
      if (at + width < words.length) {
        last.set(words.subarray(at + width, at + 2 * width));
        decrement(last);
      } else last.fill(0xffffffff);
      this.#records.set(last, to + width);
    }
  }

  #room(): number {
    const at = this.#count * 2 * this.#width;
    if (at === this.#records.length) {
      const grown = new Uint32Array(at * 2);
      grown.set(this.#records);
      this.#records = grown;
    }
    this.#count++;
    return at;
  }

  /** The edges of the union of all ranges. The collector can go on collecting. */
  freeze(): Edges {
    const width = this.#width;
    const records = this.#records;
    const size = 2 * width;
    if (this.#count === 0) return noEdges(width);
    const order = sortedOrder(records, this.#count, width);
    const out = new Uint32Array(this.#count * size);
    const end = new Uint32Array(width); // the exclusive end of what was swept so far
    let n = 0;
    let open = false; // whether `end` is a number, and not the end of the space
    for (const record of order) {
      const at = record * size;
      if (n > 0 && !open) break;
      if (n === 0 || compareWords(records, at, end, 0, width) > 0) {
        if (n > 0) {
          out.set(end, n);
          n += width;
        }
        for (let k = 0; k < width; k++) out[n++] = records[at + k] ?? 0;
        for (let k = 0; k < width; k++) end[k] = records[at + width + k] ?? 0;
        open = increment(end);
      } else if (compareWords(records, at + width, end, 0, width) >= 0) {
        for (let k = 0; k < width; k++) end[k] = records[at + width + k] ?? 0;
        open = increment(end);
      }
    }
    if (open) {
      out.set(end, n);
      n += width;
    }
    return { width, words: n === out.length ? out : out.slice(0, n) };
  }
}

/** The indexes of the records by their first number. */
function sortedOrder(records: Uint32Array, count: number, width: Width): Uint32Array {
  const order = new Uint32Array(count);
  let sorted = true;
  const size = 2 * width;
  for (let i = 0; i < count; i++) {
    order[i] = i;
    if (i > 0 && compareWords(records, (i - 1) * size, records, i * size, width) > 0) sorted = false;
  }
  if (!sorted) order.sort((a, b) => compareWords(records, a * size, records, b * size, width));
  return order;
}

function compareWords(a: Uint32Array, x: number, b: Uint32Array, y: number, width: Width): number {
  for (let k = 0; k < width; k++) {
    const order = (a[x + k] ?? 0) - (b[y + k] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/** Adds one in place; false if the number was the last of the space. */
export function increment(number: Uint32Array): boolean {
  for (let k = number.length - 1; k >= 0; k--) {
    number[k] = (number[k] ?? 0) + 1;
    if (number[k] !== 0) return true;
  }
  return false;
}

/** Subtracts one in place; the number must not be zero. */
export function decrement(number: Uint32Array): void {
  for (let k = number.length - 1; k >= 0; k--) {
    const word = number[k] ?? 0;
    number[k] = word - 1;
    if (word !== 0) return;
  }
}
