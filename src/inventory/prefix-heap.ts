// Prefixes gathered in any order, a million or more of them, and given back in order, each once. What they are of is for
// others to know.

import { Address, type PackedBuilder, Prefix } from '../address/index.ts';

/** Those of IPv4 are kept as numbers that sort as they do: a tenth of the room and of the time. */
export class PrefixHeap {
  #four = new Float64Array(4);
  #count = 0;
  readonly #six: Prefix[] = [];

  add(prefix: Prefix): void {
    if (prefix.family === 6) {
      this.#six.push(prefix);
      return;
    }
    if (this.#count === this.#four.length) {
      const more = new Float64Array(this.#count * 2);
      more.set(this.#four);
      this.#four = more;
    }
    // A length has six bits; address and length together 38, of the 53 that a number has.
    this.#four[this.#count++] = (prefix.address.w3 >>> 0) * 64 + prefix.length;
  }

  /** In the order of Prefix.compare, each once. */
  *sorted(): Generator<Prefix> {
    let before = -1;
    for (const key of this.#keys().sort()) {
      if (key === before) continue;
      before = key;
      yield Prefix.of(Address.fromWords(4, 0, 0, 0, Math.floor(key / 64) | 0), key % 64);
    }
    let last: Prefix | undefined;
    for (const prefix of this.#six.sort((a, b) => Prefix.compare(a, b))) {
      if (last?.equals(prefix) !== true) yield prefix;
      last = prefix;
    }
  }

  /** Puts them into a set that is being built, as the lines that it reads, without making an object of each. */
  addTo(set: PackedBuilder): void {
    const bytes = new Uint8Array(1 << 16);
    let at = 0;
    for (const key of this.#keys()) {
      if (at > bytes.length - LONGEST) {
        set.push(bytes.subarray(0, at));
        at = 0;
      }
      const word = Math.floor(key / 64);
      for (let shift = 24; shift >= 0; shift -= 8) {
        at = decimal(bytes, at, (word >>> shift) & 255);
        bytes[at++] = shift === 0 ? SLASH : DOT;
      }
      at = decimal(bytes, at, key % 64);
      bytes[at++] = NEWLINE;
    }
    set.push(bytes.subarray(0, at));
    const encoder = new TextEncoder();
    for (let start = 0; start < this.#six.length; start += 1000)
      set.push(encoder.encode(`${this.#six.slice(start, start + 1000).join('\n')}\n`));
  }

  #keys(): Float64Array {
    return this.#four.subarray(0, this.#count);
  }
}

/** `255.255.255.255/32` and its end. */
const LONGEST = 19;
const DOT = 46;
const SLASH = 47;
const NEWLINE = 10;

/** Writes a number below 256 at `at`. Gives the index after it. */
function decimal(bytes: Uint8Array, at: number, value: number): number {
  let to = at;
  if (value >= 100) bytes[to++] = 48 + Math.floor(value / 100);
  if (value >= 10) bytes[to++] = 48 + (Math.floor(value / 10) % 10);
  bytes[to++] = 48 + (value % 10);
  return to;
}
