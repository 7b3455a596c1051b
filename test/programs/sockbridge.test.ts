// sockbridge's command line: what is refused before anything is opened, how it is reported, and that the manual knows
// every word. What a bridge does stands in test/bridge and the labs.

import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { ACCEPT_OPTIONS, ADMIT_OPTIONS } from '../../src/bridge/endpoints/accept.ts';
import { PROCESS_OPTIONS } from '../../src/bridge/endpoints/around.ts';
import { ATTEMPT_OPTIONS } from '../../src/bridge/endpoints/attempts.ts';
import { EXEC_OPTIONS } from '../../src/bridge/endpoints/exec.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { MANNER_OPTIONS, PACKET_OPTIONS } from '../../src/bridge/endpoints/manners.ts';
import { OPEN_OPTIONS } from '../../src/bridge/endpoints/open-file.ts';
import { GREETING_OPTIONS } from '../../src/bridge/endpoints/source-options.ts';
import { TCP_OPTIONS } from '../../src/bridge/endpoints/tcp.ts';
import { DIAL_OPTIONS, RESOLVER_OPTIONS } from '../../src/bridge/endpoints/tcp-dial.ts';
import { TLS_OPTIONS } from '../../src/bridge/endpoints/tls.ts';
import { UDP_OPTIONS } from '../../src/bridge/endpoints/udp.ts';
import { OPTIONS, type OptionName } from '../../src/bridge/options.ts';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/sockbridge.ts';
import { run, start } from '../spawn.ts';

async function sockbridge(words: readonly string[], host = new FakeHost()) {
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr };
}

