// Inherited descriptors as streams, by what they are: a socket, a pipe, a terminal, a file.

import { createReadStream, createWriteStream, fstatSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { OpenError, type Use } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import { fileStreams, type Streams } from './file-streams.ts';

/**
 * Streams on descriptors that were inherited; `reading` and `writing` may be the same one. process.stdout is not used:
 * it writes to pipes synchronously, and one reader that stalls would stall every connection.
 */
export async function openDescriptors(
  reading: number | undefined,
  writing: number | undefined,
  label: string,
  follow = false,
): Promise<Streams> {
  try {
    if (reading !== undefined && reading === writing && fstatSync(reading).isSocket()) {
      const socket = quiet(new Socket({ fd: reading, allowHalfOpen: true, readable: true, writable: true }));
      return { input: socket, output: socket };
    }
    return {
      input: reading === undefined ? undefined : quiet(await openInput(reading, follow)),
      output: writing === undefined ? undefined : quiet(await openOutput(writing)),
    };
  } catch (error) {
    if (error instanceof OpenError) throw error;
    throw new OpenError(label, `descriptor ${reading ?? writing}: ${reasonOf(error)}`, { final: true });
  }
}

/** The descriptors that a use needs. */
export function needed(
  use: Use,
  reading: number | undefined,
  writing: number | undefined,
): [number | undefined, number | undefined] {
  return [use === 'write' ? undefined : reading, use === 'read' ? undefined : writing];
}

/** `follow`: a regular file is read on when it grows. */
async function openInput(descriptor: number, follow: boolean): Promise<Readable> {
  const status = fstatSync(descriptor);
  if (status.isSocket() || status.isFIFO()) {
    return new Socket({ fd: descriptor, allowHalfOpen: true, readable: true, writable: false });
  }
  const tty = status.isCharacterDevice() ? await import('node:tty') : undefined;
  if (tty?.isatty(descriptor) === true) return new tty.ReadStream(descriptor);
  if (follow && status.isFile()) {
    const { input } = await fileStreams(descriptor, { reads: true, writes: false, follow, start: undefined });
    if (input !== undefined) return input;
  }
  // The path is not used where there is a descriptor.
  return createReadStream('', { fd: descriptor });
}

async function openOutput(descriptor: number): Promise<Writable> {
  const status = fstatSync(descriptor);
  if (status.isSocket() || status.isFIFO()) {
    return new Socket({ fd: descriptor, allowHalfOpen: true, readable: false, writable: true });
  }
  const tty = status.isCharacterDevice() ? await import('node:tty') : undefined;
  if (tty?.isatty(descriptor) === true) return new tty.WriteStream(descriptor);
  return createWriteStream('', { fd: descriptor });
}

/** An error that comes before the relay listens is kept by the stream; without a listener it would end the process. */
function quiet<T extends Readable | Writable>(stream: T): T {
  stream.on('error', () => undefined);
  return stream;
}
