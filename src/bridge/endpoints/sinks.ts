// Where a bridge writes besides its addresses: log files, the system's log, raw copies of what is carried, a lock file.

import type { ChildProcess } from 'node:child_process';
import {
  closeSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { codeOf, reasonOf } from '../errno.ts';
import type { Level } from '../log.ts';

/** A file, a lock or a program that can't be had; one line. */
export class SinkError extends Error {}

/** A file that is appended to. */
export interface Appender {
  readonly write: (data: string | Uint8Array) => void;
  close(): void;
}

/** Appends to a file, which is made if it is not there. What can't be written any more is lost. Throws SinkError. */
export function appendTo(path: string, what: string, mode = 0o666): Appender {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'a', mode);
  } catch (error) {
    throw new SinkError(`${what} "${path}": ${reasonOf(error)}`);
  }
  return {
    write: (data) => writeAll(descriptor, typeof data === 'string' ? Buffer.from(data) : data),
    close: () => closeSync(descriptor),
  };
}

/** Writes at once. The text is lost where nothing can be written: people's connections are worth more than a log. */
export function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      if (codeOf(error) !== 'EAGAIN') return;
      // Non-blocking, because whoever shares it has set it so.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
    }
  }
}

/** syslog(3)'s severities. */
const SEVERITIES: Readonly<Record<Level, number>> = { F: 2, E: 3, W: 4, N: 5, I: 6, D: 7 };

/** The codes of syslog(3)'s facilities. */
const FACILITIES: readonly string[] =
  'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp ntp security console solaris local0 local1 local2 local3 local4 local5 local6 local7'.split(
    ' ',
  );

/**
 * Lines to the system's log by logger(1), which takes them on a pipe for as long as this process lives: Node has no
 * datagram sockets of the kind that /dev/log is. Each line has its priority in front (RFC 5424 section 6.2.1).
 */
export async function openSyslog(
  program: string,
  facility: string,
): Promise<(level: Level, text: string) => void> {
  const { spawn } = await import('node:child_process');
  const code = FACILITIES.indexOf(facility === 'security' ? 'auth' : facility);
  const child: ChildProcess = spawn(
    'logger',
    [
      '--prio-prefix',
      '-p',
      `${facility === 'security' ? 'auth' : facility}.notice`,
      '-t',
      `${program}[${process.pid}]`,
    ],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  await new Promise<void>((resolve, reject) => {
    child.once('error', (error) => reject(new SinkError(`logger: ${reasonOf(error)}`)));
    child.once('spawn', resolve);
  });
  child.stdin?.on('error', () => undefined);
  // It ends when its input does, which is when this process ends.
  child.unref();
  return (level, text) => {
    child.stdin?.write(`<${code * 8 + SEVERITIES[level]}>${level} ${text}\n`);
  };
}

/**
 * Makes a lock file with this process's number in it; false where it is there already. It is written under another name
 * and linked: nobody ever sees a lock that is empty. Throws SinkError. As with socat, what holds a stale one is for its
 * owner to remove.
 */
export function takeLock(path: string): boolean {
  try {
    lstatSync(path);
    return false;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw new SinkError(`lock "${path}": ${reasonOf(error)}`);
  }
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, `${process.pid}\n`, { flag: 'wx', mode: 0o644 });
    try {
      linkSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw new SinkError(`lock "${path}": ${reasonOf(error)}`);
  }
}

/** Removes a lock that takeLock made. */
export function releaseLock(path: string): void {
  try {
    unlinkSync(path);
  } catch {
    // Somebody has removed it: then it is released.
  }
}
