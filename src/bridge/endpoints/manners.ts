// The options of every stream: how it takes its own end and the other side's, and what is done to its data on the way.

import type { Shut } from '../engines/engine.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';

/** The options that are read here. */
export const MANNER_OPTIONS = [
  'ignoreeof',
  'shut-none',
  'shut-down',
  'shut-close',
  'end-close',
  'cool-write',
  'cr',
  'crnl',
  'escape',
  'readbytes',
  'cloexec',
] as const;

type MannerOption = (typeof MANNER_OPTIONS)[number];

/** What an end takes over of it: see End. */
export interface Manners {
  readonly ignoreEof: boolean;
  readonly shut: Shut;
  readonly coolWrite?: true;
  readonly lines?: 'cr' | 'crnl';
  readonly endByte?: number;
  readonly readBytes?: number;
  /** What belongs to the end outlives it: a program is not ended, a socket not shut down. */
  readonly endClose?: true;
}

const SHUTS: readonly (readonly [Shut, 'shut-none' | 'shut-down' | 'shut-close'])[] = [
  ['none', 'shut-none'],
  ['down', 'shut-down'],
  ['close', 'shut-close'],
];

/** The manners that were asked for; what contradicts each other is reported. */
export function mannersOf(given: Given<MannerOption>, report: Report): Manners {
  const asked = SHUTS.filter(([, name]) => given.has(name));
  const [first, second] = asked;
  if (first !== undefined && second !== undefined) {
    report(
      'BRG010',
      given.token(second[1])?.span,
      `options ${first[1]} and ${second[1]} contradict each other`,
    );
  }
  if (given.has('cr') && given.has('crnl'))
    report('BRG010', given.token('crnl')?.span, 'options cr and crnl contradict each other');
  if (given.flag('cloexec') === false) {
    report('BRG009', given.token('cloexec')?.span, 'option cloexec: it can not be switched off', {
      hint: 'Node hands no descriptor of its own on to programs',
    });
  }
  const lines = given.has('crnl') ? 'crnl' : given.has('cr') ? 'cr' : undefined;
  const endByte = given.byte('escape');
  const readBytes = given.size('readbytes');
  const endClose = given.has('end-close');
  return {
    ignoreEof: given.flag('ignoreeof') === true,
    shut: first?.[0] ?? (endClose ? 'none' : 'down'),
    ...(given.flag('cool-write') === true ? { coolWrite: true } : {}),
    ...(lines === undefined ? {} : { lines }),
    ...(endByte === undefined ? {} : { endByte }),
    ...(readBytes === undefined ? {} : { readBytes }),
    ...(endClose ? { endClose: true } : {}),
  };
}

/** An option of sockets that is read here for streams: see packetManners. */
export const PACKET_OPTIONS = ['shut-null'] as const;

/** Option shut-null, an empty packet in place of a shutdown: a stream has none, so that nothing is sent. */
export function packetManners(given: Given<(typeof PACKET_OPTIONS)[number]>, manners: Manners): Manners {
  return given.has('shut-null') ? { ...manners, shut: 'none' } : manners;
}
