// The relay against socat, side by side: bulk through one connection each way, and connections that ask, are answered and
// close. TCP on 127.0.0.1 in front, a unix socket behind.
//
// The load is no Node program where bytes are moved: both ends of a bulk transfer are dd(1) with blocks of 256 KiB, handed
// the sockets as standard input and output. The connections are made by one process and answered by another. `direct`
// does the same without a relay, which shows what the load itself can do.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { benchEnv, compare, machine, table } from './frame.ts';

const ROUNDS = 5;
const BLOCK = 262144;
const BULK_BLOCKS = 4096; // 1 GiB
const REQUEST = 64;
const RATE_SECONDS = 1.5;
/** Clock ticks of /proc/PID/stat: sysconf(_SC_CLK_TCK), 100 on every Linux that Debian has. */
const TICKS = 100;

/** A relay command; `{port}` and `{path}` are put in. */
interface Relay {
  readonly name: string;
  readonly command: readonly string[];
}

const RELAYS: readonly Relay[] = [
  {
    name: 'socat',
    command: ['socat', 'TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=4096', 'UNIX-CONNECT:{path}'],
  },
  {
    name: 'socat -b 65536',
    command: [
      'socat',
      '-b',
      '65536',
      'TCP-LISTEN:{port},bind=127.0.0.1,reuseaddr,fork,backlog=4096',
      'UNIX-CONNECT:{path}',
    ],
  },
  {
    name: 'sockbridge',
    command: ['sockbridge', 'tcp-l:{port},bind=127.0.0.1,reuseaddr,fork', 'unix:{path}'],
  },
];

/** A relay at work, or none: where to connect to. */
interface Running {
  readonly name: string;
  readonly where: { readonly port: number; readonly host: string } | { readonly path: string };
  readonly pid: number | undefined;
}

/** Processor time of a process and of those of its children that it has waited for, in seconds. */
function cpu(pid: number | undefined): number {
  if (pid === undefined) return Number.NaN;
  // Children that are still there count too: socat's last ones.
  const own = ticks(pid, 4);
  const living = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && parentOf(entry) === pid)
    .reduce((sum, entry) => sum + ticks(Number(entry), 2), 0);
  return (own + living) / TICKS;
}

function stat(pid: number | string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

function ticks(pid: number, fields: number): number {
  return stat(pid)
    .slice(11, 11 + fields)
    .reduce((sum, field) => sum + Number(field), 0);
}

function parentOf(pid: string): number {
  return Number(stat(pid)[1]);
}

/** A connected socket, nothing of it read. */
function dial(where: Running['where']): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ ...where, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

/** dd as one end of a socket; the socket is the child's from then on. */
function dd(socket: Socket, way: 'read' | 'write'): Promise<void> {
  const args =
    way === 'read'
      ? ['of=/dev/null', `bs=${BLOCK}`]
      : ['if=/dev/zero', `bs=${BLOCK}`, `count=${BULK_BLOCKS}`];
  const child = spawn('dd', args, {
    stdio: [way === 'read' ? socket : 'ignore', way === 'write' ? socket : 'ignore', 'ignore'],
  });
  socket.on('error', () => undefined);
  child.once('spawn', () => socket.destroy());
  return new Promise((resolve) => child.once('close', () => resolve()));
}

/** Carries 1 GiB and gives MB/s, as the receiver's end of it says. */
async function bulk(
  running: Running,
  way: 'up' | 'down',
  path: string,
  spent: Map<string, number[]>,
): Promise<number> {
  let ended: Promise<void> = Promise.resolve();
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    ended = dd(socket, way === 'up' ? 'read' : 'write');
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const before = cpu(running.pid);
  const socket = await dial(running.where);
  socket.pause();
  const start = process.hrtime.bigint();
  await dd(socket, way === 'up' ? 'write' : 'read');
  await ended;
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  await new Promise((resolve) => server.close(resolve));
  const bytes = BLOCK * BULK_BLOCKS;
  await new Promise((resolve) => setTimeout(resolve, 50));
  note(spent, running.name, (cpu(running.pid) - before) / (bytes / 1e9));
  return bytes / 1e6 / seconds;
}

function note(spent: Map<string, number[]>, name: string, figure: number): void {
  spent.set(name, [...(spent.get(name) ?? []), figure]);
}

/** Connections a second, so many at once. */
async function rate(
  running: Running,
  clients: ChildProcess,
  atOnce: number,
  spent: Map<string, number[]>,
): Promise<number> {
  const before = cpu(running.pid);
  const done = await new Promise<number>((resolve) => {
    clients.once('message', (count) => resolve(Number(count)));
    clients.send({ where: running.where, atOnce });
  });
  await new Promise((resolve) => setTimeout(resolve, 50));
  note(spent, running.name, ((cpu(running.pid) - before) / done) * 1e6);
  return done / RATE_SECONDS;
}

/** The process that asks: told where and how many at once, it tells how many were answered. */
function askForEver(): void {
  const request = Buffer.alloc(REQUEST, 'x');
  process.on('message', (message: { where: Running['where']; atOnce: number }) => {
    const end = performance.now() + RATE_SECONDS * 1000;
    let done = 0;
    let open = 0;
    const next = (): void => {
      if (performance.now() >= end) {
        if (open === 0) process.send?.(done);
        return;
      }
      open++;
      const socket = connect({ ...message.where, noDelay: true }, () => socket.write(request));
      let got = 0;
      socket.on('data', (piece) => {
        got += piece.length;
        if (got === REQUEST) socket.end();
      });
      socket.on('error', () => undefined);
      socket.on('close', () => {
        open--;
        if (got === REQUEST) done++;
        next();
      });
    };
    for (let i = 0; i < message.atOnce; i++) next();
  });
}

/** The process that answers: what comes goes back. */
function answerForEver(path: string): void {
  createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (piece) => socket.write(piece));
  }).listen({ path, backlog: 4096 }, () => process.send?.('listening'));
}

