// Where fwgen keeps what it must know from one run to the next, and how it is written: whole or not at all. One folder for
// each filter: `applied.json` (what was loaded last), `pending` (loaded and not confirmed, with its way back), `previous` (the
// way back from what is confirmed), `sources` (the last complete answer of each).

import type { Family } from '../emit/kernel.ts';
import { type Host, HostError } from '../host/host.ts';
import type { Processes } from '../host/processes.ts';
import type { Spelling } from './difference.ts';
import type { Backend, Live, Scope } from './live.ts';

/** Where it is, unless PENSTOCK_STATE says otherwise. */
export const STATE = '/var/lib/penstock';

/** The folders of one filter. */
export interface Places {
  readonly lock: string;
  readonly folder: string;
  readonly pending: string;
  readonly previous: string;
  readonly record: string;
  readonly elements: string;
  readonly sources: string;
}

/** The folder of all filters. */
export function topOf(env: Host['env']): string {
  const given = env['PENSTOCK_STATE'];
  return `${given === undefined || given === '' ? STATE : given.replace(/\/+$/, '')}/fwgen`;
}

export function placesOf(env: Host['env'], chain: string): Places {
  const top = topOf(env);
  const folder = `${top}/${chain}`;
  return {
    lock: `${top}/lock`,
    folder,
    pending: `${folder}/pending`,
    previous: `${folder}/previous`,
    record: `${folder}/applied.json`,
    elements: `${folder}/applied.elements`,
    sources: `${folder}/sources`,
  };
}

/** The names of the filters that something is known of. */
export function filtersIn(env: Host['env'], processes: Processes): readonly string[] {
  return processes.list(topOf(env)).filter((name) => name !== 'lock');
}

/** What was loaded last. */
export interface Record {
  readonly version: 1;
  /** When, as ISO 8601. */
  readonly at: string;
  readonly backend: Backend | undefined;
  readonly families: readonly Family[];
  readonly sets: boolean;
  readonly table: { readonly family: string; readonly name: string } | undefined;
  /** The wanted structure (structureOf()), and how the kernel spells its rules. */
  readonly structure: string;
  readonly spelling: Readonly<{ [part: string]: Readonly<{ [chain: string]: readonly string[] }> }>;
  /** Hook -> chain that it must jump to, by part. */
  readonly jumps: readonly { readonly part: string; readonly from: string; readonly to: string }[];
}

/** The spelling as it stands in a record. */
export function writtenSpelling(spelling: Spelling): Record['spelling'] {
  return Object.fromEntries([...spelling].map(([part, chains]) => [part, Object.fromEntries(chains)]));
}

/** The record's spelling; none where it is of another structure. */
export function recordedSpelling(record: Record | undefined, structure?: string): Spelling {
  if (record === undefined || (structure !== undefined && record.structure !== structure)) return new Map();
  const parts = (['v4', 'v6', 'nft'] as const).flatMap((part) => {
    const chains = record.spelling[part];
    return chains === undefined ? [] : [[part, new Map(Object.entries(chains))] as const];
  });
  return new Map(parts);
}

/** Reads the record; undefined where there is none, or none that can be read. */
export function readRecord(host: Host, places: Places): Record | undefined {
  const text = readText(host, places.record);
  if (text === undefined) return undefined;
  try {
    const record: Record = JSON.parse(text);
    return record.version === 1 ? record : undefined;
  } catch {
    return undefined;
  }
}

/** The scope of a record, to find what an earlier run loaded. */
export function withRecord(scope: Scope, record: Record | undefined): Scope {
  if (record === undefined) return scope;
  return {
    ...scope,
    families: [...new Set([...scope.families, ...record.families])].sort((a, b) => a - b),
    sets: scope.sets || record.sets,
  };
}

/** The elements of our sets, one in a line behind its set's name. */
export function elementLines(live: Live, isWanted: (set: string) => boolean): string {
  const lines: string[] = [];
  for (const sets of [live.sets, live.nft?.sets ?? new Map()])
    for (const [name, { elements }] of sets)
      if (isWanted(name)) {
        // A line without an element says that the set is there at all.
        lines.push(`${name}\n`);
        for (const element of elements.keys()) lines.push(`${name} ${element}\n`);
      }
  return lines.join('');
}

/** The whole text of a file; undefined where there is none. */
export function readText(host: Host, path: string): string | undefined {
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (const chunk of host.chunks(path)) text += decoder.decode(chunk, { stream: true });
  } catch (error) {
    if (error instanceof HostError && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined;
    throw error;
  }
  return text + decoder.decode();
}

/** Replaces a file: the new one is written and synced beside it, then renamed over it. */
export function writeText(host: Host, path: string, text: string, mode = 0o600): void {
  const temporary = `${path}.new`;
  host.remove(temporary);
  host.create(temporary, new TextEncoder().encode(text), mode);
  host.rename(temporary, path);
}
