// Options ignoreeof, shut-none, shut-down and shut-close: how a stream takes its own end and the other side's.

import type { Shut } from '../engines/engine.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';

/** The options that are read here. */
export const MANNER_OPTIONS = ['ignoreeof', 'shut-none', 'shut-down', 'shut-close'] as const;

export interface Manners {
  readonly ignoreEof: boolean;
  readonly shut: Shut;
}

const SHUTS: readonly (readonly [Shut, 'shut-none' | 'shut-down' | 'shut-close'])[] = [
  ['none', 'shut-none'],
  ['down', 'shut-down'],
  ['close', 'shut-close'],
];

/** The manners that were asked for; two ways to shut at once are reported. */
export function mannersOf(given: Given<(typeof MANNER_OPTIONS)[number]>, report: Report): Manners {
  const asked = SHUTS.filter(([, name]) => given.has(name));
  const [first, second] = asked;
  if (first !== undefined && second !== undefined) {
    report(
      'BRG010',
      given.token(second[1])?.span,
      `options ${first[1]} and ${second[1]} contradict each other`,
    );
  }
  return { ignoreEof: given.flag('ignoreeof') === true, shut: first?.[0] ?? 'down' };
}
