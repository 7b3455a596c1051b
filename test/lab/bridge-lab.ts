// What the bridge's labs have in common: a bridge that is started and always ended, backends, clients, and a look into
// /proc.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cleanEnv } from '../spawn.ts';

/** What a test ends with. */
export interface Test {
  teardown(task: () => unknown): unknown;
}

/** How a process ended. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A bridge at work. */
export class BridgeProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  log = '';
  stdout = '';
  #wake: (() => void)[] = [];

  constructor(child: ChildProcess) {
    this.child = child;
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
      this.#stir();
    });
    child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      this.stdout += text;
      this.#stir();
    });
    child.stdin?.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      child.once('close', (status, signal) => {
        resolve({ status, signal });
        this.#stir();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Waits until the log (or standard output) matches, or the process has ended, or time is up. */
  async until(pattern: RegExp, seconds = 10): Promise<RegExpExecArray> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(this.log) ?? pattern.exec(this.stdout);
      if (found !== null) return found;
      if (this.child.exitCode !== null || this.child.signalCode !== null || Date.now() > deadline) {
        throw new Error(`no ${pattern} in the log:\n${this.log}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake.push(resolve);
        setTimeout(resolve, 100);
      });
    }
  }

  /** The port that it listens on. */
  async port(): Promise<number> {
    return Number((await this.until(/listening on AF=\d+ \S+:(\d+)/))[1]);
  }

  /** Ends it. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }

  /** How many descriptors it has open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.pid}/fd`).length;
  }

  /** Its resident memory in bytes. */
  get memory(): number {
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1]) * 1024;
  }

  #stir(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

export interface Launch {
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the program: `prlimit --nofile=64`. */
  readonly under?: readonly string[];
  readonly stdin?: 'pipe' | 'ignore' | number;
  readonly stdout?: 'pipe' | number;
}

/** Starts a bridge; it is ended with the test. */
export function bridge(t: Test, args: readonly string[], launch: Launch = {}): BridgeProcess {
  const [command = '', ...words] = [...(launch.under ?? []), process.execPath, 'bin/sockbridge.js', ...args];
  const child = spawn(command, words, {
    env: cleanEnv(launch.env),
    stdio: [launch.stdin ?? 'ignore', launch.stdout ?? 'pipe', 'pipe'],
  });
  const started = new BridgeProcess(child);
  t.teardown(() => {
    child.kill('SIGKILL');
  });
  return started;
}

/** A folder that goes with the test; short, for the paths of sockets. */
export function folder(t: Test): string {
  const path = mkdtempSync(join(tmpdir(), 'sb-'));
  t.teardown(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A server on a path, or for `tcp` on a free port of 127.0.0.1; ended with the test, its connections too. */
export async function backend(
  t: Test,
  where: string,
  serve: (socket: Socket) => void,
): Promise<{ readonly server: Server; readonly port: number; readonly sockets: ReadonlySet<Socket> }> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => {
    if (where === 'tcp') server.listen(0, '127.0.0.1', 4096, resolve);
    else server.listen(where, 4096, resolve);
  });
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { server, port: typeof address === 'object' && address !== null ? address.port : 0, sockets };
}

/** A connection to a port of 127.0.0.1 or to a path; half-open, errors kept. */
export function dial(t: Test, where: number | string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket =
      typeof where === 'number'
        ? connect({ port: where, host: '127.0.0.1', allowHalfOpen: true })
        : connect({ path: where, allowHalfOpen: true });
    t.teardown(() => socket.destroy());
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

/** All that comes from a socket until its end; the error where it broke. */
export function all(socket: Socket): Promise<{ readonly text: string; readonly error: string | undefined }> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece: string) => {
      text += piece;
    });
    socket.on('end', () => resolve({ text, error: undefined }));
    socket.on('error', (error) =>
      resolve({ text, error: 'code' in error ? String(error.code) : error.message }),
    );
  });
}

/** A port that is free now. */
export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

export function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until something is so, or time is up; gives whether it came to be. */
export async function eventually(condition: () => boolean, seconds = 10): Promise<boolean> {
  const deadline = Date.now() + seconds * 1000;
  while (!condition()) {
    if (Date.now() > deadline) return false;
    await sleep(20);
  }
  return true;
}
