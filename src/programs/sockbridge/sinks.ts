// Where a run of sockbridge writes besides its addresses, in either manner: its log, raw copies of what is carried; and
// the lock that it holds.

import { writeStandardError } from '../../bridge/endpoints/process.ts';
import { type Appender, appendTo, openSyslog, takeLock } from '../../bridge/endpoints/sinks.ts';
import { type Level, type Log, type LogSettings, microseconds } from '../../bridge/log.ts';
import type { RelaySettings } from '../../bridge/relay.ts';

/** Where log lines go. */
export type LogPlace =
  | { readonly kind: 'stderr' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'syslog'; readonly facility: string };

/** What writes log lines to a place. Throws SinkError. */
export async function logWriter(place: LogPlace, program: string): Promise<LogSettings['write']> {
  switch (place.kind) {
    case 'stderr':
      return writeStandardError;
    case 'file':
      return appendTo(place.path, 'cannot open log file').write;
    case 'syslog': {
      const write = await openSyslog(program, place.facility);
      return (_line, level, text) => write(level, text);
    }
  }
}

/**
 * -r and -R: each way into its file; undefined where there is neither. The files are opened for each connection, whose own
 * facts their names may tell.
 */
export async function rawWriter(
  forwardPath: string | undefined,
  backwardPath: string | undefined,
  program: string,
  prefix: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RelaySettings['raw']> {
  if (forwardPath === undefined && backwardPath === undefined) return undefined;
  const [{ rawPath }, { partiesFacts }] = await Promise.all([
    import('./raw-path.ts'),
    import('../../bridge/endpoints/environment.ts'),
  ]);
  return (left, right) => {
    const parties = left.parties ?? right.parties;
    const told = parties === undefined ? [] : Object.entries(partiesFacts(parties));
    const facts = {
      program,
      pid: process.pid,
      now: new Date(),
      micros: microseconds(),
      env: { ...env, ...Object.fromEntries(told.map(([name, value]) => [`${prefix}_${name}`, value])) },
    };
    const open = (path: string | undefined, option: string): Appender | undefined =>
      path === undefined ? undefined : appendTo(rawPath(path, facts), `option ${option}`, 0o664);
    const forward = open(forwardPath, '-r');
    const backward = open(backwardPath, '-R');
    return {
      write: (direction, bytes) => (direction === 'forward' ? forward : backward)?.write(bytes),
      close: () => {
        forward?.close();
        backward?.close();
      },
    };
  };
}

/** How long -W waits between looks at the lock, in milliseconds. */
const LOCK_INTERVAL = 1000;

/** -L and -W. */
export interface LockFile {
  readonly path: string;
  /** Until it is free. */
  readonly wait: boolean;
}

/** -L and -W. */
export interface LockFile {
  readonly path: string;
  /** Until it is free. */
  readonly wait: boolean;
}

/** -L and -W. */
export interface LockFile {
  readonly path: string;
  /** Until it is free. */
  readonly wait: boolean;
}

/** Takes the lock, or says why it can't be had. */
export async function holdLock({ path, wait }: LockFile, log: Log): Promise<boolean> {
  for (let level: Level = 'N'; !takeLock(path); level = 'I') {
    if (!wait) {
      log.say('E', `could not obtain lock "${path}"`);
      return false;
    }
    log.say(level, `waiting for lock "${path}"`);
    await new Promise((resolve) => setTimeout(resolve, LOCK_INTERVAL));
  }
  log.say('I', `obtained lock "${path}"`);
  return true;
}
