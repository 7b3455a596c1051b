// The engine on Node's streams: it carries anything that can be opened. 'data' and write() rather than pipe(), which stops at
// each stream's own mark, or pipeline(), which costs most per connection. By their public interface alone, but for sockets
// that carry much (user-buffer.ts).

import type { Readable, Writable } from 'node:stream';
import { reasonOf } from '../errno.ts';
import type {
  Breach,
  Counter,
  Direction,
  End,
  Ending,
  Engine,
  Limits,
  Outcome,
  Parting,
  Relay,
  Side,
  Watch,
} from './engine.ts';
import { readInto } from './user-buffer.ts';

/** What Node reads of a socket at once, at most. */
const READ = 65536;
/** So many full reads in a row are bulk. */
const FULL_READS = 4;
/** The buffer that bulk is read into: 256 KiB at once are as fast as any more. */
const BULK = 4 * READ;

export const streams: Engine = {
  name: 'streams',
  relay: (left, right, limits, watch) => new StreamRelay(left, right, limits, watch),
};

/** One way of a relay. */
interface Way {
  readonly direction: Direction;
  readonly from: End;
  readonly to: End;
  readonly input: Readable;
  readonly output: Writable;
  readonly counter: Counter;
  /** End of file was read. */
  ended: boolean;
  /** Nothing more will be carried, and all that was is with the system. */
  done: boolean;
}

class StreamRelay implements Relay {
  readonly done: Promise<Outcome>;
  readonly forward: Counter = { bytes: 0, blocks: 0 };
  readonly backward: Counter = { bytes: 0, blocks: 0 };
  readonly #left: End;
  readonly #right: End;
  readonly #limits: Limits;
  readonly #watch: Watch;
  readonly #ways: readonly Way[];
  #settle: (outcome: Outcome) => void = () => undefined;
  #timer: NodeJS.Timeout | undefined;
  #timerMeans: 'idle' | 'half-closed' = 'idle';
  /** The bytes that the system had not taken when the timer last ran out; -1 where some were handed on since. */
  #pending = 0;
  #breach: Breach | undefined;
  #over = false;

  constructor(left: End, right: End, limits: Limits, watch: Watch) {
    this.#left = left;
    this.#right = right;
    this.#limits = limits;
    this.#watch = watch;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const ways: Way[] = [];
    if (limits.ways !== 'backward') ways.push(...wayOf('forward', left, right, this.forward));
    if (limits.ways !== 'forward') ways.push(...wayOf('backward', right, left, this.backward));
    this.#ways = ways;
    this.#listen(left, 'left');
    this.#listen(right, 'right');
    this.#arm('idle', limits.idle);
    for (const way of ways) this.#start(way);
    if (ways.length === 0) this.#finish('eof');
  }

  stop(parting: Parting): void {
    this.#finish('stopped', parting);
  }

  /** Errors and closes of an end's streams, each stream once. */
  #listen(end: End, side: Side): void {
    const seen = new Set<Readable | Writable>();
    for (const stream of [end.input, end.output]) {
      if (stream === undefined || seen.has(stream)) continue;
      seen.add(stream);
      stream.on('error', (error: Error) => this.#broke(side, stream, error));
      // A stream that is destroyed without an end or an error has ended all the same.
      stream.on('close', () => {
        for (const way of this.#ways) {
          if (way.input === stream && !way.ended) this.#eof(way);
          if (way.output === stream && !way.done) this.#finishWay(way);
        }
      });
    }
  }

