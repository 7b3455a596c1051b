// The grammar of Quagga's configuration files as far as a site uses it, written from its manual (doc/*.texi) in the
// notation of its own help, with the version each command came in. Quagga itself is in no distribution any more; this
// table is its judge here. Wider than what is emitted on purpose: it knows commands, not our habits.

import { Address, AddressFault, Prefix } from '../../src/address/index.ts';

type Node = 'config' | 'bgp' | 'ipv6' | 'route-map' | 'interface' | 'ospf' | 'ospf6';

interface Command {
  readonly node: Node;
  /** A.B.C.D, A.B.C.D/M, X:X::X:X, X:X::X:X/M, <a-b>, WORD, LINE (the rest), (one|of), [left out or not]. */
  readonly form: string;
  /** The node that it enters, or leaves to. */
  readonly into?: Node;
  /** The first version that has it; 0.99 where nothing is said. */
  readonly since?: '1.2';
}

const NEIGHBOR = 'neighbor (A.B.C.D|X:X::X:X)';

/** Commands that stand in `router bgp` for IPv4 and in `address-family ipv6` for IPv6. */
const FAMILY: readonly string[] = [
  `[no] ${NEIGHBOR} activate`,
  `${NEIGHBOR} route-map WORD (in|out)`,
  `${NEIGHBOR} prefix-list WORD (in|out)`,
  `${NEIGHBOR} filter-list WORD (in|out)`,
  `${NEIGHBOR} maximum-prefix <1-4294967295>`,
  `${NEIGHBOR} maximum-prefix <1-4294967295> warning-only`,
  `${NEIGHBOR} maximum-prefix <1-4294967295> <1-100>`,
  `${NEIGHBOR} maximum-prefix <1-4294967295> <1-100> (warning-only|restart <1-65535>)`,
  `${NEIGHBOR} soft-reconfiguration inbound`,
  `${NEIGHBOR} next-hop-self`,
  `${NEIGHBOR} send-community`,
  `${NEIGHBOR} send-community (both|extended|standard)`,
  `${NEIGHBOR} allowas-in`,
];

