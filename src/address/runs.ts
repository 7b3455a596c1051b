// The runs of addresses that have the same longest match: the frozen form of a prefix table for one family. A look-up is the
// rank of the address among the starts of the runs.

import type { Address } from './address.ts';
import { increment } from './collect.ts';
import type { Width } from './edges.ts';
import { type Ranks, ranksOf } from './ranks.ts';
import { maskWord } from './words.ts';

/** Prefixes of one family in columns, in order, an outer one before those in it, none twice. */
export interface PrefixColumns {
  readonly width: Width;
  /** `width` words each. */
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
}

/** Sorted starts, each with the index of its winner. */
export class Runs {
  readonly #starts: Ranks;
  /** For each run the index of the longest prefix that holds it, or -1. */
  readonly winners: Int32Array;

  private constructor(starts: Ranks, winners: Int32Array) {
    this.#starts = starts;
    this.winners = winners;
  }

  /**
   * The runs of these prefixes, whose indexes begin at `base`. Writes the index of the next longest prefix around each one,
   * or -1, into `parents`. One sweep with the chain of parents as the stack of prefixes that are open: a run starts where a
   * prefix starts, and where one ends.
   */
  static of(columns: PrefixColumns, base: number, parents: Int32Array): Runs {
    const runs = new RunsBuilder(columns);
    let open = -1;
    for (let i = 0; i < columns.lengths.length; i++) {
      while (open >= 0 && !runs.holds(open, i)) {
        const around = parents[base + open] ?? -1;
        runs.beginAfter(open, around);
        open = around < 0 ? -1 : around - base;
      }
      parents[base + i] = open < 0 ? -1 : base + open;
      runs.begin(i, base + i);
      open = i;
    }
    while (open >= 0) {
      const around = parents[base + open] ?? -1;
      runs.beginAfter(open, around);
      open = around < 0 ? -1 : around - base;
    }
    return new Runs(runs.starts(), runs.winners());
  }

  /** The run that the address is in, or -1 if it lies before all of them. */
  at({ w0, w1, w2, w3 }: Address): number {
    return this.#starts.rank(w0, w1, w2, w3) - 1;
  }
}

/** Collects runs in ascending order; one that starts where the last one did takes its place. */
class RunsBuilder {
  readonly #columns: PrefixColumns;
  readonly #words: Uint32Array;
  readonly #winners: Int32Array;
  readonly #at: Uint32Array;
  #count = 0;

  /** Each prefix gives at most two runs: where it starts and where it ends. */
  constructor(columns: PrefixColumns) {
    const { width, lengths } = columns;
    this.#columns = columns;
    this.#words = new Uint32Array(lengths.length * 2 * width);
    this.#winners = new Int32Array(lengths.length * 2);
    this.#at = new Uint32Array(width);
  }

  /** Whether the first prefix contains the second one. */
  holds(outer: number, inner: number): boolean {
    const { width, words, lengths } = this.#columns;
    const length = lengths[outer] ?? 0;
    if (length > (lengths[inner] ?? 0)) return false;
    for (let k = 0; k < width; k++) {
      const difference = (words[outer * width + k] ?? 0) ^ (words[inner * width + k] ?? 0);
      if ((difference & maskWord(length, k)) !== 0) return false;
    }
    return true;
  }

  /** A run from the first address of the prefix on. */
  begin(prefix: number, winner: number): void {
    const { width, words } = this.#columns;
    for (let k = 0; k < width; k++) this.#at[k] = words[prefix * width + k] ?? 0;
    this.#put(winner);
  }

  /** A run from the address after the prefix on, if there is one. */
  beginAfter(prefix: number, winner: number): void {
    const { width, words, lengths } = this.#columns;
    const length = lengths[prefix] ?? 0;
    for (let k = 0; k < width; k++) this.#at[k] = (words[prefix * width + k] ?? 0) | ~maskWord(length, k);
    if (increment(this.#at)) this.#put(winner);
  }

  #put(winner: number): void {
    const { width } = this.#columns;
    const last = (this.#count - 1) * width;
    let same = this.#count > 0;
    for (let k = 0; same && k < width; k++) same = this.#words[last + k] === this.#at[k];
    if (!same) {
      const to = this.#count++ * width;
      for (let k = 0; k < width; k++) this.#words[to + k] = this.#at[k] ?? 0;
    }
    this.#winners[this.#count - 1] = winner;
  }

  starts(): Ranks {
    const { width } = this.#columns;
    return ranksOf(this.#words.slice(0, this.#count * width), width);
  }

  winners(): Int32Array {
    return this.#winners.slice(0, this.#count);
  }
}
