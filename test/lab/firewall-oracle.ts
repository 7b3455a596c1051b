// Random policies against the kernel: what the model says of a packet is compared with what the kernel does with it. Many
// policies are loaded at once, each as a chain of its own, and a probe's source port says which of them it meets. Watchers
// behind the filter note the ports of what was accepted and of what no rule decided, and by the answers of the guarded
// machine what was refused: where neither of the first two saw a packet, that is a rejection, and the rest was dropped.

import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import fc from 'fast-check';
import type { Artifact } from '../../src/emit/artifact.ts';
import { evaluate, type Packet } from '../../src/firewall/evaluate.ts';
import type { Ruleset } from '../../src/firewall/model.ts';
import { targets } from '../../src/firewall/targets/index.ts';
import { prepared, randomPolicy } from '../firewall/random-policy.ts';
import { Net } from './firewall-net.ts';

/** One way into the kernel. */
export type Way = 'iptables-nft' | 'iptables-legacy' | 'nft';

/** How many policies are loaded together, and how many packets each of them meets. */
const TOGETHER = 20;
const PACKETS = 12;

/** Numbers of addresses, in 192.0.2.0/24 and 2001:db8::/64, that the guarded machine has; the client has the others. */
const HERE: readonly number[] = [14, 15];
const THERE: readonly number[] = Array.from({ length: 18 }, (_, n) => n).filter((n) => !HERE.includes(n));

/** An ICMP error holds the header that it is about: its source port is behind 8 bytes and one of IPv4, or of IPv6. */
const WATCH = `table inet watch {
  set accepted { type inet_service; size 65535; flags dynamic; }
  set returned { type inet_service; size 65535; flags dynamic; }
  set refused { type inet_service; size 65535; flags dynamic; }
  chain input {
    type filter hook input priority 300;
    meta l4proto { tcp, udp } meta mark 1 add @returned { th sport }
    meta l4proto { tcp, udp } meta mark != 1 add @accepted { th sport }
  }
  chain output {
    type filter hook output priority 300;
    icmp type destination-unreachable add @refused { @th,224,16 }
    icmpv6 type destination-unreachable add @refused { @th,384,16 }
  }
}
`;

const FORGET = ['accepted', 'returned', 'refused'].map((set) => `flush set inet watch ${set}\n`).join('');

/** What came of a run. */
export interface Result {
  readonly policies: number;
  readonly packets: number;
  /** How often each verdict came up in the kernel. */
  readonly verdicts: ReadonlyMap<string, number>;
  /** Texts of whatever was not as the model says; empty is what is wanted. */
  readonly disagreements: readonly string[];
}

interface Loaded {
  readonly text: string;
  readonly ruleset: Ruleset;
  readonly packets: readonly Packet[];
  readonly artifacts: readonly Artifact[];
}

/** The two machines and the client's process, for one way. */
export class Oracle {
  readonly #net: Net;
  readonly #way: Way;
  readonly #client: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #lines: Interface;
  #port = 20_000;

  private constructor(net: Net, way: Way, client: ChildProcess, lines: Interface) {
    this.#net = net;
    this.#way = way;
    this.#client = client;
    this.#lines = lines;
    this.#answers = lines[Symbol.asyncIterator]();
  }

  static async start(name: string, way: Way): Promise<Oracle> {
    const texts = (numbers: readonly number[]): readonly string[] =>
      numbers.flatMap((n) => [`192.0.2.${n}`, `2001:db8::${n.toString(16)}`]);
    const net = await Net.lay(name, texts(THERE), []);
    try {
      for (const address of texts(HERE)) {
        const length = address.includes(':') ? 128 : 32;
        await must(net, [
          'ip',
          'addr',
          'add',
          `${address}/${length}`,
          'dev',
          'fw',
          ...(length === 128 ? ['nodad'] : []),
        ]);
      }
      await net.route(texts(HERE));
      await must(net, ['nft', '-f', '-'], WATCH);
      const client = net.client(['test/lab/firewall-oracle-client.mjs']);
      if (client.stdout === null) throw new Error('no output to read');
      return new Oracle(net, way, client, createInterface(client.stdout));
    } catch (error) {
      await net.remove();
      throw error;
    }
  }

