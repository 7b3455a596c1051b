// Options retry, forever and interval: an opening is tried again until it succeeds or has been tried often enough.

import { OpenError, type World } from '../endpoint.ts';
import type { Given } from '../given.ts';

/** The options that are read here. */
export const ATTEMPT_OPTIONS = ['retry', 'forever', 'interval'] as const;

/** One second, as in socat. */
export const INTERVAL = 1;

/** Runs `attempt` until it succeeds; throws its last OpenError where no more attempts are wanted or none can help. */
export async function persist<T>(
  given: Given<(typeof ATTEMPT_OPTIONS)[number]>,
  world: World,
  attempt: () => Promise<T>,
): Promise<T> {
  const more = given.flag('forever') === true ? Number.POSITIVE_INFINITY : (given.count('retry') ?? 0);
  const interval = given.seconds('interval') ?? INTERVAL;
  for (let failures = 1; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof OpenError) || error.final || failures > more) throw error;
      // The first failure is news; that it still fails is not.
      world.log.say(failures === 1 ? 'W' : 'I', `${error.message}; trying again every ${interval} s`);
      await new Promise((resolve) => setTimeout(resolve, interval * 1000));
    }
  }
}
