// Datagrams, files, proxies and programs, against socat(1), tinyproxy(8), microsocks(1), danted(8) and the system.

import { spawn, spawnSync } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { existsSync, lstatSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, run } from '../spawn.ts';
import { inside } from './bridge-inside.ts';
import { all, backend, bridge, dial, eventually, folder, freePort, type Test } from './bridge-lab.ts';

// On a busy machine each start and each wait takes its time.
t.setTimeout(300_000);

const LOCAL = 'bind=127.0.0.1';
const asRoot = process.getuid?.() === 0 ? {} : { skip: 'not root' };

function lacks(tool: string): { skip: string } | Record<string, never> {
  return spawnSync('which', [tool]).status === 0 ? {} : { skip: `not installed: ${tool}` };
}

/** A process of somebody else's, ended with the test. */
function peer(t: Test, command: string, args: readonly string[]): void {
  const child = spawn(command, args, { env: cleanEnv(), stdio: 'ignore' });
  t.teardown(() => child.kill('SIGKILL'));
}

/** Waits until somebody listens on a port of 127.0.0.1. */
async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries++) {
    const there = await new Promise<boolean>((resolve) => {
      const socket = connect({ port, host: '127.0.0.1' });
      socket.once('connect', () => resolve(true));
      socket.once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (there) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nobody listens on ${port}`);
}

/** A UDP socket of the test's. */
function udp(
  t: Test,
): Promise<{ readonly socket: UdpSocket; readonly port: number; readonly got: string[] }> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const got: string[] = [];
    socket.on('message', (bytes) => got.push(String(bytes)));
    t.teardown(() => socket.close());
    socket.bind(0, '127.0.0.1', () => resolve({ socket, port: socket.address().port, got }));
  });
}

t.test('datagrams', async (t) => {
  t.test('with fork every sender is a connection, and datagrams stay whole', async (t) => {
    const server = inside(t, `udp-l:0,${LOCAL},fork`, 'PIPE');
    const port = await server.port();
    const peers = await Promise.all([udp(t), udp(t), udp(t)]);
    for (const [index, { socket }] of peers.entries())
      for (const word of ['one', 'two', 'x'.repeat(60_000)])
        socket.send(`${index} ${word}`, port, '127.0.0.1');
    t.ok(await eventually(() => peers.every(({ got }) => got.length === 3)));
    for (const [index, { got }] of peers.entries())
      t.strictSame(
        got.map((text) => text.length),
        [`${index} one`.length, `${index} two`.length, 60_002],
        'each as it was',
      );
    t.equal(server.log().match(/accepting UDP connection/g)?.length, 3);
  });
  t.test('without fork the first sender has it', async (t) => {
    const server = inside(t, `udp4-listen:0,${LOCAL}`, 'PIPE');
    const port = await server.port();
    const [first, second] = [await udp(t), await udp(t)];
    first.socket.send('mine', port, '127.0.0.1');
    t.ok(await eventually(() => first.got.length === 1));
    second.socket.send('not mine', port, '127.0.0.1');
    first.socket.send('still mine', port, '127.0.0.1');
    t.ok(await eventually(() => first.got.length === 2));
    t.strictSame(second.got, []);
  });
  t.test('who may send: range', async (t) => {
    const server = inside(t, `udp-l:0,${LOCAL},fork,range=10.0.0.0/8`, 'PIPE');
    const { socket, got } = await udp(t);
    socket.send('x', await server.port(), '127.0.0.1');
    await server.until(/W refusing UDP connection from AF=2 127\.0\.0\.1:\d+ due to range option/);
    t.strictSame(got, []);
  });
  t.test('UDP-RECVFROM answers one datagram, with fork each', async (t) => {
    const server = inside(t, `udp-recvfrom:0,${LOCAL},fork`, 'exec:cat');
    const { socket, got } = await udp(t);
    const port = await server.port();
    for (const word of ['a', 'b']) socket.send(word, port, '127.0.0.1');
    t.ok(await eventually(() => got.length === 2));
    t.strictSame(got.sort(), ['a', 'b']);
    t.equal(server.log().match(/started cat/g)?.length, 2);
    const once = inside(t, `udp-recvfrom:0,${LOCAL}`, 'exec:cat');
    socket.send('c', await once.port(), '127.0.0.1');
    t.equal(await once.status, 0, 'one and no more');
    t.ok(await eventually(() => got.includes('c')));
  });
  t.test('UDP-RECV takes from everybody, into a file', async (t) => {
    const file = join(folder(t), 'log');
    const server = inside(t, `udp-recv:0,${LOCAL}`, `create:${file}`, { ways: 'forward' });
    const port = await server.port();
    const senders = [await udp(t), await udp(t)];
    for (const { socket } of senders) socket.send('line\n', port, '127.0.0.1');
    t.ok(await eventually(() => existsSync(file) && readFileSync(file, 'utf8') === 'line\nline\n'));
  });
  t.test('the end by an empty datagram', async (t) => {
    const server = inside(t, `udp-l:0,${LOCAL},null-eof`, 'exec:cat,cool-write');
    const { socket, got } = await udp(t);
    const port = await server.port();
    socket.send('data', port, '127.0.0.1');
    t.ok(await eventually(() => got.length === 1));
    socket.send('', port, '127.0.0.1');
    t.equal(await server.status, 0);
    const sink = await udp(t);
    const out = inside(t, 'exec:"printf data"', `udp-sendto:127.0.0.1:${sink.port},shut-null`, {
      ways: 'forward',
    });
    await out.status;
    t.ok(await eventually(() => sink.got.length === 2));
    t.strictSame(sink.got, ['data', '']);
  });
  t.test('nobody there: a connected socket hears it', async (t) => {
    const gone = createSocket('udp4');
    const port = await new Promise<number>((resolve) =>
      gone.bind(0, '127.0.0.1', () => resolve(gone.address().port)),
    );
    await new Promise<void>((resolve) => gone.close(() => resolve()));
    const out = inside(t, 'exec:"sh -c \'echo x; sleep 2\'"', `udp:127.0.0.1:${port}`);
    t.equal(await out.status, 1);
    t.match(out.log(), /E (?:read|recvmsg|stream) on socket 2 .*: Connection refused/);
  });
  t.test('UDP-SENDTO hears its peer only, UDP-DATAGRAM all of his port', async (t) => {
    const echo = await udp(t);
    echo.socket.on('message', (bytes, from) => echo.socket.send(bytes, from.port, from.address));
    const client = inside(
      t,
      'exec:"sh -c \'echo ping; sleep 1\'"',
      `udp-sendto:127.0.0.1:${echo.port},${LOCAL}:0`.replace(':0', ''),
    );
    const found = await client.until(/local address AF=2 127\.0\.0\.1:(\d+)/);
    const stranger = await udp(t);
    stranger.socket.send('strange', Number(found[1]), '127.0.0.1');
    await client.status;
    t.match(client.log(), /I transferred 5 bytes from 1 to 2 and 5 bytes from 2 to 1/);
    const group = inside(
      t,
      'exec:"sh -c \'echo ping; sleep 1\'"',
      `udp-datagram:127.0.0.1:${echo.port},${LOCAL}`,
    );
    const at = await group.until(/local address AF=2 127\.0\.0\.1:(\d+)/);
    stranger.socket.send('strange', Number(at[1]), '127.0.0.1');
    await group.status;
    t.match(group.log(), /W refusing datagram from AF=2 127\.0\.0\.1:\d+ due to its port/);
    t.match(group.log(), /and 5 bytes from 2 to 1/);
  });
  t.test('multicast on the loopback', async (t) => {
    const server = inside(
      t,
      'udp4-recv:0,ip-add-membership=239.255.77.1:127.0.0.1',
      'system:cat >/dev/null',
      { ways: 'forward' },
    );
    const port = await server.port();
    const sender = inside(
      t,
      'exec:"echo to many"',
      `udp4-datagram:239.255.77.1:${port},ip-multicast-if=127.0.0.1,ip-multicast-ttl=1,ip-multicast-loop`,
      { ways: 'forward' },
    );
    t.equal(await sender.status, 0);
    t.match(sender.log(), /transferred 8 bytes/);
  });
  t.test('socat on the other side', lacks('socat'), async (t) => {
    const server = inside(t, `udp-l:0,${LOCAL},fork`, 'PIPE');
    const port = await server.port();
    for (const type of ['udp4', 'udp4-sendto', 'udp4-datagram']) {
      const theirs = await run('socat', ['-t', '1', '-', `${type}:127.0.0.1:${port}`], { input: type });
      t.match(theirs, { status: 0, stdout: type });
    }
    const own = await freePort();
    peer(t, 'socat', [`udp4-listen:${own},${LOCAL},fork`, 'PIPE']);
    const probe = await udp(t);
    const up = async (): Promise<boolean> => {
      probe.socket.send('up', own, '127.0.0.1');
      return eventually(() => probe.got.length > 0, 0.2);
    };
    for (let tries = 0; tries < 50 && !(await up()); tries++);
    const ours = await run('sockbridge', ['-t', '1', '-', `udp:127.0.0.1:${own}`], { input: 'to socat' });
    t.match(ours, { status: 0, stdout: 'to socat' });
  });
  t.test('a port in use', async (t) => {
    const { port } = await udp(t);
    const refused = inside(t, `udp-l:${port},${LOCAL}`, 'PIPE');
    t.equal(await refused.status, 1);
    t.match(
      refused.log(),
      new RegExp(`E udp-l:${port}: bind\\(AF=2 127\\.0\\.0\\.1:${port}\\): Address already in use`),
    );
    const nameless = inside(t, 'PIPE', 'udp:no-such-host.invalid:53');
    t.equal(await nameless.status, 1);
    t.match(nameless.log(), /E udp:no-such-host\.invalid:53: "no-such-host\.invalid": /);
  });
});

t.test('files', async (t) => {
  const dir = folder(t);
  const path = (name: string): string => join(dir, name);
  const put = async (text: string, address: string): Promise<readonly [number, string]> => {
    const started = inside(t, `exec:"printf ${text}"`, address, { ways: 'forward' });
    return [await started.status, started.log()];
  };
  const get = async (address: string): Promise<string> => {
    const { stdout, stderr } = await run('sockbridge', ['-u', address, '-']);
    return stdout + stderr;
  };
  t.test('opened, made, added to, cut, begun elsewhere', async (t) => {
    writeFileSync(path('a'), '0123456789');
    t.equal(await get(`open:${path('a')}`), '0123456789');
    t.equal(await get(`open:${path('a')},seek=7`), '789');
    t.equal(await get(`file:${path('a')},seek-end=-2`), '89');
    t.equal(await get(`${path('a')},readbytes=3`), '012', 'by a path alone');
    await put('AB', `open:${path('a')},seek=4`);
    t.equal(readFileSync(path('a'), 'utf8'), '0123AB6789');
    await put('END', `open:${path('a')},append`);
    t.equal(readFileSync(path('a'), 'utf8'), '0123AB6789END');
    await put('gopen', `gopen:${path('a')}`);
    t.equal(readFileSync(path('a'), 'utf8'), '0123AB6789ENDgopen', 'GOPEN adds');
    await put('Z', `open:${path('a')},ftruncate=4,append`);
    t.equal(readFileSync(path('a'), 'utf8'), '0123Z');
    await put('new', `create:${path('a')}`);
    t.equal(readFileSync(path('a'), 'utf8'), 'new', 'CREATE empties');
    await put('trunc', `open:${path('a')},trunc`);
    t.equal(readFileSync(path('a'), 'utf8'), 'trunc');
    await put('made', `open:${path('b')},creat,excl,mode=640`);
    t.strictSame([readFileSync(path('b'), 'utf8'), lstatSync(path('b')).mode & 0o777], ['made', 0o640]);
    await put('x', `gopen:${path('c')},umask=077`);
    t.equal(lstatSync(path('c')).mode & 0o777, 0o600, 'a umask');
    await put('x', `open:here,creat,chdir=${dir}`);
    t.ok(existsSync(path('here')), 'in a folder');
    await put('x', `open:${path('gone')},creat,unlink-close`);
    t.notOk(existsSync(path('gone')), 'removed at the end');
  });
  t.test('a file both ways has one position', async (t) => {
    writeFileSync(path('both'), 'question');
    const started = inside(t, `exec:"sh -c 'cat >/dev/null; printf answer'"`, `open:${path('both')}`);
    t.equal(await started.status, 0);
    t.equal(readFileSync(path('both'), 'utf8'), 'questionanswer');
  });
  t.test('one that grows is followed', async (t) => {
    writeFileSync(path('grows'), 'first ');
    const started = bridge(t, ['-u', `open:${path('grows')},ignoreeof`, '-']);
    await started.until(/first /);
    writeFileSync(path('grows'), 'second', { flag: 'a' });
    await started.until(/first second/);
    await started.stop();
  });
  t.test('FIFOs', async (t) => {
    const fifo = path('fifo');
    const reader = inside(t, `pipe:${fifo}`, 'system:cat >/dev/null', { ways: 'forward' });
    t.ok(await eventually(() => existsSync(fifo)));
    t.ok(lstatSync(fifo).isFIFO(), 'made');
    await put('through', `open:${fifo}`);
    t.equal(await reader.status, 0);
    t.match(reader.log(), /transferred 7 bytes/);
    t.notOk(existsSync(fifo), 'and removed');
    spawnSync('mkfifo', [fifo]);
    const second = inside(t, `pipe:${fifo}`, 'system:cat >/dev/null', { ways: 'forward' });
    await put('again', `gopen:${fifo}`);
    t.equal(await second.status, 0);
    t.ok(existsSync(fifo), 'one that was there stays');
    const echo = inside(t, `exec:"sh -c 'echo x; head -c 2'",cool-write`, `pipe:${path('loop')}`, {
      halfClosed: 500,
    });
    t.equal(await echo.status, 0);
    t.match(echo.log(), /4 bytes from 1 to 2 and 4 bytes from 2 to 1/);
  });
  t.test('GOPEN connects to a socket', async (t) => {
    const socket = path('socket');
    await backend(t, socket, (client) => void client.pipe(client));
    const { stdout } = await run('sockbridge', ['-', socket], { input: 'echo' });
    t.equal(stdout, 'echo');
  });
  t.test('what can not be', async (t) => {
    mkdirSync(path('folder'));
    symlinkSync(path('b'), path('link'));
    const rows: readonly (readonly [string, RegExp, string])[] = [
      [`open:${path('none')}`, /E open:.*none: .*none: No such file or directory/, 'not there'],
      [`open:${path('b')},creat,excl`, /E open:.*: .*: File already exists/, 'in the way'],
      [`open:${path('folder')}`, /E open:.*: .*: Illegal operation on a directory/, 'a folder'],
      [`open:${path('link')},nofollow`, /E open:.*: .*: Too many symbolic links encountered/, 'a link'],
      [`create:${path('folder')}/x/y`, /E create:.*: No such file or directory/, 'no folder'],
      [
        `open:${path('b')},user=no-such-user`,
        /E open:.*: option user: .*no such user "no-such-user"/,
        'nobody',
      ],
      [`pipe:${path('folder')}/x/y`, /E pipe:.*: mkfifo: /, 'no FIFO can be made there'],
    ];
    for (const [address, pattern, reason] of rows) {
      const [status, log] = await put('x', address);
      t.equal(status, 1, reason);
      t.match(log, pattern, reason);
    }
  });
  t.test('without the right to it', asRoot, async (t) => {
    writeFileSync(path('secret'), '', { mode: 0o600 });
    const child = await run('setpriv', [
      ...['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, 'bin/sockbridge.js'],
      ...['-u', `open:${path('secret')}`, '-'],
    ]);
    t.match(child, { status: 1, stderr: /E open:.*secret: .*secret: Permission denied/ });
  });
  t.test('lock files', async (t) => {
    const lock = path('lock');
    const holder = inside(t, 'exec:cat', `tcp-l:0,${LOCAL},lockfile=${lock}`);
    const port = await holder.port();
    t.equal(readFileSync(lock, 'utf8'), `${process.pid}\n`);
    const other = inside(t, `PIPE,lockfile=${lock}`, 'exec:true');
    t.equal(await other.status, 1);
    t.match(other.log(), /E PIPE: option lockfile: the lock .*lock is held/);
    const waiter = inside(t, 'exec:true', `PIPE,waitlock=${lock}`);
    await waiter.until(/N waiting for the lock/);
    (await dial(t, port)).end();
    t.equal(await holder.status, 0);
    t.equal(await waiter.status, 0);
    t.notOk(existsSync(lock), 'removed at the end');
  });
});

t.test('programs', async (t) => {
  const ask = async (
    address: string,
    input = '',
    env: Readonly<Record<string, string>> = {},
  ): Promise<string> => {
    const { stdout, stderr } = await run('sockbridge', ['-', address], { input, env: cleanEnv(env) });
    return stdout + stderr;
  };
  const dir = folder(t);
  t.equal(await ask(`system:'echo out; echo err >&2',stderr`), 'out\nerr\n', 'standard error in the stream');
  t.equal(await ask('system:"cat <&3 >&4",fdin=3,fdout=4', 'by other numbers'), 'by other numbers');
  t.equal(await ask('system:"read x <&5; echo $x >&5",fdin=5,fdout=5', 'one for both\n'), 'one for both\n');
  t.equal(await ask(`exec:pwd,chdir=${dir}`), `${dir}\n`);
  t.equal(await ask(`exec:"sh -c umask",umask=027`), '0027\n');
  t.equal(await ask('system:"echo $PATH",path=/bin:/usr/bin'), '/bin:/usr/bin\n');
  t.match(await ask('exec:nope,path=/bin'), /E exec:nope: exec nope: No such file or directory/);
  t.match(
    await ask('exec:pwd,chdir=/no/folder'),
    /E exec:pwd: exec pwd in \/no\/folder: No such file or directory/,
  );
  t.equal(await ask('exec:\'sh -c "echo \\\\$0"\',login'), '-sh\n', 'what sh calls itself with -c');
  t.match(await ask('system:"ps -o args= -p $$",dash'), /^-sh /, 'a login shell');
  t.equal(
    await ask('system:"ps -o sid= -p $$ | tr -d \\" \\"; echo $$",setsid').then(
      (text) => new Set(text.trim().split('\n')).size,
    ),
    1,
    'a session of its own',
  );
  t.equal(await ask('shell:"echo $0",shell=/bin/bash', '', { SHELL: '/bin/false' }), 'bash\n');
  t.equal(await ask('exec:cat,pipes', 'as always'), 'as always');
  t.test('another user', asRoot, async (t) => {
    t.equal(await ask('system:"id -un; id -gn",su=nobody'), 'nobody\nnogroup\n');
    t.equal(await ask('system:"id -u",setuid=65534'), '65534\n');
    t.match(await ask('exec:id,su=no-such-user'), /E exec:id: option substuser: no such user "no-such-user"/);
    const server = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork,su=nobody`, 'exec:"id -un"']);
    t.equal(
      (await all(await dial(t, await server.port()))).text,
      'nobody\n',
      'the listener, and all after it',
    );
    const late = await run('sockbridge', ['-', 'PIPE,su-d=no-such-user']);
    t.match(late, { status: 1, stderr: /E PIPE: option substuser: no such user/ });
  });
  t.test('end-close: one program for all clients', async (t) => {
    const path = join(dir, 'shared');
    const server = inside(t, 'exec:cat,end-close', `unix-l:${path},fork`, { halfClosed: 1000 });
    await server.until(/listening/);
    for (const word of ['first', 'second']) {
      const client = await dial(t, path);
      client.end(word);
      t.equal((await all(client)).text, word);
    }
    t.equal(server.log().match(/started cat/g)?.length, 1);
  });
  t.equal(userInfo().uid, process.getuid?.());
});

