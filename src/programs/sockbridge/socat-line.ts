// socat's own command line, read as socat reads it: one option a word, values in the same word or the next, options only
// before the addresses. Pure; what an option means for a run stands in socat.ts. Nothing of this is loaded unless the
// program is called as socat, or with --socat.

import type { Level } from '../../bridge/log.ts';
import { FACILITIES } from './facilities.ts';
import type { LockFile, LogPlace } from './sinks.ts';

/** What a line asks for. */
export interface SocatLine {
  readonly addresses: readonly [string, string];
  readonly level: Level;
  readonly place: LogPlace;
  /** -lp: the name in log lines, and before the environment of programs. */
  readonly program: string | undefined;
  readonly micros: boolean;
  readonly hostname: boolean;
  readonly text: boolean;
  readonly hex: boolean;
  /** -r and -R. */
  readonly rawForward: string | undefined;
  readonly rawBackward: string | undefined;
  readonly block: number;
  /** -s: an error does not end it. */
  readonly sloppy: boolean;
  /** Seconds; -t and -T. */
  readonly halfClosed: number;
  readonly idle: number | undefined;
  readonly ways: 'both' | 'forward' | 'backward';
  /** -g */
  readonly anyOption: boolean;
  readonly lock: LockFile | undefined;
  /** -4, -6, -0. */
  readonly family: 0 | 4 | 6 | undefined;
  readonly statistics: boolean;
  /** -S: the signals to be told of before they end it, a bit for each number; undefined is the usual ones. */
  readonly signals: number | undefined;
}

export type ReadLine =
  | { readonly kind: 'run'; readonly line: SocatLine }
  | { readonly kind: 'help'; readonly level: 0 | 1 | 2 }
  | { readonly kind: 'version' }
  /** Printed as it is on standard error, not as a line of the log. */
  | { readonly kind: 'hint'; readonly text: string }
  | { readonly kind: 'fault'; readonly message: string };

/** socat's buffer (-b) and how long it waits for an answer after the end of one side (-t), in seconds. */
const BLOCK = 8192;
const HALF_CLOSED = 0.5;

/** What -d and its numbers mean, from none: errors only. */
const LEVELS: readonly Level[] = ['E', 'W', 'N', 'I', 'D'];

/** Warnings are written without any -d, as from 1.8 on. */
const DEFAULT_LEVEL = 'W';

/** Reads the words after the program's name. */
export function readSocatLine(words: readonly string[]): ReadLine {
  return new Reader(words).read();
}

/** A fault in the words; caught where they are read. */
class Fault extends Error {}

type Draft = {
  -readonly [K in keyof Omit<SocatLine, 'addresses' | 'ways'>]: SocatLine[K];
};

