// Which machines exist and by which addresses: the nouns of every inventory, whatever it was read from. How they are read
// stands in clouds/, how they travel in wire.ts, how they are chosen in select.ts.

import type { Prefix } from '../address/index.ts';

/** `public`: an address by which the machine is reached from outside its own network. */
export type Scope = 'public' | 'private';

/** One address of a machine, or a prefix delegated to it. */
export interface HostAddress {
  /** A single address is a /32 or a /128. */
  readonly prefix: Prefix;
  readonly scope: Scope;
  /** The network interface's id as the source calls it: `eni-0a1b`. Absent where the source does not say. */
  readonly interface?: string;
}

/** A machine. Nothing of the source's document but addresses, names and tags is kept: no passwords, no user data. */
export interface Host {
  /** The cloud's name as `--from` takes it: `aws`. */
  readonly source: string;
  readonly id: string;
  /** What people call it; the id where it has no other name. */
  readonly name: string;
  /** '' where the source does not say. */
  readonly region: string;
  /**
   * The source's word in lower case, where a machine that is up is always `running`; `unknown` where it does not say, and
   * `listed` where it knows no states at all: to be listed is all there is then.
   */
  readonly state: string;
  readonly addresses: readonly HostAddress[];
  readonly tags: ReadonlyMap<string, string>;
}

/** What is known about a source once it has been read to its end. */
export interface Closing {
  readonly source: string;
  /** Whether every machine and address that the source holds was read: only then does a missing one mean that it is gone. */
  readonly complete: boolean;
  /** Why it is not complete; '' where it is. */
  readonly why: string;
}

/** Machines with what closes their sources. */
export interface Inventory {
  readonly hosts: readonly Host[];
  readonly closings: readonly Closing[];
}

/** A source's name as it stands in a rule's comment: both of Amazon's are EC2 there. */
export function labelOf(source: string): string {
  return source === 'aws' || source === 'ec2-legacy' ? 'EC2' : source;
}

/** The order of hosts in every output: source, then id, by code units. */
export function compareHosts(a: Host, b: Host): number {
  if (a.source !== b.source) return a.source < b.source ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/**
 * One inventory of several: the hosts sorted, and one closing per source, which is complete only where each of them was.
 */
export function combine(inventories: readonly Inventory[]): Inventory {
  const hosts = inventories.flatMap((inventory) => inventory.hosts).sort(compareHosts);
  const reasons = new Map<string, string[]>();
  for (const { source, complete, why } of inventories.flatMap((inventory) => inventory.closings)) {
    const list = reasons.get(source) ?? [];
    if (!complete) list.push(why);
    reasons.set(source, list);
  }
  const closings = [...reasons].map(([source, whys]) => ({
    source,
    complete: whys.length === 0,
    why: [...new Set(whys)].join('; '),
  }));
  return { hosts, closings: closings.sort((a, b) => (a.source < b.source ? -1 : 1)) };
}
