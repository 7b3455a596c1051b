// Reads the text of an address by socat's grammar: keyword, parameters, options, each with its place. Which keywords
// and options there are, and what their values mean, is check.ts's business; nothing is opened or looked up.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Source, Span } from '../document/source.ts';
import { diagnose } from './faults.ts';

/** A word of an address: the text after quotes and escapes are resolved, and the place where it was written. */
export interface Token {
  readonly text: string;
  readonly span: Span;
}

/** `name` or `name=value`. The value is undefined where there is no equals sign. */
export interface OptionText {
  readonly name: Token;
  readonly value: Token | undefined;
}

/** One address: `KEYWORD:parameter:...,option,option=value,...`. */
export interface AddressText {
  readonly keyword: Token;
  readonly parameters: readonly Token[];
  readonly options: readonly OptionText[];
  readonly span: Span;
}

/** What an argument says: one address, or two set apart by `!!`, the first to read from and the second to write to. */
export interface ParsedAddress {
  readonly read: AddressText;
  readonly write: AddressText | undefined;
  /** Warnings only. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads one argument of the command line. An address that can't be read gives diagnostics of which at least one is an
 * error; all the rest is an address in form, whose words may still mean nothing.
 *
 * The grammar is that of socat(1), ADDRESS SPECIFICATIONS, where socat 1.7.4 departs from its page as it does: the end
 * patterns win over quotes, a bracket that is never closed takes the rest of the argument, commas may be doubled. Two
 * things differ. A single quote that is never closed, and a backslash with nothing after it, make socat read past the
 * end of the argument; here they are errors.
 */
export function parseAddress(source: Source): ParsedAddress | readonly Diagnostic[] {
  const scanner = new Scanner(source);
  const read = scanner.address();
  let write: AddressText | undefined;
  if (read !== undefined && scanner.take('!!')) {
    write = scanner.address();
    if (write === undefined) return scanner.diagnostics;
    if (scanner.take('!!')) {
      scanner.error(
        scanner.at - 2,
        scanner.at,
        'a third address: !! joins one to read from and one to write to',
      );
      return scanner.diagnostics;
    }
  }
  if (read === undefined) return scanner.diagnostics;
  return { read, write, diagnostics: scanner.diagnostics };
}

/**
 * The words of EXEC's command line: blanks part them, quotes and brackets hold them together as in an address, and
 * backslashes are resolved a second time. A diagnostic has no place: the text is what the first reading made of it.
 */
export function splitCommand(command: string): readonly string[] | Diagnostic {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (command[at] === ' ') at++;
    if (at >= command.length) return words;
    const word = scanWord(command, at, [' ']);
    if (word.kind === 'fault')
      return diagnose('BRG001', undefined, `${word.why} in the command ${JSON.stringify(command)}`);
    words.push(word.text);
    at = word.end;
  }
}

/** After a keyword or a parameter. */
const WORD_ENDS = ['!!', ',', ':'];
/** After an option's name. */
const NAME_ENDS = [',', '=', '!!'];
/** After an option's value: a colon is a part of it. */
const VALUE_ENDS = [',', '!!'];

/** Reads the parts of an argument from left to right. */
class Scanner {
  readonly diagnostics: Diagnostic[] = [];
  at = 0;
  readonly #source: Source;
  readonly #text: string;

  constructor(source: Source) {
    this.#source = source;
    this.#text = source.text;
  }

