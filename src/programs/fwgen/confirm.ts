// fwgen confirm: keeps what is loaded.

import { diagnose } from '../../apply/faults.ts';
import { confirmPending, readPending } from '../../apply/pending.ts';
import { filtersIn, placesOf } from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import type { Host } from '../../host/host.ts';
import type { Processes } from '../../host/processes.ts';
import { cutConnections } from './connections.ts';
import { LOCKED, underLock } from './locked.ts';

/** The filter that a verb is about. */
export const WHICH = {
  chain: {
    type: 'text',
    short: 'c',
    value: 'NAME',
    summary: 'the filter whose chain is called so; each that it concerns unless given',
  },
} as const satisfies Options;

const CONFIRM = { ...WHICH, ...LOCKED } as const satisfies Options;

export const confirm: Verb = verb({
  name: 'confirm',
  summary: 'keep what apply has loaded',
  operands: [],
  options: CONFIRM,
  run: confirmFilter,
});

/** The filters that are asked for and that something is known of. */
export function chosen(chain: string | undefined, host: Host, processes: Processes): readonly string[] {
  const known = filtersIn(host.env, processes);
  return chain === undefined ? known : known.filter((name) => name === chain);
}

async function confirmFilter(invocation: Invocation<typeof CONFIRM>, io: Io): Promise<number> {
  const { host } = io;
  const processes = await host.processes();
  return underLock('confirm', invocation.number('wait'), io, processes, async () => {
    let count = 0;
    for (const chain of chosen(invocation.text('chain'), host, processes)) {
      const places = placesOf(host.env, chain);
      const pending = readPending(host, places);
      // One that died while it loaded is no state to be kept; one whose time is over is the guardian's.
      if (pending?.phase !== 'waiting' || (pending.left ?? 0) <= 0) continue;
      confirmPending(host, processes, places);
      io.complain(`${chain}: confirmed`);
      await cutConnections(pending.revoked, io, processes);
      count++;
    }
    if (count > 0) return EXIT.ok;
    io.report(
      diagnose('LD015', undefined, 'nothing waits to be confirmed', {
        hint: 'what was not confirmed in time has been put back',
      }),
    );
    return EXIT.negative;
  });
}
