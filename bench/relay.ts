// The relay beside its peers, in one run and by turns: bulk, connections that ask once and close, round trips, idle
// connections, starting. The load is load.c, compiled here; the peers are in peers.ts. Each peer is started for a direction
// and ended after it; `direct` is the load without a relay.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, type Contender, compare, machine, table } from './frame.ts';
import { BARE_NODE, type Peer, type Place, peersHere, SOCKBRIDGE } from './peers.ts';

const ROUNDS = 5;
const BULK = 512 * 1024 * 1024;
const SECONDS = 0.7;
/** Clock ticks of /proc/PID/stat: sysconf(_SC_CLK_TCK), 100 on every Linux that Debian has. */
const TICKS = 100;

const folder = mkdtempSync(join(tmpdir(), 'relay-bench-'));
const load = join(folder, 'load');
const env = benchEnv();
const children = new Set<ChildProcess>();
/** Below the ports that the kernel gives to connections (ip_local_port_range): none of these is taken by chance. */
let ports = 21_100;

/** What a direction is made of: kinds of the two ends, and how much is asked of it. */
const DIRECTIONS = [
  { title: 'TCP to unix', front: 'port', back: 'path', whole: true },
  { title: 'unix to TCP', front: 'path', back: 'port', whole: false },
  { title: 'TCP to TCP', front: 'port', back: 'port', whole: false },
] as const;

interface Running {
  readonly name: string;
  readonly where: Place;
  readonly pid: number | undefined;
  readonly peer: Peer | undefined;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function place(kind: 'port' | 'path', name: string): Place {
  return kind === 'port' ? { port: ports++ } : { path: join(folder, name) };
}

function addressOf(where: Place): string {
  return 'port' in where ? `tcp:${where.port}` : `unix:${where.path}`;
}

function begin(command: readonly string[], stdout: 'ignore' | 'pipe' = 'ignore'): ChildProcess {
  const [program = '', ...words] = command;
  const child = spawn(program, words, { env, cwd: process.cwd(), stdio: ['ignore', stdout, 'ignore'] });
  children.add(child);
  child.on('close', () => children.delete(child));
  return child;
}

/** Ends it; relays that fork end their children by themselves or with their connections. */
function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 2000);
  return ended.finally(() => clearTimeout(timer));
}

/** One figure of the load, or NaN where the relay did not stand it. */
function figure(...words: readonly string[]): number {
  const { status, stdout } = spawnSync(load, words, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? Number.parseFloat(stdout) : Number.NaN;
}

/** The processes that a relay is made of: itself and its children. */
function family(pid: number): number[] {
  const all = [pid];
  for (const entry of readdirSync('/proc')) {
    if (/^\d+$/.test(entry) && Number(stat(entry)[1]) === pid) all.push(Number(entry));
  }
  return all;
}

function stat(pid: number | string): string[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return [];
  }
}

/** Processor seconds of a relay: its own, of the children that it has waited for, and of those that are there. */
function cpu(pid: number): number {
  const [own, ...others] = family(pid);
  const ticks = (process: number | undefined, fields: number): number =>
    stat(process ?? 0)
      .slice(11, 11 + fields)
      .reduce((sum, field) => sum + Number(field), 0);
  return (ticks(own, 4) + others.reduce((sum, child) => sum + ticks(child, 2), 0)) / TICKS;
}

/** Megabytes of a relay: each page counted by its share (PSS), as socat's children share most of theirs. */
function memory(pid: number): number {
  let kilobytes = 0;
  for (const process of family(pid)) {
    try {
      const text = readFileSync(`/proc/${process}/smaps_rollup`, 'utf8');
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(text)?.[1] ?? 0);
    } catch {
      // It has just ended.
    }
  }
  return kilobytes / 1024;
}

/** What a relay spent of the processor, each round of a figure. */
class Spent {
  readonly #figures = new Map<string, number[]>();

  /** Runs a measurement; `units` tells by its figure how many units the relay worked for. */
  async during(running: Running, work: () => number, units: (figure: number) => number): Promise<number> {
    const { pid } = running;
    if (pid === undefined) return work();
    const before = cpu(pid);
    const found = work();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const spent = (cpu(pid) - before) / units(found);
    this.#figures.set(running.name, [...(this.#figures.get(running.name) ?? []), spent]);
    return found;
  }

  line(title: string, scale: number): string {
    const parts = [...this.#figures].map(([name, figures]) => {
      const sorted = figures.slice(1).sort((a, b) => a - b);
      const middle = (sorted[sorted.length >> 1] ?? Number.NaN) * scale;
      return `${name} ${middle >= 10 ? middle.toFixed(0) : middle.toFixed(2)}`;
    });
    return `${title}: ${parts.join(', ')}\n`;
  }
}

async function bulk(running: readonly Running[], way: 'up' | 'down', count: number): Promise<void> {
  const spent = new Spent();
  const contenders = running.map((each) => ({
    name: each.name,
    run: () =>
      spent.during(
        each,
        () => figure(way, addressOf(each.where), String(count), String(Math.floor(BULK / count))),
        () => BULK / 1e9,
      ),
  }));
  print(table(`bulk ${way}, ${count} at once`, 'MB/s', await compare(contenders, ROUNDS)));
  print(spent.line('processor, s/GB', 1));
}

async function exchanges(running: readonly Running[], mode: 'rate' | 'ping', count: number): Promise<void> {
  const spent = new Spent();
  const contenders = running.map((each) => ({
    name: each.name,
    run: () =>
      spent.during(
        each,
        () => figure(mode, addressOf(each.where), String(count), String(SECONDS)),
        (found) => found * SECONDS,
      ),
  }));
  const title = mode === 'rate' ? 'connect, ask, close' : 'round trips';
  print(
    table(`${title}, ${count} at once`, mode === 'rate' ? 'per s' : 'us', await compare(contenders, ROUNDS)),
  );
  if (mode === 'rate') print(spent.line('processor, us a connection', 1e6));
}

