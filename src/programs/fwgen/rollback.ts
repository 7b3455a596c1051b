// fwgen rollback: puts back what was loaded before, at once; after a start of the machine or the death of a guardian, what
// nobody has confirmed.

import { diagnose } from '../../apply/faults.ts';
import { readPending, undo } from '../../apply/pending.ts';
import { placesOf } from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { chosen, WHICH } from './confirm.ts';
import { LOCKED, underLock } from './locked.ts';

const ROLLBACK = {
  ...WHICH,
  ...LOCKED,
  overdue: {
    type: 'flag',
    summary: 'only what should have been confirmed by now, or was loaded before the machine started',
  },
} as const satisfies Options;

export const rollback: Verb = verb({
  name: 'rollback',
  summary: 'put back what was loaded before',
  operands: [],
  options: ROLLBACK,
  run: rollBack,
});

async function rollBack(invocation: Invocation<typeof ROLLBACK>, io: Io): Promise<number> {
  const { host } = io;
  const processes = await host.processes();
  const overdue = invocation.flag('overdue');
  return underLock('rollback', invocation.number('wait'), io, processes, async (lock) => {
    const chains = chosen(invocation.text('chain'), host, processes);
    const all = chains.map((chain) => ({ chain, places: placesOf(host.env, chain) }));
    const pending = all.filter(({ places }) => {
      const found = readPending(host, places);
      return found !== undefined && (!overdue || found.phase === 'loading' || (found.left ?? 0) <= 0);
    });
    // What is pending goes first; only where nothing is, what was confirmed last.
    const confirmed = all.filter(({ places }) => host.stat(`${places.previous}/undo.sh`) !== undefined);
    const undone = pending.length > 0 || overdue ? pending : confirmed;
    let status: number = EXIT.ok;
    for (const { chain, places } of undone) {
      const left = await undo(processes, pending.length > 0 ? places.pending : places.previous, lock);
      if (left === undefined) io.complain(`${chain}: what was loaded before has been put back`);
      else {
        io.report(diagnose('LD013', undefined, `${chain}: not everything could be put back: ${left}`));
        status = EXIT.io;
      }
    }
    if (undone.length > 0 || overdue) return status;
    io.report(diagnose('LD015', undefined, 'there is nothing to go back to'));
    return EXIT.negative;
  });
}
