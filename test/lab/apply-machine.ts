// A machine for the labs of fwgen apply: the guarded namespace of the firewall lab with a site's own rules, a state folder of
// its own, and ways to run fwgen on it, to look at all that is loaded, and to send traffic that never stops.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { host, stream } from '../firewall/sample.ts';
import { type Ended, run, start } from '../spawn.ts';
import { Net } from './firewall-net.ts';

/** A way of loading: a target, and for those on iptables the backend. */
export interface Way {
  readonly name: string;
  readonly words: readonly string[];
  readonly tools: readonly string[];
  /** The site's own rules, a shell script: the last one counts traffic to port 7777, and drops it unless `lets`. */
  readonly site: string;
  /** Prints how many packets the last rule has counted. */
  readonly counted: string;
  /** Whether what the last rule counts has come through; it has been lost otherwise. */
  readonly lets: boolean;
}

export const PORT = 7777;

function xtables(backend: 'nft' | 'legacy', target: 'ipset' | 'iptables'): Way {
  const tools = [`iptables-${backend}`, `ip6tables-${backend}`];
  const rules = tools.map(
    (tool) => `${tool} -A INPUT -i lo -j ACCEPT; ${tool} -A INPUT -p udp --dport ${PORT} -j DROP`,
  );
  return {
    name: `${target} on iptables-${backend}`,
    words: ['--target', target, '--backend', backend],
    tools: [...tools, 'ipset'],
    site: rules.join('; '),
    counted: tools
      .map((tool) => `${tool}-save -c | sed -n 's/^\\[\\([0-9]*\\):.*--dport ${PORT} -j DROP/\\1/p'`)
      .join('; '),
    lets: false,
  };
}

function nftables(own: boolean): Way {
  return {
    name: own ? 'nftables, a table of its own' : 'nftables, in the table of the site',
    words: ['--target', 'nftables', ...(own ? ['--own-table', '--others', 'drop'] : [])],
    tools: ['nft'],
    site: `nft 'table inet filter {
 chain input { type filter hook input priority 0; policy accept; iif lo accept; udp dport ${PORT} counter ${own ? 'accept' : 'drop'}; }
}'`,
    counted: `nft list chain inet filter input | sed -n 's/.*dport ${PORT} counter packets \\([0-9]*\\).*/\\1/p'`,
    lets: own,
  };
}

export const WAYS: readonly Way[] = [
  xtables('nft', 'ipset'),
  xtables('legacy', 'ipset'),
  xtables('nft', 'iptables'),
  xtables('legacy', 'iptables'),
  nftables(false),
  nftables(true),
];

/** Why a way can't be gone here, or false. */
export async function lacking(tools: readonly string[]): Promise<false | string> {
  if (process.geteuid?.() !== 0) return 'network namespaces need root';
  for (const tool of ['ip', 'unshare', ...tools])
    if ((await run('which', [tool])).status !== 0) return `${tool} is not installed`;
  return false;
}

/** Numbered addresses, four hosts to a fifth that has a prefix and IPv6. */
export function fleet(first: number, count: number): string {
  const hosts = [];
  for (let at = first; at < first + count; at++) {
    const low = `${(at >> 8) & 255}.${at & 255}`;
    hosts.push(
      at % 5 === 4
        ? host(`net-${at}`, `100.${64 + (at >> 16)}.${low}`, `2001:db8:${at.toString(16)}::1`)
        : host(`web-${at}`, `100.${64 + (at >> 16)}.${low}`),
    );
  }
  return stream(hosts);
}

export class Lab {
  readonly net: Net;
  readonly folder: string;
  readonly way: Way;
  readonly #name: string;

  private constructor(net: Net, name: string, way: Way) {
    this.net = net;
    this.#name = name;
    this.way = way;
    this.folder = mkdtempSync(join(tmpdir(), 'penstock-apply-'));
  }

