// Options of sockbridge(1) about what is carried and when it ends, and the limits that they make.

import type { Ways } from '../../bridge/check.ts';
import type { Limits } from '../../bridge/engines/engine.ts';
import { PREFERENCES, type Preferences } from '../../bridge/kind.ts';
import type { GivenOptions, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { LockFile } from './sinks.ts';

/** A half-closed connection that is silent for so long is given up (-t): long enough for any answer that still comes. */
const HALF_CLOSED_SECONDS = 30;

/** The most that is read at once: of bulk, by engines/streams.ts. */
const BLOCK = 262144;

/**
 * How many bytes one way holds for a reader that is behind. With what Node's streams and the reading in flight hold
 * besides, a connection that stalls both ways stays under 1 MB. More does not make it faster: from 64 KiB to 1 MiB
 * bench/relay gave the same figures within their spread.
 */
const BUFFER = 256 * 1024;

export const TRANSFER_OPTIONS = {
  '4': { type: 'flag', summary: 'IPv4 first, where an address names no family; this is so for listeners' },
  '6': {
    type: 'flag',
    summary: 'IPv6 first, where an address names no family; listeners are IPv6 and take IPv4 clients too',
  },
  L: {
    type: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'hold a lock file while it runs, or end with an error where there is one',
    detail: `It is made with the number of the process in it, and removed at the end.
One that was left over is for whoever left it to remove.`,
  },
  W: { type: 'text', value: 'FILE', complete: 'file', summary: 'like -L, but wait until the lock is free' },
  g: {
    type: 'flag',
    summary: 'let options pass that the address type has no use for; they do nothing then',
  },
  b: {
    type: 'integer',
    value: 'BYTES',
    least: 1,
    most: 1 << 30,
    summary: 'carry at most so many bytes in one piece',
    detail: `It shows in the dumps of
.Fl v
and
.Fl x .
Without it a piece is what was read at once, which is never more than 262144.`,
  },
  t: {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 2_147_483,
    summary: `when one side has ended, wait so long for the other one to say something, instead of ${HALF_CLOSED_SECONDS} s`,
    detail: `The wait begins anew with every byte.
What ends is the connection, without an error.`,
  },
  T: {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 2_147_483,
    summary: 'end a connection on which nothing was carried, either way, for so long; 0 is without limit',
  },
  u: { type: 'flag', summary: 'carry from the first address to the second only' },
  U: { type: 'flag', summary: 'carry from the second address to the first only' },
} as const satisfies Options;

type Given = GivenOptions<typeof TRANSFER_OPTIONS>;

/** Which ways data goes. */
export function waysOf(invocation: Given): Ways {
  const forward = invocation.flag('u');
  const backward = invocation.flag('U');
  if (forward && backward) throw new UsageError('-u and -U contradict each other');
  return forward ? 'forward' : backward ? 'backward' : 'both';
}

/** What is said of all addresses at once. */
export function preferencesOf(invocation: Given): Preferences {
  const [four, six] = [invocation.flag('4'), invocation.flag('6')];
  if (four && six) throw new UsageError('-4 and -6 contradict each other');
  if (!four && !six) return PREFERENCES;
  return { ...PREFERENCES, listen: six ? 6 : 4, resolve: six ? 6 : 4 };
}

/** The lock that is to be held. */
export function lockOf(invocation: Given): LockFile | undefined {
  const [held, waited] = [invocation.text('L'), invocation.text('W')];
  if (held !== undefined && waited !== undefined) throw new UsageError('-L and -W contradict each other');
  const path = held ?? waited;
  return path === undefined ? undefined : { path, wait: held === undefined };
}

/** The limits of a relay. */
export function limitsOf(invocation: Given, ways: Ways): Limits {
  return {
    ways,
    buffer: BUFFER,
    block: invocation.number('b') ?? BLOCK,
    idle: (invocation.number('T') ?? 0) * 1000,
    // -t 0 ends at once; a limit of 0 would be none.
    halfClosed: Math.max(1, (invocation.number('t') ?? HALF_CLOSED_SECONDS) * 1000),
  };
}
