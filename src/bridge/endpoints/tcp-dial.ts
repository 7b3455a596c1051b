// How a TCP connection is opened, whatever is spoken over it afterwards: TCP itself, TLS, a proxy's protocol.

import { ADDRCONFIG, ALL, lookup, V4MAPPED } from 'node:dns';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { OpenError, type World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { Token } from '../parse.ts';
import { CONNECT_OPTIONS, connected } from './connect.ts';
import { portNumber } from './lookup.ts';
import { inetPlace, ownPlace } from './places.ts';
import { readHost, readPortParameter, TCP_OPTIONS, tune, tuningOf } from './tcp.ts';

/** Where a client connects from. */
export const LOCAL_OPTIONS = ['bind', 'sourceport', 'lowport'] as const;

/** How names are looked up. */
export const RESOLVER_OPTIONS = ['ai-addrconfig', 'ai-all', 'ai-passive', 'ai-v4mapped'] as const;

/** The options of every TCP client, besides those of trying again: persist() is its caller's. */
export const DIAL_OPTIONS = [
  ...CONNECT_OPTIONS,
  ...TCP_OPTIONS,
  ...LOCAL_OPTIONS,
  'so-reuseaddr',
  ...RESOLVER_OPTIONS,
] as const;

type DialOption = (typeof DIAL_OPTIONS)[number];

/** Where to, as it was written. */
export interface Target {
  readonly host: string;
  readonly port: number | string;
}

/** A client that is ready to connect. */
export interface Dialler {
  readonly label: string;
  readonly given: Given<DialOption>;
  readonly family: 4 | 6 | undefined;
  /** Which is tried first where both will do; undefined is as the resolver has them. */
  readonly prefer: 4 | 6 | undefined;
  readonly local: Local;
}

/** The host and port of two parameters; undefined (reported) where they are none. */
export function readTarget(
  host: Token | undefined,
  port: Token | undefined,
  report: Report,
): Target | undefined {
  if (host === undefined || port === undefined) return undefined;
  const hostText = readHost(host, report);
  const portText = readPortParameter(port, false, report);
  return hostText === undefined || portText === undefined ? undefined : { host: hostText, port: portText };
}

/** A client by its options; undefined (reported) where they can't be. */
export function readDialler(
  label: string,
  given: Given<DialOption>,
  family: 4 | 6 | undefined,
  report: Report,
  prefer?: 4 | 6,
): Dialler | undefined {
  const local = readLocal(given, report);
  if (given.flag('so-reuseaddr') === false) {
    report('BRG009', given.token('so-reuseaddr')?.span, 'option reuseaddr: it can not be switched off', {
      hint: 'Node sets SO_REUSEADDR on every TCP socket that it binds',
    });
  }
  if (given.flag('ai-passive') === true) {
    report('BRG009', given.token('ai-passive')?.span, 'option ai-passive: it means nothing to a client');
  }
  return local === undefined ? undefined : { label, given, family, prefer, local };
}

/** Connects once. Throws OpenError. */
export async function dial(
  { label, given, family, prefer, local }: Dialler,
  { host, port }: Target,
  world: World,
): Promise<Socket> {
  const number = portNumber(port, label);
  const where = inetPlace(isIP(host) === 6 ? 6 : 4, host, number);
  world.log.say('N', `opening connection to ${where}`);
  const fixed = local.port === undefined ? undefined : portNumber(local.port, label, local.option);
  const attempt = (localPort: number | undefined): Promise<Socket> =>
    connected(label, `AF=${host.includes(':') ? 10 : 2} ${host}:${number}`, given, () =>
      connect({
        host,
        port: number,
        allowHalfOpen: true,
        hints: hintsOf(given),
        ...tuningOf(given),
        ...(family === undefined ? {} : { family }),
        ...(prefer === undefined ? {} : { lookup: ordered(prefer) }),
        ...(local.host === undefined ? {} : { localAddress: local.host }),
        ...(localPort === undefined ? {} : { localPort }),
      }),
    );
  const socket = given.flag('lowport') === true ? await fromLowPort(attempt, label) : await attempt(fixed);
  tune(socket, given, label);
  world.log.say('N', `successfully connected from local address ${ownPlace(socket) ?? 'that is gone'}`);
  return socket;
}

/** Looks names up with the addresses of one family first: connect() tries them in that order (RFC 8305 section 4). */
function ordered(prefer: 4 | 6): LookupFunction {
  return (name, options, done) => {
    lookup(name, { ...options, order: prefer === 4 ? 'ipv4first' : 'ipv6first' }, done);
  };
}

/** The ports of rresvport(3), from the top: the first that is free. */
async function fromLowPort(attempt: (port: number) => Promise<Socket>, label: string): Promise<Socket> {
  for (let port = 1023; port >= 640; port--) {
    try {
      return await attempt(port);
    } catch (error) {
      if (!(error instanceof OpenError) || (error.code !== 'EADDRINUSE' && error.code !== 'EADDRNOTAVAIL'))
        throw error;
    }
  }
  throw new OpenError(label, 'no port from 640 to 1023 is free', { option: 'lowport' });
}

/** What getaddrinfo(3) is asked for beside the name. */
export function hintsOf(given: Given<'ai-addrconfig' | 'ai-all' | 'ai-v4mapped'>): number {
  return (
    (given.flag('ai-addrconfig') === true ? ADDRCONFIG : 0) |
    (given.flag('ai-all') === true ? ALL : 0) |
    (given.flag('ai-v4mapped') === true ? V4MAPPED : 0)
  );
}

interface Local {
  readonly host: string | undefined;
  readonly port: number | string | undefined;
  /** The option that the port came from. */
  readonly option: string;
}

/** Options bind (`host`, `host:port`, `:port`), sourceport, lowport; undefined (reported) where they can't be. */
export function readLocal(given: Given<(typeof LOCAL_OPTIONS)[number]>, report: Report): Local | undefined {
  const source = given.port('sourceport');
  const token = given.token('bind');
  if (given.flag('lowport') === true && source !== undefined) {
    report('BRG010', given.token('lowport')?.span, 'option lowport: the port is given by option sourceport');
    return undefined;
  }
  if (token === undefined) return { host: undefined, port: source, option: 'sourceport' };
  const parts = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(token.text);
  const [, hostText = '', portText] = parts ?? [undefined, token.text, undefined];
  const host = hostText === '' ? '' : readHost(token, report, hostText);
  if (host === undefined) return undefined;
  if (portText === undefined) return { host: host || undefined, port: source, option: 'sourceport' };
  if (source !== undefined || given.flag('lowport') === true) {
    const other = source === undefined ? 'lowport' : 'sourceport';
    report('BRG010', token.span, `option bind: the port is given by option ${other} too`);
    return undefined;
  }
  const { source: text, end } = token.span;
  const port = readPortParameter(
    { text: portText, span: text.span(end - portText.length, end) },
    false,
    report,
  );
  return port === undefined ? undefined : { host: host || undefined, port, option: 'bind' };
}
