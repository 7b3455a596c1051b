// A set of numbers of 32 or 128 bits as the sorted list of points at which membership changes (an inversion list): the
// even edges enter the set, the odd ones leave it. Ranges that touch have no edge between them, so each set has exactly
// one list; the complement toggles one edge, and every operation of the algebra is one sweep over two lists with a truth
// table. Nothing here knows about addresses.

import { compareWord } from './words.ts';

/** Words in an edge: 1 for IPv4, 4 for IPv6. */
export type Width = 1 | 4;

/**
 * The edges, ascending without repetition, `width` words each, most significant first. An odd number of edges means that
 * the set runs to the end of the space, for which there is no number.
 */
export interface Edges {
  readonly width: Width;
  readonly words: Uint32Array;
}

/** Truth tables for `combine`: bit (a + 2 b) tells whether a point in a and/or b is in the result. */
export const UNION = 0b1110;
export const INTERSECTION = 0b1000;
export const DIFFERENCE = 0b0010;

const NONE4: Edges = { width: 1, words: new Uint32Array(0) };
const NONE6: Edges = { width: 4, words: new Uint32Array(0) };

export function noEdges(width: Width): Edges {
  return width === 1 ? NONE4 : NONE6;
}

export function countEdges(edges: Edges): number {
  return edges.width === 1 ? edges.words.length : edges.words.length >>> 2;
}

/** Edge `i` of `a` against edge `j` of `b`: below zero, zero or above. */
export function compareEdges(a: Uint32Array, i: number, b: Uint32Array, j: number, width: Width): number {
  if (width === 1) return (a[i] ?? 0) - (b[j] ?? 0);
  const x = i * 4;
  const y = j * 4;
  for (let k = 0; k < 4; k++) {
    const order = (a[x + k] ?? 0) - (b[y + k] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

/**
 * One sweep over both lists: the state of each side flips at its edges, and the result has an edge wherever the table's
 * answer flips. The table must answer 0 where neither side has the point. With `first`, stops at the first edge.
 */
export function combine(a: Edges, b: Edges, table: number, first = false): Edges {
  const { width } = a;
  const countA = countEdges(a);
  const countB = countEdges(b);
  if (countA === 0 || countB === 0) return alone(a, b, table, first);
  const out = new Uint32Array((first ? 1 : countA + countB) * width);
  let i = 0;
  let j = 0;
  let n = 0;
  let inside = 0;
  while (i < countA || j < countB) {
    const order = i === countA ? 1 : j === countB ? -1 : compareEdges(a.words, i, b.words, j, width);
    const from = order <= 0 ? a.words : b.words;
    const at = (order <= 0 ? i : j) * width;
    if (order <= 0) i++;
    if (order >= 0) j++;
    const now = (table >>> ((i & 1) + 2 * (j & 1))) & 1;
    if (now === inside) continue;
    inside = now;
    for (let k = 0; k < width; k++) out[n++] = from[at + k] ?? 0;
    if (first) break;
  }
  // a result much smaller than the room for it is copied, so that it doesn't hold the room
  return { width, words: n === out.length ? out : n * 2 < out.length ? out.slice(0, n) : out.subarray(0, n) };
}

/** The sweep where one side is empty: the other side whole, or nothing. Edges never change, so they can be given out again. */
function alone(a: Edges, b: Edges, table: number, first: boolean): Edges {
  const other = countEdges(a) > 0 ? a : b;
  const bit = other === a ? 1 : 2;
  if (((table >>> bit) & 1) === 0) return noEdges(a.width);
  return first ? { width: a.width, words: other.words.subarray(0, a.width) } : other;
}

/** Whether the table's answer is yes anywhere. */
export function meets(a: Edges, b: Edges, table: number): boolean {
  return combine(a, b, table, true).words.length > 0;
}

/** Everything that is not in the set: an edge at zero comes or goes. */
export function invert(edges: Edges): Edges {
  const { width, words } = edges;
  if (words.length > 0 && words.subarray(0, width).every((word) => word === 0)) {
    return { width, words: words.subarray(width) };
  }
  const out = new Uint32Array(words.length + width);
  out.set(words, width);
  return { width, words: out };
}

export function sameEdges(a: Edges, b: Edges): boolean {
  if (a.words.length !== b.words.length) return false;
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false;
  return true;
}

/** How many edges are at or below the number: odd means that it is in the set. */
export function rank(edges: Edges, w0: number, w1: number, w2: number, w3: number): number {
  const { width, words } = edges;
  let low = 0;
  let high = countEdges(edges);
  if (width === 1) {
    const x = w3 >>> 0;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((words[middle] ?? 0) <= x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * 4;
    const order =
      compareWord(words[at] ?? 0, w0) ||
      compareWord(words[at + 1] ?? 0, w1) ||
      compareWord(words[at + 2] ?? 0, w2) ||
      compareWord(words[at + 3] ?? 0, w3);
    if (order <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many numbers are in the set: the odd edges less the even ones, column by column so that no BigInt is made per edge. */
export function sizeOf(edges: Edges): bigint {
  const { width, words } = edges;
  const count = countEdges(edges);
  // 2^20 differences of 32-bit words stay far below 2^53, where doubles stop being exact
  const chunk = 1 << 20;
  let size = count % 2 === 1 ? 1n << BigInt(32 * width) : 0n;
  for (let from = 0; from < count; from += chunk) {
    const to = Math.min(count, from + chunk);
    for (let k = 0; k < width; k++) {
      let sum = 0;
      for (let i = from; i < to; i++) {
        const word = words[i * width + k] ?? 0;
        sum += (i & 1) === 1 ? word : -word;
      }
      size += BigInt(sum) << BigInt(32 * (width - 1 - k));
    }
  }
  return size;
}
