// Longest match in large tables, in one process: how long a PrefixMap takes to be made, what it holds, what a look-up costs.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Address, AddressSetBuilder, Prefix, PrefixMap } from '../src/address/index.ts';
import { compare, machine, table } from './frame.ts';
import { numbers, shape } from './lists.ts';

const QUESTIONS = 1_000_000;
const ROUNDS = 9;

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** Bytes in use, on the heap and beside it. */
function inUse(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** In an order of their own, as of the entries of a hash. */
function shuffled<T>(items: readonly T[], next: () => number): T[] {
  return items
    .map((item) => ({ item, key: next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

async function measure(
  title: string,
  prefixes: readonly Prefix[],
  ask: (next: () => number) => Address,
): Promise<void> {
  const ordered = prefixes.map((prefix, value) => [prefix, value] as const);
  const mixed = shuffled(ordered, numbers(21));
  const before = inUse();
  const map = PrefixMap.of(ordered);
  const held = inUse() - before;
  print(`${title}: ${map.size} prefixes, ${(held / 1e6).toFixed(1)} MB beside the prefixes themselves`);
  const timed = (work: () => unknown): number => {
    const start = performance.now();
    work();
    return performance.now() - start;
  };
  const made = [
    { name: 'from a list in order', run: () => timed(() => PrefixMap.of(ordered)) },
    { name: 'from a list in no order', run: () => timed(() => PrefixMap.of(mixed)) },
  ];
  print(table(`making the map, ${title}`, 'ms', await compare(made, 5)));
  const next = numbers(11);
  const questions = Array.from({ length: QUESTIONS }, () => ask(next));
  const set = new AddressSetBuilder().addAll(prefixes).freeze();
  const each = (work: (address: Address) => boolean): number => {
    let found = 0;
    const took = timed(() => {
      for (const address of questions) if (work(address)) found++;
    });
    if (found === 0) throw new Error('nothing was found');
    return (took * 1e6) / QUESTIONS;
  };
  const asked = [
    { name: 'PrefixMap.lookup', run: () => each((address) => map.lookup(address) !== undefined) },
    { name: 'AddressSet.has', run: () => each((address) => set.has(address)) },
  ];
  print(table(`a look-up, ${title}`, 'ns', await compare(asked, ROUNDS)));
}

const parsed = (list: string): Prefix[] =>
  list
    .trimEnd()
    .split('\n')
    .map((line) => Prefix.parse(line));

print(`${machine()}, Node ${process.versions.node}\n`);
await measure('IPv4, BGP table', parsed(shape('BGP table').v4(902_000)), (next) =>
  Address.fromWords(4, 0, 0, 0, next() | 0),
);
const routes = parsed(shape('BGP table').v6(160_000));
await measure('IPv6, BGP table', routes, (next) => {
  // hosts of prefixes that are there: of random ones none would lie in the table
  const { w0, w1 } = routes[next() % routes.length]?.address ?? Address.fromWords(6, 0, 0, 0, 0);
  return Address.fromWords(6, w0, w1 | (next() & 0xffff), next() | 0, next() | 0);
});
print(machine());
