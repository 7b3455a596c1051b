// The contract between a bridge and what moves its bytes: two ends in; bytes, half-closes, limits and counters out. An
// engine knows no address, no option and no log. engines/streams.ts is one; a second can stand beside it.

import type { Readable, Writable } from 'node:stream';

/** What the other side's end of file does to an end: its sending side is shut down, nothing, or all of it is closed. */
export type Shut = 'down' | 'none' | 'close';

/** One end of a relay, opened and owned by it. */
export interface End {
  /** How log lines call it. */
  readonly label: string;
  /** What bytes come from; absent where there are none. It is paused, and no byte of it has been taken. */
  readonly input: Readable | undefined;
  /** What bytes go to; the same object as `input` for a socket. */
  readonly output: Writable | undefined;
  /** Its end of file is not passed on, and does not count as one. */
  readonly ignoreEof: boolean;
  readonly shut: Shut;
  /** That its peer has gone while it was written to is no error. */
  readonly coolWrite?: boolean;
  /** What is done to its data: see convert.ts. */
  readonly lines?: 'cr' | 'crnl';
  readonly endByte?: number;
  readonly readBytes?: number;
  /** Input and output are two streams, and an answer may still come when nothing more can be written (a child process). */
  readonly answers?: true;
  /** Lets go of it at once; a second time does nothing. */
  dispose(parting: Parting): void;
  /**
   * After the relay: waits for what belongs to the end (a child process), for so many milliseconds at most (0: without
   * limit), and tells what went wrong with it.
   */
  settle?(patience: number): Promise<string | undefined>;
}

/**
 * How an end is let go of. `done`: all was said. `cut`: nobody waits any longer. `broken`: the stream broke off, and a
 * peer that can be told so is (TCP: RST instead of FIN), lest it takes what it has for the whole.
 */
export type Parting = 'done' | 'cut' | 'broken';

export type Side = 'left' | 'right';

/** The way from the left to the right end, and back. */
export type Direction = 'forward' | 'backward';

export interface Limits {
  /** Which ways are carried. */
  readonly ways: 'both' | Direction;
  /** A way whose reader is this many bytes behind is stopped until it has caught up. */
  readonly buffer: number;
  /** The most bytes that are handed on in one piece. */
  readonly block: number;
  /** Milliseconds without a byte on either way after which all is ended; 0 for none. */
  readonly idle: number;
  /** The same once one way has ended. 0 for none. */
  readonly halfClosed: number;
}

/** What went over one way. */
export interface Counter {
  bytes: number;
  blocks: number;
}

/** Why a relay is over. */
export type Ending = 'eof' | 'idle' | 'half-closed' | 'error' | 'stopped';

export interface Breach {
  readonly side: Side;
  /** The system call: read, write, shutdown. */
  readonly call: string;
  /** What strerror(3) says of it, or whatever else is known. */
  readonly reason: string;
}

export interface Outcome {
  readonly ending: Ending;
  readonly forward: Readonly<Counter>;
  readonly backward: Readonly<Counter>;
  /** What broke: of an `error`, and where one way broke and the other was carried to its end. */
  readonly breach: Breach | undefined;
}

/** What an engine tells while it works. */
export interface Watch {
  /** A piece of data, before it is handed on. Absent where nobody looks, which costs nothing then. */
  readonly data?: (direction: Direction, bytes: Uint8Array) => void;
  readonly eof: (side: Side) => void;
  /** A way that carries much is now read into one buffer, over and over. */
  readonly bulk?: (direction: Direction) => void;
}

/** A relay at work. */
export interface Relay {
  readonly done: Promise<Outcome>;
  readonly forward: Readonly<Counter>;
  readonly backward: Readonly<Counter>;
  /** Ends it now; both ends are let go of in this way. */
  stop(parting: Parting): void;
}

export interface Engine {
  readonly name: string;
  /** Carries bytes between two ends until it is over, and disposes of both. */
  relay(left: End, right: End, limits: Limits, watch: Watch): Relay;
}
