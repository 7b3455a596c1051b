// How many clients may come: the gate against a slow, plain count of the same rules, and the cases that people ask about.

import fc from 'fast-check';
import t from 'tap';
import { Gate } from '../../src/bridge/gate.ts';
import type { ConnectionLimits } from '../../src/bridge/limits.ts';

function limits(some: Partial<ConnectionLimits>): ConnectionLimits {
  return {
    most: undefined,
    rate: undefined,
    overflow: 'queue',
    perSource: undefined,
    ratePerSource: undefined,
    bits4: 32,
    bits6: 64,
    ...some,
  };
}

t.test('from one source', async (t) => {
  const rows: readonly (readonly [
    string,
    Partial<ConnectionLimits>,
    readonly string[],
    readonly string[],
  ])[] = [
    ['an IPv4 address is a source', {}, ['10.0.0.1', '10.0.0.1', '10.0.0.2'], ['10.0.0.1']],
    ['a prefix, where that is said', { bits4: 24 }, ['10.0.0.1', '10.0.0.2'], ['10.0.0.3']],
    ['of IPv6 a /64 is one', {}, ['2001:db8::1', '2001:db8::2', '2001:db8:0:1::1'], ['2001:db8::3']],
    ['or an address', { bits6: 128 }, ['2001:db8::1', '2001:db8::2', '2001:db8::1'], ['2001:db8::1']],
    ['an IPv4 client of an IPv6 listener is what it is', {}, ['::ffff:10.0.0.1', '10.0.0.1'], ['10.0.0.1']],
    ['a zone makes no other source', {}, ['fe80::1%eth0', 'fe80::1%eth1'], ['fe80::1%eth0']],
    ['all are one with no bits', { bits4: 0 }, ['10.0.0.1', '192.0.2.1'], ['198.51.100.1']],
  ];
  for (const [reason, more, welcome, refused] of rows) {
    const gate = new Gate(limits({ perSource: 2, ...more }));
    for (const address of welcome) t.equal(gate.come(address, 0), undefined, `${reason}: ${address}`);
    for (const address of refused) t.match(gate.come(address, 0), /^max-per-source option \(2 from /, reason);
    const [first = ''] = welcome;
    gate.leave(first);
    t.equal(gate.come(first, 0), undefined, `${reason}: one goes, one comes`);
  }
  const gate = new Gate(limits({ perSource: 1 }));
  for (let count = 0; count < 5; count++)
    t.equal(gate.come(undefined, 0), undefined, 'no address, no source');
});

t.test('rates', async (t) => {
  const gate = new Gate(limits({ rate: { count: 3, seconds: 6 }, overflow: 'reject' }));
  const came = [0, 1, 2, 3, 1999, 2001, 2002, 4100, 60_000, 60_000, 60_000, 60_000].map(
    (now) => gate.come('10.0.0.1', now) === undefined,
  );
  t.strictSame(
    came,
    [true, true, true, false, false, true, false, true, true, true, true, false],
    'a burst of three, then one every two seconds; what was not used adds up to three again',
  );
  const queue = new Gate(limits({ rate: { count: 2, seconds: 1 } }));
  t.strictSame(
    [0, 0, 0, 100, 499, 500, 500].map((now) => queue.next(0, now)),
    [0, 0, 500, 400, 1, 0, 500],
    'who waits is told for how long',
  );
  const each = new Gate(limits({ ratePerSource: { count: 1, seconds: 60 } }));
  t.equal(each.come('10.0.0.1', 0), undefined);
  t.equal(each.come('10.0.0.1', 1000), 'max-rate-per-source option (1 in 60 s from 10.0.0.1/32)');
  t.equal(each.come('10.0.0.2', 1000), undefined, 'another source');
  t.equal(each.come('10.0.0.1', 60_001), undefined);
  t.equal(
    new Gate(limits({ rate: { count: 1, seconds: 1 } })).next(0, 50),
    0,
    'the clock may begin anywhere',
  );
});

t.test('a flood from everywhere does not take memory without end', async (t) => {
  const gate = new Gate(limits({ ratePerSource: { count: 1, seconds: 3600 } }));
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 300_000; n++) gate.come(`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, n);
  const grown = process.memoryUsage().heapUsed - before;
  t.ok(grown < 120 * 1024 * 1024, `${Math.round(grown / 1024 / 1024)} MiB for 300,000 sources`);
  t.equal(gate.come('10.4.147.223', 300_000) === undefined, false, 'the latest are remembered');
});

t.test('any coming and going keeps to the limits', async (t) => {
  const step = fc.record({
    source: fc.integer({ min: 1, max: 3 }),
    leaves: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.integer({ min: 1, max: 3 }),
      (steps, most, perSource) => {
        const gate = new Gate(limits({ most, perSource, overflow: 'reject' }));
        const present: string[] = [];
        for (const { source, leaves } of steps) {
          const address = `192.0.2.${source}`;
          const own = present.filter((each) => each === address).length;
          if (leaves) {
            if (own === 0) continue;
            present.splice(present.indexOf(address), 1);
            gate.leave(address);
          } else {
            const welcome = present.length < most && own < perSource;
            if ((gate.come(address, 0) === undefined) !== welcome) return false;
            if (welcome) present.push(address);
          }
        }
        return true;
      },
    ),
    { numRuns: 300 },
  );
  t.pass();
});
