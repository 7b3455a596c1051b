// Several targets as one address: which of them serves the next connection, and which are passed over because they could
// not be reached. The list is option --targets; what a target is it does not know.

import { type Client, type Endpoint, OpenError, type Use, type World } from './endpoint.ts';

/** The first that can be reached; each in turn; the one with the fewest connections. */
export type Choice = 'failover' | 'roundrobin' | 'leastconn';

export interface TargetSettings {
  readonly choice: Choice;
  /** Milliseconds for which a target that could not be reached is asked only if none of the others can be. */
  readonly down: number;
  /** Milliseconds for which a client is held while none can be reached. */
  readonly patience: number;
}

/** Between two rounds while none can be reached, in milliseconds. */
const ROUND = 500;

interface Target {
  readonly endpoint: Endpoint;
  /** How many connections it has. */
  open: number;
  /** Until when it is passed over, on the clock of performance.now(). */
  downUntil: number;
}

/** One address of several; its ends carry the name of the target that they lead to. */
export function group(endpoints: readonly [Endpoint, ...Endpoint[]], settings: TargetSettings): Endpoint {
  const targets: Target[] = endpoints.map((endpoint) => ({ endpoint, open: 0, downUntil: 0 }));
  let turn = 0;
  /** Those that are up in the order in which they are asked, then those that are down: it is better than to give up. */
  const order = (): Target[] => {
    const now = performance.now();
    const rotated =
      settings.choice === 'failover' ? targets : [...targets.slice(turn), ...targets.slice(0, turn)];
    turn = (turn + 1) % targets.length;
    const up = rotated.filter(({ downUntil }) => downUntil <= now);
    if (settings.choice === 'leastconn') up.sort((a, b) => a.open - b.open);
    return [...up, ...rotated.filter((target) => !up.includes(target))];
  };
  const round = async (world: World, use: Use): Promise<Client | OpenError> => {
    let last: OpenError | undefined;
    for (const target of order()) {
      target.open++;
      try {
        return counted(await target.endpoint.open(world, use), target);
      } catch (error) {
        target.open--;
        if (!(error instanceof OpenError)) throw error;
        last = error;
        // The first failure is news; that it is still down is not.
        const level = target.downUntil === 0 ? 'W' : 'I';
        target.downUntil = performance.now() + settings.down;
        world.log.say(level, `${error.message}; the next target is asked`);
      }
    }
    return last ?? new OpenError('--targets', 'there are none', { final: true });
  };
  return {
    label: endpoints.map(({ label }) => label).join(' or '),
    gives: endpoints.every(({ gives }) => gives),
    takes: endpoints.every(({ takes }) => takes),
    descriptors: Math.max(...endpoints.map(({ descriptors }) => descriptors)),
    open: async (world, use) => {
      const deadline = performance.now() + settings.patience;
      for (;;) {
        const result = await round(world, use);
        if (!(result instanceof OpenError)) return result;
        if (performance.now() + ROUND > deadline) throw result;
        await new Promise((resolve) => setTimeout(resolve, ROUND));
      }
    },
  };
}

/** An end that counts for its target until it is let go of. */
function counted(client: Client, target: Target): Client {
  target.downUntil = 0;
  let there = true;
  return {
    ...client,
    dispose: (parting) => {
      if (there) target.open--;
      there = false;
      client.dispose(parting);
    },
  };
}
