// How a service ends and what it keeps to, on clients that are played: limits, drain, idle time, total time, who is told.

import t from 'tap';
import { OpenError } from '../../src/bridge/endpoint.ts';
import type { ConnectionLimits } from '../../src/bridge/limits.ts';
import {
  type Closing,
  type Connection,
  type Observer,
  observers,
  peerText,
} from '../../src/bridge/observer.ts';
import { Reloads } from '../../src/bridge/reload.ts';
import { run } from '../../src/bridge/run.ts';
import type { RunSettings } from '../../src/bridge/run-settings.ts';
import { bridge, endpoint, Played, service, soon, world } from './played.ts';

const LIMITS: ConnectionLimits = {
  most: undefined,
  rate: undefined,
  overflow: 'queue',
  perSource: undefined,
  ratePerSource: undefined,
  bits4: 32,
  bits6: 64,
};

/** A run whose signals the test sends, and whose end it sees. */
function started(some: Partial<RunSettings>, limits?: Partial<ConnectionLimits>) {
  const actions = new Map<string, () => void>();
  let closed = false;
  const played = service(
    undefined,
    { close: () => (closed = true) },
    limits === undefined ? {} : { limits: { ...LIMITS, ...limits } },
  );
  const { base, settings, lines } = world();
  const state: { status: number | undefined } = { status: undefined };
  const instead: RunSettings['instead'] = (signal, action) => {
    actions.set(signal, action);
    return () => actions.delete(signal);
  };
  void run(bridge(played.listener, played.backend), { ...settings, instead, ...some }, base).then(
    (status) => (state.status = status),
  );
  return { ...played, lines, state, actions, isClosed: () => closed };
}

t.test('max-connections: those over it wait, or are cut off', async (t) => {
  const queue = started({}, { most: 2 });
  await soon(0);
  const clients = [1, 2, 3].map(() => queue.arrive('10.0.0.1'));
  await soon();
  t.equal(queue.opened.length, 2);
  t.strictSame(clients[2]?.partings, []);
  t.ok(queue.lines.includes('N as many are active as may be (2), waiting: 1'));
  clients[0]?.feed(null);
  queue.opened[0]?.feed(null);
  await soon();
  t.equal(queue.opened.length, 3, 'its turn has come');
  const reject = started({}, { most: 2, overflow: 'reject' });
  await soon(0);
  const more = [1, 2, 3].map(() => reject.arrive('10.0.0.1'));
  await soon();
  t.strictSame(
    more.map(({ partings }) => partings),
    [[], [], ['broken']],
  );
  t.ok(reject.lines.includes('W refusing connection from 10.0.0.1:1000 due to max-connections option (2)'));
  more[0]?.feed(null);
  reject.opened[0]?.feed(null);
  await soon();
  t.strictSame(reject.arrive('10.0.0.1').partings, [], 'one has gone, one may come');
});

t.test('max-rate: those over it are let in one by one', async (t) => {
  const { arrive, opened } = started({}, { rate: { count: 2, seconds: 0.4 } });
  await soon(0);
  for (let count = 0; count < 4; count++) arrive('10.0.0.1');
  await soon(0);
  t.equal(opened.length, 2, 'a burst');
  const began = performance.now();
  while (opened.length < 4 && performance.now() - began < 20_000) await soon(5);
  t.equal(opened.length, 4);
  t.ok(performance.now() - began > 300, 'and the others in 0.2 s each');
});

t.test('max-per-source goes by where a client comes from', async (t) => {
  const { arrive, opened, lines } = started({}, { perSource: 1, bits4: 24 });
  await soon(0);
  const [first, second, other] = ['10.0.0.1', '10.0.0.2', '10.0.1.1'].map((address) => arrive(address));
  await soon();
  t.strictSame([first?.partings, second?.partings, other?.partings], [[], ['broken'], []]);
  t.ok(
    lines.includes(
      'W refusing connection from 10.0.0.2:1000 due to max-per-source option (1 from 10.0.0.0/24)',
    ),
  );
  first?.feed(null);
  opened[0]?.feed(null);
  await soon();
  t.strictSame(arrive('10.0.0.2').partings, []);
});

t.test('drain', async (t) => {
  t.test('what finishes in time ends it with 0', async (t) => {
    const { arrive, opened, state, actions, isClosed, lines } = started({ drain: 20_000 });
    await soon(0);
    const client = arrive();
    await soon();
    actions.get('SIGTERM')?.();
    await soon();
    t.ok(isClosed(), 'nobody else is taken');
    t.notOk(actions.has('SIGTERM'), 'a second one is not ours');
    t.ok(lines.includes('N draining: no more clients are taken, 1 left, with 20 s to finish'));
    client.feed('the last question');
    client.feed(null);
    await soon();
    t.equal(state.status, undefined);
    opened[0]?.feed('the answer');
    opened[0]?.feed(null);
    await soon();
    t.equal(client.text, 'the answer');
    t.equal(state.status, 0);
  });
  t.test('what does not is cut off and told so, those who wait too, and the status is 1', async (t) => {
    const { arrive, opened, state, actions } = started({ drain: 50 }, { most: 1 });
    await soon(0);
    const [client, waits] = [arrive(), arrive()];
    await soon();
    actions.get('SIGTERM')?.();
    await soon(200);
    t.strictSame(
      [client.partings, opened[0]?.partings, waits.partings],
      [['broken'], ['broken'], ['broken']],
    );
    t.equal(state.status, 1);
  });
  t.test('nobody there: at once', async (t) => {
    const { state, actions } = started({ drain: 20_000 });
    await soon(0);
    actions.get('SIGTERM')?.();
    await soon();
    t.equal(state.status, 0);
  });
  t.test('of one connection without fork', async (t) => {
    for (const finishes of [true, false]) {
      const ends = [new Played(), new Played()] as const;
      const { base, settings } = world();
      let terminate: (() => void) | undefined;
      const status = run(
        bridge(
          endpoint('a', () => Promise.resolve(ends[0].end)),
          endpoint('b', () => Promise.resolve(ends[1].end)),
        ),
        {
          ...settings,
          drain: finishes ? 20_000 : 20,
          instead: (_signal, action) => {
            terminate = action;
            return () => undefined;
          },
        },
        base,
      );
      await soon();
      terminate?.();
      if (finishes) for (const { feed } of ends.map((end) => ({ feed: () => end.feed(null) }))) feed();
      t.equal(await status, finishes ? 0 : 1);
    }
  });
});

