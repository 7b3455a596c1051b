// The statements of Quagga and FRR that concern a site, and what each adds to the model. A row without `read` is known and
// of no concern. One table, and so longer than other files: what is not in it is reported as unknown.

import { AddressFault, type Family, InterfaceAddress } from '../../address/index.ts';
import type { Action } from '../policy.ts';
import { diagnose } from './faults.ts';
import type { Found } from './form.ts';
import { type Direction, type ListOf, type PrefixLine, prefixListKey } from './model.ts';
import type { VtyReader } from './reader.ts';
import type { Word } from './statement.ts';

export interface Row {
  readonly form: string;
  /** Whether it may have `no` before it. */
  readonly no?: boolean;
  readonly read?: (reader: VtyReader, found: Found) => void;
}

type Read = NonNullable<Row['read']>;

const row = (form: string, read?: Read): Row => (read === undefined ? { form } : { form, read });
const noRow = (form: string, read?: Read): Row =>
  read === undefined ? { form, no: true } : { form, no: true, read };

/** `password 8 HASH` is a hash, and so is what stands in a file beside `service password-encryption`. */
function login(enable: boolean): Read {
  return ({ existing }, found) => {
    const words = found.rest('REST');
    existing.logins.push({ enable, hashed: words[0]?.text === '8', span: found.statement.span });
  };
}

function prefixLine(reader: VtyReader, found: Found, order: number): void {
  const family: Family = found.statement.words[0]?.text === 'ip' ? 4 : 6;
  const name = found.word('NAME');
  const list = listOf<PrefixLine>(reader.existing.prefixLists, prefixListKey(family, name.text), name);
  const what = found.word('PREFIX');
  const prefix = what.text === 'any' ? undefined : reader.prefix(what)?.value;
  if (what.text !== 'any' && prefix === undefined) return;
  const bounds = found.rest('BOUNDS');
  const bound = (word: string): Word | undefined => {
    const at = bounds.findIndex(({ text }) => text === word);
    return at < 0 ? undefined : bounds[at + 1];
  };
  list.lines.push({
    action: actionOf(found),
    family,
    prefix,
    ge: bound('ge'),
    le: bound('le'),
    order,
    span: found.statement.span,
  });
}

function listOf<L>(lists: Map<string, ListOf<L>>, key: string, name: Word): ListOf<L> {
  const known = lists.get(key);
  if (known !== undefined) return known;
  const list: ListOf<L> = { name: name.text, span: name.span, lines: [] };
  lists.set(key, list);
  return list;
}

function actionOf(found: Found): Action {
  return found.word('ACTION').text === 'permit' ? 'permit' : 'deny';
}

/** Lists are called `ip` in Quagga and `bgp` in FRR; the wrong word is told of, and the line read all the same. */
function dialectWord(reader: VtyReader, found: Found): void {
  const [word] = found.statement.words;
  const wanted = reader.existing.dialect === 'frr' ? 'bgp' : 'ip';
  if (word === undefined || word.text === wanted) return;
  reader.diagnostics.push(
    diagnose(
      'VTY003',
      word.span,
      `${word.text} ${found.statement.words[1]?.text ?? ''} is not known to this daemon`,
      {
        hint: `write ${wanted} for ${word.text}`,
      },
    ),
  );
}

const pathLine: Read = (reader, found) => {
  dialectWord(reader, found);
  const name = found.word('NAME');
  listOf(reader.existing.pathLists, name.text, name).lines.push({
    action: actionOf(found),
    expression: found
      .rest('EXPRESSION')
      .map(({ text }) => text)
      .join(' '),
    span: found.statement.span,
  });
};

