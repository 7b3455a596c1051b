// Carries bytes between two open ends by an engine, says in the log what happens, writes the dumps.

import { convertEnds } from './convert.ts';
import { type DumpForm, dump } from './dump.ts';
import type { Client } from './endpoint.ts';
import type { Direction, End, Engine, Limits, Outcome, Relay, Watch } from './engines/engine.ts';
import type { Log } from './log.ts';
import type { Statistics } from './statistics.ts';

/** Copies of what one relay carries. */
export interface RawCopy {
  readonly write: (direction: Direction, bytes: Uint8Array) => void;
  close(): void;
}

/** What a relay is asked for. */
export interface RelaySettings {
  readonly limits: Limits;
  /** -v and -x. */
  readonly dump: DumpForm | undefined;
  /** Takes dumps; the log has its own way. */
  readonly write: (text: string) => void;
  /** What takes the data of a relay as it is: -r and -R. */
  readonly raw?: (left: Client, right: Client) => RawCopy;
  readonly statistics?: Statistics;
  /** Words and levels of the log, and what ends as an error, are socat's own. */
  readonly socat?: boolean;
}

/** Relays until it is over (`begun` gets it while it is at work); both ends are disposed of then, and what belongs to them has ended. */
export async function relay(
  left: Client,
  right: Client,
  engine: Engine,
  settings: RelaySettings,
  log: Log,
  begun?: (relay: Relay) => void,
): Promise<Outcome> {
  log.say('N', `starting data transfer loop between ${left.label} and ${right.label}`);
  const copy = settings.raw?.(left, right);
  const data = tap(settings, copy);
  const watch: Watch = {
    eof: (side) => {
      // socat names the descriptor here, which Node keeps to itself.
      log.say('N', `socket ${side === 'left' ? 1 : 2} (fd -) is at EOF`);
    },
    bulk: (direction) =>
      log.say(
        'D',
        `much is carried from ${direction === 'forward' ? '1 to 2' : '2 to 1'}: read into one buffer`,
      ),
    ...(data === undefined ? {} : { data }),
  };
  const [from, to] = convertEnds(left, right);
  const work = engine.relay(from, to, settings.limits, watch);
  settings.statistics?.add(work);
  begun?.(work);
  const outcome = calmed(await work.done, left, right, log);
  copy?.close();
  say(outcome, left, right, settings, log);
  const troubles = await Promise.all([
    left.settle?.(settings.limits.halfClosed),
    right.settle?.(settings.limits.halfClosed),
  ]);
  for (const trouble of troubles) if (trouble !== undefined) log.say('E', trouble);
  if (outcome.ending !== 'eof' || troubles.every((trouble) => trouble === undefined)) return outcome;
  return { ...outcome, ending: 'error' };
}

/** An outcome without the breach that option cool-write takes for none. */
function calmed(outcome: Outcome, left: End, right: End, log: Log): Outcome {
  const { breach } = outcome;
  if (breach === undefined || breach.call !== 'write') return outcome;
  const end = breach.side === 'left' ? left : right;
  if (end.coolWrite !== true) return outcome;
  log.say('N', `${breach.call} on ${end.label}: ${breach.reason}`);
  return { ...outcome, ending: 'eof', breach: undefined };
}

/** How it went, in one line; what broke in another. */
function say(outcome: Outcome, left: End, right: End, { limits, socat }: RelaySettings, log: Log): void {
  const { ending, breach, forward, backward } = outcome;
  if (breach !== undefined) {
    const [end, number] = breach.side === 'left' ? [left, 1] : [right, 2];
    log.say('E', `${breach.call} on socket ${number} (${end.label}): ${breach.reason}`);
  }
  if (ending === 'idle') log.say('N', `inactivity timeout triggered (${limits.idle / 1000} s)`);
  if (ending === 'half-closed') {
    log.say(
      socat === true ? 'I' : 'W',
      `closing: one side has ended and nothing came from the other for ${limits.halfClosed / 1000} s`,
    );
  }
  log.say('I', `transferred ${forward.bytes} bytes from 1 to 2 and ${backward.bytes} bytes from 2 to 1`);
}

/** What sees every piece of data; undefined where nobody looks, which costs nothing then. */
function tap({ dump: form, write }: RelaySettings, copy: RawCopy | undefined): Watch['data'] {
  const raw = copy?.write;
  if (form === undefined) return raw;
  const dumped = dumper(form, write);
  if (raw === undefined) return dumped;
  return (direction, bytes) => {
    raw(direction, bytes);
    dumped(direction, bytes);
  };
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
