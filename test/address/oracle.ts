// The slow, readable oracle of the set tests: a window of a few addresses as an array of booleans, and minimal prefixes by
// halving. It shares nothing with the sets but the values.

import { Address, AddressSet, type Family, Prefix, Range } from '../../src/address/index.ts';

/** A run of `size` addresses (a power of two) in which everything happens. */
export interface Window {
  readonly family: Family;
  readonly base: bigint;
  readonly size: number;
}

/** Windows where numbers end, words carry, and signs flip. */
export const WINDOWS: readonly Window[] = [
  { family: 4, base: 0n, size: 16 },
  { family: 4, base: 0x7ffffff8n, size: 16 },
  { family: 4, base: 0xfffffff0n, size: 16 },
  { family: 6, base: 0n, size: 16 },
  { family: 6, base: 0xfffffff8n, size: 16 },
  { family: 6, base: (1n << 64n) - 8n, size: 16 },
  { family: 6, base: (1n << 127n) - 8n, size: 16 },
  { family: 6, base: (1n << 128n) - 16n, size: 16 },
];

export function at(window: Window, index: number): Address {
  return Address.fromBigInt(window.family, window.base + BigInt(index));
}

/** Membership of each address of the window, asked one by one. */
export function bitsIn(window: Window, set: AddressSet): boolean[] {
  return Array.from({ length: window.size }, (_, index) => set.has(at(window, index)));
}

/** The set of these addresses, put in one by one. */
export function setOf(window: Window, bits: readonly boolean[]): AddressSet {
  return AddressSet.of(...bits.flatMap((bit, index) => (bit ? [at(window, index)] : [])));
}

/** The runs of true. */
export function rangesOf(window: Window, bits: readonly boolean[]): string[] {
  const ranges: string[] = [];
  for (let i = 0; i < bits.length; i++) {
    if (bits[i] !== true) continue;
    let j = i;
    while (bits[j + 1] === true) j++;
    ranges.push(Range.of(at(window, i), at(window, j)).toString());
    i = j;
  }
  return ranges;
}

/** The fewest prefixes: a block that is whole is one, one that isn't is what its halves are. Blocks are aligned in the space. */
export function prefixesOf(window: Window, bits: readonly boolean[]): string[] {
  const width = window.family === 4 ? 32 : 128;
  const inBlock = (first: bigint, bitsFree: number): string[] => {
    const size = 1n << BigInt(bitsFree);
    const from = Number(first - window.base);
    const members = Array.from({ length: Number(size) }, (_, i) => bits[from + i] === true);
    if (!members.includes(true)) return [];
    if (!members.includes(false)) {
      return [Prefix.of(Address.fromBigInt(window.family, first), width - bitsFree).toString()];
    }
    return [...inBlock(first, bitsFree - 1), ...inBlock(first + size / 2n, bitsFree - 1)];
  };
  const free = Math.log2(window.size);
  const first = (window.base >> BigInt(free)) << BigInt(free);
  const blocks = first === window.base ? [first] : [first, first + BigInt(window.size)];
  return blocks.flatMap((block) => inBlock(block, free));
}
