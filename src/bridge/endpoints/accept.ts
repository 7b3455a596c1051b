// What every listener does once it listens: admit or refuse, give up after accept-timeout, take one connection or all.
// How it comes to listen is the business of the address types.

import type { Server, Socket } from 'node:net';
import { Address } from '../../address/address.ts';
import {
  type Client,
  type Endpoint,
  NobodyCame,
  OpenError,
  type Parties,
  type Service,
  type Serving,
  type World,
} from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { codeOf, reasonOf, textOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { ConnectionLimits } from '../limits.ts';
import { placeName } from '../observer.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import type { Greet } from './greeting.ts';
import { portNumber } from './lookup.ts';
import type { Manners } from './manners.ts';
import { partiesOf, peerPlace, placeText } from './places.ts';
import { socketEnd } from './socket-end.ts';
import { listedClients, needFork, SOURCE_OPTIONS } from './source-options.ts';
import { readTables, WRAP_OPTIONS } from './wrap.ts';

/** The options of every listener. */
export const ACCEPT_OPTIONS = [
  'fork',
  'max-children',
  'children-shutup',
  'accept-timeout',
  'so-reuseaddr',
  'max-connections',
  'overflow',
  'max-rate',
  ...ATTEMPT_OPTIONS,
] as const;

/** Those that make sense with fork only. */
const FORK_OPTIONS = ['max-children', 'children-shutup', 'max-connections', 'overflow', 'max-rate'] as const;

/** The options by which a listener on the internet chooses its clients. */
export const ADMIT_OPTIONS = ['range', 'sourceport', 'lowport', ...SOURCE_OPTIONS, ...WRAP_OPTIONS] as const;

type AcceptOption = (typeof ACCEPT_OPTIONS)[number];
type AdmitOption = (typeof ADMIT_OPTIONS)[number];

/**
 * The backlog asked of the kernel, which cuts it to net.core.somaxconn. socat's 5 is overrun by anything that opens
 * connections in bursts.
 */
export const BACKLOG = 511;

/** A socket that listens. */
export interface Listening {
  readonly server: Server;
  /** Where, as log lines say it. */
  readonly where: string;
  /** Of a unix socket: its path. */
  readonly path?: string;
  /** Whom it refuses; absent where everybody is welcome. */
  readonly refuse?: Refuse;
  /** What every connection begins with, before anybody knows whose it is: option accept-proxy. */
  readonly greet?: Greet;
  /** Stops listening and tidies up what belongs to it. */
  close(): void;
}

/** What an address type brings: its options, and how it listens. */
export interface Listener {
  readonly label: string;
  readonly given: Given<AcceptOption>;
  readonly manners: Manners;
  /** How many may come; undefined without a limit. */
  readonly limits?: ConnectionLimits | undefined;
  /** Throws OpenError. */
  readonly listen: (world: World) => Promise<Listening>;
  /** Sets options on a connection that is admitted. Throws OpenError. */
  readonly adopt?: (socket: Socket) => void;
  /**
   * What a client that is admitted goes through before it is served (a TLS handshake), and the end that comes of it.
   * Without it a connection is served as it is. Throws OpenError.
   */
  readonly welcome?: (socket: Socket, peer: string, world: World) => Promise<Client>;
}

/** Why a client is refused; undefined for one that is welcome. Nobody knows who the parties are that have gone again. */
export type Refuse = (parties: Parties | undefined) => string | undefined;

/** Reports options of listeners that need one another. */
export function checkAccept(given: Given<AcceptOption>, report: Report): void {
  const forks = given.flag('fork') === true;
  for (const name of FORK_OPTIONS) needFork(name, given.token(name), forks, report);
  const most = given.token('max-children');
  if (most !== undefined && given.token('max-connections') !== undefined) {
    report('BRG010', most.span, 'options max-children and max-connections mean the same', {
      hint: 'max-connections alone, which has option overflow beside it',
    });
  }
  const overflow = given.token('overflow');
  if (
    overflow !== undefined &&
    given.token('max-connections') === undefined &&
    given.token('max-rate') === undefined
  ) {
    report('BRG010', overflow.span, 'option overflow needs max-connections or max-rate');
  }
  const reuse = given.token('so-reuseaddr');
  if (given.flag('so-reuseaddr') === false) {
    report('BRG009', reuse?.span, 'option reuseaddr: it can not be switched off', {
      hint: 'Node sets SO_REUSEADDR on every TCP listener',
    });
  }
}

/** Takes one connection, then stops listening. Throws OpenError, or NobodyCame. */
export async function acceptOne(listener: Listener, world: World): Promise<Client> {
  const listening = await persist(listener.given, world, () => listener.listen(world));
  const { server, where } = listening;
  return new Promise<Client>((resolve, reject) => {
    const seconds = listener.given.seconds('accept-timeout');
    let taken = false;
    const finish = (act: () => void): void => {
      if (taken) return;
      taken = true;
      clearTimeout(timer);
      listening.close();
      act();
    };
    const timer =
      seconds === undefined
        ? undefined
        : setTimeout(() => finish(() => reject(new NobodyCame(listener.label, seconds))), seconds * 1000);
    server.on('connection', (socket) => {
      // The system may hand over another one before it knows that nobody listens any more.
      if (taken) return void socket.destroy();
      arrive(socket, listening, listener, world, (admitted) => {
        if (taken) return void socket.destroy();
        finish(() => serveOne(socket, admitted, listener, world, resolve, reject));
      });
    });
    server.on('error', (error) => {
      finish(() => reject(new OpenError(listener.label, `accept on ${where}: ${reasonOf(error)}`)));
    });
    world.log.say('N', `listening on ${where}`);
  });
}

/** The service of a listener with fork; undefined without. */
export function serviceOf(listener: Listener): Service | undefined {
  if (listener.given.flag('fork') !== true) return undefined;
  return {
    atOnce: listener.given.count('max-children'),
    shutUp: listener.given.count('children-shutup'),
    ...(listener.limits === undefined ? {} : { limits: listener.limits }),
    serve: async (world, _use, take) => {
      const listening = await persist(listener.given, world, () => listener.listen(world));
      return acceptAll(listener, listening, world, take);
    },
  };
}

/** The endpoint of a listener. */
export function listenerEndpoint(listener: Listener): Endpoint {
  const service = serviceOf(listener);
  return {
    label: listener.label,
    gives: true,
    takes: true,
    descriptors: 1,
    open: (world: World) => acceptOne(listener, world),
    ...(service === undefined ? {} : { service }),
  };
}

function acceptAll(
  listener: Listener,
  listening: Listening,
  world: World,
  take: (client: Client) => void,
): Serving {
  const { server, where } = listening;
  const seconds = listener.given.seconds('accept-timeout');
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    if (seconds !== undefined) timer = setTimeout(resolve, seconds * 1000);
  });
  server.on('connection', (socket) => {
    timer?.refresh();
    arrive(socket, listening, listener, world, (admitted) =>
      // One that does not get through is a line of the log; the others are served.
      serveOne(socket, admitted, listener, world, take, (error) =>
        world.log.say('E', error instanceof Error ? error.message : String(error)),
      ),
    );
  });
  // ECONNABORTED and its like: this client is gone, the next one may come.
  server.on('error', (error) => world.log.say('W', `accept on ${where}: ${reasonOf(error)}`));
  world.log.say('N', `listening on ${where}`);
  return {
    ended,
    close: () => {
      clearTimeout(timer);
      listening.close();
    },
  };
}