const communityLine: Read = (reader, found) => {
  dialectWord(reader, found);
  const name = found.word('NAME');
  const words = found.rest('VALUES').map(({ text }) => text);
  const kind = found.statement.words.find(({ text }) => text === 'standard' || text === 'expanded')?.text;
  listOf(reader.existing.communityLists, name.text, name).lines.push({
    action: actionOf(found),
    // A list with a number is standard up to 99 and expanded above (bgpd's own rule).
    expanded: kind === undefined ? Number(name.text) > 99 : kind === 'expanded',
    words,
    span: found.statement.span,
  });
};

const LIST_WORDS = ['ip', 'bgp'] as const;

const LISTS: readonly Row[] = [
  ...(['ip', 'ipv6'] as const).flatMap((word): Row[] => [
    row(`${word} prefix-list NAME seq NUMBER ACTION=permit|deny PREFIX BOUNDS*`, (reader, found) => {
      prefixLine(reader, found, Number(found.word('NUMBER').text));
    }),
    row(`${word} prefix-list NAME ACTION=permit|deny PREFIX BOUNDS*`, (reader, found) => {
      const key = prefixListKey(word === 'ip' ? 4 : 6, found.word('NAME').text);
      const last = reader.existing.prefixLists.get(key)?.lines.at(-1)?.order ?? 0;
      prefixLine(reader, found, last + 5);
    }),
    row(`${word} prefix-list NAME description TEXT*`),
    noRow(`${word} prefix-list sequence-number`),
    row(`${word} access-list NAME REST*`, ({ existing }, found) => {
      existing.accessLists.set(found.word('NAME').text, found.statement.span);
    }),
  ]),
  row('access-list NAME REST*', ({ existing }, found) => {
    existing.accessLists.set(found.word('NAME').text, found.statement.span);
  }),
  ...LIST_WORDS.flatMap((word): Row[] => [
    row(`${word} as-path access-list NAME seq NUMBER ACTION=permit|deny EXPRESSION*`, pathLine),
    row(`${word} as-path access-list NAME ACTION=permit|deny EXPRESSION*`, pathLine),
    ...['community-list', 'large-community-list'].flatMap((list): Row[] => [
      row(`${word} ${list} KIND=standard|expanded NAME seq NUMBER ACTION=permit|deny VALUES*`, communityLine),
      row(`${word} ${list} KIND=standard|expanded NAME ACTION=permit|deny VALUES*`, communityLine),
      row(`${word} ${list} NAME seq NUMBER ACTION=permit|deny VALUES*`, communityLine),
      row(`${word} ${list} NAME ACTION=permit|deny VALUES*`, communityLine),
    ]),
  ]),
];

const isStatic: Read = (reader, found) => {
  const prefix = reader.prefix(found.word('PREFIX'));
  const words = found.rest('WAY').map(({ text }) => text.toLowerCase());
  const discards = words.some((text) => text === 'blackhole' || text === 'reject' || text === 'null0');
  if (prefix !== undefined) reader.existing.statics.push({ prefix, discards });
};

