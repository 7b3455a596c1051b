// EXEC, SYSTEM and SHELL: a program whose standard input and output are the stream.

import type { ChildProcess } from 'node:child_process';
import { basename } from 'node:path';
import { type Endpoint, OpenError, type Use, type World } from '../endpoint.ts';
import type { End, Parting } from '../engines/engine.ts';
import { reasonOf } from '../errno.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { splitCommand } from '../parse.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';

type ExecOption = (typeof MANNER_OPTIONS)[number];

/** A program without a shell; the words are split as socat does it. */
export const exec: Kind = kind({
  keywords: ['EXEC'],
  parameters: ['command'],
  needed: 1,
  summary: 'a program',
  options: MANNER_OPTIONS,
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
  options: MANNER_OPTIONS,
  plan: (written, report) => shellPlan(written, () => '/bin/sh', report),
});

/** A command line of the user's shell. */
export const shell: Kind = kind({
  keywords: ['SHELL'],
  parameters: ['command'],
  needed: 1,
  summary: "a command of the user's shell",
  options: MANNER_OPTIONS,
  plan: (written, report) => shellPlan(written, ({ env }) => env['SHELL'] ?? '/bin/sh', report),
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

function plan(written: Written<ExecOption>, commandOf: (world: World) => Command, report: Report): Endpoint {
  const { label, given } = written;
  const manners = mannersOf(given, report);
  return {
    label,
    gives: true,
    takes: true,
    // Two sockets to the child, and while it is being started the child's ends of them.
    descriptors: 4,
    open: (world, use) => start(commandOf(world), label, manners, world, use),
  };
}

async function start(
  { file, args }: Command,
  label: string,
  manners: Manners,
  world: World,
  use: Use,
): Promise<End> {
  const { spawn } = await import('node:child_process');
  // A way that is not used stays what it is for this process itself, as in socat.
  const child = spawn(file, args, {
    argv0: basename(file),
    env: withoutListen(world.env),
    stdio: [use === 'read' ? 'inherit' : 'pipe', use === 'write' ? 'inherit' : 'pipe', 'inherit'],
  });
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) =>
      reject(new OpenError(label, `exec ${file}: ${reasonOf(error)}`, { final: true })),
    );
    child.once('spawn', resolve);
  });
  world.log.say('N', `started ${file} as process ${child.pid}`);
  return childEnd(child, label, manners, world);
}

function childEnd(child: ChildProcess, label: string, manners: Manners, world: World): End {
  const { stdin, stdout } = child;
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
    input: stdout ?? undefined,
    output: stdin ?? undefined,
    ...manners,
    answers: true,
    dispose: (parting: Parting) => {
      stdin?.destroy();
      stdout?.destroy();
      if (parting !== 'done') kill();
    },
    settle: async (patience) => {
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

/** Milliseconds that a child has after SIGTERM. */
const LAST_WORDS = 2000;

/** The environment without systemd's handing-over, which was for this process: sd_listen_fds(3). */
function withoutListen(env: World['env']): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value !== undefined && !/^LISTEN_(PID|FDS|FDNAMES|PIDFDID)$/.test(name)) kept[name] = value;
  }
  return kept;
}
