// Real routing daemons in network namespaces, for the labs: FRR and BIRD, each told exactly where its files are, and all
// of them ended by their process ids. Everything is under one temporary folder, and gone afterwards.

import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a finished command left. */
export interface Ran {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs a command to its end; twenty seconds are more than any here needs. */
export function run(command: string, ...words: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, words, {
    encoding: 'utf8',
    timeout: 20_000,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { status: error === undefined ? status : null, out: stdout ?? '', err: stderr ?? String(error) };
}

/** Why there can be no lab here, or undefined where there can. */
export function lacking(): string | undefined {
  if (process.getuid?.() !== 0) return 'network namespaces need root';
  const wanted = ['/usr/lib/frr/zebra', '/usr/lib/frr/staticd', '/usr/lib/frr/bgpd', '/usr/lib/frr/bfdd'];
  const missing = wanted.filter((path) => !existsSync(path));
  for (const program of ['ip', 'vtysh', 'bird', 'birdc', 'bgpd', 'bgpctl', 'sysctl'])
    if (run('sh', '-c', `command -v ${program}`).status !== 0) missing.push(program);
  if (missing.length > 0)
    return `not installed: ${missing.join(', ')} (packages frr, bird2, openbgpd, iproute2, procps)`;
  const probe = `pn-${process.pid}-probe`;
  const made = run('ip', 'netns', 'add', probe);
  run('ip', 'netns', 'del', probe);
  return made.status === 0 ? undefined : `no network namespaces here: ${made.err.trim()}`;
}

/** Namespaces, links and daemons, which `end` takes away again. */
export class Lab {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'penstock-bgp-'));
  readonly #namespaces: string[] = [];
  readonly #pidFiles: string[] = [];
  #instances = 0;

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** A new namespace; its name in the system is made unique by our process id. */
  namespace(name: string): string {
    const full = `pn-${process.pid}-${name}`;
    must(run('ip', 'netns', 'add', full));
    this.#namespaces.push(full);
    // An address must be usable at once, without looking for its double first.
    must(
      run(
        'ip',
        'netns',
        'exec',
        full,
        'sysctl',
        '-qw',
        'net.ipv6.conf.all.accept_dad=0',
        'net.ipv6.conf.default.accept_dad=0',
      ),
    );
    must(run('ip', '-n', full, 'link', 'set', 'lo', 'up'));
    return full;
  }

  /** A wire between two namespaces, with the addresses of its ends. */
  wire(a: End, b: End): void {
    must(
      run(
        'ip',
        'link',
        'add',
        a.name,
        'netns',
        a.namespace,
        'type',
        'veth',
        'peer',
        'name',
        b.name,
        'netns',
        b.namespace,
      ),
    );
    for (const end of [a, b]) {
      for (const address of end.addresses) {
        must(
          run(
            'ip',
            '-n',
            end.namespace,
            'addr',
            'add',
            address,
            'dev',
            end.name,
            ...(address.includes(':') ? ['nodad'] : []),
          ),
        );
      }
      must(run('ip', '-n', end.namespace, 'link', 'set', end.name, 'up'));
    }
  }

  /** FRR's daemons with no configuration yet, in a namespace. */
  frr(
    namespace: string,
    daemons: readonly string[] = ['zebra', 'staticd', 'bgpd'],
    options: Readonly<Record<string, readonly string[]>> = {},
  ): Frr {
    const folder = join(this.folder, `frr${++this.#instances}`);
    mkdirSync(folder);
    const uid = Number(run('id', '-u', 'frr').out);
    const gid = Number(run('id', '-g', 'frr').out);
    chownSync(folder, uid, gid);
    writeFileSync(join(folder, 'vtysh.conf'), '');
    const pidFiles = new Map<string, string>();
    for (const daemon of daemons) {
      const configuration = join(folder, `${daemon}.conf`);
      writeFileSync(configuration, '');
      chownSync(configuration, uid, gid);
      const pidFile = join(folder, `${daemon}.pid`);
      const words = [
        '-d',
        '-f',
        configuration,
        '-i',
        pidFile,
        '-z',
        join(folder, 'zserv.api'),
        '--vty_socket',
        folder,
      ];
      words.push(...(options[daemon] ?? []));
      if (daemon === 'bfdd') words.push('--bfdctl', join(folder, 'bfdd.sock'));
      // Through files: a daemon that inherits a pipe would keep us waiting for its end.
      const command = `exec ip netns exec ${namespace} /usr/lib/frr/${daemon} ${words.join(' ')} -A 127.0.0.1 -P 0 </dev/null >${folder}/${daemon}.log 2>&1`;
      this.#pidFiles.push(pidFile);
      pidFiles.set(daemon, pidFile);
      must(run('sh', '-c', command), () => readFileSync(`${folder}/${daemon}.log`, 'utf8'));
    }
    return new Frr(folder, pidFiles);
  }

  /** BIRD with a configuration, in a namespace. */
  bird(namespace: string, configuration: string): Bird {
    const base = join(this.folder, `bird${++this.#instances}`);
    writeFileSync(`${base}.conf`, configuration);
    this.#pidFiles.push(`${base}.pid`);
    must(
      run(
        'ip',
        'netns',
        'exec',
        namespace,
        'bird',
        '-c',
        `${base}.conf`,
        '-s',
        `${base}.ctl`,
        '-P',
        `${base}.pid`,
      ),
    );
    return new Bird(base);
  }

