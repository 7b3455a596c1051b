// The bridge as a process with real sockets and programs: bytes, half-closes, limits, damage. MariaDB, systemd and the
// comparison with socat have files of their own.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { program } from '../../src/programs/sockbridge.ts';
import { cleanEnv, run } from '../spawn.ts';
import {
  all,
  BridgeProcess,
  backend,
  bridge,
  dial,
  eventually,
  folder,
  freePort,
  sleep,
  type Test,
} from './bridge-lab.ts';
import { makeCertificates } from './certificates.ts';

const LOCAL = 'bind=127.0.0.1';
const echo = (socket: Socket): void => void socket.pipe(socket);

t.test(
  'an end of file goes through, and the answer a second later comes back: every type against every other',
  async (t) => {
    // The left side asks and shuts down; the right side counts, waits, answers and ends.
    const dir = folder(t);
    const answer = (socket: Socket): void => {
      let bytes = 0;
      socket.on('data', (piece) => {
        bytes += piece.length;
      });
      socket.on('end', () => setTimeout(() => socket.end(`got ${bytes}`), 1000));
    };
    const unix = join(dir, 'answer');
    const { port } = await backend(t, 'tcp', answer);
    await backend(t, unix, answer);
    const slow = 'n=$(wc -c); sleep 1; echo got $n';
    const rights: Readonly<Record<string, string>> = {
      TCP: `tcp:127.0.0.1:${port}`,
      UNIX: `unix:${unix}`,
      EXEC: `exec:'sh -c "${slow}"'`,
      SYSTEM: `system:${slow}`,
    };
    const ask = async (socket: Socket): Promise<string> => {
      socket.end('hello');
      return (await all(socket)).text;
    };
    const lefts: Readonly<Record<string, (right: string, name: string) => Promise<string>>> = {
      TCP: async (right) => ask(await dial(t, await bridge(t, ['-dd', `tcp-l:0,${LOCAL}`, right]).port())),
      UNIX: async (right, name) => {
        const path = join(dir, name);
        await bridge(t, ['-dd', `unix-l:${path}`, right]).until(/listening/);
        return ask(await dial(t, path));
      },
      STDIO: async (right) => {
        const { child, ended, stdout } = bridge(t, ['-', right], { stdin: 'pipe' });
        child.stdin?.end('hello');
        let text = stdout;
        child.stdout?.on('data', (piece: string) => {
          text += piece;
        });
        await ended;
        return text;
      },
      EXEC: async (right, name) => {
        const path = join(dir, name);
        await bridge(t, [`exec:'sh -c "printf hello; exec >&-; cat >${path}"'`, right]).ended;
        return readFileSync(path, 'utf8');
      },
    };
    const pairs = Object.entries(lefts).flatMap(([left, use]) =>
      Object.entries(rights).map(([right, text]) => ({ left, right, use, text })),
    );
    // Four at a time: sixteen starts of Node at once would take their time on two cores.
    for (let at = 0; at < pairs.length; at += 4) {
      const answers = await Promise.all(
        pairs.slice(at, at + 4).map(({ left, right, use, text }) => use(text, `${left}-${right}`)),
      );
      for (const [index, text] of answers.entries()) {
        const pair = pairs[at + index];
        t.equal(text.trim(), 'got 5', `${pair?.left} to ${pair?.right}`);
      }
    }
  },
);