export const TOP_ROWS: readonly Row[] = [
  row('hostname NAME', ({ existing }, found) => {
    existing.hostname = found.word('NAME');
  }),
  row('frr version VERSION*', ({ existing }, found) => {
    existing.frrVersion = found.rest('VERSION')[0];
  }),
  row('frr defaults NAME', ({ existing }, found) => {
    existing.frrDefaults = found.word('NAME');
  }),
  row('password REST*', login(false)),
  row('enable password REST*', login(true)),
  noRow('service password-encryption', ({ existing }, found) => {
    existing.encryption = found.no ? undefined : found.statement.span;
  }),
  noRow('service REST*'),
  noRow('log REST*'),
  noRow('banner REST*'),
  noRow('debug REST*'),
  noRow('ip forwarding'),
  noRow('ipv6 forwarding'),
  noRow('domainname NAME'),
  noRow('agentx'),
  noRow('zebra REST*'),
  noRow('ip nht REST*'),
  noRow('ipv6 nht REST*'),
  ...LISTS,
  row('ip route PREFIX WAY*', isStatic),
  row('ipv6 route PREFIX WAY*', isStatic),
  row('interface NAME REST*', (reader, found) => {
    const name = found.word('NAME');
    reader.block = 'interface';
    reader.interface = reader.existing.interfaces.get(name.text) ?? { name, addresses: [] };
    reader.existing.interfaces.set(name.text, reader.interface);
  }),
  row('route-map NAME ACTION=permit|deny NUMBER', (reader, found) => {
    const name = found.word('NAME');
    const map = listOf(reader.existing.routeMaps, name.text, name);
    const order = Number(found.word('NUMBER').text);
    reader.block = 'route-map';
    reader.clause = {
      action: actionOf(found),
      order,
      matches: [],
      sets: [],
      flow: [],
      span: found.statement.span,
    };
    map.lines.push(reader.clause);
  }),
  row('router bgp AS REST*', (reader, found) => {
    const as = found.word('AS');
    reader.block = 'bgp';
    reader.family = 4;
    if (reader.existing.bgp?.as.text === as.text) return;
    if (reader.existing.bgp !== undefined) {
      reader.wrong(as, 'a second BGP instance, which is not looked at apart from the first');
      return;
    }
    reader.existing.bgp = {
      span: found.statement.span,
      as,
      routerId: undefined,
      networks: [],
      redistributed: [],
      peers: new Map(),
      dampening: undefined,
      flags: new Map(),
    };
  }),
  row('bfd', (reader) => {
    reader.block = 'bfd';
  }),
  row('rpki', (reader) => {
    reader.block = 'rpki';
  }),
  row('line vty', (reader) => {
    reader.block = 'line';
  }),
];

export const INTERFACE_ROWS: readonly Row[] = [
  ...['ip', 'ipv6'].map((word) =>
    row(`${word} address ADDRESS REST*`, (reader, found) => {
      const word = found.word('ADDRESS');
      const address = InterfaceAddress.read(word.text);
      if (address instanceof AddressFault) reader.wrong(word, address.why, address.hint);
      else reader.interface?.addresses.push({ value: address, span: word.span });
    }),
  ),
  row('description TEXT*'),
  noRow('link-detect REST*'),
  noRow('link-detect'),
  noRow('shutdown'),
  noRow('multicast'),
  noRow('bandwidth NUMBER'),
  noRow('ipv6 nd REST*'),
];

const into =
  (part: 'matches' | 'sets' | 'flow'): Read =>
  (reader, found) => {
    reader.clause?.[part].push(found.statement);
  };

export const MAP_ROWS: readonly Row[] = [
  row('description TEXT*'),
  row('match REST*', into('matches')),
  row('set REST*', into('sets')),
  row('on-match REST*', into('flow')),
  row('continue REST*', into('flow')),
  row('call NAME', into('flow')),
];

/** What stands in blocks of which only a little matters. */
export const BLOCKS: Readonly<Record<'bfd' | 'rpki' | 'line', readonly Row[]>> = {
  bfd: [
    row('peer ADDRESS REST*', (reader, found) => {
      const word = found.word('ADDRESS');
      reader.block = 'bfd-part';
      reader.existing.bfdPeers.push({ value: word.text, span: word.span });
    }),
    row('profile NAME', (reader) => {
      reader.block = 'bfd-part';
    }),
    row('detect-multiplier NUMBER'),
    row('receive-interval NUMBER'),
    row('transmit-interval NUMBER'),
    noRow('passive-mode'),
    noRow('echo-mode'),
    noRow('minimum-ttl NUMBER'),
    noRow('shutdown'),
  ],
  rpki: [
    row('rpki cache REST*', ({ existing }, found) => {
      existing.caches.push(found.statement);
    }),
    row('rpki KEY=polling_period|expire_interval|retry_interval NUMBER'),
  ],
  line: [
    row('access-class NAME', ({ existing }, found) => {
      existing.accessClass.push(found.statement.span);
    }),
    noRow('login'),
    row('exec-timeout REST*'),
  ],
};