t.test('exit-idle-time begins when the last one has gone', async (t) => {
  const { arrive, opened, state, isClosed, lines } = started({ exitIdle: 150 });
  await soon(50);
  const client = arrive();
  await soon(300);
  t.equal(state.status, undefined, 'somebody is here');
  client.feed(null);
  opened[0]?.feed(null);
  await soon(50);
  t.equal(state.status, undefined);
  const began = performance.now();
  while (state.status === undefined && performance.now() - began < 20_000) await soon(5);
  t.equal(state.status, 0);
  t.ok(isClosed());
  t.ok(lines.includes('N nobody has been here for 0.15 s, ending'));
  const nobody = started({ exitIdle: 20 });
  await soon(200);
  t.equal(nobody.state.status, 0, 'nor does anybody have to have come');
});

t.test('total-timeout ends a connection that is busy', async (t) => {
  const { arrive, opened, lines } = started({ total: 100 });
  await soon(0);
  const client = arrive();
  const busy = setInterval(() => client.feed('.'), 10);
  await soon(300);
  clearInterval(busy);
  t.strictSame([client.partings, opened[0]?.partings], [['broken'], ['broken']]);
  t.ok(lines.includes('N total timeout triggered (0.1 s)'));
});

t.test('who is told, and of what', async (t) => {
  const told: string[] = [];
  const note =
    (what: string) =>
    (...[connection, closing]: readonly [Connection?, Closing?]): void => {
      const bytes =
        closing === undefined ? '' : ` ${closing.reason} ${closing.forward.bytes}/${closing.backward.bytes}`;
      told.push(`${what} ${connection?.id} ${connection?.peer} ${connection?.target}${bytes}`);
    };
  const observer: Observer = {
    listening: () => told.push('listening'),
    refused: (peer, why) => told.push(`refused ${peer}: ${why}`),
    waiting: (count) => told.push(`waiting ${count}`),
    began: note('began'),
    opened: note('opened'),
    ended: note('ended'),
    draining: (left) => told.push(`draining ${left}`),
  };
  const { arrive, opened, actions } = started({ observer, drain: 1000 }, { most: 1 });
  await soon(0);
  const [client] = [arrive('2001:db8::1'), arrive('10.0.0.2')];
  await soon();
  client?.feed('four');
  await soon();
  client?.feed(null);
  opened[0]?.feed(null);
  await soon();
  opened[1]?.feed('a longer answer');
  actions.get('SIGTERM')?.();
  await soon();
  opened[1]?.stream.destroy(Object.assign(new Error('x'), { code: 'ECONNRESET', syscall: 'read' }));
  await soon();
  t.strictSame(told, [
    'listening',
    'began 1 [2001:db8::1]:1000 undefined',
    'waiting 1',
    'opened 1 [2001:db8::1]:1000 played',
    'ended 1 [2001:db8::1]:1000 played eof 4/0',
    'began 2 10.0.0.2:1000 undefined',
    'opened 2 10.0.0.2:1000 played',
    'draining 1',
    'ended 2 10.0.0.2:1000 played error 0/15',
  ]);
  t.equal(observers([]), undefined);
  t.equal(observers([observer]), observer);
  const both: string[] = [];
  const pair = observers([
    { draining: () => both.push('a') },
    { listening: () => both.push('-') },
    { draining: () => both.push('b') },
  ]);
  pair?.draining?.(0);
  t.strictSame(both, ['a', 'b']);
  const label = new Played().end;
  t.equal(peerText(label), 'played');
  t.equal(
    peerText({ ...label, parties: { peer: { kind: 'unix', path: '' }, own: { kind: 'unix', path: '/x' } } }),
    'unix',
  );
});

t.test('SIGHUP: all is read anew, once more where it comes again meanwhile; a failure is told', async (t) => {
  const { base, lines } = world();
  const actions: (() => void)[] = [];
  let released = 0;
  const told: (boolean | undefined)[] = [];
  const reloads = new Reloads(
    base.log,
    (_signal, action) => {
      actions.push(action);
      return () => released++;
    },
    { reloaded: (failed) => told.push(failed) },
  );
  t.equal(actions.length, 0, 'nothing to read, nothing taken over');
  let count = 0;
  const forget = [
    reloads.add(async () => {
      count++;
      await soon();
    }),
    reloads.add(() => (count > 2 ? Promise.reject(new OpenError('x', 'bad')) : Promise.resolve())),
  ];
  const [hangup] = actions;
  hangup?.();
  hangup?.();
  hangup?.();
  await soon(100);
  t.strictSame([count, told], [2, [false]]);
  hangup?.();
  await soon(100);
  t.strictSame([count, told], [3, [false, true]]);
  t.ok(lines.includes('E x: bad; what was there before stays in use'));
  for (const each of forget) each();
  t.equal(released, 1, 'the signal is given back with the last one');
});
