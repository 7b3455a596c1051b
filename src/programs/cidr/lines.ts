// Lines out of chunks of bytes, without copies: only a line that goes over the end of a chunk is put together.

/**
 * Visits each line as a stretch of bytes, its end mark (a line feed or NUL) left out; a last one without its mark counts.
 * Visiting ends when `visit` returns false. The bytes are lent until it returns.
 */
export function eachLine(
  chunks: Iterable<Uint8Array>,
  end: number,
  visit: (bytes: Uint8Array, from: number, to: number) => boolean,
): void {
  let carry = new Uint8Array(1 << 12);
  let carried = 0;
  const keep = (bytes: Uint8Array): void => {
    if (carried + bytes.length > carry.length) {
      const wider = new Uint8Array(Math.max(carried + bytes.length, carry.length * 2));
      wider.set(carry.subarray(0, carried));
      carry = wider;
    }
    carry.set(bytes, carried);
    carried += bytes.length;
  };
  for (const chunk of chunks) {
    let from = 0;
    if (carried > 0) {
      const stop = chunk.indexOf(end);
      keep(stop < 0 ? chunk : chunk.subarray(0, stop));
      if (stop < 0) continue;
      const length = carried;
      carried = 0;
      if (!visit(carry, 0, length)) return;
      from = stop + 1;
    }
    for (;;) {
      const stop = chunk.indexOf(end, from);
      if (stop < 0) break;
      if (!visit(chunk, from, stop)) return;
      from = stop + 1;
    }
    if (from < chunk.length) keep(chunk.subarray(from));
  }
  if (carried > 0) visit(carry, 0, carried);
}
