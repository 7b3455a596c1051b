// cidr: sets of addresses in pipes. The declaration and what each verb prints; sets and their algebra are address/'s, and
// the reading of lists stands in programs/cidr/.

import { AddressFault, type AddressSet, formatPrefixes, formatRanges } from '../address/index.ts';
import { EXIT } from '../command/exit.ts';
import type { Io } from '../command/io.ts';
import { type Invocation, type Options, type Program, verb } from '../command/program.ts';
import { UsageError } from '../command/usage.ts';
import { lift } from '../document/diagnostic.ts';
import { Source } from '../document/source.ts';
import { factsOf, factsText } from './cidr/facts.ts';
import { CIDR_FAULTS, diagnose, type Item, type Lenient, ListReader, readListItem } from './cidr/list.ts';

const LENIENT = ['host-bits', 'netmask', 'wildcard'] as const satisfies readonly Lenient[];

/** What every verb that reads lists takes. */
const READING = {
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
} as const satisfies Options;

/** What every verb that prints a set takes besides. */
const PRINTING = {
  ...READING,
  '4': { type: 'flag', summary: 'IPv4 only; the rest of the input is left out' },
  '6': { type: 'flag', summary: 'IPv6 only; the rest of the input is left out' },
  ranges: {
    type: 'flag',
    short: 'r',
    summary: 'print ranges (first-last) where more than a prefix is, not prefixes',
  },
} as const satisfies Options;

const LIST = 'a file, - for standard input, or an address, prefix or range itself';

const merge = verb({
  name: 'merge',
  summary: 'print the fewest prefixes that cover exactly what the lists hold',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: PRINTING,
  run: (invocation, io) =>
    produce(invocation, io, (reader) =>
      reader.union(invocation.operands.length === 0 ? ['-'] : invocation.operands),
    ),
});

const subtract = verb({
  name: 'subtract',
  summary: 'print what the first list holds and none of the others does',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'MINUS', summary: LIST, count: 'some', complete: 'file' },
  ],
  options: PRINTING,
  run: (invocation, io) => {
    const [first = '-', ...rest] = invocation.operands;
    return produce(invocation, io, (reader) => reader.union([first]).subtract(reader.union(rest)));
  },
});

const contains = verb({
  name: 'contains',
  summary: 'tell by the exit status whether a list holds all the items whole',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'ITEM', summary: 'an address, prefix or range', count: 'some' },
  ],
  options: { ...READING, v: { type: 'flag', summary: 'print each item with yes or no' } },
  run: (invocation, io) => {
    io.json = invocation.flag('json');
    const lenient = lenientForms(invocation.texts('lenient'));
    const [list = '-', ...words] = invocation.operands;
    const items = words.map((word) => ({ word, item: argument('ITEM', word, lenient) }));
    const reader = new ListReader(io, { lenient, strict: invocation.flag('strict') });
    const set = reader.union([list]);
    if (reader.stopped) return EXIT.data;
    let all = true;
    for (const { word, item } of items) {
      const held = set.contains(item);
      all &&= held;
      if (invocation.flag('json')) io.write(`${JSON.stringify({ item: word, contained: held })}\n`);
      else if (invocation.flag('v')) io.write(`${word} ${held ? 'yes' : 'no'}\n`);
    }
    if (reader.faults > 0) return EXIT.data;
    return all ? EXIT.ok : EXIT.negative;
  },
});

const info = verb({
  name: 'info',
  summary: 'print what there is to know of addresses, prefixes and ranges',
  operands: [
    {
      name: 'ITEM',
      summary: 'an address, prefix or range; - or none reads them from standard input',
      count: 'many',
    },
  ],
  options: READING,
  run: (invocation, io) => {
    io.json = invocation.flag('json');
    const lenient = lenientForms(invocation.texts('lenient'));
    const words = invocation.operands.length === 0 ? ['-'] : invocation.operands;
    const reader = new ListReader(io, {
      lenient: [...lenient, 'host-bits'],
      strict: invocation.flag('strict'),
    });
    let printed = 0;
    const print = (text: string, item: Item): void => {
      const facts = factsOf(text, item);
      if (invocation.flag('json')) io.write(`${JSON.stringify(facts)}\n`);
      else io.write(`${printed > 0 ? '\n' : ''}${factsText(facts)}`);
      printed++;
    };
    for (const word of words) {
      if (word === '-') reader.each('-', print);
      else print(word, argument('ITEM', word, [...lenient, 'host-bits']));
      if (reader.stopped) break;
    }
    return reader.faults > 0 ? EXIT.data : EXIT.ok;
  },
});

/** Reads lists, works the set out, prints it: 65 where a line was bad, and nothing at all where --strict stopped. */
function produce(
  invocation: Invocation<typeof PRINTING>,
  io: Io,
  work: (reader: ListReader) => AddressSet,
): number {
  io.json = invocation.flag('json');
  const four = invocation.flag('4');
  const six = invocation.flag('6');
  if (four && six) throw new UsageError('-4 and -6 leave nothing: give one of them, or neither');
  const reader = new ListReader(io, {
    lenient: lenientForms(invocation.texts('lenient')),
    strict: invocation.flag('strict'),
  });
  const whole = work(reader);
  if (reader.stopped) return EXIT.data;
  const set = four ? whole.family(4) : six ? whole.family(6) : whole;
  printSet(set, invocation.flag('ranges'), invocation.flag('json'), io);
  return reader.faults > 0 ? EXIT.data : EXIT.ok;
}

function printSet(set: AddressSet, ranges: boolean, json: boolean, io: Io): void {
  if (ranges && json) {
    for (const { first, last } of set.ranges())
      io.write(`${JSON.stringify({ first: String(first), last: String(last) })}\n`);
  } else if (ranges) formatRanges(set, (bytes) => io.write(bytes));
  else if (json)
    for (const prefix of set.prefixes()) io.write(`${JSON.stringify({ prefix: String(prefix) })}\n`);
  else formatPrefixes(set, (bytes) => io.write(bytes), { bareHosts: true });
}

/** An item given on the command line; a bad one is a usage fault that points at the character. */
function argument(name: string, word: string, lenient: readonly Lenient[]): Item {
  const item = readListItem(word, lenient);
  if (!(item instanceof AddressFault)) return item;
  const { span, message, hint } = lift(item, new Source(name, word).all());
  throw new UsageError(diagnose('CIDR001', span, message, { hint }));
}

function lenientForms(texts: readonly string[]): readonly Lenient[] {
  return LENIENT.filter((form) => texts.includes(form));
}

export const program: Program = {
  name: 'cidr',
  section: 1,
  summary: 'sets of IPv4 and IPv6 addresses in pipes',
  verbs: [merge, subtract, contains, info],
  exits: {
    ok: 'All went well; of contains: every item is held.',
    negative: 'Of contains: an item is not held.',
    usage: '',
    data: 'A line of a list was bad. The others were used, unless --strict was given.',
    noInput: '',
    io: '',
  },
  faults: CIDR_FAULTS,
  examples: [
    { text: 'Merge two lists.', command: 'cidr merge examples/office.txt examples/vpn.txt' },
    { text: 'All of a block but what is in use.', command: 'cidr subtract 10.1.0.0/16 examples/vpn.txt' },
    {
      text: 'Ask whether an address is on a list.',
      command: 'cidr contains examples/vpn.txt 10.1.9.7 && echo yes',
    },
    { text: 'What is this block?', command: 'cidr info 10.1.2.3/20' },
  ],
};