/** Somebody who was let in: how log lines call him, and who he is. */
interface Admitted {
  readonly peer: string;
  readonly parties: Parties | undefined;
}

/** Finds out who has connected and lets him in, or refuses him. */
function arrive(
  socket: Socket,
  listening: Listening,
  listener: Listener,
  world: World,
  enter: (admitted: Admitted) => void,
): void {
  const { where, path, greet } = listening;
  const parties = partiesOf(socket, path);
  const peer = parties === undefined ? peerPlace(socket, 'inet') : placeText(parties.peer);
  const on = parties === undefined ? where : placeText(parties.own);
  const admitAs = (admitted: Admitted, there: string): void => {
    const refusal = listening.refuse?.(admitted.parties);
    if (refusal !== undefined) refuse(socket, admitted, refusal, world);
    else {
      admit(socket, admitted, there, listener, world);
      enter(admitted);
    }
  };
  if (greet === undefined) {
    admitAs({ peer, parties }, on);
    return;
  }
  void greet(socket, parties).then((told) => {
    if (typeof told === 'string') refuse(socket, { peer, parties }, told, world);
    else if (told === undefined || told === parties) admitAs({ peer, parties }, on);
    else admitAs({ peer: placeText(told.peer), parties: told }, `${placeText(told.own)} through ${peer}`);
  });
}