t.test('the same when the right side ends first and goes on listening', async (t) => {
  const dir = folder(t);
  const heard: string[] = [];
  const serve = (socket: Socket): void => {
    socket.end('bye');
    socket.setEncoding('utf8').on('data', (text: string) => heard.push(text));
  };
  const path = join(dir, 's');
  await backend(t, path, serve);
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL}`, `unix:${path}`]);
  const socket = await dial(t, await process.port());
  t.equal((await all(socket)).text, 'bye');
  await sleep(300);
  socket.end('late');
  t.strictSame(await process.ended, { status: 0, signal: null });
  t.strictSame(heard, ['late']);
});

t.test('1 GiB through one connection, each way, byte for byte', async (t) => {
  const path = join(folder(t), 's');
  const total = 1 << 30;
  const block = Buffer.alloc(1 << 20);
  for (let i = 0; i < block.length; i += 4) block.writeUInt32LE(Math.imul(i, 2654435761) >>> 0, i);
  const sums: Record<string, string> = {};
  const receive = (socket: Socket, name: string): Promise<void> =>
    new Promise((resolve) => {
      const hash = createHash('sha1');
      socket.on('data', (piece) => hash.update(piece));
      socket.on('end', () => {
        sums[name] = hash.digest('hex');
        resolve();
      });
    });
  const send = async (socket: Socket, name: string): Promise<void> => {
    const hash = createHash('sha1');
    for (let sent = 0; sent < total; sent += block.length) {
      // Every block is another one: a block lost, doubled or moved changes the sum.
      const own = Buffer.from(block);
      own.writeUInt32LE(sent / block.length, 0);
      hash.update(own);
      if (!socket.write(own)) await new Promise((resolve) => socket.once('drain', resolve));
    }
    sums[name] = hash.digest('hex');
    socket.end();
  };
  // The generators are as costly as the relay, so one way after the other, and the sums tell which is which.
  let there: Promise<void> = Promise.resolve();
  await backend(t, path, (socket) => {
    there = receive(socket, 'received').then(() => send(socket, 'returned'));
  });
  const process = bridge(t, ['-ddd', `tcp-l:0,${LOCAL}`, `unix:${path}`]);
  const socket = await dial(t, await process.port());
  const back = receive(socket, 'back');
  await send(socket, 'sent');
  await back;
  await there;
  t.equal(sums['received'], sums['sent'], 'what was sent is what was received');
  t.equal(sums['back'], sums['returned'], 'and so it is on the way back');
  t.equal(sums['sent'], sums['returned']);
  t.equal((await process.ended).status, 0);
  t.match(process.log, `transferred ${total} bytes from 1 to 2 and ${total} bytes from 2 to 1`);
});

t.test('1,000 connections at once', async (t) => {
  const path = join(folder(t), 's');
  const { sockets } = await backend(t, path, echo);
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `unix:${path}`]);
  const port = await process.port();
  const before = process.descriptors;
  const clients = await Promise.all(Array.from({ length: 1000 }, () => dial(t, port)));
  const answers = clients.map(
    (client, index) =>
      new Promise<boolean>((resolve) => {
        client.once('data', (piece) => resolve(piece.toString() === `I am ${index}`));
        client.write(`I am ${index}`);
      }),
  );
  t.ok((await Promise.all(answers)).every(Boolean), 'each has its own answer');
  t.equal(sockets.size, 1000, 'all at the same time');
  for (const client of clients) client.end();
  t.ok(await eventually(() => process.descriptors === before), 'and none leaves a descriptor behind');
  t.notMatch(process.log, / [EWF] /);
});

t.test('a reader that stalls costs under 1 MB, however long', async (t) => {
  // TCP on both sides, for the kernel tells in /proc/net/tcp how much of it each socket holds: what the writers are rid
  // of and the kernel does not hold is in the bridge.
  const { port, sockets } = await backend(t, 'tcp', (socket) => socket.pause());
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `tcp:127.0.0.1:${port}`]);
  const listening = await process.port();
  const writers: Socket[] = [];
  const piece = Buffer.alloc(16384);
  /** What has left a writer, but for a part of one piece. */
  const gone = (writer: Socket): number => writer.bytesWritten - writer.writableLength;
  const total = (): number => writers.reduce((sum, writer) => sum + gone(writer), 0);
  /** Writes to so many more clients until nothing more is taken, and gives the bridge's memory then. */
  const stall = async (count: number): Promise<number> => {
    for (const writer of await Promise.all(Array.from({ length: count }, () => dial(t, listening)))) {
      writers.push(writer);
      const more = (): void => {
        while (writer.write(piece));
      };
      writer.on('drain', more);
      more();
    }
    await eventually(() => sockets.size === writers.length);
    for (let last = -1; last !== total(); ) {
      last = total();
      await sleep(400);
    }
    return process.memory;
  };
  const few = await stall(30);
  const many = await stall(100);
  const ports = new Set([
    ...writers.map((writer) => writer.localPort),
    ...[...sockets].map((socket) => socket.remotePort),
  ]);
  const count = writers.length;
  const taken = total();
  const inBridge = (taken - kernelQueues(ports)) / count;
  t.ok(taken / count > 1 << 20, `${Math.round(taken / count / 1024)} KiB were taken from each writer`);
  t.ok(
    inBridge > 1 << 18 && inBridge < 1 << 20,
    `${Math.round(inBridge / 1024)} KiB of them are in the bridge`,
  );
  // Of the resident memory a part is what the collector has not yet come to, whatever the number of connections.
  const each = (many - few) / 100;
  t.ok(each < 1 << 20, `each connection more has cost ${Math.round(each / 1024)} KiB of resident memory`);
  await sleep(1000);
  t.equal(total(), taken, 'and a second later no byte more');
});

/** Bytes in the send and receive queues of the TCP sockets that have one of these ports at either end. */
function kernelQueues(ports: ReadonlySet<number | undefined>): number {
  let bytes = 0;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const fields = line.trim().split(/\s+/);
    const [local, remote] = [fields[1], fields[2]].map((place) =>
      Number.parseInt(place?.split(':')[1] ?? '', 16),
    );
    if (!ports.has(local) && !ports.has(remote)) continue;
    const [send, receive] = (fields[4] ?? '').split(':').map((hex) => Number.parseInt(hex, 16));
    bytes += (send ?? 0) + (receive ?? 0);
  }
  return bytes;
}

t.test('200 connections killed at random leak no descriptor', async (t) => {
  const path = join(folder(t), 's');
  let seed = 7;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
    return (seed >>> 8) % below;
  };
  await backend(t, path, (socket) => {
    socket.on('data', (piece) => socket.write(piece));
    socket.on('end', () => socket.end());
    if (random(3) === 0) setTimeout(() => socket.destroy(), random(30));
  });
  const process = bridge(t, [`tcp-l:0,${LOCAL},fork`, `unix:${path}`, '-dd']);
  const port = await process.port();
  (await dial(t, port)).end();
  await sleep(200);
  const before = process.descriptors;
  for (let round = 0; round < 10; round++) {
    const clients = await Promise.all(Array.from({ length: 20 }, () => dial(t, port)));
    for (const client of clients) {
      client.write(Buffer.alloc(random(300_000)));
      const end = [
        () => client.destroy(),
        () => client.resetAndDestroy(),
        () => client.end(() => setTimeout(() => client.destroy(), random(20))),
        () => client.end().resume(),
      ][random(4)];
      if (random(4) === 0) end?.();
      else setTimeout(() => end?.(), random(40));
    }
    await sleep(60);
  }
  t.ok(
    await eventually(() => process.descriptors === before),
    `${process.descriptors} descriptors, ${before} before`,
  );
  const socket = await dial(t, port);
  socket.end('still there');
  t.match((await all(socket)).error ?? 'served', /served|ECONNRESET/, 'and it goes on');
});

t.test('max-children: the next one waits for its turn and is served', async (t) => {
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork,max-children=2`, 'system:sleep 0.7; cat']);
  const port = await process.port();
  const began = Date.now();
  const times = await Promise.all(
    [0, 1, 2, 3].map(async (number) => {
      const socket = await dial(t, port);
      socket.end(`${number}`);
      const { text } = await all(socket);
      t.equal(text, `${number}`);
      return Date.now() - began;
    }),
  );
  times.sort((a, b) => a - b);
  t.ok((times[2] ?? 0) >= (times[1] ?? 0) + 500, `two, and two after them: ${times.join(', ')} ms`);
  t.match(process.log, /max-children are active \(2\), waiting: 1/);
});

