// ABSTRACT-LISTEN, ABSTRACT-CONNECT and ABSTRACT-CLIENT: unix sockets with a name that is not in the file system (unix(7)).

import { connect, createServer } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { ACCEPT_OPTIONS, BACKLOG, checkAccept, listenerEndpoint, untilListening } from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { ATTEMPT_OPTIONS, persist } from './attempts.ts';
import { CONNECT_OPTIONS, connected } from './connect.ts';
import { AGAIN_OPTIONS, again } from './connect-again.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';
import { unixPlace } from './places.ts';
import { socketEnd } from './socket-end.ts';
import { readPath } from './socket-path.ts';
import { limitsOf } from './source-options.ts';

const ABSTRACT_LISTEN_OPTIONS = [
  ...ACCEPT_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
  'backlog',
] as const;
const ABSTRACT_CONNECT_OPTIONS = [
  ...AGAIN_OPTIONS,
  ...ATTEMPT_OPTIONS,
  ...CONNECT_OPTIONS,
  ...MANNER_OPTIONS,
  ...PROCESS_OPTIONS,
] as const;

type ConnectOption = (typeof ABSTRACT_CONNECT_OPTIONS)[number];

export const abstractListen: Kind = kind({
  keywords: ['ABSTRACT-LISTEN', 'ABSTRACT-L'],
  parameters: ['name'],
  needed: 1,
  summary: 'a listening abstract unix socket',
  options: ABSTRACT_LISTEN_OPTIONS,
  plan: ({ label, given, parameters }, report) => {
    const [token] = parameters;
    checkAccept(given, report);
    const manners = mannersOf(given, report);
    const name = token === undefined ? undefined : readPath(token, report);
    if (name === undefined) return undefined;
    const where = unixPlace(`@${name}`);
    const listener = {
      label,
      given,
      manners,
      limits: limitsOf(given, undefined),
      listen: async () => {
        needTight(label);
        const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
        server.listen({ path: `\0${name}`, backlog: given.count('backlog') ?? BACKLOG, exclusive: true });
        await untilListening(server, label, where);
        return {
          server,
          where,
          path: `@${name}`,
          close: () => {
            server.close();
          },
        };
      },
    };
    return around(given, report, listenerEndpoint(listener));
  },
});

export const abstractConnect: Kind = kind({
  keywords: ['ABSTRACT-CONNECT'],
  parameters: ['name'],
  needed: 1,
  summary: 'a connection to an abstract unix stream socket',
  options: ABSTRACT_CONNECT_OPTIONS,
  plan,
});

/** As with UNIX-CLIENT, stream sockets only. */
export const abstractClient: Kind = kind({
  keywords: ['ABSTRACT-CLIENT', 'ABSTRACT'],
  parameters: ['name'],
  needed: 1,
  summary: 'a connection to an abstract unix socket',
  options: ABSTRACT_CONNECT_OPTIONS,
  plan,
});

function plan({ label, given, parameters }: Written<ConnectOption>, report: Report): Endpoint | undefined {
  const [token] = parameters;
  const manners = mannersOf(given, report);
  const name = token === undefined ? undefined : readPath(token, report);
  if (name === undefined) return undefined;
  const where = unixPlace(`@${name}`);
  const open = async (world: World) => {
    needTight(label);
    const socket = await persist(given, world, () => {
      world.log.say('N', `opening connection to ${where}`);
      return connected(label, where, given, () => connect({ path: `\0${name}`, allowHalfOpen: true }));
    });
    world.log.say('N', 'successfully connected via unix socket');
    return socketEnd(socket, label, manners);
  };
  return again(
    given,
    report,
    around(given, report, { label, gives: true, takes: true, descriptors: 1, open }, manners),
  );
}

/** Node 20 fills such a name up with NULs to 108 bytes, so that nobody else would meet it there. */
function needTight(label: string): void {
  if (Number(process.versions.node.split('.')[0]) >= 22) return;
  throw new OpenError(
    label,
    `it needs Node 22; ${process.versions.node} would give the name 108 bytes, which nobody else does`,
    { final: true },
  );
}
