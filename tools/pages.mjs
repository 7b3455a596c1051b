// `npm run man`: puts the generated sections into the manual pages and writes the completion files, from the programs'
// declarations. Needs a Node that strips types (tools/node has one); a test fails when a file is stale.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ownNode, top } from './setup.mjs';

/** Every file that is made from a declaration, with the text it should have. */
export async function generated() {
  const { programs } = await import('../src/programs/index.ts');
  const { splice } = await import('../src/command/manual.ts');
  const { completions } = await import('../src/command/completion.ts');
  const files = new Map();
  for (const program of programs) {
    const page = `man/${program.name}.${program.section}`;
    files.set(page, splice(readFileSync(join(top, page), 'utf8'), program));
    for (const [path, text] of Object.entries(completions(program))) files.set(`completions/${path}`, text);
  }
  return files;
}

if (process.argv[1] === join(top, 'tools/pages.mjs')) {
  if (!process.features.typescript) {
    const { status } = spawnSync('node', process.argv.slice(1), { env: ownNode(), stdio: 'inherit' });
    process.exitCode = status ?? 1;
  } else {
    for (const [path, text] of await generated()) {
      mkdirSync(join(top, dirname(path)), { recursive: true });
      writeFileSync(join(top, path), text);
    }
  }
}
