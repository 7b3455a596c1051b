// The entry of a listening unix socket in the file system: what stands in its way, owner and mode before anybody can
// connect, and its removal at the end if it is still ours.

import { chmodSync, lchownSync, linkSync, lstatSync, renameSync, unlinkSync } from 'node:fs';
import type { Server } from 'node:net';
import { OpenError, type World } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { groupId, userId } from './lookup.ts';

/** The options that are read here. */
export const FILE_OPTIONS = [
  'unlink',
  'unlink-early',
  'unlink-close',
  'perm',
  'user',
  'group',
  'umask',
] as const;

type FileOption = (typeof FILE_OPTIONS)[number];

/** What the entry is to be like. */
export interface Entry {
  readonly path: string;
  readonly label: string;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
  readonly mode: number | undefined;
  readonly umask: number | undefined;
  readonly unlinkClose: boolean;
}

/** Looks up owner and group and makes way where that is asked for. Throws OpenError. */
export async function prepareEntry(path: string, label: string, given: Given<FileOption>): Promise<Entry> {
  const user = given.account('user');
  const group = given.account('group');
  const uid = user === undefined ? undefined : await userId(user);
  const gid = group === undefined ? undefined : await groupId(group);
  if (user !== undefined && uid === undefined) {
    throw new OpenError(label, `no such user ${JSON.stringify(user)}`, { option: 'user', final: true });
  }
  if (group !== undefined && gid === undefined) {
    throw new OpenError(label, `no such group ${JSON.stringify(group)}`, { option: 'group', final: true });
  }
  if (given.flag('unlink-early') === true) makeWay(path, label, 'unlink-early');
  else if (given.flag('unlink') === true) makeWay(path, label, 'unlink');
  return {
    path,
    label,
    uid,
    gid,
    mode: given.mode('perm'),
    umask: given.mode('umask'),
    unlinkClose: given.flag('unlink-close') ?? true,
  };
}

/** Removes a socket that stands at the path. Anything else is left alone: it was not made by a listener. */
function makeWay(path: string, label: string, option: string): void {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (!found.isSocket()) {
      throw new OpenError(label, `${path} is not a socket; it is left alone`, { option, final: true });
    }
    unlinkSync(path);
  } catch (error) {
    if (error instanceof OpenError) throw error;
    throw new OpenError(label, reasonOf(error), { option, final: true });
  }
}

/**
 * Runs `listen`, which binds the socket before it returns, so that the entry never has more permissions than asked for.
 * bind(2) gives it 0777 less the umask; where the owner is still to change it gets none for others meanwhile.
 */
export function bindWithMode(entry: Entry, listen: () => void): void {
  const { mode, uid, gid, umask } = entry;
  const change = uid !== undefined || gid !== undefined;
  if (mode === undefined && umask === undefined && !change) {
    listen();
    return;
  }
  const before = process.umask();
  process.umask(change ? 0o177 : 0o777 & ~finalMode(entry, before));
  try {
    listen();
  } finally {
    process.umask(before);
  }
}

function finalMode({ mode, umask }: Entry, processUmask: number): number {
  return mode ?? 0o777 & ~(umask ?? processUmask);
}

/** An entry that stands, known by device and inode. */
export class OwnedEntry {
  readonly #entry: Entry;
  readonly #device: bigint;
  readonly #inode: bigint;
  readonly #forget: () => void;

  /** Takes over the entry of a server that listens, gives it its owner and mode. Throws OpenError. */
  constructor(entry: Entry, world: World) {
    this.#entry = entry;
    const { path, label, uid, gid } = entry;
    let option: 'user' | 'group' | 'perm' = uid === undefined ? 'group' : 'user';
    try {
      const { dev, ino } = lstatSync(path, { bigint: true });
      this.#device = dev;
      this.#inode = ino;
      if (uid !== undefined || gid !== undefined) {
        lchownSync(path, uid ?? -1, gid ?? -1);
        option = 'perm';
        chmodSync(path, finalMode(entry, process.umask()));
      }
    } catch (error) {
      const particulars = uid === undefined && gid === undefined ? { final: true } : { option, final: true };
      throw new OpenError(label, `${path}: ${reasonOf(error)}`, particulars);
    }
    this.#forget = world.atExit(() => this.#remove());
  }

  /**
   * Stops the server and removes the entry, if it is to be removed and is still the one that was made: an instance that
   * was started later may have put its own there. libuv removes whatever stands at the path when the server is closed,
   * so what is to stay is given a second name for that moment.
   */
  release(server: Server): void {
    this.#forget();
    const { path, unlinkClose } = this.#entry;
    if (this.#isOurs() && unlinkClose) {
      server.close();
      this.#remove();
      return;
    }
    const aside = `${path}.${process.pid}`;
    try {
      linkSync(path, aside);
    } catch (error) {
      // Nothing there, and so nothing to keep. Otherwise the server stays open, unheard, until the process ends.
      if (codeOf(error) === 'ENOENT') server.close();
      else server.unref();
      return;
    }
    server.close();
    renameSync(aside, path);
  }

  #isOurs(): boolean {
    const found = lstatSync(this.#entry.path, { bigint: true, throwIfNoEntry: false });
    return found !== undefined && found.dev === this.#device && found.ino === this.#inode;
  }

  #remove(): void {
    try {
      if (this.#entry.unlinkClose && this.#isOurs()) unlinkSync(this.#entry.path);
    } catch {
      // The process ends; the entry can't be removed (its folder was made read-only), which harms nobody.
    }
  }
}
