// A table of prefixes with values: longest match, all matches, what covers a prefix and what it covers. Built once, then
// frozen into runs of addresses with the same longest match (runs.ts). A prefix knows the next shorter one around it, so
// all matches are a walk outwards.

import type { Address } from './address.ts';
import { Prefix } from './block.ts';
import { Runs } from './runs.ts';

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

  private constructor(entries: readonly PrefixEntry<T>[]) {
    this.#entries = entries;
    this.#parents = new Int32Array(entries.length);
    const prefixes = entries.map(({ prefix }) => prefix);
    this.#v4 = Runs.of(prefixes, 4, this.#parents);
    this.#v6 = Runs.of(prefixes, 6, this.#parents);
  }

  /** A map of these pairs; of equal prefixes the last one stays. */
  static of<T>(pairs: Iterable<readonly [Prefix, T]>): PrefixMap<T> {
    const entries = Array.from(pairs, ([prefix, value]) => Object.freeze({ prefix, value }));
    entries.sort((a, b) => Prefix.compare(a.prefix, b.prefix)); // stable: the last of equals is the one set last
    const unique = entries.filter((entry, index) => {
      const next = entries[index + 1];
      return next === undefined || !next.prefix.equals(entry.prefix);
    });
    return new PrefixMap(unique);
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
    return this.#entries[this.#winner(address)];
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
    return (address.family === 4 ? this.#v4 : this.#v6).winner(address);
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
