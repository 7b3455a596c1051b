// --metrics: what happened so far, in the text format of Prometheus
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Counting and the text; who asks for it is served by
// endpoints/metrics-listen.ts.

import type { Closing, Connection, Observer, Reason } from './observer.ts';

/** Upper bounds of the durations that are told apart, in seconds. */
const BOUNDS: readonly number[] = [0.01, 0.1, 1, 10, 60, 600, 3600];

const REASONS: readonly Reason[] = ['eof', 'idle', 'half-closed', 'total', 'drain', 'error', 'unreachable'];

type Direction = 'forward' | 'backward';

/** Counts connections. */
export class Metrics implements Observer {
  readonly #open: Set<Connection> = new Set();
  readonly #ended: Map<Reason, number> = new Map(REASONS.map((reason) => [reason, 0]));
  readonly #refused: Map<string, number> = new Map();
  readonly #durations: number[] = BOUNDS.map(() => 0);
  readonly #bytes = { forward: 0, backward: 0 };
  readonly #start: number;
  #seconds = 0;
  #waiting = 0;
  #draining = false;
  #reloads = { good: 0, bad: 0 };

  /** `start` is when the bridge was started, in seconds since 1970. */
  constructor(start: number) {
    this.#start = start;
  }

  refused(_peer: string, why: string): void {
    const option = optionOf(why);
    this.#refused.set(option, (this.#refused.get(option) ?? 0) + 1);
  }

  waiting(count: number): void {
    this.#waiting = count;
  }

  began(connection: Connection): void {
    this.#open.add(connection);
  }

  ended(connection: Connection, { reason, forward, backward, milliseconds }: Closing): void {
    this.#open.delete(connection);
    this.#ended.set(reason, (this.#ended.get(reason) ?? 0) + 1);
    this.#bytes.forward += forward.bytes;
    this.#bytes.backward += backward.bytes;
    const seconds = milliseconds / 1000;
    this.#seconds += seconds;
    for (const [index, bound] of BOUNDS.entries())
      if (seconds <= bound) this.#durations[index] = (this.#durations[index] ?? 0) + 1;
  }

  draining(): void {
    this.#draining = true;
  }

  reloaded(failed: boolean): void {
    this.#reloads[failed ? 'bad' : 'good']++;
  }

  /** All of it as it stands. */
  text(): string {
    const total = [...this.#ended.values()].reduce((sum, count) => sum + count, 0);
    return [
      family('connections_active', 'gauge', 'Connections that are being served.', [['', this.#open.size]]),
      family('connections_waiting', 'gauge', 'Clients that wait to be served.', [['', this.#waiting]]),
      family(
        'connections_closed_total',
        'counter',
        'Connections that are over, by why.',
        [...this.#ended].map(([reason, count]) => [label('reason', reason), count]),
      ),
      family(
        'clients_refused_total',
        'counter',
        'Clients that were turned away, by why.',
        [...this.#refused].map(([option, count]) => [label('reason', option), count]),
      ),
      family('bytes_total', 'counter', 'Bytes that were carried.', [
        [label('direction', 'forward'), this.#carried('forward')],
        [label('direction', 'backward'), this.#carried('backward')],
      ]),
      histogram(this.#durations, total, this.#seconds),
      family('reloads_total', 'counter', 'Times that files were read anew.', [
        [label('result', 'success'), this.#reloads.good],
        [label('result', 'failure'), this.#reloads.bad],
      ]),
      family('draining', 'gauge', 'Whether no more clients are taken.', [['', this.#draining ? 1 : 0]]),
      family('start_time_seconds', 'gauge', 'When the bridge was started, since 1970.', [['', this.#start]]),
    ].join('');
  }

  #carried(direction: Direction): number {
    let bytes = this.#bytes[direction];
    for (const { relay } of this.#open) bytes += relay?.[direction].bytes ?? 0;
    return bytes;
  }
}

/** `allow option` -> allow: the part of a reason that is no client's own. */
function optionOf(why: string): string {
  const option = /^([a-z0-9-]+) option\b/.exec(why)?.[1];
  return option ?? (why.startsWith('its PROXY header') ? 'proxy-header' : 'other');
}

function family(
  name: string,
  type: 'counter' | 'gauge',
  help: string,
  samples: readonly (readonly [labels: string, value: number])[],
): string {
  const lines = samples.map(([labels, value]) => `sockbridge_${name}${labels} ${value}\n`);
  return `# HELP sockbridge_${name} ${help}\n# TYPE sockbridge_${name} ${type}\n${lines.join('')}`;
}

function histogram(counts: readonly number[], total: number, sum: number): string {
  const name = 'sockbridge_connection_duration_seconds';
  const buckets = BOUNDS.map(
    (bound, index) => `${name}_bucket${label('le', String(bound))} ${counts[index] ?? 0}\n`,
  );
  return [
    `# HELP ${name} How long connections lasted.\n# TYPE ${name} histogram\n`,
    ...buckets,
    `${name}_bucket${label('le', '+Inf')} ${total}\n${name}_sum ${sum}\n${name}_count ${total}\n`,
  ].join('');
}

function label(name: string, value: string): string {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return `{${name}="${escaped}"}`;
}
