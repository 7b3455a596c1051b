// What the verbs of cidr(1) have in common: the options by which lists are read and sets printed, and doing so.

import { AddressFault, type AddressSet, formatPrefixes, formatRanges, Prefix } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { lift } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { diagnose, type Item, type Lenient, ListReader, readListItem } from './list.ts';

const LENIENT = ['host-bits', 'netmask', 'wildcard'] as const satisfies readonly Lenient[];

/** What a list can be, in the words of help. */
export const LIST = 'a file, - for standard input, or an address, prefix or range itself';

/** What every verb that reads lists takes. */
export const READING = {
  lenient: {
    type: 'texts',
    value: 'FORM',
    choices: LENIENT,
    summary: 'also take prefixes in this form',
    detail:
      'They are what 10.1.2.3/8, 10.0.0.0/255.0.0.0 and 10.0.0.0/0.255.255.255 are written in.\nMay be given several times.',
  },
  strict: { type: 'flag', summary: 'end at the first bad line, with nothing printed' },
  json: { type: 'flag', summary: 'print JSON Lines, diagnostics included' },
  '0': {
    type: 'flag',
    summary: 'end items by NUL instead of a line end, in the lists and in what is printed',
  },
} as const satisfies Options;

/** What every verb takes that can leave a family out. */
export const FAMILIES = {
  '4': { type: 'flag', summary: 'IPv4 only; the rest of the input is left out' },
  '6': { type: 'flag', summary: 'IPv6 only; the rest of the input is left out' },
} as const satisfies Options;

/** What every verb that prints a set takes. */
export const PRINTING = {
  ...READING,
  ...FAMILIES,
  ranges: {
    type: 'flag',
    short: 'r',
    summary: 'print ranges (first-last) where more than one address is, not prefixes',
  },
} as const satisfies Options;

/** What these functions ask of a command line: any verb with the options can be handed in. */
export interface Reads {
  flag(name: 'json' | 'strict' | '0'): boolean;
  texts(name: 'lenient'): readonly string[];
}

export interface Chooses {
  flag(name: '4' | '6'): boolean;
}

export interface Prints {
  flag(name: 'json' | 'strict' | '0' | '4' | '6' | 'ranges'): boolean;
  texts(name: 'lenient'): readonly string[];
}

/** The reader of lists that a command line asks for; standard output speaks JSON from here on if it is to. */
export function readerOf(invocation: Reads, io: Io, also: readonly Lenient[] = []): ListReader {
  io.json = invocation.flag('json');
  return new ListReader(io, {
    lenient: [...lenientForms(invocation), ...also],
    strict: invocation.flag('strict'),
    separator: invocation.flag('0') ? 'nul' : 'line',
  });
}

export function lenientForms(invocation: Reads): readonly Lenient[] {
  return LENIENT.filter((form) => invocation.texts('lenient').includes(form));
}

/**
 * The operands, or standard input where there are none. `before` is what the verb reads besides: standard input can be read
 * once, a second time it would be empty and the answer wrong.
 */
export function listsOf(operands: readonly string[], ...before: readonly string[]): readonly string[] {
  const lists = operands.length === 0 ? ['-'] : operands;
  if ([...before, ...lists].filter((word) => word === '-').length > 1)
    throw new UsageError('standard input can be read only once: give - once, or a file');
  return lists;
}

/** The family that -4 or -6 leaves; undefined for both. */
export function familyOf(invocation: Chooses): 4 | 6 | undefined {
  const four = invocation.flag('4');
  const six = invocation.flag('6');
  if (four && six) throw new UsageError('-4 and -6 leave nothing: give one of them, or neither');
  return four ? 4 : six ? 6 : undefined;
}

/** Reads lists, works a set out, prints it: 65 where a line was bad, and nothing at all where --strict stopped. */
export function produce(invocation: Prints, io: Io, work: (reader: ListReader) => AddressSet): number {
  const family = familyOf(invocation);
  const reader = readerOf(invocation, io);
  const whole = work(reader);
  if (reader.stopped) return EXIT.data;
  printSet(family === undefined ? whole : whole.family(family), invocation, io);
  return endOf(reader);
}

/** The exit status of a verb that read lists and has nothing to answer. */
export function endOf(reader: ListReader): number {
  return reader.faults > 0 ? EXIT.data : EXIT.ok;
}

/** Prints a set as prefixes or ranges, as text or JSON. */
export function printSet(set: AddressSet, invocation: Prints, io: Io): void {
  const ranges = invocation.flag('ranges');
  const separator = invocation.flag('0') ? 'nul' : 'line';
  const write = (bytes: Uint8Array): void => io.write(bytes);
  if (invocation.flag('json')) {
    if (ranges)
      for (const { first, last } of set.ranges())
        io.write(`${JSON.stringify({ first: String(first), last: String(last) })}\n`);
    else for (const prefix of set.prefixes()) io.write(`${JSON.stringify({ prefix: String(prefix) })}\n`);
  } else if (ranges) formatRanges(set, write, { separator });
  else formatPrefixes(set, write, { separator, bareHosts: true });
}

/** An item given on the command line; a bad one is a usage fault that points at the character. */
export function argument(name: string, word: string, lenient: readonly Lenient[]): Item {
  const item = readListItem(word, lenient);
  if (!(item instanceof AddressFault)) return item;
  const { span, message, hint } = lift(item, new Source(name, word).all());
  throw new UsageError(diagnose('CIDR001', span, message, { hint }));
}

/** A prefix given on the command line. */
export function prefixArgument(name: string, word: string, lenient: readonly Lenient[]): Prefix {
  const item = argument(name, word, lenient);
  if (item instanceof Prefix) return item;
  const [whole, ...more] = item.toPrefixes();
  if (whole !== undefined && more.length === 0) return whole;
  throw new UsageError(
    diagnose('CIDR001', new Source(name, word).all(), 'a range where a prefix is expected', {
      hint: 'give the prefix that holds it',
    }),
  );
}

/** A prefix length given on the command line, `/24` or `24`, for a family or for either. */
export function lengthArgument(name: string, word: string, family: 4 | 6 | undefined): number {
  const digits = word.startsWith('/') ? word.slice(1) : word;
  const most = family === 4 ? 32 : 128;
  const length = /^(?:0|[1-9]\d{0,2})$/.test(digits) ? Number(digits) : -1;
  if (length >= 0 && length <= most) return length;
  const span = new Source(name, word).all();
  throw new UsageError(
    diagnose('CIDR002', span, `${JSON.stringify(word)} is not a prefix length`, { hint: `/0 to /${most}` }),
  );
}
