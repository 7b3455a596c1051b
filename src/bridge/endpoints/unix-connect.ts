// UNIX-CONNECT and UNIX-CLIENT: a connection to a unix socket.

import { connect, type Socket } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { CONNECT_OPTIONS, connected } from './connect.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { MANNER_OPTIONS, mannersOf, PACKET_OPTIONS, packetManners } from './manners.ts';
import { unixPlace } from './places.ts';
import { checkSendProxy, proxyHeader, SEND_PROXY_OPTIONS } from './send-proxy.ts';
import { socketEnd } from './socket-end.ts';
import { readPath } from './socket-path.ts';

const UNIX_CONNECT_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...CONNECT_OPTIONS,
  ...MANNER_OPTIONS,
  ...PACKET_OPTIONS,
  ...PROCESS_OPTIONS,
  ...SEND_PROXY_OPTIONS,
] as const;

type ConnectOption = (typeof UNIX_CONNECT_OPTIONS)[number];

export const unixConnect: Kind = kind({
  keywords: ['UNIX-CONNECT', 'LOCAL'],
  parameters: ['path'],
  needed: 1,
  summary: 'a connection to a unix stream socket',
  options: UNIX_CONNECT_OPTIONS,
  plan,
});

/**
 * socat finds out by trying what kind of socket stands at the path: stream, sequential packets, datagrams. Node has
 * stream sockets only, so that one kind is tried, and where it is another that is said.
 */
export const unixClient: Kind = kind({
  keywords: ['UNIX-CLIENT', 'UNIX'],
  parameters: ['path'],
  needed: 1,
  summary: 'a connection to a unix socket',
  options: UNIX_CONNECT_OPTIONS,
  plan,
});

function plan(written: Written<ConnectOption>, report: Report): Endpoint | undefined {
  const { label, given, parameters } = written;
  const [token] = parameters;
  const manners = packetManners(given, mannersOf(given, report));
  checkSendProxy(given, report);
  const path = token === undefined ? undefined : readPath(token, report);
  if (path === undefined) return undefined;
  const where = unixPlace(path);
  const attempt = (): Promise<Socket> =>
    connected(label, where, given, () => connect({ path, allowHalfOpen: true }), explain);
  return again(
    given,
    report,
    around(
      given,
      report,
      {
        label,
        gives: true,
        takes: true,
        descriptors: 1,
        open: async (world: World) => {
          const header = await proxyHeader(given, world);
          const socket = await persist(given, world, () => {
            world.log.say('N', `opening connection to ${where}`);
            return whileFull(attempt, given.seconds('connect-timeout'));
          });
          world.log.say('N', 'successfully connected via unix socket');
          if (header !== undefined) socket.write(header);
          return socketEnd(socket, label, manners);
        },
      },
      manners,
    ),
  );
}

/**
 * A full backlog. A blocking connect(2) waits for room; one that does not block, which Node's is, fails with EAGAIN at
 * once (unix(7)), and a burst of clients would be lost that socat serves. So it is tried again, without limit as a
 * blocking call would, or until connect-timeout.
 */
async function whileFull(attempt: () => Promise<Socket>, seconds: number | undefined): Promise<Socket> {
  const deadline = seconds === undefined ? Number.POSITIVE_INFINITY : performance.now() + seconds * 1000;
  for (let wait = 1; ; wait = Math.min(wait * 2, 64)) {
    try {
      return await attempt();
    } catch (error) {
      const full = error instanceof OpenError && error.code === 'EAGAIN';
      if (!full || performance.now() + wait > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}

function explain(code: string): string | undefined {
  if (code === 'EPROTOTYPE') return 'it is a datagram or seqpacket socket, and Node has stream sockets only';
  if (code === 'ECONNREFUSED') return 'nobody listens there any more';
  return undefined;
}
