// OPENSSL: a TLS connection over TCP.

import type { Socket } from 'node:net';
import type { SecureContext, TLSSocket } from 'node:tls';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { checkSendProxy, proxyHeader, SEND_PROXY_OPTIONS } from './send-proxy.ts';
import { DIAL_OPTIONS, dial, readDialler, readTarget } from './tcp-dial.ts';
import {
  checkPeer,
  contextOptions,
  describe,
  judged,
  planTls,
  serverName,
  TLS_OPTIONS,
  type TlsPlan,
  tlsEnd,
  tlsReason,
  UNCHECKED,
} from './tls.ts';

const OPENSSL_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...DIAL_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  ...SEND_PROXY_OPTIONS,
  ...TLS_OPTIONS,
  'openssl-snihost',
  'openssl-no-sni',
  'protocol-family',
] as const;

type OpensslOption = (typeof OPENSSL_OPTIONS)[number];

export const opensslConnect: Kind = kind({
  keywords: ['OPENSSL', 'OPENSSL-CONNECT', 'SSL'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TLS connection',
  options: OPENSSL_OPTIONS,
  plan,
});

function plan(written: Written<OpensslOption>, report: Report): Endpoint | undefined {
  const { label, given, parameters } = written;
  const manners = mannersOf(given, report);
  const target = readTarget(parameters[0], parameters[1], report);
  const dialler = readDialler(label, given, given.family('protocol-family'), report);
  const tls = planTls(given, label, report);
  checkSendProxy(given, report);
  if (given.token('openssl-snihost') !== undefined && given.flag('openssl-no-sni') === true) {
    report(
      'BRG010',
      given.token('openssl-snihost')?.span,
      'options openssl-snihost and openssl-no-sni contradict each other',
    );
  }
  if (target === undefined || dialler === undefined || tls === undefined) return undefined;
  const name = tls.name ?? target.host;
  const sni = serverName(given, name === '' ? target.host : name);
  /** Files are read once, at the first connection, and again when that is asked for. */
  let context: Promise<SecureContext> | undefined;
  const load = async (): Promise<SecureContext> => {
    const { createSecureContext } = await import('node:tls');
    return judged(label, () => createSecureContext(contextOptions(tls)));
  };
  const first = async (world: World): Promise<SecureContext> => {
    const loaded = await load();
    world.onReload?.(async () => {
      const fresh = await load();
      context = Promise.resolve(fresh);
    });
    return loaded;
  };
  const endpoint = around(
    given,
    report,
    {
      label,
      gives: true,
      takes: true,
      descriptors: 1,
      open: (world) =>
        persist(given, world, async () => {
          context ??= first(world);
          const loaded = await context;
          const header = await proxyHeader(given, world);
          const dialled = { raw: await dial(dialler, target, world), header };
          const { socket, raw } = await secured(dialled, tls, name, sni, loaded, world);
          return tlsEnd(socket, raw, label, manners);
        }),
    },
    manners,
  );
  return again(given, report, endpoint);
}

async function secured(
  { raw, header }: { readonly raw: Socket; readonly header: Uint8Array | undefined },
  tls: TlsPlan,
  name: string,
  sni: string,
  secureContext: SecureContext,
  world: World,
) {
  const { connect, checkServerIdentity } = await import('node:tls');
  // Before the handshake, as HAProxy has it.
  if (header !== undefined) raw.write(header);
  const socket = connect({
    socket: raw,
    secureContext,
    ...UNCHECKED,
    // An empty name keeps Node from taking the host's.
    servername: sni,
  });
  const largest = tls.given.count('openssl-maxsendfrag');
  try {
    await handshake(socket, tls);
    if (largest !== undefined) socket.setMaxSendFragment(largest);
    checkPeer(socket, tls, name, checkServerIdentity, world.log);
  } catch (error) {
    socket.destroy();
    raw.destroy();
    throw error;
  }
  world.log.say('N', `TLS connection established: ${describe(socket)}`);
  return { socket, raw };
}

function handshake(socket: TLSSocket, { label, handshake: seconds }: TlsPlan): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => fail(new OpenError(label, 'no TLS handshake in time', { option: 'handshake-timeout' })),
      seconds * 1000,
    );
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error instanceof OpenError ? error : new OpenError(label, `TLS handshake: ${tlsReason(error)}`));
    };
    socket.once('error', fail);
    socket.once('close', () => fail(new OpenError(label, 'TLS handshake: the peer closed the connection')));
    socket.once('end', () => fail(new OpenError(label, 'TLS handshake: the peer closed the connection')));
    socket.once('secureConnect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve();
    });
  });
}
