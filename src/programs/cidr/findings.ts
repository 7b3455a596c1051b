// What is not in order in a list whose lines are all right: items twice, inside one another, overlapping, out of place.

import { Address, bogonBlocks, bogons, type Range } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Span } from '../../document/source.ts';
import { diagnose } from './list.ts';

/** An item with the line that it stands on. */
export interface Listed {
  /** As written. */
  readonly text: string;
  readonly item: Range;
  readonly place: () => Span;
}

/** What an item has to do with another one. */
interface Relation {
  readonly code: 'CIDR003' | 'CIDR004' | 'CIDR005';
  readonly other: Listed;
}

/**
 * The findings about a list, in the order of its lines. Each item is told of once, with the widest other one that it has to
 * do with. Where the list is for the Internet, items that no host there has are told of too. In n log n; a diagnostic is made
 * when it is asked for, since a list of a million lines can have as many.
 */
export function* findings(items: readonly Listed[], forInternet: boolean): Generator<Diagnostic> {
  const relations = relationsOf(items);
  for (const [index, { text, item, place }] of items.entries()) {
    const relation = relations[index];
    if (relation !== undefined) {
      const { code, other } = relation;
      const what = {
        CIDR003: 'stands here again',
        CIDR004: `is inside ${other.text}`,
        CIDR005: `partly overlaps ${other.text}`,
      };
      const message = code === 'CIDR003' ? 'first here' : 'which stands here';
      yield diagnose(code, place(), `${text} ${what[code]}`, { related: [{ span: other.place(), message }] });
    }
    if (forInternet && bogons().overlaps(item))
      yield diagnose('CIDR006', place(), `${text} is not for the Internet: ${reasonAgainst(item)}`);
  }
}

/** For each item what it has to do with another, if anything. */
function relationsOf(items: readonly Listed[]): readonly (Relation | undefined)[] {
  const relations = Array<Relation | undefined>(items.length).fill(undefined);
  const order = items
    .map((listed, index) => ({ listed, index }))
    // By the first address; of those the widest first, and of equals the one that was written first.
    .sort((a, b) => inOrder(a.listed.item, b.listed.item) || a.index - b.index);
  // The item that reaches furthest of those before: whatever holds or overlaps a later one, this does too.
  let open: Listed | undefined;
  let previous: Listed | undefined;
  for (const { listed, index } of order) {
    const { item } = listed;
    if (previous?.item.equals(item)) relations[index] = { code: 'CIDR003', other: previous };
    else {
      if (open?.item.contains(item)) relations[index] = { code: 'CIDR004', other: open };
      else if (open?.item.overlaps(item)) relations[index] = { code: 'CIDR005', other: open };
      previous = listed;
    }
    const reach = open?.item;
    if (reach?.family !== item.family || Address.compare(reach.last, item.last) < 0) open = listed;
  }
  return relations;
}

function inOrder(a: Range, b: Range): number {
  return Address.compare(a.first, b.first) || Address.compare(b.last, a.last);
}

/** The first block of the bogons that an item has a part of. */
function reasonAgainst(item: Range): string {
  for (const { prefix, name, reference } of bogonBlocks(item.family))
    if (item.overlaps(prefix.toRange())) return `${prefix} is ${name} (${reference})`;
  return 'only 2000::/3 is given out there';
}