const COMMANDS: readonly Command[] = [
  { node: 'config', form: 'hostname WORD' },
  { node: 'config', form: 'log syslog' },
  {
    node: 'config',
    form: 'log syslog (emergencies|alerts|critical|errors|warnings|notifications|informational|debugging)',
  },
  { node: 'config', form: '[no] ip forwarding' },
  { node: 'config', form: '[no] ipv6 forwarding' },
  { node: 'config', form: 'ip route A.B.C.D/M (A.B.C.D|WORD)' },
  { node: 'config', form: 'ip route A.B.C.D/M (A.B.C.D|WORD) <1-255>' },
  { node: 'config', form: 'ipv6 route X:X::X:X/M (X:X::X:X|WORD)' },
  { node: 'config', form: 'ipv6 route X:X::X:X/M (X:X::X:X|WORD) <1-255>' },
  { node: 'config', form: 'ipv6 route X:X::X:X/M (X:X::X:X|WORD) (reject|blackhole)' },
  { node: 'config', form: 'ipv6 route X:X::X:X/M (X:X::X:X|WORD) (reject|blackhole) <1-255>' },
  { node: 'config', form: 'ip prefix-list WORD description LINE' },
  { node: 'config', form: 'ip prefix-list WORD seq <1-4294967295> (permit|deny) A.B.C.D/M' },
  { node: 'config', form: 'ip prefix-list WORD seq <1-4294967295> (permit|deny) A.B.C.D/M le <0-32>' },
  { node: 'config', form: 'ip prefix-list WORD seq <1-4294967295> (permit|deny) A.B.C.D/M ge <0-32>' },
  {
    node: 'config',
    form: 'ip prefix-list WORD seq <1-4294967295> (permit|deny) A.B.C.D/M ge <0-32> le <0-32>',
  },
  { node: 'config', form: 'ip prefix-list WORD seq <1-4294967295> (permit|deny) any' },
  { node: 'config', form: 'ipv6 prefix-list WORD description LINE' },
  { node: 'config', form: 'ipv6 prefix-list WORD seq <1-4294967295> (permit|deny) X:X::X:X/M' },
  { node: 'config', form: 'ipv6 prefix-list WORD seq <1-4294967295> (permit|deny) X:X::X:X/M le <0-128>' },
  { node: 'config', form: 'ipv6 prefix-list WORD seq <1-4294967295> (permit|deny) X:X::X:X/M ge <0-128>' },
  {
    node: 'config',
    form: 'ipv6 prefix-list WORD seq <1-4294967295> (permit|deny) X:X::X:X/M ge <0-128> le <0-128>',
  },
  { node: 'config', form: 'ip as-path access-list WORD (permit|deny) LINE' },
  { node: 'config', form: 'ip community-list standard WORD (permit|deny) COMMUNITIES' },
  { node: 'config', form: 'ip community-list expanded WORD (permit|deny) LINE' },
  { node: 'config', form: 'ip large-community-list standard WORD (permit|deny) LARGE', since: '1.2' },
  { node: 'config', form: 'ip large-community-list expanded WORD (permit|deny) LINE', since: '1.2' },
  { node: 'config', form: 'route-map WORD (permit|deny) <1-65535>', into: 'route-map' },
  { node: 'config', form: 'router bgp <1-4294967295>', into: 'bgp' },
  { node: 'config', form: '[no] service integrated-vtysh-config' },
  { node: 'route-map', form: 'description LINE' },
  { node: 'route-map', form: 'match ip address prefix-list WORD' },
  { node: 'route-map', form: 'match ipv6 address prefix-list WORD' },
  { node: 'route-map', form: 'match as-path WORD' },
  { node: 'route-map', form: 'match community WORD' },
  { node: 'route-map', form: 'match large-community WORD', since: '1.2' },
  { node: 'route-map', form: 'set local-preference <0-4294967295>' },
  { node: 'route-map', form: 'set metric <0-4294967295>' },
  { node: 'route-map', form: 'set community COMMUNITIES' },
  { node: 'route-map', form: 'set community COMMUNITIES additive' },
  { node: 'route-map', form: 'set community COMMUNITIES COMMUNITIES additive' },
  { node: 'route-map', form: 'set community COMMUNITIES COMMUNITIES COMMUNITIES additive' },
  { node: 'route-map', form: 'set community none' },
  { node: 'route-map', form: 'set large-community LARGE additive', since: '1.2' },
  { node: 'route-map', form: 'set comm-list WORD delete' },
  { node: 'route-map', form: 'set large-comm-list WORD delete', since: '1.2' },
  { node: 'route-map', form: 'set ip next-hop (A.B.C.D|peer-address)' },
  { node: 'route-map', form: 'set ipv6 next-hop global X:X::X:X' },
  { node: 'route-map', form: 'set ipv6 next-hop peer-address', since: '1.2' },
  { node: 'route-map', form: 'set as-path prepend LINE' },
  { node: 'route-map', form: 'on-match next' },
  { node: 'bgp', form: 'bgp router-id A.B.C.D' },
  { node: 'bgp', form: '[no] bgp log-neighbor-changes' },
  { node: 'bgp', form: '[no] bgp default ipv4-unicast' },
  { node: 'bgp', form: '[no] bgp network import-check' },
  { node: 'bgp', form: '[no] bgp fast-external-failover' },
  { node: 'bgp', form: '[no] bgp enforce-first-as' },
  { node: 'bgp', form: '[no] bgp graceful-restart' },
  { node: 'bgp', form: 'network A.B.C.D/M' },
  { node: 'bgp', form: 'bgp bestpath as-path multipath-relax', since: '1.2' },
  { node: 'bgp', form: 'bgp dampening <1-45> <1-20000> <1-20000> <1-255>' },
  { node: 'bgp', form: 'maximum-paths <1-64>', since: '1.2' },
  { node: 'ipv6', form: 'maximum-paths <1-64>', since: '1.2' },
  { node: 'config', form: 'interface WORD', into: 'interface' },
  { node: 'config', form: 'router ospf', into: 'ospf' },
  { node: 'config', form: 'router ospf6', into: 'ospf6' },
  {
    node: 'interface',
    form: 'ip ospf network (broadcast|non-broadcast|point-to-multipoint|point-to-point)',
  },
  { node: 'ospf', form: 'ospf router-id A.B.C.D' },
  { node: 'ospf', form: 'passive-interface WORD' },
  { node: 'ospf', form: 'network A.B.C.D/M area A.B.C.D' },
  { node: 'ospf6', form: 'router-id A.B.C.D' },
  { node: 'ospf6', form: 'interface WORD area A.B.C.D' },
  { node: 'bgp', form: `${NEIGHBOR} remote-as <1-4294967295>` },
  { node: 'bgp', form: `${NEIGHBOR} description LINE` },
  { node: 'bgp', form: `${NEIGHBOR} password PASSWORD` },
  { node: 'bgp', form: `${NEIGHBOR} update-source (A.B.C.D|X:X::X:X|WORD)` },
  { node: 'bgp', form: `${NEIGHBOR} ebgp-multihop` },
  { node: 'bgp', form: `${NEIGHBOR} ebgp-multihop <1-255>` },
  { node: 'bgp', form: `${NEIGHBOR} ttl-security hops <1-254>`, since: '1.2' },
  { node: 'bgp', form: `${NEIGHBOR} timers <0-65535> <0-65535>` },
  { node: 'bgp', form: `${NEIGHBOR} timers connect <0-65535>` },
  { node: 'bgp', form: `${NEIGHBOR} shutdown` },
  { node: 'bgp', form: 'address-family ipv6', into: 'ipv6' },
  { node: 'bgp', form: 'address-family ipv6 unicast', into: 'ipv6' },
  { node: 'ipv6', form: 'network X:X::X:X/M' },
  { node: 'ipv6', form: 'exit-address-family', into: 'bgp' },
  ...FAMILY.flatMap((form): Command[] => [
    { node: 'bgp', form },
    { node: 'ipv6', form },
  ]),
];

