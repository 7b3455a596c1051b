// One connection of a run, from its client to its end: what is kept of it, what it is ended by, who is told.

import type { Client } from './endpoint.ts';
import type { End, Outcome, Relay } from './engines/engine.ts';
import type { Log } from './log.ts';
import { type Closing, type Connection, type Observer, peerText, type Reason } from './observer.ts';
import { relay } from './relay.ts';
import type { RunSettings } from './run-settings.ts';

const NOTHING = { bytes: 0, blocks: 0 };

/** The connections of a run. */
export class Connections {
  readonly #settings: RunSettings;
  readonly #log: Log;
  readonly #observer: Observer | undefined;
  readonly #open: Set<Carried> = new Set();
  #last = 0;

  constructor(settings: RunSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    this.#observer = settings.observer;
  }

  /** How many there are. */
  get count(): number {
    return this.#open.size;
  }

  /** Takes up the connection of a client; it is to be carried or given up. */
  begin(client: Client): Carried {
    const connection: Connection = {
      id: ++this.#last,
      peer: this.#observer === undefined ? client.label : peerText(client),
      began: Date.now(),
      target: undefined,
      relay: undefined,
    };
    const carried = new Carried(connection, this.#settings, this.#log, () => this.#open.delete(carried));
    this.#open.add(carried);
    this.#observer?.began?.(connection);
    return carried;
  }

  /** Ends all of them; those at the other end are told that they have not got the whole. */
  end(reason: Reason): void {
    for (const carried of this.#open) carried.end(reason);
  }
}

/** One of them. */
class Carried {
  readonly connection: Connection;
  readonly #settings: RunSettings;
  readonly #log: Log;
  readonly #over: () => void;
  readonly #since = performance.now();
  #relay: Relay | undefined;
  /** What ended it, where it did not end by itself. */
  endedBy: Reason | undefined;

  constructor(connection: Connection, settings: RunSettings, log: Log, over: () => void) {
    this.connection = connection;
    this.#settings = settings;
    this.#log = log;
    this.#over = over;
  }

  /** Carries bytes between the two ends until it is over. */
  async carry(left: End, right: End, target: End): Promise<Outcome> {
    const { engine, observer, total } = this.#settings;
    const { connection } = this;
    connection.target = target.label;
    let timer: NodeJS.Timeout | undefined;
    const outcome = await relay(left, right, engine, this.#settings, this.#log, (begun) => {
      this.#relay = begun;
      connection.relay = begun;
      observer?.opened?.(connection);
      // Ended while the other address was being opened.
      if (this.endedBy !== undefined) begun.stop('broken');
      else if (total !== undefined) timer = setTimeout(() => this.#timeUp(total), total);
    });
    clearTimeout(timer);
    const { ending, breach, forward, backward } = outcome;
    this.#close({
      reason: ending === 'stopped' ? (this.endedBy ?? 'drain') : ending,
      detail: breach?.reason,
      forward,
      backward,
      milliseconds: performance.now() - this.#since,
    });
    return outcome;
  }

  /** The other address could not be opened. */
  giveUp(why: string): void {
    this.#close({
      reason: 'unreachable',
      detail: why,
      forward: NOTHING,
      backward: NOTHING,
      milliseconds: performance.now() - this.#since,
    });
  }

  end(reason: Reason): void {
    this.endedBy ??= reason;
    this.#relay?.stop('broken');
  }

  #timeUp(total: number): void {
    this.#log.say('N', `total timeout triggered (${total / 1000} s)`);
    this.end('total');
  }

  #close(closing: Closing): void {
    this.#over();
    this.#settings.observer?.ended?.(this.connection, closing);
  }
}
