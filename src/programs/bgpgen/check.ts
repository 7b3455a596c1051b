// bgpgen check: everything that is wrong with a site, all at once.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, verb } from '../../command/program.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { speakerOf } from '../../routing/expand.ts';
import { loadPasswords, loadSite, settle, type Weighing } from './site.ts';
import { givenTarget, JUDGING, SITE, targetOf } from './target.ts';

export const check = verb({
  name: 'check',
  summary: 'report everything that is wrong with a site, all at once',
  operands: [SITE],
  options: JUDGING,
  run: checkSite,
});

function checkSite(invocation: Invocation<typeof JUDGING>, io: Io): number {
  io.json = invocation.flag('json');
  const weights: Weighing = { accept: invocation.texts('accept'), strict: invocation.flag('strict') };
  const [path = '-'] = invocation.operands;
  const given = givenTarget(invocation.text('target'));
  const { site, diagnostics } = loadSite(path, io);
  if (site === undefined) {
    settle(diagnostics, weights, io);
    return EXIT.data;
  }
  const secrets = loadPasswords(site.neighbors, site, path, io);
  const found: Diagnostic[] = [...diagnostics, ...secrets.diagnostics];
  for (const router of site.routers) {
    const chosen = given ?? targetOf(router);
    if (chosen === undefined) continue;
    if ('problem' in chosen) found.push(chosen.problem);
    else found.push(...chosen.target.refuse(speakerOf(site, router, secrets.passwords), chosen.version));
  }
  return settle(found, weights, io) ? EXIT.ok : EXIT.data;
}
