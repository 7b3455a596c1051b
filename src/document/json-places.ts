// Where values stand in a long JSON text: many paths found in one walk over it. The text has been parsed by then, so that it
// is known to be JSON; what is wrong with one that is not, json.ts says.

import type { JsonPath } from './json.ts';
import type { Source, Span } from './source.ts';

/** The spans of the values at these paths, in their order; undefined where a path leads nowhere. */
export function locateAll(source: Source, paths: readonly JsonPath[]): readonly (Span | undefined)[] {
  const top = new Wanted();
  const ends = paths.map((path) => {
    let wanted = top;
    for (const step of path) wanted = wanted.below(step);
    return wanted;
  });
  if (paths.length > 0) new Walk(source.text).value(top);
  return ends.map(({ start, end }) => (start < 0 ? undefined : source.span(start, end)));
}

/** A value on the way to one that is wanted, or that one. */
class Wanted {
  start = -1;
  end = -1;
  readonly steps: Map<string | number, Wanted> = new Map();

  below(step: string | number): Wanted {
    const known = this.steps.get(step) ?? new Wanted();
    this.steps.set(step, known);
    return known;
  }

  /** It stands somewhere else after all. */
  forget(): void {
    this.start = -1;
    this.end = -1;
    for (const wanted of this.steps.values()) wanted.forget();
  }
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;

class Walk {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** A value, with blanks before it. Of a repeated key the last one counts, as with JSON.parse. */
  value(wanted: Wanted): void {
    this.#blank();
    if (wanted.start >= 0) wanted.forget();
    wanted.start = this.#at;
    const code = this.#text.charCodeAt(this.#at);
    if (wanted.steps.size === 0) this.#skip();
    else if (code === OPEN_LIST) this.#list(wanted);
    else if (code === OPEN_OBJECT) this.#object(wanted);
    else this.#skip();
    wanted.end = this.#at;
  }

  #list({ steps }: Wanted): void {
    this.#at++;
    for (let index = 0; this.#more(CLOSE_LIST); index++) {
      const wanted = steps.get(index);
      if (wanted === undefined) this.#skip();
      else this.value(wanted);
    }
  }

  #object({ steps }: Wanted): void {
    this.#at++;
    while (this.#more(CLOSE_OBJECT)) {
      const start = this.#at;
      this.#string();
      const raw = this.#text.slice(start, this.#at);
      const key: unknown = raw.includes('\\') ? JSON.parse(raw) : raw.slice(1, -1);
      this.#blank();
      this.#at++; // the colon
      this.#blank();
      const wanted = typeof key === 'string' ? steps.get(key) : undefined;
      if (wanted === undefined) this.#skip();
      else this.value(wanted);
    }
  }

  /** Whether another member follows, and if so moves to it; passes the closing bracket else. */
  #more(close: number): boolean {
    this.#blank();
    if (this.#text[this.#at] === ',') {
      this.#at++;
      this.#blank();
    }
    if (this.#at >= this.#text.length) return false;
    if (this.#text.charCodeAt(this.#at) !== close) return true;
    this.#at++;
    return false;
  }

  /** Passes a value, whatever it holds: only brackets and quotation marks count. */
  #skip(): void {
    const text = this.#text;
    let depth = 0;
    do {
      const code = text.charCodeAt(this.#at);
      if (code === QUOTE) this.#string();
      else {
        this.#at++;
        if (code === OPEN_LIST || code === OPEN_OBJECT) depth++;
        else if (code === CLOSE_LIST || code === CLOSE_OBJECT) depth--;
        else if (depth === 0) this.#literal();
      }
    } while (depth > 0 && this.#at < text.length);
  }

  /** The rest of a number or a word. */
  #literal(): void {
    while (/[\w.+-]/.test(this.#text[this.#at] ?? '')) this.#at++;
  }

  /** Passes a string: to the first quotation mark before which the backslashes are even in number. */
  #string(): void {
    const text = this.#text;
    let end = this.#at;
    let escaped: boolean;
    do {
      end = text.indexOf('"', end + 1);
      if (end < 0) end = text.length;
      let backslashes = 0;
      while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
      escaped = backslashes % 2 === 1;
    } while (escaped);
    this.#at = end + 1;
  }

  #blank(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 32 && code !== 10 && code !== 13 && code !== 9) return;
      this.#at++;
    }
  }
}