t.test('descriptors run short: clients wait, nobody is turned away, and it is said', async (t) => {
  const path = join(folder(t), 's');
  await backend(t, path, (socket) => {
    socket.on('data', (piece) => setTimeout(() => socket.end(piece), 100));
  });
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `unix:${path}`], {
    under: ['prlimit', '--nofile=110'],
  });
  const port = await process.port();
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const socket = await dial(t, port);
      socket.end(`${index}`);
      return (await all(socket)).text === `${index}`;
    }),
  );
  t.equal(answers.filter(Boolean).length, 60, 'all 60 were served by 110 descriptors');
  t.match(process.log, /W descriptors are short \(limit 110/);
  t.match(process.log, /W descriptors are free again/);
});

t.test('a burst of clients against a backend with a short backlog', async (t) => {
  // connect(2) to a unix socket whose backlog is full fails at once where it does not block; socat's blocks.
  const path = join(folder(t), 's');
  const socat = spawn('socat', [`UNIX-LISTEN:${path},fork,backlog=1`, 'EXEC:cat'], { stdio: 'ignore' });
  t.teardown(() => socat.kill('SIGKILL'));
  await eventually(() => existsSync(path));
  const port = await bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `unix:${path}`]).port();
  const answers = await Promise.all(
    Array.from({ length: 60 }, async (_, index) => {
      const socket = await dial(t, port);
      socket.end(`${index}`);
      return (await all(socket)).text === `${index}`;
    }),
  );
  t.equal(answers.filter(Boolean).length, 60);
});

t.test('retry: the client is held until its backend is there', async (t) => {
  const path = join(folder(t), 's');
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `unix:${path},retry=50,interval=0.1`]);
  const socket = await dial(t, await process.port());
  socket.end('patience');
  await process.until(
    /W unix:\S+: connect\(AF=1 "\S+"\): No such file or directory; trying again every 0.1 s/,
  );
  await sleep(300);
  await backend(t, path, echo);
  t.equal((await all(socket)).text, 'patience');
  t.equal(process.log.match(/ W /g)?.length, 1, 'the first failure is a warning, the others are not');
});

t.test('retry of a listener whose port is taken; without it an error that names the address', async (t) => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const address = taken.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const refused = await run(process.execPath, ['bin/sockbridge.js', `tcp-l:${port},${LOCAL}`, 'PIPE']);
  t.match(refused, {
    status: 1,
    stderr: / E tcp-l:\d+: bind\(AF=2 127.0.0.1:\d+\): Address already in use\n$/,
  });
  const patient = bridge(t, ['-dd', `tcp-l:${port},${LOCAL},fork,forever,interval=0.1`, 'PIPE']);
  await patient.until(/trying again/);
  taken.close();
  const socket = await dial(t, await patient.port());
  socket.end('x');
  t.equal((await all(socket)).text, 'x');
});

t.test('ended by a signal: the socket is removed, the child too, and the signal can be seen', async (t) => {
  const dir = folder(t);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'] as const) {
    const path = join(dir, signal);
    const process = bridge(t, ['-dd', `unix-l:${path},fork`, 'exec:sleep 1000'], {
      under: ['prlimit', '--core=0'],
    });
    await process.until(/listening/);
    await dial(t, path);
    const [, child] = await process.until(/started sleep as process (\d+)/);
    t.strictSame(await process.stop(signal), { status: null, signal });
    t.notOk(existsSync(path), `${signal}: the socket is gone`);
    t.ok(await eventually(() => !alive(Number(child))), `${signal}: the child is gone`);
  }
});

function alive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

t.test("another instance's socket is never removed", async (t) => {
  const path = join(folder(t), 's');
  const answering = async (): Promise<string> => {
    const socket = await dial(t, path);
    return (await all(socket)).text;
  };
  const first = bridge(t, ['-dd', `unix-l:${path},fork`, 'system:echo first']);
  await first.until(/listening/);
  const second = bridge(t, ['-dd', `unix-l:${path},fork,unlink-early`, 'system:echo second']);
  await second.until(/listening/);
  t.equal(await answering(), 'second\n');
  await first.stop();
  t.equal(await answering(), 'second\n', 'the first one has ended');
  // One that serves a single connection closes its listener, and libuv would remove whatever stands at the path.
  const third = bridge(t, ['-dd', `unix-l:${path},unlink-early`, 'system:sleep 1; echo third']);
  await third.until(/listening/);
  const waiting = answering();
  await third.until(/accepting/);
  t.ok(await eventually(() => !existsSync(path)), 'after its connection nobody listens');
  t.equal(await waiting, 'third\n');
  await second.stop();
  const fourth = bridge(t, ['-dd', `unix-l:${path}`, 'system:sleep 1; echo fourth']);
  await fourth.until(/listening/);
  const fifth = bridge(t, ['-dd', `unix-l:${path},fork,unlink-early,accept-timeout=30`, 'system:echo fifth']);
  await fifth.until(/listening/);
  await fourth.stop('SIGTERM');
  t.equal(await answering(), 'fifth\n', 'nor by a signal while it listens');
  const inode = lstatSync(path).ino;
  await fifth.stop();
  t.notOk(existsSync(path), 'its own it does remove');
  t.ok(inode > 0);
});