function admit(socket: Socket, { peer }: Admitted, on: string, { adopt }: Listener, world: World): void {
  world.log.say('N', `accepting connection from ${peer} on ${on}`);
  try {
    adopt?.(socket);
  } catch (error) {
    // The client is served all the same.
    world.log.say('W', error instanceof Error ? error.message : String(error));
  }
}

function refuse(socket: Socket, { peer, parties }: Admitted, why: string, world: World): void {
  world.log.say('W', `refusing connection from ${peer} due to ${why}`);
  world.refused?.(parties === undefined ? peer : placeName(parties.peer), why);
  // FIN, then RST for what he has sent already: an end of file to him, not an error in the middle of something.
  socket.on('error', () => undefined);
  socket.destroySoon();
}

/** Makes a client of a connection, at once or after it has gone through its welcome. */
function serveOne(
  socket: Socket,
  { peer, parties }: Admitted,
  { welcome, manners }: Listener,
  world: World,
  take: (client: Client) => void,
  fail: (error: unknown) => void,
): void {
  const withParties = (end: End): Client => (parties === undefined ? end : { ...end, parties });
  if (welcome === undefined) take(withParties(socketEnd(socket, peer, manners)));
  else welcome(socket, peer, world).then((end) => take(withParties(end)), fail);
}

/**
 * Why a client on the internet is refused; undefined where everybody is welcome. One whose address can't be known any more
 * (it has gone) is refused too. Throws OpenError where option sourceport names no service or a list can't be read.
 */
export async function refuseClient(
  given: Given<AdmitOption>,
  label: string,
  world: World,
  protocol: 'tcp' | 'udp' = 'tcp',
): Promise<Refuse | undefined> {
  const range = given.range('range');
  if (range?.host !== undefined)
    await (await import('./range-host.ts')).lookUpRange(range, range.host, label);
  const wanted = given.port('sourceport');
  const port = wanted === undefined ? undefined : portNumber(wanted, label, 'sourceport', protocol);
  const low = given.flag('lowport') === true;
  const wrapped = await readTables(given, label, world);
  const listed = await listedClients(given, label, world);
  if (range === undefined && port === undefined && !low && wrapped === undefined && listed === undefined)
    return undefined;
  return (parties) => {
    if (parties === undefined) return 'its having gone';
    const { peer } = parties;
    if (range !== undefined || wrapped !== undefined) {
      const address = peer.kind === 'inet' ? Address.read(peer.address) : undefined;
      if (!(address instanceof Address)) return 'its having no address';
      if (range?.admits(address) === false) return 'range option';
      if (wrapped?.(address) === false) return 'tcpwrap option';
    }
    // The ports that only root may bind: IPPORT_RESERVED, 1024.
    if (low && (peer.kind !== 'inet' || peer.port >= 1024)) return 'lowport option';
    if (port !== undefined && (peer.kind !== 'inet' || peer.port !== port)) return 'sourceport option';
    return listed?.(parties);
  };
}

/** Waits until a server that was told to listen does, or throws an OpenError in the words of bind(2). */
export function untilListening(
  server: Server,
  label: string,
  where: string,
  advice?: (code: string) => string | undefined,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      const code = codeOf(error);
      const more = advice?.(code);
      reject(
        new OpenError(
          label,
          `bind(${where}): ${textOf(code) ?? error.message}${more === undefined ? '' : ` (${more})`}`,
        ),
      );
    };
    server.once('error', fail);
    server.once('listening', () => {
      server.off('error', fail);
      resolve();
    });
  });
}