  /** Steps over `mark` if it stands here. */
  take(mark: string): boolean {
    if (!this.#text.startsWith(mark, this.at)) return false;
    this.at += mark.length;
    return true;
  }

  error(start: number, end: number, message: string, hint?: string): void {
    this.diagnostics.push(diagnose('BRG001', this.#source.span(start, end), message, { hint }));
  }

  /** One address up to `!!` or the end; undefined where it can't be read. */
  address(): AddressText | undefined {
    const start = this.at;
    const keyword = this.#word(WORD_ENDS);
    if (keyword === undefined) return undefined;
    const parameters: Token[] = [];
    while (this.take(':')) {
      const parameter = this.#word(WORD_ENDS);
      if (parameter === undefined) return undefined;
      parameters.push(parameter);
    }
    const options: OptionText[] = [];
    while (this.take(',')) {
      if (
        this.at >= this.#text.length ||
        this.#text.startsWith(',', this.at) ||
        this.#text.startsWith('!!', this.at)
      )
        continue;
      const name = this.#word(NAME_ENDS);
      if (name === undefined) return undefined;
      const value = this.take('=') ? this.#word(VALUE_ENDS) : null;
      if (value === undefined) return undefined;
      options.push({ name, value: value ?? undefined });
    }
    return { keyword, parameters, options, span: this.#source.span(start, this.at) };
  }

  #word(ends: readonly string[]): Token | undefined {
    const start = this.at;
    const word = scanWord(this.#text, start, ends);
    if (word.kind === 'fault') {
      this.error(word.start, word.end, word.why, word.hint);
      return undefined;
    }
    this.at = word.end;
    if (word.open !== undefined) {
      this.diagnostics.push(
        diagnose(
          'BRG011',
          this.#source.span(word.open, word.open + 1),
          `this ${this.#text[word.open]} is never closed`,
          {
            hint: 'write a backslash before it if the character itself is meant',
          },
        ),
      );
    }
    return { text: word.text, span: this.#source.span(start, word.end) };
  }
}

/** A word read, up to `end`; `open` is where a bracket stands that was never closed. */
interface Word {
  readonly kind: 'word';
  readonly text: string;
  readonly end: number;
  readonly open: number | undefined;
}

interface WordFault {
  readonly kind: 'fault';
  readonly start: number;
  readonly end: number;
  readonly why: string;
  readonly hint?: string;
}

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const ESCAPES: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

/** What the scanner is inside of: what closes it, where it began, whether its quotes are dropped. */
interface Frame {
  readonly close: string;
  readonly start: number;
  /** Single quotes: only the closing one and the backslash mean anything. */
  readonly hard: boolean;
  /** The outermost quotes are not a part of the word; those inside brackets or other quotes are. */
  readonly dropped: boolean;
  readonly quote: boolean;
}

/**
 * Reads a word from `start` up to the first of `ends` that is not quoted, escaped or inside brackets. A stack rather
 * than recursion: the depth of nesting is the writer's choice and must not be the reader's risk.
 */
function scanWord(text: string, start: number, ends: readonly string[]): Word | WordFault {
  const frames: Frame[] = [];
  let out = '';
  let at = start;
  while (at < text.length) {
    const frame = frames.at(-1);
    const char = text.charAt(at);
    if (frame === undefined) {
      if (ends.some((end) => text.startsWith(end, at))) break;
    } else if (char === frame.close) {
      frames.pop();
      if (!frame.dropped) out += char;
      at++;
      continue;
    }
    if (char === '\\') {
      const next = text[at + 1];
      if (next === undefined) {
        return {
          kind: 'fault',
          start: at,
          end: at + 1,
          why: 'nothing stands after this backslash',
          hint: 'write \\\\ for one backslash',
        };
      }
      out += ESCAPES[next] ?? next;
      at += 2;
      continue;
    }
    const hard = char === "'";
    if (frame?.hard !== true && (hard || char === '"')) {
      const dropped = frame === undefined;
      frames.push({ close: char, start: at, hard, dropped, quote: true });
      if (!dropped) out += char;
      at++;
      continue;
    }
    const close = frame?.hard === true ? undefined : CLOSING[char];
    if (close !== undefined) frames.push({ close, start: at, hard: false, dropped: false, quote: false });
    out += char;
    at++;
  }
  const quote = frames.find((frame) => frame.quote);
  if (quote !== undefined) {
    const inside = frames.find((frame) => !frame.quote && frame.start > quote.start);
    const hint =
      inside === undefined
        ? undefined
        : `the ${text[inside.start]} inside it is not closed, and what closes the quotes was read as a part of it; write \\${text[inside.start]}`;
    return {
      kind: 'fault',
      start: quote.start,
      end: quote.start + 1,
      why: `this ${quote.hard ? 'single' : 'double'} quote is never closed`,
      ...(hint === undefined ? {} : { hint }),
    };
  }
  return { kind: 'word', text: out, end: at, open: frames[0]?.start };
}
