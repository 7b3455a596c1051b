// Options of sockbridge(1) about a bridge that stays: how it ends, and who is told of its connections. What they ask for is
// loaded only then.

import type { Observer } from '../../bridge/observer.ts';
import type { RunSettings } from '../../bridge/run-settings.ts';
import type { GivenOptions, Options } from '../../command/program.ts';

/** The longest time that a timer of Node takes. */
const LONGEST = 2_147_483;

export const SERVICE_OPTIONS = {
  'drain-timeout': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: LONGEST,
    summary: 'after SIGTERM take no more clients, and let connections finish within so long',
    detail: `A second one ends the bridge at once.
Without this option the first one does.`,
  },
  'exit-idle-time': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0.001,
    most: LONGEST,
    summary: 'with fork: end when nobody has been served for so long',
    detail: 'For a bridge that systemd starts when somebody comes.',
  },
  'total-timeout': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0.001,
    most: LONGEST,
    summary: 'end a connection after so long, whatever it does',
    detail: 'Both sides are told that it broke off, where they can be.',
  },
} as const satisfies Options;

type Given = GivenOptions<typeof SERVICE_OPTIONS>;

/** What of a run's settings these options say. */
export function serviceOf(
  invocation: Given,
): Pick<RunSettings, 'drain' | 'exitIdle' | 'total'> & { readonly observer: Observer | undefined } {
  const milliseconds = (name: 'drain-timeout' | 'exit-idle-time' | 'total-timeout'): number | undefined => {
    const seconds = invocation.number(name);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  };
  return {
    drain: milliseconds('drain-timeout'),
    exitIdle: milliseconds('exit-idle-time'),
    total: milliseconds('total-timeout'),
    observer: undefined,
  };
}