  /** A machine with the site's rules, and a client with addresses. */
  static async open(name: string, way: Way, sources: readonly string[] = []): Promise<Lab> {
    const net = await Net.lay(name, sources, []);
    const lab = new Lab(net, name, way);
    await lab.shell(way.site);
    return lab;
  }

  async close(): Promise<void> {
    await this.net.remove();
    rmSync(this.folder, { recursive: true });
  }

  /** Runs a shell script on the machine; it must succeed. */
  async shell(script: string): Promise<string> {
    const { status, stdout, stderr } = await this.net.on(['sh', '-e', '-c', script]);
    if (status !== 0) throw new Error(`${script}: ${stderr}`);
    return stdout;
  }

  get env(): NodeJS.ProcessEnv {
    return { PENSTOCK_STATE: join(this.folder, 'state') };
  }

  #words(verb: string, words: readonly string[]): readonly string[] {
    const made = verb === 'plan' || verb === 'apply';
    const ports = words.includes('--policy') ? [] : ['--ports', `${PORT}/udp,22`];
    return [verb, ...(made ? [...this.way.words, ...ports] : []), ...words];
  }

  /** Runs fwgen on the machine; SSH_CONNECTION is not the tester's. */
  fwgen(verb: string, words: readonly string[], input = '', env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    return this.net.on(['fwgen', ...this.#words(verb, words)], input, {
      SSH_CONNECTION: '',
      ...this.env,
      ...env,
    });
  }

  /** Starts fwgen on the machine and leaves it running; the pid is its own. */
  start(verb: string, words: readonly string[], input: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
    const file = join(this.folder, 'hosts.jsonl');
    writeFileSync(file, input);
    const all: NodeJS.ProcessEnv = { SSH_CONNECTION: '', ...this.env, ...env };
    const assigned = Object.entries(all).map(([key, value]) => `${key}=${value}`);
    const argv = [
      'netns',
      'exec',
      this.net.guard,
      'env',
      ...assigned,
      'fwgen',
      ...this.#words(verb, [...words, file]),
    ];
    return start('ip', argv, { stdio: ['ignore', 'ignore', 'pipe'] });
  }

  /** All that is loaded, in one spelling: rules of all kinds, and the elements of sets, sorted. */
  async loaded(): Promise<string> {
    const text = await this.shell(`
for tool in ${this.way.tools.filter((tool) => tool.includes('tables')).join(' ')}; do $tool-save; done
case '${this.way.tools.join(' ')}' in *ipset*) ipset save | sed 's/ hashsize.*//' | sort;; esac
case '${this.way.name}' in nftables*) nft list ruleset;; esac`);
    return text
      .replace(/^#.*\n/gm, '')
      .replace(/\[\d+:\d+\]/g, '')
      .replace(/counter packets \d+ bytes \d+/g, 'counter');
  }

  state(path: string): string {
    return readFileSync(join(this.folder, 'state/fwgen/PENSTOCK', path), 'utf8');
  }

  /** Sends datagrams without end while `work` is done; how many were sent, and how many were lost. */
  async underTraffic(source: string, work: () => Promise<void>): Promise<{ sent: number; lost: number }> {
    const before = await this.counted();
    const destination = source.includes(':') ? 'fd00:99::2' : '10.99.0.2';
    const client = `${this.#name}-c`;
    const argv = ['netns', 'exec', client, process.execPath, 'test/lab/apply-traffic.mjs'];
    const child = start('ip', [...argv, source, destination, `${PORT}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout === null || child.stdin === null) throw new Error('no streams');
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    await once(child.stdout, 'data');
    try {
      await work();
    } finally {
      child.stdin.end();
      await once(child, 'close');
    }
    const sent = Number(text.trim().split('\n').at(-1));
    const counted = (await this.counted()) - before;
    return { sent, lost: this.way.lets ? sent - counted : counted };
  }

  async counted(): Promise<number> {
    const lines = (await this.shell(this.way.counted)).trim().split('\n');
    return lines.reduce((sum, line) => sum + Number(line), 0);
  }
}

/** Waits until something holds. */
export async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not in a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
