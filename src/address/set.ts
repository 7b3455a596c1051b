// A set of addresses of both families: exact algebra on sorted ranges, with prefixes as one way to spell them. The sweep
// itself stands in edges.ts; here numbers become addresses and back.

import { Address, type Family } from './address.ts';
import { blockOf, type Prefix, Range } from './block.ts';
import { Collector } from './collect.ts';
import { Cover } from './cover.ts';
import {
  combine,
  countEdges,
  DIFFERENCE,
  type Edges,
  INTERSECTION,
  invert,
  meets,
  noEdges,
  rank,
  sameEdges,
  sizeOf,
  UNION,
} from './edges.ts';
import { type Ranks, ranksOf } from './ranks.ts';

/** What can be put into a set or asked of it. */
export type AddressItem = Address | Prefix | Range | AddressSet;

/**
 * An immutable set of IPv4 and IPv6 addresses. Each set has one representation, so equal sets are equal however they were
 * made. Addresses with a zone are never in a set, as a set spans all links; putting one in is a RangeError.
 */
export class AddressSet {
  readonly #v4: Edges;
  readonly #v6: Edges;
  /** Made when a single address is first asked for. */
  #ranks4: Ranks | undefined;
  #ranks6: Ranks | undefined;

  private constructor(v4: Edges, v6: Edges) {
    this.#v4 = v4;
    this.#v6 = v6;
  }

  static readonly empty: AddressSet = new AddressSet(noEdges(1), noEdges(4));

  /** @internal For the builders of this folder: the set of these edges, which must be ascending and never change. */
  static fromEdges(v4: Edges, v6: Edges): AddressSet {
    return new AddressSet(v4, v6);
  }

  /** @internal The edges of one family; for this folder's formatters and maps. Not to be written. */
  edges(family: Family): Edges {
    return family === 4 ? this.#v4 : this.#v6;
  }

  /** The union of the items. RangeError for an address with a zone. */
  static of(...items: readonly AddressItem[]): AddressSet {
    const builder = new AddressSetBuilder();
    return builder.addAll(items).freeze();
  }

  /** All addresses of the family, or of both. */
  static everything(family?: Family): AddressSet {
    return AddressSet.empty.complement(family);
  }

  /** Whether the address is in the set; never, if it has a zone. */
  has(address: Address): boolean {
    if (address.zone !== '') return false;
    return this.holds(address.family, address.w0, address.w1, address.w2, address.w3);
  }

  /** @internal For the finder of this folder: whether the address of these words is in the set. An IPv4 one stands in `w3`. */
  holds(family: Family, w0: number, w1: number, w2: number, w3: number): boolean {
    let ranks = family === 4 ? this.#ranks4 : this.#ranks6;
    if (ranks === undefined) {
      if (family === 4) ranks = this.#ranks4 = ranksOf(this.#v4.words, 1);
      else ranks = this.#ranks6 = ranksOf(this.#v6.words, 4);
    }
    return (ranks.rank(w0, w1, w2, w3) & 1) === 1;
  }

  /** Whether the whole item is in the set. */
  contains(item: AddressItem): boolean {
    if (item instanceof Address) return this.has(item);
    if (item instanceof AddressSet) return item.isSubsetOf(this);
    const { first, last } = item;
    const edges = this.edges(first.family);
    const below = rank(edges, first.w0, first.w1, first.w2, first.w3);
    return (below & 1) === 1 && below === rank(edges, last.w0, last.w1, last.w2, last.w3);
  }

