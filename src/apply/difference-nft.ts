// One table of nftables: what is there -> what is wanted, as one text for nft -f, which the kernel takes whole or not at all.
// Where only elements differ, and few, they are added and deleted; anything else loads the artifact's own text, which
// replaces our chains and sets, with the jumps behind it.

import type { NftContents, NftSet } from '../emit/kernel.ts';
import { isSmall, type SetChange, tell } from './difference-sets.ts';
import { KEEP_HINT, type Spelt } from './difference-xtables.ts';
import { spell } from './ipsets.ts';
import { isOurs, type Scope } from './live.ts';
import type { NftTableState } from './nft.ts';
import { append, type LoadStep, type Obstacle, textOf } from './step.ts';

export interface NftDifference {
  readonly step: LoadStep | undefined;
  readonly changes: readonly SetChange[];
  readonly obstacles: readonly Obstacle[];
}

/** What is wanted, and the text that loads all of it. */
export interface NftWanted {
  readonly contents: NftContents;
  readonly text: string;
}

/** The step that makes the table what is wanted. `spelt` is how the kernel spells our rules: unknown counts as different. */
export function differenceOfNft(
  live: NftTableState | undefined,
  { contents, text }: NftWanted,
  spelt: Spelt | undefined,
  scope: Scope,
  keep: boolean,
): NftDifference {
  const where = `${contents.table.family} ${contents.table.name}`;
  const sets = contents.sets.map((set) => compareSet(live?.sets.get(set.name)?.elements, set, keep));
  const changes = sets.map(({ change }) => change);
  const obstacles: Obstacle[] = contents.owned ? [] : [...missingBases(live, contents, where)];
  const told: string[] = [];
  for (const { name, rules } of contents.chains) {
    const there = live?.chains.get(name);
    if (keep && there !== undefined && there.rules.length > rules.length)
      obstacles.push({
        what: `rules of the chain ${name} would go, and an incomplete source may remove nothing`,
        hint: KEEP_HINT,
      });
    if (there === undefined) told.push(`chain ${name}: new, ${rules.length} rules`);
    else if (
      !sameTexts(
        there.rules.map((rule) => rule.text),
        spelt?.get(name),
      )
    )
      told.push(`chain ${name}: ${there.rules.length} rules -> ${rules.length}`);
  }
  const remnants = remnantsIn(live, contents, scope);
  for (const { kind, name } of remnants) told.push(`${kind} ${name}: removed`);
  const isNew = (name: string): boolean => live?.sets.get(name) === undefined;
  const structural = told.length > 0 || contents.sets.some(({ name }) => isNew(name));
  const jumps = jumpLines(live, contents, scope, where, (line) => told.push(line));
  const changed = changes.filter(({ added, removed }) => added.length + removed.length > 0);
  append(
    told,
    changed.map((change) => tell(change, isNew(change.name))),
  );
  if (told.length === 0) return { step: undefined, changes, obstacles };
  const lines: string[] = [];
  if (structural) {
    lines.push(text.trimEnd());
    // A chain of ours that is still jumped to by another one of ours is emptied first.
    if (keep)
      for (const [at, { name }] of contents.sets.entries()) {
        const kept = sets[at]?.kept ?? [];
        if (kept.length > 0) append(lines, block(`add element ${where} ${name} {`, kept, new Map()));
      }
    for (const { kind, name } of remnants) if (kind === 'chain') lines.push(`flush chain ${where} ${name}`);
  } else {
    for (const [at, change] of changes.entries()) {
      const set = contents.sets[at];
      if (set !== undefined) append(lines, setLines(where, set, change, sets[at]?.comments ?? new Map()));
    }
  }
  append(lines, jumps);
  for (const { kind, name } of remnants) lines.push(`delete ${kind} ${where} ${name}`);
  return {
    step: { part: 'nft', argv: ['nft', '--file', '-'], input: textOf(lines), changes: told },
    changes,
    obstacles,
  };
}

/** Comments are not compared: two states that differ only in them accept the same packets. */
function compareSet(there: ReadonlyMap<string, string> | undefined, set: NftSet, keep: boolean): ComparedSet {
  const added: string[] = [];
  const comments = new Map<string, string>();
  for (const { text, comment } of set.elements()) {
    const element = spell(text);
    comments.set(element, comment);
    if (there?.has(element) !== true) added.push(element);
  }
  const gone = [...(there?.entries() ?? [])].filter(([element]) => !comments.has(element));
  const kept = keep ? gone.map(([element]) => element) : [];
  if (keep) for (const [element, comment] of gone) comments.set(element, comment);
  const removed = keep ? [] : gone.map(([element]) => element);
  return { change: { name: set.name, added, removed, before: there?.size ?? 0 }, comments, kept };
}

