// CRC-32C (Castagnoli), as RFC 9260 appendix A has it for SCTP: the checksum of PROXY protocol headers. Those are short, so
// a table of 16 entries, made when it is first needed, does.

/** The polynomial, its bits reversed. */
const POLYNOMIAL = 0x82f63b78;

let table: Uint32Array | undefined;

/** The checksum, unsigned. */
export function crc32c(bytes: Uint8Array): number {
  table ??= makeTable();
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum = (table[(sum ^ byte) & 15] ?? 0) ^ (sum >>> 4);
    sum = (table[(sum ^ (byte >>> 4)) & 15] ?? 0) ^ (sum >>> 4);
  }
  return (sum ^ 0xffffffff) >>> 0;
}

function makeTable(): Uint32Array {
  const made = new Uint32Array(16);
  for (let nibble = 0; nibble < 16; nibble++) {
    let value = nibble;
    for (let bit = 0; bit < 4; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
    made[nibble] = value;
  }
  return made;
}
