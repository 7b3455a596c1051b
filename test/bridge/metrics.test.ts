// What is told of connections: lines for each, and counts that a strict reader of Prometheus's text format takes.

import fc from 'fast-check';
import t from 'tap';
import { metricsPlace } from '../../src/bridge/endpoints/metrics-listen.ts';
import { watchdogInterval } from '../../src/bridge/endpoints/service-manager.ts';
import { Metrics } from '../../src/bridge/metrics.ts';
import type { Closing, Connection, Reason } from '../../src/bridge/observer.ts';
import { summary } from '../../src/bridge/summary.ts';

function connection(id: number, bytes?: number): Connection {
  const relay =
    bytes === undefined
      ? undefined
      : { forward: { bytes, blocks: 1 }, backward: { bytes: 2 * bytes, blocks: 1 } };
  return { id, peer: '192.0.2.1:5000', began: 0, target: 'unix:/run/x', relay };
}

function closing(reason: Reason, milliseconds = 250, detail?: string): Closing {
  return {
    reason,
    detail,
    forward: { bytes: 12, blocks: 1 },
    backward: { bytes: 340, blocks: 2 },
    milliseconds,
  };
}

/**
 * Reads the text format as its specification has it and throws where it is not kept: HELP and TYPE before the samples of a
 * family, samples of a family together, no sample twice, counters end in _total and are not negative, buckets of a histogram
 * add up to its count.
 */
