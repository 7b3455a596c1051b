// Random values and texts for the property tests of this folder, with the edges of the space more often than chance would.

import fc from 'fast-check';
import { Address, type Family, Prefix, Range } from '../../src/address/index.ts';

/** The number of bits in an address. */
export function bitsOf(family: Family): number {
  return family === 4 ? 32 : 128;
}

function number(family: Family): fc.Arbitrary<bigint> {
  const top = (1n << BigInt(bitsOf(family))) - 1n;
  const low = fc.bigInt({ min: 0n, max: 300n });
  const around = fc.tuple(fc.integer({ min: 1, max: bitsOf(family) - 1 }), fc.bigInt({ min: -3n, max: 3n }));
  const word = fc.constantFrom(0n, 1n, 0x7fffffffn, 0x80000000n, 0xfffffffen, 0xffffffffn);
  const words = fc
    .array(word, { minLength: bitsOf(family) / 32, maxLength: bitsOf(family) / 32 })
    .map((words) => words.reduce<bigint>((sum, word) => (sum << 32n) | word, 0n));
  return fc.oneof(
    fc.bigInt({ min: 0n, max: top }),
    // words at their ends, where borrows run on
    words,
    low,
    low.map((n) => top - n),
    // next to a power of two, where carries run from word to word
    around.map(([bit, near]) => (1n << BigInt(bit)) + near).filter((n) => n >= 0n && n <= top),
  );
}

export const family: fc.Arbitrary<Family> = fc.constantFrom<Family[]>(4, 6);

export const address4: fc.Arbitrary<Address> = number(4).map((n) => Address.fromBigInt(4, n));
export const address6: fc.Arbitrary<Address> = number(6).map((n) => Address.fromBigInt(6, n));
export const address: fc.Arbitrary<Address> = fc.oneof(address4, address6);

export const zoned: fc.Arbitrary<Address> = fc
  .tuple(address6, fc.stringMatching(/^[a-zA-Z0-9._~:-]{1,8}$/))
  .map(([{ w0, w1, w2, w3 }, zone]) => Address.fromWords(6, w0, w1, w2, w3, zone));

export const prefix4: fc.Arbitrary<Prefix> = fc
  .tuple(address4, fc.integer({ min: 0, max: 32 }))
  .map(([address, length]) => Prefix.of(address, length));
export const prefix6: fc.Arbitrary<Prefix> = fc
  .tuple(address6, fc.integer({ min: 0, max: 128 }))
  .map(([address, length]) => Prefix.of(address, length));
export const prefix: fc.Arbitrary<Prefix> = fc.oneof(prefix4, prefix6);

export const range: fc.Arbitrary<Range> = family.chain((of) =>
  fc.tuple(number(of), number(of)).map(([a, b]) => {
    const [first, last] = a < b ? [a, b] : [b, a];
    return Range.of(Address.fromBigInt(of, first), Address.fromBigInt(of, last));
  }),
);

/** Texts of the characters that addresses are made of, and valid texts with a few characters changed. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdefABCDEF:::....//%-[]xg ,+\t\n\u0661\uff11\u200b'),
    maxLength: 24,
  }),
  fc.string({ unit: fc.constantFrom(...'0129.'), maxLength: 18 }),
  fc.string({ unit: fc.constantFrom(...'01f:'), maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc
    .tuple(
      fc.oneof(
        address.map(String),
        zoned.map(String),
        prefix.map(String),
        range.map(String),
        address.map((a) => (a.family === 4 ? `${a.toString()}:80` : `[${a.toString()}]:80`)),
      ),
      fc.array(fc.tuple(fc.nat(60), fc.nat(2), fc.constantFrom(...'0125af:./%-[] x')), { maxLength: 3 }),
    )
    .map(([valid, edits]) => {
      let edited = valid;
      for (const [at, remove, insert] of edits)
        edited = edited.slice(0, at) + insert + edited.slice(at + remove);
      return edited;
    }),
);
