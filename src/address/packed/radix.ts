// Sorting of 32-bit keys with something that goes along, in passes of 11, 11 and 10 bits from the least significant. Equal
// keys stay as they were. What the keys are the callers know.

/** Rows that a loop gets at a time; why not all is said in lines.ts. */
const BLOCK = 1 << 12;

/** Counts the digits of all three passes in one go, and turns the counts into the places where each digit begins. */
export function histogram(
  columns: readonly Uint32Array[],
  low: Uint32Array,
  middle: Uint32Array,
  high: Uint32Array,
): void {
  for (const keys of columns) {
    for (let from = 0; from < keys.length; from += BLOCK) {
      countDigits(keys, from, Math.min(keys.length, from + BLOCK), low, middle, high);
    }
  }
  for (const counts of [low, middle, high]) {
    let sum = 0;
    for (let digit = 0; digit < counts.length; digit++) {
      const here = counts[digit] ?? 0;
      counts[digit] = sum;
      sum += here;
    }
  }
}

function countDigits(
  keys: Uint32Array,
  from: number,
  to: number,
  low: Uint32Array,
  middle: Uint32Array,
  high: Uint32Array,
): void {
  for (let i = from; i < to; i++) {
    const key = keys[i] ?? 0;
    const a = key & 2047;
    const b = (key >>> 11) & 2047;
    const c = key >>> 22;
    low[a] = (low[a] ?? 0) + 1;
    middle[b] = (middle[b] ?? 0) + 1;
    high[c] = (high[c] ?? 0) + 1;
  }
}

/** One pass: moves the first `count` keys with their companions to the next places of their digits. */
export function scatter(
  keys: Uint32Array,
  companions: Uint32Array,
  toKeys: Uint32Array,
  toCompanions: Uint32Array,
  count: number,
  places: Uint32Array,
  shift: number,
): void {
  for (let from = 0; from < count; from += BLOCK) {
    const to = Math.min(count, from + BLOCK);
    scatterRows(keys, companions, toKeys, toCompanions, from, to, places, shift);
  }
}

function scatterRows(
  keys: Uint32Array,
  companions: Uint32Array,
  toKeys: Uint32Array,
  toCompanions: Uint32Array,
  from: number,
  to: number,
  places: Uint32Array,
  shift: number,
): void {
  const mask = places.length - 1;
  for (let i = from; i < to; i++) {
    const key = keys[i] ?? 0;
    const digit = (key >>> shift) & mask;
    const place = places[digit] ?? 0;
    places[digit] = place + 1;
    toKeys[place] = key;
    toCompanions[place] = companions[i] ?? 0;
  }
}

/** Keys and what goes along with each, in the same order. */
export interface Column {
  readonly keys: Uint32Array;
  readonly along: Uint32Array;
}

/** All passes but those with nothing to move, over both columns. Returns which of them holds the result, and the other. */
export function radix(column: Column, spare: Column): { readonly from: Column; readonly to: Column } {
  const count = column.keys.length;
  const digits = [new Uint32Array(2048), new Uint32Array(2048), new Uint32Array(1024)] as const;
  histogram([column.keys], ...digits);
  let from = column;
  let to = spare;
  for (const [pass, places] of digits.entries()) {
    const digit = ((column.keys[0] ?? 0) >>> (pass * 11)) & (places.length - 1);
    // all have the same digit here
    if ((places[digit + 1] ?? count) - (places[digit] ?? 0) === count) continue;
    scatter(from.keys, from.along, to.keys, to.along, count, places, pass * 11);
    [from, to] = [to, from];
  }
  return { from, to };
}

/** Indexes by key, for up to 2^21 keys. Key and index are one exact double, which the engine sorts without calling back. */
export function indexOrder(keys: Uint32Array): Uint32Array {
  const both = new Float64Array(keys.length);
  for (let i = 0; i < keys.length; i++) both[i] = (keys[i] ?? 0) * 0x200000 + i;
  both.sort();
  const order = new Uint32Array(keys.length);
  for (let i = 0; i < keys.length; i++) {
    const key = both[i] ?? 0;
    order[i] = key - Math.floor(key / 0x200000) * 0x200000;
  }
  return order;
}
