// What is not in order in a list whose lines are all right: items twice, inside one another, overlapping, out of place.

import { Address, type AddressSet, type Range } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Span } from '../../document/source.ts';
import { diagnose } from './list.ts';

/** An item with the line that it stands on. */
export interface Listed {
  readonly item: Range;
  readonly place: Span;
}

/**
 * The findings about a list, in the order of its lines. Each item is told of once, with the widest other one that it has to
 * do with; `unwanted` is space that no item should touch.
 */
export function findings(items: readonly Listed[], unwanted: AddressSet): readonly Diagnostic[] {
  const found: { readonly index: number; readonly diagnostic: Diagnostic }[] = [];
  const order = items
    .map((listed, index) => ({ ...listed, index }))
    // By the first address; of those the widest first, and of equals the one that was written first.
    .sort((a, b) => byFirst(a.item, b.item) || byLast(b.item, a.item) || a.index - b.index);
  let open: (typeof order)[number] | undefined;
  let previous: (typeof order)[number] | undefined;
  for (const listed of order) {
    const { item, place, index } = listed;
    const twin = previous?.item.equals(item) ? previous : undefined;
    if (twin !== undefined) {
      found.push({
        index,
        diagnostic: diagnose('CIDR003', place, `${item} stands here again`, {
          related: [{ span: twin.place, message: 'first here' }],
        }),
      });
    } else {
      if (open?.item.contains(item)) {
        found.push({
          index,
          diagnostic: diagnose('CIDR004', place, `${item} is inside ${open.item}`, {
            related: [{ span: open.place, message: 'which stands here' }],
          }),
        });
      } else if (open?.item.overlaps(item)) {
        found.push({
          index,
          diagnostic: diagnose('CIDR005', place, `${item} partly overlaps ${open.item}`, {
            related: [{ span: open.place, message: 'which stands here' }],
          }),
        });
      }
      previous = listed;
    }
    if (open === undefined || open.item.family !== item.family || byLast(open.item, item) < 0) open = listed;
    if (unwanted.overlaps(item)) {
      found.push({
        index,
        diagnostic: diagnose('CIDR006', place, `${item} is special-purpose space, at least in part`),
      });
    }
  }
  return found.sort((a, b) => a.index - b.index).map(({ diagnostic }) => diagnostic);
}

function byFirst(a: Range, b: Range): number {
  return Address.compare(a.first, b.first);
}

function byLast(a: Range, b: Range): number {
  return Address.compare(a.last, b.last);
}
