// EXEC, SYSTEM and SHELL: a program whose standard input and output are the stream.

import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { basename } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { type Endpoint, OpenError, type Use, type World } from '../endpoint.ts';
import type { End, Parting } from '../engines/engine.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { splitCommand } from '../parse.ts';
import { type Identity, identityOf, LOCK_OPTIONS, locked } from './around.ts';
import { environmentOf } from './environment.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { shared } from './share.ts';

/** The options of every program. Lock files are the bridge's, the user and the folder are the program's. */
export const EXEC_OPTIONS = [
  ...MANNER_OPTIONS,
  ...LOCK_OPTIONS,
  'stderr',
  'pipes',
  'nofork',
  'fdin',
  'fdout',
  'path',
  'dash',
  'setsid',
  'chdir',
  'umask',
  'substuser',
  'substuser-early',
  'substuser-delayed',
  'setuid',
  'setuid-early',
  'setgid',
  'setgid-early',
] as const;

type ExecOption = (typeof EXEC_OPTIONS)[number];

/** A program without a shell; the words are split as socat does it. */
export const exec: Kind = kind({
  keywords: ['EXEC'],
  parameters: ['command'],
  needed: 1,
  summary: 'a program',
  options: EXEC_OPTIONS,
  plan: (written, report) => {
    const command = commandText(written, report);
    if (command === undefined) return undefined;
    const words = splitCommand(command);
    const [token] = written.parameters;
    if ('code' in words) {
      report('BRG001', token?.span, words.message);
      return undefined;
    }
    const [file, ...args] = words;
    if (file === undefined || file === '') {
      report('BRG005', token?.span, 'no command');
      return undefined;
    }
    return plan(written, () => ({ file, args }), report);
  },
});

/** A command line of sh(1). */
export const system: Kind = kind({
  keywords: ['SYSTEM'],
  parameters: ['command'],
  needed: 1,
  summary: 'a shell command',
  options: EXEC_OPTIONS,
  plan: (written, report) => shellPlan(written, () => '/bin/sh', report),
});

/** A command line of the user's shell. */
export const shell: Kind = kind({
  keywords: ['SHELL'],
  parameters: ['command'],
  needed: 1,
  summary: "a command of the user's shell",
  options: [...EXEC_OPTIONS, 'shell'],
  plan: (written, report) => {
    const named = written.given.text('shell');
    return shellPlan(written, ({ env }) => named ?? env['SHELL'] ?? '/bin/sh', report);
  },
});

function shellPlan(
  written: Written<ExecOption>,
  shellOf: (world: World) => string,
  report: Report,
): Endpoint | undefined {
  const command = commandText(written, report);
  if (command === undefined) return undefined;
  return plan(written, (world) => ({ file: shellOf(world), args: ['-c', command] }), report);
}

/** The command as it was written; undefined (reported) where none can be run. */
function commandText({ parameters, span }: Written<ExecOption>, report: Report): string | undefined {
  const [token] = parameters;
  const command = token?.text ?? '';
  if (command !== '' && !command.includes('\0')) return command;
  report('BRG005', token?.span ?? span, command === '' ? 'no command' : 'a NUL character in the command');
  return undefined;
}

interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

function plan(
  written: Written<ExecOption>,
  commandOf: (world: World) => Command,
  report: Report,
): Endpoint | undefined {
  const { label, given } = written;
  const manners = mannersOf(given, report);
  const channel = readChannel(given, report);
  if (channel === undefined) return undefined;
  const becomeOf = (): Promise<Identity> =>
    identityOf(
      {
        user:
          given.account('substuser') ??
          given.account('substuser-delayed') ??
          given.account('substuser-early'),
        uid: given.account('setuid') ?? given.account('setuid-early'),
        gid: given.account('setgid') ?? given.account('setgid-early'),
        option: 'substuser',
      },
      label,
    );
  const endpoint = locked(
    given,
    report,
    shared(manners, {
      label,
      gives: true,
      takes: true,
      // Two sockets to the child, and while it is being started the child's ends of them.
      descriptors: 4,
      open: async (world, use) => {
        const become = await becomeOf();
        return start(commandOf(world), { label, given, manners, channel, become }, world, use);
      },
    }),
  );
  if (given.flag('nofork') !== true) return endpoint;
  return {
    ...endpoint,
    takeOver: async (world, partner) =>
      handOver(
        commandOf(world),
        { label, given, manners, channel, become: await becomeOf() },
        world,
        partner,
      ),
  };
}

