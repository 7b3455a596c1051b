// The verbs of cidr(1) against slow readings of the same over a universe of 256 addresses, the map's geometry, and inputs that
// are long, cut into pieces, or everything.
import fc from 'fast-check';
import t from 'tap';
import { Address, AddressSet, Prefix, Range } from '../../src/address/index.ts';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { hostRange, reverseZones } from '../../src/programs/cidr/blocks.ts';
import { areaOf, blocksOf, coverage, hilbert } from '../../src/programs/cidr/map.ts';
import { program } from '../../src/programs/cidr.ts';
import { prefix, range } from '../address/arbitrary.ts';
import { cidr, go } from './cidr-run.ts';

t.test('check against a look at every pair', async (t) => {
  const item = fc
    .tuple(fc.nat(40), fc.nat(40))
    .map(([a, b]) => `0.0.0.${Math.min(a, b)}-0.0.0.${Math.max(a, b)}`);
  await fc.assert(
    fc.asyncProperty(fc.array(item, { maxLength: 12 }), async (lines) => {
      const { err, status } = await cidr(['check', '--json'], lines.join('\n'));
      const told = new Map(
        err
          .split('\n')
          .filter(Boolean)
          .map((line): [number, string] => [Number(JSON.parse(line).line), String(JSON.parse(line).code)]),
      );
      const ranges = lines.map((line) => Range.parse(line));
      const expected = new Map<number, string>();
      for (const [i, range] of ranges.entries()) {
        const others = ranges.filter((_, j) => j !== i);
        if (ranges.some((other, j) => j < i && other.equals(range))) expected.set(i + 1, 'CIDR003');
        else if (others.some((other) => other.contains(range) && !other.equals(range)))
          expected.set(i + 1, 'CIDR004');
        // Of two that overlap in part the one that begins later is told of.
        else if (
          others.some(
            (other) => other.overlaps(range) && Range.compare(other, range) < 0 && !range.contains(other),
          )
        )
          expected.set(i + 1, 'CIDR005');
      }
      t.strictSame([...told].map(String).sort(), [...expected].map(String).sort(), lines.join(' '));
      t.equal(status, expected.size > 0 ? 1 : 0);
    }),
    { numRuns: 150 },
  );
});

t.test('long lines, all pieces, both families, everything', async (t) => {
  const long = `10.0.0.1\n${'x'.repeat(10_000_000)}\n10.0.0.2 #${'y'.repeat(1_000_000)}\n`;
  for (const words of [['merge', '-r'], ['sort'], ['convert', 'range'], ['check']]) {
    const { status, out, err } = await cidr(words, long, {}, 65536);
    t.equal(status, 65);
    t.match(
      out,
      words[0] === 'check' ? /^$/ : /^10\.0\.0\.1(\n|-)10\.0\.0\.2\n$/,
      `${words[0]}: a line of 10 MB`,
    );
    t.ok(err.length < 2000, `${words[0]}: is not all shown (${err.length})`);
  }
  const text = '# a\r\n10.0.0.0/30 \r\n\r\n\t2001:db8::/126#x\n10.0.0.9-10.0.0.10';
  for (const words of [
    ['merge'],
    ['sort'],
    ['hosts'],
    ['check', '--public'],
    ['info'],
    ['count'],
    ['convert', 'reverse'],
  ]) {
    const whole = await cidr(words, text);
    for (const size of [1, 2, 3, 7])
      t.strictSame(await cidr(words, text, {}, size), whole, `${words[0]} in pieces of ${size}`);
  }
  t.match(
    await cidr(['check'], '10.0.0.1\u00a0\n'),
    { status: 65, err: /U\+00A0/ },
    'a blank that is none is told of, by whichever reader',
  );
  t.match(await cidr(['merge'], '10.0.0.1\u00a0\n'), { status: 65, err: /U\+00A0/ });
  const mark = new TextEncoder().encode('\ufeff');
  for (const rest of ['10.0.0.1\n', ' 10.0.0.1', '# list\n10.0.0.1\n', '\r\n10.0.0.1']) {
    const bytes = Uint8Array.from([...mark, ...new TextEncoder().encode(rest)]);
    for (const verb of ['merge', 'sort'])
      t.match(
        await cidr([verb], bytes),
        { status: 0, out: '10.0.0.1\n', err: '' },
        `${verb}: a byte order mark`,
      );
  }
  t.equal(
    (await cidr(['count', '0.0.0.0/0', '::/0'])).out,
    'IPv4 4294967296 addresses, 1 range, 1 prefix\nIPv6 340282366920938463463374607431768211456 addresses, 1 range, 1 prefix\n',
  );
  t.match(
    await cidr(['contains', '-v', '10.0.0.0/8', '-'], '10.0.0.1\n11.0.0.0/8\n'),
    { status: 1, out: '10.0.0.1 yes\n11.0.0.0/8 no\n' },
    'items from standard input',
  );
});

