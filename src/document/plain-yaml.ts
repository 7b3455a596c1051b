// The plain part of YAML, read at once: maps and lists by indentation, one-line lists and maps in brackets, words, numbers
// and texts in quotes. A file of ours rarely has more, and the library that knows all of YAML takes longer to load than the
// whole of such a file to be read. Whatever is not surely plain is left to it: then there is no tree here.

import type { MapEntry, Node } from './node.ts';
import type { Source } from './source.ts';

/** The tree of a plain document, as parseYaml would give it; undefined for any other. Spans of maps and lists are rough. */
export function readPlainYaml(source: Source): Node | undefined {
  // Other line ends, tabs, marks of documents and what is not ASCII but in remarks are for the library.
  if (/[\t\r\0]|^(?:---|\.\.\.|%)|^\uFEFF/m.test(source.text)) return undefined;
  return new Plain(source).document();
}

interface Line {
  readonly indent: number;
  /** Where its first character that counts stands, and where it ends. */
  readonly start: number;
  readonly end: number;
}

/** A plain word: no character that means something in YAML at its start, none that could mean something inside. */
const WORD = /^[A-Za-z0-9_./][A-Za-z0-9_./@+ ()=;~^$<:-]*$/;
/** In block context commas mean nothing, and apostrophes inside of a word. */
const LOOSE = /[,'"]/g;
const INTEGER = /^[0-9]+$/;
/** What the core schema takes for a number otherwise, or for nothing. */
const OTHER =
  /^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|~|null|Null|NULL)$/;
const TRUTH = new Map([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
]);

/** Thrown inside of this file where a text is not plain, and caught there. */
class NotPlain extends Error {}

class Plain {
  readonly #source: Source;
  readonly #text: string;
  readonly #lines: Line[] = [];
  #at = 0;

  constructor(source: Source) {
    this.#source = source;
    this.#text = source.text;
  }

  document(): Node | undefined {
    try {
      this.#scan();
      const [first] = this.#lines;
      if (first === undefined || first.indent !== 0) return undefined;
      const root = this.#block(0);
      return this.#at === this.#lines.length ? root : undefined;
    } catch (error) {
      if (error instanceof NotPlain) return undefined;
      throw error;
    }
  }

