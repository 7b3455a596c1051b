// Standard input and output under a listener with fork: all connections write to the one output; of the input, each byte
// goes to the connection that has waited longest and is still there; one whose client has ended gives its turn away. (With
// socat, whose children all read it, each goes to whichever is first.)

import { Readable, Writable } from 'node:stream';

/** One input, dealt out to one taker at a time. */
export class SharedInput {
  readonly #source: Readable;
  readonly #takers: Taker[] = [];
  #over = false;

  constructor(source: Readable) {
    this.#source = source;
    source.pause();
    source.on('data', (chunk: Buffer) => {
      const head = this.#takers[0];
      if (head === undefined || !head.push(chunk)) source.pause();
    });
    const end = (): void => {
      this.#over = true;
      for (const taker of this.#takers) taker.push(null);
    };
    source.on('end', end);
    source.on('close', end);
    source.on('error', end);
  }

  /** A stream that is given the input when its turn comes; its turn ends when it is destroyed. */
  take(): Readable {
    const taker = new Taker(
      () => {
        if (this.#takers[0] === taker) this.#source.resume();
      },
      () => this.#leave(taker),
    );
    if (this.#over) taker.push(null);
    else this.#takers.push(taker);
    return taker;
  }

  /** Gives a taker's turn to the next one, if there is one. */
  yield(stream: Readable): void {
    const [head, next] = this.#takers;
    if (head === undefined || head !== stream || next === undefined) return;
    this.#leave(head);
    this.#takers.push(head);
  }

  /** Stops reading, so that the process can end. */
  close(): void {
    this.#source.destroy();
  }

  #leave(taker: Taker): void {
    const index = this.#takers.indexOf(taker);
    if (index < 0) return;
    this.#takers.splice(index, 1);
    if (index !== 0) return;
    // What the next one has not asked for yet stays where it is.
    if (this.#takers[0]?.isReading === true) this.#source.resume();
    else this.#source.pause();
  }
}

class Taker extends Readable {
  isReading = false;
  readonly #want: () => void;
  readonly #leave: () => void;

  constructor(want: () => void, leave: () => void) {
    super();
    this.#want = want;
    this.#leave = leave;
  }

  override push(chunk: Buffer | null): boolean {
    this.isReading = super.push(chunk);
    return this.isReading;
  }

  override _read(): void {
    this.isReading = true;
    this.#want();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#leave();
    done(error);
  }
}

/** A stream of its own onto an output that others write to as well; its end does not end the output, but is told. */
export function shareOutput(sink: Writable, ended: () => void): Writable {
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      if (sink.destroyed) done(sink.errored ?? new Error('the output is closed'));
      else sink.write(chunk, done);
    },
    final: (done) => {
      ended();
      done();
    },
  });
}
