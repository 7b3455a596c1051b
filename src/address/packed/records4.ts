// IPv4 ranges in bulk: columns of words, sorted by radix and swept into edges. Millions of ranges cost eight bytes each and
// no object. Columns come in pages, so that none is copied to grow; a range that touches the one before it is joined to it
// at once, since lists are often in order and full of neighbours: those need no sorting at all.

import { type Edges, noEdges } from '../edges.ts';
import { histogram, indexOrder, scatter } from './radix.ts';

/** Rows of the first page, for lists that are short, and of the others. */
const FIRST_PAGE = 1 << 12;
const PAGE = 1 << 16;
/** Rows that go along to the next page: in lists that are nearly in order, a wide prefix may swallow many before it. */
const TAIL = 1 << 10;
/** Rows that a loop gets at a time; why not all is said in lines.ts. */
const BLOCK = 1 << 12;

/** Columns of firsts and lasts; only the first `used` rows count. */
interface Page {
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  readonly used: number;
}

/** Ranges of IPv4 words in any order, first and last included. */
export class Records4 {
  /** The page that is being filled. The line reader writes its rows, with `used` and `ordered` set right before any call. */
  starts: Uint32Array = new Uint32Array(FIRST_PAGE);
  ends: Uint32Array = new Uint32Array(FIRST_PAGE);
  used = 0;
  /** Whether the starts have ascended so far. */
  ordered = true;
  /** The pages that are full. */
  readonly #full: Page[] = [];

  /** Adds a range of words, signed or not. */
  add(start: number, end: number): void {
    if (this.join(start, end)) return;
    if (this.used === this.starts.length) this.turn();
    if (start >>> 0 < this.lastStart()) this.ordered = false;
    this.starts[this.used] = start;
    this.ends[this.used++] = end;
  }

  /** What a start must not be below for the order to hold. */
  lastStart(): number {
    return this.used > 0 ? (this.starts[this.used - 1] ?? 0) : this.#before();
  }

  /** The last start on the full pages. */
  #before(): number {
    const page = this.#full.at(-1);
    return page?.starts[page.used - 1] ?? 0;
  }

  /**
   * Joins a range to the last row, and that to the rows before it, as far as they touch. False if it doesn't touch: then it
   * needs a row of its own. Each row goes away once, so the time of all calls is that of the rows. Takes signed words, as
   * the line reader has them: unsigned ones would each be an object on the way here.
   */
  join(start: number, end: number): boolean {
    const { starts, ends } = this;
    let row = this.used - 1;
    if (row < 0) return false;
    const low = start >>> 0;
    const high = end >>> 0;
    let first = starts[row] ?? 0;
    let last = ends[row] ?? 0;
    if (low > last + 1 || first > high + 1) return false;
    if (high > last) last = high;
    if (low < first) {
      first = low;
      while (row > 0 && first <= (ends[row - 1] ?? 0) + 1 && (starts[row - 1] ?? 0) <= last + 1) {
        row--;
        first = Math.min(first, starts[row] ?? 0);
        last = Math.max(last, ends[row] ?? 0);
      }
      if (first < (row > 0 ? (starts[row - 1] ?? 0) : this.#before())) this.ordered = false;
    }
    starts[row] = first;
    ends[row] = last;
    this.used = row + 1;
    return true;
  }

  /** Begins a new page with the last rows of the full one: what comes may touch them. */
  turn(): void {
    const { starts, ends } = this;
    const used = this.used - TAIL;
    this.#full.push({ starts, ends, used });
    this.starts = new Uint32Array(PAGE);
    this.ends = new Uint32Array(PAGE);
    this.starts.set(starts.subarray(used));
    this.ends.set(ends.subarray(used));
    this.used = TAIL;
  }

  /** The edges of the union. More can be added afterwards. */
  toEdges(): Edges {
    const pages = [...this.#full, { starts: this.starts, ends: this.ends, used: this.used }];
    const count = pages.reduce((sum, { used }) => sum + used, 0);
    if (count === 0) return noEdges(1);
    if (this.ordered) return { width: 1, words: sweep(pages, new Uint32Array(count * 2)) };
    const room = new Uint32Array(count * 2);
    const [page] = pages;
    const few = page !== undefined && pages.length === 1;
    const sorted = few ? sortFew(page) : sortMany(pages, count, room);
    return { width: 1, words: sweep([sorted], room) };
  }
}

/** By start, in three passes of 11, 11 and 10 bits from the least significant; ends go along. `room` is used up. */
function sortMany(pages: readonly Page[], count: number, room: Uint32Array): Page {
  const low = new Uint32Array(2048);
  const middle = new Uint32Array(2048);
  const high = new Uint32Array(1024);
  histogram(
    pages.map(({ starts, used }) => starts.subarray(0, used)),
    low,
    middle,
    high,
  );
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  const otherStarts = room.subarray(0, count);
  const otherEnds = room.subarray(count);
  for (const page of pages) scatter(page.starts, page.ends, starts, ends, page.used, low, 0);
  scatter(starts, ends, otherStarts, otherEnds, count, middle, 11);
  scatter(otherStarts, otherEnds, starts, ends, count, high, 22);
  return { starts, ends, used: count };
}

/** No more than the first page: by the engine's own sort, which needs no time to get warm. */
function sortFew(page: Page): Page {
  const count = page.used;
  const order = indexOrder(page.starts.subarray(0, count));
  const starts = new Uint32Array(count);
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const row = order[i] ?? 0;
    starts[i] = page.starts[row] ?? 0;
    ends[i] = page.ends[row] ?? 0;
  }
  return { starts, ends, used: count };
}

/** Joins sorted ranges that overlap or touch into edges, written to `out`, which has room for two of each row. */
function sweep(pages: readonly Page[], out: Uint32Array): Uint32Array {
  const begun: Sweep = { n: 0, start: pages[0]?.starts[0] ?? 0, end: pages[0]?.ends[0] ?? 0 };
  for (const page of pages) {
    for (let from = 0; from < page.used; from += BLOCK) {
      sweepRows(page, from, Math.min(page.used, from + BLOCK), out, begun);
    }
  }
  let n = begun.n;
  out[n++] = begun.start;
  if (begun.end !== 0xffffffff) out[n++] = begun.end + 1;
  // a result much smaller than the room for it is copied, so that it doesn't hold the room
  return n * 2 < out.length ? out.slice(0, n) : out.subarray(0, n);
}

/** How far a sweep has come: the edges written, and the range that may still grow. */
interface Sweep {
  n: number;
  start: number;
  end: number;
}

function sweepRows({ starts, ends }: Page, from: number, to: number, out: Uint32Array, state: Sweep): void {
  let { n, start, end } = state;
  for (let i = from; i < to; i++) {
    const nextStart = starts[i] ?? 0;
    const nextEnd = ends[i] ?? 0;
    if (nextStart <= end + 1) {
      if (nextEnd > end) end = nextEnd;
      continue;
    }
    out[n++] = start;
    out[n++] = end + 1;
    start = nextStart;
    end = nextEnd;
  }
  state.n = n;
  state.start = start;
  state.end = end;
}