/** A set beside the one that is there. */
interface ComparedSet {
  readonly change: SetChange;
  /** All elements that are wanted, with their comments. */
  readonly comments: ReadonlyMap<string, string>;
  /** Those that are there, not in the artifact, and kept all the same. */
  readonly kept: readonly string[];
}

function setLines(
  where: string,
  { name }: NftSet,
  { added, removed }: SetChange,
  comments: ReadonlyMap<string, string>,
): readonly string[] {
  const lines: string[] = [];
  if (isSmall(added.length + removed.length, comments.size)) {
    // Removed first: the kernel judges a set of intervals after each, and what is added may lie where another was.
    append(lines, block(`delete element ${where} ${name} {`, removed, new Map()));
    append(lines, block(`add element ${where} ${name} {`, added, comments));
  } else {
    lines.push(`flush set ${where} ${name}`);
    append(lines, block(`add element ${where} ${name} {`, [...comments.keys()], comments));
  }
  return lines;
}

function block(
  head: string,
  elements: readonly string[],
  comments: ReadonlyMap<string, string>,
): readonly string[] {
  if (elements.length === 0) return [];
  const lines = elements.map((element) => {
    const comment = comments.get(element) ?? '';
    return comment === '' ? `\t${element},` : `\t${element} comment "${comment}",`;
  });
  return [head, ...lines, '}'];
}

/** The base chains that jumps must stand in and that are not there. */
function missingBases(
  live: NftTableState | undefined,
  { jumps }: NftContents,
  where: string,
): readonly Obstacle[] {
  return jumps
    .filter(({ from }) => live?.chains.get(from)?.hook === undefined)
    .map(({ from, to }) => {
      const bases = [...(live?.chains.values() ?? [])].filter(({ hook }) => hook !== undefined);
      const known = bases.map(({ name, hook }) => `${name} (${hook})`).join(', ');
      return {
        what: `no base chain ${from} in the table ${where} that could jump to ${to}`,
        hint:
          bases.length === 0
            ? `make the table that drops what the site does not want, with a base chain ${from}; or give --table or --own-table`
            : `the table has ${known}`,
      };
    });
}

/** Jumps are the first rule of their base chain, once. */
function jumpLines(
  live: NftTableState | undefined,
  contents: NftContents,
  scope: Scope,
  where: string,
  tellOf: (text: string) => void,
): readonly string[] {
  const lines: string[] = [];
  for (const { name: from, rules } of live?.chains.values() ?? []) {
    if (isOurs(from, scope) || contents.owned) continue;
    const to = contents.jumps.find((jump) => jump.from === from)?.to;
    const inPlace = to !== undefined && rules[0]?.jump === to;
    for (const [at, { jump, handle }] of rules.entries()) {
      if (jump === undefined || !isOurs(jump, scope) || (inPlace && at === 0)) continue;
      lines.push(`delete rule ${where} ${from} handle ${handle}`);
      tellOf(`jump from ${from} to ${jump}: rule ${at + 1} goes`);
    }
    if (to !== undefined && !inPlace) {
      lines.push(`insert rule ${where} ${from} jump ${to}`);
      tellOf(`jump from ${from} to ${to}: put first`);
    }
  }
  return lines;
}

function remnantsIn(
  live: NftTableState | undefined,
  { owned, chains, sets }: NftContents,
  scope: Scope,
): readonly { readonly kind: 'chain' | 'set'; readonly name: string }[] {
  // A table of our own is made afresh, remnants and all.
  if (live === undefined || owned) return [];
  const wantedChains = new Set(chains.map(({ name }) => name));
  const wantedSets = new Set(sets.map(({ name }) => name));
  const stale = (names: Iterable<string>, wanted: ReadonlySet<string>): readonly string[] =>
    [...names].filter((name) => isOurs(name, scope) && !wanted.has(name));
  return [
    ...stale(live.chains.keys(), wantedChains).map((name) => ({ kind: 'chain' as const, name })),
    ...stale(live.sets.keys(), wantedSets).map((name) => ({ kind: 'set' as const, name })),
  ];
}

function sameTexts(one: readonly string[], other: readonly string[] | undefined): boolean {
  return other !== undefined && one.length === other.length && one.every((text, at) => text === other[at]);
}
