// What an address does to the process besides opening: a lock file first, another user afterwards. These options every
// type takes; EXEC and its like have them done to the program instead.

import { type Client, type Endpoint, OpenError, type Serving, type World } from '../endpoint.ts';
import { reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import { lock } from './lock-file.ts';
import { type Account, accountOf, groupId } from './lookup.ts';
import type { Manners } from './manners.ts';
import { shared } from './share.ts';

/** The options of a lock file. */
export const LOCK_OPTIONS = ['lockfile', 'waitlock'] as const;

/** Who the process becomes. */
export const IDENTITY_OPTIONS = [
  'substuser',
  'substuser-early',
  'substuser-delayed',
  'setuid',
  'setuid-early',
  'setgid',
  'setgid-early',
] as const;

/** Both. */
export const PROCESS_OPTIONS = [...LOCK_OPTIONS, ...IDENTITY_OPTIONS] as const;

/** An endpoint with what these options ask for put around its opening. */
export function around(
  given: Given<(typeof PROCESS_OPTIONS)[number]>,
  report: Report,
  endpoint: Endpoint,
  manners?: Manners,
): Endpoint {
  return locked(given, report, shared(manners, identified(given, endpoint)));
}

/** The lock file is there from before the opening to the end of what was opened. */
export function locked(
  given: Given<(typeof LOCK_OPTIONS)[number]>,
  report: Report,
  endpoint: Endpoint,
): Endpoint {
  const file = given.text('lockfile');
  const waited = given.text('waitlock');
  if (file !== undefined && waited !== undefined) {
    report('BRG010', given.token('waitlock')?.span, 'options lockfile and waitlock contradict each other');
  }
  const path = file ?? waited;
  if (path === undefined) return endpoint;
  const take = (world: World): Promise<() => void> =>
    lock(path, waited === undefined ? 'fail' : 'wait', endpoint.label, world);
  const { service } = endpoint;
  return {
    ...endpoint,
    open: async (world, use) => {
      const release = await take(world);
      try {
        return released(await endpoint.open(world, use), release);
      } catch (error) {
        release();
        throw error;
      }
    },
    ...(service === undefined
      ? {}
      : {
          service: {
            ...service,
            serve: async (world, use, takeEnd): Promise<Serving> => {
              const release = await take(world);
              const serving = await service.serve(world, use, takeEnd);
              return {
                ...serving,
                close: () => {
                  serving.close();
                  release();
                },
              };
            },
          },
        }),
  };
}

function released(end: Client, release: () => void): Client {
  return {
    ...end,
    dispose: (parting) => {
      end.dispose(parting);
      release();
    },
  };
}

/**
 * The process becomes another user before the opening (early) or after it, which for a listener is as soon as it
 * listens. With socat only the child that serves a connection does, here it is the one process that there is.
 */
function identified(given: Given<(typeof IDENTITY_OPTIONS)[number]>, endpoint: Endpoint): Endpoint {
  const early = {
    user: given.account('substuser-early'),
    uid: given.account('setuid-early'),
    gid: given.account('setgid-early'),
    option: 'substuser-early',
  };
  const late = {
    user: given.account('substuser') ?? given.account('substuser-delayed'),
    uid: given.account('setuid'),
    gid: given.account('setgid'),
    option: 'substuser',
  };
  if ([early, late].every(({ user, uid, gid }) => (user ?? uid ?? gid) === undefined)) return endpoint;
  const { service, label } = endpoint;
  return {
    ...endpoint,
    open: async (world, use) => {
      // Names are looked up first: whoever was changed into may not be able to.
      const then = await identityOf(late, label);
      become(await identityOf(early, label), label);
      const end = await endpoint.open(world, use);
      try {
        become(then, label);
      } catch (error) {
        end.dispose('cut');
        throw error;
      }
      return end;
    },
    ...(service === undefined
      ? {}
      : {
          service: {
            ...service,
            serve: async (world, use, take): Promise<Serving> => {
              const then = await identityOf(late, label);
              become(await identityOf(early, label), label);
              const serving = await service.serve(world, use, take);
              try {
                become(then, label);
              } catch (error) {
                serving.close();
                throw error;
              }
              return serving;
            },
          },
        }),
  };
}

interface Asked {
  readonly user: string | undefined;
  readonly uid: string | undefined;
  readonly gid: string | undefined;
  readonly option: string;
}

/** Who to become; what is undefined stays as it is. */
export interface Identity {
  readonly account: Account | undefined;
  readonly uid: number | undefined;
  readonly gid: number | undefined;
}

/** Looks up the names. Throws OpenError. */
export async function identityOf({ user, uid, gid, option }: Asked, label: string): Promise<Identity> {
  const stay = option.endsWith('-early') ? '-early' : '';
  const account = user === undefined ? undefined : await accountOf(user);
  if (user !== undefined && account === undefined) throw unknown(label, 'user', user, option);
  const owner = uid === undefined ? undefined : await accountOf(uid);
  if (uid !== undefined && owner === undefined) throw unknown(label, 'user', uid, `setuid${stay}`);
  const group = gid === undefined ? undefined : await groupId(gid);
  if (gid !== undefined && group === undefined) throw unknown(label, 'group', gid, `setgid${stay}`);
  return { account, uid: owner?.uid, gid: group };
}

function unknown(label: string, what: string, name: string, option: string): OpenError {
  return new OpenError(label, `no such ${what} ${JSON.stringify(name)}`, { option, final: true });
}

/** Groups first, then the group, then the user: after that the rest would not be allowed any more. */
function become({ account, uid, gid }: Identity, label: string): void {
  const { setgid, setuid, getuid, getgid } = process;
  if (setgid === undefined || setuid === undefined) return;
  try {
    // A second connection finds it done.
    if (account !== undefined && getuid?.() !== account.uid) {
      // The types have forgotten it.
      if ('initgroups' in process && typeof process.initgroups === 'function')
        Reflect.apply(process.initgroups, process, [account.name, account.gid]);
      setgid(account.gid);
      setuid(account.uid);
    }
    if (gid !== undefined && getgid?.() !== gid) setgid(gid);
    if (uid !== undefined && getuid?.() !== uid) setuid(uid);
  } catch (error) {
    throw new OpenError(label, `can not become another user: ${reasonOf(error)}`, { final: true });
  }
}
