// The one scanner under every text form: digits, dots, colons and a length, read from bytes. It only accepts or refuses,
// as fast as it can; what is wrong with a refused text is said by flaw.ts, which may be slow. No value is built here.
//
// The grammar is that of Go's net/netip: dotted quad without leading zeros (RFC 6943 section 3.1.1 tells why), RFC 4291
// section 2.2 for IPv6, at most four hexadecimal digits a group, lengths in decimal without a sign or a leading zero.

const DOT = 46;
const COLON = 58;

/** The registers a scan leaves its result in. They are written and read within one synchronous call, never kept. */
export class Scanned {
  w0 = 0;
  w1 = 0;
  w2 = 0;
  w3 = 0;
  /** The length that scanLength has read. */
  length = 0;
}

/** The value of a hexadecimal digit, or -1. A table because half the time of reading an IPv6 address goes here. */
const HEX: Int8Array = new Int8Array(256).fill(-1);
for (let i = 0; i < 10; i++) HEX[48 + i] = i;
for (let i = 0; i < 6; i++) {
  HEX[65 + i] = 10 + i;
  HEX[97 + i] = 10 + i;
}

/** Where scan6 lays its groups until it knows what "::" stands for. */
const groups: Uint16Array = new Uint16Array(8);

/**
 * Reads a dotted quad at `start`. Returns the index after it and leaves the address in `out.w3`, or returns -1.
 * What follows is the caller's affair; past the end counts as a byte that fits nowhere.
 */
export function scan4(bytes: Uint8Array, start: number, out: Scanned): number {
  let i = start;
  let bits = 0;
  for (let octet = 0; ; octet++) {
    let value = (bytes[i] ?? 0) - 48;
    if (value < 0 || value > 9) return -1;
    let digit = (bytes[++i] ?? 0) - 48;
    if (digit >= 0 && digit <= 9) {
      if (value === 0) return -1; // a leading zero is octal to some and decimal to others: CVE-2021-28918
      value = value * 10 + digit;
      digit = (bytes[++i] ?? 0) - 48;
      if (digit >= 0 && digit <= 9) {
        value = value * 10 + digit;
        if (value > 255) return -1;
        i++; // a fourth digit is no dot and fails below
      }
    }
    bits = (bits << 8) | value;
    if (octet === 3) break;
    if (bytes[i] !== DOT) return -1;
    i++;
  }
  const last = (bytes[i] ?? 0) - 48;
  if (last >= 0 && last <= 9) return -1;
  out.w0 = 0;
  out.w1 = 0;
  out.w2 = 0;
  out.w3 = bits;
  return i;
}

/** Reads an IPv6 address without a zone at `start`. Returns the index after it and leaves the words, or returns -1. */
export function scan6(bytes: Uint8Array, start: number, out: Scanned): number {
  let i = start;
  let count = 0;
  let gap = -1;
  let c = bytes[i] ?? 0;
  if (c === COLON) {
    if (bytes[i + 1] !== COLON) return -1;
    gap = 0;
    i += 2;
    c = bytes[i] ?? 0;
  }
  for (;;) {
    let digit = HEX[c] ?? -1;
    if (digit < 0) {
      if (gap === count) break; // only "::" may stand at the end
      return -1;
    }
    if (count === 8) return -1;
    const group = i;
    let value = digit;
    c = bytes[++i] ?? 0;
    digit = HEX[c] ?? -1;
    if (digit >= 0) {
      value = (value << 4) | digit;
      c = bytes[++i] ?? 0;
      digit = HEX[c] ?? -1;
      if (digit >= 0) {
        value = (value << 4) | digit;
        c = bytes[++i] ?? 0;
        digit = HEX[c] ?? -1;
        if (digit >= 0) {
          value = (value << 4) | digit;
          c = bytes[++i] ?? 0;
          if ((HEX[c] ?? -1) >= 0) return -1; // RFC 4291 section 2.2: one to four digits
        }
      }
    }
    if (c === COLON) {
      groups[count++] = value;
      c = bytes[++i] ?? 0;
      if (c === COLON) {
        if (gap >= 0) return -1; // RFC 4291 section 2.2: "::" can only appear once
        gap = count;
        c = bytes[++i] ?? 0;
      }
      continue;
    }
    if (c === DOT) {
      // RFC 4291 section 2.2, form 3: the last two groups as a dotted quad
      if (count > 6) return -1;
      i = scan4(bytes, group, out);
      if (i < 0) return -1;
      groups[count++] = out.w3 >>> 16;
      groups[count++] = out.w3 & 0xffff;
      break;
    }
    groups[count++] = value;
    break;
  }
  if (gap >= 0) {
    if (count === 8) return -1; // RFC 5952 section 4.2.2 and every strict reader: "::" stands for at least one group
    const missing = 8 - count;
    for (let k = count - 1; k >= gap; k--) groups[k + missing] = groups[k] ?? 0;
    for (let k = gap; k < gap + missing; k++) groups[k] = 0;
  } else if (count !== 8) return -1;
  out.w0 = ((groups[0] ?? 0) << 16) | (groups[1] ?? 0);
  out.w1 = ((groups[2] ?? 0) << 16) | (groups[3] ?? 0);
  out.w2 = ((groups[4] ?? 0) << 16) | (groups[5] ?? 0);
  out.w3 = ((groups[6] ?? 0) << 16) | (groups[7] ?? 0);
  return i;
}

/** Reads a length of at most `max` (32 or 128) at `start` into `out.length`. Returns the index after it, or -1. */
export function scanLength(bytes: Uint8Array, start: number, max: number, out: Scanned): number {
  let i = start;
  let value = (bytes[i] ?? 0) - 48;
  if (value < 0 || value > 9) return -1;
  for (;;) {
    const digit = (bytes[++i] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    if (value === 0) return -1;
    value = value * 10 + digit;
    if (value > max) return -1;
  }
  if (value > max) return -1;
  out.length = value;
  return i;
}

/** The longest text the scanner can accept is "ffff:" six times, "255.255.255.255" and "/128": 50 characters. */
const LONGEST = 64;

const line: Uint8Array = new Uint8Array(LONGEST + 1);

/** The first characters of a text as bytes with an end mark, for the functions above; what is not ASCII fits nowhere. */
export function bytesOf(text: string): Uint8Array {
  const n = text.length < LONGEST ? text.length : LONGEST;
  for (let i = 0; i < n; i++) {
    const c = text.charCodeAt(i);
    line[i] = c < 128 ? c : 255;
  }
  line[n] = 0;
  return line;
}
