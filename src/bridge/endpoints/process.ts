// The process itself: its descriptors, and standard error as the place for log lines and dumps.

import { readdirSync, readFileSync } from 'node:fs';
import { writeAll } from './sinks.ts';

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
 * lost and the bridge goes on.
 */
export function writeStandardError(text: string): void {
  writeAll(2, Buffer.from(text));
}
