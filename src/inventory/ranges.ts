// Ranges that a provider publishes, as hosts: one for each group of prefixes that the feed names together (a service in a
// region), so that they are selected, shown and explained like machines. What a feed looks like is clouds/'s.

import type { Prefix } from '../address/index.ts';
import type { Harvest, Place } from './harvest.ts';
import type { HostAddress, Scope } from './model.ts';
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
    for (const gathered of this.#groups.values()) {
      const { group } = gathered;
      this.#harvest.hosts.push({
        source: this.#source,
        id: group.id,
        name: group.name,
        region: group.region ?? '',
        state: 'listed',
        // Made when they are asked for: of a million, those of one group at a time.
        get addresses() {
          return addressesOf(gathered);
        },
        tags: group.tags ?? new Map<string, string>(),
      });
    }
  }
}

function addressesOf(gathered: Gathered): readonly HostAddress[] {
  const addresses: HostAddress[] = [];
  for (const scope of ['public', 'private'] as const)
    for (const prefix of gathered[scope].sorted()) addresses.push({ prefix, scope });
  return addresses;
}

interface Gathered {
  readonly group: Group;
  readonly public: PrefixHeap;
  readonly private: PrefixHeap;
}
