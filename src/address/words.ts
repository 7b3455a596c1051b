// Arithmetic on the four 32-bit words that an address is made of. Words are signed (|0), so that V8 keeps them as small
// integers; comparisons shift them (>>>0) to unsigned. An IPv4 address stands in the last word, the others being zero, so
// that one arithmetic of 128 bits serves both families: an IPv4 length counts as length + 96.

/** The number of bits in an address of the family, and so the longest prefix length. */
export function widthOf(family: 4 | 6): 32 | 128 {
  return family === 4 ? 32 : 128;
}

/** Word `index` (0 to 3) of a mask with `ones` leading ones, of 128. */
export function maskWord(ones: number, index: number): number {
  const here = ones - 32 * index;
  return here >= 32 ? -1 : here <= 0 ? 0 : -1 << (32 - here);
}

/** The number of leading ones of an IPv4 mask that has nothing but zeros behind them, or -1 (RFC 4632 section 5.1). */
export function lengthOfMask(mask: number): number {
  const length = 32 - trailingZeros(mask);
  return mask === maskWord(length, 0) ? length : -1;
}

/** -1, 0 or 1 as `a` is below, equal to or above `b`, both taken as unsigned words. */
export function compareWord(a: number, b: number): number {
  const x = a >>> 0;
  const y = b >>> 0;
  return x < y ? -1 : x > y ? 1 : 0;
}

/** Trailing zero bits of a word: 32 for zero. */
export function trailingZeros(word: number): number {
  return word === 0 ? 32 : 31 - Math.clz32(word & -word);
}

/** A number of 128 bits as BigInt. */
export function toBigInt(w0: number, w1: number, w2: number, w3: number): bigint {
  return (BigInt(w0 >>> 0) << 96n) | (BigInt(w1 >>> 0) << 64n) | (BigInt(w2 >>> 0) << 32n) | BigInt(w3 >>> 0);
}
