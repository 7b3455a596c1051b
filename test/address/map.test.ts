import fc from 'fast-check';
import t from 'tap';
import { Address, Prefix, PrefixMap, PrefixMapBuilder } from '../../src/address/index.ts';
import { address, prefix } from './arbitrary.ts';

/** The oracle: a plain list, searched from end to end. */
type Pairs = readonly (readonly [Prefix, number])[];

function settled(pairs: Pairs): Pairs {
  const last = pairs.filter(([p], i) => !pairs.some(([q], j) => j > i && q.equals(p)));
  return last.toSorted(([p], [q]) => Prefix.compare(p, q));
}

const longestFirst = (pairs: Pairs) => pairs.toSorted(([p], [q]) => q.length - p.length);
const spelled = (pairs: Pairs) => pairs.map(([p, value]) => `${p.toString()} ${value}`).join(' ');
const told = (entries: Iterable<{ prefix: Prefix; value: number }>) =>
  spelled(Array.from(entries, ({ prefix, value }) => [prefix, value] as const));

// prefixes that nest, end together and touch, which random ones over the whole space hardly do
const close = fc
  .tuple(
    fc.constantFrom('0.0.0.0', '255.255.255.0', '10.0.0.0', '::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ff00'),
    fc.nat(255),
    fc.nat(9),
  )
  .map(([base, low, free]) => {
    const start = Address.parse(base);
    const inside = Address.fromBigInt(start.family, start.toBigInt() + BigInt(low));
    return Prefix.of(inside, (start.family === 4 ? 32 : 128) - free);
  });
const anyPrefix = fc.oneof({ arbitrary: close, weight: 3 }, { arbitrary: prefix, weight: 1 });
const pairs = fc.array(fc.tuple(anyPrefix, fc.nat(99)), { maxLength: 24 });
const asked = fc.oneof(
  address,
  anyPrefix.map((p) => p.first),
  anyPrefix.map((p) => p.last),
  anyPrefix.map((p) => p.last.next() ?? p.last),
  anyPrefix.map((p) => p.first.previous() ?? p.first),
);

t.test('against a list', async () => {
  fc.assert(
    fc.property(pairs, fc.array(asked, { minLength: 8, maxLength: 8 }), anyPrefix, (list, addresses, p) => {
      const map = PrefixMap.of(list);
      const kept = settled(list);
      return (
        map.size === kept.length &&
        told(map) === spelled(kept) &&
        kept.every(([q, value]) => map.get(q) === value && map.has(q)) &&
        map.has(p) === kept.some(([q]) => q.equals(p)) &&
        told(map.covering(p)) === spelled(longestFirst(kept.filter(([q]) => q.contains(p)))) &&
        told(map.covered(p)) === spelled(kept.filter(([q]) => p.contains(q))) &&
        addresses.every((a) => {
          const matching = longestFirst(kept.filter(([q]) => q.contains(a)));
          const best = map.lookup(a);
          return (
            told(map.matches(a)) === spelled(matching) &&
            told(best === undefined ? [] : [best]) === spelled(matching.slice(0, 1))
          );
        })
      );
    }),
    { numRuns: 3000 },
  );
});

t.test('a routing table', async (t) => {
  const builder = new PrefixMapBuilder<string>()
    .set(Prefix.parse('0.0.0.0/0'), 'upstream')
    .set(Prefix.parse('10.0.0.0/8'), 'wrong')
    .set(Prefix.parse('10.0.0.0/8'), 'core')
    .set(Prefix.parse('10.1.0.0/16'), 'site')
    .set(Prefix.parse('10.1.2.3/32'), 'host');
  const table = builder.freeze();
  const via = (text: string) => table.lookup(Address.parse(text))?.value;
  t.equal(via('10.1.2.3'), 'host');
  t.equal(via('10.1.2.4'), 'site');
  t.equal(via('10.2.0.0'), 'core', 'the value set last');
  t.equal(via('192.0.2.1'), 'upstream');
  t.equal(via('2001:db8::1'), undefined, 'no default route for IPv6');
  t.equal(via('::ffff:10.1.2.3'), undefined, 'a mapped address is IPv6');
  t.equal(via('fe80::1%eth0'), undefined);
  t.same(
    Array.from(table.matches(Address.parse('10.1.2.3')), ({ value }) => value),
    ['host', 'site', 'core', 'upstream'],
  );
  t.equal(builder.set(Prefix.parse('::/0'), 'six').freeze().lookup(Address.parse('::1'))?.value, 'six');
  t.equal(via('::1'), undefined, 'a frozen map never changes');
  t.equal(new PrefixMapBuilder<string>().freeze().lookup(Address.parse('::1')), undefined);
  t.equal(
    PrefixMap.of([[Prefix.parse('::/0'), undefined]]).has(Prefix.parse('::/0')),
    true,
    'undefined is a value',
  );
});

t.test('a table large enough for the directory, against one hash table per length', async (t) => {
  const random = (() => {
    let state = 2463534242;
    return () => {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      return state >>> 0;
    };
  })();
  // half of the prefixes crowd into a few sixteen-bit blocks, at the ends of the space among them
  const crowded = [0x0000_0000, 0x0a00_0000, 0xffff_0000];
  const start = (i: number) => (i % 2 === 0 ? random() : (crowded[i % 3] ?? 0) + (random() & 0xffff));
  const at = (word: number) => Address.fromWords(4, 0, 0, 0, word);
  const table = new Map<string, number>();
  const builder = new PrefixMapBuilder<number>();
  for (let i = 0; i < 12_000; i++) {
    const p = Prefix.of(at(start(i)), 8 + (random() % 25));
    table.set(p.toString(), i);
    builder.set(p, i);
  }
  const map = builder.freeze();
  t.equal(map.size, table.size);
  const best = (address: Address) => {
    for (let length = 32; length >= 0; length--) {
      const value = table.get(Prefix.of(address, length).toString());
      if (value !== undefined) return value;
    }
    return undefined;
  };
  let matched = 0;
  for (let i = 0; i < 6000; i++) {
    const address = at(start(i));
    const expected = best(address);
    if (expected !== undefined) matched++;
    if (map.lookup(address)?.value !== expected) t.fail(address.toString());
  }
  t.ok(matched > 1000, `${matched} of the addresses match something`);
});
