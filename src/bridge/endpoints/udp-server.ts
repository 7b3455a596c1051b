// UDP-LISTEN, UDP-RECVFROM and UDP-RECV: datagrams from whoever sends them. There is no connection: with UDP-LISTEN all
// that comes from one address and port is one, as socat has it, until it is closed; one socket serves them all.

import type { RemoteInfo, Socket } from 'node:dgram';
import {
  type Client,
  type Endpoint,
  NobodyCame,
  type Parties,
  type Serving,
  type World,
} from '../endpoint.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { ACCEPT_OPTIONS, ADMIT_OPTIONS, checkAccept, type Refuse, refuseClient } from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { persist } from './attempts.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { placeText } from './places.ts';
import { checkSources, limitsOf } from './source-options.ts';
import { readPortParameter } from './tcp.ts';
import { BIND_OPTIONS, readBind } from './tcp-listen.ts';
import {
  bindUdp,
  checkUdp,
  closer,
  DatagramStream,
  datagramEnd,
  emptiesOf,
  lookUp,
  sayListening,
  sender,
  UDP_OPTIONS,
} from './udp.ts';

const UDP_LISTEN_OPTIONS = [
  ...ACCEPT_OPTIONS,
  ...ADMIT_OPTIONS,
  ...UDP_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  ...BIND_OPTIONS,
] as const;

type ListenOption = (typeof UDP_LISTEN_OPTIONS)[number];

/** What makes one connection: a peer, a datagram with the answers to it, or all that comes. */
type Unit = 'peer' | 'datagram' | 'all';

const FAMILIES = [
  ['UDP', undefined],
  ['UDP4', 4],
  ['UDP6', 6],
] as const;

/** Every type of this file in its three families. */
export const udpServers: readonly Kind[] = FAMILIES.flatMap(([name, family]) => [
  server([`${name}-LISTEN`, `${name}-L`], 'datagrams of a peer who comes', family, 'peer'),
  server([`${name}-RECVFROM`], 'one datagram, and answers to it', family, 'datagram'),
  server([`${name}-RECV`], 'datagrams from everybody', family, 'all'),
]);

function server(
  keywords: readonly [string, ...string[]],
  summary: string,
  family: 4 | 6 | undefined,
  unit: Unit,
): Kind {
  return kind({
    keywords,
    parameters: ['port'],
    needed: 1,
    summary,
    options: [...UDP_LISTEN_OPTIONS, ...(family === undefined ? (['protocol-family'] as const) : [])],
    plan: (written, report) => {
      const wanted = family ?? written.given.family('protocol-family') ?? 4;
      return plan(written, wanted, unit, report);
    },
  });
}

interface Plan {
  readonly label: string;
  readonly given: Given<ListenOption>;
  readonly family: 4 | 6;
  readonly unit: Unit;
  readonly host: string;
  readonly port: number | string;
  readonly manners: Manners;
}

function plan(
  { label, given, parameters }: Written<ListenOption>,
  family: 4 | 6,
  unit: Unit,
  report: Report,
): Endpoint | undefined {
  checkAccept(given, report);
  checkSources(given, report);
  checkUdp(given, report);
  const manners = mannersOf(given, report);
  const [token] = parameters;
  const port = token === undefined ? undefined : readPortParameter(token, true, report);
  const host = readBind(given, family, report);
  const fork = given.flag('fork') === true;
  if (fork && unit === 'all') {
    report('BRG010', given.token('fork')?.span, 'option fork means nothing to UDP-RECV', {
      hint: 'all datagrams are one stream; UDP-RECVFROM makes each one a connection',
    });
  }
  if (port === undefined || host === undefined) return undefined;
  const own: Plan = { label, given, family, unit, host, port, manners };
  const limits = limitsOf(given, given);
  return around(given, report, {
    label,
    gives: true,
    takes: unit !== 'all',
    descriptors: 1,
    open: (world) => openOne(own, world),
    ...(fork
      ? {
          service: {
            atOnce: given.count('max-children'),
            ...(limits === undefined ? {} : { limits }),
            serve: (world, _use, take) => serveAll(own, world, take),
          },
        }
      : {}),
  });
}

interface Bound {
  readonly socket: Socket;
  readonly close: () => void;
  readonly refuse: Refuse | undefined;
}

