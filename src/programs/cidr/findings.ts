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

/**
 * The findings about a list, in the order of its lines. Each item is told of once, with the widest other one that it has to
 * do with. Where the list is for the Internet, items that no host there has are told of too. In n log n.
 */
export function findings(items: readonly Listed[], forInternet: boolean): readonly Diagnostic[] {
  const found: { readonly index: number; readonly diagnostic: Diagnostic }[] = [];
  const order: readonly Placed[] = items
    .map((listed, index) => ({ ...listed, index }))
    // By the first address; of those the widest first, and of equals the one that was written first.
    .sort((a, b) => byFirst(a.item, b.item) || byLast(b.item, a.item) || a.index - b.index);
  const tell = (code: 'CIDR003' | 'CIDR004' | 'CIDR005', one: Placed, other: Placed, words: string): void => {
    const message = `${one.text} ${words}`;
    const related = [
      { span: other.place(), message: code === 'CIDR003' ? 'first here' : 'which stands here' },
    ];
    found.push({ index: one.index, diagnostic: diagnose(code, one.place(), message, { related }) });
  };
  // The item that reaches furthest of those before: whatever holds or overlaps a later one, this does too.
  let open: Placed | undefined;
  let previous: Placed | undefined;
  for (const listed of order) {
    const { item, place, index } = listed;
    if (previous?.item.equals(item)) tell('CIDR003', listed, previous, 'stands here again');
    else {
      if (open?.item.contains(item)) tell('CIDR004', listed, open, `is inside ${open.text}`);
      else if (open?.item.overlaps(item)) tell('CIDR005', listed, open, `partly overlaps ${open.text}`);
      previous = listed;
    }
    if (open === undefined || open.item.family !== item.family || byLast(open.item, item) < 0) open = listed;
    if (forInternet && bogons().overlaps(item)) {
      const message = `${listed.text} is not for the Internet: ${reasonAgainst(item)}`;
      found.push({ index, diagnostic: diagnose('CIDR006', place(), message) });
    }
  }
  return found.sort((a, b) => a.index - b.index).map(({ diagnostic }) => diagnostic);
}

interface Placed extends Listed {
  readonly index: number;
}

/** The first block of the bogons that an item has a part of. */
function reasonAgainst(item: Range): string {
  for (const { prefix, name, reference } of bogonBlocks(item.family))
    if (item.overlaps(prefix.toRange())) return `${prefix} is ${name} (${reference})`;
  return 'only 2000::/3 is given out there';
}

function byFirst(a: Range, b: Range): number {
  return Address.compare(a.first, b.first);
}

function byLast(a: Range, b: Range): number {
  return Address.compare(a.last, b.last);
}
