// What is loaded and what is wanted -> the steps from one to the other, in the order in which they are run: sets before the
// rules that look into them, remnants last. Pure: the same two give the same steps.

import type { Artifact } from '../emit/artifact.ts';
import type { Family, KernelContents, KernelElement, KernelSet } from '../emit/kernel.ts';
import { differenceOfNft } from './difference-nft.ts';
import { differenceOfSets, type SetChange } from './difference-sets.ts';
import { differenceOfXtables, lostRules, type Spelt } from './difference-xtables.ts';
import { isOurs, type Live, type Scope } from './live.ts';
import { type LoadStep, type Obstacle, textOf } from './step.ts';

/** How the kernel spells our rules, by family and for nftables, as far as it is known. */
export type Spelling = ReadonlyMap<'v4' | 'v6' | 'nft', Spelt>;

/** What is to be done, and what it does to the sets. */
export interface Difference {
  readonly steps: readonly LoadStep[];
  readonly sets: readonly SetChange[];
  readonly obstacles: readonly Obstacle[];
}

/** The contents of artifacts that can be compared piece by piece. */
export function contentsOf(artifacts: readonly Artifact[]): readonly KernelContents[] {
  return artifacts.flatMap(({ contents }) => (contents === undefined ? [] : [contents]));
}

/** Artifacts whose elements are worked out once and kept: a plan looks at them several times. */
export function kept(artifacts: readonly Artifact[]): readonly Artifact[] {
  return artifacts.map((artifact) => {
    const { contents } = artifact;
    switch (contents?.kind) {
      case 'ipset':
        return { ...artifact, contents: { ...contents, sets: contents.sets.map(keptSet) } };
      case 'nft':
        return { ...artifact, contents: { ...contents, sets: contents.sets.map(keptSet) } };
      default:
        return artifact;
    }
  });
}

function keptSet<S extends KernelSet>(set: S): S {
  let list: readonly KernelElement[] | undefined;
  const elements = (): readonly KernelElement[] => {
    list ??= [...set.elements()];
    return list;
  };
  return { ...set, elements };
}

/**
 * The steps that make what is loaded what the artifacts want. With `keep` they add elements to sets and remove none; what
 * cannot be done so is an obstacle.
 */
export function difference(
  live: Live,
  artifacts: readonly Artifact[],
  spelling: Spelling,
  scope: Scope,
  keep = false,
): Difference {
  const steps: LoadStep[] = [];
  const sets: SetChange[] = [];
  const obstacles: Obstacle[] = [];
  const wantedSets = new Set<string>();
  const families = new Set<Family>();
  for (const { contents, text } of artifacts) {
    switch (contents?.kind) {
      case 'ipset': {
        const found = differenceOfSets(live.sets, contents, keep);
        if (found.step !== undefined) steps.push(found.step);
        sets.push(...found.changes);
        obstacles.push(...found.obstacles);
        for (const { name } of contents.sets) wantedSets.add(name);
        break;
      }
      case 'xtables': {
        const { family } = contents;
        families.add(family);
        const chains = live.xtables.get(family) ?? new Map();
        const spelt = spelling.get(`v${family}`);
        const step = differenceOfXtables(chains, family, contents, spelt, scope);
        if (keep) obstacles.push(...lostRules(chains, contents, spelt));
        if (step !== undefined) steps.push(step);
        break;
      }
      case 'nft': {
        const found = differenceOfNft(live.nft, { contents, text }, spelling.get('nft'), scope, keep);
        if (found.step !== undefined) steps.push(found.step);
        sets.push(...found.changes);
        obstacles.push(...found.obstacles);
        break;
      }
      case undefined:
        break;
    }
  }
  // A family that is no longer wanted, or an earlier target's rules.
  for (const [family, chains] of live.xtables) {
    if (families.has(family)) continue;
    const step = differenceOfXtables(chains, family, undefined, undefined, scope);
    if (step !== undefined) steps.push(step);
  }
  const remnants = [...live.sets.keys()].filter((name) => isOurs(name, scope) && !wantedSets.has(name));
  if (remnants.length > 0) {
    steps.push({
      part: 'remnants',
      argv: ['ipset', 'restore'],
      input: textOf(remnants.map((name) => `destroy ${name}`)),
      changes: remnants.map((name) => `set ${name}: removed`),
    });
    for (const name of remnants) {
      const removed = [...(live.sets.get(name)?.elements.keys() ?? [])];
      sets.push({ name, added: [], removed, before: removed.length });
    }
  }
  return { steps, sets, obstacles };
}

/** How the rules of a reading are spelt, for the chains that are wanted. */
export function spellingOf(live: Live, contents: readonly KernelContents[]): Spelling {
  const found = new Map<'v4' | 'v6' | 'nft', Spelt>();
  for (const each of contents) {
    if (each.kind === 'ipset') continue;
    const spelt = new Map<string, readonly string[]>();
    for (const { name } of each.chains) {
      const rules =
        each.kind === 'xtables'
          ? live.xtables.get(each.family)?.get(name)?.rules
          : live.nft?.chains.get(name)?.rules.map(({ text }) => text);
      if (rules !== undefined) spelt.set(name, rules);
    }
    found.set(each.kind === 'xtables' ? `v${each.family}` : 'nft', spelt);
  }
  return found;
}

/**
 * The wanted structure as a text, elements left out: while this is the same, so is the kernel's spelling of it.
 */
export function structureOf(contents: readonly KernelContents[]): string {
  return JSON.stringify(
    contents.map((each) => {
      switch (each.kind) {
        case 'ipset':
          return each.sets.map(({ name, create }) => [name, create]);
        case 'xtables':
          return [each.family, each.chains, each.jumps];
        case 'nft':
          return [
            each.table,
            each.owned,
            each.chains,
            each.jumps,
            each.sets.map(({ name, declaration }) => [name, declaration]),
          ];
        default:
          return each satisfies never;
      }
    }),
  );
}