async function listen({ label, given, family, host, port }: Plan, world: World): Promise<Bound> {
  const refuse = await refuseClient(given, label, world, 'udp');
  const { address } = await lookUp(host, family, label);
  const socket = await persist(given, world, () =>
    bindUdp(
      label,
      given,
      family,
      address,
      portNumber(port, label, undefined, 'udp'),
      given.flag('so-reuseaddr') === true,
    ),
  );
  // A datagram that was answered can bring an ICMP error back; the next one may be for somebody else.
  socket.on('error', (error) => world.log.say('W', `${label}: ${error.message}`));
  sayListening(socket, world);
  return { socket, close: closer(socket), refuse };
}

/** Who sent a datagram, and to whom; undefined where he is refused. */
function admit(bound: Bound, from: RemoteInfo, world: World, known: boolean): Parties | undefined {
  const { address, port } = bound.socket.address();
  const parties: Parties = {
    peer: { kind: 'inet', address: from.address, port: from.port },
    own: { kind: 'inet', address, port },
  };
  const refusal = bound.refuse?.(parties);
  const peer = placeText(parties.peer);
  if (refusal !== undefined) {
    world.log.say('W', `refusing UDP connection from ${peer} due to ${refusal}`);
    world.refused?.(peer, refusal);
    return undefined;
  }
  if (!known) world.log.say('N', `accepting UDP connection from ${peer}`);
  return parties;
}

/** Waits for the first datagram; from then on it is his, or for UDP-RECV everybody's. Throws OpenError, NobodyCame. */
async function openOne(plan: Plan, world: World): Promise<Client> {
  const { label, given, unit, manners } = plan;
  const bound = await listen(plan, world);
  const { socket, close } = bound;
  const empties = emptiesOf(given);
  if (unit === 'all') {
    const stream = new DatagramStream(undefined, empties, close);
    socket.on('message', (bytes, from) => {
      if (admit(bound, from, world, true) !== undefined) stream.receive(bytes);
    });
    return datagramEnd(stream, label, manners);
  }
  const seconds = given.seconds('accept-timeout');
  return new Promise<Client>((resolve, reject) => {
    let stream: DatagramStream | undefined;
    let owner = '';
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => {
            close();
            reject(new NobodyCame(label, seconds));
          }, seconds * 1000);
    socket.on('message', (bytes, from) => {
      if (stream !== undefined) {
        if (unit === 'peer' && owner === keyOf(from)) stream.receive(bytes);
        return;
      }
      const parties = admit(bound, from, world, false);
      if (parties === undefined) return;
      clearTimeout(timer);
      owner = keyOf(from);
      stream = new DatagramStream(sender(socket, from), empties, close);
      stream.receive(bytes);
      if (unit === 'datagram') stream.finish();
      resolve({ ...datagramEnd(stream, placeText(parties.peer), manners), parties });
    });
  });
}

/** Serves everybody: a connection for each peer, or for each datagram. */
async function serveAll(plan: Plan, world: World, take: (client: Client) => void): Promise<Serving> {
  const { given, unit, manners } = plan;
  const bound = await listen(plan, world);
  const { socket } = bound;
  const empties = emptiesOf(given);
  const peers = new Map<string, DatagramStream>();
  const seconds = given.seconds('accept-timeout');
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    if (seconds !== undefined) timer = setTimeout(resolve, seconds * 1000);
  });
  let closing = false;
  /** The socket is open until the last of its peers has gone. */
  const release = (): void => {
    if (closing && peers.size === 0) bound.close();
  };
  let datagrams = 0;
  socket.on('message', (bytes, from) => {
    const key = unit === 'peer' ? keyOf(from) : `${keyOf(from)} ${datagrams++}`;
    const known = peers.get(key);
    if (known !== undefined) return known.receive(bytes);
    if (closing) return;
    const parties = admit(bound, from, world, false);
    if (parties === undefined) return;
    timer?.refresh();
    const stream = new DatagramStream(sender(socket, from), empties, () => {
      if (peers.get(key) === stream) peers.delete(key);
      release();
    });
    peers.set(key, stream);
    stream.receive(bytes);
    if (unit === 'datagram') stream.finish();
    take({ ...datagramEnd(stream, placeText(parties.peer), manners), parties });
  });
  return {
    ended,
    close: () => {
      clearTimeout(timer);
      closing = true;
      release();
    },
  };
}

function keyOf({ address, port }: RemoteInfo): string {
  return `${address} ${port}`;
}
