// The order of a table of prefixes: by address, an outer one before those in it, equal ones as they were.

import type { PrefixColumns } from '../runs.ts';
import { type Column, radix } from './radix.ts';

/** Up to so many the engine's own sort is sooner done than digits are counted. */
const FEW = 1 << 8;

/** The indexes of the prefixes in order. */
export function prefixOrder(columns: PrefixColumns): Uint32Array {
  const { width, words, lengths } = columns;
  const count = lengths.length;
  let order: Uint32Array = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  if (isOrdered(columns)) return order;
  if (count <= FEW) return order.sort((a, b) => compareRows(columns, a, b) || a - b);
  let spare: Column = { keys: new Uint32Array(count), along: new Uint32Array(count) };
  let keys: Uint32Array = new Uint32Array(count);
  // from the least significant: the length, then the words from the last. Words that are the same everywhere cost a count.
  for (let k = width; k >= 0; k--) {
    for (let i = 0; i < count; i++) {
      const row = order[i] ?? 0;
      keys[i] = (k === width ? lengths[row] : words[row * width + k]) ?? 0;
    }
    const { from, to } = radix({ keys, along: order }, spare);
    order = from.along;
    keys = from.keys;
    spare = to;
  }
  return order;
}

function isOrdered(columns: PrefixColumns): boolean {
  for (let i = 1; i < columns.lengths.length; i++) if (compareRows(columns, i - 1, i) > 0) return false;
  return true;
}

function compareRows({ width, words, lengths }: PrefixColumns, a: number, b: number): number {
  for (let k = 0; k < width; k++) {
    const order = (words[a * width + k] ?? 0) - (words[b * width + k] ?? 0);
    if (order !== 0) return order;
  }
  return (lengths[a] ?? 0) - (lengths[b] ?? 0);
}
