// The machine that a rehearsal is played on: namespaces, wires and programs with names that tell whose they are, all of which
// end() takes away, and what an earlier rehearsal left that was killed.

import type { Io } from '../../../command/io.ts';
import type { Child, Children } from '../../../host/children.ts';
import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../host/host.ts';

/** Thrown inside a rehearsal that is to end early. */
export class Stopped extends Error {}

/** Thrown where the machine did not do what it was asked. */
export class StageError extends Error {}

const NAMESPACES = '/run/netns';
const FOLDERS = '/run';
/** Of namespaces and folders: the process that made them, and when it was born. */
const OURS = /^pnr-(\d+)-(\d+)(?:-|$)/;

export class Stage {
  readonly children: Children;
  /** Of this rehearsal: files and sockets. */
  readonly folder: string;
  readonly #host: Host;
  readonly #name: string;
  readonly #namespaces: string[] = [];
  readonly #programs: Child[] = [];
  #stopped = false;

  constructor(io: Io, children: Children) {
    this.#host = io.host;
    this.children = children;
    this.#name = `pnr-${children.pid}-${children.born}`;
    this.folder = `${FOLDERS}/${this.#name}`;
    this.#host.makeFolder(this.folder);
  }

  /** Takes away what rehearsals left that are no more; gives how many these were. */
  static async sweep(io: Io, children: Children): Promise<number> {
    const dead = new Set<string>();
    for (const name of [...children.list(NAMESPACES), ...children.list(FOLDERS)]) {
      const [, pid, born] = OURS.exec(name) ?? [];
      if (pid !== undefined && children.bornOf(Number(pid)) !== born) dead.add(`pnr-${pid}-${born ?? ''}`);
    }
    for (const name of dead) {
      const spaces = children.list(NAMESPACES).filter((each) => each.startsWith(`${name}-`));
      await takeAway(spaces, io.host, children);
      children.removeFolder(`${FOLDERS}/${name}`);
    }
    return dead.size;
  }

  /** What is to be done next throws Stopped. */
  stop(): void {
    this.#stopped = true;
  }

  /** The full name of a namespace. */
  space(name: string): string {
    return `${this.#name}-${name}`;
  }

  /** A new namespace in which packets are forwarded and no source is checked, until a router's own settings say otherwise. */
  async addSpace(name: string): Promise<void> {
    const full = this.space(name);
    this.#namespaces.push(full);
    await this.must(['ip', 'netns', 'add', full]);
    await this.inside(name, [
      ...['sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0'],
      ...['net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1'],
      ...['net.ipv4.conf.all.rp_filter=0', 'net.ipv4.conf.default.rp_filter=0'],
    ]);
    await this.ip(name, ['link set lo up']);
  }

  /** Commands of ip(8) inside a namespace, all of them by one process. */
  async ip(name: string, lines: readonly string[]): Promise<void> {
    const input = new TextEncoder().encode(lines.map((line) => `${line}\n`).join(''));
    await this.must(['ip', '-n', this.space(name), '-batch', '-'], input);
  }

  /** Runs a program inside a namespace, and throws where it fails. */
  async inside(name: string, argv: readonly string[]): Promise<string> {
    return this.must(['ip', 'netns', 'exec', this.space(name), ...argv]);
  }

  /** What a program inside a namespace answers, whatever its status. */
  async ask(name: string, argv: readonly string[]): Promise<string> {
    if (this.#stopped) throw new Stopped();
    const { stdout } = await this.#host.run(['ip', 'netns', 'exec', this.space(name), ...argv]);
    return new TextDecoder().decode(stdout);
  }

  async must(argv: readonly string[], input?: Uint8Array): Promise<string> {
    if (this.#stopped) throw new Stopped();
    const { status, stdout, stderr } = await this.#host.run(argv, input);
    const said = new TextDecoder().decode(stdout);
    if (status !== 0)
      throw new StageError(`${argv.join(' ')}: ${`${new TextDecoder().decode(stderr)}${said}`.trim()}`);
    return said;
  }

  /** Starts a program inside a namespace; what it prints goes into a file of the folder. */
  async start(name: string, argv: readonly string[], log: string): Promise<Child> {
    if (this.#stopped) throw new Stopped();
    const child = await this.children.start(
      ['ip', 'netns', 'exec', this.space(name), ...argv],
      `${this.folder}/${log}`,
    );
    this.#programs.push(child);
    return child;
  }

  /** Writes a file below the folder; `owner` gets it and the folder that it stands in. */
  async write(path: string, text: string, owner?: string): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/'));
    this.#host.makeFolder(folder);
    this.#host.create(path, new TextEncoder().encode(text), owner === undefined ? 0o600 : 0o640);
    if (owner !== undefined) await this.must(['chown', owner, folder, path]);
  }

  /** The text of a file that a program of ours writes. */
  read(path: string): string {
    const decoder = new TextDecoder();
    let text = '';
    for (const chunk of this.#host.chunks(path)) text += decoder.decode(chunk, { stream: true });
    return text;
  }

  exists(path: string): boolean {
    return this.#host.stat(path) !== undefined;
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.children.now();
  }

  /** Waits until something holds; gives the milliseconds that it took, undefined where it did not come to hold in time. */
  async until(holds: () => Promise<boolean>, seconds: number, every = 50): Promise<number | undefined> {
    const start = this.now();
    while (!(await holds())) {
      if (this.now() - start > seconds * 1000) return undefined;
      await this.pause(every);
    }
    return this.now() - start;
  }

  async pause(milliseconds: number): Promise<void> {
    // In short pieces: an end by a signal must not wait for a long one.
    for (let left = milliseconds; left > 0; left -= 100) {
      if (this.#stopped) throw new Stopped();
      await this.children.sleep(Math.min(left, 100));
    }
  }

  /** Takes everything away. Never stops halfway: what can't be taken away is left for the next rehearsal. */
  async end(): Promise<void> {
    await Promise.all(this.#programs.map((child) => child.end('SIGKILL')));
    await takeAway(this.#namespaces, this.#host, this.children);
    this.children.removeFolder(this.folder);
  }
}

/** Ends what runs in namespaces, and removes them. */
async function takeAway(spaces: readonly string[], host: Host, children: Children): Promise<void> {
  for (const space of spaces) {
    try {
      const { stdout } = await host.run(['ip', 'netns', 'pids', space]);
      for (const pid of new TextDecoder().decode(stdout).split('\n')) {
        if (/^\d+$/.test(pid)) children.kill(Number(pid), 'SIGKILL');
      }
      await host.run(['ip', 'netns', 'del', space]);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
    }
  }
}
