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
import { UsageError } from '../../command/usage.ts';
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
    meaning:
      'Of check --public: special-purpose space, which no host on the Internet has; the message names the block and its RFC.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof CIDR_FAULTS> = diagnoser(CIDR_FAULTS);

/** The forms that the user can ask for. Addresses and ranges are always taken: in a list they can mean one thing only. */
export type Lenient = Exclude<ItemForm, 'single-address' | 'range'>;

/** What a line can hold; an address is the prefix of its full length. */
export type Item = Prefix | Range;

/** Of a line no more than this is read and shown behind the blanks that it begins with. */
const LONGEST = 256;

/** Digits and dots, or digits and colons, perhaps with a length or a second end: no file is called so by chance. */
const MEANT_AS_ITEM = /^(?:\d[\d.]*[./-][\d./-]*|[0-9a-f:.]*:[0-9a-f:.]*(?:[/-].*)?)$/i;

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

/** What is done with an item: its text as written, and where it stands (the source is the one line, numbered as in its file). */
export type Visit = (text: string, item: Item, place: () => Span) => void;

/** What a verb has against an item that is one: then it counts as a bad line. */
export type Objection = (text: string, item: Item, place: () => Span) => Diagnostic | undefined;

/** Reads lists and reports their bad lines. */
export class ListReader {
  /** How many lines were bad. */
  faults = 0;
  readonly #io: Io;
  readonly #options: ListOptions;
  #progress: Progress | undefined;

  constructor(io: Io, options: ListOptions) {
    this.#io = io;
    this.#options = options;
  }

  /** Whether a bad line ended the reading: then nothing that was read may be used. */
  get stopped(): boolean {
    return this.#options.strict && this.faults > 0;
  }

  /** All that the lists hold; nothing, where the reading was stopped. */
  union(lists: readonly string[]): AddressSet {
    const sets: AddressSet[] = [];
    for (const list of lists) {
      if (this.stopped) break;
      const itself = this.#item(list);
      sets.push(itself === undefined ? this.#set(list) : AddressSet.of(itself));
    }
    return this.stopped ? AddressSet.empty : unionOf(sets);
  }

  /**
   * Visits each item of some lists, in order, as it is read; with --strict, whose promise is that nothing is printed, all of
   * them at the end or none.
   */
  each(lists: readonly string[], visit: Visit, objection: Objection = () => undefined): void {
    const kept: Parameters<Visit>[] = [];
    const take: Visit = (text, item, place) => {
      const against = objection(text, item, place);
      if (against !== undefined) this.refuse(against);
      else if (this.#options.strict) kept.push([text, item, place]);
      else visit(text, item, place);
    };
    for (const list of lists) {
      if (this.stopped) return;
      const itself = this.#item(list);
      if (itself === undefined) this.#eachOf(list, take);
      else take(list, itself, () => new Source('LIST', list).all());
    }
    if (!this.stopped) for (const each of kept) visit(...each);
  }

  /** Reports a line that can not be used; it counts as a bad one. */
  refuse(diagnostic: Diagnostic): void {
    this.faults++;
    this.#progress?.end();
    this.#io.report(diagnostic);
  }

  /**
   * The item that a list is itself (a file of that name is written ./10.0.0.0), or undefined: then it names a file. What looks
   * like an item and names no file is a mistake in the item: "no such file" would send people the wrong way.
   */
  #item(list: string): Item | undefined {
    const itself = readListItem(list, this.#options.lenient);
    if (!(itself instanceof AddressFault)) return itself;
    if (!MEANT_AS_ITEM.test(list) || this.#io.host.stat(list) !== undefined) return undefined;
    const { span, message, hint } = lift(itself, new Source('LIST', list).all());
    throw new UsageError(
      diagnose('CIDR001', span, message, { hint: hint ?? 'if it is a file, there is none of that name' }),
    );
  }

  #eachOf(path: string, visit: Visit): void {
    const name = displayName(path);
    const end = this.#options.separator === 'nul' ? '\0' : '\n';
    let rest = '';
    let number = 0;
    const decoder = new TextDecoder();
    const line = (whole: string): void => {
      number++;
      if (this.stopped) return;
      const place = itemIn(whole);
      if (place === undefined) return;
      // No item is that long: what is shown of a line of 10 MB is its beginning.
      const text = whole.slice(0, place.start + LONGEST).replace(/\r$/, '');
      const item = text.slice(place.start, place.end);
      const at = number;
      const span = (): Span => new Source(name, text, at).span(place.start, place.start + item.length);
      const read = readListItem(item, this.#options.lenient);
      if (read instanceof AddressFault) this.#report(span(), read);
      else visit(item, read, span);
    };
    this.#chunks(path, !this.#io.host.isTerminal(1), (chunk) => {
      const [first = '', ...others] = decoder.decode(chunk, { stream: true }).split(end);
      rest += first;
      const last = others.pop();
      if (last === undefined) return true;
      line(rest);
      for (const text of others) line(text);
      rest = last;
      return !this.stopped;
    });
    rest += decoder.decode();
    if (rest !== '') line(rest);
  }

  /** The set of a file, by the packed path: a million lines and more. */
  #set(path: string): AddressSet {
    const name = displayName(path);
    const builder = new PackedBuilder({
      forms: ['single-address', 'range', ...this.#options.lenient],
      separator: this.#options.separator,
      onFault: ({ line, column, text, fault }: LineFault) => {
        if (this.stopped) return;
        const start = column - 1 - fault.offset;
        this.#report(new Source(name, text, line).span(start, start + fault.input.length), fault);
      },
    });
    this.#chunks(path, true, (chunk) => {
      builder.push(chunk);
      return !this.stopped;
    });
    builder.end();
    return builder.freeze();
  }

  /**
   * Reads a file in chunks until there are no more or one says so, with its progress shown on a terminal, unless what is
   * printed meanwhile goes to the same one.
   */
  #chunks(path: string, showing: boolean, take: (chunk: Uint8Array) => boolean): void {
    const progress = showing ? progressOf(this.#io, path) : undefined;
    this.#progress = progress;
    try {
      for (const chunk of this.#io.host.chunks(path)) {
        if (!take(chunk)) return;
        progress?.advance(chunk.length);
      }
    } finally {
      progress?.end();
      this.#progress = undefined;
    }
  }

  #report(place: Span, fault: AddressFault): void {
    const { span, message, hint } = lift(fault, place);
    this.refuse(diagnose('CIDR001', span, message, { hint }));
  }
}

/** The progress of reading a file, or standard input. */
export function progressOf(io: Io, path: string): Progress {
  const total = path === '-' ? undefined : io.host.stat(path)?.size;
  return new Progress(io, displayName(path), total);
}

/** Where the item of a line is, without the comment and the blanks around it; undefined if there is none. As PackedBuilder. */
export function itemIn(line: string): { readonly start: number; readonly end: number } | undefined {
  const hash = line.indexOf('#');
  let end = hash < 0 ? line.length : hash;
  let start = 0;
  while (start < end && (line[start] === ' ' || line[start] === '\t')) start++;
  while (end > start && /[ \t\r]/.test(line.charAt(end - 1))) end--;
  return start === end ? undefined : { start, end };
}

/** The union of many sets, by halves: n log k, where one after the other would be n k. */
function unionOf(sets: readonly AddressSet[]): AddressSet {
  if (sets.length < 2) return sets[0] ?? AddressSet.empty;
  const middle = sets.length >>> 1;
  return unionOf(sets.slice(0, middle)).union(unionOf(sets.slice(middle)));
}
