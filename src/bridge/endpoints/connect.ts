// Waits until a socket that was told to connect has done so: connect-timeout, and what connect(2) says of a failure.

import type { Socket } from 'node:net';
import { OpenError } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';

/** The options that are read here. */
export const CONNECT_OPTIONS = ['connect-timeout'] as const;

/** A connected socket. `explain` may add to what the system says of a failure. Throws OpenError. */
export function connected(
  label: string,
  where: string,
  given: Pick<Given<(typeof CONNECT_OPTIONS)[number]>, 'seconds'>,
  start: () => Socket,
  explain?: (code: string) => string | undefined,
): Promise<Socket> {
  const seconds = given.seconds('connect-timeout');
  return new Promise((resolve, reject) => {
    const socket = start();
    let timer: NodeJS.Timeout | undefined;
    const fail = (error: Error): void => {
      clearTimeout(timer);
      const code = codeOf(error);
      const more = explain?.(code);
      const reason = `connect(${where}): ${reasonOf(error)}${more === undefined ? '' : ` (${more})`}`;
      reject(new OpenError(label, reason, { code }));
    };
    if (seconds !== undefined) {
      timer = setTimeout(() => {
        socket.destroy();
        reject(
          new OpenError(label, `connect(${where}): Connection timed out`, { option: 'connect-timeout' }),
        );
      }, seconds * 1000);
    }
    socket.once('error', fail);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.off('error', fail);
      resolve(socket);
    });
  });
}
