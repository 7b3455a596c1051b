// Long lists of IPv4 prefixes as numbers: put together where two are halves of one block, and written as text without an
// object for each.

import type { PackedRules } from './policy.ts';

/** A growing list of numbers of 32 bits. */
export class Numbers {
  #values = new Uint32Array(0);
  #count = 0;

  get length(): number {
    return this.#count;
  }

  push(value: number): void {
    if (this.#count === this.#values.length) this.#grow(this.#count + 1);
    this.#values[this.#count++] = value;
  }

  append(values: Uint32Array): void {
    if (this.#count + values.length > this.#values.length) this.#grow(this.#count + values.length);
    this.#values.set(values, this.#count);
    this.#count += values.length;
  }

  sorted(): Uint32Array {
    return this.#values.subarray(0, this.#count).sort();
  }

  #grow(least: number): void {
    const larger = new Uint32Array(Math.max(64, this.#values.length * 2, least));
    larger.set(this.#values.subarray(0, this.#count));
    this.#values = larger;
  }
}

/** Blocks of one length, sorted, put together where two are the halves of a larger one. */
export function mergeNumbers(sorted: Uint32Array, length: number): PackedRules {
  const starts = new Uint32Array(sorted.length);
  const sizes = new Uint8Array(sorted.length);
  let count = 0;
  for (const value of sorted) {
    if (count > 0) {
      const start = starts[count - 1] ?? 0;
      if (value < start + 2 ** (32 - (sizes[count - 1] ?? 0))) continue;
    }
    let size = length;
    let first = value;
    while (count > 0 && size > 0 && sizes[count - 1] === size) {
      const before = starts[count - 1] ?? 0;
      const half = 2 ** (32 - size);
      if (before + half !== first || before % (2 * half) !== 0) break;
      count--;
      first = before;
      size--;
    }
    starts[count] = first;
    sizes[count] = size;
    count++;
  }
  return { length, starts: starts.slice(0, count), sizes: sizes.slice(0, count) };
}

/** Several lists as one for each length, nothing twice. */
export function joinPacked(lists: readonly PackedRules[]): readonly PackedRules[] {
  const lengths = [...new Set(lists.map(({ length }) => length))].sort((a, b) => a - b);
  return lengths.map((length) => {
    const same = lists.filter((list) => list.length === length);
    const [only] = same;
    if (only !== undefined && same.length === 1) return only;
    const numbers = new Numbers();
    for (const { starts, sizes } of same) {
      // Blocks are taken apart again, or one list's halves would not meet the other's.
      for (const [index, start] of starts.entries()) {
        const step = 2 ** (32 - length);
        const count = 2 ** (length - (sizes[index] ?? length));
        for (let each = 0; each < count; each++) numbers.push(start + each * step);
      }
    }
    return mergeNumbers(numbers.sorted(), length);
  });
}

/** What stands on the line of each prefix besides it. */
export interface PackedForm {
  /** In front of all. */
  readonly head: string;
  /** A number that grows from line to line, and what is behind it. */
  readonly count?: { readonly first: number; readonly step: number; readonly tail: string };
  /** Behind a prefix that stands for longer ones. */
  readonly block: string;
  /** Between two lines, before the line end. */
  readonly between: string;
}

/** As many bytes as are put together before they are handed on. */
const CHUNK = 1 << 16;

/** Writes a line for each prefix. `put` gets many lines at once, without the last line end. */
export function writePacked(
  { length, starts, sizes }: PackedRules,
  form: PackedForm,
  put: (text: string) => void,
): void {
  const encoder = new TextEncoder();
  const decoder = new TextDecoder();
  const head = encoder.encode(form.head);
  const tail = encoder.encode(form.count?.tail ?? '');
  const block = encoder.encode(form.block);
  const between = encoder.encode(form.between);
  // A line has, besides, two numbers of at most ten digits, four octets with dots, and a length.
  const longest = head.length + tail.length + block.length + between.length + 40;
  const bytes = new Uint8Array(CHUNK + longest);
  let at = 0;
  const add = (text: Uint8Array): void => {
    // set() on a few bytes costs more than the bytes.
    for (let index = 0; index < text.length; index++) bytes[at++] = text[index] ?? 0;
  };
  const number = (value: number): void => {
    let size = 1;
    for (let limit = 10; value >= limit; limit *= 10) size++;
    let rest = value;
    for (let place = at + size - 1; place >= at; place--) {
      const next = Math.floor(rest / 10);
      bytes[place] = 48 + rest - next * 10;
      rest = next;
    }
    at += size;
  };
  for (let index = 0; index < starts.length; index++) {
    const start = starts[index] ?? 0;
    const size = sizes[index] ?? 0;
    add(head);
    if (form.count !== undefined) number(form.count.first + form.count.step * index);
    add(tail);
    number(start >>> 24);
    bytes[at++] = 46;
    number((start >>> 16) & 255);
    bytes[at++] = 46;
    number((start >>> 8) & 255);
    bytes[at++] = 46;
    number(start & 255);
    bytes[at++] = 47;
    number(size);
    if (size < length) add(block);
    const last = index === starts.length - 1;
    if (!last) add(between);
    if (last || at >= CHUNK) {
      put(decoder.decode(bytes.subarray(0, at)));
      at = 0;
    } else bytes[at++] = 10;
  }
}
