// sockbridge in socat's manner: its command line word by word, what it prints about itself, what it refuses and how. How
// well it does as socat, socat's own tests tell: test/conformance.

import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { KINDS } from '../../../src/bridge/endpoints/index.ts';
import { optionNames } from '../../../src/bridge/options.ts';
import { runProgram } from '../../../src/command/main.ts';
import { FakeHost } from '../../../src/host/fake.ts';
import { rawPath } from '../../../src/programs/sockbridge/raw-path.ts';
import { readSocatLine, type SocatLine } from '../../../src/programs/sockbridge/socat-line.ts';
import { program } from '../../../src/programs/sockbridge.ts';
import { cleanEnv, run, start } from '../../spawn.ts';

function lineOf(...words: readonly string[]): SocatLine {
  const read = readSocatLine([...words, '-', 'PIPE']);
  if (read.kind !== 'run') throw new Error(`${words.join(' ')}: ${JSON.stringify(read)}`);
  return read.line;
}

t.test('the defaults are those of socat', async (t) => {
  t.strictSame(lineOf(), {
    addresses: ['-', 'PIPE'],
    level: 'W',
    place: { kind: 'stderr' },
    program: undefined,
    micros: false,
    hostname: false,
    text: false,
    hex: false,
    rawForward: undefined,
    rawBackward: undefined,
    block: 8192,
    sloppy: false,
    halfClosed: 0.5,
    idle: undefined,
    ways: 'both',
    anyOption: false,
    lock: undefined,
    family: undefined,
    statistics: false,
    signals: undefined,
  });
});

t.test('options, in the same word as their value or before it', async (t) => {
  const rows: readonly (readonly [readonly string[], Partial<SocatLine>, string])[] = [
    [['-d'], { level: 'W' }, 'one -d is what 1.8 does anyway'],
    [['-d', '-d'], { level: 'N' }, 'two'],
    [['-dd'], { level: 'N' }, 'in one word'],
    [['-d', '-d', '-d'], { level: 'I' }, 'three'],
    [['-dddd'], { level: 'D' }, 'four'],
    [['-ddddd'], { level: 'D' }, 'there are no more'],
    [['-d0'], { level: 'E' }, 'as 1.7 is without -d'],
    [['-d2'], { level: 'N' }, 'by number'],
    [['-d4', '-d0'], { level: 'E' }, 'the last number counts'],
    [['-lf', '/tmp/x'], { place: { kind: 'file', path: '/tmp/x' } }, 'the path is the next word'],
    [['-lf/tmp/x'], { place: { kind: 'file', path: '/tmp/x' } }, 'or stands in it'],
    [['-lf/tmp/x', '-ls'], { place: { kind: 'stderr' } }, 'the last place counts'],
    [['-ly'], { place: { kind: 'syslog', facility: 'daemon' } }, 'socat logs as a daemon'],
    [['-lylocal3'], { place: { kind: 'syslog', facility: 'local3' } }, 'or as what is said'],
    [['-lmuser'], { place: { kind: 'syslog', facility: 'user' } }, 'mixed'],
    [['-lp', 'db'], { program: 'db' }, 'a name'],
    [['-lpdb', '-lu', '-lh'], { program: 'db', micros: true, hostname: true }, 'what is in a line'],
    [['-v', '-x'], { text: true, hex: true }, 'dumps'],
    [['-r', 'a', '-Rb'], { rawForward: 'a', rawBackward: 'b' }, 'raw dumps'],
    [['-b1'], { block: 1 }, 'in the word'],
    [['-b', '0x100'], { block: 256 }, 'strtoul has hexadecimal'],
    [['-b', '010'], { block: 8 }, 'and octal'],
    [['-t', '1.5'], { halfClosed: 1.5 }, 'seconds'],
    [['-t.1'], { halfClosed: 0.1 }, 'with a fraction alone'],
    [['-t0'], { halfClosed: 0 }, 'none'],
    [['-T', '0'], { idle: 0 }, 'as from 1.8.0.1 on, 0 s is 0 s'],
    [['-T-1'], { idle: undefined }, 'a negative time is without limit'],
    [['-T', '1e3'], { idle: 1000 }, 'strtod has exponents'],
    [['-u'], { ways: 'forward' }, ''],
    [['-U'], { ways: 'backward' }, ''],
    [['-g', '-s'], { anyOption: true, sloppy: true }, ''],
    [['-L', '/run/x'], { lock: { path: '/run/x', wait: false } }, ''],
    [['-W/run/x'], { lock: { path: '/run/x', wait: true } }, ''],
    [['-S', '0x8000'], { signals: 0x8000 }, 'a mask'],
    [['-S0'], { signals: 0 }, 'none at all'],
    [['-S', '0x1fffffffe'], { signals: 0xfffffffe }, 'there are 32 bits'],
    [['-4'], { family: 4 }, ''],
    [['-6'], { family: 6 }, ''],
    [['-0'], { family: 0 }, ''],
    [['--statistics', '--experimental'], { statistics: true }, ''],
  ];
  for (const [words, wanted, reason] of rows)
    t.match(lineOf(...words), wanted, `${words.join(' ')} ${reason}`);
});

