// What is loaded and not confirmed yet: its folder with the way back, its phases, and how it ends, confirmed or undone. Made
// as a whole before anything is changed; each change of it is a rename.

import type { Host } from '../host/host.ts';
import type { Lock, Processes } from '../host/processes.ts';
import { GUARDIAN } from './guardian.ts';
import { decode } from './live.ts';
import { type Places, readText, writeText } from './state.ts';
import type { UndoFiles } from './undo.ts';

/** Makes the folder with all its files; phase `loading`. */
export function openPending(
  host: Host,
  processes: Processes,
  places: Places,
  files: UndoFiles,
  id: string,
): void {
  const folder = `${places.folder}/pending.new`;
  processes.removeFolder(folder);
  host.makeFolder(folder);
  const encoder = new TextEncoder();
  const all: (readonly [string, string])[] = [
    ...files,
    ['guardian.sh', GUARDIAN],
    ['id', id],
    ['phase', 'loading\n'],
  ];
  for (const [name, path] of [
    ['old.applied.json', places.record],
    ['old.applied.elements', places.elements],
  ] as const) {
    const text = readText(host, path);
    if (text !== undefined) all.push([name, text]);
  }
  for (const [name, text] of all) host.create(`${folder}/${name}`, encoder.encode(text), 0o600);
  host.rename(folder, places.pending);
}

/** Starts the guardian of the pending folder. */
export function startGuardian(processes: Processes, places: Places, id: string): number {
  const { pending, lock } = places;
  return processes.apart(['sh', `${pending}/guardian.sh`, pending, id, lock]);
}

/** From here on the guardian waits: it undoes when the machine has been up for so many seconds. */
export function startWaiting(host: Host, places: Places, seconds: number): void {
  const deadline = Math.ceil(uptime(host)) + seconds;
  writeText(host, `${places.pending}/boot`, bootOf(host));
  writeText(host, `${places.pending}/deadline`, `${deadline}\n`);
  writeText(host, `${places.pending}/phase`, 'waiting\n');
}

/** What is known of something pending. */
export interface Pending {
  readonly id: string;
  readonly phase: string;
  /** Seconds until it is undone; negative when that is overdue, or the machine has been started anew. */
  readonly left: number | undefined;
  /** Addresses that lose their connections when it is confirmed. */
  readonly revoked: readonly string[];
}

export function readPending(host: Host, places: Places): Pending | undefined {
  const id = readText(host, `${places.pending}/id`);
  if (id === undefined) return undefined;
  const deadline = readText(host, `${places.pending}/deadline`);
  const sameBoot = readText(host, `${places.pending}/boot`) === bootOf(host);
  const left = deadline === undefined ? undefined : sameBoot ? Number(deadline) - uptime(host) : -1;
  const revoked = (readText(host, `${places.pending}/revoked`) ?? '')
    .split('\n')
    .filter((line) => line !== '');
  return { id, phase: (readText(host, `${places.pending}/phase`) ?? '').trim(), left, revoked };
}

/** Keeps it: what was the way back from it is kept for `fwgen rollback`. The lock must be held. */
export function confirmPending(host: Host, processes: Processes, places: Places): void {
  const gone = `${places.folder}/gone`;
  processes.removeFolder(gone);
  if (host.stat(places.previous) !== undefined) host.rename(places.previous, gone);
  host.rename(places.pending, places.previous);
  processes.removeFolder(gone);
}

/** Runs a way back; what it said where not all could be put back. The lock must be held. */
export async function undo(processes: Processes, folder: string, lock: Lock): Promise<string | undefined> {
  const finished = await processes.run(['sh', `${folder}/undo.sh`], undefined, lock);
  if (finished.status === 0) return undefined;
  return decode(finished.stderr).trim() || `ended with ${finished.status ?? finished.signal}`;
}

/** Seconds since the kernel's start. */
function uptime(host: Host): number {
  return Number((readText(host, '/proc/uptime') ?? '0').split(' ')[0]);
}

/** What is another one after each start of the machine. */
function bootOf(host: Host): string {
  return readText(host, '/proc/sys/kernel/random/boot_id') ?? '';
}
