// Which of several targets serves a connection, and what becomes of those that can't be reached.

import t from 'tap';
import { type Endpoint, OpenError, type World } from '../../src/bridge/endpoint.ts';
import { type Choice, group } from '../../src/bridge/targets.ts';
import { endpoint, Played, world } from './played.ts';

/** Targets by name, of which some can be down, and the one address that they are. */
function targets(choice: Choice, some: { down?: number; patience?: number } = {}) {
  const down = new Set<string>();
  const asked: string[] = [];
  const make = (name: string): Endpoint =>
    endpoint(name, () => {
      asked.push(name);
      if (down.has(name)) return Promise.reject(new OpenError(name, 'Connection refused'));
      return Promise.resolve({ ...new Played().end, label: name });
    });
  const whole = group([make('a'), make('b'), make('c')], {
    choice,
    down: some.down ?? 60_000,
    patience: some.patience ?? 0,
  });
  const { base, lines } = world();
  const live: World = { ...base, many: true };
  return { down, asked, whole, lines, open: () => whole.open(live, 'both') };
}

t.test('failover: the first that can be reached, and the first again when its time is over', async (t) => {
  const { down, asked, open, lines, whole } = targets('failover', { down: 100 });
  t.equal(whole.label, 'a or b or c');
  t.equal((await open()).label, 'a');
  down.add('a');
  t.equal((await open()).label, 'b');
  asked.length = 0;
  t.equal((await open()).label, 'b');
  t.strictSame(asked, ['b'], 'the one that is down is not asked');
  t.ok(lines.includes('W a: Connection refused; the next target is asked'));
  down.delete('a');
  const began = performance.now();
  while ((await open()).label !== 'a' && performance.now() - began < 20_000)
    await new Promise((resolve) => setTimeout(resolve, 20));
  t.equal((await open()).label, 'a');
});

t.test('roundrobin: each in turn, without those that are down', async (t) => {
  const { down, open } = targets('roundrobin');
  const five = async (): Promise<string> => {
    let names = '';
    for (let count = 0; count < 6; count++) names += (await open()).label;
    return names;
  };
  t.equal(await five(), 'abcabc');
  down.add('b');
  t.notMatch(await five(), 'b');
});

t.test('leastconn: the one with the fewest, as they come and go', async (t) => {
  const { open } = targets('leastconn');
  const ends = [await open(), await open(), await open()];
  t.strictSame(ends.map(({ label }) => label).sort(), ['a', 'b', 'c']);
  const [, second] = ends;
  second?.dispose('done');
  second?.dispose('done');
  t.equal((await open()).label, second?.label, 'letting go twice counts once');
  const all = [await open(), await open(), await open()];
  t.strictSame(all.map(({ label }) => label).sort(), ['a', 'b', 'c']);
});

t.test(
  'none can be reached: all are asked, and the last one says why; with patience the client is held',
  async (t) => {
    const { down, asked, open } = targets('failover');
    for (const name of ['a', 'b', 'c']) down.add(name);
    await t.rejects(open(), { name: 'OpenError', message: 'c: Connection refused' });
    asked.length = 0;
    await t.rejects(open(), OpenError);
    t.strictSame(asked.length, 3, 'though all are down');
    const patient = targets('failover', { patience: 20_000 });
    for (const name of ['a', 'b', 'c']) patient.down.add(name);
    const held = patient.open();
    setTimeout(() => patient.down.delete('b'), 300);
    t.equal((await held).label, 'b');
  },
);

t.test('what is no failure of a target is not taken for one', async (t) => {
  const { base } = world();
  const broken = group([endpoint('a', () => Promise.reject(new TypeError('ours')))], {
    choice: 'failover',
    down: 1,
    patience: 0,
  });
  await t.rejects(broken.open({ ...base, many: true }, 'both'), TypeError);
});
