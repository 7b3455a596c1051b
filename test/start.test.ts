// The launchers' way to start a program: with the code that an installation made for this Node, and without it.

import { cpSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { programs } from '../src/programs/index.ts';
import { run } from './spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'penstock-start-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** A copy of what is installed, without any code, so that it can be damaged. */
for (const part of ['bin', 'examples']) cpSync(part, join(folder, part), { recursive: true });
cpSync('dist/programs', join(folder, 'dist/programs'), {
  recursive: true,
  filter: (path) => !path.includes('code-'),
});

/** Whether V8 takes the code that is kept for a program: true, false (refused), or undefined (there is none). */
async function taken(name: string, flags: readonly string[] = []): Promise<boolean | undefined> {
  const script = `const { cachedDataRejected } = require('./bin/start.cjs').compile('${name}'); console.log(String(cachedDataRejected));`;
  const { stdout } = await run('node', [...flags, '-e', script], { cwd: folder });
  return new Map([
    ['false', true],
    ['true', false],
  ]).get(stdout.trim());
}

function codeFolder(): string {
  const name = readdirSync(join(folder, 'dist/programs')).find((entry) => entry.startsWith('code-'));
  return join(folder, 'dist/programs', name ?? 'none was made');
}

const merge = ['bin/cidr.js', 'merge', 'examples/office.txt'];

t.test('without code, with it, with damaged code: the same answers', async (t) => {
  const bare = await run('node', merge, { cwd: folder });
  t.match(bare, { status: 0, stdout: /^192\.0\.2\.0\/24\n/ });
  t.equal(await taken('cidr'), undefined);
  t.match(await run('node', ['bin/warm.cjs'], { cwd: folder }), { status: 0, stdout: '', stderr: '' });
  t.strictSame(
    readdirSync(codeFolder()).sort(),
    programs.map(({ name }) => name),
  );
  for (const { name } of programs) t.equal(await taken(name), true, name);
  t.strictSame(await run('node', merge, { cwd: folder }), bare);
  t.equal(await taken('cidr', ['--no-opt']), false, 'other flags, other code');
  t.strictSame(await run('node', ['--no-opt', ...merge], { cwd: folder }), bare);
  truncateSync(join(codeFolder(), 'cidr'), 5000);
  t.equal(await taken('cidr'), false);
  t.strictSame(await run('node', merge, { cwd: folder }), bare, 'cut off');
  writeFileSync(join(codeFolder(), 'cidr'), 'not code at all');
  t.strictSame(await run('node', merge, { cwd: folder }), bare, 'rubbish');
});

t.test('an installation that has nothing to warm, or may not write, goes on', async (t) => {
  const empty = join(folder, 'empty');
  cpSync('bin', join(empty, 'bin'), { recursive: true });
  t.match(await run('node', [resolve(empty, 'bin/warm.cjs')]), { status: 0, stdout: '', stderr: '' });
});
