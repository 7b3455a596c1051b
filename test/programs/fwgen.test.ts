import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { EXIT } from '../../src/command/exit.ts';
import { runProgram } from '../../src/command/main.ts';
import { FIREWALL_FAULTS } from '../../src/firewall/faults.ts';
import { targets } from '../../src/firewall/targets/index.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/fwgen.ts';
import { HOSTILE } from '../firewall/hostile.ts';
import { host, stream } from '../firewall/sample.ts';
import { casesOf, compare, outcome } from './golden.ts';

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const HOSTS = stream([host('web-1', '192.0.2.1', '2001:db8::1')]);

async function run(words: readonly string[], machine = new FakeHost(), input = HOSTS): Promise<Ran> {
  machine.stdin = input;
  const status = await runProgram(program, ['emit', ...words], machine);
  return { status, out: machine.stdout, err: machine.stderr };
}

/** The policy of a case, and what it names. */
function givenIn(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder).filter((name) => /\.(?:yaml|txt)$/.test(name));
  return Object.fromEntries(names.map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')]));
}

t.test('the cases, for every target', async (t) => {
  const used = new Set<string>();
  for (const [name, { shows, words, status }] of casesOf('test/cases/firewall')) {
    const folder = `test/cases/firewall/${name}`;
    const input = readFileSync(`${folder}/input.jsonl`, 'utf8');
    const files = new Map<string, string>();
    for (const target of targets) {
      const ended = await outcome(
        program,
        ['emit', ...words, '--target', target.name, '--out', '/out'],
        input,
        givenIn(folder),
      );
      const report = ended.files.get('stderr') ?? '';
      // What a target refuses stands beside what the others print, under its name.
      const refused = ended.status === EXIT.usage;
      t.ok(ended.status === status || (status === 0 && refused), `${name}, ${target.name}: ${shows}`);
      for (const [file, text] of ended.files) files.set(refused ? `${target.name}.refused` : file, text);
      for (const [code] of report.matchAll(/FW\d+/g)) used.add(code);
    }
    compare(t, `${folder}/expected`, files);
  }
  const others = ['FW001', 'FW002', 'FW005', 'FW007', 'FW008', 'FW009', 'FW010', 'FW011', 'FW013', 'FW014'];
  others.push('FW015', 'FW016', 'FW017', 'FW018', 'FW022', 'FW023', 'FW024', 'FW025');
  t.strictSame(
    Object.keys(FIREWALL_FAULTS).filter((code) => !used.has(code)),
    others,
    'every diagnostic of hosts has a case; the others are of the command line, or have a table in test/firewall',
  );
});

t.test('on standard output, iptables is one text for both tools, or for one', async (t) => {
  const both = await run(['--ports', '22']);
  t.match(both.out, /^-A PENSTOCK-hosts -4 -s 192\.0\.2\.1\/32 /m);
  t.match(both.out, /^-A PENSTOCK-hosts -6 -s 2001:db8::1\/128 /m);
  t.equal(both.out.match(/^COMMIT$/gm)?.length, 1);
  const four = await run(['--ports', '22', '-4']);
  t.match(four.out, /^-A PENSTOCK-hosts -s 192\.0\.2\.1\/32 /m);
  t.notMatch(four.out, '2001:db8');
  t.notMatch((await run(['--ports', '22', '-6'])).out, '192.0.2.1');
  t.equal((await run(['--ports', '22', '-4', '-6'])).out, both.out);
  t.equal((await run(['-p', '22', '-t', 'iptables', '-c', 'PENSTOCK', '-a', 'public', '-'])).out, both.out);
});

