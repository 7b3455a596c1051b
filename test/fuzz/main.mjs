// `npm run fuzz`: run.ts on the Node that the project is developed with, which runs TypeScript as it is.

import { spawnSync } from 'node:child_process';
import { installPackages, ownNode, top } from '../../tools/setup.mjs';

installPackages();
const words = process.argv.slice(2);
if (words.slice(0, 2).some((word) => !/^\d+$/.test(word))) {
  process.stderr.write('usage: npm run fuzz -- [SECONDS [SEED [TARGET ...]]]\n');
  process.exitCode = 64;
} else {
  const { status } = spawnSync('node', ['test/fuzz/run.ts', ...words], {
    cwd: top,
    env: ownNode(),
    stdio: 'inherit',
  });
  process.exitCode = status ?? 1;
}
