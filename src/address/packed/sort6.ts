// Sorting IPv6 records by address, fast on what address lists are like: few of the 128 bits differ. The differing bits
// are found first, and only those are sorted by: the upper 64 in radix passes if all differences are there (a routing
// table), else the 32 most significant of them in three passes, with a look at the rest where these are equal (hosts).

import { histogram, scatter } from './radix.ts';

/** Records in columns: four words and a length each. */
export interface Records {
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
}

/** Up to this many records an insertion sort is fastest. */
const FEW = 48;
/** From this many on it pays to count digits. */
const MANY = 512;

/** The records by address. Those that are sorted come back as they are, others as copies; equal ones in any order. */
export function sortRecords(words: Uint32Array, lengths: Uint8Array): Records {
  const count = lengths.length;
  const varying = new Uint32Array(4);
  if (findVarying(words, varying)) return { words, lengths };
  if (count < MANY) return gathered(words, lengths, comparedOrder(words, count));
  const low = (varying[2] ?? 0) | (varying[3] ?? 0);
  if (low === 0) return gathered(words, lengths, upperOrder(words, count, varying[1] !== 0));
  return sortByVarying(words, lengths, varying);
}

/** Leaves in `varying` the bits in which any two records differ. Returns whether the records are sorted. */
function findVarying(words: Uint32Array, varying: Uint32Array): boolean {
  const first0 = words[0] ?? 0;
  const first1 = words[1] ?? 0;
  const first2 = words[2] ?? 0;
  const first3 = words[3] ?? 0;
  let [before0, before1, before2, before3] = [first0, first1, first2, first3];
  let d0 = 0;
  let d1 = 0;
  let d2 = 0;
  let d3 = 0;
  let sorted = true;
  for (let at = 4; at < words.length; at += 4) {
    const w0 = words[at] ?? 0;
    const w1 = words[at + 1] ?? 0;
    const w2 = words[at + 2] ?? 0;
    const w3 = words[at + 3] ?? 0;
    d0 |= w0 ^ first0;
    d1 |= w1 ^ first1;
    d2 |= w2 ^ first2;
    d3 |= w3 ^ first3;
    if (sorted && (w0 - before0 || w1 - before1 || w2 - before2 || w3 - before3) < 0) sorted = false;
    before0 = w0;
    before1 = w1;
    before2 = w2;
    before3 = w3;
  }
  varying.set([d0, d1, d2, d3]);
  return sorted;
}

/** Indexes in the order of the records, by comparing. */
function comparedOrder(words: Uint32Array, count: number): Uint32Array {
  return identity(count).sort((x, y) => {
    const a = x * 4;
    const b = y * 4;
    for (let k = 0; k < 4; k++) {
      const order = (words[a + k] ?? 0) - (words[b + k] ?? 0);
      if (order !== 0) return order;
    }
    return 0;
  });
}

/** Indexes in the order of the first two words; only of the first if the second is the same everywhere. */
function upperOrder(words: Uint32Array, count: number, second: boolean): Uint32Array {
  let order = identity(count);
  if (second) order = radixOrder(column(words, order, 1), order);
  return radixOrder(column(words, order, 0), order);
}

function identity(count: number): Uint32Array {
  const order = new Uint32Array(count);
  for (let i = 0; i < count; i++) order[i] = i;
  return order;
}

/** One word of each record in the given order. */
function column(words: Uint32Array, order: Uint32Array, word: number): Uint32Array {
  const keys = new Uint32Array(order.length);
  for (let i = 0; i < order.length; i++) keys[i] = words[(order[i] ?? 0) * 4 + word] ?? 0;
  return keys;
}

/** The order by key, equal keys as they were. Both arrays are used up: `keys` is sorted afterwards only by luck. */
function radixOrder(keys: Uint32Array, order: Uint32Array): Uint32Array {
  return radix(keys, order).order;
}

function radix(
  keys: Uint32Array,
  order: Uint32Array,
): { readonly keys: Uint32Array; readonly order: Uint32Array } {
  const count = keys.length;
  const low = new Uint32Array(2048);
  const middle = new Uint32Array(2048);
  const high = new Uint32Array(1024);
  histogram([keys], low, middle, high);
  const otherKeys = new Uint32Array(count);
  const otherOrder = new Uint32Array(count);
  scatter(keys, order, otherKeys, otherOrder, count, low, 0);
  scatter(otherKeys, otherOrder, keys, order, count, middle, 11);
  scatter(keys, order, otherKeys, otherOrder, count, high, 22);
  return { keys: otherKeys, order: otherOrder };
}

