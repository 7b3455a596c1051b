// Option fork of addresses that connect: it connects again and again, with option interval in between, and each connection
// is served as a client of a listener is.

import type { Client, Endpoint, Service, Serving, Use, World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import { INTERVAL } from './attempts.ts';

/** The options that are read here. */
export const AGAIN_OPTIONS = ['fork', 'max-children', 'interval'] as const;

type AgainOption = (typeof AGAIN_OPTIONS)[number];

/** An address that connects, with the service that fork makes of it. */
export function again(given: Given<AgainOption>, report: Report, endpoint: Endpoint): Endpoint {
  const most = given.count('max-children');
  if (given.flag('fork') !== true) {
    if (most !== undefined) {
      report(
        'BRG010',
        given.token('max-children')?.span,
        'option max-children not allowed without option fork',
        { hint: 'without fork it connects once and then no more' },
      );
    }
    return endpoint;
  }
  const service: Service = {
    atOnce: most,
    serve: (world, use, take) =>
      Promise.resolve(
        new Again(endpoint, most ?? Number.POSITIVE_INFINITY, given.seconds('interval') ?? INTERVAL).serve(
          world,
          use,
          take,
        ),
      ),
  };
  return { ...endpoint, service };
}

class Again {
  readonly #endpoint: Endpoint;
  readonly #most: number;
  readonly #interval: number;
  #active = 0;
  #stopped = false;
  #wake: () => void = () => undefined;

  constructor(endpoint: Endpoint, most: number, interval: number) {
    this.#endpoint = endpoint;
    this.#most = most;
    this.#interval = interval;
  }

  serve(world: World, use: Use, take: (client: Client) => void): Serving {
    return {
      // Where it can't connect any more, that is the end.
      ended: this.#connect(world, use, take),
      close: () => {
        this.#stopped = true;
        this.#wake();
      },
    };
  }

  async #connect(world: World, use: Use, take: (client: Client) => void): Promise<void> {
    while (!this.#stopped) {
      if (this.#active >= this.#most) {
        world.log.say('N', `max-children are active (${this.#most}), waiting`);
        await this.#pause(undefined);
        continue;
      }
      const client = await this.#endpoint.open(world, use);
      this.#active++;
      take(this.#counted(client));
      await this.#pause(this.#interval);
    }
  }

  /** A client whose end makes room for the next one. */
  #counted(client: Client): Client {
    let over = false;
    return {
      ...client,
      dispose: (parting) => {
        client.dispose(parting);
        if (over) return;
        over = true;
        this.#active--;
        if (this.#active === this.#most - 1) this.#wake();
      },
    };
  }

  /** Waits so many seconds, or until it is woken. */
  #pause(seconds: number | undefined): Promise<void> {
    return new Promise((resolve) => {
      const timer = seconds === undefined ? undefined : setTimeout(resolve, seconds * 1000);
      // A connection that ends does not shorten the interval; being stopped does.
      this.#wake = () => {
        if (seconds !== undefined && !this.#stopped) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
