// TCP, TCP4 and TCP6: a TCP connection.

import type { Endpoint } from '../endpoint.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { MANNER_OPTIONS, mannersOf, PACKET_OPTIONS, packetManners } from './manners.ts';
import { checkSendProxy, proxyHeader, SEND_PROXY_OPTIONS } from './send-proxy.ts';
import { socketEnd } from './socket-end.ts';
import { DIAL_OPTIONS, dial, readDialler, readTarget } from './tcp-dial.ts';

const TCP_CONNECT_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...DIAL_OPTIONS,
  ...MANNER_OPTIONS,
  ...PACKET_OPTIONS,
  ...PROCESS_OPTIONS,
  ...SEND_PROXY_OPTIONS,
] as const;

type ConnectOption = (typeof TCP_CONNECT_OPTIONS)[number];

/** Without a family option both are tried, as the system's resolver orders them (RFC 8305). */
export const tcpConnect: Kind = kind({
  keywords: ['TCP', 'TCP-CONNECT', 'INET'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection',
  options: [...TCP_CONNECT_OPTIONS, 'protocol-family'],
  plan: (written, report) =>
    plan(written, written.given.family('protocol-family'), report, written.preferences.resolve),
});

export const tcp4Connect: Kind = kind({
  keywords: ['TCP4', 'TCP4-CONNECT', 'INET4'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection over IPv4',
  options: TCP_CONNECT_OPTIONS,
  plan: (written, report) => plan(written, 4, report),
});

export const tcp6Connect: Kind = kind({
  keywords: ['TCP6', 'TCP6-CONNECT', 'INET6'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection over IPv6',
  options: TCP_CONNECT_OPTIONS,
  plan: (written, report) => plan(written, 6, report),
});

function plan(
  written: Written<ConnectOption>,
  family: 4 | 6 | undefined,
  report: Report,
  prefer?: 4 | 6,
): Endpoint | undefined {
  const { label, given, parameters } = written;
  const manners = packetManners(given, mannersOf(given, report));
  checkSendProxy(given, report);
  const target = readTarget(parameters[0], parameters[1], report);
  const dialler = readDialler(label, given, family, report, prefer);
  if (target === undefined || dialler === undefined) return undefined;
  const endpoint = around(
    given,
    report,
    {
      label,
      gives: true,
      takes: true,
      descriptors: 1,
      open: async (world) => {
        const header = await proxyHeader(given, world);
        const socket = await persist(given, world, () => dial(dialler, target, world));
        if (header !== undefined) socket.write(header);
        return socketEnd(socket, label, manners);
      },
    },
    manners,
  );
  return again(given, report, endpoint);
}
