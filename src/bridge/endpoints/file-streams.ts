// The streams of a descriptor that was opened here: a FIFO or a terminal by libuv's own streams, everything else by read(2)
// and write(2), both ways over the one descriptor.

import { close, fstatSync, read, write } from 'node:fs';
import { Socket } from 'node:net';
import { Readable, Writable } from 'node:stream';

/** The two ways of a descriptor. */
export interface Streams {
  readonly input: Readable | undefined;
  readonly output: Writable | undefined;
}

/** What is wanted of a descriptor. */
export interface Wanted {
  readonly reads: boolean;
  readonly writes: boolean;
  /** At its end a file is looked at again every second: option ignoreeof. */
  readonly follow: boolean;
  /** Where to begin; undefined for where it is. */
  readonly start: number | undefined;
}

const PIECE = 65536;

/** Milliseconds between looks at the end of a file that may grow. */
const PAUSE = 1000;

export async function fileStreams(descriptor: number, wanted: Wanted): Promise<Streams> {
  const status = fstatSync(descriptor);
  if (status.isFIFO()) {
    const { reads, writes } = wanted;
    const socket = new Socket({ fd: descriptor, allowHalfOpen: true, readable: reads, writable: writes });
    socket.on('error', () => undefined);
    return { input: reads ? socket : undefined, output: writes ? socket : undefined };
  }
  const tty = status.isCharacterDevice() ? await import('node:tty') : undefined;
  if (tty?.isatty(descriptor) === true) {
    // One stream for both ways: a terminal is a socket to Node.
    const stream = new tty.ReadStream(descriptor);
    stream.on('error', () => undefined);
    return { input: wanted.reads ? stream : undefined, output: wanted.writes ? stream : undefined };
  }
  const shared = new SharedDescriptor(descriptor, Number(wanted.reads) + Number(wanted.writes), wanted.start);
  const input = wanted.reads ? new FileInput(shared, wanted.follow) : undefined;
  const output = wanted.writes ? new FileOutput(shared) : undefined;
  for (const stream of [input, output]) stream?.on('error', () => undefined);
  return { input, output };
}

/** A descriptor with one position for both ways, as the system has it; closed when both have let go of it. */
class SharedDescriptor {
  readonly number: number;
  #users: number;
  #position: number | undefined;

  constructor(number: number, users: number, start: number | undefined) {
    this.number = number;
    this.#users = users;
    this.#position = start;
  }

  /** The position of the next piece; null is the system's own. */
  get position(): number | null {
    return this.#position ?? null;
  }

  advance(bytes: number): void {
    if (this.#position !== undefined) this.#position += bytes;
  }

  release(done: () => void): void {
    this.#users--;
    if (this.#users === 0) close(this.number, () => done());
    else done();
  }
}

class FileInput extends Readable {
  readonly #shared: SharedDescriptor;
  readonly #follow: boolean;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #closing: (() => void) | undefined;

  constructor(shared: SharedDescriptor, follow: boolean) {
    super({ highWaterMark: PIECE });
    this.#shared = shared;
    this.#follow = follow;
  }

  /** For child_process, which hands the descriptor of such a stream on. */
  get fd(): number {
    return this.#shared.number;
  }

  override _read(): void {
    if (this.#reading || this.#timer !== undefined) return;
    this.#reading = true;
    const { number, position } = this.#shared;
    read(number, Buffer.allocUnsafe(PIECE), 0, PIECE, position, (error, length, bytes) => {
      this.#reading = false;
      if (this.#closing !== undefined) this.#closing();
      else if (error !== null) this.destroy(error);
      else if (length > 0) {
        this.#shared.advance(length);
        this.push(bytes.subarray(0, length));
      } else if (this.#follow) {
        this.#timer = setTimeout(() => {
          this.#timer = undefined;
          this._read();
        }, PAUSE);
      } else this.push(null);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    const end = (): void => this.#shared.release(() => done(error));
    // A read that is under way must not meet another file under the same number.
    if (this.#reading) this.#closing = end;
    else end();
  }
}

class FileOutput extends Writable {
  readonly #shared: SharedDescriptor;

  constructor(shared: SharedDescriptor) {
    super({ highWaterMark: PIECE });
    this.#shared = shared;
  }

  /** For child_process, which hands the descriptor of such a stream on. */
  get fd(): number {
    return this.#shared.number;
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#put(chunk, 0, done);
  }

  #put(chunk: Buffer, at: number, done: (error?: Error | null) => void): void {
    const { number, position } = this.#shared;
    write(number, chunk, at, chunk.length - at, position, (error, length) => {
      if (error !== null) {
        done(error);
        return;
      }
      this.#shared.advance(length);
      if (at + length >= chunk.length) done();
      else this.#put(chunk, at + length, done);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#shared.release(() => done(error));
  }
}
