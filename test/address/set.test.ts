import fc from 'fast-check';
import t from 'tap';
import {
  Address,
  type AddressItem,
  AddressSet,
  AddressSetBuilder,
  Prefix,
  Range,
} from '../../src/address/index.ts';
import { address, prefix, range } from './arbitrary.ts';
import { at, bitsIn, prefixesOf, rangesOf, setOf, WINDOWS, type Window } from './oracle.ts';

const same = (a: readonly unknown[], b: readonly unknown[]) =>
  a.length === b.length && a.every((x, i) => x === b[i]);
const texts = (values: Iterable<{ toString(): string }>) => Array.from(values, String);

/** All subsets of the first `count` addresses of a window, each with its bits. */
function subsets(window: Window, count: number) {
  return Array.from({ length: 1 << count }, (_, n) => {
    const bits = Array.from({ length: window.size }, (_, i) => i < count && ((n >> i) & 1) === 1);
    return { bits, set: setOf(window, bits) };
  });
}

t.test('every subset of small windows: members, ranges, prefixes, size', async (t) => {
  for (const window of WINDOWS) {
    // 2^12 subsets from the middle on, so that blocks of the window's both halves take part
    for (let n = 0; n < 4096; n++) {
      const bits = Array.from({ length: 16 }, (_, i) => i >= 4 && ((n >> (i - 4)) & 1) === 1);
      const set = setOf(window, bits);
      const right =
        same(bitsIn(window, set), bits) &&
        same(texts(set.ranges()), rangesOf(window, bits)) &&
        same(texts(set.prefixes()), prefixesOf(window, bits)) &&
        set.size === BigInt(bits.filter(Boolean).length) &&
        set.isEmpty === !bits.includes(true);
      if (!right) t.fail(`${set.toString()} of ${at(window, 0).toString()}`, { bits });
    }
  }
});

t.test('every pair of subsets of small windows: the algebra', async (t) => {
  for (const window of WINDOWS) {
    const all = subsets(window, 6);
    for (const a of all) {
      for (const b of all) {
        const each = (law: (a: boolean, b: boolean) => boolean) =>
          a.bits.map((bit, i) => law(bit, b.bits[i] === true));
        const right =
          same(
            bitsIn(window, a.set.union(b.set)),
            each((a, b) => a || b),
          ) &&
          same(
            bitsIn(window, a.set.intersect(b.set)),
            each((a, b) => a && b),
          ) &&
          same(
            bitsIn(window, a.set.subtract(b.set)),
            each((a, b) => a && !b),
          ) &&
          a.set.isSubsetOf(b.set) === each((a, b) => !a || b).every(Boolean) &&
          b.set.contains(a.set) === a.set.isSubsetOf(b.set) &&
          a.set.overlaps(b.set) === each((a, b) => a && b).some(Boolean) &&
          a.set.equals(b.set) === (a === b);
        if (!right) t.fail(`${a.set.toString()} and ${b.set.toString()}`);
      }
      const complement = a.set.complement(window.family);
      const right =
        same(
          bitsIn(window, complement),
          a.bits.map((bit) => !bit),
        ) &&
        complement.size === AddressSet.everything(window.family).size - a.set.size &&
        complement.complement(window.family).equals(a.set);
      if (!right) t.fail(`complement of ${a.set.toString()}`);
    }
  }
});

t.test('every item of a small window: contains and overlaps', async (t) => {
  for (const window of WINDOWS) {
    const items: AddressItem[] = [];
    for (let i = 0; i < 6; i++) {
      items.push(at(window, i));
      for (let j = i; j < 6; j++) items.push(Range.of(at(window, i), at(window, j)));
      for (const length of [30, 31, 32]) {
        const block = Prefix.of(at(window, i), window.family === 4 ? length : length + 96);
        if (block.address.toBigInt() >= window.base) items.push(block);
      }
    }
    for (const { set } of subsets(window, 6)) {
      for (const item of items) {
        const members = [...AddressSet.of(item).addresses()].map((address) => set.has(address));
        const right =
          set.contains(item) === members.every(Boolean) && set.overlaps(item) === members.some(Boolean);
        if (!right) t.fail(`${item.toString()} in ${set.toString()}`);
      }
    }
  }
});

const item: fc.Arbitrary<Address | Prefix | Range> = fc.oneof(address, prefix, range);
const items = fc.array(item, { maxLength: 12 });

