// What only large tables do: directories of ranks, radix orders, look-ups among many, the finder over many lines, and a
// million random lines through the packed path and the plain one.
import fc from 'fast-check';
import t from 'tap';
import { rank } from '../../src/address/edges.ts';
import {
  Address,
  AddressFinder,
  AddressSet,
  AddressSetBuilder,
  formatPrefixes,
  PackedBuilder,
  Prefix,
  PrefixMap,
} from '../../src/address/index.ts';
import { ranksOf } from '../../src/address/ranks.ts';
import { address, prefix } from './arbitrary.ts';

/** Numbers that are the same in each run (xorshift32). */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

t.test('a million random lines, packed and plain', async (t) => {
  const random = randomWords(2024);
  const plain = new AddressSetBuilder();
  const lines: string[] = [];
  for (let i = 0; i < 1_000_000; i++) {
    // half of each family, everywhere and in one corner, of all lengths
    const corner = (random() & 1) === 0;
    const p =
      (random() & 1) === 0
        ? Prefix.of(
            Address.fromWords(4, 0, 0, 0, corner ? random() & 0xfffff : random()),
            12 + (random() % 21),
          )
        : Prefix.of(
            Address.fromWords(
              6,
              corner ? 0x20010db8 : random(),
              random() & (corner ? 0xff : -1),
              random(),
              random(),
            ),
            24 + (random() % 105),
          );
    plain.add(p);
    lines.push(p.toString());
  }
  const bytes = Buffer.from(`${lines.join('\n')}\n`);
  const packed = new PackedBuilder();
  for (let at = 0; at < bytes.length; at += 1 << 18) packed.push(bytes.subarray(at, at + (1 << 18)));
  packed.end();
  const expected = plain.freeze();
  const set = packed.freeze();
  t.ok(set.equals(expected), 'the same set');
  const parts: Uint8Array[] = [];
  formatPrefixes(set, (part) => parts.push(part.slice()));
  let text = '';
  for (const p of expected.prefixes()) text += `${p.toString()}\n`;
  t.ok(Buffer.concat(parts).toString('latin1') === text, 'the same text');
  t.equal(packed.lines, 1_000_000);
});

t.test('lists in order, nearly in order, and gone on with after a set was made', async (t) => {
  const random = randomWords(5);
  const shapes: Readonly<Record<string, (i: number) => Prefix>> = {
    'IPv4 apart': (i) => Prefix.of(Address.fromWords(4, 0, 0, 0, i * 1024), 24),
    'IPv4 behind what holds them': (i) =>
      Prefix.of(Address.fromWords(4, 0, 0, 0, i * 300), i % 97 === 0 ? 14 : 24 + (random() % 9)),
    'IPv4 falling': (i) => Prefix.of(Address.fromWords(4, 0, 0, 0, -i * 512), 24),
    'IPv6 apart': (i) => Prefix.of(Address.fromWords(6, 0x20010db8, i * 4096, 0, 0), 64),
    'IPv6 behind what holds them': (i) =>
      Prefix.of(Address.fromWords(6, 0x20010000 + (i >>> 6), random(), 0, 0), i % 97 === 0 ? 28 : 48),
    'IPv6 halves': (i) => Prefix.of(Address.fromWords(6, 0x20010db8, 0, 0, i), 128),
    'IPv6 halves, falling': (i) => Prefix.of(Address.fromWords(6, 0x20010db8, 0, 0, -i), 128),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    const packed = new PackedBuilder();
    const plain = new AddressSetBuilder();
    for (let i = 0; i < 150_000; i++) {
      const p = shape(i);
      plain.add(p);
      packed.push(Buffer.from(`${p.toString()}\n`));
      if (i === 70_000) t.ok(packed.freeze().equals(plain.freeze()), `${name}: half of it`);
    }
    t.ok(packed.freeze().equals(plain.freeze()), name);
    t.ok(packed.freeze().equals(plain.freeze()), `${name}: asked again`);
  }
});

