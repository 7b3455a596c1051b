// Filters under the real kernel: what each target prints is loaded by the real tools in a network namespace, and probe
// packets get the verdict that evaluate() gives.

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { Address } from '../../src/address/index.ts';
import { runProgram } from '../../src/command/main.ts';
import { evaluate } from '../../src/firewall/evaluate.ts';
import { FakeHost } from '../../src/host/fake.ts';
import type { Host } from '../../src/inventory/model.ts';
import { program as fwgen } from '../../src/programs/fwgen.ts';
import { HOSTILE } from '../firewall/hostile.ts';
import { expanded, host, packet, stream } from '../firewall/sample.ts';
import { casesOf } from '../programs/golden.ts';
import { run } from '../spawn.ts';
import { Net, type Probe, type Verdict } from './firewall-net.ts';

/** More than one multiport match takes, and a service of each protocol. */
const PORTS =
  '22,80,3690,4949,8000-8010,8140,9000,9002,9004,9006,9008,9010,9012,9014,9016,9018,53/udp,5000-5001/sctp';

const HOSTS: readonly Host[] = [
  host('web-1', '192.0.2.1', '2001:db8:1::1'),
  host('web-2', '192.0.2.10', '2001:db8:1::10', '2001:db8:1::1:10'),
  host('two-networks', '198.51.100.7', '198.51.100.9'),
  host('delegated', '203.0.113.64/28', '203.0.113.66', '2001:db8:2:d::/80'),
  host('neighbours', '203.0.113.80/28', '203.0.113.96/27'),
  host('same-address', '192.0.2.1'),
];

/** In and beside what HOSTS holds. 192.0.2.100 begins as 192.0.2.10 does, which a search by text takes for it. */
const SOURCES: readonly string[] = [
  ...['192.0.2.1', '192.0.2.10', '192.0.2.100', '192.0.2.2', '198.51.100.7', '198.51.100.8', '198.51.100.9'],
  ...['203.0.113.63', '203.0.113.64', '203.0.113.79', '203.0.113.80', '203.0.113.127', '203.0.113.128'],
  ...['2001:db8:1::1', '2001:db8:1::10', '2001:db8:1::1:10', '2001:db8:1::2', '2001:db8:1::100'],
  ...[
    '2001:db8:2:c:ffff:ffff:ffff:ffff',
    '2001:db8:2:d::',
    '2001:db8:2:d::ffff:ffff:ffff',
    '2001:db8:2:d:1::',
  ],
];

const TCP_PORTS = [21, 22, 23, 53, 80, 3690, 7999, 8000, 8005, 8010, 8011, 8140, 9016, 9017, 9018];

const PROBES: readonly Probe[] = SOURCES.flatMap((source) => [
  ...TCP_PORTS.map((port) => ({ source, protocol: 'tcp' as const, port })),
  ...[53, 54, 22].map((port) => ({ source, protocol: 'udp' as const, port })),
]);

interface Loaded {
  readonly status: number | null;
  readonly stderr: string;
}

/** One way to get a filter into the kernel. */
interface Way {
  readonly name: string;
  /** What fwgen is asked besides ports and hosts. */
  readonly words: readonly string[];
  /** What the site has of its own: a rejection at the end, behind which a jump is put. */
  site(net: Net): Promise<void>;
  /** Gives a text to the loaders. */
  load(net: Net, text: string): Promise<Loaded>;
  /** Runs lines of shell with the tools of this way. */
  shell(net: Net, script: string): Promise<Loaded>;
  /** Everything that is loaded, without counters. */
  save(net: Net): Promise<string>;
  /** What a packet meets whose verdict in the chain is `return`. */
  readonly behind: Verdict;
  /** A file of test/cases/firewall/faulty that its loader must refuse. */
  readonly faulty: string;
}

const bin = mkdtempSync(join(tmpdir(), 'penstock-fw-'));
t.teardown(() => rmSync(bin, { recursive: true, force: true }));

/** PATH with iptables and its kin of one backend first. */
async function pathOf(backend: string): Promise<string> {
  const folder = join(bin, backend);
  mkdirSync(folder);
  for (const tool of ['iptables', 'ip6tables']) {
    for (const suffix of ['', '-restore', '-save']) {
      const { stdout } = await run('which', [`${tool}-${backend}${suffix}`]);
      symlinkSync(stdout.trim(), join(folder, `${tool}${suffix}`));
    }
  }
  return `${folder}:${process.env['PATH'] ?? ''}`;
}

