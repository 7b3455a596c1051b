// SD-LISTEN and ACCEPT-FD: listening sockets that were opened by somebody else and handed over as descriptors.

import { fstatSync, readFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { codeOf, textOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import {
  ACCEPT_OPTIONS,
  ADMIT_OPTIONS,
  checkAccept,
  type Listening,
  listenerEndpoint,
  refuseClient,
} from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { listeningPlace, unixPlace } from './places.ts';
import { checkAdmit, GREETING_OPTIONS, greetClient, limitsOf } from './source-options.ts';
import { TCP_OPTIONS, tune, tuningOf } from './tcp.ts';

const INHERIT_OPTIONS = [
  ...ACCEPT_OPTIONS,
  ...MANNER_OPTIONS,
  ...ADMIT_OPTIONS,
  ...GREETING_OPTIONS,
  ...TCP_OPTIONS,
  ...PROCESS_OPTIONS,
] as const;

type InheritOption = (typeof INHERIT_OPTIONS)[number];

/** The first descriptor that is handed over: sd_listen_fds(3), SD_LISTEN_FDS_START. */
const FIRST = 3;

/** Sockets by systemd's protocol: sd_listen_fds(3). */
export const sdListen: Kind = kind({
  keywords: ['SD-LISTEN'],
  parameters: ['name'],
  needed: 0,
  summary: 'a socket that systemd listens on',
  options: INHERIT_OPTIONS,
  plan: (written, report) => {
    const name = written.parameters[0]?.text;
    return plan(written, (world) => handedOver(world, written.label, name), report);
  },
});

/** A listening socket by its descriptor's number: socat 1.8's address of this name. */
export const acceptFd: Kind = kind({
  keywords: ['ACCEPT-FD', 'ACCEPT'],
  parameters: ['fd'],
  needed: 1,
  summary: 'a listening socket that was inherited',
  options: INHERIT_OPTIONS,
  plan: (written, report) => {
    const [token] = written.parameters;
    if (token === undefined || !/^\d{1,9}$/.test(token.text)) {
      report('BRG005', token?.span ?? written.span, 'a descriptor is a number');
      return undefined;
    }
    const descriptor = Number(token.text);
    return plan(written, () => descriptor, report);
  },
});

function plan(
  written: Written<InheritOption>,
  find: (world: World) => number,
  report: Report,
): Endpoint | undefined {
  const { label, given } = written;
  checkAccept(given, report);
  checkAdmit(given, undefined, report);
  const listener = {
    label,
    given,
    manners: mannersOf(given, report),
    limits: limitsOf(given, given),
    listen: async (world: World) => listen(find(world), label, given, world),
    adopt: (socket: Socket) => {
      if (socket.remotePort !== undefined) tune(socket, given, label);
    },
  };
  return around(given, report, listenerEndpoint(listener));
}

/** The descriptor that LISTEN_FDS and LISTEN_FDNAMES tell of. Without a name there must be only one. Throws OpenError. */
export function handedOver(world: Pick<World, 'env'>, label: string, name: string | undefined): number {
  const { env } = world;
  const fail = (reason: string): never => {
    throw new OpenError(label, reason, { final: true });
  };
  const count = Number(env['LISTEN_FDS'] ?? '');
  if (env['LISTEN_FDS'] === undefined || !Number.isInteger(count) || count < 1) {
    return fail(
      'no socket was handed over (LISTEN_FDS is not set); start it from a systemd socket unit or by systemd-socket-activate',
    );
  }
  // The variables are inherited by every descendant; only the process that they name may use them.
  if (env['LISTEN_PID'] !== String(process.pid)) {
    return fail(
      `the sockets were handed over to process ${env['LISTEN_PID'] ?? '(none)'}, and this is ${process.pid}`,
    );
  }
  const names = (env['LISTEN_FDNAMES'] ?? '').split(':');
  if (name === undefined) {
    if (count === 1) return FIRST;
    return fail(
      `${count} sockets were handed over: choose one by name (${names.map((each) => `SD-LISTEN:${each}`).join(', ')})`,
    );
  }
  const index = names.indexOf(name);
  if (index < 0 || index >= count)
    return fail(`no socket of that name was handed over; there are: ${names.slice(0, count).join(', ')}`);
  if (names.indexOf(name, index + 1) >= 0) return fail('several sockets of that name were handed over');
  return FIRST + index;
}

async function listen(
  descriptor: number,
  label: string,
  given: Given<InheritOption>,
  world: World,
): Promise<Listening> {
  const refuse = await refuseClient(given, label, world);
  const greet = await greetClient(given, label, world);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, ...tuningOf(given) });
  await takeOver(server, descriptor, label);
  const address = server.address();
  const path = address === null || typeof address === 'string' ? (pathOf(descriptor) ?? '') : undefined;
  checkTrust(given, path === undefined ? 'inet' : 'unix', label);
  return {
    server,
    where: address !== null && typeof address === 'object' ? listeningPlace(address) : unixPlace(path ?? ''),
    ...(path === undefined ? {} : { path }),
    ...(refuse === undefined ? {} : { refuse }),
    ...(greet === undefined ? {} : { greet }),
    // The path belongs to whoever made it; libuv does not know it and leaves it.
    close: () => {
      server.close();
    },
  };
}

/** What kind of socket it is turns out only now: options that go by an address need one. Throws OpenError. */
function checkTrust(given: Given<InheritOption>, kind: 'inet' | 'unix', label: string): void {
  const listed = given.sources('accept-proxy').length > 0;
  const fail = (option: string, reason: string): never => {
    throw new OpenError(label, reason, { option, final: true });
  };
  const none = 'it is a unix socket, whose clients have no address';
  if (given.token('accept-proxy') !== undefined) {
    if (kind === 'inet' && !listed)
      fail('accept-proxy', 'whose headers are to be believed? Give their addresses');
    if (kind === 'unix' && listed) fail('accept-proxy', none);
    return;
  }
  if (kind === 'inet') return;
  for (const option of ADMIT_OPTIONS) if (given.token(option) !== undefined) fail(option, none);
}

function takeOver(server: Server, descriptor: number, label: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      const code = codeOf(error);
      const connected =
        code === 'EINVAL'
          ? '; it is no listening socket (a unit with Accept=yes hands over connections: use FD there)'
          : '';
      reject(
        new OpenError(label, `descriptor ${descriptor}: ${textOf(code) ?? String(error)}${connected}`, {
          final: true,
        }),
      );
    };
    server.once('error', fail);
    server.once('listening', () => {
      server.off('error', fail);
      resolve();
    });
    try {
      server.listen({ fd: descriptor });
    } catch (error) {
      fail(error);
    }
  });
}

/** The path of a unix socket by its descriptor, from /proc/net/unix (proc(5)); undefined where it can't be told. */
function pathOf(descriptor: number): string | undefined {
  try {
    const info = readFileSync('/proc/net/unix', 'utf8');
    const inode = String(fstatSync(descriptor).ino);
    for (const line of info.split('\n')) {
      const fields = line.trim().split(/\s+/);
      if (fields[6] === inode) return fields.slice(7).join(' ');
    }
  } catch {
    // Without /proc the socket works all the same, namelessly.
  }
  return undefined;
}