  /** Whether any address of the item is in the set. */
  overlaps(item: AddressItem): boolean {
    if (item instanceof Address) return this.has(item);
    if (item instanceof AddressSet) {
      return meets(this.#v4, item.#v4, INTERSECTION) || meets(this.#v6, item.#v6, INTERSECTION);
    }
    const { first, last } = item;
    const edges = this.edges(first.family);
    const below = rank(edges, first.w0, first.w1, first.w2, first.w3);
    return (below & 1) === 1 || below !== rank(edges, last.w0, last.w1, last.w2, last.w3);
  }

  union(other: AddressSet): AddressSet {
    return this.#combine(other, UNION);
  }

  intersect(other: AddressSet): AddressSet {
    return this.#combine(other, INTERSECTION);
  }

  /** This set without the other. */
  subtract(other: AddressSet): AddressSet {
    return this.#combine(other, DIFFERENCE);
  }

  #combine(other: AddressSet, table: number): AddressSet {
    return new AddressSet(combine(this.#v4, other.#v4, table), combine(this.#v6, other.#v6, table));
  }

  /** All addresses that are not in the set; with a family, those of the family only. */
  complement(family?: Family): AddressSet {
    return new AddressSet(
      family === 6 ? noEdges(1) : invert(this.#v4),
      family === 4 ? noEdges(4) : invert(this.#v6),
    );
  }

  equals(other: AddressSet): boolean {
    return sameEdges(this.#v4, other.#v4) && sameEdges(this.#v6, other.#v6);
  }

  isSubsetOf(other: AddressSet): boolean {
    return !meets(this.#v4, other.#v4, DIFFERENCE) && !meets(this.#v6, other.#v6, DIFFERENCE);
  }

  get isEmpty(): boolean {
    return this.#v4.words.length === 0 && this.#v6.words.length === 0;
  }

  /** How many addresses are in the set. */
  get size(): bigint {
    return sizeOf(this.#v4) + sizeOf(this.#v6);
  }

  /** Only the addresses of the family. */
  family(family: Family): AddressSet {
    return family === 4 ? new AddressSet(this.#v4, noEdges(4)) : new AddressSet(noEdges(1), this.#v6);
  }

  /** The fewest ranges, in order, IPv4 first. Between any two there is an address that is not in the set. */
  *ranges(family?: Family): IterableIterator<Range> {
    if (family !== 6) yield* rangesOf(4, this.#v4);
    if (family !== 4) yield* rangesOf(6, this.#v6);
  }

  /** The fewest prefixes, in order, IPv4 first. */
  *prefixes(family?: Family): IterableIterator<Prefix> {
    const cover = new Cover();
    for (const { first, last } of this.ranges(family)) {
      cover.start(first.w0, first.w1, first.w2, first.w3, last.w0, last.w1, last.w2, last.w3);
      while (cover.next()) yield blockOf(first.family, cover);
    }
  }

  /** Every single address, in order, made as it is asked for: a set can hold 2^128. */
  *addresses(family?: Family): IterableIterator<Address> {
    for (const { first, last } of this.ranges(family)) {
      for (let address: Address | undefined = first; address !== undefined; address = address.next()) {
        yield address;
        if (address.equals(last)) break;
      }
    }
  }

  /** The minimal prefixes with commas between, '' for the empty set. */
  toString(): string {
    return [...this.prefixes()].join(',');
  }

  toJSON(): string[] {
    return Array.from(this.prefixes(), String);
  }
}

function* rangesOf(family: Family, edges: Edges): IterableIterator<Range> {
  const count = countEdges(edges);
  for (let i = 0; i < count; i += 2) {
    const first = edgeAddress(family, edges, i);
    const end = i + 1 < count ? edgeAddress(family, edges, i + 1).previous() : undefined;
    yield Range.of(first, end ?? lastOf(family));
  }
}

function edgeAddress(family: Family, { words, width }: Edges, i: number): Address {
  if (width === 1) return Address.fromWords(family, 0, 0, 0, words[i] ?? 0);
  const at = i * 4;
  return Address.fromWords(6, words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
}

function lastOf(family: Family): Address {
  return family === 4 ? Address.fromWords(4, 0, 0, 0, -1) : Address.fromWords(6, -1, -1, -1, -1);
}

/**
 * Collects items in any order and freezes them into a set, in n log n. It stands beside the set because AddressSet.of is
 * made with it. What has to go out again is subtracted from the frozen set.
 */
export class AddressSetBuilder {
  readonly #v4 = new Collector(1);
  readonly #v6 = new Collector(4);

  /** Adds the item. RangeError for an address with a zone. */
  add(item: AddressItem): this {
    if (item instanceof AddressSet) {
      this.#v4.addEdges(item.edges(4));
      this.#v6.addEdges(item.edges(6));
      return this;
    }
    const first = item instanceof Address ? item : item.first;
    const last = item instanceof Address ? item : item.last;
    if (first.zone !== '')
      throw new RangeError(`${first.toString()} has a zone and can't be in a set: use withoutZone()`);
    if (first.family === 4) this.#v4.add4(first.w3, last.w3);
    else this.#v6.add6(first.w0, first.w1, first.w2, first.w3, last.w0, last.w1, last.w2, last.w3);
    return this;
  }

  addAll(items: Iterable<AddressItem>): this {
    for (const item of items) this.add(item);
    return this;
  }

  /** The set of everything added so far; the builder can go on. */
  freeze(): AddressSet {
    return AddressSet.fromEdges(this.#v4.freeze(), this.#v6.freeze());
  }
}