t.test('the laws of the algebra hold over both families at any size', async () => {
  fc.assert(
    fc.property(items, items, items, (x, y, z) => {
      const [a, b, c] = [AddressSet.of(...x), AddressSet.of(...y), AddressSet.of(...z)];
      return (
        a.union(b).equals(b.union(a)) &&
        a.intersect(b).equals(b.intersect(a)) &&
        a.union(b.union(c)).equals(a.union(b).union(c)) &&
        a.intersect(b.union(c)).equals(a.intersect(b).union(a.intersect(c))) &&
        a.subtract(b).equals(a.intersect(b.complement())) &&
        a.union(b).complement().equals(a.complement().intersect(b.complement())) &&
        a.complement().complement().equals(a) &&
        a.union(a.complement()).equals(AddressSet.everything()) &&
        a.intersect(a.complement()).isEmpty &&
        a.union(b).size === a.size + b.size - a.intersect(b).size &&
        a.equals(AddressSet.of(...[...x].reverse())) &&
        a.equals(AddressSet.of(...a.prefixes())) &&
        a.equals(AddressSet.of(...a.ranges())) &&
        a.equals(a.family(4).union(a.family(6))) &&
        x.every((item) => a.contains(item) && a.overlaps(item))
      );
    }),
    { numRuns: 1000 },
  );
});

t.test('ranges are in order and never touch; the prefixes are each range’s fewest', async () => {
  fc.assert(
    fc.property(items, (x) => {
      const set = AddressSet.of(...x);
      const ranges = [...set.ranges()];
      const apart = ranges.every((range, i) => {
        const before = ranges[i - 1];
        if (before === undefined || before.family !== range.family) return true;
        return before.last.toBigInt() + 1n < range.first.toBigInt();
      });
      return (
        apart &&
        same(
          texts(set.prefixes()),
          ranges.flatMap((range) => texts(range.toPrefixes())),
        )
      );
    }),
    { numRuns: 1000 },
  );
});

t.test('a builder freezes what it has and goes on', async (t) => {
  const builder = new AddressSetBuilder();
  t.ok(builder.freeze().isEmpty);
  const one = builder.add(Prefix.parse('10.0.0.0/9')).freeze();
  const two = builder.addAll([Prefix.parse('10.128.0.0/9'), Address.parse('::1')]).freeze();
  t.equal(one.toString(), '10.0.0.0/9', 'a frozen set never changes');
  t.equal(two.toString(), '10.0.0.0/8,::1/128');
  t.equal(
    builder.add(one.complement(4)).freeze().toString(),
    '0.0.0.0/0,::1/128',
    'a set that runs to the end',
  );
  // enough to grow the room several times, in falling order
  for (let i = 5000; i > 0; i--) builder.add(Address.fromBigInt(6, BigInt(i * 2) << 70n));
  t.equal(builder.freeze().size, (1n << 32n) + 5001n);
});

t.test('everything and nothing', async (t) => {
  t.equal(AddressSet.everything().toString(), '0.0.0.0/0,::/0');
  t.equal(AddressSet.everything(4).toString(), '0.0.0.0/0');
  t.equal(AddressSet.everything(6).size, 1n << 128n);
  t.equal(AddressSet.everything().size, (1n << 128n) + (1n << 32n));
  t.ok(AddressSet.everything().contains(Prefix.parse('::/0')));
  t.ok(AddressSet.everything().complement().isEmpty);
  t.equal(AddressSet.empty.toString(), '');
  t.ok(AddressSet.empty.isSubsetOf(AddressSet.empty));
  t.same(JSON.parse(JSON.stringify(AddressSet.of(Prefix.parse('10.0.0.0/8')))), ['10.0.0.0/8']);
  const first = AddressSet.everything(6).addresses();
  t.equal(first.next().value.toString(), '::', 'addresses are made as they are asked for');
  t.equal(first.next().value.toString(), '::1');
});

t.test('mapped addresses are IPv6, and zones are in no set', async (t) => {
  const set = AddressSet.of(Prefix.parse('192.0.2.0/24'), Prefix.parse('fe80::/10'));
  t.notOk(set.has(Address.parse('::ffff:192.0.2.1')));
  t.ok(set.has(Address.parse('::ffff:192.0.2.1').unmap()));
  t.ok(set.has(Address.parse('fe80::1')));
  t.notOk(set.has(Address.parse('fe80::1%eth0')));
  t.notOk(set.overlaps(Address.parse('fe80::1%eth0')));
  t.throws(() => AddressSet.of(Address.parse('fe80::1%eth0')), RangeError);
});
