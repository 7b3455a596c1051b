// fork on an address that connects: how often it connects, how many are served at once, how it ends.

import t from 'tap';
import { type Client, type Endpoint, OpenError, type World } from '../../src/bridge/endpoint.ts';
import { again } from '../../src/bridge/endpoints/connect-again.ts';
import { Given } from '../../src/bridge/given.ts';
import { Log } from '../../src/bridge/log.ts';
import type { Setting } from '../../src/bridge/values.ts';
import { Source } from '../../src/document/source.ts';

const WORLD: World = {
  log: new Log({ level: 'F', program: 'x', pid: 1, write: () => undefined, now: () => new Date() }),
  env: {},
  many: true,
  atExit: () => () => undefined,
};

const token = { text: '', span: new Source('x', '').all() };

function given(most: number | undefined, interval: number, fork = true) {
  const settings = new Map<string, Setting>();
  if (fork) settings.set('fork', { type: 'flag', value: true, token });
  settings.set('interval', { type: 'seconds', value: interval, token });
  if (most !== undefined) settings.set('max-children', { type: 'count', value: most, token });
  return new Given<'fork' | 'max-children' | 'interval'>(settings);
}

/** An address that can be connected to so often. */
function target(times = Number.POSITIVE_INFINITY): Endpoint & { opened: number } {
  const endpoint = {
    label: 'played',
    gives: true,
    takes: true,
    descriptors: 1,
    opened: 0,
    open: async (): Promise<Client> => {
      if (endpoint.opened >= times) throw new OpenError('played', 'refused');
      endpoint.opened++;
      return {
        label: 'played',
        input: undefined,
        output: undefined,
        ignoreEof: false,
        shut: 'down',
        dispose: () => undefined,
      };
    },
  };
  return endpoint;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

t.test('it connects again and again, but not while as many are there as may be', async (t) => {
  const endpoint = target();
  const taken: Client[] = [];
  const { service } = again(given(2, 0.001), () => t.fail('nothing is wrong'), endpoint);
  const serving = await service?.serve(WORLD, 'both', (client) => taken.push(client));
  await until(() => taken.length === 2);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(endpoint.opened, 2, 'a third one would be over max-children');
  taken[0]?.dispose('done');
  taken[0]?.dispose('done');
  await until(() => taken.length === 3);
  await new Promise((resolve) => setTimeout(resolve, 50));
  t.equal(endpoint.opened, 3, 'one end makes room for one');
  serving?.close();
  await serving?.ended;
  taken[1]?.dispose('done');
  await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal(endpoint.opened, 3, 'nothing after it was closed');
});

t.test('an address that can not be reached any more is its end', async (t) => {
  const endpoint = target(2);
  const { service } = again(given(undefined, 0), () => t.fail('nothing is wrong'), endpoint);
  const serving = await service?.serve(WORLD, 'both', () => undefined);
  await t.rejects(serving?.ended ?? Promise.resolve(), { message: 'played: refused' });
  t.equal(endpoint.opened, 2);
});

t.test('without fork it is what it was, and max-children means nothing', async (t) => {
  const endpoint = target();
  t.equal(
    again(given(undefined, 1, false), () => t.fail('nothing is wrong'), endpoint),
    endpoint,
  );
  const faults: string[] = [];
  again(given(3, 1, false), (_code, _span, message) => faults.push(message), endpoint);
  t.strictSame(faults, ['option max-children not allowed without option fork']);
});