t.test(
  'unlink-close=0 leaves the socket, unlink-early takes a left-over one away and nothing else',
  async (t) => {
    const dir = folder(t);
    const path = join(dir, 's');
    const once = bridge(t, ['-dd', `unix-l:${path},unlink-close=0`, 'PIPE']);
    await once.until(/listening/);
    const socket = await dial(t, path);
    socket.end('x');
    t.equal((await all(socket)).text, 'x');
    t.equal((await once.ended).status, 0);
    t.ok(lstatSync(path).isSocket(), 'it is left, though its listener was closed');
    await t.rejects(dial(t, path), { code: 'ECONNREFUSED' });
    const stale = await run(process.execPath, ['bin/sockbridge.js', `unix-l:${path}`, 'PIPE']);
    t.match(stale, {
      status: 1,
      stderr: /bind\(AF=1 ".*"\): Address already in use \(.*unlink-early removes/,
    });
    const fresh = bridge(t, ['-dd', `unix-l:${path},unlink-early`, 'PIPE']);
    await fresh.until(/listening/);
    await fresh.stop();
    const file = join(dir, 'precious');
    writeFileSync(file, 'data');
    const refused = await run(process.execPath, ['bin/sockbridge.js', `unix-l:${file},unlink-early`, 'PIPE']);
    t.match(refused, {
      status: 1,
      stderr: /option unlink-early: .*precious is not a socket; it is left alone/,
    });
    t.equal(readFileSync(file, 'utf8'), 'data');
  },
);

t.test('mode, owner and umask of the socket', async (t) => {
  const dir = folder(t);
  const rows: readonly (readonly [string, number, number | undefined, string])[] = [
    ['', 0o755, undefined, 'by the umask of the process'],
    [',mode=600', 0o600, undefined, 'by mode'],
    [',perm=0777', 0o777, undefined, 'by perm, past the umask'],
    [',umask=027', 0o750, undefined, 'by umask'],
    [',mode=660,user=65534,group=65534', 0o660, 65534, 'for another owner'],
    [',group=nogroup', 0o755, undefined, 'group by name'],
  ];
  const before = process.umask(0o022);
  t.teardown(() => process.umask(before));
  for (const [index, [options, mode, uid, reason]] of rows.entries()) {
    if ((uid !== undefined || options.includes('group')) && process.getuid?.() !== 0) {
      t.comment(`${reason}: only root may give a file away`);
      continue;
    }
    const path = join(dir, `s${index}`);
    const started = bridge(t, ['-dd', `unix-l:${path}${options}`, 'PIPE']);
    await started.until(/listening/);
    const found = lstatSync(path);
    t.equal((found.mode & 0o777).toString(8), mode.toString(8), `${options}: ${reason}`);
    if (uid !== undefined) t.strictSame([found.uid, found.gid], [uid, uid]);
    await started.stop();
  }
  const unknown = await run(process.execPath, [
    'bin/sockbridge.js',
    `unix-l:${join(dir, 'n')},user=no-such-user`,
    'PIPE',
  ]);
  t.match(unknown, { status: 1, stderr: / E unix-l:.*: option user: no such user "no-such-user"\n$/ });
  t.notOk(existsSync(join(dir, 'n')), 'nothing was made');
});

t.test('who may connect', async (t) => {
  const ranged = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork,range=127.0.0.2/32`, 'PIPE']);
  const port = await ranged.port();
  const stranger = await dial(t, port);
  t.match(await all(stranger), { text: '' });
  t.match(ranged.log, /W refusing connection from AF=2 127.0.0.1:\d+ due to range option/);
  const friend = bridge(t, ['-', `tcp:127.0.0.1:${port},bind=127.0.0.2`], { stdin: 'pipe' });
  friend.child.stdin?.end('friend');
  await friend.ended;
  t.equal(friend.stdout, 'friend', 'bind chose an address that is admitted');
  const ported = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork,sp=34567`, 'PIPE']);
  const portedPort = await ported.port();
  t.match(await all(await dial(t, portedPort)), { text: '' });
  t.match(ported.log, /due to sourceport option/);
  const chosen = bridge(t, ['-', `tcp:127.0.0.1:${portedPort},sourceport=34567`], { stdin: 'pipe' });
  chosen.child.stdin?.end('chosen');
  await chosen.ended;
  t.equal(chosen.stdout, 'chosen');
  const dual = bridge(t, ['-dd', 'tcp6-l:0,fork,range=127.0.0.0/8', 'PIPE']);
  const mapped = await dial(t, await dual.port());
  mapped.end('mapped');
  t.equal((await all(mapped)).text, 'mapped', 'an IPv4 client of an IPv6 listener is judged as IPv4');
});

