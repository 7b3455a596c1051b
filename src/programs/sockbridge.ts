// sockbridge(1): two addresses in socat's grammar, and the bytes between them. The declaration; addresses, relay and
// endpoints are src/bridge's, the options and what they mean stand in sockbridge/.

import { type Checked, checkBridge } from '../bridge/check.ts';
import { OpenError } from '../bridge/endpoint.ts';
import { KINDS } from '../bridge/endpoints/index.ts';
import { SinkError } from '../bridge/endpoints/sinks.ts';
import { BRIDGE_FAULTS } from '../bridge/faults.ts';
import { EXIT } from '../command/exit.ts';
import type { Io } from '../command/io.ts';
import { type Invocation, type Program, verb } from '../command/program.ts';
import { UsageError } from '../command/usage.ts';
import { VERSION } from '../command/version.ts';
import { Source } from '../document/source.ts';
import { carry, prefixOf } from './sockbridge/carry.ts';
import { dumpOf, LOGGING_OPTIONS, logOf, nameOf, rawOf } from './sockbridge/logging.ts';
import { MANNER_OPTIONS, mannerOf } from './sockbridge/manner.ts';
import { SERVICE_OPTIONS, serviceOf } from './sockbridge/service.ts';
import { TARGET_OPTIONS, withTargets } from './sockbridge/targets.ts';
import { limitsOf, lockOf, preferencesOf, TRANSFER_OPTIONS, waysOf } from './sockbridge/transfer.ts';

/** All options; a group of them is a file beside this one, with what they mean. */
const OPTIONS = {
  ...LOGGING_OPTIONS,
  ...MANNER_OPTIONS,
  ...SERVICE_OPTIONS,
  ...TARGET_OPTIONS,
  ...TRANSFER_OPTIONS,
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
        { name: 'ADDRESS3', summary: 'more targets, with --targets', count: 'many' },
      ],
      options: OPTIONS,
      run,
    }),
  ],
  standIn: mannerOf,
  exits: {
    ok: 'The data came to its end, or to a limit that was set: -T, -t, --total-timeout, --exit-idle-time, accept-timeout; or all connections had finished within --drain-timeout.',
    negative:
      'An address could not be opened, a log, a copy or a lock could not be had, the connection broke off, a program that was run failed, or --drain-timeout ran out. A line on standard error says which. With fork only what keeps the listener from listening ends it, and the last of these.',
    usage: 'The command line or an address is wrong; nothing was opened.',
  },
  environment: {
    LISTEN_FDS:
      'How many sockets were handed over, for SD-LISTEN: see sd_listen_fds(3). Not passed on to programs.',
    LISTEN_PID: 'To which process.',
    LISTEN_FDNAMES: 'Their names, with colons between.',
    NOTIFY_SOCKET:
      'Where systemd is told how a bridge with fork is, by systemd-notify(1); not passed on to programs, nor are the next two.',
    WATCHDOG_USEC: 'How often it wants a sign of life, see sd_watchdog_enabled(3).',
    WATCHDOG_PID: 'Of which process.',
    SOCAT_PEERADDR:
      'Set for programs that are run for a client: his address, and his port in SOCAT_PEERPORT; where he came to in SOCAT_SOCKADDR and SOCAT_SOCKPORT. With -lp NAME the names begin with that in place of SOCAT.',
    SOCAT_PID: 'Set for programs that are run: the number of this process, and SOCAT_VERSION.',
    SOCAT_OPENSSL_X509_SUBJECT:
      'Set for programs that are run for a TLS peer with a certificate: its subject, and so SOCAT_OPENSSL_X509_ISSUER; SOCAT_OPENSSL_X509_COMMONNAME and the like for each field, SOCAT_OPENSSL_X509V3_SUBJECTALTNAME_DNS for the names that it is for.',
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
  if (invocation.flag('socat')) throw new UsageError('--socat stands before all else on the command line');
  io.json = invocation.flag('json');
  const [first = '', second = '', ...more] = invocation.operands;
  const ways = waysOf(invocation);
  const left = new Source('ADDRESS1', first);
  if (invocation.text('emit') !== undefined) {
    const { emitUnits } = await import('./sockbridge/emit.ts');
    return emitUnits(left, second, invocation, io);
  }
  const check = (right: Source): Checked =>
    checkBridge(left, right, ways, KINDS, preferencesOf(invocation), invocation.flag('g'));
  const checked = check(new Source('ADDRESS2', second));
  io.report(...checked.diagnostics);
  if (checked.bridge === undefined) return EXIT.usage;
  const { bridge, diagnostics } = await withTargets(checked.bridge, more, invocation, check);
  io.report(...diagnostics);
  if (bridge === undefined) return EXIT.usage;
  const { env } = io.host;
  const name = nameOf(invocation, io.name);
  try {
    const log = await logOf(invocation, name, env);
    const prefix = prefixOf(invocation.text('lp') ?? 'socat');
    const raw = await rawOf(invocation, name, prefix, env);
    return await carry(bridge, {
      log,
      env,
      lock: lockOf(invocation),
      prefix,
      version: VERSION,
      ...(raw === undefined ? {} : { raw }),
      dump: dumpOf(invocation),
      limits: limitsOf(invocation, ways),
      signalLevel: () => 'N',
      statistics: invocation.flag('statistics'),
      service: await serviceOf(invocation, env, log),
    });
  } catch (error) {
    if (!(error instanceof SinkError || error instanceof OpenError)) throw error;
    io.complain(error.message);
    return EXIT.negative;
  }
}
