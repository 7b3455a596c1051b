// The engine and the run of a bridge on ends made here: order, limits, half-closes, errors, queues. Real sockets and
// programs are the labs' (test/lab/bridge*.test.ts).

import { PassThrough, Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import t from 'tap';
import { dump } from '../../src/bridge/dump.ts';
import { NobodyCame, OpenError } from '../../src/bridge/endpoint.ts';
import type { End, Limits, Outcome, Parting } from '../../src/bridge/engines/engine.ts';
import { streams } from '../../src/bridge/engines/streams.ts';
import { Log, levelOf } from '../../src/bridge/log.ts';
import { run } from '../../src/bridge/run.ts';
import { bridge, endpoint, LIMITS, Played, service, soon, world } from './played.ts';

function relay(
  left: End,
  right: End,
  limits: Partial<Limits> = {},
): { done: Promise<Outcome>; eofs: string[]; pieces: number[] } {
  const eofs: string[] = [];
  const pieces: number[] = [];
  const { done } = streams.relay(
    left,
    right,
    { ...LIMITS, ...limits },
    { eof: (side) => eofs.push(side), data: (_direction, bytes) => pieces.push(bytes.length) },
  );
  return { done, eofs, pieces };
}

function letThrough(played: Played): void {
  const waiting = played.release ?? [];
  played.release = undefined;
  for (const done of waiting) done();
}

t.test('a way that has ended leaves the other one open', async (t) => {
  const left = new Played();
  const right = new Played();
  const { done, eofs } = relay(left.end, right.end);
  left.feed('question');
  left.feed(null);
  await soon();
  t.equal(right.text, 'question');
  t.ok(right.ended, 'the end of file was handed on');
  t.notOk(left.ended);
  right.feed('answer');
  right.feed(null);
  const outcome = await done;
  t.equal(left.text, 'answer');
  t.ok(left.ended);
  t.match(outcome, {
    ending: 'eof',
    forward: { bytes: 8, blocks: 1 },
    backward: { bytes: 6 },
    breach: undefined,
  });
  t.strictSame(eofs, ['left', 'right']);
  t.strictSame([left.partings, right.partings], [['done'], ['done']], 'each end is disposed of once');
});

t.test('the manners of an end', async (t) => {
  t.test('shut-none: it is not told, and the other way goes on', async (t) => {
    const left = new Played();
    const right = new Played({ shut: 'none' });
    const { done } = relay(left.end, right.end);
    left.feed('x');
    left.feed(null);
    await soon();
    t.equal(right.text, 'x');
    t.notOk(right.ended);
    right.feed(null);
    t.equal((await done).ending, 'eof');
  });
  t.test('shut-close: it is closed for both ways', async (t) => {
    const left = new Played();
    const right = new Played({ shut: 'close' });
    const { done } = relay(left.end, right.end);
    left.feed('x');
    left.feed(null);
    t.equal((await done).ending, 'eof', 'though the right side never ended');
    t.equal(right.text, 'x');
  });
  t.test('ignoreeof: an end of file is none, until the other side ends', async (t) => {
    const left = new Played({ ignoreEof: true });
    const right = new Played();
    const { done } = relay(left.end, right.end, { halfClosed: 30 });
    left.feed('x');
    left.feed(null);
    await soon(100);
    t.notOk(right.ended);
    right.feed('y');
    right.feed(null);
    t.equal((await done).ending, 'eof', 'it did not begin the wait for the other side either');
    t.equal(left.text, 'y');
  });
});

t.test('limits of time', async (t) => {
  t.test('half-closed: every byte begins the wait anew', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end, { halfClosed: 150 });
    left.feed(null);
    for (let i = 0; i < 5; i++) {
      await soon(60);
      right.feed('.');
    }
    const outcome = await done;
    t.equal(outcome.ending, 'half-closed');
    t.equal(left.text, '.....');
    t.strictSame(right.partings, ['cut']);
  });
  t.test('before a half-close it does not count', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end, { halfClosed: 20 });
    await soon(100);
    left.feed(null);
    right.feed(null);
    t.equal((await done).ending, 'eof');
  });
  t.test('idle: silence both ways', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end, { idle: 100 });
    for (let i = 0; i < 3; i++) {
      await soon(50);
      (i % 2 === 0 ? left : right).feed('.');
    }
    t.equal((await done).ending, 'idle');
    t.equal(left.text + right.text, '...');
  });
  t.test('data that gets through slowly is no silence', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end, { idle: 80 });
    right.release = [];
    left.feed('a');
    left.feed('b');
    await soon(60);
    letThrough(right);
    await soon(60);
    left.feed(null);
    right.feed(null);
    t.equal((await done).ending, 'eof');
  });
});

