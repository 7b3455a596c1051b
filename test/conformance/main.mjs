// `npm run conformance`: socat's own tests against sockbridge in socat's manner; run.ts on the Node that the project is
// developed with, which runs TypeScript as it is.

import { spawnSync } from 'node:child_process';
import { build } from '../../tools/build.mjs';
import { installLabPackages, installPackages, ownNode, top } from '../../tools/setup.mjs';

installPackages();
installLabPackages();
await build();
const { status } = spawnSync('node', ['test/conformance/run.ts', ...process.argv.slice(2)], {
  cwd: top,
  env: ownNode(),
  stdio: 'inherit',
});
process.exitCode = status ?? 1;
