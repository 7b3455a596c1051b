import fc from 'fast-check';
import t from 'tap';
import { AddressSet, Prefix } from '../../src/address/index.ts';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/cidr.ts';

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function cidr(
  words: readonly string[],
  stdin: string | Uint8Array = '',
  files: Readonly<Record<string, string>> = {},
  chunkSize = Number.POSITIVE_INFINITY,
): Promise<Ended> {
  const host = new FakeHost();
  host.stdin = stdin;
  host.chunkSize = chunkSize;
  for (const [path, text] of Object.entries(files)) host.file(path, text);
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr };
}

t.test('merge: the fewest prefixes that cover exactly what was given', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string, string])[] = [
    ['halves join', [], '10.0.0.0/25\n10.0.0.128/25\n', '10.0.0.0/24\n'],
    ['what is inside goes away', [], '10.0.0.0/8\n10.1.2.3\n', '10.0.0.0/8\n'],
    ['a range falls into prefixes', [], '10.0.0.1-10.0.0.4', '10.0.0.1\n10.0.0.2/31\n10.0.0.4\n'],
    ['families stand one after the other', [], '2001:db8::1\n10.0.0.1\n', '10.0.0.1\n2001:db8::1\n'],
    ['IPv4 only', ['-4'], '2001:db8::1\n10.0.0.1\n', '10.0.0.1\n'],
    ['IPv6 only', ['-6'], '2001:db8::1\n10.0.0.1\n', '2001:db8::1\n'],
    [
      'comments, blank lines, blanks around, DOS line ends',
      [],
      '# all\r\n\r\n  10.0.0.0/9 # a half\r\n10.128.0.0/9\r\n',
      '10.0.0.0/8\n',
    ],
    ['no line end at the end', [], '10.0.0.1', '10.0.0.1\n'],
    ['nothing in, nothing out', [], '', ''],
    ['ranges', ['--ranges'], '10.0.0.0/24\n10.0.1.0\n10.9.9.9\n', '10.0.0.0-10.0.1.0\n10.9.9.9\n'],
    [
      'JSON',
      ['--json'],
      '10.0.0.0/25\n10.0.0.1\n2001:db8::1\n',
      '{"prefix":"10.0.0.0/25"}\n{"prefix":"2001:db8::1/128"}\n',
    ],
    ['JSON ranges', ['--json', '-r'], '10.0.0.0/31\n', '{"first":"10.0.0.0","last":"10.0.0.1"}\n'],
    ['everything', [], '0.0.0.0/0\n::/0\n', '0.0.0.0/0\n::/0\n'],
    ['host bits, when asked for', ['--lenient', 'host-bits'], '10.1.2.3/8\n', '10.0.0.0/8\n'],
    ['netmasks, when asked for', ['--lenient', 'netmask'], '10.0.0.0/255.0.0.0\n', '10.0.0.0/8\n'],
    ['wildcards, when asked for', ['--lenient=wildcard'], '10.0.0.0/0.255.255.255\n', '10.0.0.0/8\n'],
  ];
  for (const [why, words, stdin, out] of rows)
    t.strictSame(await cidr(['merge', ...words], stdin), { status: 0, out, err: '' }, why);
});

t.test('merge is right whatever the pieces that the input comes in, and against a slow merge', async (t) => {
  const prefix = fc
    .tuple(fc.integer({ min: 0, max: 255 }), fc.integer({ min: 24, max: 32 }))
    .map(([last, length]) => {
      const size = 2 ** (32 - length);
      return `192.0.2.${last - (last % size)}/${length}`;
    });
  await fc.assert(
    fc.asyncProperty(
      fc.array(prefix, { maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      async (lines, size) => {
        const { out } = await cidr(['merge'], lines.join('\n'), {}, size);
        const held = new Set<number>();
        for (const line of lines) {
          const each = Prefix.parse(line);
          for (let at = 0n; at < each.size; at++) held.add(Number((each.first.toBigInt() + at) & 0xffn));
        }
        const told = new Set<number>();
        const prefixes = out
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => Prefix.parse(line, ['single-address']));
        for (const each of prefixes)
          for (let at = 0n; at < each.size; at++) told.add(Number((each.first.toBigInt() + at) & 0xffn));
        t.strictSame(
          [...told].sort((a, b) => a - b),
          [...held].sort((a, b) => a - b),
        );
        t.equal(prefixes.length, [...AddressSet.of(...prefixes).prefixes()].length, 'none can be left out');
      },
    ),
    { numRuns: 60 },
  );
});

t.test('subtract, and lists that are items themselves', async (t) => {
  const files = {
    a: '10.0.0.0/24\n2001:db8::/126\n',
    b: '10.0.0.0/25\n',
    c: '10.0.0.128/26\n2001:db8::2/127\n',
    '10.0.0.0': '192.0.2.1\n',
  };
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['two files away from one', ['a', 'b', 'c'], '10.0.0.192/26\n2001:db8::/127\n'],
    ['an item away from an item', ['10.0.0.0/30', '10.0.0.1'], '10.0.0.0\n10.0.0.2/31\n'],
    ['standard input among them', ['a', '-'], '10.0.0.0/24\n'],
    ['a file whose name looks like an address', ['./10.0.0.0', '10.0.0.0/8'], ''],
    ['all of it', ['a', 'a'], ''],
  ];
  for (const [why, words, out] of rows) {
    const { status, err, ...rest } = await cidr(['subtract', ...words], '2001:db8::/64\n', {
      ...files,
      './10.0.0.0': '10.0.0.0/9\n',
    });
    t.strictSame({ status, err, ...rest }, { status: 0, out, err: '' }, why);
  }
});

