// Options of sockbridge(1) about what it tells: its log, the dumps.

import type { DumpForm } from '../../bridge/dump.ts';
import { Log, levelOf, microseconds } from '../../bridge/log.ts';
import type { GivenOptions, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { FACILITIES } from './facilities.ts';
import { type LogPlace, logWriter, rawWriter } from './sinks.ts';

export const LOGGING_OPTIONS = {
  d: {
    type: 'count',
    summary: 'say more about what is done',
    detail: `Errors and warnings are always written.
Twice adds notices, among them every connection that is accepted and opened, three times information, four times
everything.`,
  },
  lf: {
    type: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'append the log to a file',
  },
  lh: { type: 'flag', summary: 'put the name of this machine into the lines of the log' },
  lp: {
    type: 'text',
    value: 'NAME',
    summary:
      'the name of the program in the lines of the log, and in the environment of programs that are run',
  },
  ls: { type: 'flag', summary: 'write the log to standard error, as it is without -lf and -ly' },
  lu: { type: 'flag', summary: 'put microseconds into the lines of the log' },
  ly: {
    type: 'text',
    value: 'FACILITY',
    otherwise: 'daemon',
    choices: FACILITIES,
    summary: "send the log to the system's, as daemon or another facility of syslog(3)",
    detail: `Through
.Xr logger 1 .
The facility stands in the same word:
.Fl lylocal0 .`,
  },
  R: {
    type: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'append what goes from the second address to the first to a file, as it is',
  },
  r: {
    type: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'append what goes from the first address to the second to a file, as it is',
    detail: `In the name
.Li $$ , $PROGNAME , $TIMESTAMP , $MICROS
and variables of the environment are put in.`,
  },
  statistics: {
    type: 'flag',
    summary: 'write to the log what was carried when all is over',
    detail: `The signal
.Dv SIGUSR1
has it written at once.`,
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

type Env = Readonly<Record<string, string | undefined>>;

type Given = GivenOptions<typeof LOGGING_OPTIONS>;

/** The name that the program goes by. */
export function nameOf(invocation: Given, program: string): string {
  return invocation.text('lp') ?? program;
}

/** The log of a run. Throws SinkError. */
export async function logOf(invocation: Given, program: string, env: Env): Promise<Log> {
  return new Log({
    level: levelOf(invocation.count('d')),
    program,
    pid: process.pid,
    write: await logWriter(placeOf(invocation), program),
    now: () => new Date(),
    ...(invocation.flag('lu') ? { micros: microseconds } : {}),
    ...(invocation.flag('lh') ? { hostname: env['HOSTNAME'] || (await import('node:os')).hostname() } : {}),
  });
}

function placeOf(invocation: Given): LogPlace {
  const path = invocation.text('lf');
  const facility = invocation.text('ly');
  const given = [path !== undefined, facility !== undefined, invocation.flag('ls')];
  if (given.filter(Boolean).length > 1)
    throw new UsageError('one of -lf, -ls and -ly says where the log goes');
  if (path !== undefined) return { kind: 'file', path };
  return facility === undefined ? { kind: 'stderr' } : { kind: 'syslog', facility };
}

/** What takes copies of what is carried; undefined where none are wanted. Throws SinkError. */
export function rawOf(
  invocation: Given,
  program: string,
  prefix: string,
  env: Env,
): ReturnType<typeof rawWriter> {
  return rawWriter(invocation.text('r'), invocation.text('R'), program, prefix, env);
}

/** The form of the dumps; undefined where none are wanted. */
export function dumpOf(invocation: Given): DumpForm | undefined {
  const text = invocation.flag('v');
  const hex = invocation.flag('x');
  if (text && hex) return 'both';
  return text ? 'text' : hex ? 'hex' : undefined;
}
