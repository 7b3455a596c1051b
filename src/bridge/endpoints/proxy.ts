// PROXY: a connection through an HTTP proxy, by its CONNECT method (RFC 9110 section 9.3.6).

import { readFileSync } from 'node:fs';
import { isIP, type Socket } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { portNumber } from './lookup.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { socketEnd } from './socket-end.ts';
import { readHost } from './tcp.ts';
import { DIAL_OPTIONS, type Dialler, dial, readDialler, readTarget, type Target } from './tcp-dial.ts';
import { lookUp } from './udp.ts';

const PROXY_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...DIAL_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  'protocol-family',
  'proxyport',
  'proxy-authorization',
  'proxy-authorization-file',
  'proxy-resolve',
  'ignorecr',
  'http-version',
  'handshake-timeout',
] as const;

type ProxyOption = (typeof PROXY_OPTIONS)[number];

/** socat's own default. */
const PROXY_PORT = 8080;
const HANDSHAKE_SECONDS = 30;

/** An answer with more head than this is none. */
const LONGEST_HEAD = 65536;

export const proxyConnect: Kind = kind({
  keywords: ['PROXY', 'PROXY-CONNECT'],
  parameters: ['proxy', 'host', 'port'],
  needed: 3,
  summary: 'a connection through an HTTP proxy',
  options: PROXY_OPTIONS,
  plan,
});

function plan(written: Written<ProxyOption>, report: Report): Endpoint | undefined {
  const { label, given, parameters } = written;
  const manners = mannersOf(given, report);
  const [proxyToken, hostToken, portToken] = parameters;
  const proxy = proxyToken === undefined ? undefined : readHost(proxyToken, report);
  const target = readTarget(hostToken, portToken, report);
  const dialler = readDialler(label, given, given.family('protocol-family'), report);
  const version = given.text('http-version') ?? '1.0';
  if (!/^\d\.\d$/.test(version)) {
    report(
      'BRG009',
      given.token('http-version')?.span,
      `option http-version: ${JSON.stringify(version)} is no version`,
      {
        hint: '1.0 or 1.1',
      },
    );
  }
  const authorization = given.text('proxy-authorization');
  const file = given.text('proxy-authorization-file');
  if (authorization !== undefined && file !== undefined) {
    report(
      'BRG010',
      given.token('proxy-authorization-file')?.span,
      'options proxy-authorization and proxy-authorization-file contradict each other',
    );
  }
  if (proxy === undefined || target === undefined || dialler === undefined) return undefined;
  const where: Target = { host: proxy, port: given.port('proxyport') ?? PROXY_PORT };
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
          persist(given, world, async () => {
            const user = authorization ?? (file === undefined ? undefined : readUser(file, label));
            const socket = await through(dialler, where, target, { given, version, user, label }, world);
            return socketEnd(socket, label, manners);
          }),
      },
      manners,
    ),
  );
}

/** `user:password` from the first line of a file, which others can be kept from reading. */
function readUser(path: string, label: string): string {
  try {
    return readFileSync(path, 'utf8').split('\n')[0]?.trimEnd() ?? '';
  } catch (error) {
    throw new OpenError(label, `${path}: ${reasonOf(error)}`, {
      option: 'proxy-authorization-file',
      final: true,
    });
  }
}

interface Request {
  readonly given: Given<ProxyOption>;
  readonly version: string;
  readonly user: string | undefined;
  readonly label: string;
}

async function through(
  dialler: Dialler,
  proxy: Target,
  { host, port }: Target,
  { given, version, user, label }: Request,
  world: World,
): Promise<Socket> {
  const number = portNumber(port, label);
  const name =
    given.flag('proxy-resolve') === true ? (await lookUp(host, dialler.family, label)).address : host;
  const authority = `${isIP(name) === 6 ? `[${name}]` : name}:${number}`;
  const socket = await dial(dialler, proxy, world);
  const lines = [
    `CONNECT ${authority} HTTP/${version}`,
    // RFC 9112 section 3.2: from 1.1 on a request has a host, whatever else it says.
    ...(version === '1.0' ? [] : [`Host: ${authority}`]),
    ...(user === undefined ? [] : [`Proxy-authorization: Basic ${Buffer.from(user).toString('base64')}`]),
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  world.log.say('I', `${label}: ${lines[0]}`);
  try {
    const seconds = given.seconds('handshake-timeout') ?? HANDSHAKE_SECONDS;
    const head = await readHead(socket, given.flag('ignorecr') === true, seconds, label);
    const status = readStatus(head);
    if (status === undefined)
      throw new OpenError(label, `the proxy does not answer in HTTP: ${firstLine(head)}`);
    // RFC 9110 section 9.3.6: any 2xx begins the tunnel.
    if (!status.startsWith('2')) throw new OpenError(label, `the proxy refuses: ${status}`);
    world.log.say('N', `successfully connected to ${authority} via proxy`);
  } catch (error) {
    socket.destroy();
    throw error;
  }
  return socket;
}

/** The code and reason of an answer. socat's test has more than one blank between them (PROXY2SPACES), and so proxies had. */
export function readStatus(head: string): string | undefined {
  const [, code, reason = ''] = /^HTTP\/\d\.\d +(\d{3})(?: +([^\r\n]*))?/.exec(head) ?? [];
  return code === undefined ? undefined : `${code} ${reason}`.trim();
}

function firstLine(text: string): string {
  return JSON.stringify(text.split(/\r?\n/)[0]?.slice(0, 80) ?? '');
}

/** Everything up to the empty line; what comes after it is put back. Throws OpenError. */
function readHead(socket: Socket, bare: boolean, seconds: number, label: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let bytes = Buffer.alloc(0);
    const done = (act: () => void): void => {
      clearTimeout(timer);
      socket.pause();
      socket.off('data', take);
      socket.off('end', ended);
      socket.off('error', failed);
      act();
    };
    const timer = setTimeout(
      () =>
        done(() =>
          reject(new OpenError(label, 'no answer of the proxy in time', { option: 'handshake-timeout' })),
        ),
      seconds * 1000,
    );
    const take = (piece: Buffer): void => {
      bytes = Buffer.concat([bytes, piece]);
      const end = headEnd(bytes, bare);
      if (end >= 0) {
        done(() => {
          const rest = bytes.subarray(end);
          if (rest.length > 0) socket.unshift(rest);
          resolve(bytes.subarray(0, end).toString('latin1'));
        });
      } else if (bytes.length > LONGEST_HEAD) {
        done(() => reject(new OpenError(label, 'the answer of the proxy has no end')));
      }
    };
    const ended = (): void =>
      done(() => {
        const said = bytes.length === 0 ? 'without a word' : `after ${firstLine(bytes.toString('latin1'))}`;
        reject(new OpenError(label, `the proxy closed the connection ${said}`));
      });
    const failed = (error: Error): void => done(() => reject(new OpenError(label, reasonOf(error))));
    socket.on('error', failed);
    socket.on('end', ended);
    socket.on('data', take);
    socket.resume();
  });
}

/** Where the head ends, or -1. With option ignorecr a line feed alone ends a line. */
export function headEnd(bytes: Buffer, bare: boolean): number {
  const strict = bytes.indexOf('\r\n\r\n');
  const ends = [strict < 0 ? -1 : strict + 4];
  if (bare) {
    const loose = /\n\r?\n/.exec(bytes.toString('latin1'));
    ends.push(loose === null ? -1 : loose.index + loose[0].length);
  }
  const found = ends.filter((end) => end >= 0);
  return found.length === 0 ? -1 : Math.min(...found);
}
