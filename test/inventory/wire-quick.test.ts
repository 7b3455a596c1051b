import fc from 'fast-check';
import t from 'tap';
import { AddressSet, PackedBuilder, Prefix } from '../../src/address/index.ts';
import { Source } from '../../src/document/source.ts';
import type { Closing, Host } from '../../src/inventory/model.ts';
import { PrefixHeap } from '../../src/inventory/prefix-heap.ts';
import { LineReader } from '../../src/inventory/wire-line.ts';
import { quickLine } from '../../src/inventory/wire-quick.ts';

/** An item in which everything can be compared. */
function plain(item: Host | Closing | undefined): unknown {
  if (item === undefined || 'complete' in item) return item;
  return {
    ...item,
    addresses: item.addresses.map((each) => ({ ...each, prefix: String(each.prefix) })),
    tags: [...item.tags].sort(([a], [b]) => (a < b ? -1 : 1)),
  };
}

/** What the strict reader makes of a line: undefined if it has anything against it. */
function strict(line: string): unknown {
  const reader = new LineReader(new Source('-', line), 0, line);
  if (reader.isBlank) return undefined;
  const item = reader.read();
  return reader.diagnostics.length > 0 ? undefined : plain(item);
}

const LINES = [
  '{"v":1,"kind":"host","source":"aws","id":"i-1","name":"a","region":"r","state":"running","addresses":[{"address":"192.0.2.1","scope":"public","interface":"eni-1"},{"address":"2001:db8::/64","scope":"private"}],"tags":{"a":"b","__proto__":"c"}}',
  '{"v":1,"kind":"end","source":"aws","complete":true}',
  '{"v":1,"kind":"end","source":"aws","complete":false,"why":"x"}',
  '',
  ' ',
];

/** Pieces that make another thing of a line when they stand somewhere in it. */
const PIECES = [
  '"',
  '1',
  '2',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  ' ',
  '\\',
  'x',
  '.',
  '/',
  '%',
  '""',
  'null',
  'true',
  '[]',
  '{}',
  '"address":"10.0.0.0/8",',
  '"v":1,',
  '"kind":"end",',
  '"why":"",',
  '"extra":1,',
  '"source":"",',
  '"interface":null,',
  '0',
  '/32',
  '%eth0',
];

t.test('the quick reader takes exactly the lines that the strict one has nothing against', async (t) => {
  for (const line of LINES) t.strictSame(plain(quickLine(line)), strict(line), line);
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...LINES),
      fc.array(fc.tuple(fc.nat({ max: 260 }), fc.nat({ max: 12 }), fc.constantFrom('', ...PIECES)), {
        maxLength: 3,
      }),
      (line, changes) => {
        let text = line;
        for (const [at, length, piece] of changes) text = text.slice(0, at) + piece + text.slice(at + length);
        const item = plain(quickLine(text));
        if (item !== undefined) taken++;
        t.strictSame(item, strict(text), text);
      },
    ),
    { numRuns: 3000 },
  );
  t.ok(taken > 100, `${taken} of them were lines`);
  // Changes of whole values, where those of characters seldom lead.
  fc.assert(
    fc.property(
      fc.constantFrom(...LINES.slice(0, 3)),
      fc.json({ maxDepth: 1 }),
      fc.nat({ max: 12 }),
      (line, value, which) => {
        let count = 0;
        const text = line.replace(/:(?:"[^"]*"|\d+|true|false)/g, (old) =>
          count++ === which ? `:${value}` : old,
        );
        t.strictSame(plain(quickLine(text)), strict(text), text);
      },
    ),
    { numRuns: 1000 },
  );
});

t.test('a heap gives back its prefixes in order, each once', async (t) => {
  const prefix = fc.oneof(
    fc
      .tuple(fc.ipV4(), fc.nat({ max: 32 }))
      .map(([text, length]) => Prefix.parse(`${text}/${length}`, ['host-bits'])),
    fc
      .tuple(fc.ipV6(), fc.nat({ max: 128 }))
      .map(([text, length]) => Prefix.parse(`${text}/${length}`, ['host-bits'])),
    fc.constantFrom(
      ...['0.0.0.0/0', '255.255.255.255/32', '128.0.0.0/1', '::/0'].map((text) => Prefix.parse(text)),
    ),
  );
  fc.assert(
    fc.property(fc.array(prefix, { maxLength: 40 }), (prefixes) => {
      const heap = new PrefixHeap();
      for (const each of [...prefixes, ...prefixes]) heap.add(each);
      const wanted = [...prefixes].sort((a, b) => Prefix.compare(a, b)).map(String);
      t.strictSame([...heap.sorted()].map(String), [...new Set(wanted)]);
      t.strictSame([...heap.sorted()].map(String), [...new Set(wanted)], 'as often as one likes');
      const set = new PackedBuilder();
      heap.addTo(set);
      t.ok(set.freeze().equals(AddressSet.of(...prefixes)), 'and puts them into a set');
    }),
    { numRuns: 300 },
  );
});