class Reader {
  readonly #words: readonly string[];
  #at = 0;
  #verbosity = 0;
  #forward = false;
  #backward = false;
  readonly #draft: Draft = {
    level: DEFAULT_LEVEL,
    place: { kind: 'stderr' },
    program: undefined,
    micros: false,
    hostname: false,
    text: false,
    hex: false,
    rawForward: undefined,
    rawBackward: undefined,
    block: BLOCK,
    sloppy: false,
    halfClosed: HALF_CLOSED,
    idle: undefined,
    anyOption: false,
    lock: undefined,
    family: undefined,
    statistics: false,
    signals: undefined,
  };

  constructor(words: readonly string[]) {
    this.#words = words;
  }

  read(): ReadLine {
    try {
      for (;;) {
        const word = this.#words[this.#at];
        // `-`, `-,option`, `-:...` and `-!!...` are addresses.
        if (word === undefined || !/^-(?!$|[,:]|!)/.test(word)) break;
        this.#at++;
        const told = this.#option(word);
        if (told !== undefined) return told;
      }
      return { kind: 'run', line: this.#line() };
    } catch (error) {
      if (error instanceof Fault) return { kind: 'fault', message: error.message };
      throw error;
    }
  }

  #line(): SocatLine {
    const rest = this.#words.slice(this.#at);
    const [first, second] = rest;
    if (first === undefined || second === undefined || rest.length > 2) {
      throw new Fault(`exactly 2 addresses required (there are ${rest.length}); use option "-h" for help`);
    }
    if (this.#forward && this.#backward) throw new Fault('-U and -u must not be combined');
    return {
      ...this.#draft,
      addresses: [first, second],
      ways: this.#forward ? 'forward' : this.#backward ? 'backward' : 'both',
    };
  }

  /** One option; gives what ends the reading. */
  #option(word: string): ReadLine | undefined {
    const letter = word.charAt(1);
    const rest = word.slice(2);
    const draft = this.#draft;
    if ('VDvxsuUg046'.includes(letter) && rest !== '') return merged(letter, rest.charAt(0));
    switch (letter) {
      case 'V':
        return { kind: 'version' };
      case '?':
      case 'h':
        return { kind: 'help', level: /^[?h]{2}/.test(rest) ? 2 : /^[?h]/.test(rest) ? 1 : 0 };
      case 'd':
        this.#verbose(word, rest);
        return undefined;
      case 'l':
        this.#log(word, rest);
        return undefined;
      case 'v':
        draft.text = true;
        return undefined;
      case 'x':
        draft.hex = true;
        return undefined;
      case 'r':
        draft.rawForward = this.#value(word);
        return undefined;
      case 'R':
        draft.rawBackward = this.#value(word);
        return undefined;
      case 'b':
        draft.block = blockOf(this.#value(word));
        return undefined;
      case 's':
        draft.sloppy = true;
        return undefined;
      case 'S':
        draft.signals = maskOf(this.#value(word));
        return undefined;
      case 't':
        draft.halfClosed = secondsOf('-t', this.#value(word));
        return undefined;
      case 'T': {
        const seconds = secondsOf('-T', this.#value(word));
        draft.idle = seconds < 0 ? undefined : seconds;
        return undefined;
      }
      case 'u':
        this.#forward = true;
        return undefined;
      case 'U':
        this.#backward = true;
        return undefined;
      case 'g':
        draft.anyOption = true;
        return undefined;
      case 'L':
      case 'W':
        if (draft.lock !== undefined) throw new Fault('only one -L and -W option allowed');
        draft.lock = { path: this.#value(word), wait: letter === 'W' };
        return undefined;
      case '0':
        draft.family = 0;
        return undefined;
      case '4':
        draft.family = 4;
        return undefined;
      case '6':
        draft.family = 6;
        return undefined;
      case '-':
        // Nothing here is an experiment that would have to be asked for.
        if (rest === 'experimental') return undefined;
        if (rest !== 'statistics') break;
        draft.statistics = true;
        return undefined;
    }
    throw new Fault(`unknown option "${word}"; use option "-h" for help`);
  }

  /** `-d`, once for each level; `-ddd`; `-d0` to `-d4`. */
  #verbose(word: string, rest: string): void {
    if (/^[0-4]$/.test(rest)) this.#verbosity = Number(rest);
    else if (/^d*$/.test(rest)) this.#verbosity += rest.length + 1;
    else throw new Fault(`Invalid (trailing) character(s) "${rest.charAt(0)}" in "${word}" option`);
    this.#draft.level = LEVELS[this.#verbosity] ?? 'D';
  }

  #log(word: string, rest: string): void {
    const draft = this.#draft;
    const tail = rest.slice(1);
    switch (rest.charAt(0)) {
      case 'f':
        draft.place = { kind: 'file', path: this.#value(word.slice(0, 3), tail) };
        return;
      case 'p':
        draft.program = this.#value(word.slice(0, 3), tail);
        return;
      case 's':
        draft.place = { kind: 'stderr' };
        return;
      case 'u':
        draft.micros = true;
        return;
      case 'h':
        draft.hostname = true;
        return;
      case 'y':
      case 'm':
        draft.place = { kind: 'syslog', facility: facilityOf(tail) };
        return;
      default:
        throw new Fault(`unknown log option "${word}"; use option "-h" for help`);
    }
  }

  /** An option's value: what follows the letter in the same word, or the next word. */
  #value(word: string, inside: string = word.slice(2)): string {
    if (inside !== '') return inside;
    const next = this.#words[this.#at];
    if (next === undefined) {
      throw new Fault(`option ${word} requires an argument; use option "-h" for help`);
    }
    this.#at++;
    return next;
  }
}

function merged(first: string, second: string): ReadLine {
  return {
    kind: 'hint',
    text: `Do not merge single character options, i.e. use "-${first} -${second}" instead of "-${first}${second}"\n`,
  };
}

/** strtoul(3), base 0; socat refuses what its buffer of twice that size could not be. */
function blockOf(text: string): number {
  const found = /^\s*(0x[0-9a-f]+|\d+)/i.exec(text)?.[1];
  const value = found === undefined ? Number.NaN : numberOf(found);
  if (Number.isNaN(value)) throw new Fault(`option -b: missing numerical value in "${text}"`);
  if (value < 1) throw new Fault('option -b: the buffer would be empty');
  if (value > 2 ** 30) throw new Fault(`buffer size option (-b) to big - ${found} (max is ${2 ** 30})`);
  return value;
}

/** A bit for each signal that has one in 32. */
function maskOf(text: string): number {
  const found = /^\s*(0x[0-9a-f]+|\d+)/i.exec(text)?.[1];
  if (found === undefined) throw new Fault(`option -S: missing numerical value in "${text}"`);
  return Number(BigInt.asUintN(32, BigInt(found)));
}

function numberOf(text: string): number {
  if (/^0[0-7]+$/.test(text)) return Number.parseInt(text, 8);
  return Number(text);
}

/** A timer of Node takes at most 2^31 - 1 milliseconds; what is longer than 24 days is without limit. */
function secondsOf(option: string, text: string): number {
  const found = /^\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)/i.exec(text)?.[1];
  if (found === undefined) throw new Fault(`option ${option}: missing numerical value in "${text}"`);
  return Math.min(Number(found), 2_147_483);
}

function facilityOf(text: string): string {
  if (text === '') return 'daemon';
  if (!FACILITIES.includes(text)) throw new Fault(`unknown syslog facility "${text}"`);
  return text;
}