t.test('who may connect by hosts.allow, hosts.deny and port', async (t) => {
  const dir = folder(t);
  const server = async (options: string): Promise<{ readonly text: string; readonly log: string }> => {
    const started = inside(t, `tcp-l:0,${LOCAL},fork,${options}`, 'exec:echo served');
    const client = await dial(t, await started.port());
    const { text } = await all(client);
    return { text, log: started.log() };
  };
  writeFileSync(join(dir, 'hosts.allow'), 'sockbridge, other: 127.0.0.1\n');
  writeFileSync(join(dir, 'hosts.deny'), 'ALL: ALL\n');
  t.equal((await server(`tcpwrap,tcpwrap-etc=${dir}`)).text, 'served\n');
  t.equal((await server(`tcpwrap=other,tcpwrap-etc=${dir}`)).text, 'served\n');
  const stranger = await server(`tcpwrap=stranger,tcpwrap-etc=${dir}`);
  t.match(stranger, {
    text: '',
    log: /W refusing connection from AF=2 127\.0\.0\.1:\d+ due to tcpwrap option/,
  });
  t.equal(
    (await server(`allow-table=${dir}/none,deny-table=${dir}/none`)).text,
    'served\n',
    'no table, no rule',
  );
  writeFileSync(join(dir, 'bad'), 'ALL: .example.org\n');
  const bad = inside(t, `tcp-l:0,${LOCAL},allow-table=${dir}/bad`, 'PIPE');
  t.equal(await bad.status, 1);
  t.match(
    bad.log(),
    /E tcp-l:0: option tcpwrap-hosts-allow-table: .*bad:1: ".example\.org": clients are known by address/,
  );
  t.match(await server('lowport'), { text: '', log: /due to lowport option/ });
});

