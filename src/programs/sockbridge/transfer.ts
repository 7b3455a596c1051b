// Options of sockbridge(1) about what is carried and when it ends, and the limits that they make.

import type { Ways } from '../../bridge/check.ts';
import type { Limits } from '../../bridge/engines/engine.ts';
import type { GivenOptions, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';

/** A half-closed connection that is silent for so long is given up (-t): long enough for any answer that still comes. */
const HALF_CLOSED_SECONDS = 30;

/** What Node reads at once, at most. */
const BLOCK = 65536;

/**
 * How many bytes one way holds for a reader that is behind. With what Node's streams and the reading in flight hold
 * besides, a connection that stalls both ways stays under 1 MB. More does not make it faster: from 64 KiB to 1 MiB
 * bench/relay gave the same figures within their spread.
 */
const BUFFER = 256 * 1024;

export const TRANSFER_OPTIONS = {
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
Without it a piece is what was read at once, which is never more than 65536.`,
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
