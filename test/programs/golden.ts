// Cases of whole programs: a folder with case.json (what it shows, the words of the command line, the status), its input,
// and goldens of what comes out. PENSTOCK_UPDATE=1 (npm run test:update) writes the goldens instead of comparing.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { Test } from 'tap';
import { runProgram } from '../../src/command/main.ts';
import type { Program } from '../../src/command/program.ts';
import { FakeHost } from '../../src/host/fake.ts';

export interface Case {
  /** One sentence: what it shows. */
  readonly shows: string;
  readonly words: readonly string[];
  readonly status: number;
}

/** The cases of a folder, by name. */
export function casesOf(folder: string): readonly (readonly [string, Case])[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => existsSync(`${folder}/${name}/case.json`))
    .map((name) => [name, JSON.parse(readFileSync(`${folder}/${name}/case.json`, 'utf8'))]);
}

/** What a program leaves behind: its output, its report, and the files it wrote (not those given to it), by name. */
export async function outcome(
  program: Program,
  words: readonly string[],
  input: string,
  given: Readonly<Record<string, string>> = {},
): Promise<{ status: number; files: ReadonlyMap<string, string> }> {
  const host = new FakeHost();
  host.stdin = input;
  for (const [path, text] of Object.entries(given)) host.file(path, text);
  const status = await runProgram(program, words, host);
  const files = new Map<string, string>();
  if (host.stdout !== '') files.set('stdout', host.stdout);
  if (host.stderr !== '') files.set('stderr', host.stderr);
  for (const path of host.files.keys())
    if (given[path] === undefined) files.set(path.slice(path.lastIndexOf('/') + 1), host.textOf(path) ?? '');
  return { status, files };
}

/** Compares files with the goldens in a folder: neither more nor fewer. */
export function compare(t: Test, folder: string, files: ReadonlyMap<string, string>): void {
  if (process.env['PENSTOCK_UPDATE'] === '1') {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of files) writeFileSync(`${folder}/${name}`, text);
  }
  t.strictSame([...files.keys()].sort(), readdirSync(folder).sort(), `the files of ${folder}`);
  for (const [name, text] of files)
    if (existsSync(`${folder}/${name}`))
      t.equal(text, readFileSync(`${folder}/${name}`, 'utf8'), `${folder}/${name}`);
}
