// Reading a socket into one buffer over and over: what net.Socket does for the option onread, done to a socket that is
// already open. Node has no public way to it for accepted sockets, and without it every 64 KiB cost a buffer of their own,
// which halves the speed of bulk. The private parts that this leans on are all named here and looked for first: where one is
// missing, nothing is changed and the stream goes on by 'data'.

import type { Readable } from 'node:stream';

/** What the C++ side of a socket is called, for the kinds that read by themselves: TLS is not among them. */
const HANDLES = new Set(['TCP', 'Pipe']);

/**
 * From now on what the stream reads stands in the beginning of `buffer`, and `take` gets it instead of 'data'; the bytes are
 * lent until it returns, or, where it returns false, until the stream is resumed: nothing is read before. End of file and
 * errors are told as ever. False where that can't be done: the stream is no socket, this Node has other insides, or it
 * holds data that was read already.
 */
export function readInto(input: Readable, buffer: Uint8Array, take: (bytes: Uint8Array) => boolean): boolean {
  // lib/net.js: kBuffer and kBufferCb are symbols of their own on every socket, null without onread.
  const slot = symbolOf(input, 'kBuffer');
  const callback = symbolOf(input, 'kBufferCb');
  const handle: unknown = Reflect.get(input, '_handle');
  if (slot === undefined || callback === undefined || input.readableLength > 0) return false;
  if (typeof handle !== 'object' || handle === null || !HANDLES.has(handle.constructor.name)) return false;
  const use: unknown = Reflect.get(handle, 'useUserBuffer');
  if (typeof use !== 'function') return false;
  Reflect.set(input, slot, buffer);
  Reflect.set(input, callback, (count: number) => take(buffer.subarray(0, count)));
  Reflect.apply(use, handle, [buffer]);
  return true;
}

/** A symbol that the object has under this description, with nothing in it so far. */
function symbolOf(object: object, description: string): symbol | undefined {
  const found = Object.getOwnPropertySymbols(object).find((symbol) => symbol.description === description);
  return found !== undefined && Reflect.get(object, found) === null ? found : undefined;
}