t.test('a reader that stalls stops the writer, and nothing is lost', async (t) => {
  const left = new Played();
  const right = new Played();
  right.release = [];
  const { done } = relay(left.end, right.end, { buffer: 256 * 1024 });
  let fed = 0;
  while (!left.stream.isPaused() && fed < 200) {
    left.stream.push(Buffer.alloc(65536, fed++ & 255));
    await soon(0);
  }
  t.ok(fed * 65536 < 1024 * 1024, `${fed} pieces of 64 KiB were taken before it stopped`);
  t.ok(right.stream.writableLength >= 256 * 1024, 'up to the limit');
  letThrough(right);
  while (fed < 200) {
    left.stream.push(Buffer.alloc(65536, fed++ & 255));
    await soon(0);
  }
  left.feed(null);
  right.feed(null);
  const outcome = await done;
  t.equal(outcome.forward.bytes, 200 * 65536);
  t.ok(
    right.heard.every((piece, index) => piece.every((byte) => byte === (index & 255))),
    'all of it, in order',
  );
});

t.test('one way only', async (t) => {
  for (const [ways, from, to] of [
    ['forward', 0, 1],
    ['backward', 1, 0],
  ] as const) {
    const ends = [new Played(), new Played()] as const;
    const { done } = relay(ends[0].end, ends[1].end, { ways });
    ends[to].feed('not carried');
    ends[from].feed('carried');
    ends[from].feed(null);
    t.equal((await done).ending, 'eof', `${ways}: over with its own end`);
    t.equal(ends[to].text, 'carried');
    t.equal(ends[from].text, '');
  }
});

t.test('pieces are cut to the block size', async (t) => {
  const left = new Played();
  const right = new Played();
  const { done, pieces } = relay(left.end, right.end, { block: 4, ways: 'forward' });
  left.feed('0123456789');
  left.feed(null);
  const outcome = await done;
  t.strictSame(pieces, [4, 4, 2]);
  t.equal(right.text, '0123456789');
  t.match(outcome.forward, { bytes: 10, blocks: 3 });
});

