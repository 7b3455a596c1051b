// Serves the clients of one address, opening the other one anew for each, until nobody comes any more, or it is told to
// stop, or nobody has been there for long enough.

import { Connections } from './carry.ts';
import type { Bridge } from './check.ts';
import { type Client, NobodyCame, OpenError, type Service, type World } from './endpoint.ts';
import type { End } from './engines/engine.ts';
import type { Log } from './log.ts';
import { Queue } from './queue.ts';
import { FAILED, FINE, type RunSettings, useOf } from './run-settings.ts';

/** Serves; gives the exit status of the run. */
export async function serve(
  service: Service,
  bridge: Bridge,
  side: 'left' | 'right',
  settings: RunSettings,
  base: Omit<World, 'many'>,
): Promise<number> {
  const opensFirst = side === 'right' && settings.socat === true;
  const world: World = { ...base, many: true, opensFirst };
  const gate =
    service.limits === undefined ? undefined : new (await import('./gate.ts')).Gate(service.limits);
  return new Server(service, bridge, side, settings, world).run(gate);
}

class Server {
  readonly #service: Service;
  readonly #bridge: Bridge;
  readonly #side: 'left' | 'right';
  readonly #settings: RunSettings;
  readonly #world: World;
  readonly #connections: Connections;
  readonly #connectionLog: Log;
  #idleTimer: NodeJS.Timeout | undefined;
  #stop: () => void = () => undefined;
  #stopped = false;

  constructor(service: Service, bridge: Bridge, side: 'left' | 'right', settings: RunSettings, world: World) {
    this.#service = service;
    this.#bridge = bridge;
    this.#side = side;
    this.#settings = settings;
    this.#world = world;
    this.#connectionLog = world.log.lower(service.shutUp ?? 0);
    this.#connections = new Connections(settings, this.#connectionLog);
  }

  run(gate: ConstructorParameters<typeof Queue>[0]['gate']): Promise<number> {
    const { observer, descriptors, exitIdle } = this.#settings;
    return new Promise<number>((resolve, reject) => {
      const queue = new Queue({
        handle: (client) => this.#handle(client),
        atOnce: this.#service.atOnce,
        gate,
        other: this.#other,
        descriptors,
        world: this.#world,
        fail: reject,
        waiting: observer === undefined ? undefined : (count) => observer.waiting?.(count),
        idle: exitIdle === undefined ? undefined : (idle) => this.#idle(idle, exitIdle),
      });
      this.#start(queue).then(resolve, reject);
    });
  }

  async #start(queue: Queue): Promise<number> {
    const { observer, exitIdle, drain } = this.#settings;
    const serving = await this.#service.serve(this.#world, useOf(this.#side, this.#bridge.ways), (client) =>
      queue.add(client),
    );
    observer?.listening?.();
    const stopped = new Promise<void>((resolve) => {
      this.#stop = resolve;
    });
    const released =
      drain === undefined
        ? undefined
        : this.#settings.instead?.('SIGTERM', () => {
            this.#stopped = true;
            // The next one is not ours: it ends the process.
            released?.();
            this.#stop();
          });
    if (exitIdle !== undefined) this.#idle(true, exitIdle);
    await Promise.race([serving.ended, stopped]);
    clearTimeout(this.#idleTimer);
    serving.close();
    return this.#stopped && drain !== undefined
      ? this.#drain(queue, drain)
      : queue.drained().then(() => FINE);
  }

  /** Lets connections finish within so many milliseconds; whether all did is the exit status. */
  async #drain(queue: Queue, milliseconds: number): Promise<number> {
    const { log } = this.#world;
    const left = queue.count;
    this.#settings.observer?.draining?.(left);
    log.say(
      'N',
      `draining: no more clients are taken, ${left} left, with ${milliseconds / 1000} s to finish`,
    );
    let cut = 0;
    const timer = setTimeout(() => {
      cut = queue.count;
      log.say('W', `draining: time is up, ${cut} cut off`);
      queue.dismiss();
      this.#connections.end('drain');
    }, milliseconds);
    await queue.drained();
    clearTimeout(timer);
    return cut === 0 ? FINE : FAILED;
  }

  #idle(idle: boolean, milliseconds: number): void {
    clearTimeout(this.#idleTimer);
    if (!idle || this.#stopped) return;
    this.#idleTimer = setTimeout(() => {
      this.#world.log.say('N', `nobody has been here for ${milliseconds / 1000} s, ending`);
      this.#stop();
    }, milliseconds);
  }

  get #other(): Bridge['left'] {
    return this.#side === 'left' ? this.#bridge.right : this.#bridge.left;
  }

  async #handle(client: Client): Promise<void> {
    const carried = this.#connections.begin(client);
    const world = { ...this.#world, log: this.#connectionLog, client: client.parties, facts: client.facts };
    let end: End;
    try {
      if (this.#other.takeOver !== undefined) {
        const trouble = await this.#other.takeOver(world, client);
        if (trouble !== undefined) world.log.say('E', trouble);
        carried.giveUp(trouble ?? 'handed over');
        return;
      }
      end = await this.#other.open(world, useOf(this.#side === 'left' ? 'right' : 'left', this.#bridge.ways));
    } catch (error) {
      // The client must not take this for an answer that happens to be empty.
      client.dispose('broken');
      if (!(error instanceof OpenError || error instanceof NobodyCame)) throw error;
      world.log.say('E', error.message);
      carried.giveUp(error.message);
      return;
    }
    const [left, right] = this.#side === 'left' ? [client, end] : [end, client];
    await carried.carry(left, right, end);
  }
}
