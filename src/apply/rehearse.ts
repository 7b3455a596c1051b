// The rehearsal: what is loaded is copied into a throw-away network namespace, the steps are run there, where the kernel
// itself refuses what a dry run lets pass, the outcome is read back, and probe packets are sent through it. The machine's own
// rules are not touched. Of large sets only a part is taken along: the elements that a probe could meet, and some more.

import type { Artifact } from '../emit/artifact.ts';
import type { KernelElement } from '../emit/kernel.ts';
import { HostError } from '../host/host.ts';
import type { Held, Processes } from '../host/processes.ts';
import { contentsOf, difference, type Spelling, spellingOf } from './difference.ts';
import { ask, decode, isOurs, type Live, type Runner, readLive, type Scope, ToolError } from './live.ts';
import { runSteps } from './load.ts';
import { type Probe, probe, READY, type Verdict } from './probe.ts';
import { type LoadStep, textOf } from './step.ts';
import { toolOf } from './xtables.ts';

/** How many elements of a set are taken along, besides those that must be. */
export const SOME = 1000;

/** What is rehearsed. */
export interface Rehearsal {
  readonly artifacts: readonly Artifact[];
  readonly scope: Scope;
  readonly live: Live;
  /** Whether sets only grow. */
  readonly keep: boolean;
  readonly spelling: Spelling;
  readonly probes: readonly Probe[];
  /** Elements of sets that a probe could meet. */
  readonly needed: ReadonlySet<string>;
  /** The interface by which the probes come. */
  readonly link: string;
  /** The effective user; 0 is root. */
  readonly uid: number;
  /** Only the copy: what the probes meet before any step is run. */
  readonly before?: boolean;
}

/** What came of it. */
export type Rehearsed =
  | {
      readonly kind: 'done';
      readonly spelling: Spelling;
      /** In the order of the probes; undefined where none could be sent, with the reason in `notes`. */
      readonly verdicts: readonly Verdict[] | undefined;
      readonly notes: readonly string[];
    }
  | { readonly kind: 'refused'; readonly step: LoadStep; readonly reason: string }
  | { readonly kind: 'impossible'; readonly why: string };

/** Rehearses. Throws only what is a fault of ours. */
export async function rehearse(processes: Processes, rehearsal: Rehearsal): Promise<Rehearsed> {
  const root = rehearsal.uid === 0;
  let held: Held;
  try {
    held = await processes.hold([
      'unshare',
      ...(root ? [] : ['--map-root-user']),
      '--net',
      'sh',
      '-c',
      READY,
    ]);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const why = root
      ? 'the system lets us make no network namespace'
      : 'the system lets no ordinary user make a network namespace';
    return { kind: 'impossible', why: error.code === 'ENOENT' ? 'unshare(1) is not there' : why };
  }
  try {
    const enter = (pid: number): readonly string[] => [
      'nsenter',
      `--target=${pid}`,
      ...(root ? [] : ['--user', '--preserve-credentials']),
      '--net',
    ];
    return await inside(processes, held, enter, rehearsal);
  } catch (error) {
    if (error instanceof ToolError || error instanceof HostError)
      return { kind: 'impossible', why: error.message };
    throw error;
  } finally {
    await held.release();
  }
}

async function inside(
  processes: Processes,
  held: Held,
  enter: (pid: number) => readonly string[],
  rehearsal: Rehearsal,
): Promise<Rehearsed> {
  const { scope, spelling, probes, needed, link, keep } = rehearsal;
  const run: Runner = (argv, input) => processes.run([...enter(held.pid), ...argv], input);
  const artifacts = rehearsal.artifacts.map((artifact) => thinned(artifact, needed));
  const outside: Runner = (argv, input) => processes.run(argv, input);
  const notes = await copy(run, outside, rehearsal);
  // The copy's own handles and thinned sets: the steps are worked out from it by the same function.
  const { steps } =
    rehearsal.before === true
      ? { steps: [] }
      : difference(await readLive(run, scope), artifacts, spelling, scope, keep);
  const failed = await runSteps(run, steps);
  if (failed !== undefined) return { kind: 'refused', ...failed };
  const after = await readLive(run, scope);
  const found = spellingOf(after, contentsOf(artifacts));
  if (probes.length === 0) return { kind: 'done', spelling: found, verdicts: [], notes };
  try {
    const verdicts = await probe(processes, { inside: run, held, enter, link }, probes);
    return { kind: 'done', spelling: found, verdicts, notes };
  } catch (error) {
    if (!(error instanceof ToolError || error instanceof HostError)) throw error;
    const note = `no probes could be sent: ${error.message}`;
    return { kind: 'done', spelling: found, verdicts: undefined, notes: [...notes, note] };
  }
}

/** Loads what the machine has; what could not be copied is told. */
async function copy(
  run: Runner,
  outside: Runner,
  { live, scope, needed }: Rehearsal,
): Promise<readonly string[]> {
  const notes: string[] = [];
  const sets = thinnedSave(live.texts.get('sets') ?? '', needed);
  const foreign = [...new Set([...live.texts.values()].flatMap(setsNamedIn))].filter(
    (name) => !live.sets.has(name),
  );
  if (sets !== '') await ask(run, ['ipset', '-exist', 'restore'], sets);
  for (const name of foreign) notes.push(`the set ${name} of others is not in the rehearsal`);
  for (const family of scope.families) {
    const text = live.texts.get(`v${family}`) ?? '';
    const argv = [toolOf(family, scope.backend, 'restore'), '--wait', '30'];
    const whole = await run(argv, text);
    if (whole.status === 0) continue;
    // Rules of others that can't be loaded here, such as those on sets of theirs, are left out one by one by their line.
    const lines = text.split('\n');
    const kept = lines.filter(
      (line) => !(line.startsWith('-A ') && setsNamedIn(line).some((name) => foreign.includes(name))),
    );
    const less = await run(argv, kept.join('\n'));
    notes.push(
      less.status === 0
        ? `${lines.length - kept.length} rules of others on such sets are not in the rehearsal`
        : `the rules of others for IPv${family} are not in the rehearsal: ${decode(less.stderr).trim()}`,
    );
    if (less.status !== 0) await ask(run, argv, ownOnly(lines, scope));
  }
  if (scope.table !== undefined) notes.push(...(await copyTables(run, outside, live, scope, needed)));
  return notes;
}

