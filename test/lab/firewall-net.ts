// The machines of the firewall lab: a guarded one and a client, two network namespaces with a cable between them. The
// client has every address that a probe comes from; the guarded machine ends its own rules with a rejection that can be
// told from a closed port, so that a probe's answer says what the filter did with it.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Ended, run, start } from '../spawn.ts';

export interface Probe {
  readonly source: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
}

/** What the filter did: let it in, left it to the site's own rules, or dropped it. */
export type Verdict = 'accept' | 'return' | 'drop';

const GUARD = { 4: '10.99.0.2', 6: 'fd00:99::2' };
const CLIENT = { 4: '10.99.0.1', 6: 'fd00:99::1' };

/** Two namespaces; `guard` is the name of the guarded one. */
export class Net {
  readonly guard: string;
  readonly #client: string;
  #listener: ChildProcess | undefined;

  private constructor(name: string) {
    this.guard = `${name}-g`;
    this.#client = `${name}-c`;
  }

  /** Lays the cable, gives the client its addresses, and has the guarded one listen on TCP ports. */
  static async lay(name: string, sources: readonly string[], ports: readonly number[]): Promise<Net> {
    const net = new Net(name);
    try {
      await net.#set(sources, ports);
    } catch (error) {
      await net.remove();
      throw error;
    }
    return net;
  }

  async #set(sources: readonly string[], ports: readonly number[]): Promise<void> {
    await must(['ip', 'netns', 'add', this.guard]);
    await must(['ip', 'netns', 'add', this.#client]);
    const cable = ['type', 'veth', 'peer', 'fw', 'netns', this.#client];
    await must(['ip', 'link', 'add', 'fw', 'netns', this.guard, ...cable]);
    await this.#batch(this.guard, GUARD, [
      `route add default via ${CLIENT[4]}`,
      `route add ::/0 via ${CLIENT[6]}`,
    ]);
    await this.#batch(
      this.#client,
      CLIENT,
      sources.map((source) => `addr add ${source} dev fw${source.includes(':') ? ' nodad' : ''}`),
    );
    // Each answer is waited for, so none may be held back; the masks name the types whose rate is limited (2 never is).
    for (const setting of ['net.ipv4.icmp_ratemask=0', 'net.ipv6.icmp.ratemask=2'])
      await must(['ip', 'netns', 'exec', this.guard, 'sysctl', '-qw', setting]);
    if (ports.length === 0) return;
    const listener = startIn(this.guard, ['listen', ...ports.map(String)]);
    this.#listener = listener;
    if (listener.stdout === null) throw new Error('no output to read');
    const early = once(listener, 'exit').then(() => {
      throw new Error('the listener ended');
    });
    await Promise.race([once(listener.stdout, 'data'), early]);
    early.catch(() => undefined);
  }

  async #batch(name: string, own: Readonly<Record<4 | 6, string>>, lines: readonly string[]): Promise<void> {
    const all = [
      'link set lo up',
      'link set fw up',
      `addr add ${own[4]}/30 dev fw`,
      `addr add ${own[6]}/126 dev fw nodad`,
    ];
    await must(['ip', '-n', name, '-batch', '-'], [...all, ...lines].map((line) => `${line}\n`).join(''));
  }

  /** Runs a command on the guarded machine. */
  async on(argv: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return run(
      'ip',
      ['netns', 'exec', this.guard, 'env', ...Object.entries(env).map(([k, v]) => `${k}=${v}`), ...argv],
      {
        input,
      },
    );
  }

  /**
   * Sends every probe from the client and says what became of it. Ends once `answers` of them were answered: a dropped one
   * never is, and what is silent then counts as dropped.
   */
  async probe(probes: readonly Probe[], answers: number): Promise<readonly Verdict[]> {
    const child = start(
      'ip',
      ['netns', 'exec', this.#client, process.execPath, 'test/lab/firewall-probe.mjs'],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const verdicts: Verdict[] = probes.map(() => 'drop');
    child.stdin?.end(JSON.stringify({ probes, answers, guard: GUARD }));
    if (child.stdout === null) throw new Error('no output to read');
    for await (const line of createInterface(child.stdout)) {
      const [index = '', word = ''] = line.split(' ');
      const at = Number(index);
      if (word !== 'accept' && word !== 'return') throw new Error(`${JSON.stringify(probes[at])}: ${word}`);
      verdicts[at] = word;
    }
    if (child.exitCode === null) await once(child, 'exit');
    return verdicts;
  }

  /** Leads the client to more addresses of the guarded machine. */
  async route(addresses: readonly string[]): Promise<void> {
    const lines = addresses.map((each) => `route add ${each} via ${GUARD[each.includes(':') ? 6 : 4]}\n`);
    await must(['ip', '-n', this.#client, '-batch', '-'], lines.join(''));
  }

  /** Starts a program of Node in the client's namespace; it ends when its input does. */
  client(words: readonly string[]): ChildProcess {
    return start('ip', ['netns', 'exec', this.#client, process.execPath, ...words], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
  }

  /** Takes both away, with all that was loaded into them. */
  async remove(): Promise<void> {
    if (this.#listener !== undefined && this.#listener.exitCode === null) {
      this.#listener.kill();
      await once(this.#listener, 'exit');
    }
    for (const name of [this.guard, this.#client]) await run('ip', ['netns', 'del', name]);
  }
}

/** ip(8) becomes the program that it runs, so the pid is the program's own. */
function startIn(name: string, words: readonly string[]): ChildProcess {
  return start('ip', ['netns', 'exec', name, process.execPath, 'test/lab/firewall-probe.mjs', ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
}

async function must(argv: readonly string[], input = ''): Promise<void> {
  const [command = '', ...args] = argv;
  const { status, stderr } = await run(command, args, { input });
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}`);
}
