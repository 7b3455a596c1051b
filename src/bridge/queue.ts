// Clients in the order they came: served at once, kept waiting, or turned away. Nothing here knows what serving is.

import type { Client, Endpoint, Parties, World } from './endpoint.ts';
import type { Gate } from './gate.ts';
import { peerText } from './observer.ts';

/** Descriptors kept free for what is not a connection: name lookups, files, a program being started. */
const RESERVE = 24;

/** And for clients who wait because of that, an eighth of all or this many. */
const WAITING_ROOM = 64;

/** What a queue is about. */
export interface QueueSettings {
  /** Serves a client to its end. */
  readonly handle: (client: Client) => Promise<void>;
  /** max-children. */
  readonly atOnce: number | undefined;
  /** The other limits, where there are any. */
  readonly gate: Gate | undefined;
  /** The address that is opened for each. */
  readonly other: Endpoint;
  /** How many descriptors the process may have open, and how many it has now. */
  readonly descriptors: () => { readonly most: number; readonly open: number };
  readonly world: World;
  /** Takes what `handle` throws. */
  readonly fail: (error: unknown) => void;
  /** Is told how many wait, when that changes. */
  readonly waiting?: ((count: number) => void) | undefined;
  /** Is told when nobody is served or waits any more, and when somebody is again. */
  readonly idle?: ((idle: boolean) => void) | undefined;
}

/**
 * Clients are served at once, or kept waiting, unread, while as many as may be are being served or descriptors are short.
 * Node can't stop accepting without closing the listener, and once descriptors run out libuv closes whoever comes; so a
 * client that is kept here is one that would have been lost.
 */
export class Queue {
  readonly #settings: QueueSettings;
  readonly #waiting: Client[] = [];
  #serving = 0;
  #base: number | undefined;
  #most = 0;
  #short = false;
  #timer: NodeJS.Timeout | undefined;
  #empty: () => void = () => undefined;

  constructor(settings: QueueSettings) {
    this.#settings = settings;
  }

  /** How many are served or wait. */
  get count(): number {
    return this.#serving + this.#waiting.length;
  }

  add(client: Client): void {
    const { descriptors, gate, world, atOnce, idle } = this.#settings;
    if (this.#base === undefined) {
      const { most, open } = descriptors();
      this.#most = most;
      this.#base = open - 1;
    }
    const refusal = gate?.come(addressOf(client), performance.now());
    if (refusal !== undefined) {
      const peer = peerText(client);
      world.log.say('W', `refusing connection from ${peer} due to ${refusal}`);
      world.refused?.(peer, refusal);
      // It must not take this for an answer that happens to be empty.
      client.dispose('broken');
      return;
    }
    if (this.count === 0) idle?.(false);
    this.#waiting.push(client);
    this.#advance();
    if (this.#waiting.length === 0) return;
    if (atOnce !== undefined && this.#serving >= atOnce)
      world.log.say('N', `max-children are active (${atOnce}), waiting: ${this.#waiting.length}`);
    else if (gate !== undefined && !this.#short)
      world.log.say('N', `as many are active as may be (${this.#serving}), waiting: ${this.#waiting.length}`);
    this.#settings.waiting?.(this.#waiting.length);
  }

  /** Settles when nobody is served or waits. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#empty = resolve;
      if (this.count === 0) resolve();
    });
  }

  /** Lets go of those who wait. */
  dismiss(): void {
    for (const client of this.#waiting.splice(0)) {
      this.#settings.gate?.leave(addressOf(client));
      client.dispose('broken');
    }
    this.#settings.waiting?.(0);
    if (this.count === 0) this.#empty();
  }

  #advance(): void {
    const { handle, fail, gate } = this.#settings;
    const before = this.#waiting.length;
    while (this.#waiting.length > 0 && this.#mayServe()) {
      const client = this.#waiting.shift();
      if (client === undefined) return;
      this.#serving++;
      handle(client)
        .catch(fail)
        .finally(() => {
          this.#serving--;
          gate?.leave(addressOf(client));
          this.#advance();
          if (this.count > 0) return;
          this.#empty();
          this.#settings.idle?.(true);
        });
    }
    if (before > 1 && this.#waiting.length < before) this.#settings.waiting?.(this.#waiting.length);
  }

  #mayServe(): boolean {
    const { atOnce, gate } = this.#settings;
    if (atOnce !== undefined && this.#serving >= atOnce) return false;
    if (!this.#hasRoom()) return false;
    // Asked last: where it says yes, one of the rate is used up.
    const wait = gate?.next(this.#serving, performance.now());
    if (gate === undefined || wait === 0) return true;
    if (wait !== undefined && this.#timer === undefined) {
      this.#timer = setTimeout(() => {
        this.#timer = undefined;
        this.#advance();
      }, wait);
    }
    return false;
  }

  /** Whether there are descriptors for the other end of one more connection. Says so when that changes. */
  #hasRoom(): boolean {
    const { other, world } = this.#settings;
    const served = (this.#base ?? 0) + (this.#serving + 1) * (1 + other.descriptors);
    const kept = RESERVE + Math.max(this.#waiting.length - 1, Math.min(WAITING_ROOM, this.#most / 8));
    const room = served + kept <= this.#most || this.#serving === 0;
    if (room !== this.#short) return room;
    this.#short = !room;
    world.log.say(
      'W',
      room
        ? 'descriptors are free again; serving those who wait'
        : `descriptors are short (limit ${this.#most}, see nofile in limits.conf(5)); new clients wait`,
    );
    return room;
  }
}

/** The address of a client as limits go by it. */
function addressOf({ parties }: { readonly parties?: Parties }): string | undefined {
  return parties?.peer.kind === 'inet' ? parties.peer.address : undefined;
}
