// The dumps of -v and -x, in socat's layout: a line with direction, time, length and offsets, then the data as text, as
// hexadecimal, or as both side by side. Pure text; relay.ts calls it for every piece of data that goes over.

import type { Direction } from './engines/engine.ts';
import { timestamp } from './log.ts';

export type DumpForm = 'text' | 'hex' | 'both';

/** The dump of one piece. `from` is the offset of its first byte in its direction. */
export function dump(
  form: DumpForm,
  direction: Direction,
  bytes: Uint8Array,
  from: number,
  time: Date,
  micros: number,
): string {
  const mark = direction === 'forward' ? '>' : '<';
  // socat prints the microseconds into this field of nine digits without scaling them; these are the nanoseconds that
  // the field has room for.
  const fraction = String(micros).padStart(6, '0');
  const head = `${mark} ${timestamp(time)}.${fraction}000  length=${bytes.length} from=${from} to=${from + bytes.length - 1}\n`;
  if (form === 'text') return head + plain(bytes);
  if (form === 'hex') return `${head}${hex(bytes)}\n`;
  return `${head + sideBySide(bytes)}--\n`;
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\\': '\\\\',
};

/** The data as text: what can't be printed is a dot, and no line end is added. */
function plain(bytes: Uint8Array): string {
  return latin1(bytes).replace(/[^\t\n\x20-\x5b\x5d-\x7e]/g, (char) => ESCAPED[char] ?? '.');
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex').replace(/../g, ' $&');
}

/** Sixteen bytes a line, a line ending early after a line feed. */
function sideBySide(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    let end = Math.min(at + 16, bytes.length);
    const feed = bytes.subarray(at, end).indexOf(10);
    if (feed >= 0) end = at + feed + 1;
    const line = bytes.subarray(at, end);
    text += `${hex(line).padEnd(48)}  ${latin1(line).replace(/[^\x20-\x7e]/g, '.')}\n`;
    at = end;
  }
  return text;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