/** Option nofork: the program has the descriptors of the other address, and this process only waits for its end. */
async function handOver(
  command: Command,
  setup: Start,
  world: World,
  partner: End,
): Promise<string | undefined> {
  const { label, channel } = setup;
  const { options, ...rest } = invocationOf(command, setup, world);
  const stdio: (Readable | Writable | 'inherit' | 'ignore')[] = ['inherit', 'inherit', 'inherit'];
  while (stdio.length <= Math.max(channel.input, channel.output)) stdio.push('ignore');
  stdio[channel.input] = partner.input ?? 'inherit';
  stdio[channel.output] = partner.output ?? 'inherit';
  const child = await spawned(rest, { ...options, stdio }, setup);
  // Closed here, and not shut down: the program has it still.
  partner.dispose('done');
  world.log.say('N', `handed over to ${command.file}, process ${child.pid}`);
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => {
      if (status === 0) resolve(undefined);
      else
        resolve(
          `${label}: child ${child.pid} ${signal === null ? `exited with status ${status}` : `was ended by ${signal}`}`,
        );
    });
  });
}

/** The descriptors that are the stream for the program. */
interface Channel {
  readonly input: number;
  readonly output: number;
  readonly error: boolean;
}

/** More are not passed on: each one below is opened for the program too. */
const MOST_DESCRIPTORS = 1023;

function readChannel(given: Given<ExecOption>, report: Report): Channel | undefined {
  const descriptor = (option: 'fdin' | 'fdout', otherwise: number): number => {
    const number = given.count(option) ?? otherwise;
    if (number > MOST_DESCRIPTORS)
      report('BRG009', given.token(option)?.span, `option ${option}: ${number} is over ${MOST_DESCRIPTORS}`);
    return number;
  };
  const [input, output] = [descriptor('fdin', 0), descriptor('fdout', 1)];
  if (Math.max(input, output) > MOST_DESCRIPTORS) return undefined;
  return { input, output, error: given.flag('stderr') === true };
}

interface Start {
  readonly label: string;
  readonly given: Given<ExecOption>;
  readonly manners: Manners;
  readonly channel: Channel;
  readonly become: Identity;
}

async function start(command: Command, setup: Start, world: World, use: Use): Promise<End> {
  const { label, given, manners, channel } = setup;
  const { input, output } = channel;
  // A way that is not used stays what it is for this process itself, as in socat. A descriptor that is given as a pipe is
  // a pair of sockets (libuv), and so serves both ways.
  const stdio: ('inherit' | 'ignore' | 'pipe')[] = ['inherit', 'inherit', 'inherit'];
  while (stdio.length <= Math.max(input, output)) stdio.push('ignore');
  if (use !== 'read') stdio[input] = 'pipe';
  if (use !== 'write') stdio[output] = 'pipe';
  const { options, ...rest } = invocationOf(command, setup, world, use === 'write');
  const child = await spawned(rest, { ...options, stdio }, setup);
  world.log.say('N', `started ${command.file} as process ${child.pid}`);
  if (given.flag('pipes') === true)
    world.log.say('D', 'option pipes: each way is a pair of sockets of its own, as always');
  return childEnd(child, channel, label, manners, world);
}

/** How a program is called: by itself, or by a shell where that has to do something first. */
interface Call {
  readonly command: string;
  readonly words: readonly string[];
}

function invocationOf(
  { file, args }: Command,
  { given, channel, become }: Start,
  world: World,
  silent = false,
): Call & { readonly options: Omit<SpawnOptions, 'stdio'> } {
  const path = given.text('path');
  const cwd = given.text('chdir');
  const [uid, gid] = [become.uid ?? become.account?.uid, become.gid ?? become.account?.gid];
  // The program's standard error is to be the very descriptor that its output is, and only a shell can do that.
  const [command, words, name] =
    channel.error && !silent
      ? ['/bin/sh', ['-c', `exec "$0" "$@" 2>&${channel.output}`, file, ...args], 'sh']
      : [file, args, basename(file)];
  return {
    command,
    words,
    options: {
      argv0: given.flag('dash') === true ? `-${name}` : name,
      env: { ...environmentOf(world), ...(path === undefined ? {} : { PATH: path }) },
      detached: given.flag('setsid') === true,
      ...(cwd === undefined ? {} : { cwd }),
      ...(uid === undefined ? {} : { uid }),
      ...(gid === undefined ? {} : { gid }),
    },
  };
}

