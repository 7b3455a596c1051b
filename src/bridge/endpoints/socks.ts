// SOCKS4, SOCKS4A, SOCKS5 and SOCKS5-LISTEN: connections through a SOCKS server. The package socks speaks with it, over a
// connection of ours, and is loaded when an address is opened.

import type { Socket } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import type { Token } from '../parse.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { inetPlace } from './places.ts';
import { socketEnd } from './socket-end.ts';
import { readHost, readPortParameter } from './tcp.ts';
import { DIAL_OPTIONS, type Dialler, dial, readDialler, readTarget, type Target } from './tcp-dial.ts';
import { lookUp } from './udp.ts';

const SOCKS_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...DIAL_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  'protocol-family',
  'socksport',
  'socksuser',
  'handshake-timeout',
] as const;

type SocksOption = (typeof SOCKS_OPTIONS)[number];

/** The port that IANA has for SOCKS. */
const SOCKS_PORT = 1080;
const HANDSHAKE_SECONDS = 30;

type Version = '4' | '4a' | '5';

export const socks4: Kind = socks(
  ['SOCKS4', 'SOCKS'],
  'a connection through a SOCKS4 server',
  '4',
  'connect',
);
export const socks4a: Kind = socks(['SOCKS4A'], 'a connection through a SOCKS4A server', '4a', 'connect');
export const socks5: Kind = socks(
  ['SOCKS5', 'SOCKS5-CONNECT'],
  'a connection through a SOCKS5 server',
  '5',
  'connect',
);
export const socks5Listen: Kind = socks(
  ['SOCKS5-LISTEN', 'SOCKS5-BIND'],
  'a connection that a SOCKS5 server waits for',
  '5',
  'bind',
);

function socks(
  keywords: readonly [string, ...string[]],
  summary: string,
  version: Version,
  command: 'connect' | 'bind',
): Kind {
  return kind({
    keywords,
    // With version 5 the server's port may stand after the server.
    parameters: version === '5' ? ['server', '[socksport:]host', 'port', '...'] : ['server', 'host', 'port'],
    needed: 3,
    summary,
    options: SOCKS_OPTIONS,
    plan: (written, report) => plan(written, version, command, report),
  });
}

interface Asked {
  readonly label: string;
  readonly version: Version;
  readonly command: 'connect' | 'bind';
  readonly given: Given<SocksOption>;
}

function plan(
  { label, given, parameters }: Written<SocksOption>,
  version: Version,
  command: 'connect' | 'bind',
  report: Report,
): Endpoint | undefined {
  const manners = mannersOf(given, report);
  const server = readServer(parameters, given, report);
  const [hostToken, portToken] = parameters.slice(-2);
  const target = readTarget(hostToken, portToken, report);
  const dialler = readDialler(label, given, given.family('protocol-family'), report);
  if (server === undefined || target === undefined || dialler === undefined) return undefined;
  const asked: Asked = { label, version, command, given };
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
        open: (world) =>
          persist(given, world, async () =>
            socketEnd(await through(dialler, server, target, asked, world), label, manners),
          ),
      },
      manners,
    ),
  );
}

function readServer(
  parameters: readonly Token[],
  given: Given<'socksport'>,
  report: Report,
): Target | undefined {
  const [hostToken, second] = parameters;
  const host = hostToken === undefined ? undefined : readHost(hostToken, report);
  const option = given.port('socksport');
  if (parameters.length < 4 || second === undefined)
    return host === undefined ? undefined : { host, port: option ?? SOCKS_PORT };
  if (option !== undefined) {
    report('BRG010', given.token('socksport')?.span, "option socksport: the server's port is given already");
    return undefined;
  }
  const port = readPortParameter(second, false, report);
  return host === undefined || port === undefined ? undefined : { host, port };
}

async function through(
  dialler: Dialler,
  server: Target,
  target: Target,
  { label, version, command, given }: Asked,
  world: World,
): Promise<Socket> {
  const { SocksClient } = await import('socks');
  const port = portNumber(target.port, label);
  // SOCKS4 has no names; the server of the others looks them up.
  const host = version === '4' ? (await lookUp(target.host, 4, label)).address : target.host;
  const raw = await dial(dialler, server, world);
  const user = given.text('socksuser');
  const [name, password] = credentials(user, version, world);
  const client = new SocksClient({
    command,
    destination: { host, port },
    // What is used is the connection that there is already; the package wants an address all the same.
    proxy: {
      host: server.host,
      port: portNumber(server.port, label),
      type: version === '5' ? 5 : 4,
      ...(name === undefined ? {} : { userId: name }),
      ...(password === undefined ? {} : { password }),
    },
    timeout: (given.seconds('handshake-timeout') ?? HANDSHAKE_SECONDS) * 1000,
  });
  const kept: Buffer[] = [];
  const keep = (piece: Buffer): void => void kept.push(piece);
  try {
    await new Promise<void>((resolve, reject) => {
      client.once('error', (error: Error) => reject(new OpenError(label, `SOCKS: ${reasonOf(error)}`)));
      client.once('bound', ({ remoteHost }) => {
        const { host: at = '', port: on = 0 } = remoteHost ?? {};
        world.log.say('N', `listening on ${inetPlace(at.includes(':') ? 6 : 4, at, on)} of the SOCKS server`);
      });
      client.once('established', () => {
        // What came right behind the answer it gives to whoever listens a turn later, and lets the stream flow.
        raw.on('data', keep);
        resolve();
      });
      // Its own type has it, though it is marked as internal: createConnection() takes one too, but can not wait for BIND.
      client.connect(raw);
    });
    await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  } catch (error) {
    raw.destroy();
    throw error;
  }
  raw.pause();
  raw.off('data', keep);
  if (kept.length > 0) raw.unshift(Buffer.concat(kept));
  world.log.say('N', `successfully connected to ${host}:${port} via SOCKS${version}`);
  return raw;
}

/** A user for the server: for version 4 as socat has it, for version 5 only where one is given, with a password. */
function credentials(
  user: string | undefined,
  version: Version,
  { env }: World,
): readonly [string | undefined, string | undefined] {
  if (version !== '5') return [user ?? env['LOGNAME'] ?? env['USER'] ?? '', undefined];
  if (user === undefined) return [undefined, undefined];
  const colon = user.indexOf(':');
  return colon < 0 ? [user, ''] : [user.slice(0, colon), user.slice(colon + 1)];
}
