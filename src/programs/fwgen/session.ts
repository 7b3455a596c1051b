// The administrator's own session: which packet opens it, and whether the filter by itself lets that packet in.

import { Address, AddressFault } from '../../address/index.ts';
import type { Probe } from '../../apply/probe.ts';
import { readText } from '../../apply/state.ts';
import { evaluate } from '../../firewall/evaluate.ts';
import type { Ruleset } from '../../firewall/model.ts';
import { type Host, HostError } from '../../host/host.ts';
import type { Processes } from '../../host/processes.ts';

/** How many processes up the shell of the session is looked for: sudo(8) takes the variable away. */
const UPWARDS = 12;

/** The packet that opens the session, as SSH_CONNECTION tells: client, its port, server, its port (sshd(8)). */
export function sessionProbe(host: Host, processes: Processes): Probe | undefined {
  const text = host.env['SSH_CONNECTION'] ?? inherited(host, processes);
  const [client = '', , server = '', port = ''] = (text ?? '').split(' ');
  const source = plain(client);
  const destination = plain(server);
  if (source === undefined || destination === undefined || !/^\d{1,5}$/.test(port)) return undefined;
  return { hook: 'input', protocol: 'tcp', source, destination, port: Number(port) };
}

/** An address without a zone; an IPv4 one that came in by a socket of IPv6 as itself. Not those of this machine's loopback. */
function plain(text: string): string | undefined {
  const address = Address.read(text.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, ''));
  if (address instanceof AddressFault) return undefined;
  const spelt = address.toString();
  return spelt.startsWith('127.') || spelt === '::1' ? undefined : spelt;
}

/** The variable in the environment that a process above us was started with. */
function inherited(host: Host, processes: Processes): string | undefined {
  let pid = processes.pid;
  try {
    for (let up = 0; up < UPWARDS && pid > 1; up++) {
      const found = readText(host, `/proc/${pid}/environ`)
        ?.split('\0')
        .find((each) => each.startsWith('SSH_CONNECTION='));
      if (found !== undefined) return found.slice('SSH_CONNECTION='.length);
      pid = Number(/^PPid:\s*(\d+)/m.exec(readText(host, `/proc/${pid}/status`) ?? '')?.[1] ?? 0);
    }
  } catch (error) {
    // Another user's process: then this is not sudo's, and there is nothing to be found.
    if (!(error instanceof HostError)) throw error;
  }
  return undefined;
}

/** What the filter by itself makes of a probe; `return` leaves it to the rules behind. */
export function judged(ruleset: Ruleset, probe: Probe): 'accept' | 'drop' | 'return' {
  const { verdict } = evaluate(ruleset, {
    hook: probe.hook,
    source: Address.parse(probe.source),
    destination: Address.parse(probe.destination),
    protocol: probe.protocol,
    port: probe.port,
    established: false,
    loopback: false,
    icmp: false,
  });
  return verdict === 'accept' || verdict === 'return' ? verdict : 'drop';
}
