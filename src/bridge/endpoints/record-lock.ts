// Options setlk, setlkw and their kin: a lock on all of a file that others see who lock it by fcntl(2). Node has no call for
// it. perl(1), which is in every Debian, is given the descriptor and makes the lock: one of the open file description
// (F_OFD_SETLK), which stays as long as the file is open here and not only as long as perl is.

import { OpenError } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';

/** The options that are read here: they fail where somebody else has a lock, or wait for him; shared or exclusive. */
export const RECORD_LOCK_OPTIONS = ['f-setlk-wr', 'f-setlk-rd', 'f-setlkw-wr', 'f-setlkw-rd'] as const;

type RecordLockOption = (typeof RECORD_LOCK_OPTIONS)[number];

/** The numbers of Linux: the commands of fcntl(2), and l_type. */
const F_OFD_SETLK = 37;
const F_OFD_SETLKW = 38;
const F_RDLCK = 0;
const F_WRLCK = 1;

const LOCKS: readonly (readonly [RecordLockOption, number, number])[] = [
  ['f-setlk-wr', F_OFD_SETLK, F_WRLCK],
  ['f-setlk-rd', F_OFD_SETLK, F_RDLCK],
  ['f-setlkw-wr', F_OFD_SETLKW, F_WRLCK],
  ['f-setlkw-rd', F_OFD_SETLKW, F_RDLCK],
];

/** A struct flock over the whole file, with a process number of 0 as these locks want it. */
const SCRIPT =
  'fcntl(STDIN, $ARGV[0], pack("ssx4qqlx4", $ARGV[1], 0, 0, 0, 0)) or do { print STDERR $!; exit 1 }';

/** Locks descriptors as the options say. Throws OpenError where a lock can't be had. */
export async function lockRecords(
  given: Given<RecordLockOption>,
  descriptors: readonly (number | undefined)[],
  label: string,
): Promise<void> {
  const wanted = LOCKS.filter(([option]) => given.flag(option) === true);
  if (wanted.length === 0) return;
  const { spawn } = await import('node:child_process');
  for (const [option, call, kind] of wanted) {
    for (const descriptor of new Set(descriptors)) {
      if (descriptor === undefined) continue;
      const child = spawn('perl', ['-e', SCRIPT, String(call), String(kind)], {
        stdio: [descriptor, 'ignore', 'pipe'],
      });
      let why = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        why += text;
      });
      const failed = await new Promise<string | undefined>((resolve) => {
        child.once('error', (error) => resolve(`perl: ${reasonOf(error)}`));
        child.once('close', (status) => resolve(status === 0 ? undefined : why));
      });
      if (failed !== undefined) throw new OpenError(label, failed, { option });
    }
  }
}
