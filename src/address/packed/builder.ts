// A set from bytes that come in chunks, a million lines or more of them: lines that end in a later chunk are carried over,
// and lines that can't be read are reported with their place while the rest goes on.

import { AddressFault } from '../fault.ts';
import { type ItemForm, readItem } from '../item-text.ts';
import { AddressSet } from '../set.ts';
import { Lines } from './lines.ts';

/** A line that can't be read. */
export interface LineFault {
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units of the line: where in it `fault.offset` is. */
  readonly column: number;
  /** The line without its end, cut where it is very long. */
  readonly text: string;
  /** Its `input` is the line without its comment and the blanks around it. */
  readonly fault: AddressFault;
}

export interface PackedOptions {
  /** Lenient forms of an item, as in readItem. Default: none, so that each line is a strict prefix. */
  readonly forms?: readonly ItemForm[];
  /** What ends an item: a line feed, which may have a carriage return before it, or NUL. Default: 'line'. */
  readonly separator?: 'line' | 'nul';
  /** Told of each line that can't be read; it may throw to end the reading. Default: nobody is told. */
  readonly onFault?: (fault: LineFault) => void;
}

/** No item is longer than two IPv6 addresses and a hyphen; of a longer text this much is looked at and shown. */
const SHOWN = 256;

const EMPTY = new Uint8Array(0);

/**
 * Collects the items of a list: one a line, `#` begins a comment, blank lines and blanks around an item don't count. The
 * value of a list is the value of readItem on each line, put together with an AddressSetBuilder; only the speed differs.
 */
export class PackedBuilder {
  readonly #forms: readonly ItemForm[];
  readonly #end: number;
  readonly #onFault: (fault: LineFault) => void;
  readonly #lines: Lines;
  /** The beginning of a line whose end hasn't come: the first `#carried` bytes of `#carry`. */
  #carry: Uint8Array = EMPTY;
  #carried = 0;

  constructor(options: PackedOptions = {}) {
    this.#forms = options.forms ?? [];
    this.#end = options.separator === 'nul' ? 0 : 10;
    this.#onFault = options.onFault ?? (() => {});
    this.#lines = new Lines(this.#forms, this.#end, (bytes, from, to) => this.#odd(bytes, from, to));
  }

  /** Lines read so far, those with faults and without an item among them. */
  get lines(): number {
    return this.#lines.count;
  }

  /** Reads the next bytes, which may end anywhere. They are read before this returns, so the caller can use them again. */
  push(chunk: Uint8Array): void {
    let from = 0;
    if (this.#carried > 0) {
      const end = chunk.indexOf(this.#end);
      if (end < 0) {
        this.#keep(chunk);
        return;
      }
      from = end + 1;
      this.#keep(chunk.subarray(0, from));
      this.#readCarried();
    }
    const to = chunk.lastIndexOf(this.#end) + 1;
    if (to > from) this.#lines.read(chunk, from, to);
    if (Math.max(from, to) < chunk.length) this.#keep(chunk.subarray(Math.max(from, to)));
  }

  /** No more bytes come: a last line without its end is read. */
  end(): void {
    if (this.#carried === 0) return;
    this.#keep(Uint8Array.of(this.#end));
    this.#readCarried();
  }

  /** The set of everything read so far. `end` has to be called first for a last line that isn't ended. */
  freeze(): AddressSet {
    return AddressSet.fromEdges(this.#lines.v4.toEdges(), this.#lines.v6.toEdges());
  }

  #readCarried(): void {
    const to = this.#carried;
    this.#carried = 0;
    this.#lines.read(this.#carry, 0, to);
  }

  /** Adds the bytes to what is carried. The room is doubled, so a line of any length costs its length. */
  #keep(bytes: Uint8Array): void {
    const needed = this.#carried + bytes.length;
    if (needed > this.#carry.length) {
      const room = new Uint8Array(Math.max(needed, this.#carry.length * 2, SHOWN));
      room.set(this.#carry.subarray(0, this.#carried));
      this.#carry = room;
    }
    this.#carry.set(bytes, this.#carried);
    this.#carried = needed;
  }

  /** A line that the fast readers didn't take: the plain reader has the last word on it. */
  #odd(bytes: Uint8Array, begin: number, to: number): void {
    const line = this.#lines.count;
    const from = line === 1 && isMark(bytes, begin) ? begin + 3 : begin;
    const hash = bytes.subarray(from, to).indexOf(35);
    let start = from;
    let end = hash < 0 ? to : from + hash;
    while (start < end && isBlank(bytes[start])) start++;
    while (end > start && (isBlank(bytes[end - 1]) || bytes[end - 1] === 13)) end--;
    if (start === end) return; // nothing but the mark
    const item = decode(bytes, start, end);
    const answer = readItem(item, this.#forms);
    if (answer instanceof AddressFault) {
      const text = decode(bytes, from, to).replace(/\r$/, '');
      this.#onFault({ line, column: start - from + answer.offset + 1, text, fault: answer });
      return;
    }
    const { first, last } = answer;
    if (first.family === 4) this.#lines.v4.add(first.w3, last.w3);
    else this.#lines.v6.addRange(first.w0, first.w1, first.w2, first.w3, last.w0, last.w1, last.w2, last.w3);
  }
}

function isBlank(byte: number | undefined): boolean {
  return byte === 32 || byte === 9;
}

/** Whether the mark stands here that some editors put before the first line, U+FEFF in UTF-8. It is no text. */
function isMark(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbb && bytes[at + 2] === 0xbf;
}

/** The text from..to, or its beginning if it's longer than any item. */
function decode(bytes: Uint8Array, from: number, to: number): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(bytes.subarray(from, Math.min(to, from + 4 * SHOWN))).slice(0, SHOWN);
}
