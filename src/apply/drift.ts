// What is loaded beside what was loaded: chains, jumps and elements that somebody else has changed. By the record alone; no
// inventory is asked for.

import { isOurs, type Live, type Scope } from './live.ts';
import { type Record, recordedSpelling } from './state.ts';
import { jumpTo, sameRules } from './xtables.ts';

/** The differences, in one line each. */
export function driftOf(live: Live, record: Record, elements: string, scope: Scope): readonly string[] {
  const found: string[] = [];
  for (const [part, chains] of recordedSpelling(record)) {
    for (const [name, rules] of chains) {
      const there = rulesOf(live, part, name);
      if (there === undefined) found.push(`the ${part} chain ${name} is gone`);
      else if (!sameRules(there, rules)) found.push(`the ${part} chain ${name} has other rules`);
    }
  }
  for (const { part, from, to } of record.jumps) {
    const first =
      part === 'nft'
        ? live.nft?.chains.get(from)?.rules[0]?.jump === to
        : live.xtables.get(part === 'v4' ? 4 : 6)?.get(from)?.rules[0] === jumpTo(to);
    if (!first) found.push(`the ${part} jump from ${from} to ${to} is not the first rule`);
  }
  const wanted = new Map<string, Set<string>>();
  for (const line of elements.split('\n')) {
    const blank = line.indexOf(' ');
    const name = blank < 0 ? line : line.slice(0, blank);
    if (name === '') continue;
    let set = wanted.get(name);
    if (set === undefined) {
      set = new Set();
      wanted.set(name, set);
    }
    if (blank > 0) set.add(line.slice(blank + 1));
  }
  for (const [name, set] of wanted) {
    const there = live.sets.get(name)?.elements ?? live.nft?.sets.get(name)?.elements;
    if (there === undefined) {
      found.push(`the set ${name} is gone`);
      continue;
    }
    let missing = 0;
    for (const element of set) if (!there.has(element)) missing++;
    const foreign = there.size - (set.size - missing);
    if (missing > 0) found.push(`the set ${name} lacks ${missing} elements`);
    if (foreign > 0) found.push(`the set ${name} has ${foreign} elements that are not ours`);
  }
  for (const name of live.sets.keys())
    if (isOurs(name, scope) && !wanted.has(name)) found.push(`the set ${name} is there, and none of ours`);
  return found;
}

function rulesOf(live: Live, part: 'v4' | 'v6' | 'nft', chain: string): readonly string[] | undefined {
  if (part === 'nft') return live.nft?.chains.get(chain)?.rules.map(({ text }) => text);
  return live.xtables.get(part === 'v4' ? 4 : 6)?.get(chain)?.rules;
}