/** The flags of `bgp` that are looked at; the last word said holds. */
const FLAGS = [
  'log-neighbor-changes',
  'ebgp-requires-policy',
  'default ipv4-unicast',
  'network import-check',
  'fast-external-failover',
  'enforce-first-as',
  'reject-as-sets',
  'graceful-restart',
  'graceful-restart-disable',
  'graceful-shutdown',
  'deterministic-med',
  'always-compare-med',
  'bestpath as-path multipath-relax',
] as const;

export const BGP_ROWS: readonly Row[] = [
  row('bgp router-id ADDRESS', (reader, found) => {
    const word = found.word('ADDRESS');
    if (reader.address(word) !== undefined) reader.bgp(found).routerId = word;
  }),
  ...FLAGS.map((flag) =>
    noRow(`bgp ${flag}`, (reader, found) => {
      reader.bgp(found).flags.set(flag, { value: !found.no, span: found.statement.span });
    }),
  ),
  noRow('bgp bestpath REST*'),
  row(
    'bgp KEY=cluster-id|confederation|graceful-restart|update-delay|coalesce-time|listen|labeled-unicast REST*',
  ),
  noRow('timers bgp REST*'),
  noRow('synchronization'),
  noRow('auto-summary'),
  row('neighbor PEER peer-group', (reader, found) => void reader.peer(found)),
  row('neighbor PEER peer-group GROUP', (reader, found) => {
    reader.peer(found).group = found.word('GROUP');
  }),
  row('neighbor PEER remote-as AS', (reader, found) => {
    reader.peer(found).as = found.word('AS');
  }),
  row('neighbor PEER description TEXT*', (reader, found) => {
    reader.peer(found).description = found
      .rest('TEXT')
      .map(({ text }) => text)
      .join(' ');
  }),
  row('neighbor PEER password TEXT', (reader, found) => {
    reader.peer(found).password = found.word('TEXT');
  }),
  row('neighbor PEER update-source TEXT', (reader, found) => {
    reader.peer(found).source = found.word('TEXT');
  }),
  row('neighbor PEER ebgp-multihop', (reader, found) => {
    reader.peer(found).multihop = { text: '255', span: found.statement.span };
  }),
  row('neighbor PEER ebgp-multihop NUMBER', (reader, found) => {
    reader.peer(found).multihop = found.word('NUMBER');
  }),
  row('neighbor PEER ttl-security hops NUMBER', (reader, found) => {
    reader.peer(found).security = found.word('NUMBER');
  }),
  row('neighbor PEER bfd REST*', (reader, found) => {
    reader.peer(found).bfd = found.statement.span;
  }),
  row('neighbor PEER timers connect NUMBER'),
  row('neighbor PEER timers KEEPALIVE HOLD', (reader, found) => {
    reader.peer(found).timers = [found.word('KEEPALIVE'), found.word('HOLD')];
  }),
  noRow('neighbor PEER shutdown REST*', (reader, found) => {
    reader.peer(found).shutdown = found.no ? undefined : found.statement.span;
  }),
  row('neighbor PEER local-role ROLE REST*', (reader, found) => {
    reader.peer(found).role = found.word('ROLE');
  }),
  row('neighbor PEER KEY=graceful-restart-disable|graceful-restart-helper', (reader, found) => {
    reader.peer(found).restart = found.statement.span;
  }),
  noRow('neighbor PEER enforce-first-as', (reader, found) => {
    reader.peer(found).enforcesFirst = found.no ? undefined : found.statement.span;
  }),
  row(
    'neighbor PEER KEY=graceful-restart|capability|passive|strict-capability-match|override-capability|dont-capability-negotiate|disable-connected-check|advertisement-interval|local-as|port|interface|solo|version|sender-as-path-loop-detection|graceful-shutdown REST*',
  ),
  row('address-family FAMILY=ipv4|ipv6', (reader, found) => {
    reader.block = 'family';
    reader.family = found.word('FAMILY').text === 'ipv4' ? 4 : 6;
  }),
  row('address-family FAMILY=ipv4|ipv6 unicast', (reader, found) => {
    reader.block = 'family';
    reader.family = found.word('FAMILY').text === 'ipv4' ? 4 : 6;
  }),
];