t.test('binary rubbish is no fault of the program', async (t) => {
  const verbs: readonly (readonly string[])[] = [
    ...['merge', 'complement', 'count', 'check', 'info', 'sort', 'hosts', 'merge -0', 'sort -0', 'check -0'],
    ...['convert hex', 'convert nft', 'convert ipset', 'split /32', 'next /24 10.0.0.0/8', 'map 10.0.0.0/8'],
    ...['subtract - ::/0', 'intersect - ::/0', 'diff - ::/0', 'contains - ::', 'grep ::/0', 'grep -o - text'],
    ...['lookup - text', 'lookup text', 'grep -0c 0.0.0.0/0'],
  ].map((line) => line.split(' '));
  const piece = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .constantFrom('10.0.0.1\n', '::1', '/33', '\n', '\0', '#', ' ', '-10.0.0.2\n')
      .map((text) => new TextEncoder().encode(text)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: 1, max: 50 }),
      async (pieces, size) => {
        const bytes = Uint8Array.from(pieces.flatMap((each) => [...each]));
        for (const words of verbs) {
          const { status, err } = await cidr(words, bytes, { text: bytes }, size);
          if (![0, 1, 65].includes(status)) t.fail(`${words.join(' ')} on ${bytes.join()}: ${status} ${err}`);
        }
      },
    ),
    { numRuns: 60 },
  );
});

t.test('check tells of very many', async (t) => {
  const { err, status } = await cidr(['check', '--json'], '10.0.0.1\n'.repeat(200_000));
  t.equal(status, 1);
  t.equal(err.match(/CIDR003/g)?.length, 199_999, 'each line but the first');
});

t.test('sort, against the order of the model', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(prefix, range), { maxLength: 30 }), async (items) => {
      const { out } = await cidr(['sort'], items.map((item) => `${item.toString()}\n`).join(''));
      const ranges = out
        .split('\n')
        .filter(Boolean)
        .map((line) => Range.parse(line, ['prefix']));
      t.equal(ranges.length, items.length);
      for (const [index, each] of ranges.entries()) {
        const before = ranges[index - 1];
        const inOrder =
          before === undefined ||
          Address.compare(before.first, each.first) < 0 ||
          (before.first.equals(each.first) && Address.compare(before.last, each.last) >= 0);
        if (!inOrder) t.fail(`${before} before ${each}`);
      }
    }),
    { numRuns: 200 },
  );
});

t.test('the algebra over 256 addresses, against arrays of bits', async (t) => {
  const line = fc
    .tuple(fc.nat(255), fc.nat(255))
    .map(([a, b]) => `192.0.2.${Math.min(a, b)}-192.0.2.${Math.max(a, b)}`);
  const lists = fc.array(line, { maxLength: 6 });
  const bitsOf = (text: string): boolean[] => {
    const bits = Array<boolean>(256).fill(false);
    for (const each of text.split('\n').filter(Boolean)) {
      const range = Range.parse(each.replace(/^[-+]/, ''), ['prefix']);
      bits.fill(true, range.first.w3 & 255, (range.last.w3 & 255) + 1);
    }
    return bits;
  };
  await fc.assert(
    fc.asyncProperty(lists, lists, fc.integer({ min: 26, max: 32 }), async (left, right, length) => {
      const files = { a: left.join('\n'), b: right.join('\n') };
      const [a, b] = [bitsOf(files.a), bitsOf(files.b)];
      const holds = async (words: readonly string[], expected: (at: number) => boolean): Promise<void> => {
        const { out } = await cidr(words, '', files);
        t.strictSame(
          bitsOf(out),
          Array.from({ length: 256 }, (_, at) => expected(at)),
          `${words.join(' ')} ${left} | ${right}`,
        );
      };
      await holds(['intersect', 'a', 'b'], (at) => Boolean(a[at] && b[at]));
      await holds(['subtract', '-r', 'a', 'b'], (at) => Boolean(a[at] && !b[at]));
      await holds(['diff', 'a', 'b'], (at) => a[at] !== b[at]);
      const outside = await cidr(['complement', 'a'], '', files);
      if (left.length > 0)
        t.strictSame(
          bitsOf((await cidr(['intersect', '-', '192.0.2.0/24'], outside.out)).out),
          a.map((bit) => !bit),
          'complement',
        );
      const free = await cidr(['next', '-n', '256', `/${length}`, '192.0.2.0/24', 'a'], '', files);
      const size = 2 ** (32 - length);
      const expected = Array.from({ length: 256 / size }, (_, index) => index * size)
        .filter((start) => !a.slice(start, start + size).some(Boolean))
        .map((start) => `192.0.2.${start}/${length}\n`);
      t.equal(free.out, expected.join(''), `next /${length}`);
      const fit = await cidr(
        ['next', '--best-fit', '-n', '256', `/${length}`, '192.0.2.0/24', 'a'],
        '',
        files,
      );
      t.strictSame(fit.out.split('\n').sort(), free.out.split('\n').sort(), 'best-fit finds the same ones');
      const grep = await cidr(
        ['grep', '-c', 'a'],
        Array.from({ length: 256 }, (_, at) => `at 192.0.2.${at}.`).join('\n'),
        files,
      );
      t.equal(grep.out, `${a.filter(Boolean).length}\n`, 'grep -c');
    }),
    { numRuns: 60 },
  );
});