t.test('a hyphen begins an address where socat takes it for one', async (t) => {
  for (const first of ['-', '-,shut-none', '-!!PIPE', '-:x']) {
    const read = readSocatLine(['-d', first, 'PIPE']);
    t.match(read, { kind: 'run', line: { addresses: [first, 'PIPE'] } }, first);
  }
  t.match(
    readSocatLine(['PIPE', '-v']),
    { kind: 'run', line: { addresses: ['PIPE', '-v'], text: false } },
    'behind the first address nothing is an option',
  );
});

t.test('what is refused, in the words of socat', async (t) => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [[], 'exactly 2 addresses required (there are 0); use option "-h" for help'],
    [['PIPE'], 'exactly 2 addresses required (there are 1); use option "-h" for help'],
    [['-', 'PIPE', '-d'], 'exactly 2 addresses required (there are 3); use option "-h" for help'],
    [['-z', '-', 'PIPE'], 'unknown option "-z"; use option "-h" for help'],
    [['--json', '-', 'PIPE'], 'unknown option "--json"; use option "-h" for help'],
    [['-lz', '-', 'PIPE'], 'unknown log option "-lz"; use option "-h" for help'],
    [['-lynone', '-', 'PIPE'], 'unknown syslog facility "none"'],
    [['-d5', '-', 'PIPE'], 'Invalid (trailing) character(s) "5" in "-d5" option'],
    [['-b'], 'option -b requires an argument; use option "-h" for help'],
    [['-lf'], 'option -lf requires an argument; use option "-h" for help'],
    [['-b', 'x', '-', 'PIPE'], 'option -b: missing numerical value in "x"'],
    [['-b', '0', '-', 'PIPE'], 'option -b: the buffer would be empty'],
    [
      ['-b', '18446744073709551615', '-', 'PIPE'],
      'buffer size option (-b) to big - 18446744073709551615 (max is 1073741824)',
    ],
    [['-t', '-', 'PIPE'], 'option -t: missing numerical value in "-"'],
    [['-u', '-U', '-', 'PIPE'], '-U and -u must not be combined'],
    [['-L', 'a', '-W', 'b', '-', 'PIPE'], 'only one -L and -W option allowed'],
  ];
  for (const [words, message] of rows) {
    t.strictSame(readSocatLine(words), { kind: 'fault', message }, words.join(' '));
  }
  for (const word of ['-vx', '-uU', '-4v', '-gD', '-Vx']) {
    t.match(readSocatLine([word, '-', 'PIPE']), { kind: 'hint' }, word);
  }
});

async function socat(words: readonly string[], called = 'sockbridge') {
  const host = new FakeHost();
  const status = await runProgram(program, words, host, called);
  return { status, out: host.stdout, err: host.stderr };
}

t.test('it is socat by its first word, or by the name that it is called by', async (t) => {
  const { out } = await socat(['--socat', '-V']);
  t.match(out, /^socat version 1\.8\.0\.3 on Node\.js v\d+/m);
  t.equal((await socat(['-V'], 'socat')).out, out);
  t.equal((await socat(['--socat', '-V'], 'socat')).out, out);
  const late = await socat(['-v', '--socat', '-', 'PIPE']);
  t.strictSame(
    [late.status, late.err],
    [64, 'sockbridge: --socat stands before all else on the command line\n'],
  );
});

