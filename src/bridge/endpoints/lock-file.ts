// Lock files: made by whoever comes first, removed by him at his end; the others fail or wait.

import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs';
import { OpenError, type World } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';

/** Milliseconds between looks at a lock that somebody holds: socat's second. */
const PAUSE = 1000;

/** Takes the lock, and gives what releases it. Throws OpenError where it is held and not to be waited for. */
export async function lock(
  path: string,
  held: 'fail' | 'wait',
  label: string,
  world: Pick<World, 'log' | 'atExit'>,
): Promise<() => void> {
  const option = held === 'fail' ? 'lockfile' : 'waitlock';
  for (let looks = 0; ; looks++) {
    try {
      const descriptor = openSync(path, 'wx', 0o600);
      writeSync(descriptor, `${process.pid}\n`);
      closeSync(descriptor);
      break;
    } catch (error) {
      if (codeOf(error) !== 'EEXIST')
        throw new OpenError(label, `${path}: ${reasonOf(error)}`, { option, final: true });
      if (held === 'fail') throw new OpenError(label, `the lock ${path} is held`, { option, final: true });
    }
    if (looks === 0) world.log.say('N', `waiting for the lock ${path}`);
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  const remove = (): void => {
    try {
      unlinkSync(path);
    } catch {
      // Somebody has removed it already.
    }
  };
  const forget = world.atExit(remove);
  let taken = true;
  return () => {
    if (!taken) return;
    taken = false;
    forget();
    remove();
  };
}
