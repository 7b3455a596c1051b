// Which command line it is: sockbridge's own, or socat's, by the name that it is called by or by --socat.

import type { Options, StandIn } from '../../command/program.ts';

export const MANNER_OPTIONS = {
  socat: {
    type: 'flag',
    summary: 'take the rest of the command line as socat does; stands before all else',
    detail: `All defaults are those of
.Xr socat 1
1.8, among them
.Fl t
0.5, and so are its options, its refusals, its log and its exit statuses.
A link of the name
.Pa socat
that points to
.Nm
does the same without it.`,
  },
} as const satisfies Options;

/** The name that socat's manner goes by. */
const SOCAT = 'socat';

/** socat's manner, where it is asked for. */
export function mannerOf(called: string, words: readonly string[]): StandIn | undefined {
  const asked = words[0] === '--socat';
  if (!asked && called !== SOCAT) return undefined;
  return async (io) => {
    const { runSocat } = await import('./socat.ts');
    return runSocat(asked ? words.slice(1) : words, SOCAT, io);
  };
}
