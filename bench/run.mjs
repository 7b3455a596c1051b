// `npm run bench -- startup address relay`: runs benches by name, all without one, on the Node of tools/node.

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build, warm } from '../tools/build.mjs';
import { ownNode, top } from '../tools/setup.mjs';

/** What benches are made of. */
const PARTS = new Set(['frame.ts', 'lists.ts', 'peers.ts', 'plot.ts']);

const known = readdirSync(join(top, 'bench'))
  .filter((file) => file.endsWith('.ts') && !PARTS.has(file))
  .map((file) => file.slice(0, -3));
const wanted = process.argv.length > 2 ? process.argv.slice(2) : known;
const unknown = wanted.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no such bench: ${unknown.join(', ')}; there are ${known.join(', ')}`);
  process.exitCode = 64;
} else {
  const env = ownNode();
  await build();
  // Debian's Node has its own, as after an installation there.
  const oldest = join(top, 'tools/node/node_modules/node20/bin/node');
  if (existsSync(oldest)) warm(oldest);
  for (const name of wanted) {
    console.log(`# ${name}`);
    const { status } = spawnSync('node', [join(top, 'bench', `${name}.ts`)], {
      cwd: top,
      env,
      stdio: 'inherit',
    });
    if (status !== 0) process.exitCode = 1;
  }
}
