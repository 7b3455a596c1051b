// Probe packets: what the filters of a network namespace make of them. A second namespace at the end of a cable sends them
// from any address; behind all filters of the hook stand counters, so that what they count has been let through.

import type { Held, Processes } from '../host/processes.ts';
import { ask, type Runner } from './live.ts';

/** A packet that would open a connection. */
export interface Probe {
  readonly hook: 'input' | 'forward' | 'output';
  readonly protocol: 'tcp' | 'udp';
  readonly source: string;
  /** Of the machine itself for `input`. */
  readonly destination: string;
  readonly port: number;
}

/** What becomes of one. */
export type Verdict = 'accept' | 'drop';

/** The ends of the cable: that of the machine is called as the interface is by which the packets really come. */
const PEER = 'pnpeer';
const MACS = ['02:70:6e:00:00:01', '02:70:6e:00:00:02'] as const;

/** How often, and at what intervals in milliseconds, counters are looked at before what is missing counts as dropped. */
const LOOKS = 20;
const INTERVAL = 15;

/** Where probes are sent. */
export interface Stage {
  /** The process whose namespace it is. */
  readonly held: Held;
  /** Runs programs in it. */
  readonly inside: Runner;
  /** The words that lead a program into the namespace of a process. */
  readonly enter: (pid: number) => readonly string[];
  /** What the interface is called by which probes come in. */
  readonly link: string;
}

/** Sends probes and says what became of each. Throws ToolError where something is missing, such as nft. */
export async function probe(
  processes: Processes,
  stage: Stage,
  probes: readonly Probe[],
): Promise<readonly Verdict[]> {
  const verdicts = new Map<Probe, Verdict>();
  for (const group of groupsOf(probes))
    for (const [at, verdict] of (await probeTogether(processes, stage, group)).entries()) {
      const one = group[at];
      if (one !== undefined) verdicts.set(one, verdict);
    }
  return probes.map((each) => verdicts.get(each) ?? 'drop');
}

/** Groups in which no address is in two places: with the sender, on the machine, and beyond it. */
function groupsOf(probes: readonly Probe[]): readonly (readonly Probe[])[] {
  const groups: { readonly probes: Probe[]; readonly places: Map<string, string> }[] = [];
  for (const each of probes) {
    const { hook, source, destination } = each;
    const from = hook === 'output' ? 'machine' : 'sender';
    const to = hook === 'input' ? 'machine' : 'beyond';
    let group = groups.find(
      ({ places }) => (places.get(source) ?? from) === from && (places.get(destination) ?? to) === to,
    );
    if (group === undefined) {
      group = { probes: [], places: new Map() };
      groups.push(group);
    }
    group.probes.push(each);
    group.places.set(source, from).set(destination, to);
  }
  return groups.map((group) => group.probes);
}

async function probeTogether(
  processes: Processes,
  { inside, held, enter, link }: Stage,
  probes: readonly Probe[],
): Promise<readonly Verdict[]> {
  const sender = await processes.hold([...enter(held.pid), 'unshare', '--net', 'sh', '-c', READY]);
  try {
    const run: Runner = (argv, input) => processes.run([...enter(sender.pid), ...argv], input);
    await ask(inside, ['ip', '-batch', '-'], machineLines(sender.pid, link, probes));
    await ask(run, ['ip', '-batch', '-'], senderLines(probes));
    await ask(inside, ['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv6.conf.all.forwarding=1']);
    await ask(inside, ['nft', '--file', '-'], counters(probes));
    const incoming = probes.filter(({ hook }) => hook !== 'output');
    const outgoing = probes.filter(({ hook }) => hook === 'output');
    for (const [runner, some] of [
      [run, incoming],
      [inside, outgoing],
    ] as const)
      if (some.length > 0) await ask(runner, [processes.interpreter, '-e', SENDER], JSON.stringify(some));
    let passed = new Set<number>();
    for (let look = 0; look < LOOKS && passed.size < probes.length; look++) {
      passed = countedIn(await ask(inside, ['nft', 'list', 'table', 'inet', TABLE]));
      if (passed.size < probes.length) await processes.sleep(INTERVAL);
    }
    return probes.map((_, at) => (passed.has(at) ? 'accept' : 'drop'));
  } finally {
    await sender.release();
    // With the cables go their addresses and routes; the next group has its own.
    await inside(['ip', 'link', 'del', link]);
    await inside(['ip', 'link', 'del', 'pnout']);
    await inside(['nft', 'delete', 'table', 'inet', TABLE]);
  }
}

