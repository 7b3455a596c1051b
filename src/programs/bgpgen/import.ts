// bgpgen import: a site file made of a configuration of Quagga or FRR, so that a site can move to another daemon.

import { execute } from '../../apply/execute.ts';
import { planFiles } from '../../apply/plan.ts';
import { EXIT, exitOfErrno } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { FILES, READING, readExisting } from './lint.ts';

const IMPORT = {
  ...READING,
  out: {
    type: 'text',
    short: 'o',
    value: 'DIR',
    complete: 'folder',
    summary: 'write site.yaml and the files of passwords into this folder, instead of printing the site file',
  },
} as const satisfies Options;

export const importSite = verb({
  name: 'import',
  summary: 'make a site file of a configuration of Quagga or FRR',
  operands: [FILES],
  options: IMPORT,
  run: importFiles,
});

async function importFiles(invocation: Invocation<typeof IMPORT>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const out = invocation.text('out');
  if (out === '') throw new UsageError('--out needs the name of a folder');
  const { existing, diagnostics, daemon } = await readExisting(
    invocation.operands,
    invocation.text('target'),
    io,
  );
  const [{ draftOf }, { sorted }, { diagnose }] = await Promise.all([
    import('../../routing/vty/draft.ts'),
    import('../../routing/vty/lint.ts'),
    import('../../routing/vty/faults.ts'),
  ]);
  const draft = draftOf(existing, { daemon, lab: invocation.flag('lab') });
  if (draft === undefined) {
    io.report(...sorted(diagnostics));
    io.report(diagnose('VTY303', undefined, 'there is no router bgp in it'));
    return EXIT.data;
  }
  // What could not be read is left out, and that is no reason to hold back the rest.
  const unread = diagnostics.map(
    (each): Diagnostic => (each.severity === 'error' ? { ...each, severity: 'warning' } : each),
  );
  const kept = [...draft.passwords.keys()].map((name) =>
    diagnose('VTY304', undefined, `the password in ${name} is not printed`, { hint: '--out writes it' }),
  );
  io.report(...sorted([...unread, ...draft.diagnostics]), ...(out === undefined ? kept : []));
  if (out === undefined) {
    io.write(draft.text);
    return EXIT.ok;
  }
  const artifacts: readonly Artifact[] = [
    { path: '/site.yaml', mode: 0o644, text: draft.text },
    ...[...draft.passwords].map(([name, text]) => ({ path: `/${name}`, mode: 0o600, text: `${text}\n` })),
  ];
  const outcome = await execute(planFiles(artifacts, { root: out, verify: false }), io.host);
  if (outcome.done) return EXIT.ok;
  io.complain(outcome.reason);
  return exitOfErrno(outcome.code, 'write');
}
