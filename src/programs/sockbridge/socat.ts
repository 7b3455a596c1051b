// sockbridge in socat's manner: socat's command line, its defaults to the letter, its log, its exit statuses. Loaded only
// when the program is called as socat, or with --socat.

import { hostname, machine, release, type as systemName, version as systemVersion } from 'node:os';
import { checkBridge } from '../../bridge/check.ts';
import type { DumpForm } from '../../bridge/dump.ts';
import { KINDS } from '../../bridge/endpoints/index.ts';
import { writeStandardError } from '../../bridge/endpoints/process.ts';
import { SinkError } from '../../bridge/endpoints/sinks.ts';
import { PREFERENCES, type Preferences } from '../../bridge/kind.ts';
import { type Level, Log, type LogSettings, microseconds } from '../../bridge/log.ts';
import { signalsOf } from '../../bridge/signals.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source, spanText } from '../../document/source.ts';
import { carry, prefixOf } from './carry.ts';
import { logWriter, rawWriter } from './sinks.ts';
import { SOCAT_VERSION, socatHelp, socatVersion } from './socat-help.ts';
import { readSocatLine, type SocatLine } from './socat-line.ts';

/** Runs a command line of socat's; gives the exit status. */
export async function runSocat(words: readonly string[], called: string, io: Io): Promise<number> {
  const read = readSocatLine(words);
  switch (read.kind) {
    case 'help':
      io.write(socatHelp(KINDS, read.level));
      return EXIT.ok;
    case 'version':
      io.write(
        socatVersion(KINDS, {
          node: process.version,
          name: systemName(),
          version: systemVersion(),
          release: release(),
          machine: machine(),
        }),
      );
      return EXIT.ok;
    case 'hint':
      io.host.write(2, new TextEncoder().encode(read.text));
      return EXIT.negative;
    case 'fault':
      plainLog(called).say('E', read.message);
      return EXIT.negative;
    case 'run':
      try {
        return await runLine(read.line, called, io);
      } catch (error) {
        if (!(error instanceof SinkError)) throw error;
        plainLog(called).say('E', error.message);
        return EXIT.negative;
      }
  }
}

function plainLog(program: string): Log {
  return new Log(logSettings(program, 'E', writeStandardError));
}

function logSettings(program: string, level: Level, write: LogSettings['write']): LogSettings {
  return { level, program, pid: process.pid, write, now: () => new Date() };
}

async function runLine(line: SocatLine, called: string, io: Io): Promise<number> {
  const program = line.program ?? called;
  const log = new Log({
    ...logSettings(program, line.level, await logWriter(line.place, program)),
    ...(line.micros ? { micros: microseconds } : {}),
    ...(line.hostname ? { hostname: io.host.env['HOSTNAME'] || hostname() } : {}),
  });
  const [first, second] = line.addresses;
  const { bridge, diagnostics } = checkBridge(
    new Source('ADDRESS1', first),
    new Source('ADDRESS2', second),
    line.ways,
    KINDS,
    preferencesOf(line, io.host.env),
    line.anyOption,
  );
  // socat ends at its first error.
  for (const diagnostic of diagnostics) {
    const { severity } = diagnostic;
    log.say(severity === 'error' ? 'E' : 'W', inSocatsWords(diagnostic));
    if (severity === 'error') return EXIT.negative;
  }
  if (bridge === undefined) return EXIT.negative;
  const raw = await rawWriter(line.rawForward, line.rawBackward, program, prefixOf(program), io.host.env);
  const status = await carry(bridge, {
    log,
    env: io.host.env,
    prefix: prefixOf(program),
    version: SOCAT_VERSION,
    socat: true,
    lock: line.lock,
    dump: dumpOf(line),
    ...(raw === undefined ? {} : { raw }),
    limits: {
      ways: line.ways,
      buffer: line.block,
      block: line.block,
      idle: line.idle === undefined ? 0 : Math.max(1, line.idle * 1000),
      // A limit of 0 would be none.
      halfClosed: Math.max(1, line.halfClosed * 1000),
    },
    signalLevel: (signal) => SIGNAL_LEVELS[signal] ?? 'E',
    ...(line.signals === undefined ? {} : { signals: signalsOf(line.signals) }),
    statistics: line.statistics,
  });
  log.say('N', `exiting with status ${status}`);
  return status;
}

/**
 * What is not done here is unknown: scripts find out by these words what they can ask for. What the reason is stands
 * behind them.
 */
function inSocatsWords({ code, span, message }: Diagnostic): string {
  const word = span === undefined ? '' : spanText(span);
  if (code === 'BRG001') return `syntax error in address: ${message}`;
  if (code === 'BRG003') return `unknown device/address "${word}" (${message})`;
  if (code === 'BRG007') return `unknown option "${word}" (${message})`;
  return message;
}

/** How socat tells of the signals that people end it by; of the others, as errors. */
const SIGNAL_LEVELS: Readonly<Partial<Record<NodeJS.Signals, Level>>> = {
  SIGTERM: 'W',
  SIGINT: 'N',
  SIGHUP: 'N',
};

/**
 * The families that are meant where none is written: by -4, -6 and -0, and where these are not there by the environment,
 * which can tell listening and connecting apart.
 */
function preferencesOf({ family }: SocatLine, env: Io['host']['env']): Preferences {
  const listen = family ?? familyIn(env['SOCAT_DEFAULT_LISTEN_IP']);
  const resolve = family ?? familyIn(env['SOCAT_PREFERRED_RESOLVE_IP']);
  return { listen: listen ?? PREFERENCES.listen, resolve: resolve === 0 ? undefined : resolve, socat: true };
}

function familyIn(text: string | undefined): 0 | 4 | 6 | undefined {
  return text === '4' ? 4 : text === '6' ? 6 : text === '0' ? 0 : undefined;
}

function dumpOf({ text, hex }: SocatLine): DumpForm | undefined {
  if (text && hex) return 'both';
  return text ? 'text' : hex ? 'hex' : undefined;
}
