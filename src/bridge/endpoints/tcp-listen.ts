// TCP-LISTEN, TCP4-LISTEN and TCP6-LISTEN: a listening TCP socket.

import { createServer, isIP } from 'node:net';
import type { Endpoint, World } from '../endpoint.ts';
import { OpenError } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import {
  ACCEPT_OPTIONS,
  ADMIT_OPTIONS,
  BACKLOG,
  checkAccept,
  type Listener,
  type Listening,
  listenerEndpoint,
  refuseClient,
  untilListening,
} from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, mannersOf, PACKET_OPTIONS, packetManners } from './manners.ts';
import { inetPlace, listeningPlace } from './places.ts';
import { checkAdmit, GREETING_OPTIONS, greetClient, limitsOf } from './source-options.ts';
import { newer, readHost, readPortParameter, TCP_OPTIONS, tune, tuningOf } from './tcp.ts';
import { hintsOf, RESOLVER_OPTIONS } from './tcp-dial.ts';

/** Where a server is. */
export const BIND_OPTIONS = ['bind'] as const;

/** The options of every TCP listener, whatever is spoken on it. */
export const LISTEN_OPTIONS = [
  ...ACCEPT_OPTIONS,
  ...MANNER_OPTIONS,
  ...PACKET_OPTIONS,
  ...ADMIT_OPTIONS,
  ...GREETING_OPTIONS,
  ...TCP_OPTIONS,
  ...BIND_OPTIONS,
  ...RESOLVER_OPTIONS,
  'backlog',
  'so-reuseport',
] as const;
const TCP_LISTEN_OPTIONS = [...LISTEN_OPTIONS, ...PROCESS_OPTIONS] as const;
const FAMILY_OPTIONS = ['protocol-family', 'ipv6-v6only'] as const;

type ListenOption = (typeof LISTEN_OPTIONS)[number];
type TcpListenOption = (typeof TCP_LISTEN_OPTIONS)[number];

/** Without a family option it is what -4, -6 and -0 say; 0 is IPv6, which takes IPv4 clients too. */
export const tcpListen: Kind = kind({
  keywords: ['TCP-LISTEN', 'TCP-L', 'INET-LISTEN', 'INET-L'],
  parameters: ['port'],
  needed: 1,
  summary: 'a listening TCP socket',
  options: [...TCP_LISTEN_OPTIONS, ...FAMILY_OPTIONS],
  plan: (written, report) => {
    const { given, preferences } = written;
    const family = given.family('protocol-family') ?? preferences.listen;
    const both = family === 0 ? false : undefined;
    return plan(written, family === 0 ? 6 : family, given.flag('ipv6-v6only') ?? both, report);
  },
});

export const tcp4Listen: Kind = kind({
  keywords: ['TCP4-LISTEN', 'TCP4-L', 'INET4-LISTEN', 'INET4-L'],
  parameters: ['port'],
  needed: 1,
  summary: 'a listening TCP socket, IPv4',
  options: TCP_LISTEN_OPTIONS,
  plan: (written, report) => plan(written, 4, undefined, report),
});

/** The system's default holds for IPV6_V6ONLY: on Linux an IPv6 listener also takes IPv4 connections (ipv6(7)). */
export const tcp6Listen: Kind = kind({
  keywords: ['TCP6-LISTEN', 'TCP6-L', 'INET6-LISTEN', 'INET6-L'],
  parameters: ['port'],
  needed: 1,
  summary: 'a listening TCP socket, IPv6',
  options: [...TCP_LISTEN_OPTIONS, 'ipv6-v6only'],
  plan: (written, report) => plan(written, 6, written.given.flag('ipv6-v6only'), report),
});

interface Plan {
  readonly label: string;
  readonly family: 4 | 6;
  readonly host: string;
  readonly port: number | string;
  readonly v6only: boolean;
  readonly given: Given<ListenOption>;
}

function plan(
  written: Written<TcpListenOption>,
  family: 4 | 6,
  v6only: boolean | undefined,
  report: Report,
): Endpoint | undefined {
  const listener = planListener(written, family, v6only, report);
  return listener === undefined ? undefined : around(written.given, report, listenerEndpoint(listener));
}

/** A TCP listener by its port and options; undefined (reported) where there can't be one. Its family may be an option. */
export function planListener(
  { label, given, parameters }: Written<ListenOption>,
  family: 4 | 6,
  v6only: boolean | undefined,
  report: Report,
): Listener | undefined {
  const [portToken] = parameters;
  checkAccept(given, report);
  checkAdmit(given, 'inet', report);
  const manners = packetManners(given, mannersOf(given, report));
  const port = portToken === undefined ? undefined : readPortParameter(portToken, true, report);
  const host = readBind(given, family, report);
  if (port === undefined || host === undefined) return undefined;
  return {
    label,
    given,
    manners,
    limits: limitsOf(given, given),
    listen: (world) => listen({ label, family, host, port, v6only: v6only ?? false, given }, world),
    adopt: (socket) => tune(socket, given, label),
  };
}

/** The address that option bind names, or the one that is any; undefined (reported) where it can't be. */
export function readBind(
  given: Given<(typeof BIND_OPTIONS)[number]>,
  family: 4 | 6,
  report: Report,
): string | undefined {
  const bind = given.token('bind');
  if (bind === undefined) return family === 4 ? '0.0.0.0' : '::';
  const host = readHost(bind, report);
  const literal = host === undefined ? 0 : isIP(host);
  if (literal !== 0 && literal !== family) {
    report(
      'BRG010',
      bind.span,
      `option bind: ${host} is an IPv${literal} address, and the listener is IPv${family}`,
      {
        hint: literal === 6 ? 'use TCP6-LISTEN' : 'use TCP4-LISTEN',
      },
    );
  }
  return host;
}

async function listen({ label, family, host, port, v6only, given }: Plan, world: World): Promise<Listening> {
  const number = portNumber(port, label);
  const refuse = await refuseClient(given, label, world);
  const greet = await greetClient(given, label, world);
  const address = isIP(host) === 0 ? await resolveBind(host, family, label, hintsOf(given)) : host;
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, ...tuningOf(given) });
  const shared = given.flag('so-reuseport') === true;
  if (shared && !canReusePort()) throw newer(label, 'so-reuseport', 23);
  server.listen({
    host: address,
    port: number,
    backlog: given.count('backlog') ?? BACKLOG,
    ipv6Only: v6only,
    exclusive: true,
    ...(shared ? { reusePort: true } : {}),
  });
  await untilListening(server, label, inetPlace(family, address, number));
  const where = server.address();
  return {
    server,
    where:
      where !== null && typeof where === 'object'
        ? listeningPlace(where)
        : inetPlace(family, address, number),
    ...(refuse === undefined ? {} : { refuse }),
    ...(greet === undefined ? {} : { greet }),
    close: () => {
      server.close();
    },
  };
}

/** listen() knows reusePort since Node 23.1 and 22.12; before, it would be passed over in silence. */
export function canReusePort(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

/** The address of a host that option bind names. */
export async function resolveBind(
  host: string,
  family: 4 | 6,
  label: string,
  hints: number,
): Promise<string> {
  const { lookup } = await import('node:dns/promises');
  try {
    return (await lookup(host, { family, hints })).address;
  } catch (error) {
    throw new OpenError(label, `${JSON.stringify(host)}: ${reasonOf(error)}`, { option: 'bind' });
  }
}
