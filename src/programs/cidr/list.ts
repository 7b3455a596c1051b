// Lists of addresses as cidr(1) reads them: an item a line, comments, any line end; a bad line is reported and the rest
// goes on. Reading only: what is done with the sets stands in programs/cidr.ts.

import {
  Address,
  AddressFault,
  AddressSet,
  AddressSetBuilder,
  Prefix,
  type PrefixForm,
  Range,
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

const diagnose: Diagnose<typeof CIDR_FAULTS> = diagnoser(CIDR_FAULTS);

/** The lenient forms that a list can be read with. */
export type Lenient = Exclude<PrefixForm, 'single-address'>;

/** What a line can hold. */
export type Item = Address | Prefix | Range;

export interface ListOptions {
  readonly lenient: readonly Lenient[];
  /** Whether the first bad line ends the reading. */
  readonly strict: boolean;
}

/** An address, a prefix or a range from text. */
export function readItem(text: string, lenient: readonly Lenient[]): Item | AddressFault {
  if (text.includes('-')) return Range.read(text);
  if (text.includes('/')) return Prefix.read(text, lenient);
  return Address.read(text);
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

  /** Whether a bad line ended the reading (--strict): then nothing that was read may be used. */
  get stopped(): boolean {
    return this.#options.strict && this.faults > 0;
  }

  /** All that the lists hold. A list that is itself an item (and no file: that is written ./10.0.0.0) stands for itself. */
  union(lists: readonly string[]): AddressSet {
    const builder = new AddressSetBuilder();
    for (const list of lists) {
      const itself = readItem(list, this.#options.lenient);
      if (!(itself instanceof AddressFault)) builder.add(itself);
      else this.each(list, (_text, item) => builder.add(item));
      if (this.stopped) return AddressSet.empty;
    }
    return builder.freeze();
  }

  /** Calls back for each item of one list, with its text. */
  each(path: string, visit: (text: string, item: Item) => void): void {
    let rest = '';
    let number = 0;
    const decoder = new TextDecoder('latin1');
    const name = displayName(path);
    for (const chunk of this.#io.host.chunks(path)) {
      const lines = (rest + decoder.decode(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        this.#line(name, line, ++number, visit);
        if (this.stopped) return;
      }
    }
    if (rest !== '') this.#line(name, rest, ++number, visit);
  }

  #line(name: string, line: string, number: number, visit: (text: string, item: Item) => void): void {
    const comment = line.indexOf('#');
    const text = (comment < 0 ? line : line.slice(0, comment)).trim();
    if (text === '') return;
    const item = readItem(text, this.#options.lenient);
    if (!(item instanceof AddressFault)) {
      visit(text, item);
      return;
    }
    this.faults++;
    const start = line.indexOf(text);
    const { span, message, hint } = lift(
      item,
      new Source(name, line, number).span(start, start + text.length),
    );
    this.#io.report(diagnose('CIDR001', span, message, { hint }));
  }
}
