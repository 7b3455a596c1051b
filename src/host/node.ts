// The real machine, through Node. It touches the file system, and node-processes.ts beside it starts processes;
// no other file outside bridge/endpoints/ does. What is done with them is decided elsewhere.

import {
  closeSync,
  fchmodSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type FileStatus, type Host, HostError } from './host.ts';
import type { Processes } from './processes.ts';

/** A file is read in chunks of this size, a pipe in what it holds (64 KiB by default, up to this). */
const CHUNK = 1 << 20;

/** The machine that this process runs on. */
export function nodeHost(): Host {
  return {
    env: process.env,
    uid: process.geteuid?.() ?? -1,
    // node:tty brings the whole of streams and sockets with it: it is loaded for what can be a terminal only.
    isTerminal: (descriptor) =>
      isCharacterDevice(descriptor) && process.getBuiltinModule('node:tty').isatty(descriptor),
    columns: () => (process.stderr.isTTY && process.stderr.columns > 0 ? process.stderr.columns : undefined),
    chunks,
    write,
    stat,
    create,
    rename,
    remove: (path) => attempt(path, 'write', () => rmSync(path, { force: true })),
    makeFolder: (path) => attempt(path, 'write', () => void mkdirSync(path, { recursive: true })),
    run: async (argv, input) => (await processes()).run(argv, input),
    processes,
    children: async () => (await import('./node-children.ts')).nodeChildren(),
  };
}

function isCharacterDevice(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isCharacterDevice();
  } catch {
    return false; // closed: 2>&-
  }
}

function* chunks(path: string): Generator<Uint8Array> {
  const name = path === '-' ? 'standard input' : path;
  const descriptor = path === '-' ? 0 : attempt(name, 'read', () => openSync(path, 'r'));
  try {
    const buffer = new Uint8Array(CHUNK);
    for (;;) {
      const count = attempt(name, 'read', () => persist(() => readSync(descriptor, buffer, 0, CHUNK, null)));
      if (count === 0) return;
      yield buffer.subarray(0, count);
    }
  } finally {
    if (descriptor !== 0) closeSync(descriptor);
  }
}

function write(descriptor: 1 | 2, bytes: Uint8Array): void {
  const name = descriptor === 1 ? 'standard output' : 'standard error';
  let done = 0;
  while (done < bytes.length) {
    try {
      done += persist(() => writeSync(descriptor, bytes, done, bytes.length - done));
    } catch (error) {
      const code = errnoOf(error);
      if (code === 'EPIPE') dieOfBrokenPipe();
      // With standard error gone there is nobody left to tell.
      if (descriptor === 2) return;
      throw new HostError(code, name, 'write');
    }
  }
}

/**
 * Ends this process as a filter ends whose reader went away: by SIGPIPE. Node ignores the signal from its start; adding
 * and removing a listener gives it back its default action (libuv's behaviour, held by a test), then it is raised.
 */
function dieOfBrokenPipe(): void {
  const nothing = (): void => undefined;
  process.on('SIGPIPE', nothing);
  process.off('SIGPIPE', nothing);
  process.kill(process.pid, 'SIGPIPE');
}

/** Repeats a call while a non-blocking descriptor (shared with another process, it may be set so) has nothing yet. */
function persist(call: () => number): number {
  for (;;) {
    try {
      return call();
    } catch (error) {
      if (errnoOf(error) !== 'EAGAIN') throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

function stat(path: string): FileStatus | undefined {
  const found = attempt(path, 'read', () => statSync(path, { throwIfNoEntry: false }));
  if (found === undefined) return undefined;
  const kind = found.isFile()
    ? 'file'
    : found.isDirectory()
      ? 'folder'
      : found.isSocket()
        ? 'socket'
        : found.isFIFO()
          ? 'fifo'
          : 'other';
  return { kind, mode: found.mode & 0o7777, uid: found.uid, size: found.size };
}

function create(path: string, bytes: Uint8Array, mode: number): void {
  attempt(path, 'write', () => {
    const descriptor = openSync(path, 'wx', mode);
    try {
      let done = 0;
      while (done < bytes.length) done += writeSync(descriptor, bytes, done, bytes.length - done);
      // The umask took bits away at open; the mode asked for is the mode that stands.
      fchmodSync(descriptor, mode);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  });
}

function rename(from: string, to: string): void {
  attempt(to, 'write', () => {
    renameSync(from, to);
    const folder = openSync(dirname(to), 'r');
    try {
      if (fstatSync(folder).isDirectory()) fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  });
}

async function processes(): Promise<Processes> {
  return (await import('./node-processes.ts')).nodeProcesses();
}

/** Runs a call; a system error becomes a HostError about `subject`. */
function attempt<T>(subject: string, direction: 'read' | 'write', call: () => T): T {
  try {
    return call();
  } catch (error) {
    const code = errnoOf(error);
    if (code === '') throw error;
    throw new HostError(code, subject, direction);
  }
}

function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
