// What a text of a target does with a packet, read line by line as its manual says: a second, plain reading that is not made
// from the model. It knows only the forms that our targets print, and anything else is an error. Rates are never exceeded.

import { Address, Prefix } from '../../src/address/index.ts';
import type { Packet } from '../../src/firewall/evaluate.ts';

export type Outcome = 'accept' | 'drop' | 'reject' | 'return';

/** Sets by name, with the text of their elements. */
type Sets = ReadonlyMap<string, readonly string[]>;

/** The words of a line, with double quotes and backslashes in them. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"((?:\\.|[^"\\])*)"|(\S+)/g)].map(([, quoted, bare]) =>
    quoted === undefined ? (bare ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}

function within(element: string, address: Address): boolean {
  return element.includes('/')
    ? Prefix.parse(element).contains(address)
    : Address.parse(element).equals(address);
}

interface Line {
  readonly words: readonly string[];
}

/** iptables-restore input, by the tool of the packet's family; sets are what `ipset restore` was given. */
export function restore(text: string, chain: string, packet: Packet, sets: Sets = new Map()): Outcome {
  const chains = new Map<string, Line[]>();
  let table = false;
  for (const line of text.split('\n')) {
    const [first = '', ...words] = wordsOf(line);
    if (line === '' || line.startsWith('#')) continue;
    if (line === '*filter') table = true;
    else if (line === 'COMMIT') table = false;
    else if (!table) throw new Error(`outside a table: ${line}`);
    else if (first.startsWith(':')) chains.set(first.slice(1), []);
    else if (first === '-A') add(chains, words, packet);
    else throw new Error(line);
  }
  return walk(chains, chain, packet, sets);
}

/** Input of `ipset restore` on a machine without sets. */
export function ipsets(text: string): Sets {
  const sets = new Map<string, string[]>();
  const typeOf = new Map<string, string>();
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const [verb, name = '', value = '', ...rest] = wordsOf(line);
    const set = sets.get(name);
    if (verb === 'create' && rest.at(-1) === '-exist') {
      sets.set(name, set ?? []);
      typeOf.set(name, [value, ...rest].join(' '));
    } else if (set === undefined) throw new Error(line);
    else if (verb === 'flush') set.length = 0;
    else if (verb === 'add') set.push(value);
    else if (verb === 'swap') {
      const other = sets.get(value);
      if (other === undefined || typeOf.get(name) !== typeOf.get(value)) throw new Error(line);
      sets.set(name, other).set(value, set);
    } else if (verb === 'destroy') sets.delete(name);
    else throw new Error(line);
  }
  return sets;
}

/** Commands of iptables and ip6tables, by those of the packet's family. */
export function shell(text: string, chain: string, packet: Packet): Outcome {
  const chains = new Map<string, Line[]>();
  const own = packet.source.family === 4 ? 'iptables' : 'ip6tables';
  for (const line of text.split('\n')) {
    const [tool, verb, ...words] = wordsOf(line);
    if (tool !== own) continue;
    if (verb === '-N') chains.set(words[0] ?? '', []);
    else if (verb === '-A') add(chains, words, packet);
    else if (verb !== '-C') throw new Error(line);
  }
  return walk(chains, chain, packet, new Map());
}

function add(
  chains: ReadonlyMap<string, Line[]>,
  [chain = '', ...words]: readonly string[],
  packet: Packet,
): void {
  const lines = chains.get(chain);
  if (lines === undefined) throw new Error(`no chain ${chain}`);
  if (words.includes('-4') && packet.source.family !== 4) return;
  if (words.includes('-6') && packet.source.family !== 6) return;
  lines.push({ words: words.filter((word) => word !== '-4' && word !== '-6') });
}

function walk(
  chains: ReadonlyMap<string, readonly Line[]>,
  chain: string,
  packet: Packet,
  sets: Sets,
): Outcome {
  for (const { words } of chains.get(chain) ?? []) {
    const jump = words.indexOf('-j');
    if (!matches(words.slice(0, jump), packet, sets)) continue;
    const [, target = '', option, value] = words.slice(jump);
    if (target === 'ACCEPT') return 'accept';
    if (target === 'DROP') return 'drop';
    if (target === 'REJECT' && option === '--reject-with' && value?.endsWith('-port-unreachable'))
      return 'reject';
    if (target === 'LOG' && option === '--log-prefix') continue;
    if (!chains.has(target)) throw new Error(`no chain ${target}`);
    const outcome = walk(chains, target, packet, sets);
    if (outcome !== 'return') return outcome;
  }
  return 'return';
}

