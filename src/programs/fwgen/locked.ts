// One run at a time: the verbs that change something do it under fwgen's lock, and say for whom they wait.

import { readPending, undo } from '../../apply/pending.ts';
import { placesOf, topOf } from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Options } from '../../command/program.ts';
import type { Lock, Processes } from '../../host/processes.ts';
import { lockFault } from './plan.ts';

/** Options of the verbs that take the lock. */
export const LOCKED = {
  wait: {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 86_400,
    summary: 'how long to wait for another run to end; 60 unless given',
  },
} as const satisfies Options;

/** Does something under the lock; its exit status, or that of a lock that was not to be had. */
export async function underLock(
  verb: string,
  seconds: number | undefined,
  io: Io,
  processes: Processes,
  work: (lock: Lock) => Promise<number>,
): Promise<number> {
  const top = topOf(io.host.env);
  io.host.makeFolder(top);
  let other = '';
  const note = `fwgen ${verb}, pid ${processes.pid}, since ${new Date(processes.now()).toISOString()}`;
  const lock = await processes.lock(`${top}/lock`, {
    seconds: seconds ?? 60,
    note,
    waiting: (holder) => {
      other = holder === '' ? 'a run that is just starting, or a guardian that puts things back' : holder;
      io.complain(`waiting for ${other}`);
    },
  });
  if (lock === undefined) {
    io.report(lockFault(other));
    return EXIT.tempFail;
  }
  try {
    return await work(lock);
  } finally {
    lock.release();
  }
}

/**
 * Puts back what is pending and whose time is over: its guardian is gone, killed or with the machine's last start. False
 * where not all could be put back.
 */
export async function undoOverdue(chain: string, io: Io, processes: Processes, lock: Lock): Promise<boolean> {
  const places = placesOf(io.host.env, chain);
  const pending = readPending(io.host, places);
  // While the lock is ours, nobody loads: what is in that phase has died.
  if (pending === undefined || (pending.phase !== 'loading' && (pending.left ?? 0) > 0)) return true;
  const left = await undo(processes, places.pending, lock);
  io.complain(
    left === undefined
      ? `${chain}: what was loaded and never confirmed has been put back`
      : `${chain}: what was loaded and never confirmed could not all be put back: ${left}`,
  );
  return left === undefined;
}
