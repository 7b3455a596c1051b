// The verbs of cidr(1) that answer a question about lists: is it in, how many, what is it, is the list in order.

import { AddressSet, bogons, Range } from '../../address/index.ts';
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
    { name: 'ITEM', summary: 'an address, prefix or range', count: 'some' },
  ],
  options: { ...READING, v: { type: 'flag', summary: 'print each item with yes or no' } },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const lenient = lenientForms(invocation);
    const [list = '-', ...words] = invocation.operands;
    const items = words.map((word) => ({ word, item: argument('ITEM', word, lenient) }));
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
      else io.write(`IPv${family} ${set.size} addresses, ${ranges} ranges, ${prefixes} prefixes\n`);
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
    let printed = 0;
    const print = (text: string, item: Item): void => {
      const facts = factsOf(text, item);
      if (invocation.flag('json')) io.write(`${JSON.stringify(facts)}\n`);
      else io.write(`${printed > 0 ? '\n' : ''}${factsText(facts)}`);
      printed++;
    };
    for (const word of listsOf(invocation.operands)) {
      if (word === '-') reader.each(['-'], print);
      else print(word, argument('ITEM', word, forms));
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
  reader.each(listsOf(operands), (_text, item, place) =>
    items.push({ item: item instanceof Range ? item : item.toRange(), place }),
  );
  const diagnostics = findings(items, forPublic ? bogons() : AddressSet.empty);
  io.report(...diagnostics);
  return diagnostics.length > 0;
}

function lengthOf(items: Iterable<unknown>): number {
  let length = 0;
  for (const _ of items) length++;
  return length;
}