t.test('what can not be opened: one line that names it, status 1', async (t) => {
  const dir = folder(t);
  const file = join(dir, 'file');
  writeFileSync(file, '');
  const left = join(dir, 'left-over');
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(left, resolve));
  const locked = join(dir, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  const rows: readonly (readonly [string[], RegExp, string])[] = [
    [
      ['-', 'tcp:127.0.0.1:1'],
      /E tcp:127.0.0.1:1: connect\(AF=2 127.0.0.1:1\): Connection refused$/,
      'nobody listens',
    ],
    [
      ['-', 'tcp:no-such-host.invalid:1'],
      /E tcp:no-such-host.invalid:1: connect\(.*\): (?:Name or service not known|Temporary failure.*|Try again)$/i,
      'no such name',
    ],
    [
      ['-', 'tcp:127.0.0.1:no-such-service'],
      /E tcp:\S+: no TCP service "no-such-service" in \/etc\/services$/,
      'no such service',
    ],
    [
      ['tcp-l:1,bind=192.0.2.1', 'PIPE'],
      /E tcp-l:1: bind\(AF=2 192.0.2.1:1\): (?:Cannot assign requested address|Address not available)$/i,
      'not an address of this machine',
    ],
    [
      ['tcp-l:0,bind=no-such-host.invalid', 'PIPE'],
      /E tcp-l:0: option bind: "no-such-host.invalid": /,
      'option bind by name',
    ],
    [
      ['-', `unix:${join(dir, 'none')}`],
      /E unix:\S+: connect\(AF=1 "\S+none"\): No such file or directory$/,
      'nothing there',
    ],
    [['-', `unix:${file}`], /E unix:\S+: connect\(AF=1 "\S+file"\): Connection refused/, 'a file'],
    [['-', `unix:${dir}`], /E unix:\S+: connect\(AF=1 "\S+"\): Connection refused/, 'a folder'],
    [
      [`unix-l:${file}`, 'PIPE'],
      /E unix-l:\S+: bind\(AF=1 "\S+file"\): Address already in use/,
      'a file in the way',
    ],
    [
      [`unix-l:${join(dir, 'no', 'such')}`, 'PIPE'],
      /E unix-l:\S+: bind\(AF=1 "\S+"\): (?:No such file or directory|Permission denied)/,
      'no such folder',
    ],
    [
      ['-', 'exec:no-such-program'],
      /E exec:no-such-program: exec no-such-program: No such file or directory$/,
      'no such program',
    ],
    [['-', 'system:exit 3'], /E system:exit 3: child \d+ exited with status 3$/, 'a program that fails'],
    [['fd:77', 'PIPE'], /E fd:77: descriptor 77: Bad file descriptor$/i, 'no such descriptor'],
    [
      ['sd-listen', 'PIPE'],
      /E sd-listen: no socket was handed over \(LISTEN_FDS is not set\)/,
      'not started by systemd',
    ],
  ];
  const ends = await Promise.all(
    rows.map(([args]) => run(process.execPath, ['bin/sockbridge.js', ...args], { input: '' })),
  );
  for (const [index, [args, pattern, reason]] of rows.entries()) {
    t.match(ends[index]?.stderr.trim(), pattern, `${args.join(' ')}: ${reason}`);
    t.equal(ends[index]?.status, 1, reason);
    t.equal(ends[index]?.stderr.trim().split('\n').length, 1, 'one line');
  }
  gone.close();
});

const asRoot = process.getuid?.() === 0 ? {} : { skip: 'only root can become somebody else' };

t.test('without the right to it', asRoot, async (t) => {
  const dir = folder(t);
  chmodSync(dir, 0o755);
  const path = join(dir, 'private');
  await backend(t, path, echo);
  chmodSync(path, 0o600);
  const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  const connected = bridge(t, ['-', `unix:${path}`], { under: nobody });
  t.equal((await connected.ended).status, 1);
  t.match(connected.log, /connect\(AF=1 "\S+private"\): Permission denied/);
  const listening = bridge(t, [`unix-l:${join(dir, 'mine')}`, 'PIPE'], { under: nobody });
  t.equal((await listening.ended).status, 1);
  t.match(listening.log, /bind\(AF=1 "\S+mine"\): Permission denied/);
});

t.test('a stream that breaks off is an error, for the status and for the other side', async (t) => {
  const { port, sockets } = await backend(t, 'tcp', (socket) => socket.write('half of the answ'));
  const one = bridge(t, ['-dd', `tcp-l:0,${LOCAL}`, `tcp:127.0.0.1:${port}`]);
  const socket = await dial(t, await one.port());
  const heard = all(socket);
  await eventually(() => sockets.size === 1 && socket.bytesRead > 0);
  for (const each of sockets) each.resetAndDestroy();
  t.match(await heard, { error: 'ECONNRESET' }, 'the client does not take it for the whole');
  t.equal((await one.ended).status, 1);
  t.match(one.log, /E read on socket 2 \(tcp:127.0.0.1:\d+\): Connection reset by peer/);
  const many = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `tcp:127.0.0.1:${port}`]);
  const listening = await many.port();
  const client = await dial(t, listening);
  await eventually(() => sockets.size === 1);
  client.resetAndDestroy();
  await many.until(/E read on socket 1 \(AF=2 127.0.0.1:\d+\): Connection reset by peer/);
  await dial(t, listening);
  t.equal(many.child.exitCode, null, 'with fork the listener goes on');
});

t.test('an early answer to an upload that is not read arrives, and then the reset', async (t) => {
  // As a web server refuses a body that is too large: it answers and closes, and what it has not read resets the stream.
  const path = join(folder(t), 's');
  const answer = Buffer.alloc(300_000, 'too large ');
  await backend(t, path, (socket) => {
    socket.pause();
    socket.write(answer, () => setTimeout(() => socket.destroy(), 50));
  });
  const process = bridge(t, ['-dd', `tcp-l:0,${LOCAL},fork`, `unix:${path}`]);
  const port = await process.port();
  for (let round = 0; round < 5; round++) {
    const socket = await dial(t, port);
    const piece = Buffer.alloc(1 << 20, 'upload');
    for (let i = 0; i < 8; i++) socket.write(piece);
    const { text, error } = await all(socket);
    t.equal(text.length, answer.length, 'the answer is whole');
    t.match(error, /^(?:ECONNRESET|EPIPE)$/, 'and the client is told that its upload was not taken');
  }
  t.match(process.log, / E (?:read|write) on socket 2 /);
});