t.test('what breaks', async (t) => {
  const reset = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' });
  t.test('a reset while reading ends all, and is told to the other side', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end);
    left.feed('x');
    await soon();
    left.stream.destroy(reset);
    const outcome = await done;
    t.match(outcome, {
      ending: 'error',
      breach: { side: 'left', call: 'read', reason: 'Connection reset by peer' },
    });
    t.strictSame(right.partings, ['broken']);
  });
  t.test('a last write that fails is an error, though all had been read', async (t) => {
    for (const shut of ['down', 'none'] as const) {
      const full = new Writable({
        write: (_chunk, _encoding, done) => {
          setTimeout(
            () => done(Object.assign(new Error('write ENOSPC'), { code: 'ENOSPC', syscall: 'write' })),
            20,
          );
        },
      });
      full.on('error', () => undefined);
      const right: End = {
        label: 'full',
        input: undefined,
        output: full,
        ignoreEof: false,
        shut,
        dispose: () => undefined,
      };
      const left = new Played();
      const { done } = relay(left.end, right);
      left.feed('x');
      left.feed(null);
      const wanted = { ending: 'error', breach: { call: 'write', reason: 'No space left on device' } };
      t.match(await done, wanted, shut);
      t.match(
        await relay(new Played().end, right).done,
        wanted,
        'and one that has failed already can not be written to',
      );
    }
  });
  t.test('so does one that came before the relay began', async (t) => {
    const left = new Played();
    const right = new Played();
    left.stream.destroy(reset);
    await soon();
    const outcome = await relay(left.end, right.end).done;
    t.equal(outcome.ending, 'error');
  });
  t.test('a child that no longer reads may still answer', async (t) => {
    const left = new Played();
    const stdin = new Writable({
      write: (_chunk, _encoding, done) =>
        done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE', syscall: 'write' })),
    });
    const stdout = new PassThrough();
    stdin.on('error', () => undefined);
    const child: End = {
      label: 'child',
      input: stdout,
      output: stdin,
      ignoreEof: false,
      shut: 'down',
      answers: true,
      dispose: () => undefined,
    };
    const { done } = relay(left.end, child);
    left.feed('x');
    await soon();
    stdout.end('the answer');
    const outcome = await done;
    t.equal(left.text, 'the answer');
    t.match(
      outcome,
      { ending: 'error', breach: { side: 'right', call: 'write', reason: 'Broken pipe' } },
      'and it was an error',
    );
  });
  t.test('a stream that is closed without a word has ended', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end);
    left.stream.destroy();
    await soon();
    t.ok(right.ended);
    right.feed(null);
    t.equal((await done).ending, 'eof');
  });
  t.test('a side that has gone can not be told that nothing more comes, which loses nothing', async (t) => {
    const left = new Played();
    const right = new Played();
    const { done } = relay(left.end, right.end);
    left.feed(null);
    await soon();
    right.stream.emit(
      'error',
      Object.assign(new Error('shutdown ENOTCONN'), { code: 'ENOTCONN', syscall: 'shutdown' }),
    );
    right.feed(null);
    t.equal((await done).ending, 'eof');
  });
});

t.test('any script of sends and ends arrives as it was sent', async (t) => {
  const step = fc.record({
    side: fc.constantFrom('left', 'right'),
    text: fc.string({ minLength: 1, maxLength: 9 }),
    pause: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 12 }),
      fc.constantFrom('left', 'right'),
      async (steps, firstToEnd) => {
        const ends = { left: new Played(), right: new Played() };
        const { done } = relay(ends.left.end, ends.right.end, { block: 3 });
        const sent = { left: '', right: '' };
        for (const { side, text, pause } of steps) {
          const key = side === 'left' ? 'left' : 'right';
          ends[key].feed(text);
          sent[key] += text;
          if (pause) await soon(0);
        }
        const [first, second] = firstToEnd === 'left' ? [ends.left, ends.right] : [ends.right, ends.left];
        first.feed(null);
        await soon(0);
        second.feed(null);
        const outcome = await done;
        return (
          ends.right.text === sent.left &&
          ends.left.text === sent.right &&
          outcome.ending === 'eof' &&
          outcome.forward.bytes === Buffer.byteLength(sent.left)
        );
      },
    ),
    { numRuns: 100 },
  );
  t.pass();
});

t.test('one connection and its exit status', async (t) => {
  const echo = (): Promise<End> => {
    const loop = new PassThrough();
    return Promise.resolve({
      label: 'echo',
      input: loop,
      output: loop,
      ignoreEof: false,
      shut: 'down',
      dispose: () => loop.destroy(),
    });
  };
  const source = (settle?: End['settle']) => (): Promise<End> =>
    Promise.resolve({
      label: 'source',
      input: Readable.from([Buffer.from('x')]),
      output: new Writable({ write: (_chunk, _encoding, done) => done() }),
      ignoreEof: false,
      shut: 'down',
      dispose: () => undefined,
      ...(settle === undefined ? {} : { settle }),
    });
  const { base, settings, lines } = world();
  t.equal(await run(bridge(endpoint('a', source()), endpoint('b', echo)), settings, base), 0, 'to its end');
  t.equal(
    await run(
      bridge(
        endpoint(
          'a',
          source(() => Promise.resolve('child 5 exited with status 1')),
        ),
        endpoint('b', echo),
      ),
      settings,
      base,
    ),
    1,
    'a child that failed',
  );
  t.ok(lines.includes('E child 5 exited with status 1'));
  let parting: Parting | undefined;
  const held = async (): Promise<End> => ({ ...(await source()()), dispose: (how) => (parting = how) });
  const refused = (): Promise<End> =>
    Promise.reject(new OpenError('tcp:h:1', 'Connection refused', { option: 'bind' }));
  t.equal(
    await run(bridge(endpoint('a', held), endpoint('b', refused)), settings, base),
    1,
    'an address that can not be opened',
  );
  t.equal(
    lines.at(-1),
    'E tcp:h:1: option bind: Connection refused',
    'one line names address, option and reason',
  );
  t.equal(parting, 'broken', 'the side that was open is told');
  const nobody = (): Promise<End> => Promise.reject(new NobodyCame('tcp-l:1', 5));
  t.equal(
    await run(bridge(endpoint('a', nobody), endpoint('b', echo)), settings, base),
    0,
    'accept-timeout is no error, as in socat',
  );
  await t.rejects(
    run(
      bridge(
        endpoint('a', () => Promise.reject(new TypeError('a fault of ours'))),
        endpoint('b', echo),
      ),
      settings,
      base,
    ),
    TypeError,
  );
});

