// A regular file that may grow: option ignoreeof. At its end it is looked at again every second, as socat does.

import { close, read } from 'node:fs';
import { Readable } from 'node:stream';

/** Milliseconds between looks. */
const PAUSE = 1000;
const PIECE = 65536;

export class FollowedFile extends Readable {
  readonly #descriptor: number;
  #timer: NodeJS.Timeout | undefined;
  #reading = false;
  #close: (() => void) | undefined;

  constructor(descriptor: number) {
    super({ highWaterMark: PIECE });
    this.#descriptor = descriptor;
  }

  override _read(): void {
    if (this.#reading || this.#timer !== undefined) return;
    this.#reading = true;
    read(this.#descriptor, Buffer.allocUnsafe(PIECE), 0, PIECE, null, (error, length, bytes) => {
      this.#reading = false;
      if (this.#close !== undefined) return this.#close();
      if (error !== null) return void this.destroy(error);
      if (length > 0) return void this.push(bytes.subarray(0, length));
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this._read();
      }, PAUSE);
    });
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#timer);
    const end = (): void => close(this.#descriptor, () => done(error));
    // A read that is under way must not meet another file under the same number.
    if (this.#reading) this.#close = end;
    else end();
  }
}
