// Ending by a signal: what is to be tidied is tidied, then the process ends by that very signal, so that whoever waits
// for it sees how it ended (143, 130, 129, 131 in a shell).

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT'];

/** What is to be done at the end of the process, in the reverse of the order it was asked for. */
export class Tidying {
  readonly #tasks: Set<() => void> = new Set();
  readonly #onSignal: (signal: NodeJS.Signals) => void;
  readonly #signals: readonly NodeJS.Signals[];
  readonly #instead: Map<NodeJS.Signals, () => void> = new Map();

  /** Takes over the signals that end a process. `said` hears which one came. */
  constructor(said: (signal: NodeJS.Signals) => void, signals: readonly NodeJS.Signals[] = SIGNALS) {
    this.#signals = signals;
    this.#onSignal = (signal) => {
      const instead = this.#instead.get(signal);
      if (instead !== undefined) return instead();
      said(signal);
      this.run();
      this.release();
      // With the last listener gone the signal has its default action back.
      process.kill(process.pid, signal);
    };
    for (const signal of signals) process.on(signal, this.#onSignal);
  }

  /** Keeps a task; gives what takes it back. */
  add(task: () => void): () => void {
    this.#tasks.add(task);
    return () => {
      this.#tasks.delete(task);
    };
  }

  /** Has a signal do something else than end the process; gives what takes it back. */
  instead(signal: NodeJS.Signals, action: () => void): () => void {
    this.#instead.set(signal, action);
    return () => {
      if (this.#instead.get(signal) === action) this.#instead.delete(signal);
    };
  }

  /** Does what is left to do; once. */
  run(): void {
    const tasks = [...this.#tasks].reverse();
    this.#tasks.clear();
    for (const task of tasks) task();
  }

  /** Gives the signals back. */
  release(): void {
    for (const signal of this.#signals) process.off(signal, this.#onSignal);
  }
}

/** SIGUSR1, which Node would take as a wish for its debugger; gives what gives it back. */
export function onStatisticsSignal(tell: () => void): () => void {
  process.on('SIGUSR1', tell);
  return () => {
    process.off('SIGUSR1', tell);
  };
}

/** The numbers of signals, as socat tells them; they are the same on every Linux with Node. */
const NUMBERS: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGUSR2: 12,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCONT: 18,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGIO: 29,
  SIGPWR: 30,
  SIGSYS: 31,
};

/** How log lines call a signal. */
export function signalNumber(signal: NodeJS.Signals): number | string {
  return NUMBERS[signal] ?? signal;
}

/**
 * The signals of a mask with a bit for each number. Those that Node needs itself, or that nothing can be done about, are
 * left out: faults of the process, SIGKILL and SIGSTOP, SIGPIPE, SIGCHLD, SIGWINCH.
 */
export function signalsOf(mask: number): readonly NodeJS.Signals[] {
  const named: NodeJS.Signals[] = [];
  for (const [name, number] of Object.entries(NUMBERS)) {
    if (((mask >>> number) & 1) === 1 && isSignal(name)) named.push(name);
  }
  return named;
}

function isSignal(name: string): name is NodeJS.Signals {
  return Object.hasOwn(NUMBERS, name);
}
