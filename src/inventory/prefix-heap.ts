// Prefixes gathered in any order, a million or more of them, and given back in order, each once. What they are of is for
// others to know.

import { Address, Prefix } from '../address/index.ts';

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
    for (const key of this.#four.subarray(0, this.#count).sort()) {
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
}
