// Options of sockbridge(1) about what it tells: its log, the dumps.

import type { DumpForm } from '../../bridge/dump.ts';
import { writeStandardError } from '../../bridge/endpoints/process.ts';
import { Log, levelOf } from '../../bridge/log.ts';
import type { GivenOptions, Options } from '../../command/program.ts';

export const LOGGING_OPTIONS = {
  d: {
    type: 'count',
    summary: 'say more about what is done',
    detail: `Errors and warnings are always written.
Twice adds notices, among them every connection that is accepted and opened, three times information, four times
everything.`,
  },
  json: { type: 'flag', summary: 'write faults of the command line as JSON Lines' },
  v: {
    type: 'flag',
    summary: 'write what is carried to standard error, as text',
    detail: `Before each piece stands a line with its direction
.Po
.Sq >
is from the first address to the second
.Pc ,
the time, its length, and its offsets in all that went that way.`,
  },
  x: { type: 'flag', summary: 'like -v, in hexadecimal; with -v both side by side' },
} as const satisfies Options;

type Given = GivenOptions<typeof LOGGING_OPTIONS>;

/** The log of a run. */
export function logOf(invocation: Given, program: string): Log {
  return new Log({
    level: levelOf(invocation.count('d')),
    program,
    pid: process.pid,
    write: writeStandardError,
    now: () => new Date(),
  });
}

/** The form of the dumps; undefined where none are wanted. */
export function dumpOf(invocation: Given): DumpForm | undefined {
  const text = invocation.flag('v');
  const hex = invocation.flag('x');
  if (text && hex) return 'both';
  return text ? 'text' : hex ? 'hex' : undefined;
}