function matches(words: readonly string[], packet: Packet, sets: Sets): boolean {
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1] ?? '';
    switch (words[at]) {
      case '-s':
        if (!Prefix.parse(value).contains(packet.source)) return false;
        break;
      case '-d':
        if (!Prefix.parse(value).contains(packet.destination)) return false;
        break;
      case '-i':
      case '-o':
        if ((words[at] === '-o') !== (packet.hook === 'output') || value !== 'lo') throw new Error(value);
        if (!packet.loopback) return false;
        break;
      case '-p':
        if (value === (packet.source.family === 4 ? 'icmp' : 'ipv6-icmp')) {
          if (!packet.icmp) return false;
        } else if (value !== packet.protocol) return false;
        break;
      case '--dport':
      case '--dports': {
        const items = value.split(',').map((item) => item.split(':').map(Number));
        if (items.flat().length > (words[at] === '--dport' ? 2 : 15))
          throw new Error(`too many ports: ${value}`);
        if (!items.some(([first = 0, last = first]) => first <= packet.port && packet.port <= last))
          return false;
        break;
      }
      case '--match-set': {
        const set = sets.get(value);
        if (set === undefined) throw new Error(`no set ${value}`);
        const address = words[at + 2] === 'src' ? packet.source : packet.destination;
        if (!set.some((element) => within(element, address))) return false;
        at++;
        break;
      }
      case '--ctstate':
        if (value !== 'RELATED,ESTABLISHED') throw new Error(value);
        if (!packet.established) return false;
        break;
      case '-m':
      case '--comment':
      case '--limit':
      case '--limit-burst':
        break;
      default:
        throw new Error(words.join(' '));
    }
  }
  return true;
}

/** An nft file; the packet enters by one of its chains. */
export function nft(text: string, chain: string, packet: Packet): Outcome {
  const sets = new Map<string, string[]>();
  const chains = new Map<string, string[]>();
  let filling: string[] | undefined;
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    const name = words[4] ?? '';
    if (filling !== undefined) {
      if (line === '}') filling = undefined;
      else filling.push((words[0] ?? '').replace(/,$/, ''));
    } else if (/^add element \S+ \S+ \S+ \{$/.test(line)) filling = sets.get(name);
    else if (line.startsWith('add set ')) sets.set(name, []);
    else if (line.startsWith('add chain ')) chains.set(name, []);
    else if (line.startsWith('add rule ')) {
      const rules = chains.get(name);
      if (rules === undefined) throw new Error(`no chain: ${line}`);
      rules.push(words.slice(5).join(' '));
    } else if (!/^(?:#|$|add table |flush (?:chain|set) |delete table )/.test(line)) throw new Error(line);
  }
  return through(chains, chain, sets, packet);
}

function through(
  chains: ReadonlyMap<string, readonly string[]>,
  chain: string,
  sets: Sets,
  packet: Packet,
): Outcome {
  const rules = chains.get(chain);
  if (rules === undefined) throw new Error(`no chain ${chain}`);
  for (const rule of rules) {
    const verdict = judge(rule, sets, packet);
    if (verdict === undefined) continue;
    const [word, target = ''] = verdict.split(' ');
    const outcome = word === 'jump' ? through(chains, target, sets, packet) : word;
    if (outcome === 'accept' || outcome === 'drop' || outcome === 'reject') return outcome;
    if (outcome !== 'return') throw new Error(rule);
  }
  return 'return';
}

const RULE =
  /^(?:meta nfproto (ipv[46]) )?(?:([io])ifname "lo" )?(?:(ip6?) saddr @(\S+) )?(?:(ip6?) daddr @(\S+) )?(?:meta l4proto (icmp|ipv6-icmp) )?(?:(tcp|udp|sctp) dport (?:\{ ([^}]*) \}|(\S+)) )?(ct state established,related )?(?:limit rate \d+\/(?:second|minute|hour|day) burst \d+ packets )?(?:log prefix "[^"]*" )?(accept|drop|reject|jump \S+)(?: comment "[^"]*")?$/;

/** The verdict of one rule, where it matches. */
function judge(rule: string, sets: Sets, packet: Packet): string | undefined {
  const form = RULE.exec(rule);
  if (form === null) throw new Error(rule);
  const [, only, link, ip, from, ip2, to, icmp, protocol, several, single, established, verdict] = form;
  const family = packet.source.family === 4 ? 'ip' : 'ip6';
  if (only !== undefined && only !== `ipv${packet.source.family}`) return undefined;
  if (link !== undefined && (link === 'o') !== (packet.hook === 'output')) throw new Error(rule);
  if (link !== undefined && !packet.loopback) return undefined;
  if (established !== undefined && !packet.established) return undefined;
  if (icmp !== undefined && !(packet.icmp && icmp === (family === 'ip' ? 'icmp' : 'ipv6-icmp')))
    return undefined;
  for (const [named, set, address] of [
    [ip, from, packet.source],
    [ip2, to, packet.destination],
  ] as const) {
    if (set === undefined) continue;
    const elements = sets.get(set);
    if (elements === undefined) throw new Error(`no set ${set}`);
    if (named !== family || !elements.some((element) => within(element, address))) return undefined;
  }
  if (protocol !== undefined) {
    const ports = (several ?? single ?? '').split(', ').map((item) => item.split('-').map(Number));
    const inside = ports.some(([first = 0, last = first]) => first <= packet.port && packet.port <= last);
    if (protocol !== packet.protocol || !inside) return undefined;
  }
  return verdict;
}
