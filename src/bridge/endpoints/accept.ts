// What every listener does once it listens: admit or refuse, give up after accept-timeout, take one connection or all.
// How it comes to listen is the business of the address types.

import type { Server, Socket } from 'node:net';
import { Address } from '../../address/address.ts';
import { NobodyCame, OpenError, type Service, type Serving, type World } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { codeOf, reasonOf, textOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { portNumber } from './lookup.ts';
import type { Manners } from './manners.ts';
import { ownPlace, peerPlace } from './places.ts';
import { socketEnd } from './socket-end.ts';

/** The options of every listener. */
export const ACCEPT_OPTIONS = [
  'fork',
  'max-children',
  'accept-timeout',
  'so-reuseaddr',
  ...ATTEMPT_OPTIONS,
] as const;

/** The options by which a listener on the internet chooses its clients. */
export const ADMIT_OPTIONS = ['range', 'sourceport'] as const;

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
  /** Whom it refuses; absent where everybody is welcome. */
  readonly refuse?: Refuse;
  /** Stops listening and tidies up what belongs to it. */
  close(): void;
}

/** What an address type brings: its options, and how it listens. */
export interface Listener {
  readonly label: string;
  readonly given: Given<AcceptOption>;
  readonly manners: Manners;
  /** Throws OpenError. */
  readonly listen: (world: World) => Promise<Listening>;
}

/** Why a client is refused; undefined for one that is welcome. */
export type Refuse = (socket: Socket) => string | undefined;

/** Reports options of listeners that need one another. */
export function checkAccept(given: Given<AcceptOption>, report: Report): void {
  const most = given.token('max-children');
  if (most !== undefined && given.flag('fork') !== true) {
    report('BRG010', most.span, 'option max-children not allowed without option fork', {
      hint: 'without fork one connection is served and then no more',
    });
  }
  const reuse = given.token('so-reuseaddr');
  if (given.flag('so-reuseaddr') === false) {
    report('BRG009', reuse?.span, 'option reuseaddr: it can not be switched off', {
      hint: 'Node sets SO_REUSEADDR on every TCP listener',
    });
  }
}

/** Takes one connection, then stops listening. Throws OpenError, or NobodyCame. */
export async function acceptOne(listener: Listener, world: World): Promise<End> {
  const listening = await persist(listener.given, world, () => listener.listen(world));
  const { server, where } = listening;
  return new Promise<End>((resolve, reject) => {
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
      const end = admit(socket, listening, listener.manners, world);
      if (end !== undefined) finish(() => resolve(end));
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
    serve: async (world, _use, take) => {
      const listening = await persist(listener.given, world, () => listener.listen(world));
      return acceptAll(listener, listening, world, take);
    },
  };
}

function acceptAll(
  listener: Listener,
  listening: Listening,
  world: World,
  take: (end: End) => void,
): Serving {
  const { server, where } = listening;
  const seconds = listener.given.seconds('accept-timeout');
  let timer: NodeJS.Timeout | undefined;
  const ended = new Promise<void>((resolve) => {
    if (seconds !== undefined) timer = setTimeout(resolve, seconds * 1000);
  });
  server.on('connection', (socket) => {
    timer?.refresh();
    const end = admit(socket, listening, listener.manners, world);
    if (end !== undefined) take(end);
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

function admit(
  socket: Socket,
  { refuse, where }: Listening,
  manners: Manners,
  world: World,
): End | undefined {
  const peer = peerPlace(socket, where.startsWith('AF=1 ') ? 'unix' : 'inet');
  const refusal = refuse?.(socket);
  if (refusal !== undefined) {
    world.log.say('W', `refusing connection from ${peer} due to ${refusal}`);
    socket.destroy();
    return undefined;
  }
  world.log.say('N', `accepting connection from ${peer} on ${ownPlace(socket) ?? where}`);
  return socketEnd(socket, peer, manners);
}

/**
 * Why a client on the internet is refused. One whose address can't be known any more (it has gone) is refused too.
 * Throws OpenError where option sourceport names no service.
 */
export function refuseClient(given: Given<AdmitOption>, label: string): Refuse {
  const range = given.range('range');
  const wanted = given.port('sourceport');
  const port = wanted === undefined ? undefined : portNumber(wanted, label, 'sourceport');
  return (socket) => {
    if (range !== undefined) {
      const peer = Address.read(socket.remoteAddress ?? '');
      if (!(peer instanceof Address) || !range.admits(peer)) return 'range option';
    }
    return port === undefined || socket.remotePort === port ? undefined : 'sourceport option';
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
