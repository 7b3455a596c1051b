// Options of sockbridge(1) about a bridge that stays: how it ends, and who is told of its connections. What they ask for is
// loaded only then.

import { writeStandardError } from '../../bridge/endpoints/process.ts';
import type { Log } from '../../bridge/log.ts';
import { type Observer, observers } from '../../bridge/observer.ts';
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
  emit: {
    type: 'text',
    value: 'WHAT',
    choices: ['systemd'],
    summary: 'print a pair of systemd units that do what this command line does, and open nothing',
    detail: `See
.Xr sockbridge-systemd 7 .`,
  },
  'exit-idle-time': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0.001,
    most: LONGEST,
    summary: 'with fork: end when nobody has been served for so long',
    detail: `For a bridge that systemd starts when somebody comes; see
.Xr sockbridge-systemd 7 .`,
  },
  metrics: {
    type: 'text',
    value: 'PLACE',
    summary: 'count connections and bytes, and serve the counts to Prometheus',
    detail: `They are served over HTTP.
The place is a port of 127.0.0.1, an address and a port, or the path of a unix socket.`,
  },
  summary: {
    type: 'text',
    value: 'FORM',
    choices: ['text', 'json'],
    summary: 'write a line for each connection that is over, and for each client that was refused',
    detail: `It tells the client, what served it, the bytes from the first address to the second
.Pq forward
and back, how long it lasted and why it ended:
.Cm eof , error , idle , half-closed , total , drain
or
.Cm unreachable .
As text it is a line of the log, as JSON an object on a line of standard error.`,
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

/** What of a run's settings these options say, and what has to be closed at the end. */
export interface ServiceSettings extends Pick<RunSettings, 'drain' | 'exitIdle' | 'total'> {
  readonly observer: Observer | undefined;
  readonly atEnd: () => void;
}

/** Makes them; --metrics listens from here on. Throws OpenError. */
export async function serviceOf(
  invocation: Given,
  env: Readonly<Record<string, string | undefined>>,
  log: Log,
): Promise<ServiceSettings> {
  const all: Observer[] = [];
  let atEnd = (): void => undefined;
  const form = invocation.text('summary');
  if (form !== undefined) {
    const { summary } = await import('../../bridge/summary.ts');
    all.push(
      summary(
        form === 'json' ? 'json' : 'text',
        (line) => log.insist('N', line),
        writeStandardError,
        () => new Date(),
      ),
    );
  }
  const place = invocation.text('metrics');
  if (place !== undefined) {
    const { Metrics } = await import('../../bridge/metrics.ts');
    const { serveMetrics } = await import('../../bridge/endpoints/metrics-listen.ts');
    const metrics = new Metrics(Math.floor(performance.timeOrigin) / 1000);
    atEnd = await serveMetrics(place, () => metrics.text());
    all.push(metrics);
  }
  if (env['NOTIFY_SOCKET'] !== undefined) {
    const { serviceManager } = await import('../../bridge/endpoints/service-manager.ts');
    all.push(serviceManager(env, log));
  }
  const milliseconds = (name: 'drain-timeout' | 'exit-idle-time' | 'total-timeout'): number | undefined => {
    const seconds = invocation.number(name);
    return seconds === undefined ? undefined : Math.round(seconds * 1000);
  };
  return {
    drain: milliseconds('drain-timeout'),
    exitIdle: milliseconds('exit-idle-time'),
    total: milliseconds('total-timeout'),
    observer: observers(all),
    atEnd,
  };
}
