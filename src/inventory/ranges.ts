// Ranges that a provider publishes, as hosts: one for each group of prefixes that the feed names together (a service in a
// region), so that they are selected, shown and explained like machines. What a feed looks like is clouds/'s.

import type { PackedBuilder, Prefix } from '../address/index.ts';
import type { Harvest, Place } from './harvest.ts';
import type { Host, HostAddress, Scope } from './model.ts';
import { PrefixHeap } from './prefix-heap.ts';

/** What the feed says of a group. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly region?: string;
  readonly tags?: ReadonlyMap<string, string>;
}

/** Gathers the prefixes of a feed, a million or more of them, by their groups. */
export class Ranges {
  readonly #harvest: Harvest;
  readonly #source: string;
  readonly #groups = new Map<string, Gathered>();
  #last: Gathered | undefined;

  constructor(harvest: Harvest, source: string) {
    this.#harvest = harvest;
    this.#source = source;
  }

  /**
   * The group of an id; what it is said to be is asked for the first time only. It is there from then on, even if it
   * has no prefixes.
   */
  group(id: string, make: () => Omit<Group, 'id'>): void {
    if (this.#last?.group.id === id) return;
    let known = this.#groups.get(id);
    if (known === undefined) {
      known = { group: { id, ...make() }, public: new PrefixHeap(), private: new PrefixHeap() };
      this.#groups.set(id, known);
    }
    this.#last = known;
  }

  /**
   * Reads a prefix into the group named last. A provider's ranges are public because it publishes them: 10.0.0.0/8 among
   * them is for the checks of whoever lets them in, so it is not hidden here as private.
   */
  read(text: string, place: Place, family?: 4 | 6): void {
    this.add(this.#harvest.prefix(text, family, place), 'public');
  }

  add(prefix: Prefix | undefined, scope: Scope): void {
    if (prefix !== undefined) this.#last?.[scope].add(prefix);
  }

  /** Hands the groups over as hosts. */
  end(): void {
    for (const { group, ...heaps } of this.#groups.values())
      this.#harvest.hosts.push(new RangeHost(this.#source, group, heaps));
  }
}

interface Heaps {
  readonly public: PrefixHeap;
  readonly private: PrefixHeap;
}

interface Gathered extends Heaps {
  readonly group: Group;
}

/** A group as a host. Its addresses are made each time they are asked for: a million of them are not kept. */
export class RangeHost implements Host {
  readonly source: string;
  readonly id: string;
  readonly name: string;
  readonly region: string;
  readonly state = 'listed';
  readonly tags: ReadonlyMap<string, string>;
  readonly #heaps: Heaps;

  constructor(source: string, { id, name, region = '', tags = new Map() }: Group, heaps: Heaps) {
    this.source = source;
    this.id = id;
    this.name = name;
    this.region = region;
    this.tags = tags;
    this.#heaps = heaps;
  }

  get addresses(): readonly HostAddress[] {
    return [...this.each()];
  }

  /** The addresses one by one, for whoever does not need them together. */
  *each(): Generator<HostAddress> {
    for (const scope of ['public', 'private'] as const)
      for (const prefix of this.#heaps[scope].sorted()) yield { prefix, scope };
  }

  /** Puts all of them into a set that is being built. */
  addTo(set: PackedBuilder): void {
    this.#heaps.public.addTo(set);
    this.#heaps.private.addTo(set);
  }
}

/** The addresses of any host, one by one. */
export function addressesIn(host: Host): Iterable<HostAddress> {
  return host instanceof RangeHost ? host.each() : host.addresses;
}
