// What a running program may touch: its inputs by name, buffered output, reports, the machine. Made once by
// command/main.ts; programs do nothing past it.

import type { Diagnostic } from '../document/diagnostic.ts';
import { Source } from '../document/source.ts';
import type { Host } from '../host/host.ts';
import { drawAll, toJsonLine } from './report.ts';

/** How many bytes of output gather before they are written. */
const BUFFER = 1 << 16;

/** A program's dealings with the world. */
export class Io {
  readonly name: string;
  readonly host: Host;
  /** Whether diagnostics are JSON Lines (`--json`): a program sets it once, before it reports anything. */
  json = false;
  readonly #encoder = new TextEncoder();
  #buffer: Uint8Array | undefined;
  #filled = 0;

  constructor(name: string, host: Host) {
    this.name = name;
    this.host = host;
  }

  /** Reads a whole file as text, `-` being standard input. A byte order mark is dropped. Throws HostError. */
  read(path: string): Source {
    // A chunk is only lent until the next one, so each is decoded at once.
    const decoder = new TextDecoder('utf-8');
    let text = '';
    for (const chunk of this.host.chunks(path)) text += decoder.decode(chunk, { stream: true });
    text += decoder.decode();
    return new Source(displayName(path), text);
  }

  /** Adds to standard output. The bytes are copied or written before this returns: the caller may use them again. */
  write(output: string | Uint8Array): void {
    if (typeof output !== 'string') {
      this.#writeBytes(output);
      return;
    }
    // Three bytes a UTF-16 unit is the most that UTF-8 needs (RFC 3629 section 3).
    if (output.length * 3 > BUFFER - this.#filled) {
      if (output.length * 3 > BUFFER) {
        this.#writeBytes(this.#encoder.encode(output));
        return;
      }
      this.flush();
    }
    this.#buffer ??= new Uint8Array(BUFFER);
    this.#filled += this.#encoder.encodeInto(output, this.#buffer.subarray(this.#filled)).written;
  }

  #writeBytes(bytes: Uint8Array): void {
    if (bytes.length > BUFFER - this.#filled) this.flush();
    if (bytes.length > BUFFER) {
      this.host.write(1, bytes);
      return;
    }
    this.#buffer ??= new Uint8Array(BUFFER);
    this.#buffer.set(bytes, this.#filled);
    this.#filled += bytes.length;
  }

  /** Writes what has gathered. */
  flush(): void {
    if (this.#buffer === undefined || this.#filled === 0) return;
    const full = this.#buffer.subarray(0, this.#filled);
    this.#filled = 0;
    this.host.write(1, full);
  }

  /** Draws diagnostics on standard error, or prints them there as JSON Lines. What was written before comes out first. */
  report(...diagnostics: readonly Diagnostic[]): void {
    if (diagnostics.length === 0) return;
    this.flush();
    const text = this.json
      ? diagnostics.map((diagnostic) => toJsonLine(diagnostic)).join('')
      : drawAll(diagnostics, { colour: this.#colour() });
    this.host.write(2, new TextEncoder().encode(text));
  }

  /** One line on standard error, after the program's name: `cidr: x.txt: No such file or directory`. */
  complain(message: string): void {
    this.flush();
    this.host.write(2, new TextEncoder().encode(`${this.name}: ${message}\n`));
  }

  /** Colour only on a terminal, never with a non-empty NO_COLOR (no-color.org) or a dumb terminal. */
  #colour(): boolean {
    const { env } = this.host;
    return this.host.isTerminal(2) && !env['NO_COLOR'] && env['TERM'] !== 'dumb';
  }
}

/** The name that reports call an input by. */
export function displayName(path: string): string {
  return path === '-' ? '<stdin>' : path;
}
