// A range into the fewest prefixes that are exactly it: from the first number up, each time the largest block that starts
// there and doesn't pass the last. One algorithm of 128 bits for both families (an IPv4 length is the length less 96).

import { trailingZeros } from './words.ts';

/** Walks the blocks of one range at a time. After `next()` returns true the block is in `w0` to `w3` and `length`. */
export class Cover {
  /** The block: its first number and its length of 128. */
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  length = 0;
  /** Where the next block starts. */
  #n0 = 0;
  #n1 = 0;
  #n2 = 0;
  #n3 = 0;
  /** The last number of the range. */
  #l0 = 0;
  #l1 = 0;
  #l2 = 0;
  #l3 = 0;
  #done = true;

  /** Begins a range, both ends included, the first at or below the last. */
  start(
    a0: number,
    a1: number,
    a2: number,
    a3: number,
    b0: number,
    b1: number,
    b2: number,
    b3: number,
  ): void {
    this.#n0 = a0 | 0;
    this.#n1 = a1 | 0;
    this.#n2 = a2 | 0;
    this.#n3 = a3 | 0;
    this.#l0 = b0 | 0;
    this.#l1 = b1 | 0;
    this.#l2 = b2 | 0;
    this.#l3 = b3 | 0;
    this.#done = false;
  }

  next(): boolean {
    if (this.#done) return false;
    const n0 = this.#n0;
    const n1 = this.#n1;
    const n2 = this.#n2;
    const n3 = this.#n3;
    this.w0 = n0;
    this.w1 = n1;
    this.w2 = n2;
    this.w3 = n3;
    // how many bits the start leaves free, and how many the rest of the range can fill
    const aligned =
      n3 !== 0
        ? trailingZeros(n3)
        : n2 !== 0
          ? 32 + trailingZeros(n2)
          : n1 !== 0
            ? 64 + trailingZeros(n1)
            : 96 + trailingZeros(n0);
    const free = Math.min(aligned, this.#room());
    this.length = 128 - free;
    // the start of the next block: the block's size added, carries upwards
    const bit = 1 << (free & 31);
    const place = free >>> 5; // 0: in n3, 3: in n0, 4: past the space
    let carry = 0;
    let m3 = n3;
    let m2 = n2;
    let m1 = n1;
    let m0 = n0;
    if (place === 0) {
      m3 = (n3 + bit) | 0;
      carry = m3 >>> 0 < bit >>> 0 ? 1 : 0;
    }
    if (place <= 1) {
      const add = place === 1 ? bit : carry;
      m2 = (n2 + add) | 0;
      carry = m2 >>> 0 < add >>> 0 ? 1 : 0;
    }
    if (place <= 2) {
      const add = place === 2 ? bit : carry;
      m1 = (n1 + add) | 0;
      carry = m1 >>> 0 < add >>> 0 ? 1 : 0;
    }
    if (place <= 3) {
      const add = place === 3 ? bit : carry;
      m0 = (n0 + add) | 0;
      carry = m0 >>> 0 < add >>> 0 ? 1 : 0;
    } else carry = 1;
    this.#n0 = m0;
    this.#n1 = m1;
    this.#n2 = m2;
    this.#n3 = m3;
    this.#done = carry === 1 || this.#passed();
    return true;
  }

  /** Whether the start has passed the last number. */
  #passed(): boolean {
    if (this.#n0 !== this.#l0) return this.#n0 >>> 0 > this.#l0 >>> 0;
    if (this.#n1 !== this.#l1) return this.#n1 >>> 0 > this.#l1 >>> 0;
    if (this.#n2 !== this.#l2) return this.#n2 >>> 0 > this.#l2 >>> 0;
    return this.#n3 >>> 0 > this.#l3 >>> 0;
  }

  /** The whole part of the binary logarithm of how many numbers are left, from the start to the last. */
  #room(): number {
    // last - start, word by word with borrows, then + 1
    const d3 = (this.#l3 - this.#n3) | 0;
    const b3 = this.#l3 >>> 0 < this.#n3 >>> 0 ? 1 : 0;
    const d2 = (this.#l2 - this.#n2 - b3) | 0;
    const b2 = (this.#l2 >>> 0) - (this.#n2 >>> 0) - b3 < 0 ? 1 : 0;
    const d1 = (this.#l1 - this.#n1 - b2) | 0;
    const b1 = (this.#l1 >>> 0) - (this.#n1 >>> 0) - b2 < 0 ? 1 : 0;
    const d0 = (this.#l0 - this.#n0 - b1) | 0;
    const s3 = (d3 + 1) | 0;
    const s2 = (d2 + (s3 === 0 ? 1 : 0)) | 0;
    const s1 = (d1 + (s3 === 0 && s2 === 0 ? 1 : 0)) | 0;
    const s0 = (d0 + (s3 === 0 && s2 === 0 && s1 === 0 ? 1 : 0)) | 0;
    if (s0 !== 0) return 127 - Math.clz32(s0);
    if (s1 !== 0) return 95 - Math.clz32(s1);
    if (s2 !== 0) return 63 - Math.clz32(s2);
    if (s3 !== 0) return 31 - Math.clz32(s3);
    return 128;
  }
}