t.test('a low port of our own', asRoot, async (t) => {
  const server = inside(t, `tcp-l:0,${LOCAL},lowport`, 'exec:echo served');
  const client = await run('sockbridge', ['-', `tcp:127.0.0.1:${await server.port()},lowport`]);
  t.match(client, { status: 0, stdout: 'served\n' });
});

t.test('line ends, escape and readbytes on sockets', async (t) => {
  const { port } = await backend(t, 'tcp', (socket) => void socket.pipe(socket));
  const ask = async (options: string, input: string): Promise<string> =>
    (await run('sockbridge', ['-x', '-t', '1', '-', `tcp:127.0.0.1:${port},${options}`], { input })).stderr;
  const crnl = await ask('crnl', 'a\nb\n');
  t.match(crnl, /> .*length=6 .*\n 61 0d 0a 62 0d 0a\n/, 'the dump shows what was sent');
  t.match(crnl, /< .*length=4 .*\n 61 0a 62 0a\n/, 'and what was made of the answer');
  const cut = await run('sockbridge', ['-,escape=0x1d', 'PIPE'], { input: 'before\x1dafter' });
  t.match(cut, { status: 0, stdout: 'before' });
  const some = await run('sockbridge', ['-,readbytes=5', 'PIPE'], { input: '0123456789' });
  t.match(some, { status: 0, stdout: '01234' });
});

