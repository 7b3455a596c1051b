// OPEN, CREATE, GOPEN and the named PIPE: what stands at a path, or is made there.

import { constants, lstatSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { type Endpoint, OpenError, type World } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { connected } from './connect.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { checkOpen, OPEN_OPTIONS, type OpenOption, openPath, pathOf, readFilePath } from './open-file.ts';
import { unixPlace } from './places.ts';
import { socketEnd } from './socket-end.ts';

const FILE_KIND_OPTIONS = [...OPEN_OPTIONS, ...MANNER_OPTIONS, ...PROCESS_OPTIONS] as const;

type FileOption = (typeof FILE_KIND_OPTIONS)[number];

/** What open(2) gives a new file unless option mode says otherwise; the umask takes from it. */
const MODE = 0o666;

/** How a type comes to what is read and written. */
type Open = (path: string, written: Plan, world: World, use: 'both' | 'read' | 'write') => Promise<End>;

interface Plan {
  readonly label: string;
  readonly given: Given<OpenOption>;
  readonly manners: Manners;
}

export const open: Kind = fileKind(['OPEN', 'FILE'], 'a file', true, (path, plan, world, use) =>
  openPath({ ...plan, path, flags: 0, mode: MODE, removed: false }, world, use),
);

/** creat(2): for writing only, and emptied. */
export const create: Kind = fileKind(['CREATE', 'CREAT'], 'a new file', false, (path, plan, world, use) =>
  openPath(
    {
      ...plan,
      path,
      flags: constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC,
      mode: MODE,
      removed: false,
    },
    world,
    use,
  ),
);

export const gopen: Kind = fileKind(
  ['GOPEN'],
  'whatever stands at a path',
  true,
  async (path, plan, world, use) => {
    const found = statSync(path, { throwIfNoEntry: false });
    if (found?.isSocket() === true) {
      const { label, manners } = plan;
      const where = unixPlace(path);
      world.log.say('N', `opening connection to ${where}`);
      const socket = await connected(label, where, NO_TIMEOUT, () => connect({ path, allowHalfOpen: true }));
      return socketEnd(socket, label, manners);
    }
    // What is there is added to, and what is not there is made: socat(1), GOPEN.
    const flags = found === undefined ? constants.O_CREAT : found.isFile() ? constants.O_APPEND : 0;
    return openPath({ ...plan, path, flags, mode: MODE, removed: false }, world, use);
  },
);

const NO_TIMEOUT = { seconds: () => undefined };

/** A named pipe, made where nothing stands, and then removed at the end. */
export const namedPipe: Open = async (path, plan, world, use) => {
  const there = lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  const early = plan.given.flag('unlink-early') === true || plan.given.flag('unlink') === true;
  if (!there || early) await makeFifo(path, plan, early && there);
  const made = !there || early;
  // Making way once is enough.
  return openPath({ ...plan, path, flags: 0, mode: MODE, removed: made }, world, use);
};

/** mkfifo(1), since Node has no call. Throws OpenError. */
async function makeFifo(path: string, { label, given }: Plan, replace: boolean): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const { unlinkSync } = await import('node:fs');
  if (replace) {
    try {
      unlinkSync(path);
    } catch (error) {
      throw new OpenError(label, `${path}: ${reasonOf(error)}`, { option: 'unlink-early', final: true });
    }
  }
  const umask = given.mode('umask') ?? process.umask();
  const mode = (given.mode('perm') ?? MODE & ~umask).toString(8);
  const { status, stderr, error } = spawnSync('mkfifo', ['-m', mode, '--', path], { encoding: 'utf8' });
  if (status === 0) return;
  const why = error === undefined ? stderr.trim() : `mkfifo: ${reasonOf(error)}`;
  throw new OpenError(label, why, { final: true, code: codeOf(error) });
}

function fileKind(
  keywords: readonly [string, ...string[]],
  summary: string,
  gives: boolean,
  open: Open,
): Kind {
  return kind({
    keywords,
    parameters: ['path'],
    needed: 1,
    summary,
    options: FILE_KIND_OPTIONS,
    plan: (written, report) => {
      const { label, given, parameters } = written;
      const manners = mannersOf(given, report);
      checkOpen(given, report);
      const path = readFilePath(parameters[0], report);
      if (path === undefined) return undefined;
      return fileEndpoint(written, manners, gives, report, (world, use) =>
        open(pathOf(path, given), { label, given, manners }, world, use),
      );
    },
  });
}

/** The endpoint of a path. */
export function fileEndpoint(
  { label, given }: Pick<Written<FileOption>, 'label' | 'given'>,
  manners: Manners,
  gives: boolean,
  report: Report,
  open: Endpoint['open'],
): Endpoint {
  const reads = gives && given.flag('o-wronly') !== true;
  const writes = given.flag('o-rdonly') !== true;
  return around(given, report, { label, gives: reads, takes: writes, descriptors: 1, open }, manners);
}
