// JSON text as values, with places found on demand: JSON.parse reads (a cloud's answer may be 200 MB), and a scanner of
// our own finds where a syntax fault or a path stands, only once something is wrong there.

import type { Diagnostic } from './diagnostic.ts';
import { diagnose } from './faults.ts';
import type { Source, Span } from './source.ts';

/** Any JSON value (RFC 8259). */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json | undefined;
}

/** A place inside a JSON value: keys and indexes from the root. */
export type JsonPath = readonly (string | number)[];

/** The value, or the one diagnostic that says where the text stops being JSON and why. */
export function parseJson(source: Source): { value: Json } | { diagnostic: Diagnostic } {
  try {
    const value: Json = JSON.parse(source.text);
    return { value };
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const scanner = new Scanner(source.text);
    const fault = scanner.check();
    const span = source.span(fault.offset, Math.min(fault.offset + 1, source.text.length));
    const code = source.text.trim() === '' ? 'DOC007' : 'DOC001';
    return { diagnostic: diagnose(code, span, fault.why, { hint: fault.hint }) };
  }
}

/** Whether a value is an object (not null, not a list). */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value is a list. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The span of the value at a path in a text that is valid JSON; undefined where the path leads nowhere. */
export function locate(source: Source, path: JsonPath): Span | undefined {
  const found = new Scanner(source.text).find(path);
  return found === undefined ? undefined : source.span(found.start, found.end);
}

/** A path in the words of jq: `.Reservations[0].Instances[2].PublicIpAddress`. */
export function pathText(path: JsonPath): string {
  let text = '';
  for (const step of path) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += /^[A-Za-z_][A-Za-z0-9_]*$/.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return text === '' ? '.' : text;
}

interface SyntaxFault {
  readonly offset: number;
  readonly why: string;
  readonly hint?: string | undefined;
}

/** Thrown inside the scanner only, to leave the recursion. */
class Stop extends Error {
  readonly fault: SyntaxFault;

  constructor(fault: SyntaxFault) {
    super(fault.why);
    this.fault = fault;
  }
}

/** Deeper texts are refused by the scanner, which recurses; JSON.parse has a limit of its own. */
const DEEPEST = 1000;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The first syntax fault, for a text that JSON.parse refused. */
  check(): SyntaxFault {
    try {
      this.#blank();
      if (this.#at >= this.#text.length) return { offset: 0, why: 'the document is empty' };
      this.#value(0);
      this.#blank();
      const more = this.#text[this.#at];
      if (more === undefined) return { offset: this.#at, why: 'not JSON' };
      const hint =
        more === '{' || more === '[' ? 'a second document begins here: give one at a time' : undefined;
      return { offset: this.#at, why: 'text after the end of the document', hint };
    } catch (error) {
      if (error instanceof Stop) return error.fault;
      throw error;
    }
  }

  find(path: JsonPath): { start: number; end: number } | undefined {
    try {
      this.#blank();
      for (const step of path) if (!this.#enter(step)) return undefined;
      const start = this.#at;
      this.#value(0);
      return { start, end: this.#at };
    } catch (error) {
      if (error instanceof Stop) return undefined;
      throw error;
    }
  }

  /** Moves from a container's start to the start of one of its members. The last of a repeated key wins, as in JSON.parse. */
  #enter(step: string | number): boolean {
    const open = this.#text[this.#at];
    if (open !== (typeof step === 'number' ? '[' : '{')) return false;
    let found = -1;
    let index = 0;
    this.#members(0, (key) => {
      if (typeof step === 'number' ? index === step : key === step) found = this.#at;
      index++;
    });
    if (found < 0) return false;
    this.#at = found;
    return true;
  }

  #value(depth: number): void {
    const char = this.#text[this.#at];
    if (depth > DEEPEST) throw this.#stop(`nested over ${DEEPEST} levels deep`);
    if (char === '{' || char === '[') this.#members(depth, () => undefined);
    else if (char === '"') this.#string();
    else this.#literal();
  }

  /** Walks a list or an object from its opening bracket to behind its closing one; `visit` runs at each value's start. */
  #members(depth: number, visit: (key: string | undefined) => void): void {
    const start = this.#at;
    const list = this.#text[start] === '[';
    const close = list ? ']' : '}';
    this.#at++;
    this.#blank();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      let key: string | undefined;
      if (!list) {
        if (this.#text[this.#at] !== '"')
          throw this.#stop(
            this.#ended(start) ?? 'a key in double quotes should stand here',
            this.#quoteHint(),
          );
        key = this.#string();
        this.#blank();
        if (this.#text[this.#at] !== ':') throw this.#stop(this.#ended(start) ?? 'a colon should stand here');
        this.#at++;
        this.#blank();
      }
      if (this.#at >= this.#text.length) throw this.#stop(this.#ended(start) ?? 'the text ends too early');
      visit(key);
      this.#value(depth + 1);
      this.#blank();
      const next = this.#text[this.#at];
      if (next === close) {
        this.#at++;
        return;
      }
      if (next !== ',') throw this.#stop(this.#ended(start) ?? `a comma or ${close} should stand here`);
      this.#at++;
      this.#blank();
      if (this.#text[this.#at] === close) throw this.#stop(`a comma with nothing after it before ${close}`);
    }
  }

  #string(): string {
    const start = this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined)
        throw this.#stop('the text ends inside a string', `the string begins at offset ${start}`);
      if (char === '"') break;
      if (char < ' ') throw this.#stop('a control character inside a string');
      if (char === '\\') {
        const sequence = /^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.exec(this.#text.slice(this.#at, this.#at + 6));
        if (sequence === null) throw this.#stop('not an escape that JSON has');
        this.#at += sequence[0].length;
      } else this.#at++;
    }
    this.#at++;
    const value: Json = JSON.parse(this.#text.slice(start, this.#at));
    return typeof value === 'string' ? value : '';
  }

  #literal(): void {
    const pattern = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null)
      throw this.#stop(
        this.#at >= this.#text.length ? 'the text ends too early' : 'not a JSON value',
        this.#quoteHint(),
      );
    this.#at += match[0].length;
  }

  #blank(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#at);
      if (char !== 32 && char !== 10 && char !== 13 && char !== 9) return;
      this.#at++;
    }
  }

  #ended(start: number): string | undefined {
    if (this.#at < this.#text.length) return undefined;
    return `the text ends inside the ${this.#text[start] === '[' ? 'list' : 'object'} that begins at offset ${start}`;
  }

  #quoteHint(): string | undefined {
    return this.#text[this.#at] === "'" ? 'JSON has double quotes only' : undefined;
  }

  #stop(why: string, hint?: string): Stop {
    return new Stop({ offset: this.#at, why, hint });
  }
}