/**
 * All tables of nftables, without the elements of their sets, which may be millions; of ours a part is added. Tables that
 * iptables has made are no text that nft reads.
 */
async function copyTables(
  run: Runner,
  outside: Runner,
  live: Live,
  scope: Scope,
  needed: ReadonlySet<string>,
): Promise<readonly string[]> {
  const notes: string[] = [];
  const { status, stdout } = await outside(['nft', 'list', 'tables']);
  if (status !== 0) return notes;
  for (const [, family = '', name = ''] of decode(stdout).matchAll(/^table (\S+) (\S+)$/gm)) {
    const ours = family === scope.table?.family && name === scope.table.name;
    const text = await ask(outside, ['nft', '--terse', 'list', 'table', family, name]);
    const foreign = /^# Warning: table .* managed by iptables|\bxt (?:match|target) /m.test(text);
    const { status: loaded } = foreign ? { status: 1 } : await run(['nft', '--file', '-'], text);
    if (loaded !== 0) notes.push(`the table ${family} ${name} is not in the rehearsal`);
    else if (!ours && /^\s*set /m.test(text))
      notes.push(`the sets of the table ${family} ${name} are empty in the rehearsal`);
    if (ours && loaded === 0) await ask(run, ['nft', '--file', '-'], elementsOf(live, scope, needed));
  }
  const others = [...(live.nft?.sets.keys() ?? [])].filter((set) => !isOurs(set, scope));
  for (const set of others) notes.push(`the set ${set} of others is empty in the rehearsal`);
  return notes;
}

/** Commands that put a part of the elements into our sets. */
function elementsOf({ nft }: Live, scope: Scope, needed: ReadonlySet<string>): string {
  const lines: string[] = [];
  for (const { name, elements } of nft?.sets.values() ?? []) {
    if (!isOurs(name, scope) || elements.size === 0) continue;
    const some = [...elements.keys()].filter((element, at) => at < SOME || needed.has(element));
    lines.push(`add element ${scope.table?.family} ${scope.table?.name} ${name} {`);
    for (const element of some) lines.push(`\t${element},`);
    lines.push('}');
  }
  return textOf(lines);
}

/** Names of sets that rules match on. */
function setsNamedIn(text: string): readonly string[] {
  return [...text.matchAll(/ --(?:match|add|del|map)-set (\S+)/g)].flatMap(([, name]) =>
    name === undefined ? [] : [name],
  );
}

/** The built-in chains with their policies, and our own chains; jumps of others would lead nowhere. */
function ownOnly(lines: readonly string[], scope: Scope): string {
  return textOf(
    lines.filter((line) => {
      if (line.startsWith(':'))
        return !/^:\S+ - /.test(line) || isOurs(line.slice(1).split(' ')[0] ?? '', scope);
      return !line.startsWith('-A ') || isOurs(line.split(' ')[1] ?? '', scope);
    }),
  );
}

/** A saved set, of a large one a part. */
function thinnedSave(text: string, needed: ReadonlySet<string>): string {
  let count = 0;
  return text
    .split('\n')
    .filter((line) => {
      if (!line.startsWith('add ')) {
        count = 0;
        return true;
      }
      count++;
      return count <= SOME || needed.has(line.split(' ')[2] ?? '');
    })
    .join('\n');
}

/** An artifact whose large sets have a part of their elements. */
function thinned(artifact: Artifact, needed: ReadonlySet<string>): Artifact {
  const { contents, text } = artifact;
  if (contents === undefined || contents.kind === 'xtables') return artifact;
  if (contents.sets.every(({ count }) => count <= SOME)) return artifact;
  const some = function* (elements: Iterable<KernelElement>): Generator<KernelElement> {
    let count = 0;
    for (const element of elements) {
      if (++count <= SOME || needed.has(element.text)) yield element;
      else if (needed.size === 0) return;
    }
  };
  if (contents.kind === 'ipset') {
    const sets = contents.sets.map((set) => ({ ...set, elements: () => some(set.elements()) }));
    return { ...artifact, contents: { ...contents, sets } };
  }
  const sets = contents.sets.map((set) => ({ ...set, elements: () => some(set.elements()) }));
  return { ...artifact, text: thinnedNft(text, needed), contents: { ...contents, sets } };
}

/** The text of nft, whose elements stand one in a line between the braces of `add element`. */
function thinnedNft(text: string, needed: ReadonlySet<string>): string {
  let count = -1;
  const lines: string[] = [];
  for (const line of text.split('\n')) {
    if (count >= 0 && line === '}') count = -1;
    else if (count >= 0) {
      count++;
      const element = line.trim().replace(/[ ,].*$/, '');
      if (count > SOME && !needed.has(element)) continue;
      lines.push(line.endsWith(',') ? line : `${line},`);
      continue;
    }
    if (line.startsWith('add element ')) count = 0;
    lines.push(line);
  }
  return lines.join('\n');
}
