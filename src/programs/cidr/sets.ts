// The verbs of cidr(1) that make one set of several lists and print it.

import type { AddressSet } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { familyOf, LIST, listsOf, PRINTING, produce, readerOf } from './reading.ts';

export const merge: Verb = verb({
  name: 'merge',
  summary: 'print the fewest prefixes that cover exactly what the lists hold',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: PRINTING,
  run: (invocation, io) => produce(invocation, io, (reader) => reader.union(listsOf(invocation.operands))),
});

export const subtract: Verb = verb({
  name: 'subtract',
  summary: 'print what the first list holds and none of the others does',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'MINUS', summary: LIST, count: 'some', complete: 'file' },
  ],
  options: PRINTING,
  run: (invocation, io) => {
    const [first = '-', ...rest] = listsOf(invocation.operands);
    return produce(invocation, io, (reader) => reader.union([first]).subtract(reader.union(rest)));
  },
});

export const intersect: Verb = verb({
  name: 'intersect',
  summary: 'print what all of the lists hold',
  operands: [
    { name: 'LIST', summary: LIST, count: 'one', complete: 'file' },
    { name: 'AND', summary: LIST, count: 'some', complete: 'file' },
  ],
  options: PRINTING,
  run: (invocation, io) => {
    const [first = '-', ...rest] = listsOf(invocation.operands);
    return produce(invocation, io, (reader) =>
      rest.reduce((set, list) => set.intersect(reader.union([list])), reader.union([first])),
    );
  },
});

export const complement: Verb = verb({
  name: 'complement',
  summary: 'print what the lists do not hold, of each family that they hold something of',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: PRINTING,
  run: (invocation, io) => {
    const asked = familyOf(invocation);
    return produce(invocation, io, (reader) => {
      const set = reader.union(listsOf(invocation.operands));
      // A list of IPv4 prefixes says nothing of IPv6: its complement is not to open all of it. One that is empty, or of a
      // family that was asked for, leaves everything.
      const families = ([4, 6] as const).filter((family) => asked === family || !set.family(family).isEmpty);
      const [only] = families;
      return families.length === 1 ? set.complement(only) : set.complement();
    });
  },
});

export const diff: Verb = verb({
  name: 'diff',
  summary: 'print what changed between two lists: -prefix for what went, +prefix for what came',
  operands: [
    { name: 'OLD', summary: LIST, count: 'one', complete: 'file' },
    { name: 'NEW', summary: LIST, count: 'one', complete: 'file' },
  ],
  options: PRINTING,
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const reader = readerOf(invocation, io);
    const [old = '-', young = '-'] = listsOf(invocation.operands);
    const before = reader.union([old]);
    const after = reader.union([young]);
    if (reader.stopped) return EXIT.data;
    const chosen = (set: AddressSet): AddressSet => (family === undefined ? set : set.family(family));
    const gone = chosen(before.subtract(after));
    const come = chosen(after.subtract(before));
    const end = invocation.flag('0') ? '\0' : '\n';
    for (const [sign, change, set] of [
      ['-', 'removed', gone],
      ['+', 'added', come],
    ] as const) {
      if (invocation.flag('json')) {
        for (const prefix of set.prefixes())
          io.write(`${JSON.stringify({ change, prefix: String(prefix) })}\n`);
      } else if (invocation.flag('ranges')) {
        for (const { first, last } of set.ranges())
          io.write(`${sign}${first}${first.equals(last) ? '' : `-${last}`}${end}`);
      } else
        for (const prefix of set.prefixes())
          io.write(`${sign}${prefix.isHost ? prefix.address : prefix}${end}`);
    }
    if (reader.faults > 0) return EXIT.data;
    return gone.isEmpty && come.isEmpty ? EXIT.ok : EXIT.negative;
  },
});