t.test('through proxies', async (t) => {
  const echo = await backend(t, 'tcp', (socket) => void socket.pipe(socket));
  const said = async (address: string): Promise<string> => {
    const started = inside(t, `tcp-l:0,${LOCAL}`, address);
    const client = await dial(t, await started.port());
    client.write('through');
    const text = await new Promise<string>((resolve) => {
      client.once('data', (piece) => resolve(String(piece)));
      client.once('close', () => resolve(/^.* E .*$/m.exec(started.log())?.[0] ?? started.log()));
    });
    client.destroy();
    return text;
  };
  t.test('tinyproxy', lacks('tinyproxy'), async (t) => {
    const port = await freePort();
    const file = join(folder(t), 'conf');
    writeFileSync(
      file,
      `Port ${port}\nListen 127.0.0.1\nTimeout 600\nMaxClients 20\nLogLevel Error\nConnectPort ${echo.port}\nBasicAuth me secret\n`,
    );
    peer(t, 'tinyproxy', ['-d', '-c', file]);
    await listening(port);
    const via = `proxy:127.0.0.1:127.0.0.1:${echo.port},proxyport=${port}`;
    t.equal(await said(`${via},proxyauth=me:secret`), 'through');
    t.equal(await said(`${via},proxyauth=me:secret,http-version=1.1`), 'through');
    t.equal(
      await said(
        `proxy:127.0.0.1:localhost:${echo.port},proxyport=${port},proxyauth=me:secret,resolve,pf=ip4`,
      ),
      'through',
    );
    const secret = join(folder(t), 'secret');
    writeFileSync(secret, 'me:secret\n');
    t.equal(await said(`${via},proxyauthfile=${secret}`), 'through', 'from a file');
    t.match(await said(via), /E proxy:.*: the proxy refuses: 407 Proxy Authentication Required/);
    t.match(
      await said(`proxy:127.0.0.1:127.0.0.1:1,proxyport=${port},proxyauth=me:secret`),
      /the proxy refuses: 403 /,
    );
  });
  t.test('proxies that are not quite right', async (t) => {
    const answers = async (answer: string, end = false): Promise<number> =>
      (
        await backend(t, 'tcp', (socket) =>
          socket.once('data', () => (end ? socket.end(answer) : socket.write(answer))),
        )
      ).port;
    const rows: readonly (readonly [string, boolean, string, RegExp, string])[] = [
      [
        'HTTP/1.0 200   OK\r\nX: y\r\n\r\nthrough',
        false,
        '',
        /^through$/,
        'blanks, headers, and data at once',
      ],
      ['HTTP/1.0 200 OK\n\nthrough', false, ',ignorecr', /^through$/, 'line feeds alone'],
      [
        'HTTP/1.0 200 OK\n\n',
        true,
        '',
        /the proxy closed the connection after "HTTP\/1\.0 200 OK"/,
        'without ignorecr they are none',
      ],
      [
        'SSH-2.0-OpenSSH\r\n\r\n',
        false,
        '',
        /the proxy does not answer in HTTP: "SSH-2\.0-OpenSSH"/,
        'no HTTP',
      ],
      ['', true, '', /the proxy closed the connection without a word/, 'nothing'],
      [
        'HTTP/1.1 502 Bad\x1b[31m Gateway\r\n\r\n',
        false,
        '',
        /the proxy refuses: 502 Bad\\x1b\[31m Gateway/,
        'no control characters in the log',
      ],
      ['x'.repeat(70_000), false, '', /the answer of the proxy has no end/, 'too much'],
      [
        'HTTP/1.0 200 OK\r\n',
        false,
        ',handshake-timeout=0.3',
        /option handshake-timeout: no answer of the proxy in time/,
        'half an answer',
      ],
    ];
    for (const [answer, end, options, pattern, reason] of rows)
      t.match(
        await said(`proxy:127.0.0.1:h:1,proxyport=${await answers(answer, end)}${options}`),
        pattern,
        reason,
      );
  });
  t.test('microsocks', lacks('microsocks'), async (t) => {
    const [open, closed] = [await freePort(), await freePort()];
    peer(t, 'microsocks', ['-i', '127.0.0.1', '-p', String(open)]);
    peer(t, 'microsocks', ['-i', '127.0.0.1', '-p', String(closed), '-u', 'me', '-P', 'secret']);
    await Promise.all([listening(open), listening(closed)]);
    t.equal(await said(`socks5:127.0.0.1:127.0.0.1:${echo.port},socksport=${open}`), 'through');
    t.equal(
      await said(`socks5-connect:127.0.0.1:${open}:localhost:${echo.port}`),
      'through',
      'a name, and the port in its place',
    );
    t.equal(
      await said(`socks5:127.0.0.1:127.0.0.1:${echo.port},socksport=${closed},socksuser=me:secret`),
      'through',
    );
    t.match(
      await said(`socks5:127.0.0.1:127.0.0.1:${echo.port},socksport=${closed},socksuser=me:wrong`),
      /E socks5:.*: SOCKS: .*[Aa]uthentication failed/,
    );
    t.match(
      await said(`socks5:127.0.0.1:127.0.0.1:${echo.port},socksport=${closed}`),
      /E socks5:.*: SOCKS: /,
      'nobody',
    );
    t.match(
      await said(`socks5:127.0.0.1:127.0.0.1:1,socksport=${open}`),
      /E socks5:.*: SOCKS: .*(?:ConnectionRefused|refused|Rejected|rejected)/,
    );
  });
  t.test('danted: versions 4, 4a, 5 and BIND', { ...lacks('danted'), ...asRoot }, async (t) => {
    const port = await freePort();
    const file = join(folder(t), 'conf');
    writeFileSync(
      file,
      [
        `internal: 127.0.0.1 port = ${port}`,
        'external: 127.0.0.1',
        'socksmethod: none',
        'clientmethod: none',
        'user.privileged: root',
        'user.unprivileged: nobody',
        'client pass { from: 127.0.0.0/8 to: 0.0.0.0/0 }',
        'socks pass { from: 0.0.0.0/0 to: 0.0.0.0/0 command: bind connect bindreply }',
        '',
      ].join('\n'),
    );
    peer(t, 'danted', ['-f', file]);
    await listening(port);
    for (const type of ['socks4', 'socks4a', 'socks5'])
      t.equal(await said(`${type}:127.0.0.1:127.0.0.1:${echo.port},socksport=${port}`), 'through', type);
    const waiting = inside(t, 'exec:"echo bound"', `socks5-listen:127.0.0.1:127.0.0.1:1,socksport=${port}`);
    const [, at = ''] = await waiting.until(/listening on AF=2 127\.0\.0\.1:(\d+) of the SOCKS server/);
    const caller = await dial(t, Number(at));
    caller.end();
    t.equal((await all(caller)).text, 'bound\n', 'whom the server waited for');
  });
});

t.test('abstract names, and socat at them', lacks('socat'), async (t) => {
  if (Number(process.versions.node.split('.')[0]) < 22) {
    const refused = inside(t, 'PIPE', 'abstract:x');
    t.equal(await refused.status, 1);
    t.match(refused.log(), /E abstract:x: it needs Node 22/);
    return;
  }
  const name = `penstock-${process.pid}`;
  const server = inside(t, `abstract-listen:${name},fork`, 'PIPE');
  await server.until(/listening on AF=1 "@penstock-\d+"/);
  const theirs = await run('socat', ['-t', '2', '-', `abstract-connect:${name}`], { input: 'to them' });
  t.equal(theirs.stdout, 'to them');
  const ours = await run('sockbridge', ['-', `abstract:${name}`], { input: 'to us' });
  t.equal(ours.stdout, 'to us');
  const taken = inside(t, `abstract-listen:${name}`, 'PIPE');
  t.equal(await taken.status, 1);
  t.match(taken.log(), /E abstract-listen:.*: bind\(AF=1 "@penstock-\d+"\): Address already in use/);
  const nobody = inside(t, 'PIPE', 'abstract-connect:nobody-is-here');
  t.equal(await nobody.status, 1);
  t.match(
    nobody.log(),
    /E abstract-connect:nobody-is-here: connect\(AF=1 "@nobody-is-here"\): Connection refused/,
  );
});
