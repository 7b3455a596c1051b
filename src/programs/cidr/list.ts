// Lists of addresses as cidr(1) reads them: an item a line, comments, any line end; a bad line is reported and the rest
// goes on. Reading only: what is done with the sets stands beside it.

import {
  AddressFault,
  AddressSet,
  type ItemForm,
  type LineFault,
  PackedBuilder,
  type Prefix,
  type Range,
  readItem,
} from '../../address/index.ts';
import { displayName, type Io } from '../../command/io.ts';
import { Progress } from '../../command/progress.ts';
import {
  type Diagnose,
  type Diagnostic,
  diagnoser,
  type FaultTable,
  lift,
} from '../../document/diagnostic.ts';
import { Source, type Span } from '../../document/source.ts';

export const CIDR_FAULTS = {
  CIDR001: {
    severity: 'error',
    meaning:
      'A line or operand that is neither an address, nor a prefix, nor a range. The caret stands where it stops being one.',
  },
  CIDR002: {
    severity: 'error',
    meaning: 'A prefix length that is not one, or that the prefix at hand can not be brought to.',
  },
  CIDR003: { severity: 'warning', meaning: 'Of check: the same item stands on an earlier line.' },
  CIDR004: {
    severity: 'warning',
    meaning: 'Of check: another line holds all of this one, which says nothing new.',
  },
  CIDR005: { severity: 'warning', meaning: 'Of check: a range that partly overlaps another line.' },
  CIDR006: {
    severity: 'warning',
    meaning: 'Of check --public: special-purpose space that never stands for a host on the Internet.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof CIDR_FAULTS> = diagnoser(CIDR_FAULTS);

/** The forms that the user can ask for. Addresses and ranges are always taken: in a list they can mean one thing only. */
export type Lenient = Exclude<ItemForm, 'single-address' | 'range'>;

/** What a line can hold; an address is the prefix of its full length. */
export type Item = Prefix | Range;

export interface ListOptions {
  readonly lenient: readonly Lenient[];
  /** Whether the first bad line ends the reading. */
  readonly strict: boolean;
  readonly separator: 'line' | 'nul';
}

/** An address, a prefix or a range from text. */
export function readListItem(text: string, lenient: readonly Lenient[]): Item | AddressFault {
  return readItem(text, ['single-address', 'range', ...lenient]);
}

/** Reads lists and reports their bad lines. */
export class ListReader {
  /** How many lines were bad. */
  faults = 0;
  readonly #io: Io;
  readonly #options: ListOptions;

  constructor(io: Io, options: ListOptions) {
    this.#io = io;
    this.#options = options;
  }

  /** Whether a bad line ended the reading: then nothing that was read may be used. */
  get stopped(): boolean {
    return this.#options.strict && this.faults > 0;
  }

  /** All that the lists hold. A list that is itself an item (and no file: that is written ./10.0.0.0) stands for itself. */
  union(lists: readonly string[]): AddressSet {
    let set = AddressSet.empty;
    for (const list of lists) {
      if (this.stopped) break;
      const itself = readListItem(list, this.#options.lenient);
      set = set.union(itself instanceof AddressFault ? this.#set(list) : AddressSet.of(itself));
    }
    return this.stopped ? AddressSet.empty : set;
  }

  /**
   * Calls back for each item of some lists, in order, with its text as written and where it stands: the source is the one
   * line, numbered as in its file.
   */
  each(lists: readonly string[], visit: (text: string, item: Item, place: Span) => void): void {
    for (const list of lists) {
      const itself = readListItem(list, this.#options.lenient);
      if (itself instanceof AddressFault) this.#eachOf(list, visit);
      else visit(list, itself, new Source('LIST', list).all());
    }
  }

  /** Reports an item that is one, but not one that can be used here; it counts as a bad line. */
  refuse(diagnostic: Diagnostic): void {
    this.faults++;
    this.#io.report(diagnostic);
  }

  #eachOf(path: string, visit: (text: string, item: Item, place: Span) => void): void {
    const name = displayName(path);
    const end = this.#options.separator === 'nul' ? '\0' : '\n';
    let rest = '';
    let number = 0;
    const decoder = new TextDecoder();
    const line = (text: string): void => {
      number++;
      const item = text.replace(/#.*$/s, '').trim();
      if (item === '' || this.stopped) return;
      const start = text.indexOf(item);
      const read = readListItem(item, this.#options.lenient);
      if (read instanceof AddressFault) this.#report(name, number, text, start, read);
      else visit(item, read, new Source(name, text, number).span(start, start + item.length));
    };
    this.#chunks(path, (chunk) => {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split(end);
      rest = lines.pop() ?? '';
      for (const text of lines) line(text);
      return !this.stopped;
    });
    if (rest !== '') line(rest);
  }

  /** The set of a file, by the packed path: a million lines and more. */
  #set(path: string): AddressSet {
    const name = displayName(path);
    const builder = new PackedBuilder({
      forms: ['single-address', 'range', ...this.#options.lenient],
      separator: this.#options.separator,
      onFault: ({ line, column, text, fault }: LineFault) => {
        if (!this.stopped) this.#report(name, line, text, column - 1 - fault.offset, fault);
      },
    });
    this.#chunks(path, (chunk) => {
      builder.push(chunk);
      return !this.stopped;
    });
    builder.end();
    return builder.freeze();
  }

  /** Reads a file in chunks until there are no more or one says so, with its progress shown on a terminal. */
  #chunks(path: string, take: (chunk: Uint8Array) => boolean): void {
    const { host } = this.#io;
    const total = path === '-' ? undefined : host.stat(path)?.size;
    const progress = new Progress(this.#io, displayName(path), total);
    try {
      for (const chunk of host.chunks(path)) {
        if (!take(chunk)) return;
        progress.advance(chunk.length);
      }
    } finally {
      progress.end();
    }
  }

  #report(name: string, number: number, text: string, start: number, fault: AddressFault): void {
    const source = new Source(name, text.replace(/\r$/, ''), number);
    const { span, message, hint } = lift(fault, source.span(start, start + fault.input.length));
    this.refuse(diagnose('CIDR001', span, message, { hint }));
  }
}
