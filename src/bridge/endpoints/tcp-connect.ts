// TCP, TCP4 and TCP6: a TCP connection.

import { connect, type Socket } from 'node:net';
import type { Endpoint, World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { CONNECT_OPTIONS, connected } from './connect.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { inetPlace, ownPlace } from './places.ts';
import { socketEnd } from './socket-end.ts';
import { readHost, readPortParameter, TCP_OPTIONS, tuningOf } from './tcp.ts';

const TCP_CONNECT_OPTIONS = [
  ...ATTEMPT_OPTIONS,
  ...CONNECT_OPTIONS,
  ...MANNER_OPTIONS,
  ...TCP_OPTIONS,
  'bind',
  'sourceport',
  'so-reuseaddr',
] as const;

type ConnectOption = (typeof TCP_CONNECT_OPTIONS)[number];

/** Without a family option both are tried, as the system's resolver orders them (RFC 8305). */
export const tcpConnect: Kind = kind({
  keywords: ['TCP', 'TCP-CONNECT', 'INET'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection',
  options: [...TCP_CONNECT_OPTIONS, 'protocol-family'],
  plan: (written, report) => plan(written, written.given.family('protocol-family'), report),
});

export const tcp4Connect: Kind = kind({
  keywords: ['TCP4', 'TCP4-CONNECT', 'INET4'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection over IPv4',
  options: TCP_CONNECT_OPTIONS,
  plan: (written, report) => plan(written, 4, report),
});

export const tcp6Connect: Kind = kind({
  keywords: ['TCP6', 'TCP6-CONNECT', 'INET6'],
  parameters: ['host', 'port'],
  needed: 2,
  summary: 'a TCP connection over IPv6',
  options: TCP_CONNECT_OPTIONS,
  plan: (written, report) => plan(written, 6, report),
});

function plan(
  written: Written<ConnectOption>,
  family: 4 | 6 | undefined,
  report: Report,
): Endpoint | undefined {
  const { label, given, parameters } = written;
  const [hostToken, portToken] = parameters;
  if (hostToken === undefined || portToken === undefined) return undefined;
  const manners = mannersOf(given, report);
  const host = readHost(hostToken, report);
  const port = readPortParameter(portToken, false, report);
  const local = readLocal(given, report);
  if (given.flag('so-reuseaddr') === false) {
    report('BRG009', given.token('so-reuseaddr')?.span, 'option reuseaddr: it can not be switched off', {
      hint: 'Node sets SO_REUSEADDR on every TCP socket that it binds',
    });
  }
  if (host === undefined || port === undefined || local === undefined) return undefined;
  const open = async (world: World): Promise<Socket> => {
    const number = portNumber(port, label);
    const localPort = local.port === undefined ? undefined : portNumber(local.port, label, local.option);
    world.log.say('N', `opening connection to ${inetPlace(host.includes(':') ? 6 : 4, host, number)}`);
    return connected(label, `AF=${host.includes(':') ? 10 : 2} ${host}:${number}`, given, () =>
      connect({
        host,
        port: number,
        allowHalfOpen: true,
        ...tuningOf(given),
        ...(family === undefined ? {} : { family }),
        ...(local.host === undefined ? {} : { localAddress: local.host }),
        ...(localPort === undefined ? {} : { localPort }),
      }),
    );
  };
  return {
    label,
    gives: true,
    takes: true,
    descriptors: 1,
    open: async (world) => {
      const socket = await persist(given, world, () => open(world));
      world.log.say('N', `successfully connected from local address ${ownPlace(socket) ?? 'that is gone'}`);
      return socketEnd(socket, label, manners);
    },
  };
}

interface Local {
  readonly host: string | undefined;
  readonly port: number | string | undefined;
  /** The option that the port came from. */
  readonly option: string;
}

/** Options bind (`host`, `host:port`, `:port`) and sourceport; undefined (reported) where they can't be. */
function readLocal(given: Given<'bind' | 'sourceport'>, report: Report): Local | undefined {
  const source = given.port('sourceport');
  const token = given.token('bind');
  if (token === undefined) return { host: undefined, port: source, option: 'sourceport' };
  const parts = /^(\[[^\]]*\]|[^:]*)(?::([^:]*))?$/.exec(token.text);
  const [, hostText = '', portText] = parts ?? [undefined, token.text, undefined];
  const host = hostText === '' ? '' : readHost(token, report, hostText);
  if (host === undefined) return undefined;
  if (portText === undefined) return { host: host || undefined, port: source, option: 'sourceport' };
  if (source !== undefined) {
    report('BRG010', token.span, 'option bind: the port is given by option sourceport too');
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