/** The first failure of several commands, or the last success. */
async function each(
  net: Net,
  commands: readonly (readonly string[])[],
  text: string,
  PATH: string,
): Promise<Loaded> {
  let last: Loaded = { status: 0, stderr: '' };
  for (const argv of commands) {
    last = await net.on(argv, text, { PATH });
    if (last.status !== 0) return last;
  }
  return last;
}

async function xtablesWays(backend: string): Promise<readonly Way[]> {
  const PATH = await pathOf(backend);
  const shell = (net: Net, script: string): Promise<Loaded> => net.on(['sh', '-e'], script, { PATH });
  const restore = (net: Net, text: string): Promise<Loaded> =>
    each(
      net,
      [
        ['iptables-restore', '--noflush'],
        ['ip6tables-restore', '--noflush'],
      ],
      text,
      PATH,
    );
  const common = {
    behind: 'return' as const,
    shell,
    async site(net: Net) {
      const lines = [
        'iptables -A INPUT -p tcp -j REJECT --reject-with tcp-reset',
        'iptables -A INPUT -p udp -j REJECT --reject-with icmp-admin-prohibited',
        'ip6tables -A INPUT -p tcp -j REJECT --reject-with tcp-reset',
        'ip6tables -A INPUT -p udp -j REJECT --reject-with icmp6-adm-prohibited',
      ];
      const { status, stderr } = await shell(net, lines.map((line) => `${line}\n`).join(''));
      if (status !== 0) throw new Error(stderr);
    },
    async save(net: Net) {
      const { stdout } = await net.on(['sh', '-ec', 'iptables-save; ip6tables-save'], '', { PATH });
      return stdout.replace(/^#.*\n/gm, '').replace(/^(:.*) \[\d+:\d+\]$/gm, '$1');
    },
  };
  return [
    {
      name: `iptables-restore (${backend})`,
      words: [],
      ...common,
      load: restore,
      faulty: 'iptables.rules',
    },
    {
      name: `ipset and iptables-restore (${backend})`,
      words: ['-t', 'ipset'],
      ...common,
      async load(net, text) {
        const [sets = '', rules = ''] = text.split(/^(?=# \S+ by fwgen)/m);
        const loaded = await each(net, [['ipset', 'restore']], sets, PATH);
        return loaded.status === 0 ? restore(net, rules) : loaded;
      },
      async save(net) {
        const { stdout } = await net.on(['ipset', 'save']);
        // The kernel tells elements in the order of its hash table, and the seed of it.
        const lines = stdout.replace(/ (?:initval|hashsize|bucketsize) \S+/g, '').split('\n');
        return [...lines.sort(), await common.save(net)].join('\n');
      },
      faulty: 'iptables.rules',
    },
    {
      name: `commands (${backend})`,
      words: ['-t', 'commands'],
      ...common,
      load: shell,
      faulty: 'commands.sh',
    },
  ];
}

const NFT_SITE = `table inet filter {
  chain input {
    type filter hook input priority filter;
    meta l4proto tcp reject with tcp reset
    meta l4proto udp reject with icmpx type admin-prohibited
  }
}
`;

const nft = {
  shell: (net: Net, script: string): Promise<Loaded> => net.on(['sh', '-e'], script),
  load: (net: Net, text: string): Promise<Loaded> => net.on(['nft', '-f', '-'], text),
  save: async (net: Net): Promise<string> => (await net.on(['nft', '-s', 'list', 'ruleset'])).stdout,
  faulty: 'nftables.nft',
};

const nftWays: readonly Way[] = [
  {
    name: "nft, in the site's table",
    words: ['-t', 'nftables'],
    ...nft,
    behind: 'return',
    async site(net) {
      const { status, stderr } = await nft.load(net, NFT_SITE);
      if (status !== 0) throw new Error(stderr);
    },
  },
  {
    name: 'nft, in a table of its own',
    words: ['-t', 'nftables', '--own-table', '--others', 'drop'],
    ...nft,
    behind: 'accept',
    site: async () => undefined,
  },
];

/** What fwgen prints for some hosts. */
async function emitted(words: readonly string[], hosts: readonly Host[], ports = PORTS): Promise<string> {
  const machine = new FakeHost();
  machine.stdin = stream(hosts);
  const status = await runProgram(fwgen, ['emit', '--ports', ports, ...words], machine);
  if (status !== 0) throw new Error(`fwgen emit ${words.join(' ')}: ${machine.stderr}`);
  return machine.stdout;
}

/** The verdicts that the model gives, as the probes would see them. */
function meant(hosts: readonly Host[], others: 'return' | 'drop', behind: Verdict): readonly Verdict[] {
  const { ruleset } = expanded(hosts, { ports: PORTS, others });
  return PROBES.map(({ source, protocol, port }) => {
    const { verdict } = evaluate(ruleset, packet(Address.parse(source), protocol, port));
    if (verdict === 'reject') throw new Error('nothing is rejected here');
    return verdict === 'return' ? behind : verdict;
  });
}

function told(verdicts: readonly Verdict[]): readonly string[] {
  return PROBES.map(({ source, protocol, port }, at) => `${source} ${port}/${protocol} ${verdicts[at]}`);
}

async function lacking(tools: readonly string[]): Promise<false | string> {
  if (process.geteuid?.() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', ...tools])
    if ((await run('which', [tool])).status !== 0) return `${tool} is not installed`;
  return false;
}

const groups: readonly (readonly [false | string, () => Promise<readonly Way[]>])[] = [
  [await lacking(['iptables-nft', 'ip6tables-nft', 'ipset']), () => xtablesWays('nft')],
  [await lacking(['iptables-legacy', 'ip6tables-legacy', 'ipset']), () => xtablesWays('legacy')],
  [await lacking(['nft']), async () => nftWays],
];

/** A comment as iptables-save, which escapes some characters, and nft print it. */
const COMMENT = /(?:--| )comment (?:"((?:\\.|[^"\\])*)"|([^\s"-]\S*))/g;

