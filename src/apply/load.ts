// Carries out the steps on the machine: the way back and its guardian first, then step by step under the lock, then read back
// and compared. Whatever fails, all parts are put back as one.

import type { Artifact } from '../emit/artifact.ts';
import type { Host } from '../host/host.ts';
import { HostError } from '../host/host.ts';
import type { Lock, Processes } from '../host/processes.ts';
import {
  contentsOf,
  type Difference,
  difference,
  type Spelling,
  spellingOf,
  structureOf,
} from './difference.ts';
import { ask, type Live, type Runner, readLive, type Scope, ToolError } from './live.ts';
import { confirmPending, openPending, startGuardian, startWaiting, undo } from './pending.ts';
import { elementLines, type Places, type Record, writeText, writtenSpelling } from './state.ts';
import type { LoadStep } from './step.ts';
import { type NftListing, undoFiles } from './undo.ts';

/** All that a load needs to know. */
export interface LoadPlan {
  readonly artifacts: readonly Artifact[];
  readonly scope: Scope;
  readonly live: Live;
  readonly difference: Difference;
  /** How the kernel will spell the rules, where a rehearsal has shown it. */
  readonly spelling: Spelling;
  /** Seconds until it must be confirmed; undefined: it stays. */
  readonly confirmWithin: number | undefined;
  /** Whether sets only grow. */
  readonly keep: boolean;
  /** Addresses whose connections are cut when it is confirmed. */
  readonly revoked: readonly string[];
}

/** What became of it. */
export type Loaded =
  | { readonly done: true; readonly waiting: boolean }
  | {
      readonly done: false;
      /** Which step failed, or undefined where what was read back is not what was wanted. */
      readonly step: LoadStep | undefined;
      readonly reason: string;
      /** What could not be put back; undefined where all was. */
      readonly left: string | undefined;
    };

/** Loads; the lock must be held, and is held by every tool that is run. Throws HostError before anything is changed. */
export async function load(
  host: Host,
  processes: Processes,
  places: Places,
  plan: LoadPlan,
  lock: Lock,
): Promise<Loaded> {
  const { artifacts, scope, live } = plan;
  const contents = contentsOf(artifacts);
  const run: Runner = (argv, input) => processes.run(argv, input, lock);
  const id = `${processes.pid} ${processes.now()}\n`;
  const files = undoFiles(live, contents, await listNft(run, live, plan), scope);
  openPending(host, processes, places, files, id);
  startGuardian(processes, places, id.trimEnd());
  const failed = await runSteps(run, plan.difference.steps);
  const putBack = async (step: LoadStep | undefined, reason: string): Promise<Loaded> => {
    const left = await undo(processes, places.pending, lock);
    return { done: false, step, reason, left };
  };
  if (failed !== undefined) return putBack(failed.step, failed.reason);
  const after = await readLive(run, scope);
  const unlike = compare(after, plan);
  if (unlike !== undefined) return putBack(undefined, unlike);
  writeRecord(host, processes, places, plan, after);
  if (plan.confirmWithin === undefined) {
    confirmPending(host, processes, places);
    return { done: true, waiting: false };
  }
  writeText(host, `${places.pending}/revoked`, plan.revoked.map((address) => `${address}\n`).join(''));
  startWaiting(host, places, plan.confirmWithin);
  return { done: true, waiting: true };
}

/** Runs steps in order; which one failed and why, or undefined. */
export async function runSteps(
  run: Runner,
  steps: readonly LoadStep[],
): Promise<{ readonly step: LoadStep; readonly reason: string } | undefined> {
  for (const step of steps) {
    try {
      await ask(run, step.argv, step.input);
    } catch (error) {
      if (error instanceof ToolError) return { step, reason: error.said };
      if (error instanceof HostError) return { step, reason: error.message };
      throw error;
    }
  }
  return undefined;
}

/** In what the reading differs from what was wanted; undefined where in nothing. */
function compare(after: Live, { artifacts, scope, spelling, keep }: LoadPlan): string | undefined {
  const contents = contentsOf(artifacts);
  const read = spellingOf(after, contents);
  // Where no rehearsal has shown how the kernel spells a rule, that there are as many of them must do.
  const known = new Map(read);
  for (const [part, chains] of spelling) known.set(part, chains);
  const { steps } = difference(after, artifacts, known, scope, keep);
  if (steps.length > 0) return steps.flatMap(({ changes }) => changes).join('; ');
  for (const each of contents) {
    if (each.kind === 'ipset') continue;
    const part = each.kind === 'xtables' ? (`v${each.family}` as const) : 'nft';
    for (const { name, rules } of each.chains) {
      const count = read.get(part)?.get(name)?.length;
      if (count !== rules.length) return `the chain ${name} has ${count ?? 'no'} rules of ${rules.length}`;
    }
  }
  return undefined;
}

/** Writes down what is loaded. */
export function writeRecord(
  host: Host,
  processes: Processes,
  places: Places,
  { artifacts, scope }: Pick<LoadPlan, 'artifacts' | 'scope'>,
  live: Live,
): void {
  const contents = contentsOf(artifacts);
  const jumps = contents.flatMap((each) =>
    each.kind === 'ipset'
      ? []
      : each.jumps.map(({ from, to }) => ({
          part: each.kind === 'nft' ? 'nft' : `v${each.family}`,
          from,
          to,
        })),
  );
  const record: Record = {
    version: 1,
    at: new Date(processes.now()).toISOString(),
    backend: scope.backend,
    families: contents.flatMap((each) => (each.kind === 'xtables' ? [each.family] : [])),
    sets: contents.some(({ kind }) => kind === 'ipset'),
    table: scope.table,
    structure: structureOf(contents),
    spelling: writtenSpelling(spellingOf(live, contents)),
    jumps,
  };
  const names = new Set(
    contents.flatMap((each) => (each.kind === 'xtables' ? [] : each.sets.map(({ name }) => name))),
  );
  host.makeFolder(places.folder);
  writeText(
    host,
    places.elements,
    elementLines(live, (set) => names.has(set)),
  );
  writeText(host, places.record, `${JSON.stringify(record)}\n`);
}

/** Our chains and sets in a table of nftables, as text that nft reads again. */
async function listNft(
  run: Runner,
  live: Live,
  { artifacts, scope }: LoadPlan,
): Promise<NftListing | undefined> {
  const nft = contentsOf(artifacts).find((each) => each.kind === 'nft');
  if (nft?.kind !== 'nft' || live.nft === undefined) return undefined;
  const { family, name } = nft.table;
  if (nft.owned) return { owned: true, text: await ask(run, ['nft', 'list', 'table', family, name]) };
  const texts: string[] = [];
  for (const set of live.nft.sets.keys())
    if (set === scope.chain || set.startsWith(`${scope.chain}-`))
      texts.push(await ask(run, ['nft', 'list', 'set', family, name, set]));
  // A chain that is jumped to must be there before the one that jumps.
  const ours = [...live.nft.chains.keys()].filter(
    (chain) => chain === scope.chain || chain.startsWith(`${scope.chain}-`),
  );
  for (const chain of ours) texts.push(`add chain ${family} ${name} ${chain}\n`);
  for (const chain of ours) texts.push(await ask(run, ['nft', 'list', 'chain', family, name, chain]));
  return { owned: false, text: texts.join('') };
}
