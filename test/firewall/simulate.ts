// What a text of a target does with a packet, read line by line as its manual says: a second, plain reading that is not made
// from the model. It knows only the forms that our targets print, and anything else is an error.

import { Address, Prefix } from '../../src/address/index.ts';
import type { Packet } from '../../src/firewall/evaluate.ts';

export type Outcome = 'accept' | 'drop' | 'return';

/** The words of a line, with double quotes. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

interface Line {
  readonly words: readonly string[];
  readonly target: string;
}

/** iptables-restore input, by the tool of the packet's family. */
export function restore(text: string, chain: string, packet: Packet): Outcome {
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
  return walk(chains, chain, packet);
}

/** Commands of iptables and ip6tables, by those of the packet's family. */
export function shell(text: string, chain: string, packet: Packet): Outcome {
  const chains = new Map<string, Line[]>([[chain, []]]);
  const own = packet.source.family === 4 ? 'iptables' : 'ip6tables';
  for (const line of text.split('\n')) {
    const [tool, verb, ...words] = wordsOf(line);
    if (tool !== own) continue;
    if (verb === '-A') add(chains, words, packet);
    else if (verb !== '-N' && verb !== '-C') throw new Error(line);
  }
  return walk(chains, chain, packet);
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
  lines.push({ words: words.filter((word) => word !== '-4' && word !== '-6'), target: words.at(-1) ?? '' });
}

function walk(chains: ReadonlyMap<string, readonly Line[]>, chain: string, packet: Packet): Outcome {
  for (const { words, target } of chains.get(chain) ?? []) {
    if (!matches(words.slice(0, -2), packet)) continue;
    if (target === 'ACCEPT') return 'accept';
    if (target === 'DROP') return 'drop';
    if (!chains.has(target)) throw new Error(`no chain ${target}`);
    const outcome = walk(chains, target, packet);
    if (outcome !== 'return') return outcome;
  }
  return 'return';
}

function matches(words: readonly string[], { source, protocol, port }: Packet): boolean {
  for (let at = 0; at < words.length; at += 2) {
    const value = words[at + 1] ?? '';
    switch (words[at]) {
      case '-s':
        if (!Prefix.parse(value).contains(source)) return false;
        break;
      case '-p':
        if (value !== protocol) return false;
        break;
      case '--dport':
      case '--dports': {
        const items = value.split(',').map((item) => item.split(':').map(Number));
        if (items.flat().length > (words[at] === '--dport' ? 2 : 15))
          throw new Error(`too many ports: ${value}`);
        if (!items.some(([first = 0, last = first]) => first <= port && port <= last)) return false;
        break;
      }
      case '-m':
      case '--comment':
        break;
      default:
        throw new Error(words.join(' '));
    }
  }
  return true;
}

/** An nft file with one chain. */
export function nft(text: string, packet: Packet): Outcome {
  const sets = new Map<string, string[]>();
  let filling: string[] | undefined;
  for (const line of text.split('\n')) {
    const words = line.trim().split(' ');
    if (filling !== undefined) {
      if (line === '}') filling = undefined;
      else filling.push(words[0] ?? '');
    } else if (/^add element \S+ \S+ \S+ \{$/.test(line)) filling = sets.get(words[4] ?? '');
    else if (line.startsWith('add set ')) sets.set(words[4] ?? '', []);
    else if (line.startsWith('add rule ')) {
      const outcome = judge(words.slice(5), sets, packet);
      if (outcome !== undefined) return outcome;
    } else if (!/^(?:#|$|add (?:table|chain) |flush (?:chain|set) |delete table )/.test(line))
      throw new Error(line);
  }
  return 'return';
}

function judge(
  words: readonly string[],
  sets: ReadonlyMap<string, readonly string[]>,
  { source, protocol, port }: Packet,
): 'accept' | 'drop' | undefined {
  const rule = words.join(' ');
  const form =
    /^(?:(ip6?) saddr @(\S+) |meta nfproto (ipv[46]) |)(tcp|udp|sctp) dport (?:\{ ([^}]*) \}|(\S+)) (accept|drop)$/.exec(
      rule,
    );
  if (form === null) throw new Error(rule);
  const [, family, set, only, wanted, several, single, verdict] = form;
  if (family !== undefined && family !== (source.family === 4 ? 'ip' : 'ip6')) return undefined;
  if (only !== undefined && only !== `ipv${source.family}`) return undefined;
  if (set !== undefined) {
    const elements = sets.get(set);
    if (elements === undefined) throw new Error(`no set ${set}`);
    if (
      !elements.some((text) =>
        text.includes('/') ? Prefix.parse(text).contains(source) : Address.parse(text).equals(source),
      )
    )
      return undefined;
  }
  const ports = (several ?? single ?? '').split(', ').map((item) => item.split('-').map(Number));
  if (wanted !== protocol || !ports.some(([first = 0, last = first]) => first <= port && port <= last))
    return undefined;
  return verdict === 'accept' ? 'accept' : 'drop';
}