/** What a neighbour has for an address family, and what is announced in it: in `router bgp` for IPv4, or in the family's block. */
export const FAMILY_ROWS: readonly Row[] = [
  row('network PREFIX', network),
  row('network PREFIX route-map MAP', network),
  row('network ADDRESS mask MASK REST*', (reader, found) => {
    reader.wrong(
      found.word('ADDRESS'),
      'a network with a mask is not looked at',
      'write it as ADDRESS/LENGTH',
    );
  }),
  row('aggregate-address PREFIX REST*', (reader, found) => {
    const prefix = reader.prefix(found.word('PREFIX'));
    if (prefix !== undefined) reader.bgp(found).networks.push({ prefix, map: undefined, aggregate: true });
  }),
  row('redistribute WHAT REST*', (reader, found) => {
    const words = found.rest('REST');
    const at = words.findIndex(({ text }) => text === 'route-map');
    reader.bgp(found).redistributed.push({
      what: found.word('WHAT'),
      family: reader.family,
      map: at < 0 ? undefined : words[at + 1],
      span: found.statement.span,
    });
  }),
  row('bgp dampening FIGURES*', (reader, found) => {
    reader.bgp(found).dampening = { span: found.statement.span, figures: found.rest('FIGURES') };
  }),
  row('maximum-paths REST*'),
  row('distance REST*'),
  noRow('neighbor PEER activate', (reader, found) => {
    reader.peerFamily(found).active = { value: !found.no, span: found.statement.span };
  }),
  named('route-map', 'maps'),
  named('prefix-list', 'prefixLists'),
  named('filter-list', 'pathLists'),
  named('distribute-list', 'accessLists'),
  row('neighbor PEER maximum-prefix COUNT REST*', (reader, found) => {
    reader.peerFamily(found).limit = {
      span: found.statement.span,
      count: found.word('COUNT'),
      words: found.rest('REST').map(({ text }) => text),
    };
  }),
  row('neighbor PEER maximum-prefix-out COUNT', (reader, found) => {
    reader.peerFamily(found).limitOut = found.word('COUNT');
  }),
  noRow('neighbor PEER soft-reconfiguration inbound', (reader, found) => {
    reader.peerFamily(found).keepsReceived = !found.no;
  }),
  row('neighbor PEER default-originate REST*', (reader, found) => {
    reader.peerFamily(found).defaultOriginate = found.statement.span;
  }),
  noRow('neighbor PEER send-community REST*'),
  row('neighbor PEER remove-private-AS REST*'),
  row('neighbor PEER next-hop-self REST*'),
  row(
    'neighbor PEER KEY=allowas-in|attribute-unchanged|weight|as-override|addpath-tx-all-paths|route-server-client|route-reflector-client|unsuppress-map REST*',
  ),
];

function network(reader: VtyReader, found: Found): void {
  const prefix = reader.prefix(found.word('PREFIX'));
  const map = found.statement.words.length > 2 ? found.word('MAP') : undefined;
  if (prefix !== undefined) reader.bgp(found).networks.push({ prefix, map, aggregate: false });
}

/** A reference to a map or list, in one direction. */
function named(word: string, part: 'maps' | 'prefixLists' | 'pathLists' | 'accessLists'): Row {
  return row(`neighbor PEER ${word} NAME DIRECTION=in|out`, (reader, found) => {
    const direction: Direction = found.word('DIRECTION').text === 'in' ? 'in' : 'out';
    reader.peerFamily(found)[part].set(direction, found.word('NAME'));
  });
}
