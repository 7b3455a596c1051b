// `npm run fuzz -- SECONDS [SEED [TARGET ...]]`: every reader of the suite over texts made of what it takes, for so long. The readers
// run in a thread of their own, since one that hangs can't be stopped from inside; what is being read can be made again
// from the seed and its number. Ends with 1 if anything was found.

import { Worker } from 'node:worker_threads';
import { makeText, Random } from './random.ts';
import { targets } from './targets.ts';

/** A text is at most 100 kB and reads in a fraction of a millisecond; what takes so long (in ms) hangs, or grows too fast. */
const HANG = 20_000;

const [seconds = 60, seed = Date.now() % 1_000_000, ...only] = process.argv
  .slice(2)
  .map((word, index) => (index < 2 ? Number(word) : word));
const shared = new SharedArrayBuffer(8);
/** Which target is at work, and on which input of it. */
const place = new Int32Array(shared);
const names = only.map(String);
const worker = new Worker(new URL('worker.ts', import.meta.url), {
  workerData: { shared, seconds: Number(seconds), seed: Number(seed), names },
});
let last = '';
let since = Date.now();
const watch = setInterval(() => {
  const now = `${Atomics.load(place, 0)} ${Atomics.load(place, 1)}`;
  if (now !== last) {
    last = now;
    since = Date.now();
  } else if (Date.now() - since > HANG) {
    const target = targets[Atomics.load(place, 0)];
    if (target !== undefined) {
      const text = makeText(new Random(Number(seed) ^ Atomics.load(place, 1)), target.corpus, target.words);
      process.stdout.write(`${target.name}: hangs on ${JSON.stringify(text)}\n`);
    }
    process.exitCode = 1;
    void worker.terminate();
  }
}, 1000);
worker.on('message', (line: unknown) => process.stdout.write(`${String(line)}\n`));
worker.on('error', (error) => {
  process.stdout.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  process.exitCode = 1;
});
worker.on('exit', (code) => {
  clearInterval(watch);
  if (code !== 0) process.exitCode = 1;
});