/** A program that runs. Throws OpenError. */
async function spawned(
  { command, words }: Call,
  options: SpawnOptions,
  { label, given }: Start,
): Promise<ChildProcess> {
  const { spawn } = await import('node:child_process');
  const child = withUmask(given.mode('umask'), () => spawn(command, words, options));
  await new Promise<void>((resolve, reject) => {
    child.once('error', (fault) => {
      // spawn(2) says ENOENT of a folder that is not there, too.
      const where = options.cwd === undefined ? '' : ` in ${String(options.cwd)}`;
      reject(new OpenError(label, `exec ${command}${where}: ${reasonOf(fault)}`, { final: true }));
    });
    child.once('spawn', resolve);
  });
  return child;
}

/** Runs what takes over the umask at once: the process has only one. */
function withUmask<T>(umask: number | undefined, run: () => T): T {
  if (umask === undefined) return run();
  const before = process.umask(umask);
  try {
    return run();
  } finally {
    process.umask(before);
  }
}

function childEnd(child: ChildProcess, channel: Channel, label: string, manners: Manners, world: World): End {
  const into = child.stdio[channel.input];
  const from = child.stdio[channel.output];
  const stdin = into instanceof Writable ? into : undefined;
  const stdout = from instanceof Readable ? from : undefined;
  const forget = world.atExit(() => {
    child.kill('SIGTERM');
  });
  const exited = new Promise<string | undefined>((resolve) => {
    child.once('exit', (status, signal) => {
      forget();
      const why = signal === null ? `exited with status ${status}` : `was ended by ${signal}`;
      world.log.say(status === 0 ? 'I' : 'D', `child ${child.pid} ${why}`);
      resolve(status === 0 ? undefined : `${label}: child ${child.pid} ${why}`);
    });
  });
  for (const stream of [stdin, stdout]) stream?.on('error', () => undefined);
  if (stdout !== undefined) holdBack(stdout);
  let killed: () => void = () => undefined;
  /** Settles when it was sent SIGTERM and has had a moment to end by it. */
  const overdue = new Promise<void>((resolve) => {
    killed = () => setTimeout(resolve, LAST_WORDS).unref();
  });
  let sent = false;
  const kill = (): void => {
    sent = true;
    child.kill('SIGTERM');
    killed();
  };
  return {
    label,
    input: stdout,
    output: stdin,
    ...manners,
    answers: true,
    dispose: (parting: Parting) => {
      stdin?.destroy();
      stdout?.destroy();
      if (parting !== 'done' && manners.endClose !== true) kill();
    },
    settle: async (patience) => {
      if (manners.endClose === true) {
        child.unref();
        return undefined;
      }
      const timer = patience === 0 ? undefined : setTimeout(kill, patience);
      const trouble = await Promise.race([exited, overdue]);
      clearTimeout(timer);
      if (child.exitCode === null && child.signalCode === null) {
        child.unref();
        return `${label}: child ${child.pid} does not end by SIGTERM; it is left to itself`;
      }
      // That it ended by the signal that it was sent here is no fault of its own.
      return sent ? undefined : (trouble ?? undefined);
    },
  };
}

/**
 * Keeps a child's output until somebody takes it. When a child ends, Node lets flow what nobody has asked for yet, and it
 * would be lost where the other address takes longer to open than the child to run.
 */
function holdBack(stream: Readable): void {
  const hold = (): void => undefined;
  // A stream that is asked to say when it can be read does not flow (stream.Readable, resume()).
  stream.on('readable', hold);
  const taken = (event: string | symbol): void => {
    if (event !== 'data') return;
    stream.off('newListener', taken);
    stream.off('readable', hold);
  };
  stream.on('newListener', taken);
}

/** Milliseconds that a child has after SIGTERM. */
const LAST_WORDS = 2000;
