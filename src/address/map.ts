// A table of prefixes with values: longest match, all matches, what covers a prefix and what it covers. Built once, then
// frozen into runs of addresses with the same longest match (runs.ts). A prefix knows the next shorter one around it, so
// all matches are a walk outwards.

import type { Address } from './address.ts';
import { Prefix } from './block.ts';
import type { Width } from './edges.ts';
import { prefixOrder } from './packed/order.ts';
import { type PrefixColumns, Runs } from './runs.ts';

/** A prefix and what is kept under it. */
export interface PrefixEntry<T> {
  readonly prefix: Prefix;
  readonly value: T;
}

/** An immutable map from prefixes to values, in the order of Prefix.compare. An address with a zone matches nothing. */
export class PrefixMap<T> {
  readonly #entries: readonly PrefixEntry<T>[];
  /** For each entry the index of the longest other one that contains it, or -1. */
  readonly #parents: Int32Array;
  readonly #v4: Runs;
  readonly #v6: Runs;
  /** The entry of each run: what a look-up answers stands at one step. */
  readonly #best4: readonly (PrefixEntry<T> | undefined)[];
  readonly #best6: readonly (PrefixEntry<T> | undefined)[];

  private constructor(v4: Table<T>, v6: Table<T>) {
    this.#entries = [...v4.entries, ...v6.entries];
    this.#parents = new Int32Array(this.#entries.length);
    this.#v4 = Runs.of(v4.columns, 0, this.#parents);
    this.#v6 = Runs.of(v6.columns, v4.entries.length, this.#parents);
    this.#best4 = Array.from(this.#v4.winners, (winner) => this.#entries[winner]);
    this.#best6 = Array.from(this.#v6.winners, (winner) => this.#entries[winner]);
  }

  /** A map of these pairs; of equal prefixes the last one stays. */
  static of<T>(pairs: Iterable<readonly [Prefix, T]>): PrefixMap<T> {
    const v4: PrefixEntry<T>[] = [];
    const v6: PrefixEntry<T>[] = [];
    for (const [prefix, value] of pairs) {
      (prefix.family === 4 ? v4 : v6).push(Object.freeze({ prefix, value }));
    }
    return new PrefixMap(tableOf(v4, 1), tableOf(v6, 4));
  }

  get size(): number {
    return this.#entries.length;
  }

  [Symbol.iterator](): Iterator<PrefixEntry<T>> {
    return this.#entries[Symbol.iterator]();
  }

  /** The value under exactly this prefix. */
  get(prefix: Prefix): T | undefined {
    const entry = this.#entries[this.#lowerBound(prefix)];
    return entry?.prefix.equals(prefix) === true ? entry.value : undefined;
  }

  has(prefix: Prefix): boolean {
    return this.#entries[this.#lowerBound(prefix)]?.prefix.equals(prefix) === true;
  }

  /** The entry with the longest prefix that contains the address (RFC 1812 section 5.2.4.3). */
  lookup(address: Address): PrefixEntry<T> | undefined {
    if (address.zone !== '') return undefined;
    return address.family === 4 ? this.#best4[this.#v4.at(address)] : this.#best6[this.#v6.at(address)];
  }

  /** All entries whose prefix contains the address, longest first. */
  *matches(address: Address): IterableIterator<PrefixEntry<T>> {
    yield* this.#outwards(this.#winner(address));
  }

  /** All entries whose prefix contains the whole prefix, itself included, longest first. */
  *covering(prefix: Prefix): IterableIterator<PrefixEntry<T>> {
    for (const entry of this.#outwards(this.#winner(prefix.address))) {
      if (entry.prefix.length <= prefix.length) yield entry;
    }
  }

  /** All entries whose prefix lies in the prefix, itself included, in order. */
  *covered(prefix: Prefix): IterableIterator<PrefixEntry<T>> {
    for (let i = this.#lowerBound(prefix); i < this.#entries.length; i++) {
      const entry = this.#entries[i];
      if (entry === undefined || !prefix.contains(entry.prefix)) return;
      yield entry;
    }
  }

  *#outwards(from: number): IterableIterator<PrefixEntry<T>> {
    for (let i = from; ; i = this.#parents[i] ?? -1) {
      const entry = this.#entries[i];
      if (entry === undefined) return;
      yield entry;
    }
  }

  /** The index of the longest match, or -1. */
  #winner(address: Address): number {
    if (address.zone !== '') return -1;
    const runs = address.family === 4 ? this.#v4 : this.#v6;
    return runs.winners[runs.at(address)] ?? -1;
  }

  /** The index of the first entry at or after the prefix. */
  #lowerBound(prefix: Prefix): number {
    let low = 0;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const entry = this.#entries[middle];
      if (entry !== undefined && Prefix.compare(entry.prefix, prefix) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The entries of one family in order, none twice, and their prefixes in columns. */
interface Table<T> {
  readonly entries: readonly PrefixEntry<T>[];
  readonly columns: PrefixColumns;
}

function tableOf<T>(entries: readonly PrefixEntry<T>[], width: Width): Table<T> {
  const columns = columnsOf(entries, width);
  const order = prefixOrder(columns);
  const sorted: PrefixEntry<T>[] = [];
  let ascending = true;
  for (const [i, row] of order.entries()) {
    if (row !== i) ascending = false;
    const entry = entries[row];
    if (entry === undefined) continue;
    // the order is stable: the last of equals is the one that was set last
    if (sorted.at(-1)?.prefix.equals(entry.prefix) === true) {
      sorted.pop();
      ascending = false;
    }
    sorted.push(entry);
  }
  return { entries: sorted, columns: ascending ? columns : columnsOf(sorted, width) };
}

function columnsOf<T>(entries: readonly PrefixEntry<T>[], width: Width): PrefixColumns {
  const words = new Uint32Array(entries.length * width);
  const lengths = new Uint8Array(entries.length);
  let at = 0;
  for (const [i, { prefix }] of entries.entries()) {
    const { w0, w1, w2, w3 } = prefix.address;
    lengths[i] = prefix.length;
    if (width === 4) {
      words[at++] = w0;
      words[at++] = w1;
      words[at++] = w2;
    }
    words[at++] = w3;
  }
  return { width, words, lengths };
}

/** Collects prefixes with values and freezes them into a map. */
export class PrefixMapBuilder<T> {
  readonly #pairs: [Prefix, T][] = [];

  /** Puts the value under the prefix, in the place of one that is there. */
  set(prefix: Prefix, value: T): this {
    this.#pairs.push([prefix, value]);
    return this;
  }

  /** The map of everything set so far; the builder can go on. */
  freeze(): PrefixMap<T> {
    return PrefixMap.of(this.#pairs);
  }
}