t.test('streams: standard input, -, files, several at once', async (t) => {
  const machine = new FakeHost()
    .file('one', stream([host('a', '198.51.100.1')]))
    .file('two', stream([host('b', '198.51.100.2')]));
  const { out, status } = await run(['-p', '22', '-4', 'one', '-', 'two'], machine);
  t.equal(status, EXIT.ok);
  t.strictSame(out.match(/EC2 - \S+(?=")/g), ['EC2 - web-1', 'EC2 - a', 'EC2 - b']);
});

t.test('--out writes files under a folder, whole or not at all', async (t) => {
  const machine = new FakeHost();
  const words = ['--ports', '22', '--out', '/srv/x/'];
  t.strictSame(await run(words, machine), { status: EXIT.ok, out: '', err: '' });
  const written = [...machine.files.keys()].sort();
  t.strictSame(written, ['/srv/x/etc/penstock/PENSTOCK.v4.rules', '/srv/x/etc/penstock/PENSTOCK.v6.rules']);
  const old = machine.textOf('/srv/x/etc/penstock/PENSTOCK.v4.rules');
  for (const [code, status, reason] of [
    ['EACCES', EXIT.noPermission, 'Permission denied'],
    ['ENOSPC', EXIT.io, 'No space left on device'],
    ['ENOTDIR', EXIT.cantCreate, 'Not a directory'],
  ] as const) {
    machine.failures.set('create /srv/x/etc/penstock/.PENSTOCK.v6.rules.new', code);
    const failed = await run([...words, '--others', 'drop'], machine);
    t.equal(failed.status, status, code);
    t.match(failed.err, new RegExp(`PENSTOCK\\.v6\\.rules\\.new: ${reason}`));
    t.strictSame([...machine.files.keys()].sort(), written, 'nothing half written is left');
    t.equal(machine.textOf('/srv/x/etc/penstock/PENSTOCK.v4.rules'), old, 'and the old files stand');
  }
});

t.test('--file: one text of several', async (t) => {
  const sets = await run(['-p', '22', '-t', 'ipset', '--file', '.ipset']);
  const rules = await run(['-p', '22', '-t', 'ipset', '-f', '.rules']);
  const both = await run(['-p', '22', '-t', 'ipset']);
  t.match(sets.out, /^create PENSTOCK-hosts-v4 hash:ip /m);
  t.match(rules.out, /^-A PENSTOCK -4 .* -m set --match-set PENSTOCK-hosts-v4 src -j ACCEPT$/m);
  t.equal(sets.out + rules.out, both.out);
  const none = await run(['-p', '22', '--file', 'x']);
  t.strictSame([none.status, none.out], [EXIT.usage, '']);
  t.match(none.err, /--file can't be "x": there is PENSTOCK\.rules/);
});

t.test('--json: artifacts and diagnostics as JSON Lines', async (t) => {
  const { out, err, status } = await run(['-p', '22', '--json', '-s', 'name=web-*']);
  t.strictSame([status, err], [EXIT.ok, '']);
  const artifacts: readonly Record<string, unknown>[] = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(artifacts, [
    {
      path: '/etc/penstock/PENSTOCK.v4.rules',
      mode: 0o644,
      verify: ['iptables-restore', '--test', '--noflush', '{}'],
    },
    {
      path: '/etc/penstock/PENSTOCK.v6.rules',
      mode: 0o644,
      load: ['ip6tables-restore', '--wait', '--noflush', '{}'],
    },
  ]);
  const nobody = await run(['-p', '22', '--json', '-s', 'name=nobody']);
  t.match(JSON.parse(nobody.err), { code: 'FW003', severity: 'warning' });
  t.equal(nobody.status, EXIT.ok);
});

t.test('what goes wrong: its status, and nothing written', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string, number, RegExp])[] = [
    ['no ports', [], HOSTS, EXIT.usage, /^fwgen: --ports is missing/],
    ['a port that is none', ['-p', '22,ssh'], HOSTS, EXIT.usage, /^--ports:1:4: error\[FW001\]: /],
    ['a chain that is none', ['-p', '22', '-c', 'a b'], HOSTS, EXIT.usage, /^--chain:1:2: error\[FW002\]: /],
    [
      'a condition that is none',
      ['-p', '22', '-s', 'x=1'],
      HOSTS,
      EXIT.usage,
      /^--select:1:1: error\[INV008\]: /,
    ],
    ['an unknown target', ['-p', '22', '-t', 'nftable'], HOSTS, EXIT.usage, /hint: did you mean nftables\?/],
    [
      'an unknown option',
      ['--prots', '22'],
      HOSTS,
      EXIT.usage,
      /^fwgen: unknown option --prots\n {2}hint: did you mean --ports\?/,
    ],
    [
      'a table that is none',
      ['-p', '22', '-t', 'nftables', '--table', 'a;b'],
      HOSTS,
      EXIT.usage,
      /^--table:1:1: error\[FW010\]/,
    ],
    [
      'a table of one family',
      ['-p', '22', '-t', 'nftables', '--table', 'ip filter'],
      HOSTS,
      EXIT.usage,
      /error\[FW008\]: the table ip filter takes no IPv6 rules\n {2}hint: give -4/,
    ],
    [
      'a table for iptables',
      ['-p', '22', '--table', 'filter'],
      HOSTS,
      EXIT.usage,
      /--table is for --target nftables only/,
    ],
    [
      'an own table for iptables',
      ['-p', '22', '--own-table'],
      HOSTS,
      EXIT.usage,
      /--own-table is for --target nftables only/,
    ],
    [
      'both tables',
      ['-p', '22', '-t', 'nftables', '--own-table', '--table', 'x'],
      HOSTS,
      EXIT.usage,
      /exclude each other/,
    ],
    [
      'a table that does nothing',
      ['-p', '22', '-t', 'nftables', '--own-table'],
      HOSTS,
      EXIT.usage,
      /error\[FW007\]: .*\n {2}hint: add --others drop/,
    ],
    [
      'a word of nft',
      ['-p', '22', '-t', 'nftables', '-c', 'tcp'],
      HOSTS,
      EXIT.usage,
      /error\[FW009\]: .*\n {2}hint: .*TCP/,
    ],
    [
      'an empty input',
      ['-p', '22'],
      '',
      EXIT.data,
      /^<stdin>:1:1: error\[DOC007\]: the host stream is empty/,
    ],
    ['no stream', ['-p', '22'], 'hello\n', EXIT.data, /^<stdin>:1:1: error\[INV005\]: /],
    [
      'a stream cut off in a line',
      ['-p', '22'],
      HOSTS.slice(0, 100),
      EXIT.data,
      /^<stdin>:1:\d+: error\[INV005\]: .*\n[\s\S]*\^/,
    ],
    [
      'a cloud document',
      ['-p', '22'],
      readFileSync('examples/describe-instances.json', 'utf8'),
      EXIT.data,
      /cloudhosts\(1\)/,
    ],
    [
      'a file that is not there',
      ['-p', '22', 'nowhere'],
      HOSTS,
      EXIT.noInput,
      /^fwgen: nowhere: No such file or directory\n$/,
    ],
  ];
  for (const [why, words, input, status, report] of rows) {
    const machine = new FakeHost();
    const ran = await run([...words, '--out', '/out'], machine, input);
    t.strictSame([ran.status, ran.out, machine.files.size], [status, '', 0], why);
    t.match(ran.err, report, why);
  }
});

t.test('--accept-incomplete goes on with a stream that was cut off between lines, and says so', async (t) => {
  const [first = ''] = HOSTS.split('\n');
  const refused = await run(['-p', '22'], new FakeHost(), first);
  t.strictSame([refused.status, refused.out], [EXIT.data, '']);
  t.match(
    refused.err,
    /^error\[INV006\]: aws: the host stream was cut off: there is no closing line\n {2}hint: .*--accept-incomplete/,
  );
  const accepted = await run(['-p', '22', '--accept-incomplete'], new FakeHost(), first);
  t.match(accepted.err, /^warning\[INV007\]: aws: the host stream was cut off/);
  t.equal(accepted.out, (await run(['-p', '22'])).out);
});

/** A machine with a policy and a list. */
function withPolicy(text: string, list = '192.0.2.9\n'): FakeHost {
  return new FakeHost().file('etc/policy.yaml', text).file('etc/list.txt', list);
}

async function verbOf(
  verb: string,
  words: readonly string[],
  machine: FakeHost,
  input = HOSTS,
): Promise<Ran> {
  machine.stdin = input;
  const status = await runProgram(program, [verb, ...words], machine);
  return { status, out: machine.stdout, err: machine.stderr };
}

const POLICY = `sets:
  web: {select: name=web-*}
  list: {file: list.txt}
  office: 198.51.100.0/24
  all: {union: [web, list, office]}
rules:
  - {action: accept, from: all, services: 22}
`;

t.test('check: what a policy says of itself, and nothing else', async (t) => {
  const fine = await verbOf('check', ['-P', 'etc/policy.yaml'], withPolicy(POLICY));
  t.strictSame(fine, { status: EXIT.ok, out: '', err: '' });
  const wrong = withPolicy(`${POLICY}assert: [{must: drop, from: web}]\n`);
  const ran = await verbOf('check', ['--policy', 'etc/policy.yaml', '--json'], wrong);
  t.strictSame([ran.status, ran.out], [EXIT.data, '']);
  t.match(JSON.parse(ran.err), { code: 'FW020', file: 'etc/policy.yaml', line: 8 });
  const flags = await verbOf('check', ['-p', '22', '-s', 'name=nobody'], new FakeHost());
  t.match(flags.err, /FW003/);
});

t.test('what goes wrong with a policy and its files', async (t) => {
  const rows: readonly (readonly [string, readonly string[], FakeHost, number, RegExp])[] = [
    ['no policy', ['-P', 'x'], new FakeHost(), EXIT.noInput, /^fwgen: x: No such file or directory\n$/],
    [
      'no list',
      ['-P', 'p'],
      new FakeHost().file('p', POLICY),
      EXIT.data,
      /^p:3:16: error\[FW024\]: list.txt: No such file or directory\n/,
    ],
    [
      'a bad list',
      ['-P', 'etc/policy.yaml'],
      withPolicy(POLICY, '192.0.2.1\n\n192.0.2.300 # no\n'),
      EXIT.data,
      /^etc\/list.txt:3:9: error\[FW025\]: "192.0.2.300": /,
    ],
    [
      'flags that the policy replaces',
      ['-P', 'etc/policy.yaml', '-p', '22'],
      withPolicy(POLICY),
      EXIT.usage,
      /--policy and --ports exclude each other/,
    ],
    [
      'a selection beside the policy',
      ['-P', 'etc/policy.yaml', '-s', 'name=x'],
      withPolicy(POLICY),
      EXIT.usage,
      /--policy and --select exclude each other/,
    ],
    [
      'both on standard input',
      ['-P', '-'],
      new FakeHost(),
      EXIT.usage,
      /the policy and the hosts cannot both be standard input/,
    ],
    [
      'a family that it has not',
      ['-P', 'etc/policy.yaml', '-6'],
      withPolicy(`families: ipv4\n${POLICY}`),
      EXIT.usage,
      /the policy has no rules for IPv6/,
    ],
    [
      'hosts for nobody',
      ['-P', 'etc/policy.yaml', 'hosts'],
      withPolicy('rules: []\n'),
      EXIT.usage,
      /no set of the policy is made of hosts of the command line/,
    ],
    ['a time that is none', ['-p', '22', '--now', 'noon'], new FakeHost(), EXIT.usage, /--now is a day/],
    [
      'a selection that is none',
      ['-P', 'etc/policy.yaml'],
      withPolicy(POLICY.replace('name=web-*', 'nam=web-*')),
      EXIT.data,
      /^etc\/policy.yaml:2:17: error\[INV008\]: unknown field "nam"\n.*\n.*\n {2}hint: did you mean name\?/,
    ],
  ];
  for (const [why, words, machine, status, report] of rows) {
    const before = machine.files.size;
    const input = words.includes('-') ? POLICY : HOSTS;
    const ran = await verbOf('emit', [...words, '--out', '/out'], machine, input);
    t.strictSame([ran.status, ran.out, machine.files.size], [status, '', before], why);
    t.match(ran.err, report, why);
  }
});

t.test('inventories that a policy names: a host stream, or a document of a cloud', async (t) => {
  const policy = `sets:
  stream: {inventory: hosts.jsonl, select: name=web-*}
  cloud: {inventory: cloud.json}
rules:
  - {action: accept, from: stream, services: 22}
  - {action: accept, from: cloud, services: 23}
`;
  const machine = withPolicy(policy)
    .file('etc/hosts.jsonl', HOSTS)
    .file('etc/cloud.json', readFileSync('examples/describe-instances.json', 'utf8'));
  const { out, err, status } = await verbOf('emit', ['-P', 'etc/policy.yaml', '-4'], machine, '');
  t.strictSame([status, err], [EXIT.ok, '']);
  t.match(out, '-A PENSTOCK-stream -s 192.0.2.1/32 -m comment --comment "EC2 - web-1" -j ACCEPT');
  t.match(out, '-A PENSTOCK-cloud -s 192.0.2.11/32 -m comment --comment "EC2 - web-1" -j ACCEPT');
  const cut = withPolicy(policy)
    .file('etc/hosts.jsonl', HOSTS.split('\n')[0] ?? '')
    .file('etc/cloud.json', '{');
  const refused = await verbOf('emit', ['-P', 'etc/policy.yaml'], cut, '');
  t.strictSame([refused.status, refused.out], [EXIT.data, '']);
  t.match(refused.err, /INV006[\s\S]*etc\/cloud.json:1:2: error/);
});

t.test('rules expire by --now', async (t) => {
  const text = POLICY.replace('services: 22', 'services: 22, expires: 2026-06-30');
  const on = await verbOf('emit', ['-P', 'etc/policy.yaml', '--now', '2026-06-29'], withPolicy(text));
  t.match(on.out, /-j ACCEPT/);
  t.equal(on.err, '');
  const off = await verbOf('emit', ['-P', 'etc/policy.yaml', '--now', '2026-07-01T00:00Z'], withPolicy(text));
  t.notMatch(off.out, /ACCEPT/);
  t.match(off.err, /warning\[FW019\]/);
});

t.test('why: every emitted address has its origin', async (t) => {
  const machine = (): FakeHost => withPolicy(POLICY);
  const ask = (...words: readonly string[]): Promise<Ran> =>
    verbOf('why', ['-P', 'etc/policy.yaml', ...words], machine());
  t.strictSame(await ask('192.0.2.1'), {
    status: EXIT.ok,
    out: `192.0.2.1 is in the set web (PENSTOCK-web-v4)
  from aws i-web-1 web-1 us-east-1: public 192.0.2.1
  in no rule
192.0.2.1 is in the set all (PENSTOCK-all-v4)
  from by way of web: aws i-web-1 web-1 us-east-1: public 192.0.2.1
  in rule 1: accept input from all, tcp 22 (etc/policy.yaml:7:6)
`,
    err: '',
  });
  t.match((await ask('192.0.2.9')).out, /by way of list: the list list.txt/);
  t.match((await ask('198.51.100.77')).out, /198\.51\.100\.0\/24 at etc\/policy\.yaml:4:11/);
  t.strictSame(await ask('203.0.113.1'), { status: EXIT.negative, out: '', err: '' });
  const bad = await ask('203.0.113.1.2');
  t.strictSame([bad.status, bad.out], [EXIT.usage, '']);
  t.match(bad.err, /^ADDRESS:1:12: error\[FW025\]/);
  const json = (await ask('--json', '192.0.2.1')).out.trim().split('\n');
  t.match(JSON.parse(json[1] ?? ''), {
    address: '192.0.2.1',
    set: 'all',
    kernelSet: 'PENSTOCK-all-v4',
    through: ['all', 'web'],
    source: 'aws',
    id: 'i-web-1',
    rules: [1],
  });
  // Every source in what is emitted can be asked for, and nothing of a hostile name gets further than its line.
  const emitted = await verbOf('emit', ['-P', 'etc/policy.yaml'], machine());
  const sources = [...emitted.out.matchAll(/ -s (\S+) /g)].map(([, source = '']) => source);
  t.equal(sources.length, 4);
  for (const source of sources) t.equal((await ask(source)).status, EXIT.ok, source);
  for (const [why, name] of HOSTILE) {
    const { out } = await verbOf(
      'why',
      ['-p', '22', '192.0.2.1'],
      new FakeHost(),
      stream([host(name, '192.0.2.1')]),
    );
    t.equal(out.split('\n').length, 4, why);
    t.notMatch(out, /[^\P{C}\n]/u, why);
  }
});
