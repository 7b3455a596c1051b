// Transport ports (RFC 6335): one as a plain number, and sets of them as firewalls list them: "22,80,8140-8150".

import { Collector } from './collect.ts';
import {
  combine,
  countEdges,
  DIFFERENCE,
  type Edges,
  INTERSECTION,
  meets,
  noEdges,
  rank,
  sameEdges,
  sizeOf,
  UNION,
} from './edges.ts';
import { type AddressFault, orThrow } from './fault.ts';
import { type Flaw, faultOf, nameOf } from './flaw.ts';

/** Lenient forms of a port: 'zero' takes port 0, which is reserved (RFC 6335 section 6) and means "any free one" to bind(2). */
export type PortForm = 'zero';

const MAX = 65535;

/** Reads a port, 1 to 65535 in decimal; 0 only if asked for. */
export function readPort(text: string, forms: readonly PortForm[] = []): number | AddressFault {
  const flaw = portFlaw(text, 0, forms);
  return flaw === undefined ? Number(text) : faultOf(text, flaw);
}

/** As `readPort`, but throws an AddressError. */
export function parsePort(text: string, forms: readonly PortForm[] = []): number {
  return orThrow(readPort(text, forms));
}

/** What is wrong with a port that starts at `at` of a longer text. */
function portFlaw(text: string, at: number, forms: readonly PortForm[]): Flaw | undefined {
  if (text === '') return { at, why: 'a port is missing' };
  const bad = text.search(/[^0-9]/);
  if (bad >= 0) {
    const trimmed = text.trim();
    const write = trimmed !== text && portFlaw(trimmed, 0, forms) === undefined ? trimmed : undefined;
    return { at: at + bad, why: `unexpected ${nameOf(text, bad)} in a port`, write };
  }
  if (text.length > 1 && text.startsWith('0')) {
    const write = String(Number(text));
    return {
      at,
      why: 'leading zero in a port',
      write: portFlaw(write, 0, forms) === undefined ? write : undefined,
    };
  }
  if (Number(text) > MAX) return { at, why: `a port is at most ${MAX}` };
  if (text === '0' && !forms.includes('zero')) return { at, why: 'port 0 is reserved' };
  return undefined;
}

/** Ports from first to last, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** An immutable set of ports, with one representation for each set. */
export class PortSet {
  readonly #edges: Edges;

  private constructor(edges: Edges) {
    this.#edges = edges;
  }

  static readonly empty: PortSet = new PortSet(noEdges(1));

  /** The set of these ports and ranges. RangeError for a number that is no port, or a range that ends before it starts. */
  static of(...items: readonly (number | PortRange)[]): PortSet {
    const collector = new Collector(1);
    for (const item of items) {
      const { first, last } = typeof item === 'number' ? { first: item, last: item } : item;
      if (!isPort(first) || !isPort(last) || first > last) {
        throw new RangeError(`${first}-${last} is no range of ports 0 to ${MAX}`);
      }
      collector.add4(first, last);
    }
    return new PortSet(collector.freeze());
  }

  /** Reads `22`, `22,80` or `22,80,8140-8150` without blanks; in any order, repetitions and overlaps allowed. */
  static read(text: string, forms: readonly PortForm[] = []): PortSet | AddressFault {
    if (text === '') return faultOf(text, { at: 0, why: 'no ports: the text is empty' });
    const collector = new Collector(1);
    let at = 0;
    for (const item of text.split(',')) {
      const range = readItem(item, at, forms);
      if ('why' in range)
        return faultOf(text, {
          ...range,
          write: tidy(text, forms) ?? (item === text ? range.write : undefined),
        });
      collector.add4(range.first, range.last);
      at += item.length + 1;
    }
    return new PortSet(collector.freeze());
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly PortForm[] = []): PortSet {
    return orThrow(PortSet.read(text, forms));
  }

  has(port: number): boolean {
    return isPort(port) && (rank(this.#edges, 0, 0, 0, port) & 1) === 1;
  }

  /** Whether every port of the other set is in this one. */
  contains(other: PortSet): boolean {
    return !meets(other.#edges, this.#edges, DIFFERENCE);
  }

  overlaps(other: PortSet): boolean {
    return meets(this.#edges, other.#edges, INTERSECTION);
  }

  union(other: PortSet): PortSet {
    return new PortSet(combine(this.#edges, other.#edges, UNION));
  }

  intersect(other: PortSet): PortSet {
    return new PortSet(combine(this.#edges, other.#edges, INTERSECTION));
  }

  /** This set without the other. */
  subtract(other: PortSet): PortSet {
    return new PortSet(combine(this.#edges, other.#edges, DIFFERENCE));
  }

  equals(other: PortSet): boolean {
    return sameEdges(this.#edges, other.#edges);
  }

  get isEmpty(): boolean {
    return this.#edges.words.length === 0;
  }

  /** How many ports are in the set. */
  get size(): number {
    return Number(sizeOf(this.#edges));
  }

  /** The fewest ranges, in order. */
  *ranges(): IterableIterator<PortRange> {
    const { words } = this.#edges;
    for (let i = 0; i < countEdges(this.#edges); i += 2)
      yield { first: words[i] ?? 0, last: (words[i + 1] ?? 0) - 1 };
  }

  /** Canonical text: `22,80,8140-8150`; '' for the empty set. */
  toString(): string {
    return Array.from(this.ranges(), ({ first, last }) =>
      first === last ? `${first}` : `${first}-${last}`,
    ).join(',');
  }

  toJSON(): string {
    return this.toString();
  }
}

function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 0 && port <= MAX;
}

function readItem(item: string, at: number, forms: readonly PortForm[]): PortRange | Flaw {
  const dash = item.indexOf('-');
  const firstText = dash < 0 ? item : item.slice(0, dash);
  const flaw = portFlaw(firstText, at, forms);
  if (flaw !== undefined) return flaw;
  const first = Number(firstText);
  if (dash < 0) return { first, last: first };
  const lastText = item.slice(dash + 1);
  const lastFlaw = portFlaw(lastText, at + dash + 1, forms);
  if (lastFlaw !== undefined) return lastFlaw;
  const last = Number(lastText);
  if (last < first) return { at: at + dash + 1, why: 'the range ends before it starts' };
  return { first, last };
}

/** The list as it was probably meant, if that can be read: without blanks, empty items and iptables' colons. */
function tidy(text: string, forms: readonly PortForm[]): string | undefined {
  const items = text
    .replace(/\s*([,:-])\s*/g, '$1')
    .replaceAll(':', '-')
    .split(/[,\s]+/)
    .filter((item) => item !== '');
  const tidied = items.join(',');
  if (tidied === text || items.length === 0) return undefined;
  return items.some((item) => 'why' in readItem(item, 0, forms)) ? undefined : tidied;
}