t.test('help and version tell what there is, and nothing that there is not', async (t) => {
  const version = (await socat(['--socat', '-V'])).out;
  t.match(version, /^ {2}#define WITH_TCP 1$/m);
  t.match(version, /^ {2}#define WITH_EXEC 1$/m);
  t.match(version, /^ {2}#undef WITH_READLINE$/m, 'there is no such address type');
  t.match(version, /^ {2}#undef WITH_SYCLS$/m, 'nor any trace of system calls');
  const has = (feature: string): boolean => version.includes(`#define WITH_${feature} 1\n`);
  const keywords = new Set(KINDS.flatMap((kind) => kind.keywords));
  for (const [feature, keyword] of [
    ['UDP', 'UDP'],
    ['OPENSSL', 'OPENSSL'],
    ['GOPEN', 'GOPEN'],
    ['PTY', 'PTY'],
    ['VSOCK', 'VSOCK'],
  ] as const)
    t.equal(has(feature), keywords.has(keyword), feature);

  const short = (await socat(['--socat', '-h'])).out;
  const middle = (await socat(['--socat', '-??'])).out;
  const long = (await socat(['--socat', '-hhh'])).out;
  t.notMatch(short, /opts:/, 'no options');
  t.match(middle, /^ {6}fork\tgroups=CHILD\tphase=PASTACCEPT\ttype=BOOL$/m);
  t.notMatch(middle, /is an alias/);
  for (const { keywords: words } of KINDS) {
    for (const word of words)
      t.ok(new RegExp(`^ {6}${word.toLowerCase()}[:\\[\\t]`, 'm').test(long) || word === '-', word);
  }
  const between = (begin: RegExp, end: RegExp): string[] => {
    const lines = long.split('\n');
    return lines
      .slice(
        lines.findIndex((line) => begin.test(line)) + 1,
        lines.findIndex((line) => end.test(line)),
      )
      .map((line) => /^\s*([^\s:[]+)/.exec(line)?.[1] ?? '')
      .filter((name) => name !== '' && !name.startsWith('<'));
  };
  const addresses = between(/address-head:/, /^ {3}opts:/);
  t.strictSame(addresses, [...addresses].sort(), 'socat wants its list sorted');
  const options = long
    .slice(long.indexOf('   opt:\n') + 8)
    .trimEnd()
    .split('\n')
    .map((line) => line.trim().split('\t')[0] ?? '');
  t.strictSame(options, [...options].sort(), 'and the options too');
  const named = new Set(optionNames());
  t.ok(options.every((name) => named.has(name)));
});

t.test('what is refused is a line of the log, and status 1', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp])[] = [
    [['-z'], /E unknown option "-z"; use option "-h" for help\n$/],
    [['TUN', 'PIPE'], /E unknown device\/address "TUN" \(/],
    [['sctp4-connect:::::', 'PIPE'], /E unknown device\/address "sctp4-connect" \(/],
    [['nothing', 'PIPE'], /E unknown device\/address "nothing"\n$/],
    [['PIPE,frok', 'PIPE'], /E unknown option "frok"\n$/],
    [['TCP:localhost:1,so-debug', 'PIPE'], /E unknown option "so-debug" \(/],
    [['PIPE,fork', 'PIPE'], /E option "fork" not supported with this address type\n$/],
    [['TCP:localhost', 'PIPE'], /E TCP: wrong number of parameters \(1 instead of 2\)\n$/],
  ];
  for (const [words, pattern] of rows) {
    const { status, stdout, stderr } = await run('bin/sockbridge.js', ['--socat', ...words]);
    t.match(stderr, pattern, words.join(' '));
    t.match(stderr, /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d socat\[\d+\] E [^\n]*\n$/, 'one line of a log');
    t.strictSame([status, stdout], [1, ''], words.join(' '));
  }
  const hint = await run('bin/sockbridge.js', ['--socat', '-vx', '-', 'PIPE']);
  t.strictSame(
    [hint.status, hint.stderr],
    [1, 'Do not merge single character options, i.e. use "-v -x" instead of "-vx"\n'],
  );
});

t.test('called by a link of the name socat it is socat', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-socat-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const link = join(folder, 'socat');
  symlinkSync(resolve('bin/sockbridge.js'), link);
  const echo = await run(link, ['-d', '-d', '-lp', 'relay', '-lu', '-lh', '-', 'PIPE'], {
    input: 'hello\n',
    env: cleanEnv({ HOSTNAME: 'here' }),
  });
  t.strictSame([echo.status, echo.stdout], [0, 'hello\n']);
  const form = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} here relay\[\d+\] N \S/;
  const lines = echo.stderr.trimEnd().split('\n');
  t.ok(lines.length >= 4 && lines.every((line) => form.test(line)), echo.stderr);
  t.match(echo.stderr, /N socket 1 \(fd .*\) is at EOF\n/);
  t.match(lines.at(-1), /N exiting with status 0$/);
});

t.test('a log file, raw dumps, a lock, the counts', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-socat-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const script = `cat; echo; printf "%s %s %s" "$RELAY_VERSION" "$RELAY_PID" "$SOCAT_PID"; test -f ${at('lock')}`;
  const first = await run(
    'bin/sockbridge.js',
    [
      ...['--socat', '-lp', 'relay', '-d', '-d', '-lf', at('log'), '-r', at('$PROGNAME.r'), '-R', at('R')],
      ...['-L', at('lock'), '--statistics', '-', `SYSTEM:'${script}'`],
    ],
    { input: 'abc' },
  );
  t.equal(first.status, 0, first.stderr);
  t.match(first.stdout, /^abc\n1\.8\.0\.3 \d+ $/, 'programs are told by the name that was chosen');
  t.equal(first.stderr, '', 'all of the log is in the file');
  t.equal(readFileSync(at('relay.r'), 'utf8'), 'abc');
  t.equal(readFileSync(at('R'), 'utf8'), first.stdout);
  t.notOk(existsSync(at('lock')), 'the lock is gone');
  const log = readFileSync(at('log'), 'utf8');
  t.match(log, / I STATISTICS: left to right: \d packets\(s\), {2}3 byte\(s\)\n/);
  t.match(
    log,
    new RegExp(` I STATISTICS: right to left: \\d packets\\(s\\), ${first.stdout.length} byte\\(s\\)\n`),
  );
  t.match(log, / N exiting with status 0\n$/);

  writeFileSync(at('lock'), '1\n');
  const second = await run('bin/sockbridge.js', ['--socat', '-L', at('lock'), '-', 'PIPE']);
  t.equal(second.status, 1);
  t.match(second.stderr, / E could not obtain lock ".*lock"\n$/);
  t.equal(readFileSync(at('lock'), 'utf8'), '1\n', "somebody else's stays");

  const third = await run('bin/sockbridge.js', ['--socat', '-lf', at('none/log'), '-', 'PIPE']);
  t.equal(third.status, 1);
  t.match(third.stderr, / E cannot open log file ".*none\/log": No such file or directory\n$/);
});

t.test('a family for listeners that name none', async (t) => {
  const rows: readonly (readonly [readonly string[], Readonly<Record<string, string>>, RegExp])[] = [
    [[], {}, /listening on AF=2 0\.0\.0\.0:\d+/],
    [['-6'], {}, /listening on AF=10 \[::\]:\d+/],
    [['-0'], {}, /listening on AF=10 \[::\]:\d+/],
    [[], { SOCAT_DEFAULT_LISTEN_IP: '6' }, /listening on AF=10 \[::\]:\d+/],
    [['-4'], { SOCAT_DEFAULT_LISTEN_IP: '6' }, /listening on AF=2 0\.0\.0\.0:\d+/],
  ];
  for (const [words, env, pattern] of rows) {
    const ended = await run(
      'bin/sockbridge.js',
      ['--socat', '-dd', ...words, 'TCP-LISTEN:0,accept-timeout=0.01', 'PIPE'],
      { env: cleanEnv(env) },
    );
    t.match(ended.stderr, pattern, `${words.join(' ')} ${JSON.stringify(env)}`);
    t.equal(ended.status, 0);
  }
});

t.test('-g has an option pass that the address type has no use for', async (t) => {
  const words = ['-', 'PIPE,fork,bind=x'];
  t.equal((await run('bin/sockbridge.js', ['--socat', ...words])).status, 1);
  t.strictSame(await run('bin/sockbridge.js', ['--socat', '-g', ...words], { input: 'x' }), {
    status: 0,
    signal: null,
    stdout: 'x',
    stderr: '',
  });
});

t.test('-S chooses the signals that are told of', async (t) => {
  const ends = async (signal: NodeJS.Signals, ...words: readonly string[]) => {
    const child = start('bin/sockbridge.js', ['--socat', '-dd', ...words, 'TCP-LISTEN:0', 'PIPE'], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let log = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      if (log.includes('listening on')) child.kill(signal);
    });
    const ended = await new Promise<NodeJS.Signals | null>((resolve) =>
      child.once('close', (_status, by) => resolve(by)),
    );
    return { ended, told: /[A-Z] exiting on signal \d+/.exec(log)?.[0] };
  };
  t.strictSame(await ends('SIGTERM'), { ended: 'SIGTERM', told: 'W exiting on signal 15' });
  t.strictSame(await ends('SIGINT'), { ended: 'SIGINT', told: 'N exiting on signal 2' });
  t.strictSame(await ends('SIGTERM', '-S', '0'), { ended: 'SIGTERM', told: undefined });
  t.strictSame(await ends('SIGSYS', '-S', '0x80000000'), { ended: 'SIGSYS', told: 'E exiting on signal 31' });
});

t.test('names of raw dumps', async (t) => {
  const facts = {
    program: 'socat',
    pid: 77,
    now: new Date(2026, 10, 2, 3, 4, 5),
    micros: 1234,
    env: { DIR: '/var', EMPTY: '' },
  };
  const rows: readonly (readonly [string, string])[] = [
    ['/tmp/x', '/tmp/x'],
    ['/tmp/$$.r', '/tmp/77.r'],
    ['/tmp/${PROGNAME}-$TIMESTAMP.$MICROS', '/tmp/socat-20261102T030405.001234'],
    ['$DIR/$EMPTY$UNSET/x', '/var//x'],
    ['/tmp/\\$DIR', '/tmp/$DIR'],
    ['/tmp/a$', '/tmp/a$'],
    ['/tmp/$1', '/tmp/$1'],
  ];
  for (const [text, wanted] of rows) t.equal(rawPath(text, facts), wanted, text);
});
