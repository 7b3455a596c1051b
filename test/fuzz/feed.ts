// One text into one reader: what it is made of, how long it took, and what was wrong.

import type { Target } from './flaws.ts';
import { makeText, Random, shorten } from './random.ts';

/** A text that takes longer, in ms, is a finding: the bound is far from any honest time, also on a busy machine. */
const SLOW = 2000;

export interface Flaw {
  /** What tells findings apart. */
  readonly kind: string;
  readonly what: string;
  /** The text, shortened as far as it still fails. */
  readonly text: string;
}

/** Feeds the text that a number stands for. */
export function feed(
  target: Target,
  number: number,
): { readonly flaw: Flaw | undefined; readonly ms: number } {
  const text = makeText(new Random(number), target.corpus, target.words);
  const begun = performance.now();
  const what = complaint(target, text);
  const ms = performance.now() - begun;
  if (what !== undefined) {
    const shortest = shorten(text, (shorter) => complaint(target, shorter) !== undefined);
    return { flaw: { kind: kindOf(what), what: complaint(target, shortest) ?? what, text: shortest }, ms };
  }
  // A pause of the machine is not the reader's: only what is slow twice is slow.
  if (ms > SLOW && timed(target, text) > SLOW)
    return { flaw: { kind: 'slow', what: `takes ${Math.round(ms)} ms`, text: text.slice(0, 2000) }, ms };
  return { flaw: undefined, ms };
}

function complaint(target: Target, text: string): string | undefined {
  try {
    return target.flaw(text);
  } catch (error) {
    return `throws ${error instanceof Error ? (error.stack ?? error.message).split('\n').slice(0, 4).join(' ') : String(error)}`;
  }
}

function timed(target: Target, text: string): number {
  const begun = performance.now();
  complaint(target, text);
  return performance.now() - begun;
}

/** The words of a complaint without what is different in each. */
function kindOf(what: string): string {
  return what
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/[0-9a-f:.]*[0-9][0-9a-f:.]*/g, 'N')
    .slice(0, 80);
}
