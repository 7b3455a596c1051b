// Carries bytes between two open ends by an engine, says in the log what happens, writes the dumps.

import { type DumpForm, dump } from './dump.ts';
import type { Direction, End, Engine, Limits, Outcome, Watch } from './engines/engine.ts';
import type { Log } from './log.ts';

/** What a relay is asked for. */
export interface RelaySettings {
  readonly limits: Limits;
  /** -v and -x. */
  readonly dump: DumpForm | undefined;
  /** Takes dumps; the log has its own way. */
  readonly write: (text: string) => void;
}

/** Relays until it is over; both ends are disposed of then, and what belongs to them has ended. */
export async function relay(
  left: End,
  right: End,
  engine: Engine,
  settings: RelaySettings,
  log: Log,
): Promise<Outcome> {
  log.say('N', `starting data transfer loop between ${left.label} and ${right.label}`);
  const watch: Watch = {
    eof: (side) => log.say('N', `socket ${side === 'left' ? 1 : 2} is at EOF`),
    ...(settings.dump === undefined ? {} : { data: dumper(settings.dump, settings.write) }),
  };
  const outcome = await engine.relay(left, right, settings.limits, watch).done;
  say(outcome, left, right, settings.limits, log);
  const troubles = await Promise.all([
    left.settle?.(settings.limits.halfClosed),
    right.settle?.(settings.limits.halfClosed),
  ]);
  for (const trouble of troubles) if (trouble !== undefined) log.say('E', trouble);
  if (outcome.ending !== 'eof' || troubles.every((trouble) => trouble === undefined)) return outcome;
  return { ...outcome, ending: 'error' };
}

/** How it went, in one line; what broke in another. */
function say(outcome: Outcome, left: End, right: End, limits: Limits, log: Log): void {
  const { ending, breach, forward, backward } = outcome;
  if (breach !== undefined) {
    const [end, number] = breach.side === 'left' ? [left, 1] : [right, 2];
    log.say('E', `${breach.call} on socket ${number} (${end.label}): ${breach.reason}`);
  }
  if (ending === 'idle') log.say('N', `inactivity timeout triggered (${limits.idle / 1000} s)`);
  if (ending === 'half-closed') {
    log.say(
      'W',
      `closing: one side has ended and nothing came from the other for ${limits.halfClosed / 1000} s`,
    );
  }
  log.say('I', `transferred ${forward.bytes} bytes from 1 to 2 and ${backward.bytes} bytes from 2 to 1`);
}

function dumper(
  form: DumpForm,
  write: (text: string) => void,
): (direction: Direction, bytes: Uint8Array) => void {
  const at = { forward: 0, backward: 0 };
  return (direction, bytes) => {
    const from = at[direction];
    at[direction] += bytes.length;
    const now = performance.timeOrigin + performance.now();
    write(dump(form, direction, bytes, from, new Date(now), Math.floor((now % 1000) * 1000)));
  };
}
