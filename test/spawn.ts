// Runs programs for the tests, away from tap's own loader: tap has every child of a test load it (it wraps spawn and sets
// NODE_OPTIONS there), which makes a program three times as slow to start and not the program that a user runs.

import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { delimiter, resolve } from 'node:path';

/** The environment that a user's shell would give: the launchers on PATH by name, nothing of tap's. */
export function cleanEnv(extra: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { ...process.env, ...extra };
  for (const name of Object.keys(env))
    if (/^(?:NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NO_COLOR|FORCE_COLOR|_?TAP.*)$/.test(name)) delete env[name];
  env['PATH'] = `${resolve('test/bin')}${delimiter}${env['PATH'] ?? ''}`;
  return env;
}

/** Starts a program; env(1) takes NODE_OPTIONS away and becomes it, so that the pid is the program's own. */
export function start(command: string, args: readonly string[], options: SpawnOptions = {}): ChildProcess {
  return spawn('env', ['-u', 'NODE_OPTIONS', command, ...args], { env: cleanEnv(), ...options });
}

export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end and gathers what it prints. A program that is not there ends with 127. */
export function run(
  command: string,
  args: readonly string[],
  options: SpawnOptions & { readonly input?: string | Uint8Array } = {},
): Promise<Ended> {
  const { input, ...rest } = options;
  return new Promise((done, fail) => {
    const child = start(command, args, { ...rest, stdio: ['pipe', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', fail);
    child.on('close', (status, signal) => done({ status, signal, stdout, stderr }));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
  });
}
