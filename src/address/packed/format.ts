// A set to bytes: one prefix or range a line, without a string per line. The text is that of Prefix and Range.

import { Cover } from '../cover.ts';
import { countEdges, type Edges } from '../edges.ts';
import type { AddressSet } from '../set.ts';

/**
 * Takes the next bytes, which are lent until it returns: what it keeps it has to copy. Where it returns false the writing
 * ends, as after a closed pipe.
 */
export type Write = (bytes: Uint8Array) => unknown;

export interface FormatOptions {
  /** Whether a single address is written without its length, as some tools want it. Default: false. */
  readonly bareHosts?: boolean;
  /** What ends each item. Default: 'line'. */
  readonly separator?: 'line' | 'nul';
}

const CHUNK = 1 << 17;
/** The longest item is a range of two IPv6 addresses of 39 characters. */
const LONGEST = 96;
/** Edges that a loop gets at a time: even, as ranges are pairs. Why not all at once is said in lines.ts. */
const BLOCK = 1 << 9;

/** Writes the fewest prefixes of the set in order, IPv4 first, in chunks of up to 128 KiB. False if `write` ended it. */
export function formatPrefixes(set: AddressSet, write: Write, options: FormatOptions = {}): boolean {
  const text = new Text(write, options);
  return inBlocks(set.edges(4), text, prefixes4) && inBlocks(set.edges(6), text, prefixes6) && text.flush();
}

/** Writes the fewest ranges of the set in order, IPv4 first; a range of one as the address. False if `write` ended it. */
export function formatRanges(set: AddressSet, write: Write, options: FormatOptions = {}): boolean {
  const text = new Text(write, options);
  return inBlocks(set.edges(4), text, ranges4) && inBlocks(set.edges(6), text, ranges6) && text.flush();
}

/** Writes the ranges that begin at the edges from..to. */
type Format = (edges: Edges, from: number, to: number, text: Text) => boolean;

function inBlocks(edges: Edges, text: Text, format: Format): boolean {
  const count = countEdges(edges);
  for (let from = 0; from < count; from += BLOCK) {
    if (!format(edges, from, Math.min(count, from + BLOCK), text)) return false;
  }
  return true;
}

/** The text so far, written out when a chunk is full. */
class Text {
  readonly #write: Write;
  readonly #end: number;
  readonly bareHosts: boolean;
  /** The chunk, and how far it is filled: the loops below write it. */
  readonly bytes: Uint8Array = new Uint8Array(CHUNK);
  at = 0;
  /** Each octet in decimal: four bytes, of which the last is how many of the others count. */
  readonly octets: Uint8Array = octetTexts();
  /** For each length of an IPv4 prefix what stands behind its address: the text and the end of the item, as above. */
  readonly suffixes: Uint8Array;
  readonly #groups = new Uint16Array(8);
  /** Made when the first IPv6 address comes: making it costs as much as a few hundred lines. */
  #runs: Uint8Array | undefined;