t.test('max-children: those over it wait in order, and none is lost', async (t) => {
  const { listener, backend, opened, arrive } = service(2);
  const { base, settings, lines } = world();
  void run(bridge(listener, backend), settings, base);
  await soon(0);
  const clients = [0, 1, 2, 3, 4].map((number) => {
    const client = arrive();
    client.feed(`client ${number}`);
    return client;
  });
  await soon();
  t.equal(opened.length, 2, 'two are served');
  t.ok(lines.some((line) => line === 'N max-children are active (2), waiting: 3'));
  for (let served = 0; served < 5; served++) {
    const played = opened[served];
    t.equal(
      played?.text,
      `client ${served}`,
      `client ${served} is served in its turn, with what it said while waiting`,
    );
    played?.feed(null);
    clients[served]?.feed(null);
    await soon();
    t.equal(opened.length, Math.min(5, served + 3), 'one goes, one comes');
  }
});

t.test('descriptors that run short make clients wait, and it is said once', async (t) => {
  const { listener, backend, opened, arrive } = service(undefined);
  // 50 at most, 24 kept free, 10 in use: 16 are left, two for each connection.
  const { base, settings, lines } = world({}, { most: 50, open: 11 });
  void run(bridge(listener, backend), settings, base);
  await soon(0);
  const clients = Array.from({ length: 12 }, () => arrive());
  await soon();
  const before = opened.length;
  t.ok(before >= 4 && before <= 8, `${before} of 12 are served`);
  t.equal(lines.filter((line) => line.startsWith('W descriptors are short (limit 50')).length, 1);
  for (let served = 0; served < 12; served++) {
    t.ok(opened[served], `client ${served} came to be served`);
    opened[served]?.feed(null);
    clients[served]?.feed(null);
    await soon();
  }
  t.ok(lines.some((line) => line === 'W descriptors are free again; serving those who wait'));
});

t.test('a client whose other side can not be opened is told, and the next one is served', async (t) => {
  const { listener, arrive } = service(undefined);
  let attempts = 0;
  const backend = endpoint('backend', () =>
    attempts++ === 0
      ? Promise.reject(new OpenError('unix:/x', 'connect: No such file or directory'))
      : Promise.resolve(new Played().end),
  );
  const { base, settings, lines } = world();
  void run(bridge(listener, backend), settings, base);
  await soon(0);
  const first = arrive();
  await soon();
  t.strictSame(first.partings, ['broken']);
  t.ok(lines.includes('E unix:/x: connect: No such file or directory'));
  const second = arrive();
  await soon();
  t.strictSame(second.partings, []);
});

t.test('a listener on the right serves too, and the ways keep their sides', async (t) => {
  const { listener, backend, opened, uses, arrive } = service(undefined);
  const { base, settings } = world({ ways: 'forward' });
  void run(bridge(backend, listener, 'forward'), settings, base);
  await soon(0);
  const client = arrive();
  await soon();
  opened[0]?.feed('from the left');
  await soon();
  t.equal(client.text, 'from the left');
  t.strictSame(uses, ['read']);
});

