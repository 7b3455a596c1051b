// Programs that run beside us until we end them, and what goes with that: signals, the clock, what earlier ones of us left
// behind. An interface only; host/node-children.ts is the real one, and few programs load it.

/** What a machine can do with programs that stay. */
export interface Children {
  /** Our own process id, and what tells us from a later process with the same one. */
  readonly pid: number;
  readonly born: string;
  /** Milliseconds since 1970. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
  /**
   * Starts a program in a session of its own (no key of the terminal reaches it), its output in a file. Throws HostError where
   * it can't be started.
   */
  start(argv: readonly string[], log: string): Promise<Child>;
  /** Sends a signal to a process that is not our child; a process that is gone is no error. */
  kill(pid: number, signal: 'SIGTERM' | 'SIGKILL'): void;
  /** When a process was born, as the kernel counts; undefined where there is none. */
  bornOf(pid: number): string | undefined;
  /** The names in a folder, sorted; none where there is no such folder. */
  list(folder: string): readonly string[];
  /** Removes a folder with all that is in it; a missing one is no error. */
  removeFolder(path: string): void;
  /** Calls `heard` on the signals that end a program, until the function that is given back is called. */
  onEnd(heard: (signal: string) => void): () => void;
  /** Ends this process by a signal, so that whoever waits for it sees how it ended. */
  endBy(signal: string): void;
}

/** A program that was started. */
export interface Child {
  readonly pid: number;
  /** Whether it has not ended yet. */
  running(): boolean;
  /** Ends it and waits for that. */
  end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
}
