// What is done to data on its way: line ends, a byte that stands for the end, a number of bytes after which it ends.
// relay.ts puts it between two ends, so that the dumps show what is handed on. Where no option asks for it nothing of
// this is in the way.

import { type Readable, Transform } from 'node:stream';
import type { End } from './engines/engine.ts';

/** How lines end at an end; plain is a line feed. */
export type Lines = 'plain' | 'cr' | 'crnl';

const CR = 13;
const NL = 10;

/** The two ends with what is done to the data of each on its way to the other. */
export function convertEnds(left: End, right: End): readonly [End, End] {
  return [converted(left, right), converted(right, left)];
}

function converted(from: End, to: End): End {
  const { input, endByte, readBytes } = from;
  const source: Lines = from.lines ?? 'plain';
  const target: Lines = to.lines ?? 'plain';
  if (input === undefined || to.output === undefined) return from;
  if (source === target && endByte === undefined && readBytes === undefined) return from;
  const cut = cutter(endByte, readBytes);
  return { ...from, input: through(input, cut, (bytes) => convertLines(bytes, source, target)) };
}

/**
 * Changes the ends of lines as socat does. From `crnl` every carriage return is dropped, wherever it stands, so that
 * it does not matter where the pieces of a stream are cut.
 */
export function convertLines(bytes: Uint8Array, from: Lines, to: Lines): Uint8Array {
  if (from === to) return bytes;
  const end = from === 'cr' ? CR : NL;
  const other = to === 'cr' ? CR : NL;
  const room = new Uint8Array(to === 'crnl' ? bytes.length * 2 : bytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (from === 'crnl' && byte === CR) continue;
    if (byte !== end) room[length++] = byte;
    else if (to === 'crnl') {
      room[length++] = CR;
      room[length++] = NL;
    } else room[length++] = other;
  }
  return room.subarray(0, length);
}

/** What of a piece still counts, and whether the data ends with it. */
type Cut = (bytes: Uint8Array) => { readonly bytes: Uint8Array; readonly last: boolean };

/** Data ends before the byte `endByte`, and after `most` bytes. */
export function cutter(endByte: number | undefined, most: number | undefined): Cut {
  let left = most ?? Number.POSITIVE_INFINITY;
  return (bytes) => {
    const part = bytes.length > left ? bytes.subarray(0, left) : bytes;
    left -= part.length;
    const at = endByte === undefined ? -1 : part.indexOf(endByte);
    if (at >= 0) return { bytes: part.subarray(0, at), last: true };
    return { bytes: part, last: left === 0 };
  };
}

/** A stream that gives what `source` gives, changed; it ends with it, or when the data is cut off. */
function through(source: Readable, cut: Cut, change: (bytes: Uint8Array) => Uint8Array): Readable {
  let over = false;
  const out = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      if (over) return done();
      const { bytes, last } = cut(chunk);
      const changed = change(bytes);
      if (changed.length > 0) out.push(changed);
      if (last) {
        over = true;
        // What comes after it stays where it is.
        source.unpipe(out);
        source.pause();
        out.end();
      }
      done();
    },
  });
  source.pipe(out);
  source.on('error', (error) => out.destroy(error));
  source.on('close', () => {
    if (!out.writableEnded) out.end();
  });
  if (source.destroyed) out.end();
  out.on('error', () => undefined);
  return out;
}
