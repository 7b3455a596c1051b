// The verbs of cidr(1) for address plans: cut prefixes up, list hosts, find room.

import { Address, AddressSet, Prefix, Range } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { Source } from '../../document/source.ts';
import { diagnose } from './list.ts';
import {
  argument,
  endOf,
  FAMILIES,
  familyOf,
  LIST,
  lengthArgument,
  lenientForms,
  listsOf,
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
    reader.each(listsOf(lists), (text, item, place) => {
      if (family !== undefined && item.family !== family) return;
      for (const prefix of item instanceof Range ? item.toPrefixes() : [item]) {
        if (prefix.length > length || length > (prefix.family === 4 ? 32 : 128)) {
          reader.refuse(
            diagnose('CIDR002', place, `${text} can not be split into /${length}`, {
              hint:
                prefix.length > length
                  ? 'it is smaller than that'
                  : 'an IPv4 prefix ends at /32: -6 leaves IPv4 out',
            }),
          );
          return;
        }
        for (const part of partsOf(prefix, length)) {
          io.write(
            invocation.flag('json')
              ? `${JSON.stringify({ prefix: String(part), of: text })}\n`
              : `${part}${end}`,
          );
        }
      }
    });
    return endOf(reader);
  },
});

export const hosts: Verb = verb({
  name: 'hosts',
  summary: 'print the addresses of each item that a host can have',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: {
    ...READING,
    ...FAMILIES,
    all: { type: 'flag', short: 'a', summary: 'print every address, also those of the network itself' },
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
    const block = argument('BLOCK', blockWord, lenientForms(invocation));
    const length = lengthArgument('LENGTH', word, block.family);
    if (!(block instanceof Prefix)) {
      throw new UsageError(
        diagnose(
          'CIDR001',
          new Source('BLOCK', blockWord).all(),
          'a range is no block to take prefixes from',
          { hint: 'give a prefix' },
        ),
      );
    }
    const used = reader.union(lists.length === 0 ? ['-'] : lists);
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

/** The prefixes of a length inside one that is no longer, in order. */
function* partsOf(prefix: Prefix, length: number): Generator<Prefix> {
  const step = 1n << BigInt((prefix.family === 4 ? 32 : 128) - length);
  let at = prefix.first.toBigInt();
  const last = prefix.last.toBigInt();
  for (; at <= last; at += step) yield Prefix.of(Address.fromBigInt(prefix.family, at), length);
}

/**
 * What a host can have of a prefix: of IPv4 not the first address, which names the network, nor the last, which is its
 * broadcast (RFC 1122 section 3.2.1.3), but both of a /31 (RFC 3021); of IPv6 not the first, which is the anycast address
 * of the subnet's routers (RFC 4291 section 2.6.1), but both of a /127 (RFC 6164 section 6).
 */
function hostRange(prefix: Prefix): Range | Prefix {
  const width = prefix.family === 4 ? 32 : 128;
  if (prefix.length >= width - 1) return prefix;
  const first = prefix.first.next() ?? prefix.first;
  const last = prefix.family === 4 ? (prefix.last.previous() ?? prefix.last) : prefix.last;
  return Range.of(first, last);
}

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
