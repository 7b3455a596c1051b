// What a bridge at work tells of itself: lines and counts of real connections, and systemd's protocol, at whose other end a
// socket of the kind that systemd has listens.

import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { all, backend, bridge, dial, eventually, folder, freePort, type Test } from './bridge-lab.ts';

async function fetched(
  t: Test,
  where: number | string,
  request = 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n',
): Promise<string> {
  const socket = await dial(t, where);
  socket.write(request);
  return (await all(socket)).text;
}

t.test('lines and counts', async (t) => {
  const dir = folder(t);
  const path = join(dir, 'echo');
  const { server } = await backend(t, path, (socket) => void socket.pipe(socket));
  for (const place of [await freePort(), join(dir, 'metrics')]) {
    const process = bridge(t, [
      ...['--summary', 'json', '--metrics', String(place)],
      '-dd',
      'tcp-l:0,fork,deny=127.0.0.9',
      `unix:${path}`,
    ]);
    const port = await process.port();
    const client = await dial(t, port);
    const own = client.localPort;
    client.end('hello');
    await all(client);
    const stays = await dial(t, port);
    stays.write('here');
    await eventually(() => stays.bytesRead === 4);
    const denied: Socket = connect({ port, host: '127.0.0.1', localAddress: '127.0.0.9' });
    t.teardown(() => denied.destroy());
    denied.on('error', () => undefined);
    await process.until(/"reason":"refused"/);
    const answer = await fetched(t, place);
    t.match(answer, /^HTTP\/1\.1 200 OK\r\nContent-Type: text\/plain; version=0\.0\.4; charset=utf-8\r\n/);
    t.match(answer, /^sockbridge_connections_active 1$/m);
    t.match(answer, /^sockbridge_connections_closed_total\{reason="eof"\} 1$/m);
    t.match(
      answer,
      /^sockbridge_bytes_total\{direction="forward"\} 9$/m,
      'of the one that is still there too',
    );
    t.match(answer, /^sockbridge_clients_refused_total\{reason="deny"\} 1$/m);
    t.match(await fetched(t, place, 'POST / HTTP/1.1\r\n\r\n'), /^HTTP\/1\.1 405 /);
    t.match(await fetched(t, place, 'nonsense\r\n\r\n'), /^HTTP\/1\.1 400 /);
    t.match(await fetched(t, place, `GET / HTTP/1.1\r\nx: ${'x'.repeat(9000)}`), /^HTTP\/1\.1 431 /);
    t.match(process.log, /"peer":"127\.0\.0\.9:\d+","reason":"refused","detail":"deny option"/);
    const lines = process.log.split('\n').filter((line) => line.startsWith('{'));
    t.match(JSON.parse(lines[0] ?? '{}'), {
      id: 1,
      peer: `127.0.0.1:${own}`,
      target: `unix:${path}`,
      forward: 5,
      backward: 5,
      reason: 'eof',
    });
    stays.end();
    await process.until(/"id":2,/);
    t.strictSame(await process.stop(), { status: null, signal: 'SIGTERM' });
    if (typeof place === 'string') t.notOk(existsSync(place), 'the socket is gone with the bridge');
  }
  const broken = bridge(t, ['--summary', 'text', 'tcp-l:0,fork', 'unix:/nowhere/at/all', '-dd']);
  t.equal((await all(await dial(t, await broken.port()))).error, 'ECONNRESET');
  await broken.until(
    /connection 1: 127\.0\.0\.1:\d+ to nowhere, 0 bytes forward, 0 back, [\d.]+ s, unreachable \(/,
  );
  const taken = bridge(t, ['--metrics', join(path), 'tcp-l:0,fork', 'PIPE']);
  t.equal((await taken.ended).status, 1);
  t.match(taken.log, /^sockbridge: --metrics \S+echo: Address already in use\n/);
  server.close();
});

/** Says what comes to a socket of the kind that sd_notify(3) sends to. */
const LISTENER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print('bound', flush=True)
while True:
    data, fds, flags, peer = socket.recv_fds(s, 4096, 4)
    for fd in fds:
        socket.close(fd)
    print(data.decode().replace('\\n', '|'), flush=True)
`;

const absent = ['systemd-notify', 'python3'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
);

t.test(
  'systemd is told',
  absent.length === 0 ? {} : { skip: `not installed: ${absent.join(', ')}` },
  async (t) => {
    const dir = folder(t);
    const path = join(dir, 'notify');
    const manager = spawn('python3', ['-c', LISTENER, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    t.teardown(() => manager.kill('SIGKILL'));
    let told = '';
    manager.stdout.setEncoding('utf8').on('data', (text: string) => {
      told += text;
    });
    const heard = (pattern: RegExp): Promise<boolean> => eventually(() => pattern.test(told), 20);
    t.ok(await heard(/bound/));
    const list = join(dir, 'list');
    spawnSync('sh', ['-c', `echo 127.0.0.0/8 > ${list}`]);
    const process = bridge(
      t,
      ['-dd', '--drain-timeout', '20', `tcp-l:0,fork,allow=${list}`, 'system:env; cat'],
      { env: { NOTIFY_SOCKET: path, WATCHDOG_USEC: '400000' } },
    );
    const port = await process.port();
    t.ok(await heard(/^READY=1\|STATUS=Listening/m), 'when it listens');
    t.ok(await heard(/WATCHDOG=1\n(?:.*\n)*?WATCHDOG=1/), 'that it is alive, again and again');
    const client = await dial(t, port);
    client.write('x');
    await eventually(() => client.bytesRead > 20);
    t.ok(await heard(/STATUS=1 connections, 1 since the start/), 'how many are there');
    process.child.kill('SIGHUP');
    t.ok(await heard(/RELOADING=1\|MONOTONIC_USEC=\d+\n(?:.*\n)*?READY=1\|STATUS=Files were read anew/));
    process.child.kill('SIGTERM');
    t.ok(await heard(/STOPPING=1\|STATUS=Draining, 1 left/), 'that it is about to end');
    client.end();
    t.notMatch((await all(client)).text, /NOTIFY_SOCKET|WATCHDOG/, 'what it runs for a client is not told');
    t.strictSame(await process.ended, { status: 0, signal: null });
    const none = bridge(t, ['-dd', 'tcp-l:0,fork', 'PIPE'], {
      env: { NOTIFY_SOCKET: path, PATH: '/nowhere' },
    });
    await none.until(/W systemd-notify: .*; the service manager is not told anything/);
    const served = await dial(t, await none.port());
    served.end('all the same');
    t.equal((await all(served)).text, 'all the same');
  },
);