  /** So many policies, from a seed. */
  async run(seed: number, policies: number): Promise<Result> {
    const extent = { hooks: ['input'] as const, packets: PACKETS, here: HERE, there: THERE };
    const samples = fc.sample(randomPolicy(extent), { seed, numRuns: policies });
    const verdicts = new Map<string, number>();
    const disagreements: string[] = [];
    let packets = 0;
    for (let at = 0; at < samples.length; at += TOGETHER) {
      const loaded = samples.slice(at, at + TOGETHER).map(({ text, packets: list }, index): Loaded => {
        const named = JSON.stringify({ chain: `P${index}`, ...JSON.parse(text) });
        const { ruleset } = prepared(named).expanded;
        // Half of them with ipset: each backend of iptables meets both.
        const odd = (at + index) % 2 === 1;
        const name = this.#way === 'nft' ? 'nftables' : odd ? 'ipset' : 'iptables';
        const target = targets.find((each) => each.name === name);
        const options = { together: false, table: { family: 'inet', name: 'filter' } } as const;
        return { text: named, ruleset, packets: list, artifacts: target?.emit(ruleset, options) ?? [] };
      });
      const first = this.#port;
      await this.#load(loaded, first);
      disagreements.push(...(await this.#readBack(loaded)));
      const found = await this.#probe(loaded, first);
      for (const [index, { text, ruleset, packets: list }] of loaded.entries()) {
        for (const [n, packet] of list.entries()) {
          const verdict = found[index * PACKETS + n] ?? 'none';
          const { verdict: meant } = evaluate(ruleset, packet);
          packets++;
          verdicts.set(verdict, (verdicts.get(verdict) ?? 0) + 1);
          if (verdict !== meant)
            disagreements.push(`${this.#way}: ${verdict}, not ${meant}: ${JSON.stringify(packet)} ${text}`);
        }
      }
    }
    return { policies: samples.length, packets, verdicts, disagreements };
  }

  /** Loads policies, and the site's own chain that leads a probe to its policy by the port that it comes from. */
  async #load(loaded: readonly Loaded[], first: number): Promise<void> {
    const texts = (end: string): string =>
      loaded
        .flatMap(({ artifacts }) => artifacts.filter(({ path }) => path.endsWith(end)))
        .map(({ text }) => text)
        .join('');
    const jumps = loaded.flatMap((_, index) => {
      const from = first + index * PACKETS;
      return [{ from, to: from + PACKETS - 1, chain: `P${index}` }];
    });
    if (this.#way === 'nft') {
      const site = `${texts('.nft')}
add chain inet filter input { type filter hook input priority 0; }
flush chain inet filter input
add rule inet filter input udp dport 9 accept
${jumps.map(({ from, to, chain }) => `add rule inet filter input th sport ${from}-${to} jump ${chain}\n`).join('')}
add rule inet filter input meta mark set 1
`;
      await must(this.#net, ['nft', '-f', '-'], site);
      return;
    }
    const sets = texts('.ipset');
    if (sets !== '') await must(this.#net, ['ipset', 'restore'], sets);
    for (const [tool, end] of [
      ['iptables', '.v4.rules'],
      ['ip6tables', '.v6.rules'],
    ] as const) {
      const lines = jumps.flatMap(({ from, to, chain }) =>
        ['udp', 'tcp'].map((protocol) => `-A INPUT -p ${protocol} --sport ${from}:${to} -j ${chain}\n`),
      );
      const site = `*filter
-F INPUT
-A INPUT -p udp --dport 9 -j ACCEPT
${lines.join('')}-A INPUT -j MARK --set-mark 1
COMMIT
`;
      await must(this.#net, [`${this.#tool(tool)}-restore`, '--noflush'], texts(end) + site);
    }
  }

  #tool(tool: 'iptables' | 'ip6tables'): string {
    return this.#way === 'iptables-legacy' ? `${tool}-legacy` : `${tool}-nft`;
  }

  /** What the kernel shows of chains and sets, against what the artifacts say of themselves. */
  async #readBack(loaded: readonly Loaded[]): Promise<readonly string[]> {
    if (this.#way === 'nft') return [];
    const wrong: string[] = [];
    for (const family of [4, 6] as const) {
      const tool = `${this.#tool(family === 4 ? 'iptables' : 'ip6tables')}-save`;
      const chains = new Map<string, string[]>();
      for (const line of (await must(this.#net, [tool])).split('\n')) {
        const [, name = '', rule = ''] = /^-A (\S+) (.*)$/.exec(line) ?? [];
        if (name !== '') chains.set(name, [...(chains.get(name) ?? []), rule]);
      }
      for (const { contents } of loaded.flatMap(({ artifacts }) => artifacts)) {
        if (contents?.kind !== 'xtables' || contents.family !== family) continue;
        for (const { name, rules } of contents.chains) {
          const found = chains.get(name) ?? [];
          if (found.join('\n') !== rules.join('\n'))
            wrong.push(`${tool} shows ${name} as\n${found.join('\n')}\nand not as\n${rules.join('\n')}`);
        }
      }
    }
    const sets = new Map<string, string[]>();
    for (const line of (await must(this.#net, ['ipset', 'save'])).split('\n')) {
      const [verb, name = '', element = ''] = line.split(' ');
      if (verb === 'create') sets.set(name, []);
      if (verb === 'add') sets.get(name)?.push(element);
    }
    for (const { contents } of loaded.flatMap(({ artifacts }) => artifacts)) {
      if (contents?.kind !== 'ipset') continue;
      for (const set of contents.sets) {
        const meant = Array.from(set.elements(), ({ text }) => text);
        const found = sets.get(set.name) ?? [];
        if (meant.sort().join() !== [...found].sort().join() || meant.length !== set.count)
          wrong.push(`ipset shows ${set.name} as ${found.join()} and not as ${meant.join()}`);
      }
    }
    return wrong;
  }

  /** The verdicts of all packets, in order. */
  async #probe(loaded: readonly Loaded[], first: number): Promise<readonly string[]> {
    const packets = loaded.flatMap((each) => each.packets);
    const probes = packets.map(({ source, destination, protocol, port }, index) => {
      const from = first + index;
      return { source: `${source}`, destination: `${destination}`, protocol, port, from };
    });
    const from = first + probes.length;
    const sentinels = [
      { source: '192.0.2.0', destination: '192.0.2.14', protocol: 'udp', port: 9, from },
      { source: '2001:db8::', destination: '2001:db8::e', protocol: 'udp', port: 9, from: from + 1 },
    ];
    // A port is not used again before long, so that no connection is known from before.
    this.#port = from + 2 > 60_000 ? 20_000 : from + 2;
    this.#client.stdin?.write(`${JSON.stringify({ probes, sentinels })}\n`);
    const answer = await this.#answers.next();
    if (answer.done === true) throw new Error('the client ended');
    const accepted = await this.#watched('accepted');
    const returned = await this.#watched('returned');
    const refused = await this.#watched('refused');
    await must(this.#net, ['nft', '-f', '-'], FORGET);
    return probes.map((probe) => {
      if (accepted.has(probe.from)) return 'accept';
      if (returned.has(probe.from)) return 'return';
      return refused.has(probe.from) ? 'reject' : 'drop';
    });
  }

  async #watched(set: string): Promise<ReadonlySet<number>> {
    const listed = await must(this.#net, ['nft', 'list', 'set', 'inet', 'watch', set]);
    const [, elements = ''] = /elements = \{([^}]*)\}/.exec(listed) ?? [];
    return new Set([...elements.matchAll(/\d+/g)].map(([port]) => Number(port)));
  }

  async stop(): Promise<void> {
    this.#lines.close();
    if (this.#client.exitCode === null) {
      this.#client.kill();
      await once(this.#client, 'exit');
    }
    await this.#net.remove();
  }
}

/** Runs a command on the guarded machine; what it prints. */
async function must(net: Net, argv: readonly string[], input = ''): Promise<string> {
  const { status, stdout, stderr } = await net.on(argv, input);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr}\n${input.slice(0, 20_000)}`);
  return stdout;
}