t.test('times', async (t) => {
  const path = join(folder(t), 's');
  await backend(t, path, (socket) => socket.resume());
  const timed = async (
    args: readonly string[],
    stdin: 'pipe' | 'ignore' = 'ignore',
  ): Promise<{ status: number | null; seconds: number; log: string }> => {
    const began = Date.now();
    const started = bridge(t, args, { stdin });
    const { status } = await started.ended;
    return { status, seconds: (Date.now() - began) / 1000, log: started.log };
  };
  // A listener that is stopped and whose backlog is full: the kernel drops what else comes, and connect(2) waits.
  const stopped = bridge(t, ['-dd', `tcp-l:0,${LOCAL},backlog=1`, 'PIPE']);
  const full = await stopped.port();
  stopped.child.kill('SIGSTOP');
  await Promise.all([dial(t, full), dial(t, full)]);
  const [halfClosed, idle, nobody, forked, hole] = await Promise.all([
    timed(['-t', '1', '-', `unix:${path}`]),
    timed(['-dd', '-T', '1', '-', `unix:${path}`], 'pipe'),
    timed(['-dd', `tcp-l:0,${LOCAL},accept-timeout=1`, 'PIPE']),
    timed(['-dd', `tcp-l:0,${LOCAL},accept-timeout=1,fork`, 'PIPE']),
    timed(['-', `tcp:127.0.0.1:${full},connect-timeout=1`]),
  ]);
  t.match(
    halfClosed,
    { status: 0, log: /W closing: one side has ended and nothing came from the other for 1 s/ },
    '-t',
  );
  t.ok(halfClosed.seconds >= 1 && halfClosed.seconds < 8);
  t.match(idle, { status: 0, log: /N inactivity timeout triggered \(1 s\)/ }, '-T');
  t.match(nobody, { status: 0, log: /N tcp-l:0: nobody connected within 1 s/ }, 'accept-timeout');
  t.match(forked, { status: 0 }, 'accept-timeout with fork');
  t.match(
    hole,
    {
      status: 1,
      log: /E tcp:\S+: option connect-timeout: connect\(AF=2 127.0.0.1:\d+\): Connection timed out/,
    },
    'connect-timeout',
  );
});

t.test('standard input and output', async (t) => {
  t.test('a file is read, a file is written, and the end of a pipe is handed on', async (t) => {
    const dir = folder(t);
    writeFileSync(join(dir, 'in'), 'from a file');
    const input = openSync(join(dir, 'in'), 'r');
    const output = openSync(join(dir, 'out'), 'w');
    const copied = bridge(t, ['-', 'PIPE'], { stdin: input, stdout: output });
    t.equal((await copied.ended).status, 0, copied.log);
    closeSync(input);
    closeSync(output);
    t.equal(readFileSync(join(dir, 'out'), 'utf8'), 'from a file');
    // head closes its end: what it wanted is there, and it is an error that no more could be written.
    const cut = await run('sh', [
      '-c',
      `${process.execPath} bin/sockbridge.js -u EXEC:yes - | head -1; exit 0`,
    ]);
    t.equal(cut.stdout, 'y\n');
    t.match(cut.stderr, /E write on socket 2 \(-\): Broken pipe/);
    // The reader sees the end though the bridge's own input is still open.
    const sleeper = bridge(t, ['-', 'system:echo done'], { stdin: 'pipe' });
    await new Promise((resolve) => sleeper.child.stdout?.once('end', resolve));
    t.equal(sleeper.stdout, 'done\n');
    t.equal(sleeper.child.exitCode, null);
    sleeper.child.stdin?.end();
    t.equal((await sleeper.ended).status, 0);
  });
  t.test('one output for many connections', async (t) => {
    const collector = bridge(t, ['-dd', '-u', `tcp-l:0,${LOCAL},fork`, '-']);
    const port = await collector.port();
    for (const line of ['one\n', 'two\n', 'three\n']) {
      const socket = await dial(t, port);
      socket.end(line);
      await all(socket.resume());
    }
    await eventually(() => collector.stdout.length === 14);
    t.equal(collector.stdout, 'one\ntwo\nthree\n');
    const chat = bridge(t, ['-dd', '-', `tcp-l:0,${LOCAL},fork`], { stdin: 'pipe' });
    const chatPort = await chat.port();
    const first = await dial(t, chatPort);
    await chat.until(/starting data transfer/);
    chat.child.stdin?.write('for the first');
    await new Promise((resolve) =>
      first.once('data', (piece) => resolve(t.equal(piece.toString(), 'for the first'))),
    );
    const second = await dial(t, chatPort);
    await eventually(() => (chat.log.match(/starting data transfer/g) ?? []).length === 2);
    first.end('bye');
    first.destroy();
    await sleep(200);
    chat.child.stdin?.write('for the second');
    await new Promise((resolve) =>
      second.once('data', (piece) => resolve(t.equal(piece.toString(), 'for the second'))),
    );
    t.equal(chat.stdout, 'bye');
  });
  t.test('a dual address, descriptors and the echo', async (t) => {
    const dual = await run(process.execPath, ['bin/sockbridge.js', 'STDIN!!STDOUT', 'PIPE'], {
      input: 'round',
    });
    t.match(dual, { status: 0, stdout: 'round', stderr: '' });
    const numbers = await run(process.execPath, ['bin/sockbridge.js', '0!!1', 'PIPE'], { input: 'numbers' });
    t.match(numbers, { status: 0, stdout: 'numbers', stderr: '' });
    const backwards = await run(process.execPath, ['bin/sockbridge.js', '-U', 'STDOUT', 'STDIN'], {
      input: 'backwards',
    });
    t.match(backwards, { status: 0, stdout: 'backwards', stderr: '' });
  });
});