t.test('contains: the exit status is the answer', async (t) => {
  const files = { list: '10.0.0.0/24\n2001:db8::/32\n' };
  const rows: readonly (readonly [readonly string[], number, string])[] = [
    [['list', '10.0.0.7'], 0, ''],
    [['list', '10.0.1.7'], 1, ''],
    [['list', '10.0.0.0/23'], 1, ''],
    [['list', '10.0.0.1-10.0.0.9', '2001:db8:1::/48'], 0, ''],
    [['-v', 'list', '10.0.0.7', '10.0.1.7'], 1, '10.0.0.7 yes\n10.0.1.7 no\n'],
    [['--json', 'list', '::ffff:10.0.0.7'], 1, '{"item":"::ffff:10.0.0.7","contained":false}\n'],
    [['-', '10.0.0.7'], 1, ''],
  ];
  for (const [words, status, out] of rows)
    t.strictSame(await cidr(['contains', ...words], '', files), { status, out, err: '' }, words.join(' '));
  t.match(await cidr(['contains', 'list', '10.0.0.300'], '', files), {
    status: 64,
    out: '',
    err: /^ITEM:1:8: error\[CIDR001\]: "10\.0\.0\.300": .*\n {2}10\.0\.0\.300\n {9}\^+\n/,
  });
});

t.test('a bad line is told with its place, and the rest goes on', async (t) => {
  const text = '10.0.0.0/25\n10.0.0.128/24\n# fine\n  010.0.0.1 # octal?\r\n10.0.0.128/25\nrubbish\n';
  const ended = await cidr(['merge', 'list'], '', { list: text });
  t.equal(ended.status, 65);
  t.equal(ended.out, '10.0.0.0/24\n');
  t.match(ended.err, /^list:2:8: error\[CIDR001\]/);
  t.match(ended.err, /\nlist:4:3: error\[CIDR001\].*\n {4}010\.0\.0\.1 # octal\?\n {4}\^/);
  t.match(ended.err, /\nlist:6:1: error\[CIDR001\]/);
  const strict = await cidr(['merge', '--strict', 'list'], '', { list: text });
  t.strictSame(
    [strict.status, strict.out, strict.err.match(/error\[/g)?.length],
    [65, '', 1],
    '--strict ends at the first and prints nothing',
  );
  const json = await cidr(['merge', '--json', 'list'], '', { list: text });
  t.match(JSON.parse(json.err.split('\n')[0] ?? ''), { code: 'CIDR001', file: 'list', line: 2, column: 8 });
  const binary = await cidr(['merge'], Uint8Array.from([0, 255, 10, 49, 48, 46, 48, 46, 48, 46, 49, 10]));
  t.strictSame([binary.status, binary.out], [65, '10.0.0.1\n'], 'binary rubbish');
  t.notMatch(binary.err, /\u0000/, 'is shown as escapes');
  t.match(await cidr(['merge', 'nowhere']), {
    status: 66,
    out: '',
    err: 'cidr: nowhere: No such file or directory\n',
  });
  t.match(await cidr(['merge', '-4', '-6']), { status: 64, err: /-4 and -6 leave nothing/ });
});

t.test('info: what there is to know', async (t) => {
  const { out, status } = await cidr([
    'info',
    '10.1.2.3/20',
    '2001:db8::/33',
    '192.0.2.1',
    '10.0.0.1-10.0.0.2',
    '10.0.0.0/26',
  ]);
  t.equal(status, 0);
  const [lan, six, host, range, small] = out.split('\n\n');
  for (const line of [
    'family     IPv4',
    'address    10.1.2.3',
    'network    10.1.0.0/20',
    'netmask    255.255.240.0',
    'wildcard   0.0.15.255',
    'last       10.1.15.255',
    'addresses  4096',
    'hosts      4094',
    'usable     10.1.0.1-10.1.15.254',
    'registry   Private-Use (RFC 1918)',
  ]) {
    t.ok(lan?.includes(`  ${line}\n`) || lan?.endsWith(`  ${line}`), line);
  }
  t.equal(lan?.match(/1\.10\.in-addr\.arpa/g)?.length, 16, 'a /20 is sixteen zones');
  t.match(
    six,
    /addresses {2}39614081257132168796771975168\n {2}hosts {6}39614081257132168796771975167\n.*\n {2}reverse {4}0\.8\.b\.d\.0\.1\.0\.0\.2\.ip6\.arpa 1\.8/,
  );
  t.match(host, /reverse {3}1\.2\.0\.192\.in-addr\.arpa\n {2}registry {2}Documentation \(TEST-NET-1\)/);
  t.match(range, /prefixes {3}10\.0\.0\.1 10\.0\.0\.2\n/);
  t.match(small, /reverse {4}0\.0\.10\.in-addr\.arpa\n/, 'below a /24 it is the zone that holds it');
  const json = await cidr(['info', '--json'], '10.0.0.0/30\n2001:db8::1\n');
  t.strictSame(
    json.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).item),
    ['10.0.0.0/30', '2001:db8::1'],
  );
  t.match(await cidr(['info', '10.0.0.0/33']), { status: 64, err: /^ITEM:1:10: error\[CIDR001\]/ });
  t.match(await cidr(['info'], '10.0.0.0/33\n'), { status: 65, err: /^<stdin>:1:10: error\[CIDR001\]/ });
});
