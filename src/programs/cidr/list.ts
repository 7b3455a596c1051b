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
import { type Diagnose, diagnoser, type FaultTable, lift } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';

export const CIDR_FAULTS = {
  CIDR001: {
    severity: 'error',
    meaning:
      'A line or operand that is neither an address, nor a prefix, nor a range. The caret stands where it stops being one.',
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
}

/** An address, a prefix or a range from text. */
export function readListItem(text: string, lenient: readonly Lenient[]): Item | AddressFault {
  return readItem(text, ['single-address', 'range', ...lenient]);
}

/** Thrown by the reading of a list to end it at its first bad line (--strict). */
class Stop extends Error {}

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

  /** Calls back for each item of one list, with its text as written. */
  each(path: string, visit: (text: string, item: Item) => void): void {
    const name = displayName(path);
    let rest = '';
    let number = 0;
    const decoder = new TextDecoder();
    const line = (text: string): void => {
      number++;
      const item = text.replace(/#.*$/s, '').trim();
      if (item === '' || this.stopped) return;
      const read = readListItem(item, this.#options.lenient);
      if (read instanceof AddressFault) this.#report(name, number, text, text.indexOf(item), read);
      else visit(item, read);
    };
    for (const chunk of this.#io.host.chunks(path)) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      for (const text of lines) line(text);
      if (this.stopped) return;
    }
    if (rest !== '') line(rest);
  }

  /** The set of a file, by the packed path: a million lines and more. */
  #set(path: string): AddressSet {
    const name = displayName(path);
    const builder = new PackedBuilder({
      forms: ['single-address', 'range', ...this.#options.lenient],
      onFault: ({ line, column, text, fault }: LineFault) => {
        this.#report(name, line, text, column - 1 - fault.offset, fault);
        if (this.stopped) throw new Stop();
      },
    });
    try {
      for (const chunk of this.#io.host.chunks(path)) builder.push(chunk);
      builder.end();
    } catch (error) {
      if (!(error instanceof Stop)) throw error;
    }
    return builder.freeze();
  }

  #report(name: string, number: number, text: string, start: number, fault: AddressFault): void {
    this.faults++;
    const source = new Source(name, text.replace(/\r$/, ''), number);
    const { span, message, hint } = lift(fault, source.span(start, start + fault.input.length));
    this.#io.report(diagnose('CIDR001', span, message, { hint }));
  }
}
