// OPENSSL-LISTEN: a listening TCP socket on which TLS is spoken.

import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { type Client, type Endpoint, OpenError, type World } from '../endpoint.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { type Listening, listenerEndpoint } from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { type Manners, mannersOf } from './manners.ts';
import { LISTEN_OPTIONS, planListener } from './tcp-listen.ts';
import {
  checkPeer,
  contextOptions,
  describe,
  judged,
  planTls,
  TLS_OPTIONS,
  type TlsPlan,
  tlsEnd,
  tlsReason,
} from './tls.ts';

const OPENSSL_LISTEN_OPTIONS = [
  ...LISTEN_OPTIONS,
  ...PROCESS_OPTIONS,
  ...TLS_OPTIONS,
  'protocol-family',
  'ipv6-v6only',
] as const;

type OpensslListenOption = (typeof OPENSSL_LISTEN_OPTIONS)[number];

export const opensslListen: Kind = kind({
  keywords: ['OPENSSL-LISTEN', 'SSL-L'],
  parameters: ['port'],
  needed: 1,
  summary: 'a listening TLS socket',
  options: OPENSSL_LISTEN_OPTIONS,
  plan,
});

function plan(written: Written<OpensslListenOption>, report: Report): Endpoint | undefined {
  const { label, given } = written;
  const listener = planListener(
    written,
    given.family('protocol-family') ?? 4,
    given.flag('ipv6-v6only'),
    report,
  );
  const tls = planTls(given, label, report);
  if (listener === undefined || tls === undefined) return undefined;
  const hall = new Hall(
    tls,
    mannersOf(given, () => undefined),
  );
  const endpoint = listenerEndpoint({
    ...listener,
    // Certificates that can't be read keep it from listening at all.
    listen: async (world): Promise<Listening> => {
      await hall.open(world);
      return listener.listen(world);
    },
    welcome: (socket, peer, world) => hall.welcome(socket, peer, world),
  });
  return around(given, report, endpoint);
}

/** Where clients are until their handshake is over. */
class Hall {
  readonly #plan: TlsPlan;
  readonly #manners: Manners;
  readonly #waiting = new Map<string, Waiting>();
  #server: Server | undefined;

  constructor(plan: TlsPlan, manners: Manners) {
    this.#plan = plan;
    this.#manners = manners;
  }

  /** Reads the certificates. Throws OpenError. */
  async open(world: World): Promise<void> {
    if (this.#server !== undefined) return;
    const { createServer } = await import('node:tls');
    const { label, verify, given, handshake } = this.#plan;
    if (given.token('openssl-certificate') === undefined)
      world.log.say(
        'W',
        `${label}: without option openssl-certificate no ordinary client will agree on a cipher`,
      );
    // It listens nowhere: it is handed connections that were admitted.
    this.#server = judged(label, () =>
      createServer({
        ...contextOptions(this.#plan),
        allowHalfOpen: true,
        requestCert: verify,
        // What is wrong with a certificate is said here, with its reason.
        rejectUnauthorized: false,
        handshakeTimeout: handshake * 1000,
      }),
    );
    world.onReload?.(() => this.#reload());
    this.#server.on('secureConnection', (socket) => this.#settle(socket, undefined));
    this.#server.on('tlsClientError', (error, socket) => this.#settle(socket, error));
  }

  /** Reads them anew, for those who come from now on. Throws OpenError, and keeps what it had. */
  async #reload(): Promise<void> {
    const { createSecureContext } = await import('node:tls');
    const options = contextOptions(this.#plan);
    judged(this.#plan.label, () => createSecureContext(options));
    this.#server?.setSecureContext(options);
  }

  /** Shakes hands. Throws OpenError. */
  async welcome(raw: Socket, peer: string, world: World): Promise<Client> {
    const { label } = this.#plan;
    const { checkServerIdentity } = await import('node:tls');
    const server = this.#server;
    const key = keyOf(raw);
    if (server === undefined || key === undefined || raw.destroyed)
      throw new OpenError(label, `TLS handshake with ${peer}: the client has gone`);
    const socket = await new Promise<TLSSocket>((resolve, reject) => {
      this.#waiting.set(key, { resolve, reject });
      raw.once('close', () => {
        this.#waiting.delete(key);
        reject(new OpenError(label, `TLS handshake with ${peer}: the client closed the connection`));
      });
      server.emit('connection', raw);
    }).catch((error: unknown) => {
      raw.destroy();
      throw error instanceof OpenError
        ? error
        : new OpenError(label, `TLS handshake with ${peer}: ${tlsReason(error)}`);
    });
    try {
      const largest = this.#plan.given.count('openssl-maxsendfrag');
      if (largest !== undefined) socket.setMaxSendFragment(largest);
      checkPeer(socket, this.#plan, this.#plan.name ?? '', checkServerIdentity, world.log);
    } catch (error) {
      socket.destroy();
      throw error;
    }
    world.log.say('N', `TLS connection established with ${peer}: ${describe(socket)}`);
    return tlsEnd(socket, raw, peer, this.#manners);
  }

  #settle(socket: TLSSocket, error: Error | undefined): void {
    const key = keyOf(socket);
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    // One that has gone meanwhile can't be told any more; its own 'close' settles it.
    if (key === undefined || waiting === undefined) return;
    this.#waiting.delete(key);
    if (error === undefined) waiting.resolve(socket);
    else waiting.reject(error);
  }
}

interface Waiting {
  readonly resolve: (socket: TLSSocket) => void;
  readonly reject: (error: Error) => void;
}

/** Both ends of a connection, which no other one has at the same time. */
function keyOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string | undefined {
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return `${localAddress} ${localPort} ${remoteAddress} ${remotePort}`;
}
