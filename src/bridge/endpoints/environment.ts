// What a program that is run for a connection is told in its environment: the process that runs it, who is connected with
// whom, and what is known of the peer besides. The names are socat's.

import { Address } from '../../address/address.ts';
import type { Facts, Parties, Place, World } from '../endpoint.ts';

/** What the names begin with, unless -lp says otherwise. */
export const PREFIX = 'SOCAT';

/**
 * The environment of a program. Without systemd's handing-over, which was for this process (sd_listen_fds(3)), and without
 * what a bridge around this one has told of its own client.
 */
export function environmentOf({ env, client, facts, prefix = PREFIX }: World): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (
      value !== undefined &&
      !/^(?:LISTEN_(?:PID|FDS|FDNAMES|PIDFDID)|NOTIFY_SOCKET|WATCHDOG_(?:PID|USEC))$/.test(name)
    )
      kept[name] = value;
  }
  const told: Record<string, string> = {
    PID: String(process.pid),
    PPID: String(process.pid),
    ...facts?.(),
    ...(client === undefined ? {} : partiesFacts(client)),
  };
  for (const name of Object.keys(kept))
    if (name.startsWith(`${prefix}_PEER`) || name.startsWith(`${prefix}_SOCK`)) delete kept[name];
  for (const [name, value] of Object.entries(told)) kept[`${prefix}_${name}`] = value;
  return kept;
}

/** Who is connected with whom, by the names that programs are told it by. */
export function partiesFacts({ peer, own }: Parties): Facts {
  return { ...placed('PEER', peer), ...placed('SOCK', own) };
}

function placed(side: 'PEER' | 'SOCK', place: Place): Record<string, string> {
  if (place.kind === 'unix') return { [`${side}ADDR`]: place.path };
  return { [`${side}ADDR`]: addressText(place.address), [`${side}PORT`]: String(place.port) };
}

/** IPv6 in brackets and with all its digits, as socat tells it. */
function addressText(text: string): string {
  const address = Address.read(text);
  if (!(address instanceof Address) || address.family === 4) return text;
  const digits = [address.w0, address.w1, address.w2, address.w3]
    .map((word) =>
      (word >>> 0)
        .toString(16)
        .padStart(8, '0')
        .replace(/^(.{4})/, '$1:'),
    )
    .join(':');
  return `[${digits}]`;
}
