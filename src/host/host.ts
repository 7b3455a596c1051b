// The machine as the programs see it: files, standard streams, processes, the environment. An interface only:
// host/node.ts is the real one, host/fake.ts a stateful one for tests.

import type { Children } from './children.ts';
import type { Finished, Processes } from './processes.ts';

export type { Finished };

/** What a machine can do for us. All calls but those that deal with processes are synchronous: our filters do one thing at a time. */
export interface Host {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The effective user; 0 is root. */
  readonly uid: number;
  /** Whether a standard stream (0, 1, 2) is a terminal. */
  isTerminal(descriptor: 0 | 1 | 2): boolean;
  /** Columns of the terminal behind standard error, or undefined. */
  columns(): number | undefined;
  /**
   * The bytes of a file in chunks, `-` being standard input. A chunk is valid until the next one is asked for. Throws
   * HostError.
   */
  chunks(path: string): Iterable<Uint8Array>;
  /** Writes all of it to standard output or standard error. Throws HostError; EPIPE ends the process by SIGPIPE. */
  write(descriptor: 1 | 2, bytes: Uint8Array): void;
  /** A file's kind, mode (permission bits), owner and size, symbolic links followed; undefined where there is none. */
  stat(path: string): FileStatus | undefined;
  /** Creates a file that must not be there yet, writes and syncs it. Throws HostError. */
  create(path: string, bytes: Uint8Array, mode: number): void;
  /** Renames over whatever stands there, and syncs the folder. Throws HostError. */
  rename(from: string, to: string): void;
  /** Removes a file; a missing one is no error. Throws HostError. */
  remove(path: string): void;
  /** Makes a folder and those above it. Throws HostError. */
  makeFolder(path: string): void;
  /** Runs a program without a shell and gathers what it prints. Throws HostError where it can't be started. */
  run(argv: readonly string[], input?: Uint8Array): Promise<Finished>;
  /** What it can do with processes besides; loaded when it is asked for. */
  processes(): Promise<Processes>;
  /** What it can do with programs that stay; loaded when it is asked for. */
  children(): Promise<Children>;
}

export interface FileStatus {
  readonly kind: 'file' | 'folder' | 'socket' | 'fifo' | 'other';
  readonly mode: number;
  readonly uid: number;
  readonly size: number;
}

/** A call to the system that failed: the errno name, what was done, to what. */
export class HostError extends Error {
  /** `ENOENT`, `EACCES`, `ENOSPC`, ... */
  readonly code: string;
  /** What it was done to: a path, a program's name, or `standard output`. */
  readonly subject: string;
  /** Whether it was reading, writing (also making, renaming, removing) or starting a program: the exit status hangs on it. */
  readonly direction: 'read' | 'write' | 'run';

  constructor(code: string, subject: string, direction: 'read' | 'write' | 'run') {
    super(`${subject}: ${errnoText(code)}`);
    this.name = 'HostError';
    this.code = code;
    this.subject = subject;
    this.direction = direction;
  }
}

/** The sentence of an errno in strerror's words, for the errors that people meet; the name itself for the others. */
function errnoText(code: string): string {
  return ERRNO_TEXTS[code] ?? code;
}

const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  EACCES: 'Permission denied',
  EEXIST: 'File exists',
  EISDIR: 'Is a directory',
  ELOOP: 'Too many levels of symbolic links',
  EMFILE: 'Too many open files',
  ENOENT: 'No such file or directory',
  ENOSPC: 'No space left on device',
  ENOTDIR: 'Not a directory',
  EPERM: 'Operation not permitted',
  EPIPE: 'Broken pipe',
  EROFS: 'Read-only file system',
};