  constructor(write: Write, options: FormatOptions) {
    this.#write = write;
    this.#end = options.separator === 'nul' ? 0 : 10;
    this.bareHosts = options.bareHosts === true;
    this.suffixes = suffixTexts(this.#end, this.bareHosts);
  }

  /** Writes out what is there. False if there should be no more. */
  flush(): boolean {
    if (this.at === 0) return true;
    const full = this.bytes.subarray(0, this.at);
    this.at = 0;
    return this.#write(full) !== false;
  }

  /** Ends an item. False if there should be no more. */
  end(): boolean {
    this.bytes[this.at++] = this.#end;
    return this.at <= CHUNK - LONGEST || this.flush();
  }

  dash(): void {
    this.bytes[this.at++] = 45;
  }

  /** A length behind its slash. */
  length(length: number): void {
    this.bytes[this.at++] = 47;
    this.at = octet(this.bytes, this.at, length, this.octets);
  }

  quad(word: number): void {
    this.at = quad(this.bytes, this.at, word, this.octets);
  }

  /** RFC 5952, as formatGroups in ../format.ts, which says which section asks for what. */
  groups(w0: number, w1: number, w2: number, w3: number): void {
    const bytes = this.bytes;
    let at = this.at;
    if (w0 === 0 && w1 === 0 && w2 === 0xffff) {
      bytes.set(MAPPED, at);
      this.at = at + MAPPED.length;
      this.quad(w3);
      return;
    }
    const groups = this.#groups;
    groups[0] = w0 >>> 16;
    groups[1] = w0;
    groups[2] = w1 >>> 16;
    groups[3] = w1;
    groups[4] = w2 >>> 16;
    groups[5] = w2;
    groups[6] = w3 >>> 16;
    groups[7] = w3;
    let zeros = 0;
    for (let i = 0; i < 8; i++) if (groups[i] === 0) zeros |= 1 << i;
    this.#runs ??= longestRuns();
    const run = this.#runs[zeros] ?? 0;
    const best = run === 0 ? 8 : run >>> 4;
    for (let i = 0; i < 8; i++) {
      if (i === best) {
        bytes[at++] = 58;
        bytes[at++] = 58;
        i += run & 15;
        if (i === 8) break;
      } else if (i > 0) bytes[at++] = 58;
      const group = groups[i] ?? 0;
      if (group > 0xfff) bytes[at++] = HEX_DIGITS[group >>> 12] ?? 0;
      if (group > 0xff) bytes[at++] = HEX_DIGITS[(group >>> 8) & 15] ?? 0;
      if (group > 0xf) bytes[at++] = HEX_DIGITS[(group >>> 4) & 15] ?? 0;
      bytes[at++] = HEX_DIGITS[group & 15] ?? 0;
    }
    this.at = at;
  }
}

/** "::ffff:" */
const MAPPED: Uint8Array = Uint8Array.of(58, 58, 102, 102, 102, 102, 58);

/** "0123456789abcdef" */
const HEX_DIGITS: Uint8Array = Uint8Array.from({ length: 16 }, (_, digit) => (digit < 10 ? 48 : 87) + digit);

/**
 * For each set of zero groups (bit i for group i) the longest run of them, the first of equals: where it starts in the upper
 * four bits and how long it is in the lower ones, or 0 if none is longer than one group.
 */
function longestRuns(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, zeros) => {
    let best = 0;
    for (let start = 0; start < 8; start++) {
      let length = 0;
      while (start + length < 8 && (zeros >>> (start + length)) & 1) length++;
      if (length > 1 && length > (best & 15)) best = (start << 4) | length;
    }
    return best;
  });
}

