// The process itself: its descriptors, and standard error as the place for log lines and dumps.

import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { codeOf } from '../errno.ts';

/** How many descriptors the process may have open (nofile, the soft limit, which Node raises at its start) and has. */
export function descriptorUse(): { readonly most: number; readonly open: number } {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const most = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return {
      most: most === undefined ? Number.POSITIVE_INFINITY : Number(most),
      // One of them is the folder that is being read.
      open: readdirSync('/proc/self/fd').length - 1,
    };
  } catch {
    return { most: Number.POSITIVE_INFINITY, open: 0 };
  }
}

/**
 * Writes to standard error at once. Where it is gone (the reader of a pipe, a log daemon that was restarted) the text is
 * lost and the bridge goes on: people's connections are worth more than its log.
 */
export function writeStandardError(text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(2, bytes, done);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return;
      // Non-blocking, because whoever shares it has set it so.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}