/** So many connections that do nothing: whether all come, how long it takes, what they hold, whether all still answer. */
async function idle(running: readonly Running[], count: number): Promise<void> {
  print(
    `| ${count.toLocaleString('en-US')} idle connections | opened | in s | MB (PSS) | kB each | answered after |`,
  );
  print('|---|---|---|---|---|---|');
  for (const { name, where, pid, peer } of running) {
    if (pid === undefined || (count > 1000 && peer?.forks === true)) continue;
    const before = memory(pid);
    const child = spawn(load, ['idle', addressOf(where), String(count)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.add(child);
    const lines = child.stdout[Symbol.asyncIterator]();
    const opened = String((await lines.next()).value ?? '')
      .trim()
      .split(' ');
    const after = memory(pid);
    child.stdin.end('x');
    const answered = String((await lines.next()).value ?? '').trim();
    await new Promise((resolve) => child.once('close', resolve));
    children.delete(child);
    const each = ((after - before) * 1024) / Number(opened[0]);
    print(
      `| ${name} | ${opened[0]} | ${opened[1]} | ${after.toFixed(0)} | ${each.toFixed(1)} | ${answered} |`,
    );
    // Whatever a relay still has to tidy is not the next one's.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  print('');
}

/** From the start of a relay to the first answer through it, and one exchange from standard input to standard output. */
async function starting(peers: readonly Peer[], back: Place): Promise<void> {
  const contenders: Contender[] = peers.map((peer) => ({
    name: peer.name,
    run: async () => {
      const front = place('port', '');
      const from = process.hrtime.bigint();
      const child = begin(peer.command(front, back, folder));
      const { status } = spawnSync(load, ['wait', addressOf(front)], { stdio: 'ignore' });
      const took = Number(process.hrtime.bigint() - from) / 1e6;
      await end(child);
      return status === 0 ? took : Number.NaN;
    },
  }));
  const bare = contenders.findIndex(({ name }) => name === BARE_NODE.name);
  contenders.unshift(...contenders.splice(bare, 1));
  print(table('from its start to the first answer', 'ms', await compare(contenders, 9)));
  const path = 'path' in back ? back.path : '';
  const request = `E${' '.repeat(63)}`;
  const bareOnce = `const s = require('net').connect({ path: '${path}', allowHalfOpen: true }); process.stdin.pipe(s); s.pipe(process.stdout)`;
  const once = [
    ['node: net and pipe()', 'node', '-e', bareOnce],
    ['socat', 'socat', '-', `UNIX-CONNECT:${path}`],
    ['sockbridge', 'sockbridge', '-', `unix-connect:${path}`],
  ].map(([name = '', program = '', ...words]) => ({
    name,
    run: () => {
      const from = process.hrtime.bigint();
      const { stdout } = spawnSync(program, words, { env, input: request, encoding: 'utf8' });
      return stdout === request ? Number(process.hrtime.bigint() - from) / 1e6 : Number.NaN;
    },
  }));
  print(table('one exchange, - to unix', 'ms', await compare(once, 15)));
}

async function direction(
  { title, front, back, whole }: (typeof DIRECTIONS)[number],
  peers: readonly Peer[],
): Promise<void> {
  print(`## ${title}\n`);
  const backend = place(back, 'backend');
  const server = begin([load, 'serve', addressOf(backend)], 'pipe');
  await new Promise((resolve, reject) => {
    server.stdout?.once('data', resolve);
    server.once('close', () => reject(new Error(`nothing could listen at ${addressOf(backend)}`)));
  });
  if (whole) await starting(peers, backend);
  const running: Running[] = [];
  for (const [index, peer] of peers.entries()) {
    // Of the lesser directions only the ones that ratios are asked for.
    if (!whole && !/^(?:socat|HAProxy, 16|systemd|sockbridge)/.test(peer.name)) continue;
    const where = place(front, `front-${index}`);
    const child = begin(peer.command(where, backend, folder));
    spawnSync(load, ['wait', addressOf(where)], { stdio: 'ignore' });
    running.push({ name: peer.name, where, pid: child.pid, peer });
  }
  running.push({ name: 'direct', where: backend, pid: undefined, peer: undefined });
  for (const way of ['up', 'down'] as const) {
    await bulk(running, way, 1);
    if (whole) await bulk(running, way, 8);
  }
  const swift = running.filter(({ peer }) => peer?.slow !== true);
  for (const count of whole ? [1, 16, 64] : [16]) await exchanges(swift, 'rate', count);
  if (whole) {
    for (const count of [1, 16]) await exchanges(swift, 'ping', count);
    await idle(swift, 1000);
    await idle(swift, 9900);
  }
  await Promise.all([...children].map(end));
}

try {
  const built = spawnSync('gcc', ['-O2', '-o', load, 'bench/load.c'], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error('bench/load.c needs gcc (the Debian packages gcc and libc6-dev)');
  const { here, missing } = peersHere();
  print(`${machine()}\n`);
  if (missing.length > 0) print(`not here: ${missing.join(', ')}\n`);
  if (!here.includes(SOCKBRIDGE)) throw new Error('sockbridge is not built');
  for (const each of DIRECTIONS) await direction(each, here);
  print(machine());
} finally {
  await Promise.all([...children].map(end));
  rmSync(folder, { recursive: true, force: true });
}
