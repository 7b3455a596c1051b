// PROXY protocol with HAProxy at the other end: it says who it takes for the client of a bridge that sends headers, and it
// sends headers that the bridge has to believe; and headers that nobody may send.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { encodeProxy } from '../../src/bridge/proxy-protocol.ts';
import { cleanEnv } from '../spawn.ts';
import { all, backend, bridge, dial, eventually, folder, freePort, sleep, type Test } from './bridge-lab.ts';

const there = spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v haproxy']).status === 0;
const needed = there ? {} : { skip: 'not installed: haproxy' };

/** A HAProxy with these sections behind a few defaults; ended with the test. */
async function haproxy(
  t: Test,
  dir: string,
  sections: string,
  listens: number | string,
): Promise<ChildProcess> {
  const file = join(dir, `haproxy-${String(listens).replaceAll('/', '-')}.cfg`);
  writeFileSync(
    file,
    `global\n  maxconn 50\ndefaults\n  timeout client 30s\n  timeout server 30s\n  timeout connect 5s\n${sections}\n`,
  );
  const child = spawn('haproxy', ['-db', '-f', file], {
    env: { ...cleanEnv(), PATH: `${process.env['PATH']}:/usr/sbin` },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  t.teardown(() => child.kill('SIGKILL'));
  const up = await eventually(() => {
    if (child.exitCode !== null) throw new Error(`haproxy: ${said}`);
    if (typeof listens === 'string') return existsSync(listens);
    return (
      spawnSync('bash', ['-c', `exec 3<>/dev/tcp/127.0.0.1/${listens}`], { stdio: 'ignore' }).status === 0
    );
  }, 20);
  if (!up) throw new Error(`haproxy did not start: ${said}`);
  return child;
}

/** An HTTP service that tells whom HAProxy takes for its client. */
const WHO = `  mode http
  http-request return status 200 content-type text/plain lf-string "%[src] %[src_port] %[dst] %[dst_port]"`;

/** What it says to a client. */
async function asked(socket: Socket): Promise<string> {
  socket.end('GET / HTTP/1.0\r\n\r\n');
  const { text, error } = await all(socket);
  return error ?? text.split('\r\n\r\n')[1] ?? '';
}

function from(t: Test, localAddress: string, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const host = localAddress.includes(':') ? '::1' : '127.0.0.1';
    const socket = connect({ port, host, localAddress, allowHalfOpen: true });
    t.teardown(() => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

t.test('HAProxy takes our client for its own', needed, async (t) => {
  const dir = folder(t);
  const [path, port] = [join(dir, 'who'), await freePort()];
  await haproxy(
    t,
    dir,
    `frontend who\n  bind unix@${path} accept-proxy\n  bind 127.0.0.1:${port} accept-proxy\n${WHO}`,
    path,
  );
  for (const option of ['send-proxy', 'send-proxy-v2']) {
    for (const target of [`unix:${path},${option}`, `tcp:127.0.0.1:${port},${option}`]) {
      const four = bridge(t, ['-dd', 'tcp-l:0,fork,bind=127.0.0.1', target]);
      const fourPort = await four.port();
      const client = await from(t, '127.0.0.77', fourPort);
      const own = client.localPort;
      t.equal(await asked(client), `127.0.0.77 ${own} 127.0.0.1 ${fourPort}`, `${target}: IPv4`);
      await four.stop();
    }
    const six = bridge(t, ['-dd', 'tcp6-l:0,fork', `unix:${path},${option}`]);
    const sixPort = await six.port();
    const client = await from(t, '::1', sixPort);
    const own = client.localPort;
    t.equal(await asked(client), `::1 ${own} ::1 ${sixPort}`, `${option}: IPv6`);
    const mapped = await from(t, '127.0.0.1', sixPort);
    const mappedPort = mapped.localPort;
    t.equal(
      await asked(mapped),
      `127.0.0.1 ${mappedPort} 127.0.0.1 ${sixPort}`,
      `${option}: IPv4 on an IPv6 listener`,
    );
    await six.stop();
    const listening = join(dir, `l-${option}`);
    const unix = bridge(t, ['-dd', `unix-l:${listening},fork`, `tcp:127.0.0.1:${port},${option}`]);
    await unix.until(/listening on/);
    t.match(await asked(await dial(t, listening)), /\S/, `${option}: a client of a unix socket is served`);
    await unix.stop();
    const single = bridge(t, ['-', `tcp:127.0.0.1:${port},${option}`], { stdin: 'pipe' });
    single.child.stdin?.end('GET / HTTP/1.0\r\n\r\n');
    t.equal((await single.ended).status, 0);
    t.match(
      single.stdout,
      /127\.0\.0\.1 \d+ 127\.0\.0\.1 \d+$/,
      `${option}: our own connection is what it is`,
    );
  }
  const without = bridge(t, ['tcp-l:0,fork', `tcp:127.0.0.1:${port}`, '-dd']);
  t.notMatch(
    await asked(await dial(t, await without.port())),
    /127/,
    'and the judge bites: no header, no answer',
  );
});

t.test('we take the client of HAProxy for ours', needed, async (t) => {
  const dir = folder(t);
  const path = join(dir, 'b');
  const heard: Buffer[] = [];
  await backend(t, path, (socket) => {
    const pieces: Buffer[] = [];
    socket.on('data', (piece: Buffer) => pieces.push(piece));
    socket.on('end', () => {
      heard.push(Buffer.concat(pieces));
      socket.end('heard');
    });
  });
  const behind = join(dir, 'behind');
  const unix = bridge(t, [
    '-dd',
    `unix-l:${behind},fork,accept-proxy,allow=127.0.0.0/24`,
    `unix:${path},send-proxy-v2`,
  ]);
  await unix.until(/listening on/);
  const tcp = bridge(t, [
    '-dd',
    'tcp-l:0,fork,bind=127.0.0.1,accept-proxy=127.0.0.1',
    `unix:${path},send-proxy`,
  ]);
  const tcpPort = await tcp.port();
  const rows = [
    ['send-proxy', `unix@${behind}`, 2],
    ['send-proxy-v2', `unix@${behind}`, 2],
    ['send-proxy', `127.0.0.1:${tcpPort}`, 1],
    ['send-proxy-v2 proxy-v2-options crc32c,unique-id', `127.0.0.1:${tcpPort}`, 1],
  ] as const;
  for (const [option, server, version] of rows) {
    const port = await freePort();
    const judge = await haproxy(
      t,
      dir,
      `listen l\n  mode tcp\n  unique-id-format %[uuid()]\n  bind 127.0.0.1:${port}\n  server s ${server} ${option}`,
      port,
    );
    heard.length = 0;
    const client = await from(t, '127.0.0.33', port);
    const own = client.localPort ?? 0;
    client.end('hello');
    t.equal((await all(client)).text, 'heard', `${option} to ${server}`);
    const log = server.startsWith('unix') ? unix : tcp;
    await log.until(
      new RegExp(
        `accepting connection from AF=2 127\\.0\\.0\\.33:${own} on AF=2 127\\.0\\.0\\.1:${port} through`,
      ),
    );
    const header = encodeProxy(version, {
      peer: { kind: 'inet', address: '127.0.0.33', port: own },
      own: { kind: 'inet', address: '127.0.0.1', port },
    });
    // The one that tried whether HAProxy listens may end only now.
    const whole = Buffer.concat([header, Buffer.from('hello')]);
    t.ok(
      heard.some((bytes) => bytes.equals(whole)),
      'and hand it on, byte for byte',
    );
    const stranger = await from(t, '127.9.0.1', port);
    stranger.end('hello');
    const served = (await all(stranger)).text;
    t.equal(served, server.startsWith('unix') ? '' : 'heard', 'allow goes by the client behind the proxy');
    judge.kill('SIGKILL');
  }
  t.match(unix.log, /refusing connection from AF=2 127\.9\.0\.1:\d+ due to allow option/);
  const checked = await freePort();
  const before = heard.length;
  await haproxy(
    t,
    dir,
    `listen l\n  mode tcp\n  bind 127.0.0.1:${checked}\n  server s unix@${behind} send-proxy-v2 check check-send-proxy inter 100`,
    checked,
  );
  const local = /accepting connection from AF=1 "<anon>" on AF=1 "[^"]*behind"/;
  t.notMatch(await unix.until(/due to allow option[\s\S]*due to allow option/), local);
  t.equal(heard.length, before, "a health check is HAProxy's own connection, and it is not on the list");
});

t.test(
  'what is no header, comes late or from a stranger is cut off, and the target never hears of it',
  async (t) => {
    const path = join(folder(t), 'b');
    let connections = 0;
    let text = '';
    await backend(t, path, (socket) => {
      connections++;
      socket.setEncoding('latin1').on('data', (piece: string) => {
        text += piece;
      });
      socket.on('end', () => socket.end('served'));
    });
    const process = bridge(t, [
      '-dd',
      'tcp-l:0,fork,accept-proxy=127.0.0.1,accept-proxy=127.0.0.2,proxy-timeout=0.5',
      `unix:${path}`,
    ]);
    const port = await process.port();
    const said = async (address: string, ...pieces: readonly string[]): Promise<string> => {
      const socket = await from(t, address, port);
      const told = all(socket);
      for (const piece of pieces) {
        socket.write(piece, 'latin1');
        await sleep(30);
      }
      const { text: answer, error } = await told;
      return error ?? answer;
    };
    const rows: readonly (readonly [string, readonly string[], RegExp])[] = [
      ['127.0.0.1', ['GET / HTTP/1.0\r\n\r\n'], /its PROXY header: it does not begin with one/],
      ['127.0.0.1', ['PROXY TCP4 1.2.3.4 5.6.7.8 70000 80\r\nhello'], /"70000" is no port/],
      [
        '127.0.0.1',
        ['\r\n\r\n\0\r\nQUIT\n', '\x21\x11\0\x0b12345678901'],
        /11 bytes where the addresses take 12/,
      ],
      ['127.0.0.1', ['PROXY TCP4 1.2.3.4 '], /it did not come within 0\.5 s/],
      ['127.0.0.1', [], /it did not come within 0\.5 s/],
      [
        '127.0.0.3',
        ['PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\nhello'],
        /from AF=2 127\.0\.0\.3:\d+ due to accept-proxy option/,
      ],
    ];
    for (const [address, pieces, why] of rows) {
      const from = process.log.length;
      t.match(
        await said(address, ...pieces),
        /^(?:|ECONNRESET)$/,
        `${JSON.stringify(pieces)} gets no answer`,
      );
      await eventually(() => why.test(process.log.slice(from)));
      t.match(process.log.slice(from), why);
    }
    const gone = await from(t, '127.0.0.1', port);
    gone.end('PROXY TCP4');
    await process.until(/its PROXY header: it is cut off/);
    t.equal(connections, 0, 'nothing of it reached the target');
    const good = await from(t, '127.0.0.2', port);
    for (const piece of ['PROXY TCP4 1.2.3.4 5.6', '.7.8 1000 80\r', '\nhel', 'lo']) {
      good.write(piece);
      await sleep(30);
    }
    good.end();
    t.equal((await all(good)).text, 'served', 'a header may come in pieces');
    t.equal(text, 'hello', 'and what comes with it is passed on');
    t.match(
      process.log,
      /accepting connection from AF=2 1\.2\.3\.4:1000 on AF=2 5\.6\.7\.8:80 through AF=2 127\.0\.0\.2:/,
    );
    // Many at once, each with its data in the same segment as the header.
    const many = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        const socket = await from(t, '127.0.0.1', port);
        socket.end(`PROXY TCP4 10.0.0.${n} 5.6.7.8 1000 80\r\n.`);
        return (await all(socket)).text;
      }),
    );
    t.ok(many.every((answer) => answer === 'served'));
    t.equal(text.length, 5 + 50);
  },
);
