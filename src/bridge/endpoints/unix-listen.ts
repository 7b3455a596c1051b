// UNIX-LISTEN: a listening unix stream socket.

import { createServer } from 'node:net';
import type { World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import { type Kind, kind } from '../kind.ts';
import {
  ACCEPT_OPTIONS,
  BACKLOG,
  checkAccept,
  type Listening,
  listenerEndpoint,
  untilListening,
} from './accept.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { MANNER_OPTIONS, mannersOf, PACKET_OPTIONS, packetManners } from './manners.ts';
import { unixPlace } from './places.ts';
import { bindWithMode, FILE_OPTIONS, OwnedEntry, prepareEntry } from './socket-file.ts';
import { readPath } from './socket-path.ts';
import {
  checkAdmit,
  GREETING_OPTIONS,
  greetClient,
  limitsOf,
  listedClients,
  SOURCE_OPTIONS,
} from './source-options.ts';

const UNIX_LISTEN_OPTIONS = [
  ...ACCEPT_OPTIONS,
  ...GREETING_OPTIONS,
  ...SOURCE_OPTIONS,
  ...MANNER_OPTIONS,
  ...PACKET_OPTIONS,
  ...PROCESS_OPTIONS,
  ...FILE_OPTIONS,
  'backlog',
] as const;

export const unixListen: Kind = kind({
  keywords: ['UNIX-LISTEN', 'UNIX-L'],
  parameters: ['path'],
  needed: 1,
  summary: 'a listening unix stream socket',
  options: UNIX_LISTEN_OPTIONS,
  plan: ({ label, given, parameters }, report) => {
    const [token] = parameters;
    checkAccept(given, report);
    checkAdmit(given, 'unix', report);
    const manners = packetManners(given, mannersOf(given, report));
    const path = token === undefined ? undefined : readPath(token, report);
    if (path === undefined) return undefined;
    const listener = {
      label,
      given,
      manners,
      limits: limitsOf(given, given),
      listen: (world: World) => listen(path, label, given, world),
    };
    return around(given, report, listenerEndpoint(listener));
  },
});

async function listen(
  path: string,
  label: string,
  given: Given<(typeof UNIX_LISTEN_OPTIONS)[number]>,
  world: World,
): Promise<Listening> {
  const refuse = await listedClients(given, label, world);
  const greet = await greetClient(given, label, world);
  const entry = await prepareEntry(path, label, given);
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
  bindWithMode(entry, () =>
    server.listen({ path, backlog: given.count('backlog') ?? BACKLOG, exclusive: true }),
  );
  await untilListening(server, label, unixPlace(path), (code) =>
    code === 'EADDRINUSE'
      ? 'something stands at the path; unlink-early removes a socket that is left over'
      : undefined,
  );
  let owned: OwnedEntry;
  try {
    owned = new OwnedEntry(entry, world);
  } catch (error) {
    server.close();
    throw error;
  }
  return {
    server,
    where: unixPlace(path),
    path,
    ...(refuse === undefined ? {} : { refuse }),
    ...(greet === undefined ? {} : { greet }),
    close: () => owned.release(server),
  };
}
