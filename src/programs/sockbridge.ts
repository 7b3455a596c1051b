// sockbridge(1): two addresses in socat's grammar, and the bytes between them. The declaration; addresses, relay and
// endpoints are src/bridge's.

import { checkBridge, type Ways } from '../bridge/check.ts';
import type { DumpForm } from '../bridge/dump.ts';
import { KINDS } from '../bridge/endpoints/index.ts';
import { descriptorUse, writeStandardError } from '../bridge/endpoints/process.ts';
import { streams } from '../bridge/engines/streams.ts';
import { BRIDGE_FAULTS } from '../bridge/faults.ts';
import { Log, levelOf } from '../bridge/log.ts';
import { run as runBridge } from '../bridge/run.ts';
import { Tidying } from '../bridge/signals.ts';
import { EXIT } from '../command/exit.ts';
import type { Io } from '../command/io.ts';
import { type Invocation, type Program, verb } from '../command/program.ts';
import { UsageError } from '../command/usage.ts';
import { Source } from '../document/source.ts';

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

const OPTIONS = {
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
  d: {
    type: 'count',
    summary: 'say more about what is done',
    detail: `Errors and warnings are always written.
Twice adds notices, among them every connection that is accepted and opened, three times information, four times
everything.`,
  },
  json: { type: 'flag', summary: 'write faults of the command line as JSON Lines' },
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
} as const;

export const program: Program = {
  name: 'sockbridge',
  section: 1,
  summary: 'carry bytes between sockets, programs and standard input and output',
  verbs: [
    verb({
      name: 'sockbridge',
      summary: 'carry bytes between two addresses',
      operands: [
        { name: 'ADDRESS1', summary: 'TYPE:parameter:...,option=value,... as in socat', count: 'one' },
        {
          name: 'ADDRESS2',
          summary: 'likewise; opened anew for each connection of an address with fork',
          count: 'one',
        },
      ],
      options: OPTIONS,
      run,
    }),
  ],
  exits: {
    ok: 'The data came to its end, or to a limit that was set: -T, -t, accept-timeout.',
    negative:
      'An address could not be opened, the connection broke off, or a program that was run failed. A line on standard error says which. With fork only what keeps the listener from listening ends it.',
    usage: 'The command line or an address is wrong; nothing was opened.',
  },
  environment: {
    LISTEN_FDS:
      'How many sockets were handed over, for SD-LISTEN: see sd_listen_fds(3). Not passed on to programs.',
    LISTEN_PID: 'To which process.',
    LISTEN_FDNAMES: 'Their names, with colons between.',
    SHELL: 'The shell that SHELL runs.',
  },
  files: {
    '/etc/services': 'Names of ports.',
    '/etc/passwd': 'Names for option user; where it has not got one, getent(1) is asked.',
    '/etc/group': 'Names for option group, likewise.',
  },
  faults: BRIDGE_FAULTS,
  examples: [
    {
      text: 'A database server that listens on a unix socket only, reached over TCP; every byte is shown.',
      command: 'sockbridge -v tcp-l:6666,reuseaddr,fork unix:/var/run/mysqld/mysqld.sock',
    },
    {
      text: 'The other way round: a TCP service behind a unix socket that one group may use.',
      command:
        'sockbridge unix-l:/run/redis.sock,fork,unlink-early,mode=660,group=www-data tcp:127.0.0.1:6379',
    },
    { text: 'Ask a server something by hand.', command: 'sockbridge - tcp:127.0.0.1:6379' },
  ],
};

async function run(invocation: Invocation<typeof OPTIONS>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const [first = '', second = ''] = invocation.operands;
  const ways = waysOf(invocation);
  const { bridge, diagnostics } = checkBridge(
    new Source('ADDRESS1', first),
    new Source('ADDRESS2', second),
    ways,
    KINDS,
  );
  io.report(...diagnostics);
  if (bridge === undefined) return EXIT.usage;
  const log = new Log({
    level: levelOf(invocation.count('d')),
    program: io.name,
    pid: process.pid,
    write: writeStandardError,
    now: () => new Date(),
  });
  const tidying = new Tidying((signal) => log.say('N', `exiting on signal ${signal}`));
  try {
    return await runBridge(
      bridge,
      {
        engine: streams,
        descriptors: descriptorUse,
        dump: dumpOf(invocation),
        write: writeStandardError,
        limits: {
          ways,
          buffer: BUFFER,
          block: invocation.number('b') ?? BLOCK,
          idle: (invocation.number('T') ?? 0) * 1000,
          // -t 0 ends at once; a limit of 0 would be none.
          halfClosed: Math.max(1, (invocation.number('t') ?? HALF_CLOSED_SECONDS) * 1000),
        },
      },
      { log, env: io.host.env, atExit: (task) => tidying.add(task) },
    );
  } finally {
    tidying.run();
    tidying.release();
  }
}

function waysOf(invocation: Invocation<typeof OPTIONS>): Ways {
  const forward = invocation.flag('u');
  const backward = invocation.flag('U');
  if (forward && backward) throw new UsageError('-u and -U contradict each other');
  return forward ? 'forward' : backward ? 'backward' : 'both';
}

function dumpOf(invocation: Invocation<typeof OPTIONS>): DumpForm | undefined {
  const text = invocation.flag('v');
  const hex = invocation.flag('x');
  if (text && hex) return 'both';
  return text ? 'text' : hex ? 'hex' : undefined;
}
