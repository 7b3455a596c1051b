// The packed path against the plain one: readItem line by line, AddressSetBuilder, and the values' own texts.
import fc from 'fast-check';
import t from 'tap';
import {
  AddressFault,
  AddressSet,
  AddressSetBuilder,
  formatPrefixes,
  formatRanges,
  type ItemForm,
  type LineFault,
  PackedBuilder,
  type PackedOptions,
  Range,
  readItem,
} from '../../src/address/index.ts';
import { ROOM, sortRecords } from '../../src/address/packed/sort6.ts';
import { address, prefix, range, text } from './arbitrary.ts';
import { rows } from './tricky.ts';

interface Answer {
  readonly set: AddressSet;
  readonly faults: readonly string[];
}

const told = ({ line, column, fault }: { line: number; column: number; fault: AddressFault }) =>
  `${line}:${column}: ${fault.why} (${fault.hint ?? ''})`;

/** The oracle: lines as strings, items as values. */
function plain(list: string, forms: readonly ItemForm[]): Answer {
  const builder = new AddressSetBuilder();
  const faults: string[] = [];
  for (const [index, line] of list.split('\n').entries()) {
    const blanks = /^[ \t]*/.exec(line)?.[0].length ?? 0;
    const item = line
      .slice(blanks)
      .replace(/#.*$/s, '')
      .replace(/[ \t\r]+$/, '');
    if (item === '') continue;
    const answer = readItem(item, forms);
    if (!(answer instanceof AddressFault)) builder.add(answer);
    else faults.push(told({ line: index + 1, column: blanks + answer.offset + 1, fault: answer }));
  }
  return { set: builder.freeze(), faults };
}

/** The packed path, the bytes cut into chunks at the given places. */
function packed(
  bytes: Uint8Array,
  options: PackedOptions,
  cuts: readonly number[] = [],
): Answer & { lines: number } {
  const faults: LineFault[] = [];
  const builder = new PackedBuilder({ ...options, onFault: (fault) => faults.push(fault) });
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) {
    // a copy that is overwritten afterwards, as a buffer that is read into again would be
    const chunk = bytes.slice(places[i - 1], places[i]);
    builder.push(chunk);
    chunk.fill(255);
  }
  builder.end();
  return { set: builder.freeze(), faults: faults.map(told), lines: builder.lines };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

const forms = fc.subarray<ItemForm>(['host-bits', 'netmask', 'wildcard', 'single-address', 'range']);
const masked = prefix
  .filter((p) => p.family === 4)
  .map((p) => `${p.address.toString()}/${(p.length % 2 === 0 ? p.netmask() : p.wildcard()).toString()}`);
const item = fc.oneof(
  prefix.map(String),
  address.map(String),
  range.map(String),
  masked,
  fc
    .tuple(address, fc.nat(130), fc.constantFrom('', '', '0', '+', ' '))
    .map(([a, n, sign]) => `${a.toString()}/${sign}${n}`),
  fc.tuple(address, address).map(([a, b]) => `${a.toString()}-${b.toString()}`),
  fc.constantFrom(...rows.map((row) => row.text).filter((text) => !text.includes('\n'))),
  text.filter((text) => !text.includes('\n')),
  fc.constant(''),
);
const line = fc
  .tuple(
    fc.constantFrom('', '', '', ' ', '\t '),
    item,
    fc.constantFrom('', '', '', ' ', '\r', ' # note', '#', ' \r'),
  )
  .map((parts) => parts.join(''));
const list = fc
  .tuple(fc.array(line, { maxLength: 30 }), fc.boolean())
  .map(([lines, ended]) => lines.join('\n') + (ended ? '\n' : ''));

t.test('any list, any forms, cut anywhere', async () => {
  fc.assert(
    fc.property(list, forms, fc.array(fc.nat(2000), { maxLength: 6 }), (list, forms, cuts) => {
      // a lone surrogate is not UTF-8, and the mark before the first line is another test's
      if (list.startsWith('\ufeff') || /\p{Cs}/u.test(list)) return true;
      const expected = plain(list, forms);
      const answer = packed(bytesOf(list), { forms }, cuts);
      return answer.set.equals(expected.set) && answer.faults.join('\n') === expected.faults.join('\n');
    }),
    { numRuns: 4000 },
  );
});

t.test('every tricky text as a line, in every form by itself and in all', async (t) => {
  const list = rows.map((row) => `${row.text.replaceAll('\n', '')}\n`).join('');
  const each: ItemForm[] = ['host-bits', 'netmask', 'wildcard', 'single-address', 'range'];
  for (const forms of [[], ...each.map((form) => [form]), each]) {
    const expected = plain(list, forms);
    const answer = packed(bytesOf(list), { forms });
    t.ok(answer.set.equals(expected.set), `the set with ${forms.join(', ')}`);
    t.same(answer.faults, expected.faults, `the faults with ${forms.join(', ')}`);
  }
});

t.test('byte by byte', async (t) => {
  const list = '10.0.0.0/8\r\n2001:db8::/32 # documentation\n\n  192.0.2.1-192.0.2.9\nx\n0.0.0.0/0';
  const cuts = Array.from({ length: list.length }, (_, i) => i);
  const answer = packed(bytesOf(list), { forms: ['range'] }, cuts);
  t.equal(answer.set.toString(), '0.0.0.0/0,2001:db8::/32');
  t.same(answer.faults, ['5:1: a name where an address is expected ()']);
  t.equal(answer.lines, 6);
});

/** A generator of numbers that is the same in each run, for lists too long for fast-check. */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

const quad = (n: number) => `${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`;
const LONG = 60_000;

/** Long lists of the shapes that lists have, which take different ways through the sorting. */
const SHAPES: Readonly<Record<string, (random: () => number, index: number) => string>> = {
  'IPv4 anywhere': (random) => `${quad(random())}/${16 + (random() % 17)}`,
  'IPv4 in order': (_, i) => `${quad(i * 512)}/24`,
  'IPv4 few, often': (random) => `${quad(random() & 0xff)}/32`,
  'IPv6 anywhere': (random) =>
    `${Array.from({ length: 8 }, () => (random() & 0xffff).toString(16)).join(':')}/${random() % 129}`,
  'IPv6 routes': (random) =>
    `2001:${(random() & 0xff).toString(16)}:${(random() & 0xffff).toString(16)}::/${29 + (random() % 20)}`,
  'IPv6 one upper word': (random) => `2001:${(random() & 0xffff).toString(16)}::/32`,
  'IPv6 hosts of one network': (random) =>
    `2001:db8::${(random() & 0xffff).toString(16)}:${(random() & 0xff).toString(16)}/128`,
  'IPv6 hosts of few networks': (random) =>
    `${(random() & 7).toString(16)}:${(random() & 0xffff).toString(16)}::${(random() & 0xffff).toString(16)}:0:${(random() & 0xffff).toString(16)}/127`,
  'IPv6 the same': () => '2001:db8::1/128',
  'IPv6 in falling order': (_, i) => `2001:db8:${(0xffff - (i & 0xffff)).toString(16)}::/48`,
  'both, as ranges': (random) => {
    const [a, b] = [random(), random()].toSorted((x, y) => x - y);
    return (random() & 1) === 0
      ? `${quad(a ?? 0)}-${quad(b ?? 0)}`
      : `::${(a ?? 0).toString(16).slice(-4)}-1::`;
  },
};

t.test('long lists of many shapes, to the set and back to bytes', async (t) => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    const random = randomWords(12345);
    const list = Array.from({ length: LONG }, (_, i) => `${shape(random, i)}\n`).join('');
    const options: PackedOptions = { forms: ['host-bits', 'range'] };
    const answer = packed(bytesOf(list), options, [70_001, 200_000, 200_007]);
    const expected = plain(list, options.forms ?? []);
    t.ok(answer.set.equals(expected.set), name);
    t.same(answer.faults, [], `${name}: no faults`);
    t.equal(answer.lines, LONG);
    const text = (write: typeof formatPrefixes) => {
      const parts: Uint8Array[] = [];
      write(answer.set, (bytes) => parts.push(bytes.slice()));
      return Buffer.concat(parts).toString('latin1');
    };
    t.ok(text(formatPrefixes) === `${[...expected.set.prefixes()].join('\n')}\n`, `${name}: prefixes`);
    t.ok(text(formatRanges) === `${[...expected.set.ranges()].join('\n')}\n`, `${name}: ranges`);
  }
});

