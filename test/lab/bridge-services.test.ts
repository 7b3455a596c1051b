// The bridge in front of what people put behind it: a real MariaDB that listens on its socket only, reached over TCP by
// the line that the suite began with; and sockets that systemd hands over.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, run } from '../spawn.ts';
import { all, BridgeProcess, backend, dial, eventually, folder, freePort, type Test } from './bridge-lab.ts';

/** What keeps a lab from running: a program that is not there. */
function missing(...programs: readonly string[]): { skip?: string } {
  const absent = programs.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0);
  return absent.length === 0 ? {} : { skip: `not installed: ${absent.join(', ')}` };
}

const root = process.getuid?.() === 0;

/** A database server of its own, without network; ended with the test. */
async function mariadb(t: Test): Promise<{ readonly socket: string; readonly server: ChildProcess }> {
  const dir = folder(t);
  const data = join(dir, 'data');
  const user = root ? ['--user=mysql'] : [];
  if (root) spawnSync('chown', ['mysql', dir]);
  const made = await run('mariadb-install-db', [
    '--no-defaults',
    ...user,
    `--datadir=${data}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stdout}${made.stderr}`);
  const socket = join(dir, 'mysqld.sock');
  const log = join(dir, 'log');
  const output = openSync(log, 'w');
  const server = spawn(
    'mariadbd',
    [
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--socket=${socket}`,
      `--pid-file=${join(dir, 'pid')}`,
      '--skip-networking',
      '--innodb-flush-log-at-trx-commit=0',
      '--max-allowed-packet=64M',
    ],
    { env: { ...cleanEnv(), PATH: `${process.env['PATH']}:/usr/sbin` }, stdio: ['ignore', output, output] },
  );
  closeSync(output);
  t.teardown(async () => {
    server.kill('SIGKILL');
  });
  const up = await eventually(
    () =>
      spawnSync('mariadb', ['--no-defaults', '-u', 'root', `--socket=${socket}`, '-e', 'SELECT 1']).status ===
      0,
    30,
  );
  if (!up) throw new Error(`mariadbd did not start:\n${readFileSync(log, 'utf8')}`);
  return { socket, server };
}

/** What a client prints, as a sum and a number of bytes. */
function summed(
  args: readonly string[],
): Promise<{ sum: string; bytes: number; status: number | null; stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('mariadb', ['--no-defaults', '-u', 'root', '--batch', '--quick', ...args], {
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hash = createHash('sha256');
    let bytes = 0;
    let stderr = '';
    child.stdout.on('data', (piece: Buffer) => {
      hash.update(piece);
      bytes += piece.length;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('close', (status) => resolve({ sum: hash.digest('hex'), bytes, status, stderr }));
  });
}

t.test(
  'MariaDB with skip-networking over TCP, by the line of the seed with another word in front',
  missing('mariadb', 'mariadbd', 'mariadb-install-db'),
  async (t) => {
    const { socket, server } = await mariadb(t);
    const direct = [`--socket=${socket}`];
    // 100,000 rows of a kilobyte, no two alike.
    const fill = await summed([
      ...direct,
      '-e',
      "CREATE DATABASE b; USE b; CREATE TABLE b.t (id INT PRIMARY KEY, text VARCHAR(1100)) CHARACTER SET latin1; INSERT INTO b.t SELECT seq, REPEAT(CONCAT(MD5(seq), SHA1(seq), '\\t\\\\n'), 14) FROM seq_1_to_100000",
    ]);
    t.equal(fill.status, 0, fill.stderr);
    const port = await freePort();
    const line = ['-v', `tcp-l:${port},reuseaddr,fork`, `unix:${socket}`];
    // -v writes every byte to standard error: away with it, but written it is.
    const nowhere = openSync('/dev/null', 'w');
    const started = spawn(process.execPath, ['bin/sockbridge.js', ...line], {
      env: cleanEnv(),
      stdio: ['ignore', 'ignore', nowhere],
    });
    t.teardown(() => started.kill('SIGKILL'));
    closeSync(nowhere);
    const bridged = ['--host=127.0.0.1', `--port=${port}`, '--protocol=tcp'];
    await eventually(
      () => spawnSync('mariadb', ['--no-defaults', '-u', 'root', ...bridged, '-e', 'SELECT 1']).status === 0,
    );
    const who = await run('mariadb', [
      '--no-defaults',
      '-u',
      'root',
      ...bridged,
      '-N',
      '-e',
      'SELECT CURRENT_USER(), @@skip_networking',
    ]);
    t.equal(who.stdout, 'root@localhost\t1\n', 'the client has logged in, and the server has no network');
    const query = ['-e', 'SELECT * FROM b.t ORDER BY id'];
    const [through, straight] = [await summed([...bridged, ...query]), await summed([...direct, ...query])];
    t.ok(straight.bytes > 100_000_000, `${straight.bytes} bytes`);
    t.strictSame(through, straight, 'the table is the same through the bridge and without it');
    const hung = summed([...bridged, '-e', 'SELECT SLEEP(60)']);
    const busy = await eventually(() =>
      spawnSync('mariadb', ['--no-defaults', '-u', 'root', '-N', ...direct, '-e', 'SHOW PROCESSLIST'], {
        encoding: 'utf8',
      }).stdout.includes('SLEEP(60)'),
    );
    t.ok(busy, 'the query is running');
    const began = Date.now();
    server.kill('SIGKILL');
    const lost = await hung;
    t.not(lost.status, 0);
    t.match(lost.stderr, /ERROR 2013 .*Lost connection/, 'the client is told when the server is killed');
    t.ok(Date.now() - began < 10_000, 'at once, not after its own time');
    t.equal(started.exitCode, null, 'and the bridge goes on');
  },
);

/** A bridge under systemd-socket-activate. */
function activated(t: Test, listen: readonly string[], args: readonly string[]): BridgeProcess {
  const child = spawn(
    'systemd-socket-activate',
    [...listen, process.execPath, 'bin/sockbridge.js', ...args],
    {
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.teardown(() => child.kill('SIGKILL'));
  return new BridgeProcess(child);
}

t.test('sockets that systemd hands over', missing('systemd-socket-activate'), async (t) => {
  const dir = folder(t);
  chmodSync(dir, 0o755);
  const path = join(dir, 'backend');
  await backend(t, path, (socket) => void socket.pipe(socket));

  t.test('one TCP socket, from its first connection on', async (t) => {
    const port = await freePort();
    const process = activated(
      t,
      ['-l', `127.0.0.1:${port}`],
      ['-dd', 'SD-LISTEN,fork,range=127.0.0.1/32', `unix:${path}`],
    );
    await process.until(/Listening on/);
    const sockets = await Promise.all([1, 2, 3].map(() => dial(t, port)));
    for (const [index, socket] of sockets.entries()) {
      socket.end(`client ${index}`);
      t.equal((await all(socket)).text, `client ${index}`);
    }
    t.match(process.log, new RegExp(`N listening on AF=2 127.0.0.1:${port}`), 'the place is told');
    t.strictSame(await process.stop(), { status: null, signal: 'SIGTERM' });
  });

  t.test('of two sockets the one that is named; the path is left to whoever made it', async (t) => {
    const listening = join(dir, 'listening');
    const process = activated(
      t,
      ['-l', `127.0.0.1:${await freePort()}`, '-l', listening, '--fdname=web:db'],
      ['-dd', 'sd-listen:db,fork', 'system:env | grep -c ^LISTEN_; ls /proc/self/fd | wc -l'],
    );
    await process.until(/Listening on .*listening/);
    const socket = await dial(t, listening);
    const { text } = await all(socket);
    t.match(text, /^0\n[3-5]\n$/, 'the program behind it inherits neither the variables nor the sockets');
    t.match(process.log, new RegExp(`N listening on AF=1 "${listening}"`), 'its path is known from /proc');
    await process.stop();
    t.ok(existsSync(listening));
  });

  t.test('what is wrong is said', async (t) => {
    const two = ['-l', `127.0.0.1:${await freePort()}`, '-l', `127.0.0.1:${await freePort()}`];
    const rows: readonly (readonly [readonly string[], string, RegExp])[] = [
      [
        [...two, '--fdname=a:b'],
        'SD-LISTEN',
        /E SD-LISTEN: 2 sockets were handed over: choose one by name \(SD-LISTEN:a, SD-LISTEN:b\)/,
      ],
      [
        [...two, '--fdname=a:b'],
        'SD-LISTEN:c',
        /E SD-LISTEN:c: no socket of that name was handed over; there are: a, b/,
      ],
      [
        [...two, '--fdname=a:a'],
        'SD-LISTEN:a',
        /E SD-LISTEN:a: several sockets of that name were handed over/,
      ],
    ];
    for (const [listen, address, pattern] of rows) {
      const port = Number(listen[1]?.split(':')[1]);
      const process = activated(t, listen, [address, 'PIPE']);
      await process.until(/Listening on[\s\S]*Listening on/);
      (await dial(t, port)).end();
      t.equal((await process.ended).status, 1);
      t.match(process.log, pattern);
    }
    const other = await run(process.execPath, ['bin/sockbridge.js', 'SD-LISTEN', 'PIPE'], {
      env: cleanEnv({ LISTEN_FDS: '1', LISTEN_PID: '1' }),
    });
    t.match(
      other,
      { status: 1, stderr: /the sockets were handed over to process 1, and this is \d+/ },
      'variables that another process left behind',
    );
    // Accept=yes hands over a connection, and a file is no socket at all.
    const file = openSync('package.json', 'r');
    const child = spawn(
      'sh',
      ['-c', `LISTEN_FDS=1 LISTEN_PID=$$ exec ${process.execPath} bin/sockbridge.js SD-LISTEN PIPE`],
      {
        env: cleanEnv(),
        stdio: ['ignore', 'ignore', 'pipe', file],
      },
    );
    const noSocket = new BridgeProcess(child);
    t.equal((await noSocket.ended).status, 1);
    t.match(noSocket.log, /E SD-LISTEN: descriptor 3: /);
    closeSync(file);
  });

  t.test('ACCEPT-FD takes one by its number, SD-LISTEN without fork one connection', async (t) => {
    for (const address of ['ACCEPT-FD:3', 'SD-LISTEN']) {
      const port = await freePort();
      const process = activated(t, ['-l', `127.0.0.1:${port}`], ['-dd', address, 'PIPE']);
      await process.until(/Listening on/);
      const socket = await dial(t, port);
      socket.end(address);
      t.equal((await all(socket)).text, address);
      t.strictSame(await process.ended, { status: 0, signal: null });
    }
  });
});
