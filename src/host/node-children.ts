// The real machine's long-running programs, through Node. Loaded by the programs that start such.

import { spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type { Child, Children } from './children.ts';
import { HostError } from './host.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The machine that this process runs on. */
export function nodeChildren(): Children {
  return {
    pid: process.pid,
    born: bornOf(process.pid) ?? '',
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    start,
    kill,
    bornOf,
    list,
    removeFolder: (path) => rmSync(path, { recursive: true, force: true }),
    onEnd,
    endBy: (signal) => void process.kill(process.pid, signal),
  };
}

function start(argv: readonly string[], log: string): Promise<Child> {
  const [program = '', ...rest] = argv;
  return new Promise((resolve, reject) => {
    const descriptor = openLog(log);
    // Not a pipe: a daemon of a daemon that inherits one would keep us waiting for its end.
    const child = spawn(program, rest, { detached: true, stdio: ['ignore', descriptor, descriptor] });
    let running = true;
    const ended = new Promise<void>((over) => {
      child.on('exit', () => {
        running = false;
        over();
      });
    });
    child.on('error', (error) => reject(new HostError(errnoOf(error), program, 'run')));
    child.on('spawn', () => {
      closeSync(descriptor);
      resolve({
        pid: child.pid ?? -1,
        running: () => running,
        end: async (signal) => {
          if (running) child.kill(signal);
          await ended;
        },
      });
    });
  });
}

function openLog(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch (error) {
    throw new HostError(errnoOf(error), path, 'write');
  }
}

function kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw new HostError(errnoOf(error), `process ${pid}`, 'run');
  }
}

/** The 22nd field of /proc/PID/stat (proc(5)); the second one, the name, may hold blanks and brackets. */
function bornOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
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

function onEnd(heard: (signal: string) => void): () => void {
  for (const signal of SIGNALS) process.on(signal, heard);
  return () => {
    for (const signal of SIGNALS) process.off(signal, heard);
  };
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
