// Sorting IPv6 records by address, fast on what address lists are like: few of the 128 bits differ. The differing bits are
// found first and moved together into keys of 32 bits. Up to 64 of them are two keys, sorted in radix passes from the less
// significant one (a routing table, hosts of known networks); of more the 32 most significant ones are sorted by, with a
// look at the rest where these are equal.

import { indexOrder, radix } from './radix.ts';

/** Records in columns: four words and a length each; only the first `used` rows count. */
export interface Page6 {
  readonly words: Uint32Array;
  readonly lengths: Uint8Array;
  readonly used: number;
}

/** Where there are several pages each has so many rows, so that an index tells the page: its upper bits. */
export const PAGE_BITS = 13;

/** Up to this many records an insertion sort is fastest. */
const FEW = 48;
/** From this many on it pays to count digits. */
const MANY = 1 << 13;
/** Rows that a loop gets at a time; why not all is said in lines.ts. */
const BLOCK = 1 << 12;

/** How many words of room each record takes in sorting. */
export const ROOM = 5;

/** The records by address in one page, equal ones in any order. `room` is used up: it has ROOM words for each record. */
export function sortRecords(pages: readonly Page6[], count: number, room: Uint32Array): Page6 {
  const varying = findVarying(pages);
  const column = (k: number): Uint32Array => room.subarray(k * count, (k + 1) * count);
  const first = column(0).fill(0);
  const second = column(1).fill(0);
  const bits = varying.reduce((sum, word) => sum + ones(word), 0);
  gatherBits(pages, varying, first, second);
  if (count < MANY) {
    const sorted = gathered(pages, indexOrder(first));
    return bits > 32 ? sortRuns(sorted, first.sort()) : sorted;
  }
  const order = column(2);
  for (let i = 0; i < count; i++) order[i] = i;
  const spare = { keys: column(3), along: column(4) };
  if (bits <= 32) return gathered(pages, radix({ keys: first, along: order }, spare).from.along);
  if (bits > 64) {
    const { from } = radix({ keys: first, along: order }, spare);
    return sortRuns(gathered(pages, from.along), from.keys);
  }
  const { from, to } = radix({ keys: second, along: order }, spare);
  for (let i = 0; i < count; i++) from.keys[i] = first[from.along[i] ?? 0] ?? 0;
  return gathered(pages, radix(from, to).from.along);
}

/** The bits in which any two records differ. */
function findVarying(pages: readonly Page6[]): Uint32Array {
  const varying = new Uint32Array(4);
  const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = pages[0]?.words ?? [];
  for (const { words, used } of pages) {
    for (let from = 0; from < used; from += BLOCK) {
      const to = Math.min(used, from + BLOCK);
      addVarying(words, from, to, w0, w1, w2, w3, varying);
    }
  }
  return varying;
}

function addVarying(
  words: Uint32Array,
  from: number,
  to: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
  varying: Uint32Array,
): void {
  let [d0 = 0, d1 = 0, d2 = 0, d3 = 0] = varying;
  for (let at = from * 4; at < to * 4; at += 4) {
    d0 |= (words[at] ?? 0) ^ w0;
    d1 |= (words[at + 1] ?? 0) ^ w1;
    d2 |= (words[at + 2] ?? 0) ^ w2;
    d3 |= (words[at + 3] ?? 0) ^ w3;
  }
  varying[0] = d0;
  varying[1] = d1;
  varying[2] = d2;
  varying[3] = d3;
}

/** How many bits of the word are one. */
function ones(word: number): number {
  let count = 0;
  for (let rest = word; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Moves the 32 most significant varying bits of each record together, and the next 32: a table for each byte that has some. */
function gatherBits(
  pages: readonly Page6[],
  varying: Uint32Array,
  first: Uint32Array,
  second: Uint32Array,
): void {
  let left = 64;
  for (let byte = 0; byte < 16 && left > 0; byte++) {
    const word = byte >>> 2;
    const shift = 24 - (byte & 3) * 8;
    const mask = ((varying[word] ?? 0) >>> shift) & 255;
    if (mask === 0) continue;
    const high = new Uint32Array(256);
    const low = new Uint32Array(256);
    for (let bit = 7; bit >= 0 && left > 0; bit--) {
      if (((mask >>> bit) & 1) === 0) continue;
      left--;
      const table = left >= 32 ? high : low;
      const to = 1 << (left & 31);
      for (let value = 0; value < 256; value++) {
        if (((value >>> bit) & 1) === 1) table[value] = (table[value] ?? 0) | to;
      }
    }
    addBits(pages, first, high, word, shift);
    addBits(pages, second, low, word, shift);
  }
}

function addBits(
  pages: readonly Page6[],
  keys: Uint32Array,
  table: Uint32Array,
  word: number,
  shift: number,
): void {
  if (table[255] === 0) return;
  let at = 0;
  for (const { words, used } of pages) {
    for (let from = 0; from < used; from += BLOCK) {
      at = addBitsOf(words, from, Math.min(used, from + BLOCK), keys, at, table, word, shift);
    }
  }
}

function addBitsOf(
  words: Uint32Array,
  from: number,
  to: number,
  keys: Uint32Array,
  at: number,
  table: Uint32Array,
  word: number,
  shift: number,
): number {
  let key = at;
  for (let i = from * 4 + word; i < to * 4; i += 4, key++) {
    keys[key] = (keys[key] ?? 0) | (table[((words[i] ?? 0) >>> shift) & 255] ?? 0);
  }
  return key;
}

function gathered(pages: readonly Page6[], order: Uint32Array): Page6 {
  const words = new Uint32Array(order.length * 4);
  const lengths = new Uint8Array(order.length);
  for (let from = 0; from < order.length; from += BLOCK) {
    gatherRows(pages, order, from, Math.min(order.length, from + BLOCK), words, lengths);
  }
  return { words, lengths, used: order.length };
}

function gatherRows(
  pages: readonly Page6[],
  order: Uint32Array,
  from: number,
  to: number,
  toWords: Uint32Array,
  toLengths: Uint8Array,
): void {
  const shift = pages.length === 1 ? 31 : PAGE_BITS;
  const mask = pages.length === 1 ? 0x7fffffff : (1 << PAGE_BITS) - 1;
  for (let i = from; i < to; i++) {
    const index = order[i] ?? 0;
    const page = pages[index >>> shift];
    if (page === undefined) return;
    const { words, lengths } = page;
    const row = index & mask;
    const at = row * 4;
    toWords[i * 4] = words[at] ?? 0;
    toWords[i * 4 + 1] = words[at + 1] ?? 0;
    toWords[i * 4 + 2] = words[at + 2] ?? 0;
    toWords[i * 4 + 3] = words[at + 3] ?? 0;
    toLengths[i] = lengths[row] ?? 0;
  }
}

/** Sorts each run of records with equal keys. */
function sortRuns(records: Page6, keys: Uint32Array): Page6 {
  for (let from = 0; from < keys.length; ) {
    let to = from + 1;
    while (to < keys.length && keys[to] === keys[from]) to++;
    if (to - from > 1) sortRun(records, from, to);
    from = to;
  }
  return records;
}

/** Sorts the records from `from` to before `to` in place. */
function sortRun({ words, lengths }: Page6, from: number, to: number): void {
  const used = to - from;
  if (used <= FEW) {
    insertionSort(words, lengths, from, to);
    return;
  }
  const run = { words: words.slice(from * 4, to * 4), lengths: lengths.slice(from, to), used };
  const sorted = sortRecords([run], used, new Uint32Array(used * ROOM));
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