function octetTexts(): Uint8Array {
  const texts = new Uint8Array(1024);
  for (let value = 0; value < 256; value++) {
    const digits = value >= 100 ? 3 : value >= 10 ? 2 : 1;
    let rest = value;
    for (let k = digits - 1; k >= 0; k--) {
      texts[value * 4 + k] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    texts[value * 4 + 3] = digits;
  }
  return texts;
}

/** Room for eight bytes each: "/32" and the end, and how many of them count. */
function suffixTexts(end: number, bareHosts: boolean): Uint8Array {
  const texts = new Uint8Array(33 * 8);
  for (let length = 0; length <= 32; length++) {
    const text = length === 32 && bareHosts ? '' : `/${length}`;
    for (let k = 0; k < text.length; k++) texts[length * 8 + k] = text.charCodeAt(k);
    texts[length * 8 + text.length] = end;
    texts[length * 8 + 7] = text.length + 1;
  }
  return texts;
}

/** Writes a number below 256 at `at`. Returns the index after it. All three bytes are written: no branch on how many count. */
function octet(bytes: Uint8Array, at: number, value: number, octets: Uint8Array): number {
  const from = value << 2;
  bytes[at] = octets[from] ?? 0;
  bytes[at + 1] = octets[from + 1] ?? 0;
  bytes[at + 2] = octets[from + 2] ?? 0;
  return at + (octets[from + 3] ?? 0);
}

function quad(bytes: Uint8Array, at: number, word: number, octets: Uint8Array): number {
  let to = octet(bytes, at, word >>> 24, octets);
  bytes[to++] = 46;
  to = octet(bytes, to, (word >>> 16) & 255, octets);
  bytes[to++] = 46;
  to = octet(bytes, to, (word >>> 8) & 255, octets);
  bytes[to++] = 46;
  return octet(bytes, to, word & 255, octets);
}

function prefixes4({ words }: Edges, from: number, to: number, text: Text): boolean {
  const { bytes, octets, suffixes } = text;
  let { at } = text;
  for (let i = from; i < to; i += 2) {
    // Signed words: how many addresses are left is counted modulo 2^32, 0 being all.
    let first = (words[i] ?? 0) | 0;
    let left = i + 1 < words.length ? ((words[i + 1] ?? 0) - first) | 0 : -first | 0;
    do {
      // the largest block that starts here and doesn't pass the last
      const aligned = first === 0 ? 32 : 31 - Math.clz32(first & -first);
      const room = left === 0 ? 32 : 31 - Math.clz32(left);
      const free = aligned < room ? aligned : room;
      at = quad(bytes, at, first, octets);
      const suffix = (32 - free) << 3;
      bytes[at] = suffixes[suffix] ?? 0;
      bytes[at + 1] = suffixes[suffix + 1] ?? 0;
      bytes[at + 2] = suffixes[suffix + 2] ?? 0;
      bytes[at + 3] = suffixes[suffix + 3] ?? 0;
      at += suffixes[suffix + 7] ?? 0;
      if (at > CHUNK - LONGEST) {
        text.at = at;
        if (!text.flush()) return false;
        at = 0;
      }
      if (free === 32) break;
      first = (first + (1 << free)) | 0;
      left = (left - (1 << free)) | 0;
    } while (left !== 0);
  }
  text.at = at;
  return true;
}

function ranges4({ words }: Edges, from: number, to: number, text: Text): boolean {
  for (let i = from; i < to; i += 2) {
    const first = words[i] ?? 0;
    const last = i + 1 < words.length ? (words[i + 1] ?? 0) - 1 : 0xffffffff;
    text.quad(first);
    if (last !== first) {
      text.dash();
      text.quad(last);
    }
    if (!text.end()) return false;
  }
  return true;
}

function prefixes6(edges: Edges, from: number, to: number, text: Text): boolean {
  const cover = new Cover();
  const last = new Int32Array(4);
  const { words } = edges;
  for (let i = from; i < to; i += 2) {
    const at = i * 4;
    const length = lengthOfBlock(words, at);
    if (length >= 0) {
      text.groups(words[at] ?? 0, words[at + 1] ?? 0, words[at + 2] ?? 0, words[at + 3] ?? 0);
      if (length < 128 || !text.bareHosts) text.length(length);
      if (!text.end()) return false;
      continue;
    }
    startRange(edges, i, last, cover);
    while (cover.next()) {
      text.groups(cover.w0, cover.w1, cover.w2, cover.w3);
      if (cover.length < 128 || !text.bareHosts) text.length(cover.length);
      if (!text.end()) return false;
    }
  }
  return true;
}

/**
 * The length of the prefix that the range between two edges is, or -1 where that takes a closer look: where it is more than
 * one, where words carry, at the end of the space. Nearly all ranges of a list of hosts or routes are one prefix.
 */
function lengthOfBlock(words: Uint32Array, at: number): number {
  if (at + 8 > words.length) return -1;
  let k = 3;
  while (k > 0 && words[at + k] === 0 && words[at + 4 + k] === 0) k--;
  for (let upper = 0; upper < k; upper++) if (words[at + upper] !== words[at + 4 + upper]) return -1;
  const first = words[at + k] ?? 0;
  const size = ((words[at + 4 + k] ?? 0) - first) | 0;
  // a power of two, and the first number a multiple of it
  return size !== 0 && (size & (size - 1)) === 0 && (first & (size - 1)) === 0
    ? 32 * k + Math.clz32(size) + 1
    : -1;
}

function ranges6(edges: Edges, from: number, to: number, text: Text): boolean {
  const { words } = edges;
  const last = new Int32Array(4);
  for (let i = from; i < to; i += 2) {
    const at = i * 4;
    const [w0 = 0, w1 = 0, w2 = 0, w3 = 0] = words.subarray(at, at + 4);
    lastOf(edges, i, last);
    const [l0 = 0, l1 = 0, l2 = 0, l3 = 0] = last;
    text.groups(w0, w1, w2, w3);
    if ((w0 | 0) !== l0 || (w1 | 0) !== l1 || (w2 | 0) !== l2 || (w3 | 0) !== l3) {
      text.dash();
      text.groups(l0, l1, l2, l3);
    }
    if (!text.end()) return false;
  }
  return true;
}

function startRange(edges: Edges, i: number, last: Int32Array, cover: Cover): void {
  const { words } = edges;
  const at = i * 4;
  lastOf(edges, i, last);
  cover.start(
    words[at] ?? 0,
    words[at + 1] ?? 0,
    words[at + 2] ?? 0,
    words[at + 3] ?? 0,
    last[0] ?? 0,
    last[1] ?? 0,
    last[2] ?? 0,
    last[3] ?? 0,
  );
}

/** The last number of the range that starts at edge `i`: the next edge less one, or the end of the space. */
function lastOf({ words }: Edges, i: number, last: Int32Array): void {
  const at = i * 4 + 4;
  if (at === words.length) {
    last.fill(-1);
    return;
  }
  const w3 = words[at + 3] ?? 0;
  const w2 = words[at + 2] ?? 0;
  const w1 = words[at + 1] ?? 0;
  const w0 = words[at] ?? 0;
  last[3] = w3 - 1;
  last[2] = w3 === 0 ? w2 - 1 : w2;
  last[1] = w3 === 0 && w2 === 0 ? w1 - 1 : w1;
  last[0] = w3 === 0 && w2 === 0 && w1 === 0 ? w0 - 1 : w0;
}
