// Runs a checked bridge: opens its addresses, relays, serves a listener's clients in turn, and gives the exit status.
// Nothing here knows what an address is made of.

import type { Bridge, Ways } from './check.ts';
import { type Endpoint, NobodyCame, OpenError, type Service, type Use, type World } from './endpoint.ts';
import type { End, Engine, Outcome } from './engines/engine.ts';
import { type RelaySettings, relay } from './relay.ts';

/** The statuses that a bridge ends with: 0 when its data came to an end, 1 when something failed (socat(1)). */
const FINE = 0;
const FAILED = 1;

/** What a run needs besides the addresses. */
export interface RunSettings extends RelaySettings {
  readonly engine: Engine;
  /** How many descriptors the process may have open, and how many it has now. */
  readonly descriptors: () => { readonly most: number; readonly open: number };
}

/** Runs the bridge to its end; with fork that is never, unless accept-timeout says so. */
export async function run(
  bridge: Bridge,
  settings: RunSettings,
  world: Omit<World, 'many'>,
): Promise<number> {
  const { left, right } = bridge;
  try {
    if (left.service !== undefined) return await serve(left.service, bridge, 'left', settings, world);
    if (right.service !== undefined) return await serve(right.service, bridge, 'right', settings, world);
    return await once(bridge, settings, { ...world, many: false });
  } catch (error) {
    if (error instanceof NobodyCame) {
      world.log.say('N', error.message);
      return FINE;
    }
    if (!(error instanceof OpenError)) throw error;
    world.log.say('E', error.message);
    return FAILED;
  }
}

/** One relay: the left address is opened first, and held while the right one is being opened. */
async function once({ left, right, ways }: Bridge, settings: RunSettings, world: World): Promise<number> {
  const leftEnd = await left.open(world, useOf('left', ways));
  let rightEnd: End;
  try {
    rightEnd = await right.open(world, useOf('right', ways));
  } catch (error) {
    leftEnd.dispose('broken');
    throw error;
  }
  return statusOf(await relay(leftEnd, rightEnd, settings.engine, settings, world.log));
}

function statusOf(outcome: Outcome): number {
  return outcome.ending === 'error' ? FAILED : FINE;
}

function useOf(side: 'left' | 'right', ways: Ways): Use {
  if (ways === 'both') return 'both';
  return (ways === 'forward') === (side === 'left') ? 'read' : 'write';
}

/** Serves the clients of one address, opening the other one anew for each. */
async function serve(
  service: Service,
  { left, right, ways }: Bridge,
  side: 'left' | 'right',
  settings: RunSettings,
  base: Omit<World, 'many'>,
): Promise<number> {
  const other = side === 'left' ? right : left;
  const world: World = { ...base, many: true };
  const handle = async (client: End): Promise<void> => {
    let end: End;
    try {
      end = await other.open(world, useOf(side === 'left' ? 'right' : 'left', ways));
    } catch (error) {
      // The client must not take this for an answer that happens to be empty.
      client.dispose('broken');
      if (!(error instanceof OpenError || error instanceof NobodyCame)) throw error;
      world.log.say('E', error.message);
      return;
    }
    const [leftEnd, rightEnd] = side === 'left' ? [client, end] : [end, client];
    await relay(leftEnd, rightEnd, settings.engine, settings, world.log);
  };
  return new Promise<number>((resolve, reject) => {
    const queue = new Queue(handle, service.atOnce, other, settings, world, reject);
    const start = async (): Promise<void> => {
      const serving = await service.serve(world, useOf(side, ways), (client) => queue.add(client));
      await serving.ended;
      serving.close();
      await queue.drained();
      resolve(FINE);
    };
    start().catch(reject);
  });
}

/** Descriptors kept free for what is not a connection: name lookups, files, a program being started. */
const RESERVE = 24;

/** And for clients who wait because of that, an eighth of all or this many. */
const WAITING_ROOM = 64;

/**
 * Clients in the order they came: served at once, or kept waiting, unread, while max-children are being served or
 * descriptors are short. Node can't stop accepting without closing the listener, and once descriptors run out libuv
 * closes whoever comes; so a client that is kept here is one that would have been lost.
 */
class Queue {
  readonly #handle: (client: End) => Promise<void>;
  readonly #atOnce: number;
  readonly #other: Endpoint;
  readonly #settings: RunSettings;
  readonly #world: World;
  readonly #fail: (error: unknown) => void;
  readonly #waiting: End[] = [];
  #serving = 0;
  #base: number | undefined;
  #most = 0;
  #short = false;
  #idle: () => void = () => undefined;

  constructor(
    handle: (client: End) => Promise<void>,
    atOnce: number | undefined,
    other: Endpoint,
    settings: RunSettings,
    world: World,
    fail: (error: unknown) => void,
  ) {
    this.#handle = handle;
    this.#atOnce = atOnce ?? Number.POSITIVE_INFINITY;
    this.#other = other;
    this.#settings = settings;
    this.#world = world;
    this.#fail = fail;
  }

  add(client: End): void {
    if (this.#base === undefined) {
      const { most, open } = this.#settings.descriptors();
      this.#most = most;
      this.#base = open - 1;
    }
    this.#waiting.push(client);
    this.#advance();
    if (this.#waiting.length > 0 && this.#serving >= this.#atOnce) {
      this.#world.log.say('N', `max-children are active (${this.#atOnce}), waiting: ${this.#waiting.length}`);
    }
  }

  /** Settles when nobody is served or waits. */
  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#idle = resolve;
      if (this.#serving === 0) resolve();
    });
  }

  #advance(): void {
    while (this.#serving < this.#atOnce && this.#waiting.length > 0 && this.#hasRoom()) {
      const client = this.#waiting.shift();
      if (client === undefined) return;
      this.#serving++;
      this.#handle(client)
        .catch(this.#fail)
        .finally(() => {
          this.#serving--;
          this.#advance();
          if (this.#serving === 0) this.#idle();
        });
    }
  }

  /** Whether there are descriptors for the other end of one more connection. Says so when that changes. */
  #hasRoom(): boolean {
    const each = this.#other.descriptors;
    const served = (this.#base ?? 0) + (this.#serving + 1) * (1 + each);
    const kept = RESERVE + Math.max(this.#waiting.length - 1, Math.min(WAITING_ROOM, this.#most / 8));
    const room = served + kept <= this.#most || this.#serving === 0;
    if (room !== this.#short) return room;
    this.#short = !room;
    this.#world.log.say(
      'W',
      room
        ? 'descriptors are free again; serving those who wait'
        : `descriptors are short (limit ${this.#most}, see nofile in limits.conf(5)); new clients wait`,
    );
    return room;
  }
}
