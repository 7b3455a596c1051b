// What SIGHUP reads anew: allow lists, certificates. A bridge that has nothing of the kind ends by it, as socat does.

import { OpenError, type Reload } from './endpoint.ts';
import type { Log } from './log.ts';
import type { Observer } from './observer.ts';

/** The things to be read anew. */
export class Reloads {
  readonly #log: Log;
  readonly #instead: (signal: 'SIGHUP', action: () => void) => () => void;
  readonly #observer: Observer | undefined;
  readonly #tasks: Set<Reload> = new Set();
  #release: (() => void) | undefined;
  #running = false;
  #again = false;

  constructor(
    log: Log,
    instead: (signal: 'SIGHUP', action: () => void) => () => void,
    observer: Observer | undefined,
  ) {
    this.#log = log;
    this.#instead = instead;
    this.#observer = observer;
  }

  /** Keeps a task; gives what takes it back. The first one takes over the signal. */
  add(task: Reload): () => void {
    this.#tasks.add(task);
    this.#release ??= this.#instead('SIGHUP', () => void this.#run());
    return () => {
      this.#tasks.delete(task);
      if (this.#tasks.size > 0) return;
      this.#release?.();
      this.#release = undefined;
    };
  }

  /** A signal that comes meanwhile has all read once more afterwards. */
  async #run(): Promise<void> {
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    this.#observer?.reloading?.();
    let failed = false;
    while (this.#again) {
      this.#again = false;
      failed = false;
      for (const task of [...this.#tasks]) {
        try {
          await task();
        } catch (error) {
          failed = true;
          const reason = error instanceof OpenError ? error.message : String(error);
          this.#log.say('E', `${reason}; what was there before stays in use`);
        }
      }
    }
    this.#running = false;
    this.#observer?.reloaded?.(failed);
  }
}
