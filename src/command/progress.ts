// How far a long reading has come, on a terminal: nothing in the first second, nothing anywhere else. One line on standard
// error that is drawn over and taken away in the end.

import type { Io } from './io.ts';

/** Nothing is drawn before this many ms, and then this often. */
const PATIENCE = 1000;
const INTERVAL = 200;

const WIDTH = 30;

/** The progress of one input. */
export class Progress {
  readonly #io: Io;
  readonly #name: string;
  readonly #total: number | undefined;
  /** Asked for when something is to be drawn: what knows terminals takes some 4 ms to load. */
  #terminal: boolean | undefined;
  readonly #begun: number;
  readonly #now: () => number;
  #next: number;
  #done = 0;
  #drawn = false;

  /** `total` is the size in bytes where it is known; `now` gives ms and is for tests. */
  constructor(io: Io, name: string, total: number | undefined, now: () => number = clock) {
    this.#io = io;
    this.#name = name;
    this.#total = total !== undefined && total > 0 ? total : undefined;
    this.#now = now;
    this.#begun = now();
    this.#next = this.#begun + PATIENCE;
  }

  /** So many more bytes have been read. */
  advance(bytes: number): void {
    this.#done += bytes;
    const now = this.#now();
    if (now < this.#next) return;
    this.#terminal ??= !this.#io.json && this.#io.host.isTerminal(2) && this.#io.host.env['TERM'] !== 'dumb';
    if (!this.#terminal) {
      this.#next = Number.POSITIVE_INFINITY;
      return;
    }
    this.#next = now + INTERVAL;
    this.#drawn = true;
    this.#io.host.write(2, new TextEncoder().encode(`\r\u001b[K${this.#line((now - this.#begun) / 1000)}`));
  }

  /** Takes the line away. */
  end(): void {
    if (!this.#drawn) return;
    this.#drawn = false;
    this.#io.host.write(2, new TextEncoder().encode('\r\u001b[K'));
  }

  #line(seconds: number): string {
    const mebibytes = (this.#done / 1048576).toFixed(0);
    if (this.#total === undefined) return `${this.#name}: ${mebibytes} MiB, ${seconds.toFixed(0)} s`;
    const share = Math.min(1, this.#done / this.#total);
    const full = Math.round(share * WIDTH);
    return `${this.#name}: [${'#'.repeat(full)}${' '.repeat(WIDTH - full)}] ${(share * 100).toFixed(0)} % of ${(this.#total / 1048576).toFixed(0)} MiB`;
  }
}

/** Milliseconds from any point. Not performance.now(), whose module is loaded when it is first asked for. */
function clock(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}
