// The verbs of cidr(1) for address plans: cut prefixes up, list hosts, find room.

import { type Address, AddressSet, type Prefix, Range } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { hostRange, partsOf, widthOf } from './blocks.ts';
import { diagnose, type Item, type Objection } from './list.ts';
import {
  endOf,
  FAMILIES,
  familyOf,
  LIST,
  lengthArgument,
  lenientForms,
  listsOf,
  prefixArgument,
  READING,
  readerOf,
} from './reading.ts';

export const split: Verb = verb({
  name: 'split',
  summary: 'print the prefixes of a length that each item of the lists falls into',
  operands: [
    { name: 'LENGTH', summary: 'a prefix length: /24 or 24', count: 'one' },
    { name: 'LIST', summary: LIST, count: 'many', complete: 'file' },
  ],
  options: { ...READING, ...FAMILIES },
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const [word = '', ...lists] = invocation.operands;
    const length = lengthArgument('LENGTH', word, family);
    const reader = readerOf(invocation, io);
    const end = invocation.flag('0') ? '\0' : '\n';
    const tooSmall: Objection = (text, item, place) => {
      if (family !== undefined && item.family !== family) return undefined;
      const least = Math.max(...prefixesOf(item).map((prefix) => prefix.length));
      if (least <= length && length <= widthOf(item.family)) return undefined;
      return diagnose('CIDR002', place(), `${text} can not be split into /${length}`, {
        hint:
          length > widthOf(item.family)
            ? 'an IPv4 prefix ends at /32: -6 leaves IPv4 out'
            : `it has a part that is only a /${least}`,
      });
    };
    reader.each(
      listsOf(lists),
      (text, item) => {
        if (family !== undefined && item.family !== family) return;
        for (const prefix of prefixesOf(item)) {
          for (const part of partsOf(prefix, length)) {
            io.write(
              invocation.flag('json')
                ? `${JSON.stringify({ prefix: String(part), of: text })}\n`
                : `${part}${end}`,
            );
          }
        }
      },
      tooSmall,
    );
    return endOf(reader);
  },
});

function prefixesOf(item: Item): readonly Prefix[] {
  return item instanceof Range ? item.toPrefixes() : [item];
}

export const hosts: Verb = verb({
  name: 'hosts',
  summary: 'print the addresses of each item that a host can have',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: {
    ...READING,
    ...FAMILIES,
    all: {
      type: 'flag',
      short: 'a',
      summary: 'print every address',
      detail:
        'Without it those are left out that no host can have: the first address of a prefix, and of IPv4 the last; of /31, /32, /127 and /128 none.',
    },
  },
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const reader = readerOf(invocation, io);
    const end = invocation.flag('0') ? '\0' : '\n';
    const all = invocation.flag('all');
    reader.each(listsOf(invocation.operands), (_text, item) => {
      if (family !== undefined && item.family !== family) return;
      const range = all || item instanceof Range ? item : hostRange(item);
      for (
        let at: Address | undefined = range.first;
        at !== undefined;
        at = at.equals(range.last) ? undefined : at.next()
      ) {
        io.write(invocation.flag('json') ? `${JSON.stringify({ address: String(at) })}\n` : `${at}${end}`);
      }
    });
    return endOf(reader);
  },
});

export const next: Verb = verb({
  name: 'next',
  summary: 'print the first free prefixes of a length in a block, given what is in use',
  operands: [
    { name: 'LENGTH', summary: 'a prefix length: /24 or 24', count: 'one' },
    { name: 'BLOCK', summary: 'the prefix to take it from', count: 'one' },
    { name: 'USED', summary: LIST, count: 'many', complete: 'file' },
  ],
  options: {
    ...READING,
    n: {
      type: 'integer',
      value: 'COUNT',
      least: 1,
      most: 1_000_000,
      summary: 'print so many, instead of one',
    },
    'best-fit': { type: 'flag', summary: 'take the smallest gap that has the room, and not the first' },
  },
  run: (invocation, io) => {
    const reader = readerOf(invocation, io);
    const [word = '', blockWord = '', ...lists] = invocation.operands;
    const block = prefixArgument('BLOCK', blockWord, lenientForms(invocation));
    const length = lengthArgument('LENGTH', word, block.family);
    const used = reader.union(listsOf(lists));
    if (reader.stopped) return EXIT.data;
    const wanted = invocation.number('n') ?? 1;
    let found = 0;
    for (const prefix of roomIn(AddressSet.of(block).subtract(used), length, invocation.flag('best-fit'))) {
      io.write(
        invocation.flag('json')
          ? `${JSON.stringify({ prefix: String(prefix) })}\n`
          : `${prefix}${invocation.flag('0') ? '\0' : '\n'}`,
      );
      if (++found === wanted) break;
    }
    if (found < wanted) io.complain(`${block} has room for ${found} more of /${length}, not for ${wanted}`);
    if (reader.faults > 0) return EXIT.data;
    return found < wanted ? EXIT.negative : EXIT.ok;
  },
});

/**
 * The free prefixes of a length, in the order to take them in. The fewest prefixes that cover the free space are its largest
 * aligned blocks, so a prefix that fits anywhere is inside one of them.
 */
function* roomIn(free: AddressSet, length: number, bestFit: boolean): Generator<Prefix> {
  const gaps = [...free.prefixes()].filter((gap) => gap.length <= length);
  // The longest prefix is the smallest gap; a stable sort keeps those of a size in order.
  if (bestFit) gaps.sort((a, b) => b.length - a.length);
  for (const gap of gaps) yield* partsOf(gap, length);
}
