// Several targets behind one bridge: one goes and comes back, all are away for a while, and each gets its share.

import { join } from 'node:path';
import t from 'tap';
import { all, backend, bridge, dial, eventually, folder, type Test } from './bridge-lab.ts';

/** A target that says its name. */
function named(t: Test, path: string, name: string) {
  return backend(t, path, (socket) => socket.end(name));
}

t.test('failover, and back', async (t) => {
  const dir = folder(t);
  const [a, b] = [join(dir, 'a'), join(dir, 'b')];
  const process = bridge(t, [
    ...['--targets', 'failover', '--target-down-time', '0.3', '--target-patience', '20', '--summary', 'json'],
    '-dd',
    'tcp-l:0,fork',
    `unix:${a}`,
    `unix:${b}`,
  ]);
  const port = await process.port();
  const served = async (): Promise<string> => {
    const socket = await dial(t, port);
    socket.end();
    return (await all(socket)).text;
  };
  const early = served();
  await process.until(/the next target is asked/);
  await named(t, b, 'b');
  t.equal(await early, 'b', 'a client that came before any target is held until one is there');
  await named(t, a, 'a');
  t.ok(await eventually(() => process.log.includes('"reason":"eof"')));
  let last = '';
  for (let tries = 0; tries < 100 && last !== 'a'; tries++) {
    last = await served();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  t.equal(last, 'a', 'the first one is back');
  await process.until(new RegExp(`"target":"unix:${a}"`));
  t.match(process.log, new RegExp(`"target":"unix:${b}"`), 'who served whom is told');
});

t.test('each in its turn, and the one with the fewest', async (t) => {
  const dir = folder(t);
  const paths = ['a', 'b', 'c'].map((name) => join(dir, name));
  for (const [index, path] of paths.entries()) await named(t, path, 'abc'.charAt(index));
  const turns = bridge(t, [
    '--targets',
    'roundrobin',
    '-dd',
    'tcp-l:0,fork',
    ...paths.map((path) => `unix:${path}`),
  ]);
  const port = await turns.port();
  let names = '';
  for (let count = 0; count < 6; count++) names += (await all(await dial(t, port))).text;
  t.match(names, /^(?:abcabc|bcabca|cabcab)$/);
  const holding = ['d', 'e'].map((name) => join(dir, name));
  const backends = [];
  for (const path of holding) backends.push(await backend(t, path, (socket) => void socket.pipe(socket)));
  const least = bridge(t, [
    '--targets',
    'leastconn',
    '-dd',
    'tcp-l:0,fork',
    ...holding.map((path) => `unix:${path}`),
  ]);
  const leastPort = await least.port();
  for (let count = 0; count < 6; count++) {
    const socket = await dial(t, leastPort);
    socket.write('x');
    await eventually(() => socket.bytesRead === 1, 20);
  }
  t.strictSame(
    backends.map(({ sockets }) => sockets.size),
    [3, 3],
  );
});
