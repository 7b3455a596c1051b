// The machine's processes, beyond running a program to its end: locks that outlive nobody, programs that outlive us or die
// with us, signals, the clock. An interface only; host/node-processes.ts is the real one, and few programs load it.

/** How a process ended. */
export interface Finished {
  /** Exit status; undefined where a signal ended it. */
  readonly status: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

/** What a machine can do with processes. */
export interface Processes {
  /** Our own process id. */
  readonly pid: number;
  /** The interpreter that we run on, as a path. */
  readonly interpreter: string;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * Takes the lock of a file, alone; undefined where another holds it for longer than `seconds`. While another does,
   * `waiting` is told once what that one left as its `note`. Throws HostError.
   */
  lock(path: string, ask: LockAsk): Promise<Lock | undefined>;
  /**
   * Runs a program as Host.run() does. With a lock, the program holds it too: it is not free before the program has ended,
   * even if we die.
   */
  run(argv: readonly string[], input?: string | Uint8Array, lock?: Lock): Promise<Finished>;
  /** Starts a program in a session of its own, without any of our streams; it lives on when we end. Gives its process id. */
  apart(argv: readonly string[]): number;
  /**
   * Starts a program that says something on its standard output when it is ready, and ends when its standard input does:
   * with release(), or with our own end whatever its kind. Throws HostError where it ends without having said anything.
   */
  hold(argv: readonly string[]): Promise<Held>;
  /** The names in a folder, sorted; none where there is no such folder. */
  list(folder: string): readonly string[];
  /** Removes a folder with all that is in it; a missing one is no error. */
  removeFolder(path: string): void;
  /** Calls `heard` on these signals, instead of dying of them, until the function that is given back is called. */
  onSignals(names: readonly ('SIGINT' | 'SIGTERM')[], heard: (name: string) => void): () => void;
}

export interface LockAsk {
  readonly seconds: number;
  /** One line about us, for those who wait. */
  readonly note: string;
  readonly waiting: (note: string) => void;
}

/** A lock that is held. */
export interface Lock {
  release(): void;
}

/** A process that was started by hold(). */
export interface Held {
  readonly pid: number;
  /** Lets it end, and waits for that. */
  release(): Promise<void>;
}
