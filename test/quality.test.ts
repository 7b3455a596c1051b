// The formatter, the linters and the compiler over everything, and what each program loads.

import { readFileSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { build } from 'esbuild';
import t from 'tap';
import { programs } from '../src/programs/index.ts';
import { run } from './spawn.ts';

t.test('types', async (t) => {
  const { status, stdout } = await run('node_modules/.bin/tsc', ['--noEmit']);
  t.equal(status, 0, stdout);
});

t.test('formatter and linters', async (t) => {
  const biome = await run('node_modules/.bin/biome', ['ci', '--colors=off', '.']);
  t.equal(biome.status, 0, biome.stdout + biome.stderr);
  const oxlint = await run('node_modules/.bin/oxlint', ['--type-aware', '--deny-warnings']);
  t.equal(oxlint.status, 0, oxlint.stdout + oxlint.stderr);
});

// test/reach/<program>.txt lists every module that a program can load, reviewed like a lock file: start-up stays small when
// nobody can make it larger without a line in a diff.
t.test('what each program loads', async (t) => {
  for (const { name } of programs) {
    const { metafile } = await build({
      entryPoints: [`src/programs/${name}.ts`, 'src/command/main.ts'],
      bundle: true,
      write: false,
      metafile: true,
      outdir: 'nowhere',
      platform: 'node',
      format: 'esm',
      packages: 'external',
      splitting: false,
    });
    const modules = new Set<string>();
    const packages = new Set<string>();
    for (const [path, input] of Object.entries(metafile.inputs)) {
      modules.add(path.replace(/^src\//, ''));
      for (const { path: imported, external, kind } of input.imports) {
        if (external) packages.add(`${imported}${kind === 'dynamic-import' ? ' (when asked for)' : ''}`);
      }
    }
    for (const each of packages) {
      const bare = each.replace(' (when asked for)', '');
      t.ok(
        bare.startsWith('node:') || !builtinModules.includes(bare),
        `${name}: ${each} is written with node:`,
      );
    }
    const text = `${[...packages].sort().join('\n')}\n\n${[...modules].sort().join('\n')}\n`;
    const path = `test/reach/${name}.txt`;
    if (process.env['PENSTOCK_UPDATE'] && !process.env['CI']) writeFileSync(path, text);
    t.equal(readFileSync(path, 'utf8'), text, `${path}: after a look at the difference, npm run test:update`);
  }
});
