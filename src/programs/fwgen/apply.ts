// fwgen apply: carries out the plan, so that it can be put back, and unless it is confirmed in time is.

import { Address, AddressFault } from '../../address/index.ts';
import { diagnose } from '../../apply/faults.ts';
import { type Loaded, load, writeRecord } from '../../apply/load.ts';
import { readPending, undo } from '../../apply/pending.ts';
import { filtersIn, readText } from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { holds } from '../../firewall/model.ts';
import type { Lock, Processes } from '../../host/processes.ts';
import { cutConnections } from './connections.ts';
import { STREAMS } from './filter.ts';
import { keepAnswers } from './kept.ts';
import { LOCKED, underLock, undoOverdue } from './locked.ts';
import { printSteps } from './plan.ts';
import { PLAN, type Prepared, prepare } from './prepare.ts';

/** On a terminal, unless --confirm-within says otherwise. */
const CONFIRM_WITHIN = 60;

const APPLY = {
  ...PLAN,
  ...LOCKED,
  'dry-run': {
    type: 'flag',
    short: 'n',
    summary: 'print the very steps that would be run, and run none',
  },
  'confirm-within': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 86_400,
    summary:
      'put everything back unless fwgen confirm comes within this time; 60 on a terminal and 0, which is never, elsewhere unless given',
  },
  cut: {
    type: 'flag',
    summary: 'cut the connections of addresses that are no longer let in (needs conntrack)',
    detail: `Rules that let established connections pass would keep them open.
It is done when what is loaded is confirmed.`,
  },
} as const satisfies Options;

export const apply: Verb = verb({
  name: 'apply',
  summary: 'load a filter, so that it can be undone',
  operands: STREAMS,
  options: APPLY,
  run: applyFilter,
});

type Apply = Invocation<typeof APPLY>;

async function applyFilter(invocation: Apply, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const processes = await io.host.processes();
  if (invocation.flag('dry-run')) {
    const prepared = await prepare(invocation, io, processes);
    if ('exit' in prepared) return prepared.exit;
    printSteps(prepared.difference.steps, io);
    return prepared.refused ? EXIT.data : EXIT.ok;
  }
  if (io.host.uid !== 0) {
    io.complain('only root can load rules; fwgen plan needs no root');
    return EXIT.noPermission;
  }
  let waiting: Prepared | undefined;
  const status = await underLock('apply', invocation.number('wait'), io, processes, async (lock) => {
    // Whichever filter this will be about: a policy says so only when it has been read.
    for (const chain of filtersIn(io.host.env, processes))
      if (!(await undoOverdue(chain, io, processes, lock))) return EXIT.io;
    const prepared = await prepare(invocation, io, processes);
    if ('exit' in prepared) return prepared.exit;
    if (prepared.refused) return EXIT.data;
    const done = await carryOut(invocation, prepared, io, processes, lock);
    if (done.waiting) waiting = prepared;
    return done.status;
  });
  // Others may run while this waits: all that is left to do is the guardian's.
  return waiting === undefined ? status : awaitConfirmation(waiting, io, processes);
}

async function carryOut(
  invocation: Apply,
  prepared: Prepared,
  io: Io,
  processes: Processes,
  lock: Lock,
): Promise<{ readonly status: number; readonly waiting: boolean }> {
  const { places, difference, gathered, live, record } = prepared;
  const { host } = io;
  const pending = readPending(host, places);
  if (pending !== undefined) {
    io.report(
      diagnose(
        'LD014',
        undefined,
        `what was loaded last is not confirmed yet; ${Math.ceil(pending.left ?? 0)} s are left`,
        {
          hint: 'fwgen confirm keeps it, fwgen rollback puts back what was before',
        },
      ),
    );
    return { status: EXIT.tempFail, waiting: false };
  }
  if (difference.steps.length === 0) {
    keepAnswers(host, places, gathered, processes.now());
    if (record === undefined) writeRecord(host, processes, places, prepared, live);
    return { status: EXIT.ok, waiting: false };
  }
  host.makeFolder(places.folder);
  const within = invocation.number('confirm-within') ?? (host.isTerminal(2) ? CONFIRM_WITHIN : 0);
  const revoked = invocation.flag('cut') ? revokedIn(prepared) : [];
  const { keep } = gathered;
  const confirmWithin = within === 0 ? undefined : Math.ceil(within);
  const loaded = await load(host, processes, places, { ...prepared, keep, confirmWithin, revoked }, lock);
  if (!loaded.done) return { status: tellFailure(loaded, io), waiting: false };
  keepAnswers(host, places, gathered, processes.now());
  if (io.json) printSteps(difference.steps, io);
  else for (const { changes } of difference.steps) for (const change of changes) io.complain(change);
  if (!loaded.waiting) {
    await cutConnections(revoked, io, processes);
    return { status: EXIT.ok, waiting: false };
  }
  io.complain(
    `loaded. Unless "fwgen confirm" comes within ${confirmWithin} s, from a new session, everything is put back`,
  );
  return { status: EXIT.ok, waiting: true };
}

function tellFailure(loaded: Exclude<Loaded, { done: true }>, io: Io): number {
  const what =
    loaded.step === undefined ? 'what was read back is not what was loaded' : loaded.step.argv.join(' ');
  if (loaded.left === undefined)
    io.report(diagnose('LD012', undefined, `${what}: ${loaded.reason}; everything has been put back`));
  else
    io.report(
      diagnose(
        'LD013',
        undefined,
        `${what}: ${loaded.reason}; not everything could be put back: ${loaded.left}`,
        {
          hint: 'fwgen rollback tries again',
        },
      ),
    );
  return EXIT.io;
}

/** How often it is looked whether somebody has confirmed, in milliseconds. */
const LOOK = 200;

/** Waits until it is confirmed or undone, by whomever. Interrupted, it undoes at once; hung up, the guardian does in time. */
async function awaitConfirmation({ places }: Prepared, io: Io, processes: Processes): Promise<number> {
  const { host } = io;
  const id = readPending(host, places)?.id;
  let interrupted = false;
  const stop = processes.onSignals(['SIGINT', 'SIGTERM'], () => {
    interrupted = true;
  });
  try {
    while (!interrupted && readPending(host, places)?.id === id) await processes.sleep(LOOK);
  } finally {
    stop();
  }
  if (interrupted) {
    const status = await underLock('apply', undefined, io, processes, async (lock) => {
      if (readPending(host, places)?.id !== id) return EXIT.ok;
      const left = await undo(processes, places.pending, lock);
      if (left !== undefined)
        io.report(diagnose('LD013', undefined, `not everything could be put back: ${left}`));
      return left === undefined ? EXIT.ok : EXIT.io;
    });
    if (status !== EXIT.ok) return status;
  }
  if (readText(host, `${places.previous}/id`) === id) {
    io.complain('confirmed');
    return EXIT.ok;
  }
  io.complain(
    interrupted ? 'interrupted: everything has been put back' : 'not confirmed: everything has been put back',
  );
  return EXIT.negative;
}

/** Addresses that were let in and are in no set any more. */
function revokedIn({ difference, ruleset }: Prepared): readonly string[] {
  const sets = ruleset.families.flatMap(({ rules }) =>
    rules.flatMap(({ from, to }) => [from, to].flatMap((set) => (set === 'any' ? [] : [set]))),
  );
  const removed = new Set(difference.sets.flatMap((change) => change.removed));
  return [...removed].filter((text) => {
    const address = Address.read(text);
    return (
      address instanceof AddressFault ||
      !sets.some((set) => set.family === address.family && holds(set, address))
    );
  });
}
