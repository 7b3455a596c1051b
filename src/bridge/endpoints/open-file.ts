// Opens a path as a file: flags, owner, mode, position, removal. What kind of file it is shows when it is open, and the
// streams are made by that.

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  ftruncateSync,
  open,
  unlinkSync,
} from 'node:fs';
import { resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { OpenError, type Use, type World } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { Token } from '../parse.ts';
import { fileStreams } from './file-streams.ts';
import { groupId, userId } from './lookup.ts';
import type { Manners } from './manners.ts';

/** The options of everything that is opened by its path. */
export const OPEN_OPTIONS = [
  'append',
  'o-creat',
  'o-directory',
  'o-dsync',
  'o-excl',
  'o-largefile',
  'o-noatime',
  'o-noctty',
  'o-nofollow',
  'o-nonblock',
  'o-rdonly',
  'o-rdwr',
  'o-rsync',
  'o-sync',
  'o-trunc',
  'o-wronly',
  'ftruncate32',
  'ftruncate64',
  'lseek32-cur',
  'lseek32-end',
  'lseek32-set',
  'lseek64-cur',
  'lseek64-end',
  'lseek64-set',
  'perm',
  'perm-early',
  'perm-late',
  'user',
  'user-early',
  'user-late',
  'group',
  'group-early',
  'group-late',
  'umask',
  'unlink',
  'unlink-early',
  'unlink-late',
  'unlink-close',
  'chdir',
] as const;

export type OpenOption = (typeof OPEN_OPTIONS)[number];

/** The flags of open(2) that an option of the same name sets. */
const FLAGS = [
  ['append', constants.O_APPEND],
  ['o-creat', constants.O_CREAT],
  ['o-directory', constants.O_DIRECTORY],
  ['o-dsync', constants.O_DSYNC],
  ['o-excl', constants.O_EXCL],
  ['o-noatime', constants.O_NOATIME],
  ['o-noctty', constants.O_NOCTTY],
  ['o-nofollow', constants.O_NOFOLLOW],
  ['o-nonblock', constants.O_NONBLOCK],
  ['o-sync', constants.O_SYNC],
  ['o-trunc', constants.O_TRUNC],
] as const;

/** On Linux O_RSYNC is O_SYNC, and every file is a large one to Node. */
const RSYNC = constants.O_SYNC;

/** The path of a parameter; undefined (reported) where it can be none. */
export function readFilePath(token: Token | undefined, report: Report): string | undefined {
  if (token === undefined) return undefined;
  const why = token.text === '' ? 'the path is empty' : 'a NUL character in the path';
  if (token.text !== '' && !token.text.includes('\0')) return token.text;
  report('BRG005', token.span, why);
  return undefined;
}

/** Reports options that contradict each other. */
export function checkOpen(given: Given<OpenOption>, report: Report): void {
  const ways = (['o-rdonly', 'o-wronly', 'o-rdwr'] as const).filter((way) => given.flag(way) === true);
  if (ways.length > 1)
    report(
      'BRG010',
      given.token(ways[1] ?? 'o-rdwr')?.span,
      `options ${ways.join(' and ')} contradict each other`,
    );
  if (given.flag('o-largefile') === false) {
    report('BRG009', given.token('o-largefile')?.span, 'option o-largefile: it can not be switched off', {
      hint: 'files may be of any size to Node',
    });
  }
}

/** The path as seen from the folder of option chdir. */
export function pathOf(path: string, given: Given<'chdir'>): string {
  const folder = given.text('chdir');
  return folder === undefined ? path : resolve(folder, path);
}

/** What the type adds to what was asked for. */
export interface Opening {
  readonly label: string;
  readonly path: string;
  readonly given: Given<OpenOption>;
  readonly manners: Manners;
  /** Flags that are set whatever the options are. */
  readonly flags: number;
  readonly mode: number;
  /** Whether the entry is removed at the end unless option unlink-close says otherwise. */
  readonly removed: boolean;
}

/** Opens a path for a use. Throws OpenError. */
export async function openPath(opening: Opening, world: World, use: Use): Promise<End> {
  const { label, path, given, manners, flags, mode } = opening;
  const fail = (error: unknown, option?: string): OpenError =>
    new OpenError(label, `${path}: ${reasonOf(error)}`, {
      code: codeOf(error),
      final: true,
      ...(option === undefined ? {} : { option }),
    });
  if (given.flag('unlink-early') === true) remove(path, label, 'unlink-early');
  else if (given.flag('unlink') === true) remove(path, label, 'unlink');
  await setEarly(path, given, fail);
  const access = accessOf(given, use, flags);
  const wanted = given.mode('perm') ?? mode;
  const umask = given.mode('umask');
  const descriptor = await openAt(path, access | flagsOf(given, flags), wanted, umask).catch(
    (error: unknown) => {
      throw fail(error);
    },
  );
  try {
    await setLate(descriptor, given, fail);
    seekAndCut(descriptor, given, fail);
    if (given.flag('unlink-late') === true) remove(path, label, 'unlink-late');
    const { input, output } = await fileStreams(descriptor, {
      reads: access !== constants.O_WRONLY && use !== 'write',
      writes: access !== constants.O_RDONLY && use !== 'read',
      follow: manners.ignoreEof,
      start: startOf(descriptor, given),
    });
    world.log.say('N', `opened ${path}`);
    const clean = given.flag('unlink-close') ?? opening.removed;
    const unlinkIt = (): void => removeQuietly(path);
    const forget = clean ? world.atExit(unlinkIt) : undefined;
    return fileEnd(label, input, output, manners, () => {
      if (forget === undefined) return;
      forget();
      unlinkIt();
    });
  } catch (error) {
    closeSync(descriptor);
    throw error instanceof OpenError ? error : fail(error);
  }
}

function fileEnd(
  label: string,
  input: Readable | undefined,
  output: Writable | undefined,
  manners: Manners,
  closed: () => void,
): End {
  let open = true;
  return {
    label,
    input,
    output,
    ...manners,
    dispose: () => {
      input?.destroy();
      output?.destroy();
      if (open) closed();
      open = false;
    },
  };
}

function accessOf(given: Given<OpenOption>, use: Use, flags: number): number {
  if (given.flag('o-rdonly') === true) return constants.O_RDONLY;
  if (given.flag('o-wronly') === true) return constants.O_WRONLY;
  if (given.flag('o-rdwr') === true) return constants.O_RDWR;
  if ((flags & constants.O_WRONLY) !== 0) return constants.O_WRONLY;
  return use === 'read' ? constants.O_RDONLY : use === 'write' ? constants.O_WRONLY : constants.O_RDWR;
}

function flagsOf(given: Given<OpenOption>, flags: number): number {
  let all = flags & ~(constants.O_WRONLY | constants.O_RDWR);
  for (const [option, flag] of FLAGS) {
    const value = given.flag(option);
    if (value === true) all |= flag;
    if (value === false) all &= ~flag;
  }
  if (given.flag('o-rsync') === true) all |= RSYNC;
  return all;
}

/** open(2) waits for the other side of a FIFO, so it is not done on this thread; the umask is one for all threads. */
function openAt(path: string, flags: number, mode: number, umask: number | undefined): Promise<number> {
  const effective = umask === undefined ? mode : mode & ~umask;
  return new Promise((resolve, reject) => {
    open(path, flags, effective, (error, descriptor) => {
      if (error === null) resolve(descriptor);
      else reject(error);
    });
  });
}

type Fail = (error: unknown, option?: string) => OpenError;

/** Owner and mode of what is there already: before it is opened. */
async function setEarly(path: string, given: Given<OpenOption>, fail: Fail): Promise<void> {
  const { uid, gid } = await ownerOf(
    given.account('user-early'),
    given.account('group-early'),
    fail,
    '-early',
  );
  const mode = given.mode('perm-early');
  try {
    if (uid !== undefined || gid !== undefined) chownSync(path, uid ?? -1, gid ?? -1);
  } catch (error) {
    throw fail(error, uid === undefined ? 'group-early' : 'user-early');
  }
  try {
    if (mode !== undefined) chmodSync(path, mode);
  } catch (error) {
    throw fail(error, 'perm-early');
  }
}

/** The same of what is open. */
async function setLate(descriptor: number, given: Given<OpenOption>, fail: Fail): Promise<void> {
  const rows = [
    [given.account('user'), given.account('group'), given.mode('perm'), ''],
    [given.account('user-late'), given.account('group-late'), given.mode('perm-late'), '-late'],
  ] as const;
  for (const [user, group, mode, suffix] of rows) {
    const { uid, gid } = await ownerOf(user, group, fail, suffix);
    try {
      if (uid !== undefined || gid !== undefined) fchownSync(descriptor, uid ?? -1, gid ?? -1);
    } catch (error) {
      throw fail(error, `${uid === undefined ? 'group' : 'user'}${suffix}`);
    }
    try {
      if (mode !== undefined) fchmodSync(descriptor, mode);
    } catch (error) {
      throw fail(error, `perm${suffix}`);
    }
  }
}

async function ownerOf(
  user: string | undefined,
  group: string | undefined,
  fail: Fail,
  suffix: string,
): Promise<{ readonly uid: number | undefined; readonly gid: number | undefined }> {
  const uid = user === undefined ? undefined : await userId(user);
  if (user !== undefined && uid === undefined)
    throw fail(new Error(`no such user ${JSON.stringify(user)}`), `user${suffix}`);
  const gid = group === undefined ? undefined : await groupId(group);
  if (group !== undefined && gid === undefined)
    throw fail(new Error(`no such group ${JSON.stringify(group)}`), `group${suffix}`);
  return { uid, gid };
}

function seekAndCut(descriptor: number, given: Given<OpenOption>, fail: Fail): void {
  const length = given.size('ftruncate32') ?? given.size('ftruncate64');
  if (length === undefined) return;
  try {
    ftruncateSync(descriptor, length);
  } catch (error) {
    throw fail(error, 'ftruncate');
  }
}

/** Where reading and writing begin; undefined where the file's own position is. */
function startOf(descriptor: number, given: Given<OpenOption>): number | undefined {
  const set = given.offset('lseek32-set') ?? given.offset('lseek64-set');
  // A file that was just opened is at its beginning.
  const current = given.offset('lseek32-cur') ?? given.offset('lseek64-cur');
  const end = given.offset('lseek32-end') ?? given.offset('lseek64-end');
  if (end !== undefined) return Math.max(0, fstatSync(descriptor).size + end);
  return set ?? current;
}

function remove(path: string, label: string, option: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw new OpenError(label, `${path}: ${reasonOf(error)}`, { option, final: true });
  }
}

function removeQuietly(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // It has gone already, or may not be removed; the address is closed all the same.
  }
}