function commentsOf(rules: string): readonly string[] {
  return [...rules.matchAll(COMMENT)].map(([, quoted, bare]) =>
    (quoted ?? bare ?? '').replace(/\\(.)/g, '$1'),
  );
}

function withoutComments(rules: string): string {
  return rules.replace(COMMENT, ' comment');
}

let count = 0;
for (const [skip, make] of groups) {
  if (skip !== false) {
    t.test('a filter in the kernel', { skip }, async () => undefined);
    continue;
  }
  for (const way of await make()) {
    t.test(way.name, async (t) => {
      const net = await Net.lay(`pn-${process.pid}-${count++}`, SOURCES, TCP_PORTS);
      t.teardown(() => net.remove());
      const own = way.words.includes('--own-table');

      const load = async (hosts: readonly Host[], ...words: readonly string[]): Promise<string> => {
        const text = await emitted([...way.words, ...words], hosts);
        const { status, stderr } = await way.load(net, text);
        t.strictSame([status, stderr], [0, ''], `loads ${words.join(' ')}`);
        return text;
      };
      const verdicts = async (
        hosts: readonly Host[],
        others: 'return' | 'drop',
        what: string,
      ): Promise<void> => {
        const expected = meant(hosts, others, way.behind);
        const found = await net.probe(PROBES, expected.filter((verdict) => verdict !== 'drop').length);
        t.strictSame(told(found), told(expected), what);
      };

      await way.site(net);
      const text = await load(HOSTS);
      // What the text says of the jump is what is done here, twice where it says "if it is not there yet".
      const jumps = text.match(/(?<=^# {3})(?:ip6?tables -C|nft insert) .*$/gm) ?? [];
      for (const jump of jumps)
        for (let i = 0; i < (jump.includes('||') ? 2 : 1); i++)
          t.equal((await way.shell(net, jump)).status, 0, jump);
      const once = await way.save(net);
      const others = own ? 'drop' : 'return';
      await verdicts(HOSTS, others, 'probes meet what was meant');

      await load(HOSTS);
      t.equal(await way.save(net), once, 'loaded again, nothing has changed');
      const jumped = (await way.save(net)).match(/(?:-j|jump) PENSTOCK$/gm) ?? [];
      t.equal(jumped.length, own ? 0 : way.name.startsWith('nft') ? 1 : 2, 'one jump for each family');

      const later = [
        ...HOSTS.filter(({ name }) => name !== 'web-2' && name !== 'delegated'),
        host('new', '192.0.2.2'),
      ];
      await load(later);
      await verdicts(later, others, 'a host that is gone is shut out, a new one is in');
      await load(later, '--others', 'drop');
      await verdicts(later, 'drop', 'the others dropped');

      const before = await way.save(net);
      const refused = await way.load(net, readFileSync(`test/cases/firewall/faulty/${way.faulty}`, 'utf8'));
      t.not(refused.status, 0, `the loader refuses ${way.faulty}: ${refused.stderr.trim().split('\n')[0]}`);
      if (!way.words.includes('commands'))
        t.equal(await way.save(net), before, 'and has loaded nothing of it');

      await load([]);
      await verdicts([], others, 'without hosts nobody is let in');
    });

    t.test(`${way.name}: hostile names`, async (t) => {
      const net = await Net.lay(`pn-${process.pid}-${count++}`, [], []);
      t.teardown(() => net.remove());
      const loaded = async (names: readonly string[]): Promise<string> => {
        const hosts = names.map((name, at) => host(name, `192.0.2.${at + 1}`, `2001:db8::${at + 1}`));
        const { status, stderr } = await way.load(net, await emitted(way.words, hosts, '22'));
        t.strictSame([status, stderr], [0, '']);
        return way.save(net);
      };
      const names = HOSTILE.map(([, name]) => name);
      const plain = await loaded(names.map((_, at) => `host ${at}`));
      const hostile = await loaded(names);
      t.equal(withoutComments(hostile), withoutComments(plain), 'the same rules, but for comments');
      t.not(hostile, plain);
      t.equal(await loaded(names), hostile, 'and the same again');
      // What is read back is what was written: nothing was cut or changed on the way into the kernel.
      const read = new Set(commentsOf(hostile));
      const hosts = names.map((name, at) => host(name, `192.0.2.${at + 1}`));
      const written = commentsOf(await emitted(way.words, hosts, '22'));
      t.equal(written.length, names.length);
      t.strictSame(
        written.filter((comment) => !read.has(comment)),
        [],
        'every comment is read back',
      );
    });

    if (way.words.includes('commands')) continue;
    t.test(`${way.name}: the files of --out, judged and loaded by their own commands`, async (t) => {
      const net = await Net.lay(`pn-${process.pid}-${count++}`, [], []);
      t.teardown(() => net.remove());
      const lines = (await emitted([...way.words, '--json'], HOSTS)).trim().split('\n');
      const folder = mkdtempSync(join(bin, 'out-'));
      for (const [at, line] of lines.entries()) {
        const { text, verify, load }: { text: string; verify?: string[]; load: string[] } = JSON.parse(line);
        const file = join(folder, `${at}`);
        writeFileSync(file, text);
        for (const argv of verify === undefined ? [load] : [verify, load]) {
          const words = argv.map((word) => word.replace('{}', file));
          const { status, stderr } = await way.shell(net, words.join(' '));
          t.strictSame([status, stderr], [0, ''], argv.join(' '));
        }
      }
      const apart = await way.save(net);
      const together = await emitted(way.words, HOSTS);
      await way.load(net, together);
      t.equal(await way.save(net), apart, 'one by one they are what the one text for all is');
      t.equal((apart.match(/EC2 - web-1/g) ?? []).length, 2, 'both families');
    });
  }
}

/** The commands of the page that load something, as a reader would type them. */
function pageCommands(): readonly string[] {
  const page = readFileSync('man/fwgen.1', 'utf8').replaceAll('\\-', '-').replaceAll('\\e', '\\');
  const lines = [...page.matchAll(/^\.Dl \$ (.+)$/gm)].map(([, line = '']) => line);
  const blocks = [...page.matchAll(/^\.Bd -literal.*\n([\s\S]+?)^\.Ed$/gm)].map(([, block = '']) => block);
  return [...lines.filter((line) => /iptables-restore|\bnft -f/.test(line)), ...blocks];
}

t.test(
  'what the page shows is done as it stands there',
  {
    skip:
      (await lacking(['iptables', 'ip6tables', 'ipset', 'nft'])) || (await lacking(['cloudhosts', 'fwgen'])),
  },
  async (t) => {
    const commands = pageCommands();
    t.equal(commands.length, 4);
    for (const command of commands) {
      const net = await Net.lay(`pn-${process.pid}-${count++}`, ['192.0.2.11', '192.0.2.99'], [22, 8140]);
      t.teardown(() => net.remove());
      const rules = join(bin, `rules-${count}`);
      const script = command
        .replaceAll('/run/penstock.rules', rules)
        // No cloud is here to be asked (test/lab/inventory.test.ts has one): what it answers is in a file.
        .replace('cloudhosts --live aws --region all', 'cloudhosts examples/describe-instances.json');
      // The block ends with "is it there? else put it": the question complains when it is not.
      const { status, stderr } = await net.on(['bash', '-e', '-o', 'pipefail', '-c', script], '', {
        PENSTOCK_STATE: join(bin, `state-${count}`),
      });
      t.equal(status, 0, `${command}\n${stderr}`);
      // By rules or by the members of a set.
      const { stdout } = await net.on(['bash', '-c', 'nft list ruleset; ipset save']);
      t.match(stdout, /192\.0\.2\.11/, command);
      if (!/own-table/.test(command)) continue;
      const probe = (source: string): Promise<readonly Verdict[]> =>
        net.probe([{ source, protocol: 'tcp', port: 8140 }], source === '192.0.2.11' ? 1 : 0);
      t.strictSame([await probe('192.0.2.11'), await probe('192.0.2.99')], [['accept'], ['drop']]);
    }
  },
);

t.test(
  "as a part of the site's own file, which begins with flush ruleset",
  { skip: groups[2]?.[0] ?? false },
  async (t) => {
    const net = await Net.lay(`pn-${process.pid}-${count++}`, ['192.0.2.1', '192.0.2.2'], [22]);
    t.teardown(() => net.remove());
    const ours = join(bin, 'PENSTOCK.nft');
    writeFileSync(ours, await emitted(['-t', 'nftables'], HOSTS, '22'));
    const site = NFT_SITE.replace('filter;\n', 'filter;\n    jump PENSTOCK\n');
    const file = `flush ruleset\ninclude "${ours}"\n${site}`;
    for (let i = 0; i < 2; i++) t.equal((await nft.load(net, file)).status, 0);
    t.equal((await nft.load(net, await emitted(['-t', 'nftables'], HOSTS, '22'))).status, 0, 'and by itself');
    const probes = ['192.0.2.1', '192.0.2.2'].map((source) => ({
      source,
      protocol: 'tcp' as const,
      port: 22,
    }));
    t.strictSame(await net.probe(probes, 2), ['accept', 'return']);
  },
);

t.test(
  'every golden is one that the real tools load',
  {
    skip:
      (await lacking(['iptables-nft', 'ip6tables-nft', 'nft', 'ipset'])) ||
      (await lacking(['iptables-legacy', 'ip6tables-legacy'])),
  },
  async (t) => {
    const net = await Net.lay(`pn-${process.pid}-${count++}`, [], []);
    t.teardown(() => net.remove());
    let loaded = 0;
    for (const [name] of casesOf('test/cases/firewall')) {
      const folder = resolve('test/cases/firewall', name, 'expected');
      // In order, so that sets come before the rules on them.
      for (const file of readdirSync(folder).sort()) {
        const path = join(folder, file);
        const ways: readonly (readonly string[])[] = file.endsWith('.v4.rules')
          ? [
              ['iptables-nft-restore', '--noflush', path],
              ['iptables-legacy-restore', '--noflush', path],
            ]
          : file.endsWith('.v6.rules')
            ? [
                ['ip6tables-nft-restore', '--noflush', path],
                ['ip6tables-legacy-restore', '--noflush', path],
              ]
            : file.endsWith('.ipset')
              ? [['ipset', '-file', path, 'restore']]
              : file.endsWith('.nft')
                ? [['nft', '-f', path]]
                : file.endsWith('.sh')
                  ? [['sh', '-e', path]]
                  : [];
        for (const argv of ways) {
          const { status, stderr } = await net.on(argv);
          t.strictSame(
            [status, stderr.replace(/^# Warning: .*\n/gm, '')],
            [0, ''],
            `${argv[0]} ${name}/${file}`,
          );
          loaded++;
        }
      }
    }
    t.ok(loaded >= 40, `${loaded} loads`);
  },
);

t.test(
  'a table of its own opens nothing that another one drops',
  { skip: groups[2]?.[0] ?? false },
  async (t) => {
    const net = await Net.lay(`pn-${process.pid}-${count++}`, ['192.0.2.1'], [22]);
    t.teardown(() => net.remove());
    await nft.load(net, NFT_SITE);
    const probes = [{ source: '192.0.2.1', protocol: 'tcp', port: 22 }] as const;
    await nft.load(net, await emitted(['-t', 'nftables', '--own-table', '--others', 'drop'], HOSTS, '22'));
    t.strictSame(await net.probe(probes, 1), ['return'], 'accepted there, and still refused by the site');
    const second = ['-t', 'nftables', '--own-table', '--others', 'drop', '--chain', 'SECOND'];
    await nft.load(net, await emitted(second, HOSTS, '23'));
    t.strictSame(
      (await net.on(['nft', 'list', 'tables'])).stdout.trim().split('\n'),
      ['table inet filter', 'table inet PENSTOCK', 'table inet SECOND'],
      'a second one stands beside it',
    );
    await nft.load(net, await emitted(['-t', 'nftables'], HOSTS, '22'));
    await net.on(['nft', 'insert', 'rule', 'inet', 'filter', 'input', 'jump', 'PENSTOCK']);
    t.strictSame(await net.probe(probes, 1), ['accept'], "in the site's table it is let in");
  },
);
