// bgpgen lint: what is wrong with a configuration of Quagga or FRR that was written by hand.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { chooseTarget } from '../../routing/targets/choose.ts';
import { formatVersion } from '../../routing/targets/version.ts';

/** Options of the verbs that read an existing configuration. */
export const READING = {
  json: { type: 'flag', summary: 'print JSON Lines, diagnostics included' },
  lab: {
    type: 'flag',
    summary: 'take documentation prefixes and AS numbers for real ones, as in examples and rehearsals',
  },
  target: {
    type: 'text',
    short: 't',
    value: 'DAEMON',
    summary: 'the daemon that the configuration is for, quagga or frr, with its version if it matters',
    detail: 'Unless given, it is told by what stands in the files.',
  },
} as const satisfies Options;

const LINT = {
  ...READING,
  strict: { type: 'flag', summary: 'take warnings for errors' },
} as const satisfies Options;

export const FILES = {
  name: 'FILE',
  summary: 'a configuration, a list of daemons, kernel settings, or the answer of ip -j address',
  count: 'some',
  complete: 'file',
} as const;

export const lint = verb({
  name: 'lint',
  summary: 'report what is wrong with a configuration of Quagga or FRR that was written by hand',
  operands: [FILES],
  options: LINT,
  run: lintFiles,
});

async function lintFiles(invocation: Invocation<typeof LINT>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const existing = await readExisting(invocation.operands, invocation.text('target'), io);
  const { lint: findings, sorted } = await import('../../routing/vty/lint.ts');
  const found: readonly Diagnostic[] = sorted([
    ...existing.diagnostics,
    ...findings(existing.existing, { daemon: existing.daemon, lab: invocation.flag('lab') }),
  ]);
  io.report(...found);
  const warned = found.some(({ severity }) => severity === 'warning');
  return hasErrors(found) || (warned && invocation.flag('strict')) ? EXIT.data : EXIT.ok;
}

/** Reads all files of a router. Throws HostError for one that can't be read, UsageError for a daemon that there is not. */
export async function readExisting(paths: readonly string[], target: string | undefined, io: Io) {
  const { gather } = await import('../../routing/vty/gather.ts');
  let named: 'quagga' | 'frr' | undefined;
  let daemon: string | undefined;
  if (target !== undefined) {
    const chosen = chooseTarget(target, new Source('--target', target).all());
    if ('problem' in chosen) throw new UsageError(chosen.problem);
    const { name } = chosen.target;
    if (name !== 'quagga' && name !== 'frr')
      throw new UsageError(`--target can't be ${name} here: only Quagga and FRR are read`);
    named = name;
    daemon = `${name}@${formatVersion(chosen.version)}`;
  }
  const sources = [...new Set(paths)].map((path) => io.read(path));
  const { existing, diagnostics } = gather(sources, named);
  return { existing, diagnostics, daemon: daemon ?? usualDaemon(existing) };
}

/** The daemon as a site file names it: FRR by the version that it wrote into its file. */
function usualDaemon({
  dialect,
  frrVersion,
}: {
  dialect: string;
  frrVersion: { text: string } | undefined;
}): string {
  const version = /^\d+\.\d+/.exec(frrVersion?.text ?? '')?.[0];
  if (dialect === 'quagga' || version === undefined) return dialect;
  const named = `frr@${version}`;
  return 'problem' in chooseTarget(named, new Source('', named).all()) ? 'frr' : named;
}
