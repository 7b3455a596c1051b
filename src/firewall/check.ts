// What is wrong with a filter although it could be loaded. Findings come back; nothing is changed.

import { Prefix } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import { type Item, items } from './elements.ts';
import { diagnose } from './faults.ts';
import type { HostSet, Ruleset } from './model.ts';

/** Blocks that no packet has its source in, each with what it is and where that is said. */
const NO_SOURCES: readonly (readonly [string, string])[] = [
  ['0.0.0.0/8', 'addresses of "this network" (RFC 1122 section 3.2.1.3)'],
  ['224.0.0.0/4', 'multicast addresses (RFC 1122 section 3.2.1.3)'],
  ['240.0.0.0/4', 'reserved addresses (RFC 1112 section 4)'],
  ['::/128', 'the unspecified address (RFC 4291 section 2.5.2)'],
  ['ff00::/8', 'multicast addresses (RFC 4291 section 2.7)'],
];

/** No cloud delegates more to a host; the regional registries themselves get blocks of this length. */
const SHORTEST_HOST = { 4: 8, 6: 16 } as const;

/** Lists of ranges are merged, and a provider may have several blocks of a registry's side by side. */
const SHORTEST_RANGE = { 4: 4, 6: 8 } as const;

/** Findings of one kind told one by one. */
const MOST_TOLD = 20;

/** Findings about a filter's addresses; of many of a kind the first ones, and how many more there are. */
export function check(ruleset: Ruleset): readonly Diagnostic[] {
  const blocks = NO_SOURCES.map(([text, what]) => ({ block: Prefix.parse(text), what }));
  const wide: Diagnostic[] = [];
  const dead: Diagnostic[] = [];
  for (const item of setsOf(ruleset).flatMap((set) => [...items(set)])) {
    const { prefix } = item;
    const shortest = item.names === undefined ? SHORTEST_RANGE : SHORTEST_HOST;
    if (prefix.length < shortest[prefix.family]) {
      const isHost = item.names === undefined ? 'is' : 'is no host, but';
      const message = `${named(item)} ${isHost} a good part of IPv${prefix.family}`;
      const hint = item.names === undefined ? 'any stands for everybody' : 'leave it out with --select';
      wide.push(diagnose('FW004', undefined, message, { hint }));
      continue;
    }
    const hit = blocks.find(({ block }) => block.contains(prefix));
    if (hit !== undefined)
      dead.push(diagnose('FW005', undefined, `no packet comes from ${named(item)}: ${hit.what}`));
  }
  return [...first(wide, 'FW004'), ...first(dead, 'FW005')];
}

function first(found: readonly Diagnostic[], code: 'FW004' | 'FW005'): readonly Diagnostic[] {
  const untold = found.length - MOST_TOLD;
  if (untold <= 0) return found;
  return [...found.slice(0, MOST_TOLD), diagnose(code, undefined, `${untold} more like these`)];
}

/** Each set once, however many rules it is in. */
function setsOf(ruleset: Ruleset): readonly HostSet[] {
  const sets = new Set<HostSet>();
  for (const { rules } of ruleset.families)
    for (const { from, to } of rules) for (const set of [from, to]) if (set !== 'any') sets.add(set);
  return [...sets];
}

function named({ prefix, names }: Item): string {
  if (names === undefined) return prefix.toString();
  const rest = names.length > 1 ? ` and ${names.length - 1} more` : '';
  return `${prefix.isHost ? prefix.address : prefix} (${names[0]}${rest})`;
}