/** Says that it is there, and stays until its standard input ends. */
export const READY = 'echo ready; exec cat >/dev/null';

const TABLE = 'pnprobe';

/** Neighbours are told, not asked for: a filter that drops their discovery shall not be taken for one that drops a probe. */
function machineLines(peer: number, link: string, probes: readonly Probe[]): string {
  const lines = [
    'link set lo up',
    `link add name ${link} address ${MACS[0]} type veth peer name ${PEER} address ${MACS[1]} netns ${peer}`,
    `link set ${link} up`,
  ];
  // What is forwarded or goes out leaves by another cable, to nobody.
  const away = probes.filter(({ hook }) => hook !== 'input');
  if (away.length > 0)
    lines.push('link add pnout type veth peer name pnaway', 'link set pnout up', 'link set pnaway up');
  for (const [address, on] of addressesOf(probes, 'machine'))
    lines.push(`addr add ${on} dev ${link}${noDad(address)}`);
  const outside = addressesOf(probes, 'sender');
  for (const [address, on] of outside) {
    lines.push(
      `route replace ${on} dev ${link}`,
      `neigh replace ${address} lladdr ${MACS[1]} dev ${link} nud permanent`,
    );
  }
  for (const { destination } of away)
    lines.push(
      `route replace ${host(destination)} dev pnout`,
      `neigh replace ${destination} lladdr ${MACS[1]} dev pnout nud permanent`,
    );
  return lines.map((line) => `${line}\n`).join('');
}

function senderLines(probes: readonly Probe[]): string {
  const lines = ['link set lo up', `link set ${PEER} up`];
  for (const [address, on] of addressesOf(probes, 'sender'))
    lines.push(`addr add ${on} dev ${PEER}${noDad(address)}`);
  for (const { hook, destination } of probes) {
    if (hook === 'output') continue;
    lines.push(
      `route replace ${host(destination)} dev ${PEER}`,
      `neigh replace ${destination} lladdr ${MACS[0]} dev ${PEER} nud permanent`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The addresses of one end, each once, with its length. */
function addressesOf(probes: readonly Probe[], end: 'machine' | 'sender'): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { hook, source, destination } of probes) {
    if (end === 'sender' && hook !== 'output') found.set(source, host(source));
    if (end === 'machine' && hook === 'input') found.set(destination, host(destination));
    if (end === 'machine' && hook === 'output') found.set(source, host(source));
  }
  return found;
}

function host(address: string): string {
  return `${address}/${address.includes(':') ? 128 : 32}`;
}

function noDad(address: string): string {
  return address.includes(':') ? ' nodad' : '';
}

/** One counter for each probe, behind everything else that hangs on its hook. */
function counters(probes: readonly Probe[]): string {
  const lines = [`add table inet ${TABLE}`];
  for (const hook of ['input', 'forward', 'output'])
    lines.push(`add chain inet ${TABLE} ${hook} { type filter hook ${hook} priority 2147483647; }`);
  for (const [at, { hook, protocol, source, destination, port }] of probes.entries()) {
    const family = source.includes(':') ? 'ip6' : 'ip';
    lines.push(
      `add rule inet ${TABLE} ${hook} ${family} saddr ${source} ${family} daddr ${destination} ${protocol} dport ${port} counter comment "probe ${at}"`,
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** The probes whose counter is not zero. */
function countedIn(listing: string): Set<number> {
  const found = new Set<number>();
  for (const [, packets, at] of listing.matchAll(/counter packets (\d+) bytes \d+ comment "probe (\d+)"/g))
    if (packets !== '0') found.add(Number(at));
  return found;
}

/**
 * A program of its own, for the interpreter in the sender's namespace, which we can't enter ourselves. It sends each probe,
 * gives the kernel a moment, and ends without waiting for answers.
 */
const SENDER = `
const probes = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const ends = [];
for (const { protocol, source, destination, port } of probes) {
  if (protocol === 'tcp') {
    const socket = require('node:net').createConnection({ host: destination, port, localAddress: source });
    socket.on('error', () => undefined);
    ends.push(() => socket.destroy());
  } else {
    const socket = require('node:dgram').createSocket(source.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', () => undefined);
    socket.bind(0, source, () => socket.send('probe', port, destination));
    ends.push(() => socket.close());
  }
}
setTimeout(() => ends.forEach((end) => end()), 60);
`;
