// Who may come to a bridge and how many, how it drains and what SIGHUP does, on real sockets.

import { writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { all, backend, bridge, dial, eventually, folder, sleep, type Test } from './bridge-lab.ts';

/** A connection from a given loopback address. */
function from(t: Test, localAddress: string, port: number): Socket {
  const socket = connect({ port, host: '127.0.0.1', localAddress, allowHalfOpen: true });
  t.teardown(() => socket.destroy());
  return socket;
}

/** What a client gets who says a word and its end: the word back, or an error. */
async function said(socket: Socket): Promise<string> {
  socket.end('word');
  const { text, error } = await all(socket);
  return error ?? text;
}

t.test('allow and deny, from files that are read anew', async (t) => {
  const dir = folder(t);
  const list = join(dir, 'clients');
  const path = join(dir, 'echo');
  await backend(t, path, (socket) => void socket.pipe(socket));
  writeFileSync(list, '127.0.0.2 # the office\n127.1.0.0/16\n');
  const process = bridge(t, [
    '-dd',
    `tcp-l:0,fork,allow=${list},allow=127.0.0.9,deny=127.1.1.1`,
    `unix:${path}`,
  ]);
  const port = await process.port();
  const heard = async (): Promise<string> => {
    const answers: string[] = [];
    for (const address of ['127.0.0.1', '127.0.0.2', '127.0.0.9', '127.1.0.1', '127.1.1.1', '127.3.0.1'])
      answers.push((await said(from(t, address, port))) === 'word' ? '+' : '-');
    return answers.join('');
  };
  t.equal(await heard(), '-+++--');
  t.match(process.log, /W refusing connection from AF=2 127\.1\.1\.1:\d+ due to deny option/);
  const stays = from(t, '127.0.0.2', port);
  stays.write('before');
  await eventually(() => stays.bytesRead === 6);
  writeFileSync(list, '127.3.0.0/16\n');
  process.child.kill('SIGHUP');
  await process.until(/option allow: read anew, 65537 addresses/);
  t.equal(await heard(), '--+--+');
  writeFileSync(list, '127.0.0.0/8\n127.0.0.1/24\n');
  process.child.kill('SIGHUP');
  await process.until(/E tcp-l:0: option allow: .*clients:2:\d+: .*what was there before stays in use/);
  t.equal(await heard(), '--+--+', 'a list with a bad line is not used');
  stays.end('after');
  t.equal((await all(stays)).text.slice(-5), 'after', 'who is connected stays so');
  t.strictSame(await process.stop(), { status: null, signal: 'SIGTERM' });
});

t.test('without anything to be read anew SIGHUP ends it, as with socat', async (t) => {
  const process = bridge(t, ['-dd', 'tcp-l:0,fork,allow=127.0.0.1', 'PIPE']);
  await process.port();
  t.strictSame(await process.stop('SIGHUP'), { status: null, signal: 'SIGHUP' });
});

t.test('a list that can not be used keeps the bridge from starting', async (t) => {
  const list = join(folder(t), 'clients');
  writeFileSync(list, '10.0.0.0/8\n\n10.0.0.1/33\n');
  const bad = bridge(t, [`tcp-l:0,fork,deny=${list}`, 'PIPE']);
  t.equal((await bad.ended).status, 1);
  t.match(bad.log, /E tcp-l:0: option deny: \S+clients:3:\d+: "10\.0\.0\.1\/33": /);
  const absent = bridge(t, [`tcp-l:0,fork,allow=${list}.not`, 'PIPE']);
  t.equal((await absent.ended).status, 1);
  t.match(absent.log, /option allow: \S+clients\.not: No such file or directory/);
});

t.test('limits', async (t) => {
  const process = bridge(t, [
    '-dd',
    'tcp-l:0,fork,max-connections=3,overflow=reject,max-per-source=2',
    'PIPE',
  ]);
  const port = await process.port();
  const stay = async (address: string): Promise<Socket> => {
    const socket = from(t, address, port);
    socket.write('hello');
    await eventually(() => socket.bytesRead > 0 || socket.destroyed);
    return socket;
  };
  const [first, second] = [await stay('127.0.0.1'), await stay('127.0.0.1')];
  t.equal(await said(from(t, '127.0.0.1', port)), 'ECONNRESET', 'a third one from there');
  await stay('127.0.0.2');
  t.equal(await said(from(t, '127.0.0.3', port)), 'ECONNRESET', 'a fourth one from anywhere');
  t.match(process.log, /due to max-per-source option \(2 from 127\.0\.0\.1\/32\)/);
  t.match(process.log, /due to max-connections option \(3\)/);
  first.end();
  await all(first);
  t.equal(await said(from(t, '127.0.0.1', port)), 'word');
  t.notOk(second.destroyed);
});

t.test('drain', async (t) => {
  const start = async (seconds: number) => {
    const path = join(folder(t), 'slow');
    // Answers when it is told to.
    const { sockets } = await backend(t, path, () => undefined);
    const process = bridge(t, ['-dd', '--drain-timeout', String(seconds), 'tcp-l:0,fork', `unix:${path}`]);
    const port = await process.port();
    const client = await dial(t, port);
    client.end('question');
    await eventually(() => sockets.size === 1);
    process.child.kill('SIGTERM');
    await process.until(/draining: no more clients are taken, 1 left/);
    const late = from(t, '127.0.0.1', port);
    const refused = await new Promise<string>((resolve) => {
      late.on('error', (error) => resolve('code' in error ? String(error.code) : ''));
      late.on('connect', () => resolve('connected'));
    });
    t.equal(refused, 'ECONNREFUSED', 'nobody else comes in');
    return { process, client, sockets };
  };
  t.test('an answer that is on its way arrives, and the status is 0', async (t) => {
    const { process, client, sockets } = await start(60);
    await sleep(100);
    for (const socket of sockets) socket.end('answer');
    t.strictSame(await all(client), { text: 'answer', error: undefined });
    t.strictSame(await process.ended, { status: 0, signal: null });
  });
  t.test('one that is not cut off says so to its client, and the status is 1', async (t) => {
    const { process, client } = await start(0.2);
    t.strictSame(await all(client), { text: '', error: 'ECONNRESET' });
    t.strictSame(await process.ended, { status: 1, signal: null });
    t.match(process.log, /W draining: time is up, 1 cut off/);
  });
  t.test('a second signal ends it', async (t) => {
    const { process } = await start(60);
    t.strictSame(await process.stop(), { status: null, signal: 'SIGTERM' });
  });
});

t.test('times', async (t) => {
  const total = bridge(t, ['-dd', '--total-timeout', '0.3', 'tcp-l:0,fork', 'PIPE']);
  const client = await dial(t, await total.port());
  const busy = setInterval(() => client.write('.'), 20);
  t.equal((await all(client)).error, 'ECONNRESET', 'however busy it is');
  clearInterval(busy);
  const idle = bridge(t, ['-dd', '--exit-idle-time', '0.3', 'tcp-l:0,fork', 'PIPE']);
  const port = await idle.port();
  t.equal(await said(await dial(t, port)), 'word');
  t.strictSame(await idle.ended, { status: 0, signal: null });
});
