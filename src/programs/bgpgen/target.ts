// What several verbs of bgpgen ask for: the site file, and for which daemon. Options and operands as data, and the choice
// of a target by them.

import type { Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { Source } from '../../document/source.ts';
import { suggest } from '../../document/suggest.ts';
import { ACCEPTABLE } from '../../routing/faults.ts';
import type { Router, Site } from '../../routing/model.ts';
import { type Chosen, chooseTarget } from '../../routing/targets/choose.ts';

/** Options of every verb that judges a site. */
export const JUDGING = {
  accept: {
    type: 'texts',
    value: 'CODE',
    choices: ACCEPTABLE,
    summary: 'go on in spite of this error, which becomes a warning; may be given several times',
  },
  json: { type: 'flag', summary: 'print JSON Lines, diagnostics included' },
  prefixes: {
    type: 'texts',
    value: 'NEIGHBOR=FILE',
    summary:
      'a file with what a neighbour may announce, in place of that of the site file; - is standard input',
  },
  strict: { type: 'flag', summary: 'take warnings for errors' },
  target: {
    type: 'text',
    short: 't',
    value: 'DAEMON',
    summary: 'the routing daemon and its version, in place of what the site file says',
    detail: `.Cm quagga
is Quagga 1.2, and can be
.Cm quagga@0.99 ;
.Cm frr
is FRR 8.4, the oldest that is written for, and can be anything up to
.Cm frr@10 ;
.Cm bird
is BIRD 2.0, and can be anything up to
.Cm bird@3 ;
.Cm openbgpd
is OpenBGPD 7.7, and can be anything up to
.Cm openbgpd@8 .`,
  },
} as const satisfies Options;

/** The operand. */
export const SITE = {
  name: 'SITE',
  summary: 'the site file, - for standard input',
  count: 'one',
  complete: 'file',
} as const;

/** The target of the command line. Throws UsageError for one that there is not. */
export function givenTarget(text: string | undefined): Chosen | undefined {
  if (text === undefined) return undefined;
  const chosen = chooseTarget(text, new Source('--target', text).all());
  if ('problem' in chosen) throw new UsageError(chosen.problem);
  return chosen;
}

/** The prefix files of the command line, by neighbour. Throws UsageError for what names none. */
export function givenLists(texts: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1 || at === text.length - 1)
        throw new UsageError(`--prefixes takes NEIGHBOR=FILE, not ${JSON.stringify(text)}`);
      return [text.slice(0, at), text.slice(at + 1)] as const;
    }),
  );
}

/** Throws UsageError for a list of a neighbour that there is not. */
export function mustKnow(lists: ReadonlyMap<string, string>, site: Site): void {
  const names = site.neighbors.map(({ name }) => name.value);
  for (const name of lists.keys()) {
    if (names.includes(name)) continue;
    const near = suggest(name, names);
    throw new UsageError(
      `--prefixes: no neighbour is called ${JSON.stringify(name)}${near === undefined ? '' : `: did you mean ${near}?`}`,
    );
  }
}

/** The target that the site file names for a router. */
export function targetOf({ daemon }: Router): ReturnType<typeof chooseTarget> | undefined {
  return daemon === undefined ? undefined : chooseTarget(daemon.value, daemon.span);
}
