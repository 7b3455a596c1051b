// bgpgen check: everything that is wrong with a site, all at once.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, verb } from '../../command/program.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { speakerOf } from '../../routing/expand.ts';
import { loadMaterials, loadSite, settle, type Weighing } from './site.ts';
import { givenLists, givenTarget, JUDGING, mustKnow, SITE, targetOf } from './target.ts';

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
  const lists = givenLists(invocation.texts('prefixes'));
  const { site, diagnostics } = loadSite(path, io, new Set(lists.keys()));
  if (site === undefined) {
    settle(diagnostics, weights, io);
    return EXIT.data;
  }
  mustKnow(lists, site);
  const { materials, diagnostics: beside } = loadMaterials(site.neighbors, site, path, lists, io);
  const found: Diagnostic[] = [...diagnostics, ...beside];
  for (const router of site.routers) {
    const chosen = given ?? targetOf(router);
    if (chosen === undefined) continue;
    if ('problem' in chosen) found.push(chosen.problem);
    else found.push(...chosen.target.refuse(speakerOf(site, router, materials), chosen.version));
  }
  return settle(found, weights, io) ? EXIT.ok : EXIT.data;
}
