// --summary: one line for each connection that is over, and for each client that was turned away, as text or JSON. Pure.

import type { Closing, Connection, Observer } from './observer.ts';

export type SummaryForm = 'text' | 'json';

/** An observer that writes the lines; text goes to the log, JSON as it is. */
export function summary(
  form: SummaryForm,
  say: (line: string) => void,
  write: (text: string) => void,
  now: () => Date,
): Observer {
  if (form === 'text') {
    return {
      refused: (peer, why) => say(`${peer} was refused: ${why}`),
      ended: (connection, closing) => say(lineOf(connection, closing)),
    };
  }
  const line = (record: object): void =>
    write(`${JSON.stringify({ time: now().toISOString(), ...record })}\n`);
  return {
    refused: (peer, why) => line({ peer, reason: 'refused', detail: why }),
    ended: ({ id, peer, target }, { reason, detail, forward, backward, milliseconds }) =>
      line({
        id,
        peer,
        target: target ?? null,
        forward: forward.bytes,
        backward: backward.bytes,
        seconds: Math.round(milliseconds) / 1000,
        reason,
        ...(detail === undefined ? {} : { detail }),
      }),
  };
}

/** `connection 7: 192.0.2.1:5000 to unix:/run/x, 12 bytes forward, 340 back, 0.25 s, eof`. */
function lineOf({ id, peer, target }: Connection, closing: Closing): string {
  const { reason, detail, forward, backward, milliseconds } = closing;
  const why = detail === undefined ? reason : `${reason} (${detail})`;
  const bytes = `${forward.bytes} bytes forward, ${backward.bytes} back`;
  return `connection ${id}: ${peer} to ${target ?? 'nowhere'}, ${bytes}, ${Math.round(milliseconds) / 1000} s, ${why}`;
}
