// Words to text: dotted quad and RFC 5952. One spelling for each value, so that parse(format(x)) = x and equal values
// print equally.

/** An IPv4 word as a dotted quad. */
export function formatQuad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** Four words as RFC 5952 has it, without a zone. */
export function formatGroups(w0: number, w1: number, w2: number, w3: number): string {
  // RFC 5952 section 5: a dotted quad where a well-known prefix says that an IPv4 address is embedded; of these only the
  // IPv4-mapped prefix is written so here (RFC 4291 section 2.5.5.2), as Go, Rust and inet_ntop(3) agree on no other.
  if (w0 === 0 && w1 === 0 && w2 === 0xffff) return `::ffff:${formatQuad(w3)}`;
  const groups = [
    w0 >>> 16,
    w0 & 0xffff,
    w1 >>> 16,
    w1 & 0xffff,
    w2 >>> 16,
    w2 & 0xffff,
    w3 >>> 16,
    w3 & 0xffff,
  ];
  // Section 4.2.3: the longest run of zero groups is shortened, the first of equals; section 4.2.2: never a single one.
  let best = -1;
  let bestLength = 1;
  let run = 0;
  for (let i = 0; i < 8; i++) {
    run = groups[i] === 0 ? run + 1 : 0;
    if (run > bestLength) {
      bestLength = run;
      best = i - run + 1;
    }
  }
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === best) {
      text += '::';
      i += bestLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith('::')) text += ':';
    text += (groups[i] ?? 0).toString(16); // section 4.1 and 4.3: no leading zeros, lower case
  }
  return text;
}
