import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { runProgram } from '../../src/command/main.ts';
import { Source } from '../../src/document/source.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/bgpgen.ts';
import { KEYS } from '../../src/routing/keys.ts';
import { parseSite } from '../../src/routing/parse.ts';

const EXAMPLE = readFileSync('examples/site.yaml', 'utf8');
const PASSWORD = 'an-example-only';

/** The line of the example that a text stands on: people edit examples. */
function lineOf(text: string): number {
  return EXAMPLE.split('\n').findIndex((line) => line.includes(text)) + 1;
}

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  readonly host: FakeHost;
}

function machine(): FakeHost {
  const host = new FakeHost();
  host.file('examples/site.yaml', EXAMPLE).file('examples/transit-a.password', `${PASSWORD}\n`, 0o600);
  return host;
}

async function bgpgen(words: readonly string[], host: FakeHost = machine()): Promise<Ended> {
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr, host };
}

const emit = (...words: readonly string[]): readonly string[] => ['emit', 'examples/site.yaml', ...words];

t.test('the shipped example', async (t) => {
  t.match(
    await bgpgen(['check', 'examples/site.yaml']),
    { status: 0, out: '', err: '' },
    'nothing is wrong with it',
  );
  const { status, out, err } = await bgpgen(emit('--router', 'r1', '--target', 'frr'));
  t.equal(status, 0);
  t.strictSame(
    [...out.matchAll(/^# --- .*$/gm)].map(String),
    [
      '# --- /etc/frr/daemons (0640 frr:frr)',
      '# --- /etc/frr/frr.conf (0640 frr:frr)',
      '# --- /etc/frr/vtysh.conf (0640 frr:frrvty)',
      '# --- /etc/sysctl.d/60-bgp.conf (0644 root:root)',
    ],
    'each file below its heading, always in this order',
  );
  t.match(out, /\n network 198\.51\.100\.0\/24\n|\n {2}network 198\.51\.100\.0\/24\n/);
  t.equal(err, 'note[BGP030]: passwords are printed as asterisks\n  hint: see --show-secrets\n');
  t.equal((await bgpgen(emit())).out, out, 'the site has one router, and names its daemon');
  const quagga = await bgpgen(emit('-r', 'r1', '-t', 'quagga'));
  t.equal(quagga.status, 0);
  t.strictSame([...quagga.out.matchAll(/^# --- .*$/gm)].map(String), [
    '# --- /etc/quagga/bgpd.conf (0640 quagga:quagga)',
    '# --- /etc/quagga/daemons (0640 quagga:quagga)',
    '# --- /etc/quagga/vtysh.conf (0640 quagga:quaggavty)',
    '# --- /etc/quagga/zebra.conf (0640 quagga:quagga)',
    '# --- /etc/sysctl.d/60-bgp.conf (0644 root:root)',
  ]);
  t.match(
    quagga.err,
    /warning\[BGP104\].*warning\[BGP105\].*warning\[BGP106\].*note\[BGP030\]/s,
    'what Quagga lacks is named',
  );
});

t.test('a password is printed only when asked for, and written only where others cannot read', async (t) => {
  const masked = await bgpgen(emit());
  t.notMatch(masked.out + masked.err, PASSWORD);
  t.match(masked.out, ' neighbor 192.0.2.1 password ********\n');
  const shown = await bgpgen(emit('--show-secrets'));
  t.match(shown.out, ` neighbor 192.0.2.1 password ${PASSWORD}\n`);
  t.equal(shown.err, '');
  const plain = await bgpgen(emit('--file', 'daemons'));
  t.equal(plain.err, '', 'no remark where there is no password in what is printed');
  const { status, out, err, host } = await bgpgen(emit('--out', '/tmp/r1'));
  t.strictSame([status, out, err], [0, '', '']);
  const written = [...host.files].filter(([path]) => path.startsWith('/tmp/r1/'));
  t.strictSame(
    written.map(([path, { mode }]) => [path, mode.toString(8)]),
    [
      ['/tmp/r1/etc/frr/daemons', '640'],
      ['/tmp/r1/etc/frr/frr.conf', '640'],
      ['/tmp/r1/etc/frr/vtysh.conf', '640'],
      ['/tmp/r1/etc/sysctl.d/60-bgp.conf', '644'],
    ],
  );
  t.match(host.textOf('/tmp/r1/etc/frr/frr.conf'), ` password ${PASSWORD}\n`);
  for (const [path, { bytes, mode }] of written)
    if (new TextDecoder().decode(bytes).includes(PASSWORD)) t.equal(mode & 0o007, 0, path);
  for (const bad of ['', '\n', 'two words\n', 'two\nlines\n', 'umläut\n', `${'x'.repeat(81)}\n`]) {
    const ended = await bgpgen(emit('--out', '/tmp/r1'), machine().file('examples/transit-a.password', bad));
    t.equal(ended.status, 65);
    t.match(
      ended.err,
      new RegExp(
        `^examples/site\\.yaml:${lineOf('password-file:')}:20: error\\[BGP017\\]: transit-a\\.password `,
      ),
      JSON.stringify(bad),
    );
    if (bad.trim() !== '') t.notMatch(ended.err, bad.trim().slice(0, 8), 'the text of the file is not shown');
    t.notOk(
      [...ended.host.files.keys()].some((path) => path.startsWith('/tmp')),
      'nothing is written',
    );
  }
  const longest = await bgpgen(
    emit('--show-secrets'),
    machine().file('examples/transit-a.password', 'x'.repeat(80)),
  );
  t.match(longest.out, ` password ${'x'.repeat(80)}\n`, 'without a line end, and as long as may be');
});

t.test('a password file that is not there, or open to all', async (t) => {
  const host = machine();
  host.files.delete('examples/transit-a.password');
  const { status, out, err } = await bgpgen(emit(), host);
  t.strictSame([status, out], [65, '']);
  t.match(
    err,
    `examples/site.yaml:${lineOf('password-file:')}:20: error[BGP016]: examples/transit-a.password: No such file or directory\n`,
  );
  const real = EXAMPLE.replace(/^lab: true$/m, 'lab: false');
  const open = machine()
    .file('examples/site.yaml', real)
    .file('examples/transit-a.password', PASSWORD, 0o644);
  t.match(
    (await bgpgen(['check', 'examples/site.yaml'], open)).err,
    /warning\[BGP018\]: examples\/transit-a\.password can be read/,
  );
  const closed = machine()
    .file('examples/site.yaml', real)
    .file('examples/transit-a.password', PASSWORD, 0o640);
  t.notMatch((await bgpgen(['check', 'examples/site.yaml'], closed)).err, 'BGP018');
  const elsewhere = machine();
  elsewhere.stdin = EXAMPLE.replace('transit-a.password', '/run/secrets/a');
  elsewhere.file('/run/secrets/a', PASSWORD, 0o600);
  t.match(
    await bgpgen(['check', '-'], elsewhere),
    { status: 0, err: '' },
    'an absolute path stays what it is',
  );
});

t.test('one file alone', async (t) => {
  for (const name of ['frr.conf', '/etc/frr/frr.conf', 'frr/frr.conf']) {
    const { status, out } = await bgpgen(emit('--file', name));
    t.equal(status, 0);
    t.match(out, /^! r1, AS 64500, for FRR 8\.4\.\n/, 'without a heading');
  }
  const { status, out, err } = await bgpgen(emit('--file', 'frr.cnf'));
  t.strictSame([status, out], [64, '']);
  t.match(err, /--file can't be "frr\.cnf": did you mean frr\.conf\?/);
});

t.test('JSON Lines', async (t) => {
  const { out, err } = await bgpgen(emit('--json', '--show-secrets'));
  const files = out
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  t.match(files, [
    { path: '/etc/frr/daemons', mode: '0640', owner: 'frr:frr', text: /bgpd=yes/ },
    { path: '/etc/frr/frr.conf', mode: '0640', owner: 'frr:frr', text: /router bgp 64500\n/ },
    { path: '/etc/frr/vtysh.conf', mode: '0640', owner: 'frr:frrvty' },
    { path: '/etc/sysctl.d/60-bgp.conf', mode: '0644', owner: 'root:root', text: /rp_filter = 2\n/ },
  ]);
  t.equal(err, '');
  const wrong = machine().file('examples/site.yaml', EXAMPLE.replace('as: 64502', 'as: 64500'));
  const checked = await bgpgen(['check', '--json', 'examples/site.yaml'], wrong);
  t.equal(checked.status, 65);
  t.strictSame(
    checked.err
      .trim()
      .split('\n')
      .map((line): unknown => {
        const { code, severity, file, line: at, column } = JSON.parse(line) as Record<string, unknown>;
        return { code, severity, file, at, column };
      }),
    [{ code: 'BGP011', severity: 'error', file: 'examples/site.yaml', at: lineOf('as: 64502'), column: 9 }],
  );
});

t.test('the command line', async (t) => {
  const two = EXAMPLE.replace('neighbors:', '  r2:\n    router-id: 198.51.100.2\n\nneighbors:');
  const none = EXAMPLE.replace('    daemon: frr@8.4\n', '');
  const rows: readonly (readonly [string, readonly string[], RegExp, string?])[] = [
    ['no verb', [], /a verb is missing/],
    ['an unknown verb', ['emti', 'examples/site.yaml'], /unknown verb "emti"\n {2}hint: did you mean emit\?/],
    ['no operand', ['emit'], /SITE is missing/],
    ['two operands', emit('other.yaml'), /too many operands: "other\.yaml"/],
    [
      'an unknown option',
      emit('--rooter', 'r1'),
      /unknown option --rooter\n {2}hint: did you mean --router\?/,
    ],
    ['an option of the other verb', ['check', 'examples/site.yaml', '--out', 'x'], /unknown option --out/],
    [
      'an unknown router',
      emit('--router', 'r7'),
      /^--router:1:1: error\[BGP001\]: no router is called "r7".*did you mean r1\? the site has r1/s,
    ],
    ['no router where there are two', emit(), /--router is needed: one of r1, r2/, two],
    [
      'an unknown daemon',
      emit('--target', 'frrr'),
      /^--target:1:1: error\[BGP028\]: "frrr" is no daemon.*did you mean frr\?/s,
    ],
    [
      'an unknown version',
      ['check', 'examples/site.yaml', '-t', 'frr@7'],
      /^--target:1:1: error\[BGP028\].*8\.4 to 10/s,
    ],
    ['no daemon', emit(), /--target is needed: the site file names no daemon for r1/, none],
    [
      'a code that no error has',
      emit('--accept', 'BGP03'),
      /--accept can't be "BGP03"\n {2}hint: did you mean BGP003\?/,
    ],
    ['an error that must not be accepted', emit('--accept', 'BGP012'), /--accept can't be "BGP012"/],
    ['--file with --out', emit('--file', 'frr.conf', '--out', '/tmp/x'), /give one of them/],
    ['--dry-run without --out', emit('--dry-run'), /--dry-run goes with --out/],
    ['an empty folder name', emit('--out', ''), /--out needs the name of a folder/],
  ];
  for (const [why, words, message, site] of rows) {
    const host = machine();
    if (site !== undefined) host.file('examples/site.yaml', site);
    const { status, out, err } = await bgpgen(words, host);
    t.strictSame([status, out], [64, ''], why);
    t.match(err, message, why);
    t.strictSame(host.journal, [], `${why}: nothing was touched`);
  }
});

t.test('inputs: standard input, none, empty, broken', async (t) => {
  const host = machine();
  host.stdin = EXAMPLE.replace('transit-a.password', 'examples/transit-a.password');
  t.match(await bgpgen(['check', '-'], host), { status: 0, out: '', err: '' });
  const rows: readonly (readonly [string, readonly string[], number, RegExp])[] = [
    ['', ['check', '-'], 65, /^<stdin>:1:1: error\[DOC007\]/],
    ['# only a comment\n', ['emit', '-'], 65, /^<stdin>:1:1: error\[DOC007\]/],
    [EXAMPLE.slice(0, 900), ['emit', '-', '-t', 'frr'], 65, /^<stdin>:\d+:\d+: error\[/],
    ['as: 64500\n\tprefixes: []', ['emit', '-'], 65, /error\[DOC001\]/],
    ['[]', ['check', '-'], 65, /error\[DOC003\]: the site must be a map/],
    ['{"as": 64500, "prefixes": [], "routers": {}, "neighbors": {}, "lab": true}', ['check', '-'], 0, /^$/],
    ['', ['check', 'missing.yaml'], 66, /^bgpgen: missing\.yaml: No such file or directory\n$/],
  ];
  for (const [stdin, words, status, message] of rows) {
    const machineOfRow = machine();
    machineOfRow.stdin = stdin;
    const ended = await bgpgen(words, machineOfRow);
    t.equal(ended.status, status, `${words.join(' ')}: ${JSON.stringify(stdin.slice(0, 20))}`);
    t.match(ended.err, message);
    t.equal(ended.out, '');
  }
});

t.test('a file cut off at any line is told of, and nothing is made of it', async (t) => {
  const ends = [...EXAMPLE.matchAll(/\n/g)].map(({ index }) => index + 1).slice(0, -1);
  const whole: string[] = [];
  for (const at of ends) {
    const host = machine().file('examples/site.yaml', EXAMPLE.slice(0, at));
    const { status, out, err } = await bgpgen(emit('--out', '/tmp/r1'), host);
    const last = EXAMPLE.slice(0, at).trimEnd().split('\n').at(-1)?.trim() ?? '';
    if (status === 0) whole.push(last);
    else {
      t.strictSame(
        [status, out, [...host.files.keys()].some((path) => path.startsWith('/tmp'))],
        [65, '', false],
        last,
      );
      t.match(err, /: error\[/, last);
    }
  }
  // Behind the limits of a neighbour nothing is missing that could be known; one neighbour alone is warned of.
  t.strictSame([...new Set(whole)], ['max-prefix: { ipv4: 1400000, ipv6: 320000 }']);
});

t.test('whatever stands in the file, there is an answer and no fault of ours', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(EXAMPLE.length),
      fc.nat(30),
      fc.oneof(
        fc.string({ maxLength: 12 }),
        fc.constantFrom('\n', ': ', '[', '- ', '"', '&a *a', '{}', '~', '65536.1', '/33'),
      ),
      async (at, length, text) => {
        const host = machine();
        host.stdin = EXAMPLE.slice(0, at) + text + EXAMPLE.slice(at + length);
        const { status, out } = await bgpgen(['emit', '-', '-t', 'quagga'], host);
        t.ok([0, 64, 65].includes(status), `${status} for ${JSON.stringify(host.stdin)}`);
        if (status !== 0) t.equal(out, '');
      },
    ),
    { numRuns: 300 },
  );
});

t.test('hostile words never reach a configuration', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['description: Transit B, circuit 55-0812', 'description: "x\\n neighbor 192.0.2.9 remote-as 1"'],
    ['description: Transit B, circuit 55-0812', 'description: "x\\r\\nexit"'],
    ['description: Transit B, circuit 55-0812', 'description: "x | include y"'],
    ['description: Transit B, circuit 55-0812', `description: "${'x'.repeat(81)}"`],
    ['  transit-b:', '  "transit-b\\nline vty":'],
    ['  transit-b:', '  "transit b":'],
    ['  r1:', '  "r1\\npassword x":'],
  ];
  for (const [from, to] of rows) {
    const { status, out, err } = await bgpgen(
      emit(),
      machine().file('examples/site.yaml', EXAMPLE.replace(from, to)),
    );
    t.strictSame([status, out], [65, ''], to);
    t.match(err, /error\[DOC005\]/);
  }
});

t.test('accepted errors are warnings, and strict warnings are errors', async (t) => {
  const site =
    'as: 65000\nprefixes: [10.1.2.0/24]\nrouters: { r1: { router-id: 10.1.2.1, daemon: frr } }\nneighbors: {}\n';
  const run = (...words: readonly string[]): Promise<Ended> => {
    const host = machine();
    host.stdin = site;
    return bgpgen(words, host);
  };
  t.match(await run('emit', '-'), { status: 65, out: '', err: /error\[BGP007\].*error\[BGP003\]/s });
  t.match(await run('emit', '-', '--accept', 'BGP003'), {
    status: 65,
    out: '',
    err: /error\[BGP007\].*warning\[BGP003\]/s,
  });
  const accepted = await run('emit', '-', '--accept', 'BGP003', '--accept', 'BGP007');
  t.match(accepted, {
    status: 0,
    out: /network 10\.1\.2\.0\/24/,
    err: /warning\[BGP007\].*warning\[BGP003\]/s,
  });
  const strict = await run('emit', '-', '--accept', 'BGP003', '--accept', 'BGP007', '--strict');
  t.match(strict, { status: 65, out: '' });
  const quagga = machine();
  t.match(await bgpgen(emit('-t', 'quagga', '--strict'), quagga), {
    status: 65,
    out: '',
    err: /warning\[BGP104\]/,
  });
  const old = await bgpgen(emit('-t', 'quagga@0.99'));
  t.match(old, { status: 65, out: '', err: /error\[BGP103\]: Quagga 0\.99 has no GTSM for 192\.0\.2\.5/ });
  const without = await bgpgen(emit('-t', 'quagga@0.99', '--accept', 'BGP103'));
  t.match(without, { status: 0, err: /warning\[BGP103\]/ });
  t.notMatch(without.out, 'ttl-security', 'what was accepted to be without is not there');
});

t.test('--out: a plan that can be looked at, and a failure that leaves all as it was', async (t) => {
  const planned = await bgpgen(emit('--out', '/tmp/r1/', '--dry-run'));
  t.equal(planned.status, 0);
  t.match(
    planned.out,
    /^mkdir -p \/tmp\/r1\/etc\/frr\nmkdir -p \/tmp\/r1\/etc\/sysctl\.d\nwrite .*mode 0640\)\n/,
  );
  t.notMatch(planned.out + planned.err, PASSWORD);
  t.strictSame(planned.host.journal, []);
  const rows: readonly (readonly [string, string, number])[] = [
    ['create /tmp/r1/etc/sysctl.d/.60-bgp.conf.new', 'ENOSPC', 74],
    ['makeFolder /tmp/r1/etc/frr', 'EACCES', 77],
    ['makeFolder /tmp/r1/etc/frr', 'ENOTDIR', 73],
  ];
  for (const [call, code, status] of rows) {
    const host = machine().file('/tmp/r1/etc/frr/frr.conf', 'old\n');
    host.failures.set(call, code);
    const ended = await bgpgen(emit('--out', '/tmp/r1'), host);
    t.equal(ended.status, status, code);
    t.match(ended.err, /^bgpgen: \/tmp\/r1\/etc\/.*\n$/);
    t.strictSame(
      [...host.files.keys()].filter((path) => path.startsWith('/tmp')),
      ['/tmp/r1/etc/frr/frr.conf'],
    );
    t.equal(host.textOf('/tmp/r1/etc/frr/frr.conf'), 'old\n');
  }
});

t.test('the pages: what they show works, and every key is told of', async (t) => {
  const page = readFileSync('man/bgpgen.1', 'utf8');
  const shown = [...page.matchAll(/^\.Dl \$ bgpgen (.*)$/gm)].map(([, words = '']) => commandOf(words));
  t.ok(shown.length >= 4, 'there are examples');
  const declared = program.examples.map(({ command }) => commandOf(command.replace('bgpgen ', '')));
  // The other verbs read files of the machine, or start daemons on it: test/complete.test.ts runs those.
  for (const words of [...shown, ...declared].filter(([verb = '']) => /^(check|emit)$/.test(verb))) {
    const { status, err } = await bgpgen(words);
    t.equal(status, 0, words.join(' '));
    t.notMatch(err, 'error[', words.join(' '));
  }
  const format = readFileSync('man/penstock-site.5', 'utf8');
  const [, site = ''] = /^\.Bd -literal -offset indent\n([\s\S]*?)^\.Ed$/m.exec(format) ?? [];
  const host = machine();
  host.stdin = site;
  t.match(await bgpgen(['check', '-'], host), { status: 0, err: '' }, 'the site of the page is right');
  const told = new Set([...format.matchAll(/^\.It Cm ([a-z-]+) :/gm)].map(([, key = '']) => key));
  for (const [map, keys] of Object.entries(KEYS))
    for (const key of keys)
      t.ok(
        told.has(key) || new RegExp(`^\\.Cm ${key}( [,:])?$`, 'm').test(format),
        `${map}: ${key} is told of`,
      );
});

/** The words of a command line in a shell, up to the pipe or list that it stands in. */
function commandOf(line: string): string[] {
  return line.replace(/ (?:\||&&).*/, '').split(' ');
}

t.test('lint reads the files of a router together, by what they are', async (t) => {
  const host = machine();
  for (const file of ['bgpd.conf', 'daemons', 'sysctl.conf'])
    host.file(`/q/${file}`, readFileSync(`examples/quagga/${file}`, 'utf8'));
  const all = await bgpgen(['lint', '/q/bgpd.conf', '/q/daemons', '/q/sysctl.conf'], host);
  t.equal(all.status, 65);
  t.match(
    all.err,
    /\/q\/bgpd\.conf:5:12: error\[BGP007\].*\/q\/daemons:2:1: error\[VTY201\].*\/q\/sysctl\.conf/s,
  );
  t.match(all.err, 'hint: use the AS number that the registry assigned to you');
  const clean = machine();
  clean.stdin = (await bgpgen(emit('--file', 'frr.conf', '--show-secrets'))).out;
  t.match(await bgpgen(['lint', '--lab', '--strict', '-'], clean), { status: 0, out: '', err: '' });
  const quagga = machine();
  quagga.stdin = clean.stdin;
  t.match(await bgpgen(['lint', '--lab', '--json', '-t', 'quagga', '-'], quagga), {
    status: 65,
    err: /^{"code":"VTY/,
  });
  const warned = machine();
  warned.stdin = `${String(clean.stdin)}\nbgp as-path access-list idle permit .*\n`;
  t.match(await bgpgen(['lint', '--lab', '-'], warned), { status: 0, err: /note\[VTY007\]/ });
  t.equal((await bgpgen(['lint', '-t', 'bird', '-'], machine())).status, 64);
  t.equal((await bgpgen(['lint', '/nowhere'], machine())).status, 66);
});

t.test('import: what was emitted comes back as a site that emits the same', async (t) => {
  for (const [name, target] of [
    ['two-transits', 'frr'],
    ['bfd', 'frr'],
    ['multihop', 'frr'],
    ['routes-wanted', 'frr'],
    ['four-byte-as', 'frr'],
    ['ipv6-only', 'frr'],
    ['redundant-sessions', 'frr'],
    ['two-transits', 'quagga'],
    ['multihop', 'quagga'],
    ['routes-wanted', 'quagga'],
    ['four-byte-as', 'quagga'],
  ] as const) {
    const text = readFileSync(`test/cases/routing/${name}/site.yaml`, 'utf8');
    const host = new FakeHost().file('/a/site.yaml', text).file('/a/transit-a.password', PASSWORD, 0o600);
    // What the kernel would say of the interfaces.
    const { site } = parseSite(new Source('site.yaml', text));
    const answer = (site?.routers ?? []).flatMap(({ interfaces }) =>
      interfaces.map(({ name: device, addresses }) => ({
        ifname: device.value,
        addr_info: addresses.map(({ value }) => {
          const [local, length] = value.toString().split('/');
          return { local, prefixlen: Number(length), scope: 'global' };
        }),
      })),
    );
    host.file('/a/addresses.json', JSON.stringify(answer));
    t.equal(
      (await bgpgen(['emit', '/a/site.yaml', '-t', target, '-o', '/b'], host)).status,
      0,
      `${name}: emitted`,
    );
    const files = target === 'frr' ? ['frr/frr.conf'] : ['quagga/bgpd.conf', 'quagga/zebra.conf'];
    const lab = /^lab: true$/m.test(text) ? ['--lab'] : [];
    const read = [
      'import',
      ...lab,
      ...files.map((file) => `/b/etc/${file}`),
      '/a/addresses.json',
      '-o',
      '/c',
    ];
    const imported = await bgpgen(read, host);
    t.match(imported, { status: 0 }, imported.err);
    t.notMatch(imported.err, /VTY30[12]|VTY001/, `${name}: nothing is left out`);
    const again = await bgpgen(['emit', '/c/site.yaml', '-o', '/d'], host);
    t.equal(again.status, 0, `${name}: ${again.err}\n${host.textOf('/c/site.yaml') ?? ''}`);
    for (const file of files)
      t.equal(
        host.textOf(`/d/etc/${file}`),
        host.textOf(`/b/etc/${file}`),
        `${name} for ${target}: ${file}, byte for byte`,
      );
  }
});

t.test('import: what a site file does not say is told of, and passwords are not printed', async (t) => {
  const host = machine();
  host.stdin = `hostname edge
router bgp 3333
 bgp router-id 192.0.2.9
 bgp dampening
 network 198.51.100.0/24
 redistribute connected
 aggregate-address 198.51.0.0/16
 neighbor 192.0.2.1 remote-as 3320
 neighbor 192.0.2.1 description Upstream One, the first
 neighbor 192.0.2.1 password geheim
 neighbor 192.0.2.1 route-map more out
 neighbor 192.0.2.5 remote-as 3333
 zork
route-map more permit 10
 set as-path prepend 3333 3333
ip route 0.0.0.0/0 192.0.2.1
`;
  const { status, out, err } = await bgpgen(['import', '-'], host);
  t.equal(status, 0);
  t.match(
    out,
    /^ {2}upstream-one:\n {4}role: transit\n {4}router: edge\n {4}as: 3320\n {4}addresses: \[192\.0\.2\.1\]\n/m,
  );
  t.match(out, /^ {4}password-file: upstream-one\.password\n/m);
  t.notMatch(out + err, 'geheim');
  for (const what of [
    /damping is not carried over/,
    /redistribution of connected/,
    /an aggregate/,
    /192\.0\.2\.5 is of the same AS/,
    /set as-path prepend 3333 3333 of more/,
    /the static route for 0\.0\.0\.0\/0/,
    /192\.0\.2\.1 has no maximum-prefix/,
    /the addresses of the interfaces are not in it/,
    /note\[VTY001\]: not known here: zork/,
    /note\[VTY304\]: the password in upstream-one\.password is not printed/,
  ])
    t.match(err, what);
  const written = machine();
  written.stdin = host.stdin;
  t.match(await bgpgen(['import', '-', '--out', '/new'], written), { status: 0, out: '' });
  t.match(written.files.get('/new/upstream-one.password'), { mode: 0o600 });
  t.equal(written.textOf('/new/upstream-one.password'), 'geheim\n');
  const none = machine();
  none.stdin = 'hostname x\n';
  t.match(await bgpgen(['import', '-'], none), { status: 65, out: '', err: /VTY303/ });
});
