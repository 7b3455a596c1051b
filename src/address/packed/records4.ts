// IPv4 ranges in bulk: two columns of words, sorted by radix and swept into edges. Millions of ranges cost eight bytes each
// and no object.

import { type Edges, noEdges } from '../edges.ts';

/** Ranges of IPv4 words in any order, first and last included. */
export class Records4 {
  /** The columns; only the first `count` rows are in use. The line reader writes them and then sets the count. */
  starts: Uint32Array = new Uint32Array(1 << 10);
  ends: Uint32Array = new Uint32Array(1 << 10);
  count = 0;

  add(start: number, end: number): void {
    if (this.count === this.starts.length) this.grow(this.count);
    this.starts[this.count] = start;
    this.ends[this.count++] = end;
  }

  /** Makes room for as many rows again; `used` rows are kept. */
  grow(used: number): void {
    const starts = new Uint32Array(this.starts.length * 2);
    const ends = new Uint32Array(this.starts.length * 2);
    starts.set(this.starts.subarray(0, used));
    ends.set(this.ends.subarray(0, used));
    this.starts = starts;
    this.ends = ends;
  }

  /** The edges of the union. */
  toEdges(): Edges {
    if (this.count === 0) return noEdges(1);
    this.#sort();
    return { width: 1, words: sweep(this.starts, this.ends, this.count) };
  }

  /** By start, in three passes of 11, 11 and 10 bits from the least significant; ends go along. */
  #sort(): void {
    const { starts, ends, count } = this;
    if (isSorted(starts, count)) return;
    const low = new Uint32Array(2048);
    const middle = new Uint32Array(2048);
    const high = new Uint32Array(1024);
    histogram(starts, count, low, middle, high);
    const otherStarts = new Uint32Array(starts.length);
    const otherEnds = new Uint32Array(starts.length);
    scatter(starts, ends, otherStarts, otherEnds, count, low, 0);
    scatter(otherStarts, otherEnds, starts, ends, count, middle, 11);
    scatter(starts, ends, otherStarts, otherEnds, count, high, 22);
    this.starts = otherStarts;
    this.ends = otherEnds;
  }
}

function isSorted(keys: Uint32Array, count: number): boolean {
  let before = 0;
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0;
    if (key < before) return false;
    before = key;
  }
  return true;
}

/** Counts the digits of all three passes in one go, and turns the counts into the places where each digit begins. */
export function histogram(
  keys: Uint32Array,
  count: number,
  low: Uint32Array,
  middle: Uint32Array,
  high: Uint32Array,
): void {
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0;
    const a = key & 2047;
    const b = (key >>> 11) & 2047;
    const c = key >>> 22;
    low[a] = (low[a] ?? 0) + 1;
    middle[b] = (middle[b] ?? 0) + 1;
    high[c] = (high[c] ?? 0) + 1;
  }
  for (const counts of [low, middle, high]) {
    let sum = 0;
    for (let digit = 0; digit < counts.length; digit++) {
      const here = counts[digit] ?? 0;
      counts[digit] = sum;
      sum += here;
    }
  }
}

/** One pass of the radix sort: moves each key with its companion to the next place of its digit. */
export function scatter(
  keys: Uint32Array,
  companions: Uint32Array,
  toKeys: Uint32Array,
  toCompanions: Uint32Array,
  count: number,
  places: Uint32Array,
  shift: number,
): void {
  const mask = places.length - 1;
  for (let i = 0; i < count; i++) {
    const key = keys[i] ?? 0;
    const digit = (key >>> shift) & mask;
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    toKeys[place] = key;
    toCompanions[place] = companions[i] ?? 0;
  }
}

/** Joins sorted ranges that overlap or touch. */
function sweep(starts: Uint32Array, ends: Uint32Array, count: number): Uint32Array {
  const out = new Uint32Array(count * 2);
  let n = 0;
  let start = starts[0] ?? 0;
  let end = ends[0] ?? 0;
  for (let i = 1; i < count; i++) {
    const nextStart = starts[i] ?? 0;
    const nextEnd = ends[i] ?? 0;
    if (nextStart <= end || nextStart === end + 1) {
      if (nextEnd > end) end = nextEnd;
      continue;
    }
    out[n++] = start;
    out[n++] = end + 1;
    start = nextStart;
    end = nextEnd;
  }
  out[n++] = start;
  if (end !== 0xffffffff) out[n++] = end + 1;
  return n * 2 < out.length ? out.slice(0, n) : out.subarray(0, n);
}