/** VTY_BUFSIZ of 0.99: what is behind is a line of its own. */
const LONGEST_LINE = 511;

/** What Quagga of the version would not take in a file, as `line: text`; empty where it takes all. */
export function faultsIn(text: string, version: '0.99' | '1.2'): string[] {
  const faults: string[] = [];
  let node: Node = 'config';
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('!') || line.startsWith('#')) continue;
    // A command that the present node has not is tried one level up, and then at the top, as the daemons do.
    const upwards: readonly Node[] = node === 'ipv6' ? ['ipv6', 'bgp', 'config'] : [node, 'config'];
    const command = upwards
      .flatMap((each) => COMMANDS.filter((candidate) => candidate.node === each))
      .find(
        (candidate) =>
          (candidate.since === undefined || version === '1.2') &&
          expand(candidate.form).some((form) => matches(form.split(' '), line.split(/ +/))),
      );
    if (command === undefined || whole.length > LONGEST_LINE || !sensible(line)) {
      faults.push(`${index + 1}: ${line}`);
      continue;
    }
    node = command.into ?? command.node;
  }
  return faults;
}

/** A form with `[no]` as two forms. */
function expand(form: string): string[] {
  return form.startsWith('[no] ') ? [form.slice(5), `no ${form.slice(5)}`] : [form];
}

function matches(form: readonly string[], words: readonly string[]): boolean {
  const [first, ...rest] = form;
  if (first === undefined) return words.length === 0;
  if (first === 'LINE') return words.length > 0;
  // Alternatives of several words, as in (warning-only|restart <1-65535>), are the only ones with blanks in them.
  if (first.startsWith('(') && !first.endsWith(')')) {
    const close = form.findIndex((part) => part.endsWith(')'));
    const group = form
      .slice(0, close + 1)
      .join(' ')
      .slice(1, -1);
    const after = form.slice(close + 1);
    return group.split('|').some((each) => matches([...each.split(' '), ...after], words));
  }
  const [word, ...others] = words;
  return word !== undefined && matchesWord(first, word) && matches(rest, others);
}

function matchesWord(form: string, word: string): boolean {
  if (form.startsWith('('))
    return form
      .slice(1, -1)
      .split('|')
      .some((each) => matchesWord(each, word));
  const range = /^<(\d+)-(\d+)>$/.exec(form);
  if (range !== null)
    return /^\d+$/.test(word) && Number(range[1]) <= Number(word) && Number(word) <= Number(range[2]);
  switch (form) {
    case 'A.B.C.D':
      return isAddress(word, 4);
    case 'X:X::X:X':
      return isAddress(word, 6);
    case 'A.B.C.D/M':
      return isPrefix(word, 4);
    case 'X:X::X:X/M':
      return isPrefix(word, 6);
    case 'WORD':
      return !/^[<(]/.test(word);
    case 'COMMUNITIES':
      // No names: 1.2 knows none of the newer well-known ones, and takes the command with a mere remark.
      return /^\d+:\d+$/.test(word) && word.split(':').every((part) => Number(part) <= 65535);
    case 'LARGE':
      return /^\d+:\d+:\d+$/.test(word) && word.split(':').every((part) => Number(part) <= 4294967295);
    case 'PASSWORD':
      return word.length <= 80;
    default:
      return form === word;
  }
}

function isAddress(word: string, family: 4 | 6): boolean {
  const address = Address.read(word);
  return !(address instanceof AddressFault) && address.family === family;
}

function isPrefix(word: string, family: 4 | 6): boolean {
  const prefix = Prefix.read(word);
  return !(prefix instanceof AddressFault) && prefix.family === family;
}

/**
 * What is wrong by value though it has the form: `length < ge <= le` (Quagga says "Invalid prefix range" and goes on), and
 * an interface called blackhole or reject, which is what Quagga takes FRR's discard routes for.
 */
function sensible(line: string): boolean {
  if (/^ipv6 route \S+ (blackhole|reject|null0)\b/i.test(line)) return false;
  const [, length] = /prefix-list .*\/(\d+)/.exec(line) ?? [];
  if (length === undefined) return true;
  const [, ge] = / ge (\d+)/.exec(line) ?? [];
  const [, le] = / le (\d+)/.exec(line) ?? [];
  return (
    (ge === undefined || Number(ge) > Number(length)) &&
    (le === undefined || Number(le) > Number(ge ?? length) || (ge !== undefined && le === ge))
  );
}
