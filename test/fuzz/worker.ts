// The thread that the fuzzer's readers run in: takes the targets in turns, a slice of time each, and tells what it found.

import { parentPort, workerData } from 'node:worker_threads';
import { feed } from './feed.ts';
import { targets } from './targets.ts';

interface Order {
  readonly shared: SharedArrayBuffer;
  readonly seconds: number;
  readonly seed: number;
  readonly names: readonly string[];
}

const { shared, seconds, seed, names }: Order = workerData;
const place = new Int32Array(shared);
const say = (line: string): void => parentPort?.postMessage(line);
const chosen = targets.filter(({ name }) => names.length === 0 || names.includes(name));
const counts = chosen.map(() => 0);
const slowest = chosen.map(() => 0);
const found = new Set<string>();
const begun = performance.now();
const SLICE = 100;

while (performance.now() - begun < seconds * 1000) {
  for (const [index, target] of chosen.entries()) {
    Atomics.store(place, 0, targets.indexOf(target));
    for (const until = performance.now() + SLICE; performance.now() < until; ) {
      const number = counts[index] ?? 0;
      Atomics.store(place, 1, number);
      counts[index] = number + 1;
      const { flaw, ms } = feed(target, seed ^ number);
      slowest[index] = Math.max(slowest[index] ?? 0, ms);
      if (flaw === undefined || found.has(`${target.name} ${flaw.kind}`)) continue;
      found.add(`${target.name} ${flaw.kind}`);
      say(`${target.name}: ${flaw.what}\n  on ${JSON.stringify(flaw.text)}`);
    }
  }
}
for (const [index, target] of chosen.entries()) {
  const spent = (performance.now() - begun) / 1000 / chosen.length;
  const rate = Math.round((counts[index] ?? 0) / spent);
  say(
    `${target.name.padEnd(16)} ${String(counts[index]).padStart(10)} texts ${String(rate).padStart(8)}/s  slowest ${(slowest[index] ?? 0).toFixed(1)} ms`,
  );
}
const total = counts.reduce((sum, count) => sum + count, 0);
say(
  `seed ${seed}: ${total} texts in ${Math.round((performance.now() - begun) / 1000)} s, ${Math.round((total / (performance.now() - begun)) * 1000)}/s, ${found.size} findings`,
);
process.exitCode = found.size > 0 ? 1 : 0;
