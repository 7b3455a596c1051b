// bgpgen check: everything that is wrong with a site, all at once.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, verb } from '../../command/program.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Span } from '../../document/source.ts';
import { speakerOf } from '../../routing/expand.ts';
import { loadMaterials, loadSite, settle, type Weighing } from './site.ts';
import { givenLists, givenTarget, JUDGING, mustKnow, SITE, targetOf } from './target.ts';

const CHECK = {
  ...JUDGING,
  delegated: {
    type: 'texts',
    value: 'FILE',
    complete: 'file',
    summary: "check whose the prefixes are, by a registry's statistics (delegated-*-extended)",
  },
  manrs: {
    type: 'flag',
    summary: 'print what MANRS asks of a network, and which line of the site file meets it',
  },
  vrps: {
    type: 'texts',
    value: 'FILE',
    complete: 'file',
    summary: 'check the announcements against validated ROAs, as a validator exports them (JSON or CSV)',
  },
  whois: {
    type: 'texts',
    value: 'FILE',
    complete: 'file',
    summary: 'check against objects of a registry: inetnum, inet6num, route and route6',
  },
} as const satisfies Options;

export const check = verb({
  name: 'check',
  summary: 'report everything that is wrong with a site, all at once',
  operands: [SITE],
  options: CHECK,
  run: checkSite,
});

async function checkSite(invocation: Invocation<typeof CHECK>, io: Io): Promise<number> {
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
  const files = {
    delegated: invocation.texts('delegated').map((name) => io.read(name)),
    whois: invocation.texts('whois').map((name) => io.read(name)),
    vrps: invocation.texts('vrps').map((name) => io.read(name)),
  };
  if (files.delegated.length + files.whois.length + files.vrps.length > 0) {
    const { againstRegistries } = await import('../../routing/checks/registry.ts');
    found.push(...againstRegistries(site, files));
  }
  if (invocation.flag('manrs')) {
    const { manrs } = await import('../../routing/manrs.ts');
    const told = manrs(site, found, files.vrps.length > 0, files.whois.length > 0);
    for (const { action, met, text, span } of told) {
      const place = span === undefined ? '' : ` (${placeOf(span)})`;
      if (io.json) io.write(`${JSON.stringify({ action, met, text, ...(span && { at: placeOf(span) }) })}\n`);
      else
        io.write(`${{ yes: 'met', no: 'not met', unknown: 'unknown' }[met]}: ${action}: ${text}${place}\n`);
    }
  }
  return settle(found, weights, io) ? EXIT.ok : EXIT.data;
}

function placeOf({ source, start }: Span): string {
  const { line } = source.position(start);
  return `${source.name}:${line}`;
}
