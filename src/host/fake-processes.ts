// The processes of a machine in memory, for tests: programs are played by the functions of the fake host, time is what the
// test says, a lock is free unless it says otherwise.

import type { Finished, Held, Lock, LockAsk, Processes } from './processes.ts';

/** What of the fake host they are played on. */
interface Played {
  readonly files: Map<string, unknown>;
  readonly folders: Set<string>;
  readonly journal: string[];
  run(argv: readonly string[], input?: Uint8Array): Promise<Finished>;
}

/** Plays processes. */
export class FakeProcesses implements Processes {
  readonly pid: number = 4242;
  readonly interpreter: string = '/usr/bin/node';
  /** Locks that somebody else holds: path -> what that one left. */
  readonly taken: Map<string, string> = new Map();
  time: number = Date.UTC(2026, 0, 1);
  readonly #host: Played;

  constructor(host: Played) {
    this.#host = host;
  }

  now(): number {
    return this.time;
  }

  async sleep(milliseconds: number): Promise<void> {
    this.time += milliseconds;
  }

  async lock(path: string, { seconds, waiting }: LockAsk): Promise<Lock | undefined> {
    const note = this.taken.get(path);
    if (note === undefined) return { release: () => undefined };
    waiting(note);
    this.time += seconds * 1000;
    return undefined;
  }

  run(argv: readonly string[], input?: string | Uint8Array): Promise<Finished> {
    return this.#host.run(argv, typeof input === 'string' ? new TextEncoder().encode(input) : input);
  }

  apart(argv: readonly string[]): number {
    this.#host.journal.push(`apart ${argv.join(' ')}`);
    return this.pid + 1;
  }

  async hold(argv: readonly string[]): Promise<Held> {
    const { status } = await this.run(argv);
    return { pid: status ?? -1, release: async () => undefined };
  }

  list(folder: string): readonly string[] {
    const names = [...this.#host.files.keys(), ...this.#host.folders]
      .filter((path) => path.startsWith(`${folder}/`))
      .map((path) => path.slice(folder.length + 1).split('/')[0] ?? '');
    return [...new Set(names)].sort();
  }

  removeFolder(path: string): void {
    this.#host.journal.push(`removeFolder ${path}`);
    for (const file of [...this.#host.files.keys()])
      if (file.startsWith(`${path}/`)) this.#host.files.delete(file);
    this.#host.folders.delete(path);
  }

  onSignals(): () => void {
    return () => undefined;
  }
}