t.test('hosts and reverse zones, against a list of all addresses', (t) => {
  for (const text of [
    '10.0.0.0/24',
    '10.0.0.0/30',
    '10.0.0.0/31',
    '10.0.0.9/32',
    '2001:db8::/120',
    '2001:db8::/127',
  ]) {
    const prefix = Prefix.parse(text);
    const all: Address[] = [];
    for (let at: Address | undefined = prefix.first; at !== undefined && prefix.contains(at); at = at.next())
      all.push(at);
    const usable = all.slice(all.length > 2 ? 1 : 0, all.length > 2 && prefix.family === 4 ? -1 : undefined);
    t.equal(
      String(hostRange(prefix)),
      String(Range.of(usable[0] ?? prefix.first, usable.at(-1) ?? prefix.last)),
      text,
    );
    for (const zone of reverseZones(prefix))
      t.ok(
        all.every((address) => address.reverseName().endsWith(zone)),
        `${zone} has all of ${text}`,
      );
  }
  for (let length = 0; length < 32; length++) {
    const zones = reverseZones(Prefix.parse(`0.0.0.0/${length}`));
    t.equal(zones.length, length > 24 ? 1 : 2 ** ((8 - (length % 8)) % 8), `/${length}`);
    t.equal(new Set(zones).size, zones.length);
  }
  t.end();
});

