// The tour of `npm start`, with MariaDB where it is installed and without: a newcomer's machine may have nothing but Node.

import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { cleanEnv, run } from '../spawn.ts';

t.test('the tour runs to its end', async (t) => {
  const { status, stdout, stderr } = await run('node', ['examples/tour.mjs', '--built']);
  t.strictSame([status, stderr], [0, ''], stdout);
  for (const title of ['1. Bridge', '2. Firewall', '3. BGP', '4. Sets', 'All of it worked.'])
    t.match(stdout, title);
  t.notMatch(stdout, '!!');
});

t.test('and on a machine with hardly more than Node', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-bare-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const tool of ['bash', 'sh', 'env', 'sed', 'cut']) {
    const { stdout } = await run('which', [tool]);
    symlinkSync(stdout.trim(), join(bin, tool));
  }
  symlinkSync(process.execPath, join(bin, 'node'));
  const { status, stdout, stderr } = await run(process.execPath, ['examples/tour.mjs', '--built'], {
    env: { ...cleanEnv(), PATH: bin },
  });
  t.strictSame([status, stderr], [0, ''], stdout);
  t.match(stdout, 'an echo server behind a unix socket stands in');
  t.match(stdout, '\n  hello through the bridge\n');
  t.match(stdout, 'All of it worked.');
});