t.test('programs', async (t) => {
  const words = await run(process.execPath, [
    'bin/sockbridge.js',
    '-u',
    `EXEC:'printf <%s> "a  b" c,d'`,
    'STDOUT',
  ]);
  t.match(words, { status: 0, stdout: '<a  b><c,d>' });
  const shell = await run(process.execPath, ['bin/sockbridge.js', '-u', 'SHELL:echo $0', 'STDOUT'], {
    env: { ...process.env, SHELL: '/bin/sh', NODE_OPTIONS: '' },
  });
  t.match(shell, { status: 0, stdout: 'sh\n' }, 'argument 0 is the last part of the path, as in socat');
  // It closes its output and is still at work: it is waited for, and what it then says is heard.
  const late = await run(
    process.execPath,
    ['bin/sockbridge.js', '-', 'SYSTEM:exec >&-; sleep 0.5; echo late >&2; exit 4'],
    { input: '' },
  );
  t.match(late, { status: 1, stderr: /late\n.*child \d+ exited with status 4/s });
  // It neither ends nor listens to SIGTERM: it is not waited for without end.
  const stubborn = await run(process.execPath, [
    'bin/sockbridge.js',
    '-t',
    '0.2',
    '-',
    `SYSTEM:'trap "" TERM; exec >&- 2>&-; sleep 5'`,
  ]);
  t.match(stubborn, {
    status: 1,
    stderr: /E SYSTEM:.*: child \d+ does not end by SIGTERM; it is left to itself/,
  });
  // It does not read what it is sent, and answers all the same.
  const deaf = await run(
    process.execPath,
    ['bin/sockbridge.js', '-', 'SYSTEM:exec <&-; sleep 0.3; echo answer'],
    { input: 'x'.repeat(1 << 20) },
  );
  t.equal(deaf.stdout, 'answer\n');
  t.equal(deaf.status, 1, 'what could not be written is an error');
});

t.test('shut-none, shut-close and ignoreeof on sockets', async (t) => {
  const path = join(folder(t), 's');
  /** Of each connection, whether it had seen an end when it answered. */
  const ended: boolean[] = [];
  await backend(t, path, (socket) => {
    socket.resume();
    setTimeout(() => {
      ended.push(socket.readableEnded);
      socket.end('answer');
    }, 600);
  });
  const ask = async (options: string, listen = ''): Promise<[text: string, ended: boolean | undefined]> => {
    ended.length = 0;
    const started = bridge(t, ['-dd', `tcp-l:0,${LOCAL}${listen}`, `unix:${path}${options}`]);
    const socket = await dial(t, await started.port());
    socket.end('question');
    const { text } = await all(socket);
    await eventually(() => ended.length > 0);
    return [text, ended[0]];
  };
  t.strictSame(
    await ask(',shut-none'),
    ['answer', false],
    'shut-none: the backend sees no end before it has answered',
  );
  t.strictSame(await ask('', ',ignoreeof'), ['answer', false], 'ignoreeof on the listener: likewise');
  t.strictSame(await ask(',shut-down'), ['answer', true], 'shut-down, as without');
  t.strictSame(await ask(',shut-close'), ['', true], 'shut-close: nothing more is heard of it');
});

/** Runs one bridge with data and gives its log. */
async function dumped(t: Test, args: readonly string[]): Promise<BridgeProcess> {
  const started = bridge(t, args, { stdin: 'pipe' });
  started.child.stdin?.end('hello\tworld\r\n\x00\x01second line');
  await started.ended;
  return started;
}

t.test('dumps go to standard error as the data goes by', async (t) => {
  const text = await dumped(t, ['-v', '-', 'SYSTEM:cat >/dev/null; echo bye']);
  t.match(
    text.log,
    /^> \d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d\.\d{9} {2}length=26 from=0 to=25\nhello\tworld\\r\n\.\.second line/,
  );
  t.match(text.log, /< .* {2}length=4 from=0 to=3\nbye\n$/);
  t.equal(text.stdout, 'bye\n');
  const small = await dumped(t, ['-x', '-b', '16', '-u', '-', 'SYSTEM:cat >/dev/null']);
  t.match(small.log, /length=16 from=0 to=15\n/);
  t.match(small.log, /length=10 from=16 to=25\n/);
});

