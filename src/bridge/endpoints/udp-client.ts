// UDP (CONNECT), UDP-SENDTO and UDP-DATAGRAM: datagrams to a peer that is named.

import type { Socket } from 'node:dgram';
import { type Client, type Endpoint, OpenError, type World } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { ADMIT_OPTIONS, refuseClient } from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { inetPlace } from './places.ts';
import { LOCAL_OPTIONS, readLocal, readTarget, type Target } from './tcp-dial.ts';
import {
  bindUdp,
  checkUdp,
  closer,
  DatagramStream,
  datagramEnd,
  emptiesOf,
  isFrom,
  lookUp,
  sender,
  UDP_OPTIONS,
} from './udp.ts';

const UDP_CLIENT_OPTIONS = [
  ...UDP_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  ...LOCAL_OPTIONS,
  'so-reuseaddr',
] as const;
const UDP_DATAGRAM_OPTIONS = [...UDP_CLIENT_OPTIONS, ...ADMIT_OPTIONS, 'udp-ignore-peerport'] as const;

type ClientOption = (typeof UDP_CLIENT_OPTIONS)[number];
type DatagramOption = (typeof UDP_DATAGRAM_OPTIONS)[number];

/** Whose datagrams are taken: those of the peer by the kernel (connect), by comparing, or those of everybody. */
type Manner = 'connect' | 'peer' | 'all';

const FAMILIES = [
  ['UDP', undefined],
  ['UDP4', 4],
  ['UDP6', 6],
] as const;

/** Every type of this file in its three families. */
export const udpClients: readonly Kind[] = FAMILIES.flatMap(([name, family]) => [
  client([name, `${name}-CONNECT`], 'datagrams with one peer', family, 'connect'),
  client([`${name}-SENDTO`, `${name}-SEND`], 'datagrams to a peer and his answers', family, 'peer'),
  datagram([`${name}-DATAGRAM`, `${name}-DGRAM`], family),
]);

function client(
  keywords: readonly [string, ...string[]],
  summary: string,
  family: 4 | 6 | undefined,
  manner: Manner,
): Kind {
  return kind({
    keywords,
    parameters: ['host', 'port'],
    needed: 2,
    summary,
    options: [...UDP_CLIENT_OPTIONS, ...(family === undefined ? (['protocol-family'] as const) : [])],
    plan: (written, report) => {
      const wanted = family ?? written.given.family('protocol-family');
      return plan(written, wanted, manner, undefined, report);
    },
  });
}

function datagram(keywords: readonly [string, ...string[]], family: 4 | 6 | undefined): Kind {
  return kind({
    keywords,
    parameters: ['host', 'port'],
    needed: 2,
    summary: 'datagrams to an address, which may be many, and from whoever answers',
    options: [...UDP_DATAGRAM_OPTIONS, ...(family === undefined ? (['protocol-family'] as const) : [])],
    plan: (written, report) => {
      const wanted = family ?? written.given.family('protocol-family');
      return plan(written, wanted, 'all', written.given, report);
    },
  });
}

function plan(
  { label, given, parameters }: Written<ClientOption>,
  family: 4 | 6 | undefined,
  manner: Manner,
  admit: Given<DatagramOption> | undefined,
  report: Report,
): Endpoint | undefined {
  const manners = mannersOf(given, report);
  const target = readTarget(parameters[0], parameters[1], report);
  const local = readLocal(given, report);
  checkUdp(given, report);
  if (target === undefined || local === undefined) return undefined;
  const port = (): number =>
    local.port === undefined ? 0 : portNumber(local.port, label, local.option, 'udp');
  return around(
    given,
    report,
    {
      label,
      gives: true,
      takes: true,
      descriptors: 1,
      open: (world) =>
        open({ label, given, family, manner, admit, manners, target, localHost: local.host, port }, world),
    },
    manners,
  );
}

interface Plan {
  readonly label: string;
  readonly given: Given<ClientOption>;
  readonly family: 4 | 6 | undefined;
  readonly manner: Manner;
  readonly admit: Given<DatagramOption> | undefined;
  readonly manners: Manners;
  readonly target: Target;
  readonly localHost: string | undefined;
  readonly port: () => number;
}

async function open(
  { label, given, family, manner, admit, manners, target, localHost, port }: Plan,
  world: World,
): Promise<Client> {
  const found = await lookUp(target.host, family, label);
  const peer = { ...found, port: portNumber(target.port, label, undefined, 'udp') };
  const place = inetPlace(peer.family, peer.address, peer.port);
  world.log.say('N', `opening connection to UDP ${place}`);
  const own = localHost === undefined ? undefined : (await lookUp(localHost, peer.family, label)).address;
  const bind = (from: number): Promise<Socket> =>
    bindUdp(label, given, peer.family, own, from, given.flag('so-reuseaddr') === true);
  const socket = given.flag('lowport') === true ? await bindLow(bind, label) : await bind(port());
  const refuse = admit === undefined ? undefined : await refuseClient(admit, label, world, 'udp');
  const anyPort = admit?.flag('udp-ignore-peerport') === true;
  const close = closer(socket);
  const connected = manner === 'connect';
  if (connected) await connect(socket, peer.port, peer.address, label, close);
  const stream = new DatagramStream(
    connected ? (bytes, done) => socket.send(bytes, (error) => done(error ?? null)) : sender(socket, peer),
    emptiesOf(given),
    close,
  );
  socket.on('error', (error) => stream.destroy(error));
  socket.on('message', (bytes, from) => {
    if (manner === 'peer' && !isFrom(from, peer)) return;
    if (manner === 'all') {
      const { address: ownAddress, port: ownPort } = socket.address();
      const refusal =
        !anyPort && from.port !== peer.port
          ? 'its port'
          : refuse?.({
              peer: { kind: 'inet', address: from.address, port: from.port },
              own: { kind: 'inet', address: ownAddress, port: ownPort },
            });
      if (refusal !== undefined) {
        const who = inetPlace(peer.family, from.address, from.port);
        return world.log.say('W', `refusing datagram from ${who} due to ${refusal}`);
      }
    }
    stream.receive(bytes);
  });
  const { address, port: number } = socket.address();
  world.log.say('N', `successfully connected from local address ${inetPlace(peer.family, address, number)}`);
  return datagramEnd(stream, label, manners);
}

function connect(
  socket: Socket,
  port: number,
  address: string,
  label: string,
  close: () => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.connect(port, address, (error?: Error) => {
      if (error === undefined || error === null) return resolve();
      close();
      reject(new OpenError(label, `connect: ${reasonOf(error)}`, { code: codeOf(error) }));
    });
  });
}

async function bindLow(bind: (port: number) => Promise<Socket>, label: string): Promise<Socket> {
  for (let port = 1023; port >= 640; port--) {
    try {
      return await bind(port);
    } catch (error) {
      if (!(error instanceof OpenError) || error.code !== 'EADDRINUSE') throw error;
    }
  }
  throw new OpenError(label, 'no port from 640 to 1023 is free', { option: 'lowport' });
}