t.test('any set to bytes', async (t) => {
  const written = (set: AddressSet, format: typeof formatPrefixes, options = {}) => {
    let text = '';
    format(set, (bytes) => (text += Buffer.from(bytes).toString('latin1')), options);
    return text;
  };
  fc.assert(
    fc.property(fc.array(fc.oneof(address, prefix, range), { maxLength: 10 }), (items) => {
      const set = AddressSet.of(...items);
      const prefixes = Array.from(set.prefixes(), (p) => `${p.toString()}\n`);
      const bare = Array.from(set.prefixes(), (p) => `${(p.isHost ? p.address : p).toString()}\0`);
      return (
        written(set, formatPrefixes) === prefixes.join('') &&
        written(set, formatPrefixes, { bareHosts: true, separator: 'nul' }) === bare.join('') &&
        written(set, formatRanges) === Array.from(set.ranges(), (r) => `${r.toString()}\n`).join('')
      );
    }),
    { numRuns: 3000 },
  );
  for (const text of ['1:2::-1:3::', '1::-2::', '::1:0:0-::2:0:0', '::1-::2', '::1:0-::2:0', '::5-::5']) {
    const set = AddressSet.of(Range.parse(text));
    t.equal(
      written(set, formatRanges),
      `${[...set.ranges()].join()}\n`,
      `${text}: ends that differ in one word or none`,
    );
  }
  let calls = 0;
  const random = randomWords(7);
  const many = packed(
    bytesOf(Array.from({ length: 20_000 }, () => `${quad(random())}/32\n`).join('')),
    {},
  ).set;
  t.equal(
    formatPrefixes(many, () => ++calls < 2),
    false,
    'ended by the other side',
  );
  t.equal(calls, 2, 'and not asked again');
  t.equal(
    formatPrefixes(many, () => undefined),
    true,
  );
  t.equal(
    formatPrefixes(AddressSet.empty, () => t.fail('nothing to write')),
    true,
  );
});