  #scan(): void {
    const text = this.#text;
    for (let from = 0; from < text.length; ) {
      let to = text.indexOf('\n', from);
      if (to < 0) to = text.length;
      let start = from;
      while (start < to && text.charCodeAt(start) === 32) start++;
      if (start < to && text.charCodeAt(start) !== 35)
        this.#lines.push({ indent: start - from, start, end: to });
      from = to + 1;
    }
  }

  /** A map or list whose lines begin at this indentation. */
  #block(indent: number): Node {
    const line = this.#line();
    return this.#isItem(line.start, line.end) ? this.#list(indent) : this.#map(indent, line.start);
  }

  #line(): Line {
    const line = this.#lines[this.#at];
    if (line === undefined) throw new NotPlain();
    return line;
  }

  #isItem(start: number, end: number): boolean {
    return (
      this.#text.charCodeAt(start) === 45 && (start + 1 === end || this.#text.charCodeAt(start + 1) === 32)
    );
  }

  /** `from` is where the first key stands: behind a hyphen it is not the start of its line. */
  #map(indent: number, from: number): Node {
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    let start = from;
    for (;;) {
      const line = this.#line();
      const { key, keySpan, colon } = this.#key(start, line.end);
      if (seen.has(key)) throw new NotPlain();
      seen.add(key);
      const at = this.#skip(colon + 1, line.end);
      this.#at++;
      let value: Node;
      if (at < line.end) {
        value = this.#inline(at, line.end);
        this.#mustEnd(indent);
      } else {
        const below = this.#lines[this.#at];
        // A list may stand at the indentation of its key.
        const list = below !== undefined && this.#isItem(below.start, below.end);
        if (below === undefined || below.indent < indent || (below.indent === indent && !list))
          throw new NotPlain();
        value = this.#block(below.indent);
      }
      entries.push({ key, keySpan, value });
      const next = this.#lines[this.#at];
      if (next === undefined || next.indent < indent) break;
      if (next.indent > indent || this.#isItem(next.start, next.end)) throw new NotPlain();
      start = next.start;
    }
    return { kind: 'map', entries, span: this.#source.span(from, this.#end()) };
  }

  #list(indent: number): Node {
    const items: Node[] = [];
    const { start: from } = this.#line();
    for (;;) {
      const line = this.#line();
      const at = this.#skip(line.start + 1, line.end);
      if (at >= line.end) throw new NotPlain();
      // `- key: value`: a map, indented as far as its first key.
      if (this.#isItem(at, line.end)) throw new NotPlain();
      if (this.#hasKey(at, line.end)) items.push(this.#map(indent + at - line.start, at));
      else {
        this.#at++;
        items.push(this.#inline(at, line.end));
        this.#mustEnd(indent);
      }
      const next = this.#lines[this.#at];
      if (next === undefined || next.indent < indent || !this.#isItem(next.start, next.end)) break;
      if (next.indent > indent) throw new NotPlain();
    }
    return { kind: 'list', items, span: this.#source.span(from, this.#end()) };
  }

  /** A value on one line does not go on below: what is indented further would belong to it. */
  #mustEnd(indent: number): void {
    const next = this.#lines[this.#at];
    if (next !== undefined && next.indent > indent) throw new NotPlain();
  }

  /** Where the last line that was read ends. */
  #end(): number {
    return this.#lines[this.#at - 1]?.end ?? 0;
  }

  /** Whether the stretch begins with a key and a colon. */
  #hasKey(from: number, to: number): boolean {
    const first = this.#text.charCodeAt(from);
    if (first === 91 || first === 123) return false;
    if (first === 34 || first === 39) return this.#text.charCodeAt(this.#quoteEnd(from, to)) === 58;
    return this.#colon(from, to) >= 0;
  }

  /** The colon that ends a key: one with a blank, or nothing, behind it. */
  #colon(from: number, to: number): number {
    for (let at = from; at < to; at++) {
      const code = this.#text.charCodeAt(at);
      if (code === 58 && (at + 1 === to || this.#text.charCodeAt(at + 1) === 32)) return at;
      if (code === 35 && this.#text.charCodeAt(at - 1) === 32) return -1;
    }
    return -1;
  }

  #key(from: number, to: number): { key: string; keySpan: MapEntry['keySpan']; colon: number } {
    const first = this.#text.charCodeAt(from);
    if (first === 34 || first === 39) {
      const end = this.#quoteEnd(from, to);
      if (this.#text.charCodeAt(end) !== 58) throw new NotPlain();
      if (end + 1 < to && this.#text.charCodeAt(end + 1) !== 32) throw new NotPlain();
      return { key: this.#text.slice(from + 1, end - 1), keySpan: this.#source.span(from, end), colon: end };
    }
    const colon = this.#colon(from, to);
    const key = colon < 0 ? '' : this.#text.slice(from, colon);
    // A number as a key, or a blank before the colon, is the library's.
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(key)) throw new NotPlain();
    return { key, keySpan: this.#source.span(from, colon), colon };
  }

  #skip(from: number, to: number): number {
    let at = from;
    while (at < to && this.#text.charCodeAt(at) === 32) at++;
    // What begins with a number sign behind a blank is a remark.
    return this.#text.charCodeAt(at) === 35 && at > from ? to : at;
  }

  /** A value that stands on one line, with at most a remark behind it. */
  #inline(from: number, to: number): Node {
    const first = this.#text.charCodeAt(from);
    if (first === 91 || first === 123) {
      const flow = this.#flow(from, to, 0);
      this.#nothingBehind(flow.span.end, to);
      return flow;
    }
    if (first === 34 || first === 39) {
      const quoted = this.#quoted(from, to);
      this.#nothingBehind(quoted.span.end, to);
      return quoted;
    }
    let end = to;
    const remark = this.#text.slice(from, to).search(/ #/);
    if (remark >= 0) end = from + remark;
    while (this.#text.charCodeAt(end - 1) === 32) end--;
    return this.#word(from, end, this.#text.slice(from, end).replace(LOOSE, ''));
  }

  #nothingBehind(at: number, to: number): void {
    const rest = this.#text.slice(at, to);
    if (!/^ *(?: #.*)?$/.test(rest)) throw new NotPlain();
  }

  /** A list or map in brackets, all on one line. */
  #flow(from: number, to: number, depth: number): Node {
    if (depth > 20) throw new NotPlain();
    const isMap = this.#text.charCodeAt(from) === 123;
    const close = isMap ? 125 : 93;
    const items: Node[] = [];
    const entries: MapEntry[] = [];
    const seen = new Set<string>();
    let at = this.#blanks(from + 1, to);
    while (at < to && this.#text.charCodeAt(at) !== close) {
      if (isMap) {
        const first = this.#text.charCodeAt(at);
        let end: number;
        let key: string;
        if (first === 34 || first === 39) {
          end = this.#quoteEnd(at, to);
          key = this.#text.slice(at + 1, end - 1);
        } else {
          end = at;
          while (end < to && /[A-Za-z0-9_-]/.test(this.#text.charAt(end))) end++;
          key = this.#text.slice(at, end);
          if (!/^[A-Za-z_]/.test(key)) throw new NotPlain();
        }
        if (seen.has(key)) throw new NotPlain();
        seen.add(key);
        if (this.#text.charCodeAt(end) !== 58 || this.#text.charCodeAt(end + 1) !== 32) throw new NotPlain();
        const value = this.#flowValue(this.#blanks(end + 1, to), to, depth);
        entries.push({ key, keySpan: this.#source.span(at, end), value });
        at = this.#blanks(value.span.end, to);
      } else {
        const value = this.#flowValue(at, to, depth);
        items.push(value);
        at = this.#blanks(value.span.end, to);
      }
      const code = this.#text.charCodeAt(at);
      if (code === close) break;
      if (code !== 44) throw new NotPlain();
      at = this.#blanks(at + 1, to);
    }
    if (at >= to) throw new NotPlain();
    const span = this.#source.span(from, at + 1);
    return isMap ? { kind: 'map', entries, span } : { kind: 'list', items, span };
  }

  #flowValue(from: number, to: number, depth: number): Node {
    const first = this.#text.charCodeAt(from);
    if (first === 91 || first === 123) return this.#flow(from, to, depth + 1);
    if (first === 34 || first === 39) return this.#quoted(from, to);
    let end = from;
    while (end < to && !/[,[\]{}]/.test(this.#text.charAt(end))) end++;
    while (this.#text.charCodeAt(end - 1) === 32) end--;
    const text = this.#text.slice(from, end);
    if (text.includes(' #') || text.includes(': ') || text.endsWith(':')) throw new NotPlain();
    return this.#word(from, end, text);
  }

  #blanks(from: number, to: number): number {
    let at = from;
    while (at < to && this.#text.charCodeAt(at) === 32) at++;
    return at;
  }

  #quoteEnd(from: number, to: number): number {
    const quote = this.#text.charAt(from);
    const end = this.#text.indexOf(quote, from + 1);
    const inner = this.#text.slice(from + 1, end);
    // An escape, or a quote that is doubled, or one that ends on another line.
    if (end < 0 || end >= to || inner.includes('\\') || this.#text.charAt(end + 1) === quote)
      throw new NotPlain();
    return end + 1;
  }

  #quoted(from: number, to: number): Node {
    const end = this.#quoteEnd(from, to);
    const value = this.#text.slice(from + 1, end - 1);
    const span = this.#source.span(from, end);
    return { kind: 'scalar', value, text: value, quoted: true, span };
  }

  /** A word; `plain` is it without what means nothing where it stands. */
  #word(from: number, end: number, plain: string): Node {
    const text = this.#text.slice(from, end);
    const span = this.#source.span(from, end);
    if (INTEGER.test(text)) return { kind: 'scalar', value: Number(text), text, quoted: false, span };
    const truth = TRUTH.get(text);
    if (truth !== undefined) return { kind: 'scalar', value: truth, text, quoted: false, span };
    if (OTHER.test(text) || !WORD.test(plain) || /^['",]|: |:$/.test(text)) throw new NotPlain();
    return { kind: 'scalar', value: text, text, quoted: false, span };
  }
}
