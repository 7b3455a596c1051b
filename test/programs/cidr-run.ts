// Runs cidr(1) on a played machine, and tables of command lines with what they must give.

import type { Test } from 'tap';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/cidr.ts';

export interface Ended {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

export type Files = Readonly<Record<string, string | Uint8Array>>;

export async function cidr(
  words: readonly string[],
  stdin: string | Uint8Array = '',
  files: Files = {},
  chunkSize = Number.POSITIVE_INFINITY,
): Promise<Ended> {
  const host = new FakeHost();
  host.stdin = stdin;
  host.chunkSize = chunkSize;
  for (const [path, text] of Object.entries(files)) host.file(path, text);
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr };
}

export interface Row {
  readonly why: string;
  readonly words: readonly string[];
  readonly stdin?: string;
  readonly out: string;
  readonly status?: number;
  /** What standard error is like; nothing stands there without it. */
  readonly err?: RegExp;
}

export async function go(t: Test, rows: readonly Row[], files: Files = {}): Promise<void> {
  for (const { why, words, stdin = '', out, status = 0, err } of rows) {
    const ended = await cidr(words, stdin, files);
    t.strictSame([ended.out, ended.status], [out, status], `${words.join(' ')}: ${why}`);
    if (err === undefined) t.equal(ended.err, '', why);
    else t.match(ended.err, err, why);
  }
}