  /** OpenBGPD with a configuration, in a namespace. It stays in the foreground, and its parent's end is the end of all. */
  openbgpd(namespace: string, configuration: string): OpenBgpd {
    const base = join(this.folder, `openbgpd${++this.#instances}`);
    mkdirSync('/run/openbgpd', { recursive: true });
    writeFileSync(`${base}.conf`, `socket "${base}.sock"\n${configuration}`, { mode: 0o600 });
    this.#pidFiles.push(`${base}.pid`);
    const command = `ip netns exec ${namespace} bgpd -d -f ${base}.conf </dev/null >${base}.log 2>&1 & echo $! >${base}.pid`;
    must(run('sh', '-c', command));
    return new OpenBgpd(base);
  }

  /** Ends every daemon and takes all namespaces and files away. */
  end(): void {
    for (const file of this.#pidFiles) endByFile(file);
    for (const name of this.#namespaces) run('ip', 'netns', 'del', name);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** One end of a wire. */
export interface End {
  readonly namespace: string;
  readonly name: string;
  readonly addresses: readonly string[];
}

/** A set of FRR daemons. */
export class Frr {
  readonly folder: string;
  readonly #pidFiles: ReadonlyMap<string, string>;

  constructor(folder: string, pidFiles: ReadonlyMap<string, string>) {
    this.folder = folder;
    this.#pidFiles = pidFiles;
  }

  /** Loads a whole configuration as the service does. */
  load(configuration: string): Ran {
    writeFileSync(join(this.folder, 'frr.conf'), configuration, { mode: 0o640 });
    return this.#vtysh('-b');
  }

  /** Runs commands of vtysh. */
  vtysh(...commands: readonly string[]): Ran {
    return this.#vtysh(...commands.flatMap((command) => ['-c', command]));
  }

  /** Changes the configuration by commands; throws where one is refused. */
  configure(...commands: readonly string[]): void {
    const ran = this.vtysh('configure terminal', ...commands);
    if (ran.status !== 0 || /%/.test(ran.out + ran.err))
      throw new Error(`${commands.join('; ')}: ${ran.out}${ran.err}`);
  }

  json(command: string): unknown {
    return JSON.parse(this.vtysh(`${command} json`).out);
  }

  /** The whole running configuration. */
  running(): string {
    return this.vtysh('show running-config').out.replace(/^[\s\S]*?Current configuration:\n/, '');
  }

  /** Kills a daemon as a crash would. */
  kill(daemon: string): void {
    const pid = pidIn(this.#pidFiles.get(daemon) ?? '');
    if (pid !== undefined) process.kill(pid, 'SIGKILL');
  }

  /** Ends the daemons of this set. */
  end(): void {
    for (const file of this.#pidFiles.values()) endByFile(file);
  }

  #vtysh(...words: readonly string[]): Ran {
    return run('vtysh', '--vty_socket', this.folder, '--config_dir', this.folder, ...words);
  }
}

/** A BIRD. */
export class Bird {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  ask(...words: readonly string[]): string {
    return run('birdc', '-s', `${this.#base}.ctl`, ...words).out;
  }

  /** The prefixes that came over a session, in order. */
  routes(session: string): string[] {
    return [...this.ask('show', 'route', 'protocol', session).matchAll(/^([0-9a-f:.]+\/\d+)\s/gm)]
      .map(([, prefix = '']) => prefix)
      .sort();
  }

  /** As reconfigure(), but tells whether the configuration was taken. */
  takes(configuration: string): boolean {
    writeFileSync(`${this.#base}.conf`, configuration);
    return /Reconfigured|Reconfiguration in progress/.test(this.ask('configure'));
  }

  reconfigure(configuration: string): void {
    writeFileSync(`${this.#base}.conf`, configuration);
    const said = this.ask('configure');
    if (!/Reconfigured|Reconfiguration in progress/.test(said)) throw new Error(said);
  }
}

/** An OpenBGPD. */
export class OpenBgpd {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  ask(...words: readonly string[]): string {
    return run('bgpctl', '-s', `${this.#base}.sock`, ...words).out;
  }

  log(): string {
    return readFileSync(`${this.#base}.log`, 'utf8');
  }

  /** Puts another configuration in place of the present one; tells whether it was taken. */
  reconfigure(configuration: string): boolean {
    writeFileSync(`${this.#base}.conf`, `socket "${this.#base}.sock"\n${configuration}`, { mode: 0o600 });
    return /request (sent|completed)|reload/i.test(this.ask('reload')) && !/failed/i.test(this.ask('reload'));
  }
}

/** Waits until something holds, and tells whether it came to hold. */
export async function until(holds: () => boolean, seconds: number): Promise<boolean> {
  const end = performance.now() + seconds * 1000;
  while (!holds()) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return true;
}

function must(ran: Ran, log: () => string = () => ''): void {
  if (ran.status !== 0) throw new Error(`${ran.out}${ran.err}${log()}`);
}

function pidIn(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Ends a daemon by the process id in its file, gently first, and waits until it is gone. */
function endByFile(file: string): void {
  const pid = pidIn(file);
  if (pid === undefined) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(pid, signal);
    } catch {
      break;
    }
    for (let tries = 0; tries < 20 && isRunning(pid); tries++)
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
    if (!isRunning(pid)) break;
  }
  rmSync(file, { force: true });
}

/** Whether a process is there and not merely waiting to be collected. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