t.test('when nobody comes any more, those who are there are served to their end', async (t) => {
  let stop: () => void = () => undefined;
  let closed = false;
  const { listener, backend, opened, arrive } = service(undefined, {
    ended: new Promise((resolve) => {
      stop = resolve;
    }),
    close: () => {
      closed = true;
    },
  });
  const { base, settings } = world();
  let status: number | undefined;
  const over = run(bridge(listener, backend), settings, base).then((value) => (status = value));
  await soon(0);
  const client = arrive();
  stop();
  await soon();
  t.ok(closed, 'the listener is closed');
  t.equal(status, undefined, 'and the connection goes on');
  client.feed(null);
  opened[0]?.feed(null);
  await over;
  t.equal(status, 0);
});

t.test('levels and lines of the log', async (t) => {
  const lines: string[] = [];
  for (let count = 0; count < 6; count++) {
    const log = new Log({
      level: levelOf(count),
      program: 'p',
      pid: 7,
      write: (line) => lines.push(line),
      now: () => new Date(2026, 10, 2, 3, 4, 5),
    });
    for (const level of ['F', 'E', 'W', 'N', 'I', 'D'] as const) log.say(level, `${count}`);
  }
  const letters = (count: number): string =>
    lines
      .filter((line) => line.endsWith(` ${count}\n`))
      .map((line) => line.slice(-4, -3))
      .join('');
  t.strictSame([0, 1, 2, 3, 4, 5].map(letters), ['FEW', 'FEW', 'FEWN', 'FEWNI', 'FEWNID', 'FEWNID']);
  t.equal(lines[0], '2026/11/02 03:04:05 p[7] F 0\n');
  const log = new Log({
    level: 'E',
    program: 'p',
    pid: 7,
    write: (line) => lines.push(line),
    now: () => new Date(2026, 10, 2, 3, 4, 5),
  });
  log.say('E', 'a\nb\x1b[31m\u0085');
  t.equal(
    lines.at(-1),
    '2026/11/02 03:04:05 p[7] E a\\x0ab\\x1b[31m\\x85\n',
    'a path with a line feed makes no second line',
  );
});

t.test('dumps', async (t) => {
  const time = new Date(2026, 10, 22, 8, 27, 17);
  const bytes = Buffer.from('ab\t\r\n\\\x07\x00\x7f\xff0123456789ABCDEF', 'latin1');
  t.equal(
    dump('text', 'forward', bytes, 0, time, 853719),
    '> 2026/11/22 08:27:17.853719000  length=26 from=0 to=25\nab\t\\r\n\\\\\\a...0123456789ABCDEF',
  );
  t.equal(
    dump('hex', 'backward', Buffer.from('hi\n'), 5, time, 7),
    '< 2026/11/22 08:27:17.000007000  length=3 from=5 to=7\n 68 69 0a\n',
  );
  t.equal(
    dump('both', 'forward', bytes, 0, time, 0),
    [
      '> 2026/11/22 08:27:17.000000000  length=26 from=0 to=25',
      ' 61 62 09 0d 0a                                   ab...',
      ' 5c 07 00 7f ff 30 31 32 33 34 35 36 37 38 39 41  \\....0123456789A',
      ' 42 43 44 45 46                                   BCDEF',
      '--',
      '',
    ].join('\n'),
  );
});

t.test('a log that is lowered: children-shutup', async (t) => {
  const lines: string[] = [];
  const log = new Log({
    level: 'W',
    program: 'x',
    pid: 1,
    write: (_line, level, text) => lines.push(`${level} ${text}`),
    now: () => new Date(0),
  });
  t.equal(log.lower(0), log);
  const one = log.lower(1);
  one.say('E', 'an error is a warning');
  one.say('W', 'a warning is a notice, which is not written here');
  t.notOk(one.wants('W'));
  log.lower(2).say('F', 'two levels');
  log.lower(9).say('E', 'never past the last one');
  t.strictSame(lines, ['W an error is a warning', 'W two levels']);
});