function gathered(words: Uint32Array, lengths: Uint8Array, order: Uint32Array): Records {
  const toWords = new Uint32Array(order.length * 4);
  const toLengths = new Uint8Array(order.length);
  for (let i = 0, to = 0; i < order.length; i++, to += 4) {
    const index = order[i] ?? 0;
    const from = index * 4;
    toWords[to] = words[from] ?? 0;
    toWords[to + 1] = words[from + 1] ?? 0;
    toWords[to + 2] = words[from + 2] ?? 0;
    toWords[to + 3] = words[from + 3] ?? 0;
    toLengths[i] = lengths[index] ?? 0;
  }
  return { words: toWords, lengths: toLengths };
}

/** By the 32 most significant varying bits, then each run of equal ones by itself. */
function sortByVarying(words: Uint32Array, lengths: Uint8Array, varying: Uint32Array): Records {
  const { keys, order } = radix(varyingKeys(words, lengths.length, varying), identity(lengths.length));
  const sorted = gathered(words, lengths, order);
  for (let from = 0; from < keys.length; ) {
    let to = from + 1;
    while (to < keys.length && keys[to] === keys[from]) to++;
    if (to - from > 1) sortRun(sorted, from, to);
    from = to;
  }
  return sorted;
}

/** The up to 32 most significant varying bits of each record, moved together: a table for each byte that has some. */
function varyingKeys(words: Uint32Array, count: number, varying: Uint32Array): Uint32Array {
  const keys = new Uint32Array(count);
  let left = 32;
  for (let byte = 0; byte < 16 && left > 0; byte++) {
    const word = byte >>> 2;
    const shift = 24 - (byte & 3) * 8;
    const mask = ((varying[word] ?? 0) >>> shift) & 255;
    if (mask === 0) continue;
    const table = new Uint32Array(256);
    for (let bit = 7; bit >= 0 && left > 0; bit--) {
      if (((mask >>> bit) & 1) === 0) continue;
      left--;
      for (let value = 0; value < 256; value++) {
        if (((value >>> bit) & 1) === 1) table[value] = ((table[value] ?? 0) | (1 << left)) >>> 0;
      }
    }
    addKeys(keys, words, table, word, shift);
  }
  return keys;
}

function addKeys(
  keys: Uint32Array,
  words: Uint32Array,
  table: Uint32Array,
  word: number,
  shift: number,
): void {
  for (let i = 0, at = word; i < keys.length; i++, at += 4) {
    keys[i] = (keys[i] ?? 0) | (table[((words[at] ?? 0) >>> shift) & 255] ?? 0);
  }
}

/** Sorts the records from `from` to before `to` in place. */
function sortRun(records: Records, from: number, to: number): void {
  const { words, lengths } = records;
  if (to - from <= FEW) {
    insertionSort(words, lengths, from, to);
    return;
  }
  const sorted = sortRecords(words.slice(from * 4, to * 4), lengths.slice(from, to));
  words.set(sorted.words, from * 4);
  lengths.set(sorted.lengths, from);
}

function insertionSort(words: Uint32Array, lengths: Uint8Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const at = i * 4;
    const w0 = words[at] ?? 0;
    const w1 = words[at + 1] ?? 0;
    const w2 = words[at + 2] ?? 0;
    const w3 = words[at + 3] ?? 0;
    const length = lengths[i] ?? 0;
    let j = i - 1;
    while (j >= from && isAbove(words, j * 4, w0, w1, w2, w3)) {
      const from4 = j * 4;
      words[from4 + 4] = words[from4] ?? 0;
      words[from4 + 5] = words[from4 + 1] ?? 0;
      words[from4 + 6] = words[from4 + 2] ?? 0;
      words[from4 + 7] = words[from4 + 3] ?? 0;
      lengths[j + 1] = lengths[j] ?? 0;
      j--;
    }
    if (j + 1 === i) continue;
    words[j * 4 + 4] = w0;
    words[j * 4 + 5] = w1;
    words[j * 4 + 6] = w2;
    words[j * 4 + 7] = w3;
    lengths[j + 1] = length;
  }
}

function isAbove(words: Uint32Array, at: number, w0: number, w1: number, w2: number, w3: number): boolean {
  const order =
    (words[at] ?? 0) - w0 ||
    (words[at + 1] ?? 0) - w1 ||
    (words[at + 2] ?? 0) - w2 ||
    (words[at + 3] ?? 0) - w3;
  return order > 0;
}