  #start(way: Way): void {
    const { input, output, counter, direction } = way;
    const { block, buffer } = this.#limits;
    const data = this.#watch.data;
    let full = data === undefined && block >= READ ? 0 : Number.NEGATIVE_INFINITY;
    input.on('data', (chunk: Buffer) => {
      // An end that is being let go of may read on for a moment.
      if (this.#over) return;
      this.#timer?.refresh();
      full = chunk.length === READ ? full + 1 : Math.min(full, 0);
      let taken = true;
      for (let at = 0; at < chunk.length; at += block) {
        const piece = chunk.length <= block ? chunk : chunk.subarray(at, at + block);
        counter.bytes += piece.length;
        counter.blocks++;
        data?.(direction, piece);
        taken = output.write(piece);
      }
      if (output.writableLength > 0) this.#pending = -1;
      // write() says false at the stream's own mark, which is lower: stopping there would stop after every piece. It
      // must have said false, though, or no 'drain' would come.
      if (!taken && output.writableLength >= buffer) input.pause();
      else if (full >= FULL_READS) {
        full = Number.NEGATIVE_INFINITY;
        this.#readInBulk(way, Math.min(block, BULK));
      }
    });
    output.on('drain', () => {
      this.#timer?.refresh();
      if (!way.ended) input.resume();
    });
    input.on('end', () => this.#eof(way));
    input.resume();
    // It may have ended or broken before anybody looked: a child that closed its output, a client that was kept waiting.
    const [source, target] =
      way.direction === 'forward' ? (['left', 'right'] as const) : (['right', 'left'] as const);
    if (output.errored) this.#broke(target, output, output.errored);
    else if (input.errored) this.#broke(source, input, input.errored);
    else if (input.readableEnded || input.destroyed) this.#eof(way);
  }

  /** From here on one buffer is enough for the way: what of it the system has not taken yet is not read over. */
  #readInBulk(way: Way, size: number): void {
    const { input, output, counter, direction } = way;
    let waiting = false;
    // Nearly all is written at once, and then nobody waits for this. An error is told by 'error'.
    const written = (error?: Error | null): void => {
      if (!waiting || error) return;
      waiting = false;
      this.#timer?.refresh();
      if (!way.ended && !this.#over) input.resume();
    };
    const bulk = readInto(input, Buffer.allocUnsafeSlow(size), (bytes) => {
      if (this.#over) return false;
      this.#timer?.refresh();
      counter.bytes += bytes.length;
      counter.blocks++;
      output.write(bytes, written);
      waiting = output.writableLength > 0;
      if (waiting) this.#pending = -1;
      return !waiting;
    });
    if (bulk) this.#watch.bulk?.(direction);
  }

  /** End of file on the way's input: hand it on in the manner of the end it goes to. */
  #eof(way: Way): void {
    if (way.ended || this.#over) return;
    way.ended = true;
    this.#watch.eof(way.direction === 'forward' ? 'left' : 'right');
    const { output, from, to } = way;
    if (from.ignoreEof) {
      this.#finishWay(way);
    } else if (output.destroyed) {
      // Its 'error' or 'close' is still to be heard, and tells whether all got through; unless that is over already.
      if (output.closed && !output.errored) this.#finishWay(way);
    } else if (to.shut === 'none') {
      output.write(new Uint8Array(0), (error) => this.#handedOver(way, error));
    } else {
      output.end((error?: Error | null) => this.#handedOver(way, error));
    }
  }

  /** All of a way is with the system, or could not be: the stream says so by an 'error' or a 'close' of its own. */
  #handedOver(way: Way, error: Error | null | undefined): void {
    if (error) return;
    this.#finishWay(way);
    // Closed for both ways: what it still has to say is not waited for.
    if (way.to.shut === 'close') for (const other of this.#ways) this.#finishWay(other);
  }

  #finishWay(way: Way): void {
    if (way.done || this.#over) return;
    way.done = true;
    const open = this.#ways.filter((other) => !other.done);
    if (open.length === 0) this.#finish(this.#breach === undefined ? 'eof' : 'error');
    // An end of file that is ignored has not half-closed anything.
    else if (!way.from.ignoreEof) this.#arm('half-closed', this.#limits.halfClosed);
  }

  /**
   * A stream failed. Where it was the standard input of a child, the child's answer is still to come on another stream,
   * and that way is carried on; otherwise there is nothing left to carry.
   */
  #broke(side: Side, stream: Readable | Writable, error: Error): void {
    if (this.#over) return;
    const call = 'syscall' in error && typeof error.syscall === 'string' ? error.syscall : 'stream';
    const writing = this.#ways.find((way) => way.output === stream);
    // A peer that has closed already can't be told that nothing more comes; nothing is lost by that.
    if (call === 'shutdown' && writing?.ended === true) {
      this.#finishWay(writing);
      return;
    }
    this.#breach ??= { side, call, reason: reasonOf(error) };
    const answers = this.#ways.some(
      (way) => way.from === writing?.to && way.from.answers === true && !way.done,
    );
    if (writing === undefined || !answers) {
      this.#finish('error');
      return;
    }
    writing.ended = true;
    writing.input.pause();
    this.#finishWay(writing);
  }

  #arm(means: 'idle' | 'half-closed', milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (milliseconds === 0 || this.#over) return;
    this.#timerMeans = means;
    this.#timer = setTimeout(() => this.#silence(), milliseconds);
  }

  /** The timer ran out: no data came. Data that is still getting through to a slow reader is not silence, though. */
  #silence(): void {
    const pending = this.#unwritten();
    const moving = pending !== this.#pending;
    this.#pending = pending;
    if (moving) this.#timer?.refresh();
    else this.#finish(this.#timerMeans);
  }

  /** The bytes that were handed on and that the system has not taken yet. */
  #unwritten(): number {
    let bytes = 0;
    for (const way of this.#ways) bytes += way.output.writableLength;
    return bytes;
  }

  #finish(ending: Ending, how?: Parting): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    const parting = how ?? (ending === 'eof' ? 'done' : ending === 'error' ? 'broken' : 'cut');
    this.#left.dispose(parting);
    this.#right.dispose(parting);
    this.#settle({ ending, forward: this.forward, backward: this.backward, breach: this.#breach });
  }
}

/** The way between two ends, if the one gives and the other takes. */
function wayOf(direction: Direction, from: End, to: End, counter: Counter): Way[] {
  const { input } = from;
  const { output } = to;
  if (input === undefined || output === undefined) return [];
  return [{ direction, from, to, input, output, counter, ended: false, done: false }];
}