async function main(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const path = join(folder, 'b');
  const self = fileURLToPath(import.meta.url);
  const children: ChildProcess[] = [];
  try {
    console.log(machine());
    const running: Running[] = [];
    for (const [index, { name, command }] of RELAYS.entries()) {
      const port = 42100 + index;
      const [program = '', ...args] = command.map((word) =>
        word.replace('{port}', String(port)).replace('{path}', path),
      );
      const child = spawn(program, args, { env: benchEnv(), stdio: ['ignore', 'inherit', 'inherit'] });
      children.push(child);
      running.push({ name, where: { port, host: '127.0.0.1' }, pid: child.pid });
    }
    running.push({ name: 'direct', where: { path }, pid: undefined });
    await new Promise((resolve) => setTimeout(resolve, 500));
    for (const way of ['up', 'down'] as const) {
      const spent = new Map<string, number[]>();
      const rows = await compare(
        running.map((each) => ({ name: each.name, run: () => bulk(each, way, path, spent) })),
        ROUNDS,
      );
      console.log(table(`bulk ${way}, 1 connection`, 'MB/s', rows));
      console.log(spendings('CPU of the relay', 's/GB', spent));
    }
    const answers = fork(self, ['answer', path], { env: benchEnv() });
    children.push(answers);
    await new Promise((resolve) => answers.once('message', resolve));
    const clients = fork(self, ['ask'], { env: benchEnv() });
    children.push(clients);
    for (const atOnce of [1, 16]) {
      const spent = new Map<string, number[]>();
      const rows = await compare(
        running.map((each) => ({ name: each.name, run: () => rate(each, clients, atOnce, spent) })),
        ROUNDS,
      );
      console.log(table(`connect, ask, close, ${atOnce} at once`, 'per s', rows));
      console.log(spendings('CPU of the relay', 'us per connection', spent));
    }
  } finally {
    for (const child of children) child.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The relay's own processor time in one line, the first (warming) round left out. */
function spendings(title: string, unit: string, spent: ReadonlyMap<string, readonly number[]>): string {
  const parts = [...spent].flatMap(([name, figures]) => {
    const sorted = figures.slice(1).sort((a, b) => a - b);
    const middle = sorted[sorted.length >> 1] ?? Number.NaN;
    return Number.isNaN(middle) ? [] : [`${name} ${middle >= 10 ? middle.toFixed(0) : middle.toFixed(2)}`];
  });
  return `${title}, ${unit}: ${parts.join(', ')}\n`;
}

const [role, path] = process.argv.slice(2);
if (role === 'ask') askForEver();
else if (role === 'answer' && path !== undefined) {
  try {
    unlinkSync(path);
  } catch {
    // Nothing was left there.
  }
  answerForEver(path);
} else await main();
