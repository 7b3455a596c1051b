// IPv6 prefixes in bulk: four words and a length each, sorted (sort6.ts) and swept into edges. A range is put in as the
// prefixes that it is.

import { Cover } from '../cover.ts';
import { type Edges, noEdges } from '../edges.ts';
import { sortRecords } from './sort6.ts';

/** IPv6 prefixes in any order, host bits zero. */
export class Records6 {
  #words: Uint32Array = new Uint32Array(1 << 10);
  #lengths: Uint8Array = new Uint8Array(1 << 8);
  #count = 0;
  readonly #cover = new Cover();

  get count(): number {
    return this.#count;
  }

  add(w0: number, w1: number, w2: number, w3: number, length: number): void {
    if (this.#count === this.#lengths.length) this.#grow();
    const at = this.#count * 4;
    const words = this.#words;
    words[at] = w0;
    words[at + 1] = w1;
    words[at + 2] = w2;
    words[at + 3] = w3;
    this.#lengths[this.#count++] = length;
  }

  addRange(
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): void {
    const cover = this.#cover;
    cover.start(a0, a1, a2, a3, b0, b1, b2, b3);
    while (cover.next()) this.add(cover.w0, cover.w1, cover.w2, cover.w3, cover.length);
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2);
    const lengths = new Uint8Array(this.#lengths.length * 2);
    words.set(this.#words);
    lengths.set(this.#lengths);
    this.#words = words;
    this.#lengths = lengths;
  }

  /** The edges of the union. */
  toEdges(): Edges {
    if (this.#count === 0) return noEdges(4);
    const words = this.#words.subarray(0, this.#count * 4);
    const lengths = this.#lengths.subarray(0, this.#count);
    const sorted = sortRecords(words, lengths);
    this.#words = sorted.words;
    this.#lengths = sorted.lengths;
    return { width: 4, words: sweep(sorted.words, sorted.lengths) };
  }
}

/**
 * Joins sorted prefixes that overlap or touch. The run that is open ends before e0 to e3. Words are signed here, so that
 * the whole loop is integer arithmetic; flipping the top bit makes signed order the unsigned one.
 */
function sweep(words: Uint32Array, lengths: Uint8Array): Uint32Array {
  const signed = new Int32Array(words.buffer, words.byteOffset, words.length);
  const out = new Uint32Array(words.length * 2);
  let n = 0;
  let e0 = 0;
  let e1 = 0;
  let e2 = 0;
  let e3 = 0;
  for (let i = 0, at = 0; i < lengths.length; i++, at += 4) {
    const w0 = signed[at] ?? 0;
    const w1 = signed[at + 1] ?? 0;
    const w2 = signed[at + 2] ?? 0;
    const w3 = signed[at + 3] ?? 0;
    const apart = n === 0 || isBelow(e0, e1, e2, e3, w0, w1, w2, w3);
    if (apart) {
      if (n > 0) {
        out[n] = e0;
        out[n + 1] = e1;
        out[n + 2] = e2;
        out[n + 3] = e3;
        n += 4;
      }
      out[n] = w0;
      out[n + 1] = w1;
      out[n + 2] = w2;
      out[n + 3] = w3;
      n += 4;
    }
    const length = lengths[i] ?? 0;
    if (length === 0) return out.slice(0, n); // it is everything, and nothing ends after it
    // the end of this prefix: the last bit of its network added. As the host bits are zero, a word that overflows is zero.
    const bit = 1 << ((128 - length) & 31);
    const place = (length - 1) >>> 5;
    const f3 = place === 3 ? (w3 + bit) | 0 : w3;
    let carry = place === 3 ? (f3 === 0 ? 1 : 0) : place === 2 ? bit : 0;
    const f2 = (w2 + carry) | 0;
    carry = carry !== 0 && f2 === 0 ? 1 : place === 1 ? bit : 0;
    const f1 = (w1 + carry) | 0;
    carry = carry !== 0 && f1 === 0 ? 1 : place === 0 ? bit : 0;
    const f0 = (w0 + carry) | 0;
    if (carry !== 0 && f0 === 0) return out.slice(0, n); // it runs to the end of the space, where there is no edge
    if (apart || isBelow(e0, e1, e2, e3, f0, f1, f2, f3)) {
      e0 = f0;
      e1 = f1;
      e2 = f2;
      e3 = f3;
    }
  }
  out[n] = e0;
  out[n + 1] = e1;
  out[n + 2] = e2;
  out[n + 3] = e3;
  n += 4;
  return n * 2 < out.length ? out.slice(0, n) : out.subarray(0, n);
}

const TOP = 1 << 31;

/** Whether a is below b as unsigned numbers. */
function isBelow(
  a0: number,
  a1: number,
  a2: number,
  a3: number,
  b0: number,
  b1: number,
  b2: number,
  b3: number,
): boolean {
  if (a0 !== b0) return (a0 ^ TOP) < (b0 ^ TOP);
  if (a1 !== b1) return (a1 ^ TOP) < (b1 ^ TOP);
  if (a2 !== b2) return (a2 ^ TOP) < (b2 ^ TOP);
  return (a3 ^ TOP) < (b3 ^ TOP);
}
