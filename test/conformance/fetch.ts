// socat's sources as Debian has them, of which test.sh and the little servers beside it are used. They are fetched by apt
// with a configuration of its own: the system's lists stay as they are, and the mirror is the system's. socat is under the
// GPL 2, and nothing of it is part of this project.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The versions whose tests are run: the main card and the second one. */
export const VERSIONS = ['1.8.0.3', '1.7.4.4'] as const;

export type Version = (typeof VERSIONS)[number];

/** The releases of Debian that have them. */
const SUITES = ['trixie', 'bookworm'];

/** Kept from run to run; npm ci empties it. */
const CACHE = resolve('node_modules/.cache/penstock/socat');

/** The folder of a version's sources, fetched if they are not there yet. Throws where they can't be had. */
export function sources(version: Version): string {
  const folder = join(CACHE, `socat-${version}`);
  if (existsSync(join(folder, 'test.sh'))) return folder;
  mkdirSync(CACHE, { recursive: true });
  const draft = join(CACHE, `draft-${process.pid}`);
  try {
    const archive = download(version, draft);
    command('tar', ['--extract', '--file', archive, '--directory', draft]);
    if (!existsSync(folder)) renameSync(join(draft, `socat-${version}`), folder);
    return folder;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** Downloads the archive of the original sources; gives its path. apt checks the signature and the sum. */
function download(version: Version, draft: string): string {
  for (const part of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(draft, part), { recursive: true });
  const list = join(draft, 'sources.list');
  const signed = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const options = existsSync(signed) ? `[signed-by=${signed}] ` : '';
  writeFileSync(list, SUITES.map((suite) => `deb-src ${options}${mirror()} ${suite} main\n`).join(''));
  const settings = [
    `Dir::Etc::sourcelist=${list}`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${join(draft, 'lists')}`,
    `Dir::Cache=${join(draft, 'cache')}`,
    // Without it apt would give up root to read a folder that only root may enter.
    'APT::Sandbox::User=root',
  ].flatMap((setting) => ['-o', setting]);
  command('apt-get', [...settings, 'update', '-qq']);
  const known = [
    ...command('apt-cache', [...settings, 'showsrc', '--only-source', 'socat']).matchAll(/^Version: (\S+)/gm),
  ].map(([, found = '']) => found);
  const wanted = known.find((found) => found.startsWith(`${version}-`));
  if (wanted === undefined)
    throw new Error(`Debian has no socat ${version} any more, but ${known.join(', ')}`);
  // Not `apt-get source` itself: a mirror may have dropped the description of a package whose archive is still there.
  const uris = command('apt-get', [
    ...settings,
    'source',
    '--print-uris',
    '--download-only',
    `socat=${wanted}`,
  ]);
  const found = /^'(\S+)' (\S+\.orig\.tar\.\S+) \d+ (\S+)$/m.exec(uris);
  if (found === null) throw new Error(`no archive of socat ${version} in what apt-get says:\n${uris}`);
  const [, uri = '', name = '', sum = ''] = found;
  const archive = join(draft, name);
  command('/usr/lib/apt/apt-helper', [...settings, 'download-file', uri, archive, sum]);
  return archive;
}

/** The mirror that this machine installs Debian from. */
function mirror(): string {
  const folder = '/etc/apt/sources.list.d';
  const files = [
    '/etc/apt/sources.list',
    ...(existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []),
  ].filter((file) => /\.(?:list|sources)$/.test(file) && existsSync(file));
  for (const file of files) {
    const text = readFileSync(file, 'utf8').replace(/^\s*#.*$/gm, '');
    const found = /^(?:URIs:\s*|deb\s+(?:\[[^\]]*\]\s+)?)(\S+\/debian\/?)(?:\s|$)/m.exec(text)?.[1];
    if (found !== undefined) return found;
  }
  throw new Error("apt's lists name no mirror of Debian");
}

function command(name: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(name, args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    timeout: 180_000,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${name} ${args.join(' ')} ended with ${status}:\n${stderr}`);
  return stdout;
}