t.test('faults carry their place and never stop the rest', async (t) => {
  const list =
    '10.0.0.0/8\n  10.1.2.3/8 # host bits\n\n# all right\n010.0.0.0/8\r\n2001:db8::1/32\n::1/128\né/8\nfe80::%e/64';
  const answer = packed(bytesOf(list), {});
  t.same(answer.faults, [
    '2:6: host bits are set behind the first 8 bits (write 10.0.0.0/8, or 10.1.2.3 for the host)',
    '5:1: leading zero in octet 1 (write 10.0.0.0/8 (or 8.0.0.0/8 if octal was meant))',
    '6:11: host bits are set behind the first 32 bits (write 2001:db8::/32, or 2001:db8::1 for the host)',
    '8:1: unexpected character U+00E9 ()',
    '9:7: a zone in a prefix (write fe80::/64)',
  ]);
  t.equal(answer.set.toString(), '10.0.0.0/8,::1/128');
  t.equal(answer.lines, 9);
  const lines: string[] = [];
  const builder = new PackedBuilder({ onFault: ({ text }) => lines.push(text) });
  builder.push(bytesOf('  10.1.2.3/8 # host bits\r\n'));
  t.same(lines, ['  10.1.2.3/8 # host bits'], 'the line as it is, without its end');
  const strict = new PackedBuilder({
    onFault: ({ fault }) => {
      throw new Error(fault.why);
    },
  });
  t.throws(() => strict.push(bytesOf('x\n10.0.0.0/8\n')), { message: 'a name where an address is expected' });
});