t.test('the examples of the page and of --help', async (t) => {
  const dir = folder(t);
  const ports: Record<string, number> = {};
  for (const port of ['6666', '6379', '8080', '1313', '5140', '4433', '5514', '3128', '5432'])
    ports[port] = await freePort();
  // What stands behind: a database and an application that echo, a redis that knows one word.
  const mysqld = join(dir, 'mysqld.sock');
  const app = join(dir, 'app.sock');
  const redis = createServer((socket) => void socket.on('data', () => socket.end('+PONG\r\n')));
  await new Promise<void>((resolve) => redis.listen(ports['6379'], '127.0.0.1', resolve));
  t.teardown(() => redis.close());
  await backend(t, mysqld, echo);
  await backend(t, app, echo);
  const group = process.getgid?.() ?? 0;
  const made = folder(t);
  await makeCertificates(made);
  const NAMES: Readonly<Record<string, string>> = { server: 'server', client: 'other' };
  // A proxy that takes every host for the redis.
  const proxy = createServer((socket) => {
    socket.once('data', () => {
      socket.write('HTTP/1.0 200 OK\r\n\r\n');
      const out = connect({ port: ports['6379'] ?? 0, host: '127.0.0.1' });
      socket.pipe(out).pipe(socket);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(ports['3128'], '127.0.0.1', resolve));
  t.teardown(() => proxy.close());
  /** The command as it stands, but for paths and ports that are free here; and a group that we may give. */
  const here = (command: string): string =>
    command
      .replace('/var/run/mysqld/mysqld.sock', mysqld)
      .replaceAll('/run/app.sock', app)
      .replace('/run/redis.sock', join(dir, 'redis.sock'))
      .replace('group=www-data', `group=${group}`)
      .replace('all.log', join(dir, 'all.log'))
      // Of the two, the second is there.
      .replace('tcp:10.0.0.1:5432', 'tcp:127.0.0.1:1')
      .replace('tcp:10.0.0.2:5432', 'tcp:127.0.0.1:6379')
      .replace(
        /=(server|client)\.(pem|key)/g,
        (_, who: string, what: string) => `=${join(made, `${NAMES[who]}.${what}`)}`,
      )
      .replace(/cafile=(?:ca|clients)\.pem/, `cafile=${join(made, 'authority.pem')}`)
      .replace(/\b(6666|6379|8080|1313|5140|4433|5514|3128|5432)\b/g, (port) => String(ports[port]));
  const begin = async (command: string, ready: RegExp | undefined): Promise<BridgeProcess> => {
    const child = spawn('bash', ['-c', `exec ${here(command)}`], {
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    t.teardown(() => child.kill('SIGKILL'));
    const started = new BridgeProcess(child);
    if (ready !== undefined) await started.until(ready);
    return started;
  };
  const ask = async (where: number | string, text: string): Promise<string> => {
    let socket: Socket | undefined;
    for (let tries = 0; socket === undefined; tries++) {
      socket = await dial(t, where).catch(() => undefined);
      if (tries > 100) throw new Error(`nobody listens at ${where}`);
      if (socket === undefined) await sleep(50);
    }
    socket.end(text);
    return (await all(socket)).text;
  };
  let tls: BridgeProcess | undefined;
  const runs: readonly (readonly [beginning: string, run: (command: string) => Promise<void>])[] = [
    [
      'sockbridge -v tcp-l:6666',
      async (command) => {
        const started = await begin(command, undefined);
        t.equal(await ask(ports['6666'] ?? 0, 'the seed'), 'the seed');
        await started.until(/> .* {2}length=8 from=0 to=7\nthe seed< .* {2}length=8 from=0 to=7\nthe seed/);
        await started.stop();
      },
    ],
    [
      'sockbridge unix-l:/run/redis.sock',
      async (command) => {
        const started = await begin(command, undefined);
        t.equal(await ask(join(dir, 'redis.sock'), 'PING\r\n'), '+PONG\r\n');
        t.equal(lstatSync(join(dir, 'redis.sock')).mode & 0o777, 0o660);
        await started.stop();
      },
    ],
    [
      'sockbridge - tcp:127.0.0.1:6379',
      async (command) => {
        const { stdout, status } = await run('bash', ['-c', here(command)], { input: 'PING\r\n' });
        t.strictSame([stdout, status], ['+PONG\r\n', 0]);
      },
    ],
    [
      'sockbridge tcp-l:8080,fork unix:/run/app.sock,retry=60',
      async (command) => {
        const started = await begin(command, undefined);
        t.equal(await ask(ports['8080'] ?? 0, 'an app'), 'an app');
        await started.stop();
      },
    ],
    [
      'sockbridge -dd tcp-l:8080,fork,range=10.0.0.0/8',
      async (command) => {
        const started = await begin(command, /listening/);
        t.equal(await ask(ports['8080'] ?? 0, 'a stranger'), '');
        t.match(started.log, /W refusing connection from AF=2 127\.0\.0\.1:\d+ due to range option/);
        await started.stop();
      },
    ],
    [
      'sockbridge --targets failover tcp-l:5432',
      async (command) => {
        const started = await begin(command, undefined);
        t.equal(await ask(ports['5432'] ?? 0, 'PING\r\n'), '+PONG\r\n');
        await started.stop();
      },
    ],
    [
      'sockbridge tcp-l:1313',
      async (command) => {
        const started = await begin(command, undefined);
        t.match(await ask(ports['1313'] ?? 0, ''), /UTC/);
        await started.stop();
      },
    ],
    [
      'sockbridge -u tcp-l:5140',
      async (command) => {
        const started = await begin(command, undefined);
        for (const line of ['one\n', 'two\n']) await ask(ports['5140'] ?? 0, line);
        t.ok(await eventually(() => readFileSync(join(dir, 'all.log'), 'utf8') === 'one\ntwo\n'));
        await started.stop();
      },
    ],
    [
      'sockbridge ssl-l:4433',
      async (command) => {
        tls = await begin(command, undefined);
        t.equal(tls.child.exitCode, null);
      },
    ],
    [
      'sockbridge tcp-l:6666,bind=127.0.0.1,fork ssl:localhost:4433',
      async (command) => {
        const started = await begin(command, undefined);
        t.equal(await ask(ports['6666'] ?? 0, 'PING\r\n'), '+PONG\r\n');
        await started.stop();
        await tls?.stop();
      },
    ],
    [
      'sockbridge -v -u udp-recv:5514',
      async (command) => {
        const started = await begin(command, undefined);
        const sender = createSocket('udp4');
        const timer = setInterval(() => sender.send('a line\n', ports['5514'] ?? 0, '127.0.0.1'), 100);
        t.teardown(() => clearInterval(timer));
        await started.until(/> .* {2}length=7 from=0 to=6\na line\n/, 20);
        clearInterval(timer);
        sender.close();
        await started.stop();
      },
    ],
    [
      'sockbridge - proxy:localhost:db.example:6379',
      async (command) => {
        const { stdout, status } = await run('bash', ['-c', here(command)], { input: 'PING\r\n' });
        t.strictSame([stdout, status], ['+PONG\r\n', 0]);
      },
    ],
    [
      'systemd-socket-activate',
      async (command) => {
        const started = await begin(command, /Listening on/);
        t.equal(await ask(ports['6666'] ?? 0, 'activated'), 'activated');
        await started.stop();
      },
    ],
  ];
  const page = readFileSync('man/sockbridge.1', 'utf8');
  const shown = [...page.matchAll(/^\.Dl \$ (.+)$/gm)].map(([, command]) =>
    (command ?? '').replaceAll('\\e', '\\'),
  );
  t.ok(shown.length >= 8, 'the page has examples');
  const commands = new Set([...shown, ...program.examples.map(({ command }) => command)]);
  const unused = new Set(runs);
  for (const command of commands) {
    const found = runs.find(([beginning]) => command.startsWith(beginning));
    if (found === undefined) {
      t.fail(`nobody runs: ${command}`);
      continue;
    }
    unused.delete(found);
    t.comment(command);
    await found[1](command);
  }
  t.equal(unused.size, 0, 'and every run here is of an example');
});
