// What is loaded, as far as a filter of ours has to do with it: read once, by the kernel's own tools, into text and a small
// model. Which names are ours is said here; what is different from what is wanted is difference.ts's.

import type { Family, KernelContents } from '../emit/kernel.ts';
import type { Finished } from '../host/host.ts';
import { HostError } from '../host/host.ts';
import { type IpSets, readSets } from './ipsets.ts';
import { type NftTableState, readNft } from './nft.ts';
import { type Chains, readChains, toolOf } from './xtables.ts';

/** Runs a program, in whichever network namespace it is about. */
export type Runner = (argv: readonly string[], input?: string) => Promise<Finished>;

/** iptables' two ways into the kernel. */
export const BACKENDS = ['nft', 'legacy'] as const;

export type Backend = (typeof BACKENDS)[number];

/** What has to be read. */
export interface Scope {
  /** The filter's name: chains and sets called so, or so and a dash and more, are ours. */
  readonly chain: string;
  /** Other filters of ours, whose names may begin with this one's. */
  readonly others: readonly string[];
  /** undefined: the tools without a backend in their names. */
  readonly backend: Backend | undefined;
  readonly families: readonly Family[];
  readonly sets: boolean;
  readonly table: { readonly family: string; readonly name: string } | undefined;
}

/** What is loaded. */
export interface Live {
  /** The filter table of a family. */
  readonly xtables: ReadonlyMap<Family, Chains>;
  /** Our sets of ipset. */
  readonly sets: IpSets;
  /** The table of nftables with all its chains and our sets. */
  readonly nft: NftTableState | undefined;
  /** What the tools printed, for snapshots: `v4`, `v6`, `sets`. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What has to be read for what artifacts contain. */
export function scopeOf(
  contents: readonly KernelContents[],
  about: Pick<Scope, 'chain' | 'others' | 'backend'>,
): Scope {
  const nft = contents.find((each) => each.kind === 'nft');
  return {
    ...about,
    families: contents.flatMap((each) => (each.kind === 'xtables' ? [each.family] : [])),
    sets: contents.some((each) => each.kind === 'ipset'),
    table: nft?.kind === 'nft' ? nft.table : undefined,
  };
}

/** Whether a name in the kernel is this filter's. */
export function isOurs(name: string, { chain, others }: Pick<Scope, 'chain' | 'others'>): boolean {
  if (name !== chain && !name.startsWith(`${chain}-`)) return false;
  return !others.some((other) => other.length > chain.length && isOurs(name, { chain: other, others: [] }));
}

/** A tool that did not do what it was asked for: what was run, and what it said. */
export class ToolError extends Error {
  readonly argv: readonly string[];
  /** What the tool said. */
  readonly said: string;

  constructor(argv: readonly string[], finished: Finished) {
    const said = decode(finished.stderr).trim() || decode(finished.stdout).trim();
    const text = said === '' ? `ended with ${finished.status ?? finished.signal}` : said;
    super(`${argv.join(' ')}: ${text.replace(/\s*\n\s*/g, '; ')}`);
    this.name = 'ToolError';
    this.argv = argv;
    this.said = text;
  }
}

/** Reads it. Throws ToolError and HostError. */
export async function readLive(run: Runner, scope: Scope): Promise<Live> {
  const texts = new Map<string, string>();
  const xtables = new Map<Family, Chains>();
  const reads: Promise<void>[] = scope.families.map(async (family) => {
    const text = await ask(run, [toolOf(family, scope.backend, 'save'), '-t', 'filter']);
    texts.set(`v${family}`, text);
    xtables.set(family, readChains(text));
  });
  let nft: NftTableState | undefined;
  if (scope.table !== undefined) {
    const { table } = scope;
    reads.push(
      readTable(run, table, scope).then((found) => {
        nft = found;
      }),
    );
  }
  if (scope.sets) {
    const names = (await ask(run, ['ipset', 'list', '-name'])).split('\n');
    const ours = names.filter((name) => isOurs(name, scope));
    reads.push(
      Promise.all(ours.map((name) => ask(run, ['ipset', 'save', name]))).then((saved) => {
        texts.set('sets', saved.join(''));
      }),
    );
  }
  await Promise.all(reads);
  return { xtables, sets: readSets(texts.get('sets') ?? ''), nft, texts };
}

/** The chains of a table first, without the elements of its sets, which may be millions; then those of our sets. */
async function readTable(
  run: Runner,
  { family, name }: { readonly family: string; readonly name: string },
  scope: Scope,
): Promise<NftTableState | undefined> {
  const argv = ['nft', '--json', '--terse', 'list', 'table', family, name];
  const finished = await run(argv);
  if (finished.status !== 0) {
    if (/No such file or directory/.test(decode(finished.stderr))) return undefined;
    throw new ToolError(argv, finished);
  }
  const text = decode(finished.stdout);
  const sets = [...(readNft([text])?.sets.keys() ?? [])].filter((set) => isOurs(set, scope));
  const listed = await Promise.all(
    sets.map((set) => ask(run, ['nft', '--json', 'list', 'set', family, name, set])),
  );
  return readNft([text, ...listed]);
}

/** What a tool prints. Throws ToolError where it fails. */
export async function ask(run: Runner, argv: readonly string[], input?: string): Promise<string> {
  const finished = await run(argv, input);
  if (finished.status !== 0) throw new ToolError(argv, finished);
  return decode(finished.stdout);
}

/** Whether a program can be started at all. */
export async function isThere(run: Runner, argv: readonly string[]): Promise<boolean> {
  try {
    return (await run(argv)).status === 0;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}

export function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
