// A checked bridge at work, in either manner: the signals, what is tidied at the end, the run.

import type { Bridge } from '../../bridge/check.ts';
import { descriptorUse, writeStandardError } from '../../bridge/endpoints/process.ts';
import { releaseLock } from '../../bridge/endpoints/sinks.ts';
import type { Limits } from '../../bridge/engines/engine.ts';
import { streams } from '../../bridge/engines/streams.ts';
import type { Level, Log } from '../../bridge/log.ts';
import type { RelaySettings } from '../../bridge/relay.ts';
import { Reloads } from '../../bridge/reload.ts';
import { run } from '../../bridge/run.ts';
import { FAILED } from '../../bridge/run-settings.ts';
import { onStatisticsSignal, signalNumber, Tidying } from '../../bridge/signals.ts';
import { Statistics } from '../../bridge/statistics.ts';
import type { ServiceSettings } from './service.ts';
import { holdLock, type LockFile } from './sinks.ts';

/** Milliseconds, near the most that a timer of Node takes. */
const LONG = 2 ** 30;

/** What a manner decides. */
export interface Carriage extends Pick<RelaySettings, 'dump' | 'raw' | 'socat'> {
  readonly limits: Limits;
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The level at which a signal that ends the process is told. */
  readonly signalLevel: (signal: NodeJS.Signals) => Level;
  /** The signals that are told of, and tidied up after, before they end the process; the usual ones without it. */
  readonly signals?: readonly NodeJS.Signals[];
  /** --statistics: at the end too. */
  readonly statistics: boolean;
  readonly lock: LockFile | undefined;
  /** What the names of the variables begin with that programs are told things by, and the version that they are told. */
  readonly prefix: string;
  readonly version: string;
  /** What is asked of a bridge that stays; socat knows nothing of the kind. */
  readonly service?: ServiceSettings;
}

/** Runs a bridge to its end; gives the exit status. */
export async function carry(bridge: Bridge, carriage: Carriage): Promise<number> {
  const { log, env, limits, service, lock } = carriage;
  if (lock !== undefined && !(await holdLock(lock, log))) return FAILED;
  const statistics = new Statistics();
  const tell = (): void => {
    if (!statistics.begun) log.say('W', 'transfer engine not yet started, statistics not available');
    else for (const line of statistics.lines(bridge.ways)) log.insist('I', line);
  };
  const tidying = new Tidying(
    (signal) => log.say(carriage.signalLevel(signal), `exiting on signal ${signalNumber(signal)}`),
    carriage.signals,
  );
  if (lock !== undefined) tidying.add(() => releaseLock(lock.path));
  if (carriage.statistics) tidying.add(tell);
  if (service !== undefined) tidying.add(service.atEnd);
  const quiet = onStatisticsSignal(tell);
  const instead: Tidying['instead'] = (signal, action) => tidying.instead(signal, action);
  // A bridge between two ends that are inside this process has nothing that keeps Node from ending.
  const alive = setInterval(() => undefined, LONG);
  const reloads = new Reloads(log, instead, service?.observer);
  try {
    return await run(
      bridge,
      {
        engine: streams,
        descriptors: descriptorUse,
        write: writeStandardError,
        dump: carriage.dump,
        limits,
        statistics,
        ...(carriage.raw === undefined ? {} : { raw: carriage.raw }),
        ...(carriage.socat === undefined ? {} : { socat: carriage.socat }),
        drain: service?.drain,
        exitIdle: service?.exitIdle,
        observer: service?.observer,
        total: service?.total,
        instead,
      },
      {
        log,
        env: { ...env, [`${carriage.prefix}_VERSION`]: carriage.version },
        prefix: carriage.prefix,
        atExit: (task) => tidying.add(task),
        onReload: (task) => reloads.add(task),
        refused: (peer, why) => service?.observer?.refused?.(peer, why),
      },
    );
  } finally {
    clearInterval(alive);
    quiet();
    tidying.run();
    tidying.release();
  }
}

/** The beginning that a program's name makes: in capitals, as a variable's name may be. */
export function prefixOf(program: string): string {
  return program.toUpperCase().replace(/[^A-Z0-9_]/g, '_');
}