t.test('lists that are hardly any', async (t) => {
  const says = (bytes: Uint8Array, options: PackedOptions = {}) => {
    const { set, faults } = packed(bytes, options);
    return `${set.toString()} ${faults.length}`;
  };
  t.equal(says(new Uint8Array(0)), ' 0', 'an empty file');
  t.equal(says(bytesOf('\n\n\n')), ' 0');
  t.equal(says(bytesOf('\r\n \t\r\n#\n')), ' 0');
  t.equal(says(bytesOf('0.0.0.0/0\n::/0\n')), '0.0.0.0/0,::/0 0', 'everything');
  t.equal(
    says(bytesOf('128.0.0.0/1\n0.0.0.0/1\n8000::/1\n::/1')),
    '0.0.0.0/0,::/0 0',
    'everything in halves',
  );
  t.equal(
    says(bytesOf('\ufeff10.0.0.0/8\n')),
    '10.0.0.0/8 0',
    'the mark of some editors before the first line',
  );
  t.equal(says(bytesOf('10.0.0.0/8\n\ufeff11.0.0.0/8\n')), '10.0.0.0/8 1', 'is a character elsewhere');
  t.equal(
    says(bytesOf('10.0.0.0/8\0\0::/32\0'), { separator: 'nul' }),
    '10.0.0.0/8,::/32 0',
    'separated by NUL',
  );
  t.equal(
    says(bytesOf('10.0.0.0/8\n::/32\0'), { separator: 'nul' }),
    ' 1',
    'where a line feed is a character',
  );
  const rubbish = new Uint8Array(300_000);
  const random = randomWords(99);
  for (let i = 0; i < rubbish.length; i++) rubbish[i] = random();
  const lines = rubbish.filter((byte) => byte === 10).length + 1;
  t.ok(packed(rubbish, {}, [1000, 1001, 90_000]).faults.length > lines * 0.9, 'binary rubbish');
});

t.test('a line of 10 MB', async (t) => {
  const size = 10_000_000;
  const long = (fill: string, tail: string) => {
    const bytes = Buffer.alloc(size, fill);
    return Buffer.concat([Buffer.from('10.0.0.0/8\n'), bytes, Buffer.from(`${tail}\n11.0.0.0/8\n`)]);
  };
  const cuts = Array.from({ length: 160 }, (_, i) => i * 65_536);
  const says = (bytes: Uint8Array) => {
    const { set, faults } = packed(bytes, {}, cuts);
    return `${set.toString()} ${faults.join(' ').replace(/\(.*/, '')}`.trim();
  };
  t.equal(says(long('#', '')), '10.0.0.0/7', 'a comment');
  t.equal(says(long(' ', '')), '10.0.0.0/7', 'blanks');
  t.equal(says(long(' ', '12.0.0.0/7')), '10.0.0.0/7,12.0.0.0/7', 'an item far to the right');
  t.equal(says(long(' ', 'x')), `10.0.0.0/7 2:${size + 1}: a name where an address is expected`);
  t.equal(says(long('1', '')), '10.0.0.0/7 2:1: a single number where four octets are expected', 'one item');
  t.equal(
    says(Buffer.concat([Buffer.from('10.0.0.0/8'), long(' ', 'x').subarray(11)])),
    '11.0.0.0/8 1:11: a space after the length',
  );
});

t.test('IPv6 records are sorted whatever bits differ', async () => {
  const word = fc.oneof(fc.constant(0), fc.nat(3), fc.integer({ min: 0, max: 0xffffffff }));
  const record = fc.tuple(word, word, word, word);
  const pattern = fc.tuple(word, word, word, word);
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 1500, size: 'max' }),
      pattern,
      (records, mask) => {
        // only the bits of the mask differ, so that ties, upper words and single bits all come to be
        const words = Uint32Array.from(
          records.flatMap((record) => record.map((value, k) => value & (mask[k] ?? 0))),
        );
        const lengths = Uint8Array.from(records, (_, i) => i & 127);
        const used = lengths.length;
        const sorted = sortRecords([{ words, lengths, used }], used, new Uint32Array(used * ROOM));
        const spelled = (w: Uint32Array, l: Uint8Array) =>
          Array.from(
            l,
            (length, i) =>
              [...w.subarray(i * 4, i * 4 + 4)].map((n) => n.toString(16).padStart(8, '0')).join('') +
              ` ${length}`,
          );
        const before = spelled(words, lengths);
        const after = spelled(sorted.words, sorted.lengths);
        const inOrder = after.every(
          (text, i) => i === 0 || (after[i - 1] ?? '').slice(0, 32) <= text.slice(0, 32),
        );
        return inOrder && before.toSorted().join() === after.toSorted().join();
      },
    ),
    { numRuns: 150 },
  );
});
