// The filter table of one family: what is there -> what is wanted, as one text for iptables-restore --noflush, which the
// kernel takes whole or not at all. Chains of ours that differ are replaced, the jumps are put first, remnants go.

import type { XtablesContents } from '../emit/kernel.ts';
import { isOurs, type Scope } from './live.ts';
import { append, type LoadStep, type Obstacle, textOf } from './step.ts';
import { type Chains, jumpTo, sameRules, toolOf } from './xtables.ts';

/** How the kernel spells the rules of our chains, where that is known: chain -> rules. */
export type Spelt = ReadonlyMap<string, readonly string[]>;

/** How long iptables waits for its own lock, in seconds. */
const WAIT = '30';

/** The step that makes the table what is wanted; undefined where it is. Without `wanted` all that is ours goes. */
export function differenceOfXtables(
  live: Chains,
  family: 4 | 6,
  wanted: XtablesContents | undefined,
  spelt: Spelt | undefined,
  scope: Scope,
): LoadStep | undefined {
  const changes: string[] = [];
  const heads: string[] = [];
  const rules: string[] = [];
  const chains = wanted?.chains ?? [];
  for (const { name, rules: list } of chains) {
    const there = live.get(name);
    if (there !== undefined && sameRules(there.rules, spelt?.get(name) ?? list)) continue;
    heads.push(`:${name} - [0:0]`);
    append(
      rules,
      list.map((rule) => `-A ${name} ${rule}`),
    );
    changes.push(
      there === undefined
        ? `IPv${family} chain ${name}: new, ${list.length} rules`
        : `IPv${family} chain ${name}: ${there.rules.length} rules -> ${list.length}`,
    );
  }
  const names = new Set(chains.map(({ name }) => name));
  const remnants = [...live.keys()].filter((name) => isOurs(name, scope) && !names.has(name));
  for (const name of remnants) {
    heads.push(`:${name} - [0:0]`);
    changes.push(`IPv${family} chain ${name}: removed`);
  }
  const jumps = jumpLines(live, wanted, scope, (text) => changes.push(`IPv${family} ${text}`));
  if (changes.length === 0) return undefined;
  return {
    part: family === 4 ? 'v4' : 'v6',
    argv: [toolOf(family, scope.backend, 'restore'), '--noflush', '--wait', WAIT],
    input: textOf([
      '*filter',
      ...heads,
      ...rules,
      ...jumps,
      ...remnants.map((name) => `-X ${name}`),
      'COMMIT',
    ]),
    changes,
  };
}

/**
 * A jump must be the first rule of its hook, once: what is in front of it could drop what it accepts, and another one behind
 * would be of no use. Any other jump to a chain of ours goes.
 */
function jumpLines(
  live: Chains,
  wanted: XtablesContents | undefined,
  scope: Scope,
  tell: (text: string) => void,
): readonly string[] {
  const lines: string[] = [];
  for (const { name: from, policy, rules } of live.values()) {
    if (policy === '-' || isOurs(from, scope)) continue;
    const to = wanted?.jumps.find((jump) => jump.from === from)?.to;
    const [first] = rules;
    const inPlace = to !== undefined && first === jumpTo(to);
    for (const [at, rule] of rules.entries()) {
      const target = /^-[jg] (\S+)$/.exec(rule)?.[1];
      if (target === undefined || !isOurs(target, scope) || (inPlace && at === 0)) continue;
      // iptables deletes the first that is alike: where the first place is right, the later one goes by its number.
      lines.push(
        inPlace && target === to ? `-D ${from} ${at + 1 - countDeleted(lines, from)}` : `-D ${from} ${rule}`,
      );
      tell(`jump from ${from} to ${target}: rule ${at + 1} goes`);
    }
    if (to !== undefined && !inPlace) {
      lines.push(`-I ${from} 1 ${jumpTo(to)}`);
      tell(`jump from ${from} to ${to}: put first`);
    }
  }
  // An empty reading does not show even the built-in chains.
  for (const { from, to } of wanted?.jumps ?? []) {
    if (live.has(from)) continue;
    lines.push(`-I ${from} 1 ${jumpTo(to)}`);
    tell(`jump from ${from} to ${to}: put first`);
  }
  return lines;
}

function countDeleted(lines: readonly string[], from: string): number {
  return lines.filter((line) => line.startsWith(`-D ${from} `)).length;
}

/** Rules that would go, where none may: hosts that stand in chains, or the rule of a set that has come out empty. */
export function lostRules(
  live: Chains,
  { family, chains }: XtablesContents,
  spelt: Spelt | undefined,
): readonly Obstacle[] {
  return chains.flatMap(({ name, rules }) => {
    const wanted = new Set([...rules, ...(spelt?.get(name) ?? [])]);
    const lost = (live.get(name)?.rules ?? []).filter((rule) => !wanted.has(rule));
    if (lost.length === 0) return [];
    const what = `${lost.length} rules of the IPv${family} chain ${name} would go, and an incomplete source may remove nothing`;
    return [{ what, hint: KEEP_HINT }];
  });
}

export const KEEP_HINT =
  'wait until the source is complete again, or --accept-incomplete takes it for the whole';