t.test('map: the curve, and what lies where', async (t) => {
  for (const order of [0, 1, 2, 3, 4, 5]) {
    const points = Array.from({ length: 4 ** order }, (_, index) => hilbert(order, index));
    t.equal(
      new Set(points.map(({ x, y }) => `${x},${y}`)).size,
      4 ** order,
      `order ${order}: every cell once`,
    );
    for (const [index, { x, y }] of points.entries()) {
      const next = points[index + 1];
      if (next !== undefined && Math.abs(next.x - x) + Math.abs(next.y - y) !== 1)
        t.fail(`a jump after ${index}`);
    }
    t.strictSame(
      [points[0], points.at(-1)],
      [
        { x: 0, y: 0 },
        { x: 2 ** order - 1, y: 0 },
      ],
      'upper left to upper right',
    );
    for (let cells = 1; cells <= 4 ** order; cells *= 2) {
      for (let first = 0; first < 4 ** order; first += cells) {
        const own = points.slice(first, first + cells);
        const [xs, ys] = [own.map(({ x }) => x), own.map(({ y }) => y)];
        const box = {
          x: Math.min(...xs),
          y: Math.min(...ys),
          width: Math.max(...xs) - Math.min(...xs) + 1,
          height: Math.max(...ys) - Math.min(...ys) + 1,
        };
        if (box.width * box.height !== cells) t.fail(`block of ${cells} at ${first} is no rectangle`);
        const drawn = areaOf(order, first, cells);
        if (JSON.stringify(drawn) !== JSON.stringify(box))
          t.strictSame(drawn, box, `block of ${cells} at ${first}`);
      }
    }
    t.pass(`order ${order}: every aligned block is a rectangle, drawn as one`);
  }
  await go(t, [
    {
      why: 'quarters: the curve goes down, right, up',
      words: ['map', '--order', '1', '10.0.0.0/30', '10.0.0.1', '10.0.0.3'],
      out: '+----+\n|  ██|\n|██  |\n+----+\n10.0.0.0/30, a cell is a /32, 50.00 % used\n',
    },
    {
      why: 'shades',
      words: [
        'map',
        '--order',
        '1',
        '10.0.0.0/26',
        '10.0.0.0',
        '10.0.0.16/29',
        '10.0.0.32-10.0.0.46',
        '10.0.0.48/28',
      ],
      out: '+----+\n|░░██|\n|▒▒▓▓|\n+----+\n10.0.0.0/26, a cell is a /28, 62.50 % used\n',
    },
    {
      why: 'one address',
      words: ['map', '10.0.0.0', '10.0.0.0/8'],
      out: '+--+\n|██|\n+--+\n10.0.0.0/32, a cell is a /32, 100.00 % used\n',
    },
    {
      why: 'never none where there is some',
      words: ['map', '--order', '1', '::/0', '::1'],
      out: '+----+\n|░░  |\n|    |\n+----+\n::/0, a cell is a /2, under 0.01 % used\n',
    },
    {
      why: 'what is outside does not count',
      words: ['map', '--order', '1', '10.0.0.0/30'],
      stdin: '10.0.0.4\n',
      out: '+----+\n|    |\n|    |\n+----+\n10.0.0.0/30, a cell is a /32, 0.00 % used\n',
    },
    {
      why: 'JSON',
      words: ['map', '--json', '--order', '1', '10.0.0.0/29', '10.0.0.3'],
      out: '{"prefix":"10.0.0.2/31","length":31,"used":0.5}\n',
    },
    { why: 'no prefix', words: ['map', '10.0.0.0-10.0.0.2'], out: '', status: 64, err: /^BLOCK/ },
    {
      why: 'an order that is none',
      words: ['map', '--order', '11', '10.0.0.0/8'],
      out: '',
      status: 64,
      err: /1 to 10/,
    },
  ]);
  const { out } = await cidr(['map', '--svg', '10.0.0.0/24', '10.0.0.0/25', '10.0.0.193']);
  t.equal(out.match(/<rect [^>]*><title>/g)?.length, 2, 'a prefix is one rectangle');
  t.match(out, /<rect x="0" y="0" width="256" height="512"><title>10\.0\.0\.0\/25<\/title>/);
  t.match(out, /<title>10\.0\.0\.193\/32<\/title>/);
  t.equal(out.match(/<text [^>]*>10\.0\.0\.\d+\/28</g)?.length, 16, 'a grid tells where one is');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(255), fc.nat(255)), { maxLength: 5 }),
      fc.integer({ min: 0, max: 4 }),
      (pairs, order) => {
        const held = Array<number>(256).fill(0);
        const used: Range[] = pairs.map(([a, b]) =>
          Range.parse(`10.0.0.${Math.min(a, b)}-10.0.0.${Math.max(a, b)}`),
        );
        for (const range of used) held.fill(1, range.first.w3 & 255, (range.last.w3 & 255) + 1);
        const shares = coverage(Prefix.parse('10.0.0.0/24'), AddressSet.of(...used), order);
        const size = 256 / 4 ** order;
        const expected = Array.from(
          { length: 4 ** order },
          (_, cell) => held.slice(cell * size, (cell + 1) * size).reduce((sum, bit) => sum + bit, 0) / size,
        );
        t.strictSame([...shares], expected);
        const covered = Array<number>(4 ** order).fill(0);
        for (const { first, cells } of blocksOf(shares)) {
          t.equal(first % cells, 0, 'aligned');
          for (let cell = first; cell < first + cells; cell++) covered[cell] = (covered[cell] ?? 0) + 1;
        }
        t.strictSame(
          covered,
          expected.map((share) => (share > 0 ? 1 : 0)),
          'each used cell is drawn once',
        );
      },
    ),
  );
});

t.test('progress is for terminals, and never between printed lines', async (t) => {
  const lines = Array.from({ length: 3000 }, (_, index) => `10.0.${index >> 8}.${index & 255}\n`).join('');
  for (const terminal of [false, true]) {
    const host = new FakeHost();
    host.terminal = terminal;
    host.file('list', lines);
    t.equal(await runProgram(program, ['merge', 'list'], host), 0);
    t.equal(host.stderr, '', 'nothing in the first second');
  }
});
