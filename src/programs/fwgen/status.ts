// fwgen status: what is loaded and since when, what waits to be confirmed, and whether it is still what was loaded.

import { driftOf } from '../../apply/drift.ts';
import { diagnose } from '../../apply/faults.ts';
import { type Live, type Runner, readLive, type Scope, ToolError } from '../../apply/live.ts';
import { readPending } from '../../apply/pending.ts';
import { filtersIn, type Places, placesOf, type Record, readRecord, readText } from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import type { Processes } from '../../host/processes.ts';
import { chosen, WHICH } from './confirm.ts';
import { ageOf } from './kept.ts';

const STATUS = {
  ...WHICH,
  json: { type: 'flag', short: 'j', summary: 'write JSON Lines, one for each filter; diagnostics too' },
} as const satisfies Options;

export const status: Verb = verb({
  name: 'status',
  summary: 'tell what is loaded, and whether it still is what apply has loaded',
  operands: [],
  options: STATUS,
  run: printStatus,
});

async function printStatus(invocation: Invocation<typeof STATUS>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const { host } = io;
  const processes = await host.processes();
  const chains = chosen(invocation.text('chain'), host, processes);
  let drifted = false;
  let loaded = 0;
  for (const chain of chains) {
    const places = placesOf(host.env, chain);
    const record = readRecord(host, places);
    if (record === undefined) continue;
    loaded++;
    const others = filtersIn(host.env, processes).filter((name) => name !== chain);
    const { backend, families, sets, table } = record;
    const scope: Scope = { chain, others, backend, families, sets, table };
    const run: Runner = (argv, input) => processes.run(argv, input);
    let live: Live;
    try {
      live = await readLive(run, scope);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      io.complain(error.message);
      return EXIT.unavailable;
    }
    const drift = driftOf(live, record, readText(host, places.elements) ?? '', scope);
    if (drift.length > 0) drifted = true;
    print(chain, record, drift, places, io, processes);
  }
  if (loaded === 0) {
    io.report(diagnose('LD015', undefined, 'nothing has been loaded by fwgen apply'));
    return EXIT.negative;
  }
  return drifted ? EXIT.negative : EXIT.ok;
}

function print(
  chain: string,
  record: Record,
  drift: readonly string[],
  places: Places,
  io: Io,
  processes: Processes,
): void {
  const { host } = io;
  const pending = readPending(host, places);
  const left = pending === undefined ? undefined : Math.ceil(pending.left ?? 0);
  const sources = processes
    .list(places.sources)
    .filter((name) => name.endsWith('.time'))
    .map((name) => ({
      source: decodeURIComponent(name.slice(0, -'.time'.length)),
      at: Number(readText(host, `${places.sources}/${name}`)),
    }));
  if (io.json) {
    const { at } = record;
    io.write(
      `${JSON.stringify({
        v: 1,
        kind: 'status',
        chain,
        loaded: at,
        pending: left ?? null,
        drift,
        sources: sources.map((each) => ({ source: each.source, complete: new Date(each.at).toISOString() })),
      })}\n`,
    );
    return;
  }
  io.write(`${chain}: loaded ${ageOf(processes.now() - Date.parse(record.at))} ago\n`);
  if (left !== undefined) io.write(`${chain}: not confirmed; ${left} s are left\n`);
  for (const { source, at } of sources)
    io.write(`${chain}: ${source}: last complete answer ${ageOf(processes.now() - at)} old\n`);
  for (const each of drift) io.report(diagnose('LD016', undefined, `${chain}: ${each}`));
  if (drift.length === 0) io.write(`${chain}: as it was loaded\n`);
}
