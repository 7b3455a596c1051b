// The runs of addresses that have the same longest match: the frozen form of a prefix table for one family. A look-up is a
// binary search in the sorted starts of the runs, narrowed by a directory of the first sixteen bits where there are many.

import type { Address, Family } from './address.ts';
import type { Prefix } from './block.ts';
import { increment } from './collect.ts';
import { type Edges, rank, type Width } from './edges.ts';
import { maskWord } from './words.ts';

/** From so many IPv4 runs on the directory (256 KiB) earns its place. */
const MANY = 4096;

/** Sorted starts, each with the index of its winner, or -1 where nothing matches. */
export class Runs {
  readonly #starts: Edges;
  readonly #winners: Int32Array;
  /** For each value of the first sixteen bits how many runs start below it; one more for the end. */
  readonly #directory: Uint32Array | undefined;

  private constructor(starts: Edges, winners: Int32Array) {
    this.#starts = starts;
    this.#winners = winners;
    this.#directory = starts.width === 1 && winners.length >= MANY ? directoryOf(starts.words) : undefined;
  }

  /**
   * The runs of sorted prefixes (an outer one before those in it); those of the other family are passed over. Writes the
   * index of the next longest prefix around each one, or -1, into `parents`. One sweep with a stack of the prefixes that
   * are open: a run starts where a prefix starts, and where one ends.
   */
  static of(prefixes: readonly Prefix[], family: Family, parents: Int32Array): Runs {
    const runs = new RunsBuilder(family === 4 ? 1 : 4, prefixes.length);
    const open: { readonly prefix: Prefix; readonly index: number }[] = [];
    const closeOne = () => {
      const closed = open.pop();
      if (closed !== undefined) runs.beginAfter(closed.prefix, open.at(-1)?.index ?? -1);
    };
    for (const [index, prefix] of prefixes.entries()) {
      if (prefix.family !== family) continue;
      while (open.length > 0 && open.at(-1)?.prefix.contains(prefix) === false) closeOne();
      parents[index] = open.at(-1)?.index ?? -1;
      runs.begin(prefix, index);
      open.push({ prefix, index });
    }
    while (open.length > 0) closeOne();
    return new Runs(runs.starts(), runs.winners());
  }

  /** The index of the longest prefix that contains the address, or -1. */
  winner(address: Address): number {
    const { w0, w1, w2, w3 } = address;
    const run = this.#directory === undefined ? rank(this.#starts, w0, w1, w2, w3) : this.#rankNear(w3 >>> 0);
    return this.#winners[run - 1] ?? -1;
  }

  /** How many runs start at or below the IPv4 address, by way of the directory. */
  #rankNear(word: number): number {
    const { words } = this.#starts;
    let low = this.#directory?.[word >>> 16] ?? 0;
    let high = this.#directory?.[(word >>> 16) + 1] ?? words.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((words[middle] ?? 0) <= word) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function directoryOf(starts: Uint32Array): Uint32Array {
  const directory = new Uint32Array(65537);
  let below = 0;
  for (let i = 0; i < starts.length; i++) {
    const block = (starts[i] ?? 0) >>> 16;
    while (below < block) directory[++below] = i;
  }
  directory.fill(starts.length, below + 1);
  return directory;
}

/** Collects runs in ascending order; one that starts where the last one did takes its place. */
class RunsBuilder {
  readonly #width: Width;
  readonly #words: Uint32Array;
  readonly #winners: Int32Array;
  readonly #at: Uint32Array;
  #count = 0;

  /** Each prefix gives at most two runs: where it starts and where it ends. */
  constructor(width: Width, prefixes: number) {
    this.#width = width;
    this.#words = new Uint32Array(prefixes * 2 * width);
    this.#winners = new Int32Array(prefixes * 2);
    this.#at = new Uint32Array(width);
  }

  /** A run from the first address of the prefix on. */
  begin({ address }: Prefix, winner: number): void {
    this.#set(address.w0, address.w1, address.w2, address.w3);
    this.#put(winner);
  }

  /** A run from the address after the prefix on, if there is one. */
  beginAfter({ address, length }: Prefix, winner: number): void {
    const ones = this.#width === 1 ? length + 96 : length;
    const up = (word: number, index: number) => word | ~maskWord(ones, index);
    this.#set(up(address.w0, 0), up(address.w1, 1), up(address.w2, 2), up(address.w3, 3));
    if (increment(this.#at)) this.#put(winner);
  }

  #set(w0: number, w1: number, w2: number, w3: number): void {
    const at = this.#at;
    if (this.#width === 1) at[0] = w3;
    else {
      at[0] = w0;
      at[1] = w1;
      at[2] = w2;
      at[3] = w3;
    }
  }

  #put(winner: number): void {
    const width = this.#width;
    const last = (this.#count - 1) * width;
    let same = this.#count > 0;
    for (let k = 0; same && k < width; k++) same = this.#words[last + k] === this.#at[k];
    if (!same) this.#words.set(this.#at, this.#count++ * width);
    this.#winners[this.#count - 1] = winner;
  }

  starts(): Edges {
    return { width: this.#width, words: this.#words.slice(0, this.#count * this.#width) };
  }

  winners(): Int32Array {
    return this.#winners.slice(0, this.#count);
  }
}
