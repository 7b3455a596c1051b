// Units that --emit systemd prints and those of the package, as systemd-analyze verify judges them; and connections that
// systemd hands over one by one.

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';
import { cleanEnv, run } from '../spawn.ts';
import { all, dial, eventually, folder, freePort, type Test } from './bridge-lab.ts';

function missing(program: string): { skip?: string } {
  const there = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  return there ? {} : { skip: `not installed: ${program}` };
}

/** What systemd has against units, by their names; nothing, if they are right. */
async function verified(t: Test, units: Readonly<Record<string, string>>): Promise<string> {
  const dir = folder(t);
  for (const [name, text] of Object.entries(units)) writeFileSync(join(dir, name), text);
  const paths = Object.keys(units).map((name) => join(dir, name));
  const { status, stderr } = await run('systemd-analyze', ['verify', '--man=no', ...paths]);
  return status === 0 ? stderr : `${stderr}status ${status}`;
}

/** The pair of units that is printed, by their names. */
function pair(text: string): Record<string, string> {
  const units: Record<string, string> = {};
  for (const part of text.split(/^(?=# \/etc\/systemd\/system\/)/m)) {
    const [, name = '', body = ''] = /^# \/etc\/systemd\/system\/(\S+)\n([\s\S]*)$/.exec(part) ?? [];
    units[name] = body;
  }
  return units;
}

t.test('emitted units', missing('systemd-analyze'), async (t) => {
  const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
    [
      ['tcp-l:6666,reuseaddr,fork', 'unix:/run/mysqld/mysqld.sock'],
      ['ListenStream=0.0.0.0:6666', 'SD-LISTEN,fork'],
    ],
    [
      ['UNIX-LISTEN:/run/redis.sock,fork,unlink-early,mode=660,user=root,group=root', 'tcp:127.0.0.1:6379'],
      ['ListenStream=/run/redis.sock', 'SocketMode=660', 'SocketUser=root', 'SocketGroup=root'],
    ],
    [
      [
        'tcp6-l:443,ipv6only,bind=[::1],fork,nodelay,keepalive,keepidle=60,keepintvl=10,keepcnt=3,backlog=99,reuseport',
        'tcp:x:1',
      ],
      [
        'ListenStream=[::1]:443',
        'BindIPv6Only=ipv6-only',
        'NoDelay=yes',
        'KeepAliveTimeSec=60',
        'KeepAliveIntervalSec=10',
        'KeepAliveProbes=3',
        'Backlog=99',
        'ReusePort=yes',
      ],
    ],
    [
      [
        'tcp-l:80,fork,ip-freebind,ip-transparent,so-bindtodevice=lo,so-mark=7,so-priority=3,rcvbuf=65536,sndbuf=65536,tos=8,ttl=64,tcp-defer-accept=5,tcp-congestion=cubic',
        'PIPE',
      ],
      [
        'FreeBind=yes',
        'Transparent=yes',
        'BindToDevice=lo',
        'Mark=7',
        'Priority=3',
        'ReceiveBuffer=65536',
        'SendBuffer=65536',
        'IPTOS=8',
        'IPTTL=64',
        'DeferAcceptSec=5',
        'TCPCongestion=cubic',
      ],
    ],
    [
      ['tcp-l:80,fork,allow=10.0.0.0/8,allow=/etc/list,max-connections=5', `exec:'sh -c "echo 100% $HOME"'`],
      ['SD-LISTEN,fork,allow=10.0.0.0/8,allow=/etc/list,max-connections=5', '100%% $$HOME'],
    ],
    [
      ['--drain-timeout', '30', '--summary', 'json', 'tcp-l:80', 'PIPE'],
      ['Type=exec', '--drain-timeout 30 --summary json SD-LISTEN PIPE'],
    ],
  ];
  for (const [words, wanted] of rows) {
    const { status, stdout, stderr } = await run(process.execPath, [
      'bin/sockbridge.js',
      '--emit',
      'systemd',
      ...words,
    ]);
    t.strictSame([status, stderr], [0, ''], words.join(' '));
    for (const each of wanted) t.ok(stdout.includes(each), `${words.join(' ')}: ${each} in ${stdout}`);
    t.equal(await verified(t, pair(stdout)), '', words.join(' '));
  }
  t.match(
    await verified(t, { 'x.service': '[Service]\nExecStart=/nowhere/at/all\n' }),
    /not executable|status 1/,
    'and the judge bites',
  );
});

t.test('what can not be a unit is refused', async (t) => {
  for (const [words, why] of [
    [['-', 'PIPE'], /- can not be made a socket unit|one parameter is expected here/],
    [['tcp:h:1', 'PIPE'], /one parameter is expected here/],
    [['openssl-listen:443,fork', 'PIPE'], /openssl-listen can not be made a socket unit/],
    [['unix-l:x.sock', 'PIPE'], /a unit needs the whole path of the socket/],
    [['tcp-l:http', 'PIPE'], /a unit needs the number of the port/],
    [['tcp-l:80,bind=localhost', 'PIPE'], /a unit needs the address that bind stands for/],
    [['tcp-l:80,frok', 'PIPE'], /unknown option "frok"/],
    [['tcp-l:80', 'PIEP'], /unknown device\/address "PIEP"/],
  ] as const) {
    const { status, stdout, stderr } = await run(process.execPath, [
      'bin/sockbridge.js',
      '--emit',
      'systemd',
      ...words,
    ]);
    t.strictSame([status, stdout], [64, ''], words.join(' '));
    t.match(stderr, why);
  }
});

t.test('the units of the package', missing('systemd-analyze'), async (t) => {
  const units: Record<string, string> = {};
  for (const file of readdirSync('systemd').filter((name) => name.startsWith('sockbridge@'))) {
    const text = readFileSync(join('systemd', file), 'utf8');
    units[file.replace('@.', '@6666.')] = text.replace(
      '/usr/local/bin/sockbridge',
      resolve('bin/sockbridge.js'),
    );
  }
  t.strictSame(Object.keys(units).sort(), ['sockbridge@6666.service', 'sockbridge@6666.socket']);
  t.equal(await verified(t, units), '');
});

t.test('Accept=yes and inetd style', missing('systemd-socket-activate'), async (t) => {
  for (const [how, address] of [
    [['--accept'], 'FD:3'],
    [['--accept', '--inetd'], '-'],
  ] as const) {
    const port = await freePort();
    const child = spawn(
      'systemd-socket-activate',
      [
        ...how,
        '-l',
        `127.0.0.1:${port}`,
        process.execPath,
        resolve('bin/sockbridge.js'),
        address,
        'SYSTEM:tr a-z A-Z',
      ],
      { env: cleanEnv(), stdio: ['ignore', 'ignore', 'pipe'] },
    );
    t.teardown(() => child.kill('SIGKILL'));
    let log = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
    t.ok(await eventually(() => log.includes('Listening on'), 20), how.join(' '));
    const clients = await Promise.all([dial(t, port), dial(t, port)]);
    for (const [index, client] of clients.entries()) {
      client.end(`client ${index}`);
      t.equal((await all(client)).text, `CLIENT ${index}`, `${how.join(' ')}: a bridge for each connection`);
    }
  }
});
