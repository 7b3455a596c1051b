// The real machine's processes, through Node and flock(1). Loaded by host/node.ts for the programs that ask for it.

import { spawn } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readdirSync, readSync, rmSync, writeSync } from 'node:fs';
import { HostError } from './host.ts';
import type { Finished, Held, Lock, LockAsk, Processes } from './processes.ts';

/** The processes of the machine that this one runs on. */
export function nodeProcesses(): Processes {
  return {
    pid: process.pid,
    interpreter: process.execPath,
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    lock,
    run,
    apart,
    hold,
    list,
    removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
    onSignals,
  };
}

/**
 * The lock belongs to the open file, not to the process that took it (flock(2)): flock(1) takes it on a descriptor that it
 * has from us, and it is ours when flock(1) has ended, and that of every program which is given the descriptor too.
 */
class FileLock implements Lock {
  readonly descriptor: number;
  #open = true;

  constructor(descriptor: number) {
    this.descriptor = descriptor;
  }

  release(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.descriptor);
  }
}

async function lock(path: string, { seconds, note, waiting }: LockAsk): Promise<Lock | undefined> {
  const descriptor = openLock(path);
  const held = new FileLock(descriptor);
  let { status } = await run(['flock', '--nonblock', '3'], undefined, held);
  if (status === 1) {
    waiting(noteIn(descriptor));
    ({ status } = await run(['flock', '--timeout', `${seconds}`, '3'], undefined, held));
  }
  if (status !== 0) {
    held.release();
    return undefined;
  }
  ftruncateSync(descriptor);
  writeSync(descriptor, `${note}\n`, 0);
  return held;
}

function openLock(path: string): number {
  try {
    return openSync(path, 'a+', 0o600);
  } catch (error) {
    throw new HostError(errnoOf(error), path, 'write');
  }
}

function noteIn(descriptor: number): string {
  const bytes = new Uint8Array(400);
  const count = readSync(descriptor, bytes, 0, bytes.length, 0);
  return new TextDecoder().decode(bytes.subarray(0, count)).trim();
}

function run(argv: readonly string[], input?: string | Uint8Array, held?: Lock): Promise<Finished> {
  const [program = '', ...rest] = argv;
  const kept = held instanceof FileLock ? [held.descriptor] : [];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe', ...kept] });
    const { stdin, stdout, stderr } = child;
    if (stdin === null || stdout === null || stderr === null) throw new RangeError('a child without streams');
    const out: Uint8Array[] = [];
    const err: Uint8Array[] = [];
    stdout.on('data', (bytes: Uint8Array) => out.push(bytes));
    stderr.on('data', (bytes: Uint8Array) => err.push(bytes));
    child.on('error', (error) => reject(new HostError(errnoOf(error), program, 'run')));
    child.on('close', (status, signal) => {
      resolve({
        status: status ?? undefined,
        signal: signal ?? undefined,
        stdout: Buffer.concat(out),
        stderr: Buffer.concat(err),
      });
    });
    // A program that ends without reading all of its input is no error of ours: its status tells.
    stdin.on('error', () => undefined);
    stdin.end(input);
  });
}

/** A session of its own (setsid(2)): no terminal's hang-up and no shell's kill of its jobs reaches it. */
function apart(argv: readonly string[]): number {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { detached: true, stdio: 'ignore', cwd: '/' });
  // A program that can't be started has no pid, which is told below.
  child.on('error', () => undefined);
  child.unref();
  if (child.pid === undefined) throw new HostError('ENOENT', program, 'run');
  return child.pid;
}

function hold(argv: readonly string[]): Promise<Held> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'ignore'] });
    const ended = new Promise<void>((over) => child.on('close', () => over()));
    child.on('error', (error) => reject(new HostError(errnoOf(error), program, 'run')));
    child.on('close', () => reject(new HostError('EPERM', argv.join(' '), 'run')));
    child.stdin.on('error', () => undefined);
    child.stdout.once('data', () => {
      resolve({
        pid: child.pid ?? -1,
        release: () => {
          child.stdin.end();
          return ended;
        },
      });
    });
  });
}

function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT') return [];
    throw new HostError(code, folder, 'read');
  }
}

function onSignals(names: readonly ('SIGINT' | 'SIGTERM')[], heard: (name: string) => void): () => void {
  for (const name of names) process.on(name, heard);
  return () => {
    for (const name of names) process.off(name, heard);
  };
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