function readStrictly(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  const types = new Map<string, string>();
  const closed = new Set<string>();
  let current = '';
  if (!text.endsWith('\n')) throw new Error('no line end at the end');
  for (const line of text.slice(0, -1).split('\n')) {
    const help = /^# HELP ([a-z_]+) (\S.*)$/.exec(line);
    const type = /^# TYPE ([a-z_]+) (counter|gauge|histogram)$/.exec(line);
    if (help !== null) {
      const [, name = ''] = help;
      if (types.has(name) || closed.has(name)) throw new Error(`${name} again`);
      closed.add(current);
      current = name;
    } else if (type !== null) {
      const [, name = '', kind = ''] = type;
      if (name !== current || types.has(name)) throw new Error(`TYPE of ${name} in the wrong place`);
      if ((kind === 'counter') !== name.endsWith('_total')) throw new Error(`${kind} ${name}`);
      types.set(name, kind);
    } else {
      const sample =
        /^([a-z_]+)((?:\{[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"\})?) (-?\d+(?:\.\d+)?(?:e[+-]\d+)?)$/.exec(line);
      if (sample === null) throw new Error(`no sample: ${line}`);
      const [, name = '', labels = '', value = ''] = sample;
      const family = types.get(current) === 'histogram' ? name.replace(/_(?:bucket|sum|count)$/, '') : name;
      if (family !== current || !types.has(current)) throw new Error(`${name} stands with ${current}`);
      if (samples.has(name + labels)) throw new Error(`${name}${labels} twice`);
      if (Number(value) < 0) throw new Error(`${line} is negative`);
      samples.set(name + labels, Number(value));
    }
  }
  for (const [name, kind] of types) {
    if (kind !== 'histogram') continue;
    const buckets = [...samples]
      .filter(([key]) => key.startsWith(`${name}_bucket`))
      .map(([, value]) => value);
    if (buckets.some((value, index) => value < (buckets[index - 1] ?? 0))) throw new Error('buckets fall');
    if (buckets.at(-1) !== samples.get(`${name}_count`)) throw new Error('the last bucket is not the count');
  }
  return samples;
}

t.test('counts', async (t) => {
  const metrics = new Metrics(1_700_000_000.5);
  const [first, second] = [connection(1), connection(2, 1000)];
  metrics.began(first);
  metrics.began(second);
  metrics.waiting(3);
  metrics.ended(first, closing('eof', 50));
  metrics.refused('10.0.0.1:1', 'allow option');
  metrics.refused('10.0.0.2:1', 'max-per-source option (2 from 10.0.0.2/32)');
  metrics.refused('10.0.0.2:1', 'max-per-source option (2 from 10.0.0.2/32)');
  metrics.refused('10.0.0.3:1', 'its PROXY header: "x" is no port');
  metrics.reloaded(true);
  const samples = readStrictly(metrics.text());
  const value = (name: string): number | undefined => samples.get(`sockbridge_${name}`);
  t.equal(value('connections_active'), 1);
  t.equal(value('connections_waiting'), 3);
  t.equal(value('connections_closed_total{reason="eof"}'), 1);
  t.equal(value('connections_closed_total{reason="error"}'), 0, 'what did not happen yet is there too');
  t.equal(value('bytes_total{direction="forward"}'), 1012, 'what is being carried counts already');
  t.equal(value('bytes_total{direction="backward"}'), 2340);
  t.equal(value('clients_refused_total{reason="max-per-source"}'), 2, 'no address in a label');
  t.equal(value('clients_refused_total{reason="proxy-header"}'), 1);
  t.equal(value('connection_duration_seconds_bucket{le="0.01"}'), 0);
  t.equal(value('connection_duration_seconds_bucket{le="0.1"}'), 1);
  t.equal(value('connection_duration_seconds_bucket{le="+Inf"}'), 1);
  t.equal(value('reloads_total{result="failure"}'), 1);
  t.equal(value('draining'), 0);
  metrics.draining();
  t.equal(readStrictly(metrics.text()).get('sockbridge_draining'), 1);
  t.equal(value('start_time_seconds'), 1_700_000_000.5);
  t.throws(() => readStrictly('a 1\n'), 'and the judge bites');
  t.throws(() => readStrictly('# HELP a b\n# TYPE a gauge\na 1\na 2\n'));
  t.throws(() => readStrictly('# HELP a b\n# TYPE a counter\na 1\n'));
});

t.test('whatever happens, the text is one that can be read', async (t) => {
  const step = fc.oneof(
    fc.record({ what: fc.constant('begin' as const) }),
    fc.record({
      what: fc.constant('end' as const),
      reason: fc.constantFrom<Reason>('eof', 'error', 'idle', 'total', 'unreachable'),
      milliseconds: fc.double({ min: 0, max: 1e9, noNaN: true }),
    }),
    fc.record({ what: fc.constant('refuse' as const), why: fc.string() }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const metrics = new Metrics(1);
      const open: Connection[] = [];
      for (const [index, each] of steps.entries()) {
        if (each.what === 'begin') {
          const begun = connection(index);
          open.push(begun);
          metrics.began(begun);
        } else if (each.what === 'refuse') metrics.refused('x', each.why);
        else {
          const last = open.pop();
          if (last !== undefined) metrics.ended(last, closing(each.reason, each.milliseconds));
        }
      }
      return readStrictly(metrics.text()).get('sockbridge_connections_active') === open.length;
    }),
    { numRuns: 200 },
  );
  t.pass();
});

t.test('a line for each connection', async (t) => {
  const said: string[] = [];
  const written: string[] = [];
  const make = (form: 'text' | 'json') =>
    summary(
      form,
      (line) => said.push(line),
      (text) => written.push(text),
      () => new Date(0),
    );
  const text = make('text');
  text.ended?.(connection(7), closing('eof'));
  text.ended?.(
    { ...connection(8), target: undefined },
    closing('unreachable', 3, 'unix:/run/x: Connection refused'),
  );
  text.refused?.('10.0.0.1:1', 'allow option');
  t.strictSame(said, [
    'connection 7: 192.0.2.1:5000 to unix:/run/x, 12 bytes forward, 340 back, 0.25 s, eof',
    'connection 8: 192.0.2.1:5000 to nowhere, 12 bytes forward, 340 back, 0.003 s, unreachable (unix:/run/x: Connection refused)',
    '10.0.0.1:1 was refused: allow option',
  ]);
  const json = make('json');
  json.ended?.(connection(7), closing('error', 250, 'Connection reset by peer'));
  json.ended?.({ ...connection(8), target: undefined }, closing('drain'));
  json.refused?.('10.0.0.1:1', 'deny option');
  const time = '1970-01-01T00:00:00.000Z';
  const common = { time, peer: '192.0.2.1:5000', forward: 12, backward: 340, seconds: 0.25 };
  t.ok(written.every((line) => line.endsWith('}\n') && line.indexOf('\n') === line.length - 1));
  t.strictSame(
    written.map((line) => JSON.parse(line)),
    [
      { ...common, id: 7, target: 'unix:/run/x', reason: 'error', detail: 'Connection reset by peer' },
      { ...common, id: 8, target: null, reason: 'drain' },
      { time, peer: '10.0.0.1:1', reason: 'refused', detail: 'deny option' },
    ],
  );
});

t.test('where counts are served', async (t) => {
  for (const [text, place] of [
    ['9100', { host: '127.0.0.1', port: 9100 }],
    ['0.0.0.0:9100', { host: '0.0.0.0', port: 9100 }],
    ['[::1]:9100', { host: '::1', port: 9100 }],
    ['/run/metrics', { path: '/run/metrics' }],
    ['./metrics', { path: './metrics' }],
    ['metrics', undefined],
    ['localhost:9100', undefined],
    ['70000', undefined],
    ['', undefined],
  ] as const)
    t.strictSame(metricsPlace(text), place, text);
});

t.test('how often a sign of life is wanted', async (t) => {
  for (const [env, milliseconds] of [
    [{}, undefined],
    [{ WATCHDOG_USEC: '30000000' }, 15_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '42' }, 15_000],
    [{ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '43' }, undefined],
    [{ WATCHDOG_USEC: '0' }, undefined],
    [{ WATCHDOG_USEC: 'x' }, undefined],
    [{ WATCHDOG_USEC: '1' }, 1],
    [{ WATCHDOG_USEC: '999999999999999' }, 2_147_483_647],
  ] as const)
    t.equal(watchdogInterval(env, 42), milliseconds, JSON.stringify(env));
});
