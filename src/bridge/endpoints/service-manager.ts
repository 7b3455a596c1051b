// Tells systemd how the bridge is: sd_notify(3). Node has no datagram sockets of the unix kind, so systemd-notify(1) is run
// for each message; a unit needs NotifyAccess=all for that. One message at a time, since their order counts.

import { spawn } from 'node:child_process';
import { reasonOf } from '../errno.ts';
import type { Log } from '../log.ts';
import type { Observer } from '../observer.ts';

/** The least time between two messages of how many connections there are, in milliseconds. */
const STATUS_EVERY = 5000;

type Env = Readonly<Record<string, string | undefined>>;

/** The observer that tells it; and while the bridge is up, that it is alive, as often as the unit asks (WatchdogSec=). */
export function serviceManager(env: Env, log: Log): Observer {
  const manager = new Manager(env, log);
  return {
    listening: () => manager.ready(),
    began: () => manager.count(1),
    ended: () => manager.count(-1),
    draining: (left) => manager.send('STOPPING=1', `STATUS=Draining, ${left} left`),
    // For Type=notify-reload the time has to be told, in microseconds of CLOCK_MONOTONIC.
    reloading: () => manager.send('RELOADING=1', `MONOTONIC_USEC=${process.hrtime.bigint() / 1000n}`),
    reloaded: (failed) =>
      manager.send('READY=1', `STATUS=${failed ? 'Reading files anew failed' : 'Files were read anew'}`),
  };
}

class Manager {
  readonly #env: Env;
  readonly #log: Log;
  readonly #messages: string[][] = [];
  #busy = false;
  #broken = false;
  #open = 0;
  #all = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(env: Env, log: Log) {
    this.#env = env;
    this.#log = log;
  }

  ready(): void {
    this.send('READY=1', 'STATUS=Listening');
    const interval = watchdogInterval(this.#env, process.pid);
    if (interval === undefined) return;
    setInterval(() => this.send('WATCHDOG=1'), interval).unref();
  }

  count(change: 1 | -1): void {
    this.#open += change;
    if (change === 1) this.#all++;
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.send(`STATUS=${this.#open} connections, ${this.#all} since the start`);
    }, STATUS_EVERY);
    this.#timer.unref();
  }

  send(...message: string[]): void {
    if (this.#broken) return;
    this.#messages.push(message);
    if (!this.#busy) this.#next();
  }

  #next(): void {
    const message = this.#messages.shift();
    this.#busy = message !== undefined;
    if (message === undefined) return;
    const child = spawn('systemd-notify', message, {
      env: { ...this.#env },
      stdio: ['ignore', 'ignore', 'ignore'],
    });
    child.once('error', (error) => {
      this.#broken = true;
      this.#log.say('W', `systemd-notify: ${reasonOf(error)}; the service manager is not told anything`);
    });
    child.once('close', () => this.#next());
  }
}

/** Milliseconds between two signs of life, half of what sd_watchdog_enabled(3) allows; undefined where none are wanted. */
export function watchdogInterval(env: Env, pid: number): number | undefined {
  const { WATCHDOG_USEC: limit, WATCHDOG_PID: who } = env;
  if (limit === undefined || !/^[1-9]\d{0,14}$/.test(limit)) return undefined;
  if (who !== undefined && who !== String(pid)) return undefined;
  return Math.min(Math.max(1, Math.floor(Number(limit) / 2000)), 2_147_483_647);
}