t.test('ranks with a directory are those without', async (t) => {
  const random = randomWords(31);
  const tables: Readonly<Record<string, () => number[]>> = {
    'IPv4 everywhere': () => [random()],
    'IPv4 in one block': () => [0xc0000000 + (random() & 0xffff)],
    'IPv6 everywhere': () => [random(), random(), random(), random()],
    'IPv6 routes': () => [0x20010000 + (random() & 0xffff), (random() & 0xffff0000) >>> 0, 0, 0],
    'IPv6 hosts of one network': () => [0x20010db8, 1, random(), random()],
    'IPv6 at both ends': () => [(random() & 1) === 0 ? 0 : 0xffffffff, random() & 3, random(), random()],
  };
  for (const [name, number] of Object.entries(tables)) {
    const rows = Array.from({ length: 20_000 }, number).toSorted((a, b) => {
      for (const [k, word] of a.entries()) if (word !== b[k]) return word - (b[k] ?? 0);
      return 0;
    });
    const width = name.startsWith('IPv4') ? 1 : 4;
    const words = Uint32Array.from(rows.flat());
    const ranks = ranksOf(words, width);
    const questions = [...rows.slice(0, 2000), ...Array.from({ length: 2000 }, number)];
    questions.push(width === 1 ? [0] : [0, 0, 0, 0], width === 1 ? [-1] : [-1, -1, -1, -1]);
    let same = true;
    for (const question of questions) {
      for (const more of [-1, 0, 1]) {
        const w3 = ((question.at(-1) ?? 0) + more) | 0;
        const [w0 = 0, w1 = 0, w2 = 0] = width === 1 ? [] : question;
        same &&= ranks.rank(w0, w1, w2, w3) === rank({ width, words }, w0, w1, w2, w3);
      }
    }
    t.ok(same, name);
  }
  t.equal(ranksOf(new Uint32Array(0), 4).rank(1, 2, 3, 4), 0, 'of nothing');
  t.equal(ranksOf(new Uint32Array(0), 1).rank(0, 0, 0, 4), 0);
});

t.test('large maps against a table by length', async (t) => {
  for (const family of [4, 6] as const) {
    const random = randomWords(family);
    const draw = () =>
      family === 4
        ? Address.fromWords(4, 0, 0, 0, random() & 0x0fffffff)
        : Address.fromWords(6, 0x20010000 + (random() & 0xff), random(), 0, 0);
    const pairs = Array.from(
      { length: 30_000 },
      (_, i) => [Prefix.of(draw(), 8 + (random() % (family === 4 ? 25 : 57))), i] as const,
    );
    const all = [...pairs, ...pairs.slice(0, 500).map(([p]) => [p, -1] as const)];
    const map = PrefixMap.of(all);
    const byText = new Map(all.map(([p, value]) => [p.toString(), value]));
    t.equal(map.size, byText.size);
    const entries = [...map];
    t.ok(
      entries.every(
        ({ prefix }, i) => i === 0 || Prefix.compare(entries[i - 1]?.prefix ?? prefix, prefix) < 0,
      ),
      'in order, none twice',
    );
    let same = true;
    for (let i = 0; i < 3000; i++) {
      const address = draw();
      let best: number | undefined;
      for (let length = family === 4 ? 32 : 128; best === undefined && length >= 0; length--) {
        best = byText.get(Prefix.of(address, length).toString());
      }
      same &&= map.lookup(address)?.value === best;
    }
    t.ok(same, `the longest match, IPv${family}`);
  }
});

t.test('the finder sees nothing behind the end, and finds in a set what next and has do', async (t) => {
  const finder = new AddressFinder();
  const found = (text: string, end: number): string => {
    const bytes = Buffer.from(text);
    const all: string[] = [];
    for (let at = 0; finder.next(bytes, at, end); at = finder.to) all.push(String(finder.address));
    return all.join(' ');
  };
  t.equal(found('192.0.2.1234', 11), '192.0.2.123', 'a digit behind');
  t.equal(found('192.0.2.1.5.6', 9), '192.0.2.1', 'a dot behind');
  t.equal(found('192.0.2.1x', 9), '192.0.2.1', 'a letter behind');
  t.equal(found('192.0.2.1:80', 10), '192.0.2.1', 'a colon at the end');
  t.equal(found('192.0.2.1', 8), '', 'an address that goes on behind is none');
  t.equal(found('2001:db8::1:2', 11), '2001:db8::1');
  t.equal(found('2001:db8::12', 11), '2001:db8::1');
  const word = fc.oneof(
    address.map(String),
    prefix.map(String),
    fc.constantFrom(
      'v1.2.3.4',
      '1.2.3.4.5',
      '1.2.3',
      '[::1]:80',
      '10.0.0.1:80',
      '10.0.0.1,',
      'a::b.',
      '010.0.0.1',
      'x',
    ),
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 6 }),
      fc.array(prefix, { maxLength: 5 }),
      fc.nat(99),
      (words, list, tail) => {
        const text = words.join(' ');
        const set = AddressSet.of(...list);
        const bytes = Buffer.from(text + tail.toString());
        const slow: string[] = [];
        for (let at = 0; finder.next(bytes, at, text.length); at = finder.to) {
          if (set.has(finder.address)) slow.push(`${finder.from} ${finder.to} ${String(finder.address)}`);
        }
        const fast: string[] = [];
        for (let at = 0; finder.nextIn(set, bytes, at, text.length); at = finder.to) {
          fast.push(`${finder.from} ${finder.to} ${String(finder.address)}`);
        }
        return (
          slow.join() === fast.join() &&
          found(text, text.length) === found(text + tail.toString(), text.length)
        );
      },
    ),
    { numRuns: 1000 },
  );
});
