// The verbs of cidr(1) that answer a question about lists: is it in, how many, what is it, is the list in order.

import { Range } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Verb, verb } from '../../command/program.ts';
import { factsOf, factsText } from './facts.ts';
import { findings } from './findings.ts';
import type { Item } from './list.ts';
import {
  argument,
  endOf,
  FAMILIES,
  familyOf,
  LIST,
  lenientForms,
  listsOf,
  READING,
  readerOf,
} from './reading.ts';

export const contains: Verb = verb({
  name: 'contains',
  summary: 'tell by the exit status whether a list holds all the items whole',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'ITEM', summary: 'an address, prefix or range; - reads them from standard input', count: 'some' },
  ],
  options: { ...READING, v: { type: 'flag', summary: 'print each item with yes or no' } },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const lenient = lenientForms(invocation);
    const [list = '-', ...words] = invocation.operands;
    const end = invocation.flag('0') ? '\0' : '\n';
    // Bad words on the command line are told before anything is read.
    const asked = words.map((word) => ({
      word,
      item: word === '-' ? undefined : argument('ITEM', word, lenient),
    }));
    const [source = '-'] = listsOf([list], ...words);
    const set = reader.union([source]);
    if (reader.stopped) return EXIT.data;
    let all = true;
    const answer = (text: string, item: Item): void => {
      const held = set.contains(item);
      all &&= held;
      if (invocation.flag('json')) io.write(`${JSON.stringify({ item: text, contained: held })}\n`);
      else if (invocation.flag('v')) io.write(`${text} ${held ? 'yes' : 'no'}${end}`);
    };
    for (const { word, item } of asked) {
      if (item === undefined) reader.each(['-'], answer);
      else answer(word, item);
    }
    if (reader.faults > 0) return EXIT.data;
    return all ? EXIT.ok : EXIT.negative;
  },
});

export const count: Verb = verb({
  name: 'count',
  summary: 'print how many addresses, ranges and prefixes the merged lists are',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: { ...READING, ...FAMILIES },
  run: (invocation, io) => {
    const only = familyOf(invocation);
    const reader = readerOf(invocation, io);
    const whole = reader.union(listsOf(invocation.operands));
    if (reader.stopped) return EXIT.data;
    for (const family of [4, 6] as const) {
      if (only !== undefined && only !== family) continue;
      const set = whole.family(family);
      const ranges = lengthOf(set.ranges());
      const prefixes = lengthOf(set.prefixes());
      if (invocation.flag('json')) {
        io.write(
          `${JSON.stringify({ family: `IPv${family}`, addresses: String(set.size), ranges, prefixes })}\n`,
        );
      } else if (only !== undefined) io.write(`${set.size}\n`);
      else {
        const words = [counted(set.size, 'address'), counted(ranges, 'range'), counted(prefixes, 'prefix')];
        io.write(`IPv${family} ${words.join(', ')}\n`);
      }
    }
    return endOf(reader);
  },
});

export const info: Verb = verb({
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
    const reader = readerOf(invocation, io, ['host-bits']);
    const forms = [...lenientForms(invocation), 'host-bits'] as const;
    const words = listsOf(invocation.operands).map((word) => ({
      word,
      item: word === '-' ? undefined : argument('ITEM', word, forms),
    }));
    let printed = 0;
    const print = (text: string, item: Item): void => {
      const facts = factsOf(text, item, forms);
      if (invocation.flag('json')) io.write(`${JSON.stringify(facts)}\n`);
      else io.write(`${printed > 0 ? '\n' : ''}${factsText(facts)}`);
      printed++;
    };
    for (const { word, item } of words) {
      if (item === undefined) reader.each(['-'], print);
      else print(word, item);
      if (reader.stopped) break;
    }
    return endOf(reader);
  },
});

export const check: Verb = verb({
  name: 'check',
  summary: 'report bad lines, items that stand twice or inside another, and ranges that overlap',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: {
    ...READING,
    public: { type: 'flag', summary: 'also report special-purpose space, which no host on the Internet has' },
  },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const found = checkLists(invocation.operands, invocation.flag('public'), reader, io);
    if (reader.faults > 0) return EXIT.data;
    return found ? EXIT.negative : EXIT.ok;
  },
});

function checkLists(
  operands: readonly string[],
  forPublic: boolean,
  reader: ReturnType<typeof readerOf>,
  io: Io,
): boolean {
  const items: Parameters<typeof findings>[0][number][] = [];
  reader.each(listsOf(operands), (text, item, place) =>
    items.push({ text, item: item instanceof Range ? item : item.toRange(), place }),
  );
  let found = false;
  for (const diagnostic of findings(items, forPublic)) {
    io.report(diagnostic);
    found = true;
  }
  return found;
}

function counted(count: bigint | number, noun: string): string {
  return `${count} ${noun}${count === 1 || count === 1n ? '' : /[sx]$/.test(noun) ? 'es' : 's'}`;
}

function lengthOf(items: Iterable<unknown>): number {
  let length = 0;
  for (const _ of items) length++;
  return length;
}
