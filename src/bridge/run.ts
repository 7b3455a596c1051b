// Runs a checked bridge: opens its addresses and relays, once or for each client of a listener, and gives the exit status.
// Nothing here knows what an address is made of.

import { Connections } from './carry.ts';
import type { Bridge } from './check.ts';
import { type Client, NobodyCame, OpenError, type World } from './endpoint.ts';
import type { End, Outcome } from './engines/engine.ts';
import type { Reason } from './observer.ts';
import { FAILED, FINE, type RunSettings, useOf } from './run-settings.ts';
import { serve } from './serve.ts';

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
  const connections = new Connections(settings, world.log);
  const client: Client = await left.open(world, useOf('left', ways));
  if (right.takeOver !== undefined) {
    const trouble = await right.takeOver({ ...world, client: client.parties, facts: client.facts }, client);
    if (trouble !== undefined) world.log.say('E', trouble);
    return trouble === undefined ? FINE : FAILED;
  }
  const carried = connections.begin(client);
  let end: End;
  try {
    end = await right.open({ ...world, client: client.parties, facts: client.facts }, useOf('right', ways));
  } catch (error) {
    client.dispose('broken');
    carried.giveUp(error instanceof Error ? error.message : String(error));
    throw error;
  }
  const { drain } = settings;
  let timer: NodeJS.Timeout | undefined;
  const release =
    drain === undefined
      ? undefined
      : settings.instead?.('SIGTERM', () => {
          // The next one is not ours: it ends the process.
          release?.();
          world.log.say('N', `draining: the connection has ${drain / 1000} s`);
          timer = setTimeout(() => connections.end('drain'), drain);
        });
  const outcome = await carried.carry(client, end, end);
  clearTimeout(timer);
  return statusOf(outcome, carried.endedBy);
}

function statusOf({ ending }: Outcome, endedBy: Reason | undefined): number {
  return ending === 'error' || (ending === 'stopped' && endedBy === 'drain') ? FAILED : FINE;
}
