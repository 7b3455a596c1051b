// cidr(1) beside the tools that do a part of what it does: iprange for the algebra of IPv4 lists, grepcidr for lines of text,
// Python's ipaddress for networks and hosts, and as judges of what convert prints nft and ipset with the kernel behind them.

import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { Address, AddressSet, Prefix, Range, readItem } from '../../src/address/index.ts';
import { Random } from '../fuzz/random.ts';
import { cidr as played } from '../programs/cidr-run.ts';
import { type Ended, run } from '../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'penstock-cidr-'));
t.teardown(() => rmSync(folder, { recursive: true }));

async function lacks(...tools: readonly string[]): Promise<false | string> {
  for (const tool of tools) if ((await run('which', [tool])).status !== 0) return `${tool} is not installed`;
  return false;
}

/** A file of the folder. */
function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

async function cidr(words: readonly string[], stdin = ''): Promise<string> {
  const { out, err } = await played(words, stdin);
  if (err !== '') throw new Error(`cidr ${words.join(' ')}: ${err}`);
  return out;
}

/** Lists of one family whose items crowd into a few places, so that they touch and overlap. */
function randomList(random: Random, family: 4 | 6, count: number, ranges: boolean): string {
  const width = family === 4 ? 32 : 128;
  const bases =
    family === 4 ? [0x0a000000n, 0xc0000200n, 0xfffff000n] : [0x20010db8n << 96n, 0xfc00n << 112n];
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const address = Address.fromBigInt(family, (random.pick(bases, 1n) + BigInt(random.below(4096))) | 1n);
    const kind = random.below(ranges ? 3 : 2);
    if (kind === 0) lines.push(String(address));
    else if (kind === 1) lines.push(String(Prefix.of(address, width - random.below(10))));
    else {
      const last = address.toBigInt() + BigInt(random.below(300));
      const most = (1n << BigInt(width)) - 1n;
      lines.push(`${address}-${Address.fromBigInt(family, last > most ? most : last)}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

t.test('iprange: merge, subtract, intersect, diff', { skip: await lacks('iprange') }, async (t) => {
  const random = new Random(3);
  for (let round = 0; round < 12; round++) {
    const texts = [10, 60, 200].map((count) => randomList(random, 4, random.below(count) + 1, true));
    const [a = '', b = '', c = ''] = texts.map((text, index) => put(`${round}-${index}`, text));
    const [left = '', right = '', third = ''] = texts;
    const ours = async (verb: string, ...lists: readonly string[]): Promise<string> => {
      const names = lists.map((_, index) => `list-${index}`);
      const files = Object.fromEntries(names.map((name, index) => [name, lists[index] ?? '']));
      return (await played([verb, ...names], '', files)).out;
    };
    const theirs = async (...words: readonly string[]): Promise<string> =>
      (await run('iprange', words)).stdout;
    t.equal(await ours('merge', left, right, third), await theirs(a, b, c), 'merge');
    t.equal(await ours('subtract', left, right, third), await theirs(a, '--except', b, c), 'subtract');
    t.equal(await ours('intersect', left, right, third), await theirs(a, b, c, '--common'), 'intersect');
    const changed = await ours('diff', left, right);
    t.equal(await cidr(['merge'], changed.replace(/^[-+]/gm, '')), await theirs(a, '--diff', b), 'diff');
  }
  // Where they differ, iprange 1.0.4 is at fault: behind its last address it goes on with the first, and IPv6 becomes IPv4.
  const edges = '255.255.255.255\n0.0.0.0\n';
  t.equal(await cidr(['merge'], edges), '0.0.0.0\n255.255.255.255\n');
  t.equal(
    (await run('iprange', [put('edges', edges)])).stdout,
    '0.0.0.0/0\n',
    'two addresses are all of them to it',
  );
  t.equal((await run('iprange', [put('six', '2001:db8::/32\n')])).stdout, '0.0.7.209\n');
});

t.test('grepcidr: lines of text', { skip: await lacks('grepcidr') }, async (t) => {
  const random = new Random(5);
  const list = randomList(random, 4, 60, false) + randomList(random, 6, 20, false);
  const strict = await cidr(['merge', '--lenient', 'host-bits'], list);
  const path = put('patterns', strict);
  const around = ['', ' ', 'from ', '"', '(', '=', 'x,', '\t'];
  const behind = ['', ' ', ' to', '"', ')', ',', '/24', ' 9.9.9.9'];
  const lines: string[] = [];
  for (let index = 0; index < 3000; index++) {
    const near = readItem(random.pick(strict.trim().split('\n'), ''), ['single-address']);
    if (!(near instanceof Prefix)) continue;
    const at = near.first.toBigInt() + BigInt(random.below(40)) - 8n;
    lines.push(`${random.pick(around, '')}${Address.fromBigInt(near.family, at)}${random.pick(behind, '')}`);
  }
  const text = `${lines.join('\n')}\n`;
  for (const flags of [[], ['-v'], ['-c']]) {
    const theirs = await run(
      'grepcidr',
      [...flags.map((flag) => (flag === '-v' ? '-iv' : flag)), '-f', path],
      { input: text },
    );
    const ours = await played(['grep', ...flags, 'patterns'], text, { patterns: strict });
    t.equal(ours.out, theirs.stdout, `grep ${flags.join('')}`);
    t.equal(ours.status, theirs.status, 'and the exit status');
  }
  // What is no word of its own is no address to us, and an address at the end of a sentence is one.
  const differences: readonly (readonly [string, boolean, string])[] = [
    ['v10.0.0.1', false, 'a version'],
    ['_10.0.0.1', false, 'a part of a name'],
    ['10.0.0.1_x', false, 'a part of a name'],
    ['é10.0.0.1', false, 'a letter is a letter in any script'],
    ['x2001:db8::1', false, 'a part of a word'],
    ['10.0.0.1.', true, 'the end of a sentence'],
    ['2001:db8::1.', true, 'the end of a sentence'],
    ['2001:db8::1: no route', true, 'as programs begin their messages'],
  ];
  for (const [line, ours, why] of differences) {
    const { status } = await played(['grep', 'p'], line, { p: '10.0.0.0/8\n2001:db8::/32\n' });
    t.equal(status === 0, ours, `${line}: ${why}`);
    const theirs = await run('grepcidr', ['10.0.0.0/8,2001:db8::/32'], { input: `${line}\n` });
    t.equal(theirs.status === 0, !ours, `grepcidr on ${line} still says otherwise`);
  }
});

const PYTHON = `
import ipaddress, itertools, json, sys
def collapse(nets):
    out = []
    for version in (4, 6):
        out += ipaddress.collapse_addresses(n for n in nets if n.version == version)
    return [str(n) for n in out]
def net(text): return ipaddress.ip_network(text, strict=False)
for line in sys.stdin:
    job = json.loads(line)
    nets = [net(text) for text in job["list"]]
    if job["do"] == "merge":
        answer = collapse(nets)
    elif job["do"] == "subtract":
        left = nets
        for minus in map(net, job["minus"]):
            kept = []
            for n in left:
                if n.version != minus.version or not n.overlaps(minus): kept.append(n)
                elif minus.supernet_of(n): pass
                else: kept += n.address_exclude(minus)
            left = kept
        answer = collapse(left)
    elif job["do"] == "split":
        answer = [str(s) for n in nets for s in n.subnets(new_prefix=job["length"])]
    elif job["do"] == "hosts":
        answer = [str(h) for n in nets for h in n.hosts()]
    elif job["do"] == "sort":
        answer = [str(n) for n in sorted(nets, key=lambda n: (n.version, n))]
    elif job["do"] == "summarize":
        answer = [str(n) for a, b in job["ranges"] for n in ipaddress.summarize_address_range(ipaddress.ip_address(a), ipaddress.ip_address(b))]
    else:
        answer = [[str(n), str(n.netmask), str(n.hostmask), str(n[0]), str(n[-1]), str(n.num_addresses), n[0].reverse_pointer] for n in nets]
    print(json.dumps(answer))
`;

t.test(
  "Python's ipaddress: merge, subtract, split, hosts, sort, info",
  { skip: await lacks('python3') },
  async (t) => {
    const random = new Random(9);
    const jobs: Record<string, unknown>[] = [];
    const ours: string[][] = [];
    const linesOf = (text: string): string[] => text.split('\n').filter(Boolean);
    const prefixes = (text: string): string[] =>
      linesOf(text).map((line) => String(Prefix.parse(line, ['single-address'])));
    for (let round = 0; round < 30; round++) {
      const family = round % 2 === 0 ? 4 : 6;
      const whole = family === 4 ? 32 : 128;
      const list = linesOf(
        await cidr(['convert', '--lenient', 'host-bits', 'prefix'], randomList(random, family, 40, false)),
      );
      const minus = linesOf(
        await cidr(['convert', '--lenient', 'host-bits', 'prefix'], randomList(random, family, 15, false)),
      );
      const small = list.slice(0, 4);
      const length = whole - random.below(2);
      const wide = small.filter((text) => Prefix.parse(text).length <= length);
      const ranges = linesOf(randomList(random, family, 10, true)).filter((line) => line.includes('-'));
      jobs.push(
        { do: 'merge', list },
        { do: 'subtract', list, minus },
        { do: 'sort', list },
        { do: 'split', list: wide, length },
        { do: 'hosts', list: small },
        { do: 'summarize', list: [], ranges: ranges.map((line) => line.split('-')) },
        { do: 'info', list: small },
      );
      const text = list.join('\n');
      const info = linesOf(await cidr(['info', '--json'], small.join('\n'))).map(
        (line): Record<string, string> => JSON.parse(line),
      );
      ours.push(
        prefixes(await cidr(['merge'], text)),
        prefixes((await played(['subtract', '-', 'minus'], text, { minus: minus.join('\n') })).out),
        linesOf(await cidr(['sort'], text)),
        linesOf(await cidr(['split', `/${length}`], wide.join('\n'))),
        linesOf(await cidr(['hosts'], small.join('\n'))),
        linesOf(await cidr(['convert', 'prefix'], ranges.join('\n'))),
        info.map((facts) =>
          JSON.stringify([
            ...['network', 'netmask', 'wildcard', 'first', 'last', 'addresses'].map(
              (name) => facts[name] ?? '',
            ),
            Address.parse(facts['first'] ?? '').reverseName(),
          ]),
        ),
      );
    }
    const { stdout, stderr } = await run('python3', ['-c', PYTHON], {
      input: jobs.map((job) => `${JSON.stringify(job)}\n`).join(''),
    });
    t.equal(stderr, '');
    for (const [index, line] of stdout.trim().split('\n').entries()) {
      const answer: (string | string[])[] = JSON.parse(line);
      const theirs = answer.map((each) => (Array.isArray(each) ? JSON.stringify(each) : each));
      t.strictSame(ours[index], theirs, JSON.stringify(jobs[index]).slice(0, 100));
    }
    t.equal(stdout.trim().split('\n').length, jobs.length);
  },
);

const root = process.getuid?.() === 0;

/** A network namespace of the test's own: its sets are not the machine's. */
async function namespace(t: { teardown(end: () => Promise<void>): void }, suffix: string) {
  const name = `pn-${process.pid}-${suffix}`;
  const { status, stderr } = await run('ip', ['netns', 'add', name]);
  if (status !== 0) throw new Error(stderr);
  t.teardown(async () => void (await run('ip', ['netns', 'delete', name])));
  return (words: readonly string[], input?: string): Promise<Ended> =>
    run('ip', ['netns', 'exec', name, ...words], input === undefined ? {} : { input });
}

/** Lists for the kernel: the edges of each family, everything, nothing, one family, many. */
const LISTS: readonly (readonly [string, string])[] = [
  ['both families', '10.0.0.0/8\n192.0.2.1\n192.0.2.3-192.0.2.9\n2001:db8::/32\n::1\n'],
  ['the edges', '0.0.0.0/31\n255.255.255.254/31\n::/127\nffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127\n'],
  ['everything', '0.0.0.0/0\n::/0\n'],
  ['nothing', ''],
  ['one family', '2001:db8::/33\n'],
  [
    'many',
    Array.from({ length: 3000 }, (_, index) => `10.${index >> 8}.${index & 255}.${index % 7}\n`).join(''),
  ],
  ['few', '192.0.2.0/24\n'],
];

t.test(
  'nft takes what convert prints, and holds it',
  { skip: (!root && 'not root') || (await lacks('nft', 'ip')) },
  async (t) => {
    const inside = await namespace(t, 'nft');
    for (const [what, list] of LISTS) {
      const text = await cidr(['convert', 'nft', '--name', 'office', '--table', 'inet lab'], list);
      const checked = await inside(['nft', '-c', '-f', '-'], text);
      t.strictSame([checked.status, checked.stderr], [0, ''], `${what}: nft -c`);
      // Loaded over what the list before left there, and twice, as a cron job would.
      for (const _ of [1, 2]) {
        const loaded = await inside(['nft', '-f', '-'], text);
        t.strictSame([loaded.status, loaded.stderr], [0, ''], `${what}: nft -f`);
      }
      for (const family of [4, 6] as const) {
        const { stdout } = await inside(['nft', '-j', 'list', 'set', 'inet', 'lab', `office_v${family}`]);
        const held = AddressSet.of(...elementsOf(stdout));
        const given = (await cidr(['merge', `-${family}`], list)).split('\n').filter(Boolean);
        const wanted = AddressSet.of(...given.map((line) => Prefix.parse(line, ['single-address'])));
        t.ok(held.equals(wanted), `${what}: office_v${family} holds ${wanted.size} addresses`);
      }
    }
    const rules = `${await cidr(['convert', 'nft'], LISTS[0]?.[1])}table inet filter {
\tchain input {
\t\ttype filter hook input priority 0; policy accept;
\t\tip saddr @addresses_v4 drop
\t\tip6 saddr @addresses_v6 drop
\t}
}
`;
    t.strictSame((await inside(['nft', '-f', '-'], rules)).stderr, '', 'rules behind it name the sets');
    t.not(
      (await inside(['nft', '-c', '-f', '-'], rules.replace('10.0.0.0/8', '10.0.0.0/33'))).status,
      0,
      'the judge bites',
    );
  },
);

/** The elements of a set as nft prints it in JSON. */
function elementsOf(json: string): readonly (Prefix | Range)[] {
  interface Element {
    readonly prefix?: { readonly addr: string; readonly len: number };
    readonly range?: readonly [string, string];
  }
  const listed: {
    readonly nftables: readonly { readonly set?: { readonly elem?: readonly (string | Element)[] } }[];
  } = JSON.parse(json);
  const found = listed.nftables.flatMap(({ set }) => set?.elem ?? []);
  return found.map((element) => {
    if (typeof element === 'string') return Prefix.parse(element, ['single-address']);
    if (element.prefix !== undefined) return Prefix.parse(`${element.prefix.addr}/${element.prefix.len}`);
    return Range.parse((element.range ?? []).join('-'));
  });
}

/** Why there are no IP sets here: a kernel may have no hash:net. */
async function lacksSets(): Promise<false | string> {
  const { status, stderr } = await run('unshare', ['-n', 'ipset', 'create', 'probe', 'hash:net']);
  return status === 0 ? false : `ipset does not work here: ${stderr.trim()}`;
}

t.test(
  'ipset takes what convert prints, and holds it',
  { skip: (!root && 'not root') || (await lacks('ipset', 'ip')) || (await lacksSets()) },
  async (t) => {
    const inside = await namespace(t, 'ipset');
    const more: readonly (readonly [string, string])[] = [
      // More than a set holds that is made without a bound: it has to load over a small one all the same.
      [
        'over 65536',
        Array.from(
          { length: 66000 },
          (_, index) => `10.${index >> 14}.${(index >> 6) & 255}.${(index & 63) * 3}\n`,
        ).join(''),
      ],
      ['few again', '192.0.2.0/24\n'],
    ];
    for (const [what, list] of [...LISTS, ...more]) {
      const text = await cidr(['convert', 'ipset', '--name', 'a_name_of_24_characters_'], list);
      for (const _ of [1, 2]) {
        const loaded = await inside(['ipset', 'restore'], text);
        t.strictSame([loaded.status, loaded.stderr], [0, ''], `${what}: ipset restore`);
      }
      for (const family of [4, 6] as const) {
        const { stdout } = await inside(['ipset', 'save', `a_name_of_24_characters__v${family}`]);
        const held = [...stdout.matchAll(/^add \S+ (\S+)/gm)].map(([, item = '']) =>
          Prefix.parse(item, ['single-address']),
        );
        const given = (await cidr(['merge', `-${family}`], list)).split('\n').filter(Boolean);
        const wanted = AddressSet.of(...given.map((line) => Prefix.parse(line, ['single-address'])));
        t.ok(AddressSet.of(...held).equals(wanted), `${what}: IPv${family}, ${held.length} entries`);
      }
      const { stdout } = await inside(['ipset', 'list', '-n']);
      t.equal(stdout.trim().split('\n').length, 2, 'no set is left behind');
    }
  },
);

t.test('ten million lines', async (t) => {
  const count = 10_000_000;
  const path = join(folder, 'ten-million');
  const piece = Buffer.alloc(1 << 16);
  const file = openSync(path, 'w');
  let filled = 0;
  for (let index = 0; index < count; index++) {
    // Each number below once, in no order: 7919 is prime to ten million.
    const at = (index * 7919) % count;
    if (filled > piece.length - 20) {
      writeSync(file, piece, 0, filled);
      filled = 0;
    }
    filled += piece.write(`10.${at >>> 16}.${(at >>> 8) & 255}.${at & 255}\n`, filled, 'latin1');
  }
  writeSync(file, piece, 0, filled);
  closeSync(file);
  t.teardown(() => rmSync(path));
  t.equal((await run('cidr', ['count', '-4', path])).stdout, `${count}\n`);
  const whole = Range.of(Address.parse('10.0.0.0'), Address.fromBigInt(4, 0x0a000000n + BigInt(count) - 1n));
  t.equal((await run('cidr', ['merge', '-r', path])).stdout, `${whole}\n`);
  t.equal((await run('cidr', ['subtract', '10.0.0.0/8', path])).status, 0);
});

t.test('on a pipe and on a terminal', { skip: await lacks('script') }, async (t) => {
  const shell = (command: string): Promise<Ended> => run('bash', ['-c', command]);
  for (const verb of [
    'hosts ::/0',
    'split /128 ::/0',
    'hosts -a 0.0.0.0/0',
    'next -n 1000000 /128 ::/64 /dev/null',
  ]) {
    const { stdout, stderr } = await shell(`cidr ${verb} | head -1; echo \${PIPESTATUS[0]}`);
    t.match(stdout, /^\S+\n141\n$/, `cidr ${verb} | head -1 ends at once, by SIGPIPE`);
    t.equal(stderr, '', 'and quietly');
  }
  const slow = '(echo 10.0.0.1; sleep 1.2; echo 10.0.0.2; sleep 0.3; echo 10.0.0.3)';
  const typed = async (command: string): Promise<string> =>
    (await run('script', ['-qec', `bash -c '${command}'`, '/dev/null'])).stdout;
  t.match(
    await typed(`${slow} | cidr count -4 > /dev/null`),
    /\r\u001b\[K<stdin>: 0 MiB, 1 s\r\u001b\[K/,
    'a bar, taken away in the end',
  );
  t.equal(
    await typed(`${slow} | cidr grep 10.0.0.0/8`),
    '10.0.0.1\r\n10.0.0.2\r\n10.0.0.3\r\n',
    'none between lines that are printed',
  );
  t.equal(
    await typed(`${slow} | cidr hosts`),
    '10.0.0.1\r\n10.0.0.2\r\n10.0.0.3\r\n',
    'none between lines that are printed',
  );
  t.equal((await shell(`${slow} | cidr count -4`)).stderr, '', 'none that is not on a terminal');
});