t.test('a command line that is wrong ends with 64, and one line says why', async (t) => {
  const rows: readonly (readonly [readonly string[], RegExp, string])[] = [
    [[], /^sockbridge: ADDRESS1 is missing\n/, 'nothing'],
    [['-'], /^sockbridge: ADDRESS2 is missing\n/, 'one address'],
    [['-', 'PIPE', 'PIPE'], /^sockbridge: too many operands: "PIPE"\n/, 'three'],
    [['-u', '-U', '-', 'PIPE'], /^sockbridge: -u and -U contradict each other\n/, 'both ways only'],
    [['-t', 'x', '-', 'PIPE'], /^sockbridge: -t can't be "x"\n {2}hint: a number of seconds/, 'no number'],
    [['-t', '-1', '-', 'PIPE'], /^sockbridge: -t can't be -1\n/, 'negative'],
    [['-T', '9999999999', '-', 'PIPE'], /^sockbridge: -T can't be 9999999999\n/, 'more than a timer takes'],
    [['-b', '0', '-', 'PIPE'], /^sockbridge: -b can't be 0\n/, 'no bytes'],
    [['-b', '8k', '-', 'PIPE'], /^sockbridge: -b can't be "8k"\n/, 'a unit'],
    [['-b', '-', 'PIPE'], /^sockbridge: (?:-b can't be|ADDRESS2 is missing)/, 'no value'],
    [
      ['--jsno', '-', 'PIPE'],
      /^sockbridge: unknown option --jsno\n {2}hint: did you mean --json\?\n/,
      'misspelt',
    ],
    [['-z', '-', 'PIPE'], /^sockbridge: unknown option -z\n/, 'not known'],
    [['-4', '-6', '-', 'PIPE'], /^sockbridge: -4 and -6 contradict each other\n/, 'both families first'],
    [['-L', 'a', '-W', 'b', '-', 'PIPE'], /^sockbridge: -L and -W contradict each other\n/, 'two locks'],
    [['-lf', 'a', '-ly', '-', 'PIPE'], /^sockbridge: one of -lf, -ls and -ly says/, 'two logs'],
    [['-lynone', '-', 'PIPE'], /^sockbridge: -ly can't be "none"\n/, 'no facility'],
    [['-lf'], /^sockbridge: -lf needs a value\n/, 'two letters are one option'],
  ];
  for (const [words, pattern, reason] of rows) {
    const { status, out, err } = await sockbridge(words);
    t.match(err, pattern, `${words.join(' ')}: ${reason}`);
    t.strictSame([status, out], [64, ''], reason);
  }
});

t.test('an address that is wrong is shown with its place', async (t) => {
  t.strictSame(await sockbridge(['tcp-l:6666,frok', 'unix:/run/x,mode=600']), {
    status: 64,
    out: '',
    err: [
      'ADDRESS1:1:12: error[BRG006]: unknown option "frok"',
      '  tcp-l:6666,frok',
      '             ^^^^',
      '  hint: did you mean fork?',
      'ADDRESS2:1:13: error[BRG008]: option "mode" not supported with this address type',
      '  unix:/run/x,mode=600',
      '              ^^^^',
      '  hint: UNIX-CLIENT does not take it; UNIX-LISTEN, PIPE, OPEN, CREATE and GOPEN do',
      '',
    ].join('\n'),
  });
  const json = await sockbridge(['--json', 'tcp-l:66666', 'nope:1']);
  t.strictSame(
    json.err
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      {
        code: 'BRG005',
        severity: 'error',
        message: '"66666": a port is at most 65535',
        file: 'ADDRESS1',
        line: 1,
        column: 7,
        offset: 6,
        length: 5,
      },
      {
        code: 'BRG002',
        severity: 'error',
        message: 'unknown device/address "nope"',
        file: 'ADDRESS2',
        line: 1,
        column: 1,
        offset: 0,
        length: 4,
      },
    ],
    '--json',
  );
  t.equal(json.status, 64);
  const shown = async (env: Record<string, string>): Promise<string> => {
    const host = new FakeHost();
    host.terminal = true;
    host.env = env;
    return (await sockbridge(['nope', 'PIPE'], host)).err;
  };
  t.match(await shown({ TERM: 'xterm' }), '\u001b[', 'on a terminal with colour');
  t.notMatch(await shown({ TERM: 'xterm', NO_COLOR: '1' }), '\u001b[', 'not with NO_COLOR');
});

t.test('as a process', async (t) => {
  const full = await run('bash', ['-c', 'sockbridge -u EXEC:date - >/dev/full']);
  t.match(
    full,
    { status: 1, stderr: / E write on socket 2 \(-\): No space left on device\n/ },
    'a full disk',
  );
  const gone = await run('bash', ['-c', 'set -o pipefail; sockbridge -u EXEC:yes - | head -1']);
  t.match(
    gone,
    { status: 1, stdout: 'y\n', stderr: / E write on socket 2 \(-\): Broken pipe\n/ },
    'a reader that goes away',
  );
  const deaf = await run('bash', ['-c', 'sockbridge -v - PIPE <<<data 2>/dev/full']);
  t.match(deaf, { status: 0, stdout: 'data\n' }, 'a log that can not be written does not stop the data');
  const help = await run('bash', ['-c', 'sockbridge --help | head -1']);
  t.match(help.stdout, /^sockbridge - carry bytes/);
  const options = await run('sockbridge', ['-', 'PIPE', '-u', '--', 'x']);
  t.match(
    options,
    { status: 64, stderr: /too many operands/ },
    'options may follow the addresses, and -- ends them',
  );
  const plain = await run('sockbridge', ['-!!-', 'PIPE'], { input: 'as it is' });
  t.match(plain, { status: 0, stdout: 'as it is' }, 'an address may begin with a dash');
  const comma = await run('sockbridge', ['-,shut-none', 'PIPE'], { input: 'as it is' });
  t.match(comma, { status: 0, stdout: 'as it is' }, 'and have options then');
});

t.test('the manual names every type and every option, and takes no other for one', async (t) => {
  const page = readFileSync('man/sockbridge.1', 'utf8');
  const section = (name: string): string => {
    const from = page.indexOf(`.Sh ${name}\n`);
    return page.slice(from, page.indexOf('\n.Sh ', from + 1));
  };
  const types = section('ADDRESS TYPES');
  // INET is socat's older word for TCP; the page leaves it out. The forms of UDP for one family it tells of once.
  const left = /^INET|^LOCAL$|-CONNECT$|^ACCEPT$|^UDP[46]/;
  for (const { keywords } of KINDS) {
    for (const keyword of keywords.filter((word) => !left.test(word) || word === 'UNIX-CONNECT'))
      t.match(types, new RegExp(`(?:Cm|Ql) (?:\\S+ )*\\\\?${keyword}(?![\\w-])`), `type ${keyword}`);
  }
  const options = section('ADDRESS OPTIONS');
  const words = new Set(
    [...options.matchAll(/^\.(?:It )?(?:Also )?Cm (.+)$/gm)].flatMap(([, line = '']) => line.split(/\s+/)),
  );
  for (const [name, row] of Object.entries(OPTIONS)) {
    for (const each of [name, ...('aliases' in row ? row.aliases : [])])
      t.ok(words.has(each), `option ${each}`);
  }
  for (const { keywords, options: taken } of KINDS) {
    // What the page says of a type is what it takes, by any of the option's names.
    const entry = entryOf(types, keywords[0]);
    for (const option of taken) {
      const row = OPTIONS[option];
      const names = [option, ...('aliases' in row ? row.aliases : [])];
      t.ok(
        names.some((name) => new RegExp(`Cm(?: \\S+)* ${name}(?![\\w-])`).test(entry)) ||
          GROUPS.some(([phrase, group]) => group.some((each) => each === option) && entry.includes(phrase)),
        `${keywords[0]} takes ${option}`,
      );
    }
  }
});

/** What the page calls options that several types have. */
const GROUPS: readonly (readonly [phrase: string, options: readonly OptionName[]])[] = [
  ['of a stream', [...MANNER_OPTIONS, ...PACKET_OPTIONS]],
  ['of the process', PROCESS_OPTIONS],
  ['of a program', EXEC_OPTIONS],
  [
    'of a listener',
    [...ACCEPT_OPTIONS, ...ADMIT_OPTIONS, ...GREETING_OPTIONS, ...RESOLVER_OPTIONS, 'backlog'],
  ],
  ['of TCP', TCP_OPTIONS],
  ['of a TCP client', [...ATTEMPT_OPTIONS, ...DIAL_OPTIONS]],
  ['of TLS', TLS_OPTIONS],
  ['of a file', OPEN_OPTIONS],
  ['of datagrams', UDP_OPTIONS],
  [
    'of a proxy',
    [
      'proxyport',
      'proxy-authorization',
      'proxy-authorization-file',
      'proxy-resolve',
      'ignorecr',
      'http-version',
    ],
  ],
  ['of a SOCKS client', ['socksport', 'socksuser']],
  ['about sources', ADMIT_OPTIONS],
];

/** The part of the page on a type: from its entry to the first list of options after it. */
function entryOf(types: string, keyword: string): string {
  const home: Readonly<Record<string, string>> = {
    STDIN: 'STDIO',
    STDOUT: 'STDIO',
    STDERR: 'STDIO',
    FD: 'STDIO',
    SOCKS4A: 'SOCKS4',
    SOCKS5: 'SOCKS4',
    'SOCKS5-LISTEN': 'SOCKS4',
    'UDP-SENDTO': 'UDP',
    'UDP-DATAGRAM': 'UDP',
    'UDP-RECVFROM': 'UDP-LISTEN',
    'UDP-RECV': 'UDP-LISTEN',
  };
  const plain = keyword.replace(/^(TCP|UDP)[46]/, '$1');
  const word = home[plain] ?? plain;
  const from = types.search(new RegExp(`^\\.It Cm ${word}(?:$| )`, 'm'));
  const options = types.indexOf('\nOption', from);
  const end = types.indexOf('\n.It ', options);
  return types.slice(from, end < 0 ? undefined : end).replaceAll('\n', ' ');
}

t.test('options of two letters, as socat has them: a log of its own, copies, a lock, counts', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const at = (name: string): string => join(folder, name);
  const ended = await run(
    'bin/sockbridge.js',
    [
      ...[
        '-dd',
        `-lf${at('log')}`,
        '-lp',
        'relay',
        '-lu',
        '-r',
        at('$PROGNAME.r'),
        '-R',
        at('R'),
        '--statistics',
      ],
      ...['-L', at('lock'), '-', `SYSTEM:test -f ${at('lock')} && cat`],
    ],
    { input: 'abc' },
  );
  t.strictSame(ended, { status: 0, signal: null, stdout: 'abc', stderr: '' });
  t.equal(readFileSync(at('relay.r'), 'utf8'), 'abc');
  t.equal(readFileSync(at('R'), 'utf8'), 'abc');
  t.notOk(existsSync(at('lock')), 'the lock is gone');
  const lines = readFileSync(at('log'), 'utf8').trimEnd().split('\n');
  for (const line of lines)
    t.match(line, /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{6} relay\[\d+\] [NI] /, 'a line of the log');
  t.match(lines.join('\n'), / I STATISTICS: left to right: 1 packets\(s\), 3 byte\(s\)$/m);
  writeFileSync(at('lock'), '');
  const second = await run('bin/sockbridge.js', ['-L', at('lock'), '-', 'PIPE']);
  t.equal(second.status, 1);
  t.match(second.stderr, / E could not obtain lock /);
  const third = await run('bin/sockbridge.js', ['-lf', at('none/log'), '-', 'PIPE']);
  t.strictSame(
    [third.status, third.stderr],
    [1, `sockbridge: cannot open log file "${at('none/log')}": No such file or directory\n`],
  );
});

t.test('-W waits until the lock is free', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const lock = join(folder, 'lock');
  writeFileSync(lock, '1\n');
  const child = start('bin/sockbridge.js', ['-dd', '-W', lock, '-', 'PIPE'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    if (!log.includes('waiting') && text.includes('waiting')) rmSync(lock);
    log += text;
  });
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  t.equal(status, 0);
  t.match(log, / N waiting for lock ".*"\n/);
  t.notOk(existsSync(lock));
});

t.test('SIGUSR1 tells what was carried so far', async (t) => {
  const child = start('bin/sockbridge.js', ['-dd', '-', 'PIPE'], { stdio: ['pipe', 'pipe', 'pipe'] });
  let log = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    if (log.includes('right to left')) child.stdin?.end();
  });
  child.stdout?.once('data', () => child.kill('SIGUSR1'));
  child.stdin?.write('abcde');
  const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
  t.equal(status, 0);
  t.match(log, / I STATISTICS: left to right: 1 packets\(s\), 5 byte\(s\)\n/);
});

t.test(
  'a lock on the file that standard output is keeps others out, and is gone with the bridge',
  async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-cli-'));
    t.teardown(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'file');
    const locked = (option: string, text: string) => {
      const descriptor = openSync(path, 'a+');
      const child = start('bin/sockbridge.js', ['-dd', '-u', '-', `STDOUT,${option}`], {
        stdio: ['pipe', descriptor, 'pipe'],
      });
      closeSync(descriptor);
      t.teardown(() => child.kill('SIGKILL'));
      child.stdin?.on('error', () => undefined);
      child.stdin?.write(text);
      let log = '';
      const begun = new Promise<void>((resolve) => {
        child.stderr?.setEncoding('utf8').on('data', (more: string) => {
          log += more;
          if (log.includes('starting data transfer loop')) resolve();
        });
      });
      const ended = new Promise<{ status: number | null; log: string }>((resolve) =>
        child.once('close', (status) => resolve({ status, log })),
      );
      return { child, begun, ended };
    };
    const first = locked('setlk', 'one ');
    await first.begun;
    const second = await locked('setlk', 'never ').ended;
    t.equal(second.status, 1);
    t.match(second.log, / E STDOUT: option f-setlk-wr: Resource temporarily unavailable\n/);
    const third = locked('setlkw', 'two');
    first.child.stdin?.end();
    t.equal((await first.ended).status, 0);
    await third.begun;
    third.child.stdin?.end();
    t.equal((await third.ended).status, 0);
    t.equal(readFileSync(path, 'utf8'), 'one two');
  },
);

t.test('nofork: the program has the other address itself', async (t) => {
  t.strictSame(await run('bin/sockbridge.js', ['-', 'EXEC:cat,nofork'], { input: 'as it is' }), {
    status: 0,
    signal: null,
    stdout: 'as it is',
    stderr: '',
  });
  const failed = await run('bin/sockbridge.js', ['-', 'SYSTEM:exit 3,nofork']);
  t.equal(failed.status, 1);
  t.match(failed.stderr, / E SYSTEM:exit 3: child \d+ exited with status 3\n/);
  const first = await run('bin/sockbridge.js', ['EXEC:cat,nofork', '-']);
  t.equal(first.status, 64);
  t.match(first.stderr, /BRG010.*option nofork can only stand in the second address/);
});
