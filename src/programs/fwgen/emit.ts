// fwgen emit: the filter that is asked for, on standard output or in files.

import { execute } from '../../apply/execute.ts';
import { planFiles } from '../../apply/plan.ts';
import { EXIT, exitOfErrno } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { FILTER, makeFilter, STREAMS } from './filter.ts';

const EMIT = {
  ...FILTER,
  file: {
    type: 'text',
    short: 'f',
    value: 'NAME',
    summary: 'print only the files whose path ends so, as in .ipset',
  },
  out: {
    type: 'text',
    short: 'o',
    value: 'DIR',
    complete: 'folder',
    summary:
      'write files into this folder, each under the path that it belongs to, instead of standard output',
  },
  json: {
    type: 'flag',
    short: 'j',
    summary:
      'write JSON Lines: each file with its path, text and the commands that judge and load it; diagnostics too',
  },
} as const satisfies Options;

export const emit: Verb = verb({
  name: 'emit',
  summary: 'print a filter that lets hosts reach ports',
  operands: STREAMS,
  options: EMIT,
  run: emitFilter,
});

async function emitFilter(invocation: Invocation<typeof EMIT>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const out = invocation.text('out');
  if (out !== undefined && invocation.text('file') !== undefined)
    throw new UsageError('--file prints, --out writes: give one of them');
  const made = await makeFilter(invocation, io, { together: out === undefined && !io.json });
  if ('exit' in made) return made.exit;
  const { artifacts } = made.filter;
  if (out !== undefined) return writeFiles(artifacts, out, io);
  for (const artifact of chosen(artifacts, invocation.text('file'))) {
    const { path, mode, text, verify, load } = artifact;
    io.write(io.json ? `${JSON.stringify({ path, mode, text, verify, load })}\n` : text);
  }
  return EXIT.ok;
}

/** The files whose path ends with the name, or all. Throws UsageError where there is none. */
function chosen(artifacts: readonly Artifact[], name: string | undefined): readonly Artifact[] {
  if (name === undefined) return artifacts;
  const found = artifacts.filter(({ path }) => path.endsWith(name));
  if (found.length > 0) return found;
  const names = artifacts.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  throw new UsageError(`--file can't be ${JSON.stringify(name)}: there is ${names.join(', ')}`);
}

async function writeFiles(artifacts: readonly Artifact[], folder: string, io: Io): Promise<number> {
  const outcome = await execute(planFiles(artifacts, { root: folder, verify: false }), io.host);
  if (outcome.done) return EXIT.ok;
  io.complain(outcome.reason);
  return exitOfErrno(outcome.code, 'write');
}
