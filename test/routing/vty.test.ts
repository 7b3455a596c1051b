import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { Prefix } from '../../src/address/index.ts';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import { Source, spanText } from '../../src/document/source.ts';
import { passes } from '../../src/routing/vty/evaluate.ts';
import { VTY_FAULTS } from '../../src/routing/vty/faults.ts';
import { gather } from '../../src/routing/vty/gather.ts';
import { lint, sorted } from '../../src/routing/vty/lint.ts';
import type { Dialect, Existing } from '../../src/routing/vty/model.ts';
import { sessionsOf } from '../../src/routing/vty/peers.ts';
import { judgeText, type Route } from './world.ts';

interface Given {
  readonly dialect?: Dialect;
  readonly daemon?: string;
  readonly lab?: boolean;
}

/** What is found in texts, by the names of their files. */
function found(
  files: Readonly<Record<string, string>>,
  { dialect, daemon, lab = false }: Given = {},
): readonly Diagnostic[] {
  const sources = Object.entries(files).map(([name, text]) => new Source(name, text));
  const { existing, diagnostics } = gather(sources, dialect);
  return sorted([...diagnostics, ...lint(existing, { daemon: daemon ?? existing.dialect, lab })]);
}

function told(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code, span, message }) => {
    const { line = 0, column = 0 } = span?.source.position(span.start) ?? {};
    return `${span?.source.name ?? ''}:${line}:${column} ${code} ${message}`;
  });
}

function codes(text: string, given: Given = {}): string[] {
  return [...new Set(found({ 'bgpd.conf': text }, given).map(({ code }) => code))].sort();
}

function filesIn(folder: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    readdirSync(folder).map((file) => [file, readFileSync(`${folder}/${file}`, 'utf8')]),
  );
}

const seed = told(found(filesIn('examples/quagga')));
const peered = told(found(filesIn('test/cases/lint/peered')));

t.test('the set-up that everybody starts with, each of its defects at its place', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['zebra is never started', seed, 'daemons:2:1 VTY201 '],
    ['a log-in password without an enable password', seed, 'bgpd.conf:3:1 VTY202 '],
    ['in clear text', seed, 'bgpd.conf:3:1 VTY203 '],
    ['on an open port', seed, 'bgpd.conf:3:1 VTY204 '],
    ['a private network', seed, 'bgpd.conf:6:10 BGP003 10.1.2.0/24 '],
    ['a private AS', seed, 'bgpd.conf:5:12 BGP007 AS65000 '],
    ['announced with no route behind it', seed, 'bgpd.conf:6:10 VTY117 10.1.2.0/24 '],
    ['no neighbour', seed, 'bgpd.conf:5:1 VTY119 '],
    ['no router ID', seed, 'bgpd.conf:5:1 VTY118 '],
    ['forwarding still in a comment', seed, 'sysctl.conf:6:2 VTY205 net.ipv4.ip_forward '],
    ['0 in "all" turns nothing off', seed, 'sysctl.conf:2:1 VTY206 0 in "all" '],
    [
      'a value with blanks was left as it was',
      seed,
      'sysctl.conf:4:1 VTY206 net.ipv4.conf.default.rp_filter is 1',
    ],
    ['and an interface of its own', seed, 'sysctl.conf:5:1 VTY206 net.ipv4.conf.eth1.rp_filter is 1'],
    ['a /24 has 256 addresses', seed, 'bgpd.conf:1:1 VTY207 a /24 has 256 addresses, not 255'],
    ['takes whatever comes', peered, 'bgpd.conf:7:11 VTY101 '],
    ['sends on what the other provider sent', peered, 'bgpd.conf:8:11 VTY102 '],
    ['no limit', peered, 'bgpd.conf:7:11 VTY109 '],
    ['damping by figures of 1998', peered, 'bgpd.conf:6:2 VTY116 a prefix is suppressed at 2000'],
    ['a ceiling that no larger threshold reaches', peered, 'bgpd.conf:6:2 VTY116 the ceiling is 12000'],
    ['a session that anybody can reset', peered, 'bgpd.conf:8:11 BGP019 '],
  ];
  for (const [why, all, start] of rows)
    t.ok(
      all.some((line) => line.startsWith(start)),
      `${why}: ${start}`,
    );
});

t.test(
  'a loose check in all, and nothing is said; the kernel takes the larger of all and the interface',
  async (t) => {
    const lines = (text: string): string[] => told(found({ 'sysctl.conf': text }));
    t.strictSame(lines('net.ipv4.conf.all.rp_filter = 2\nnet.ipv4.conf.eth1.rp_filter = 1\n'), []);
    t.strictSame(lines('net.ipv4.conf.all.rp_filter=2\nnet/ipv4/ip_forward = 1\n'), []);
    t.match(lines('net.ipv4.conf.all.rp_filter = 1\n')[0], /all\.rp_filter is 1/);
    t.match(lines('net.ipv4.conf.eth1.rp_filter = 0\n')[0], /does not hold for all/);
    t.match(lines('#net.ipv4.conf.all.rp_filter=2\n')[0], /stands in a comment/);
    t.match(lines('net.ipv4.ip_forward = 0\n')[0], /nothing is forwarded/);
  },
);

t.test('what bgpgen emits is clean', async (t) => {
  for (const name of [
    'two-transits',
    'bfd',
    'multihop',
    'ipv6-only',
    'four-byte-as',
    'roles',
    'maintenance',
    'backup',
  ]) {
    for (const target of ['frr-8.4', 'quagga-1.2', 'quagga-0.99']) {
      const folder = `test/cases/routing/${name}/${target}`;
      const files = Object.fromEntries(
        readdirSync(folder)
          .filter((file) => !file.endsWith('.txt'))
          .map((file) => [`/${target}/${file}`, readFileSync(`${folder}/${file}`, 'utf8')]),
      );
      // Quagga 0.99 has no GTSM and no large communities, and its losses are told of by emit.
      t.strictSame(
        told(found(files, { lab: true })).filter((line) => !/BGP019|BGP008|VTY125/.test(line)),
        [],
        folder,
      );
    }
  }
});

const GOOD = readFileSync('test/cases/routing/two-transits/frr-8.4/frr.conf', 'utf8');

t.test('a good configuration with one fault', async (t) => {
  t.strictSame(codes(GOOD, { lab: true }), []);
  const rows: readonly (readonly [string, string, string, string])[] = [
    [
      'a filter out is taken away, and RFC 8212 with it',
      ' bgp ebgp-requires-policy',
      ' no bgp ebgp-requires-policy',
      'VTY113',
    ],
    ['the limit', ' neighbor 192.0.2.1 maximum-prefix 1400000 90 force\n', '', 'VTY109'],
    ['a limit of what is kept', '1400000 90 force', '1400000', 'VTY110'],
    ['graceful restart', ' bgp graceful-restart-disable\n', '', 'VTY114'],
    ['the router ID', / {1,2}bgp router-id .*\n/.exec(GOOD)?.[0] ?? '-', '', 'VTY118'],
    ['the discard route', 'ip route 198.51.100.0/24 blackhole 254\n', '', 'VTY117'],
    [
      'private space',
      /! private use \(RFC 1918\)\nip prefix-list accepted-full-v4 .*10\.0\.0\.0\/8 le 32\n/.exec(
        GOOD,
      )?.[0] ?? '-',
      '',
      'VTY105',
    ],
    ['our own prefix', /ip prefix-list accepted-full-v4 seq 10 .*\n/.exec(GOOD)?.[0] ?? '-', '', 'VTY106'],
    [
      'the default route',
      'accepted-full-v4 seq 5 deny 0.0.0.0/0',
      'accepted-full-v4 seq 5 permit 0.0.0.0/0',
      'VTY104',
    ],
    ['too long', '0.0.0.0/0 ge 8 le 24', '0.0.0.0/0 ge 8 le 25', 'VTY107'],
    ['too short', '0.0.0.0/0 ge 8 le 24', '0.0.0.0/0 ge 7 le 24', 'VTY107'],
    ['AS_TRANS', /bgp as-path access-list accepted-paths .*23456.*\n/.exec(GOOD)?.[0] ?? '-', '', 'VTY108'],
    ['AS_SETs', ' bgp reject-as-sets\n', '', 'VTY108'],
    [
      'long paths',
      /bgp as-path access-list accepted-paths .*\{64\}.*\n/.exec(GOOD)?.[0] ?? '-',
      '',
      'VTY108',
    ],
    ['a map that there is not', 'route-map transit-a-v4-in in', 'route-map transit-x-v4-in in', 'VTY006'],
    ['a list that there is not', 'match as-path own-origin', 'match as-path own-orgin', 'VTY006'],
    ['nobody is told', 'ip prefix-list own-v4 seq 5 permit', 'ip prefix-list own-v4 seq 5 deny', 'VTY111'],
    ['the other word', 'bgp as-path access-list own-origin', 'ip as-path access-list own-origin', 'VTY003'],
    ['a range in an expression', 'deny _0_', 'deny _64496-131071_', 'VTY008'],
    ['no expression', 'permit ^$', 'permit ([', 'VTY008'],
    ['no such length', '0.0.0.0/0 ge 8 le 24', '0.0.0.0/0 ge 25 le 24', 'VTY009'],
    ['no community', 'permit 65535:666', 'permit 70000:1', 'VTY010'],
    ['no AS of the neighbour', ' neighbor 192.0.2.5 remote-as 64502\n', '', 'VTY005'],
    ['unknown', 'log syslog informational', 'lag syslog informational', 'VTY001'],
    ['no prefix', 'network 198.51.100.0/24', 'network 198.51.100.0/33', 'VTY002'],
    ['host bits', 'network 198.51.100.0/24', 'network 198.51.100.1/24', 'VTY002'],
    [
      'BFD beside GTSM',
      ' neighbor 192.0.2.5 ttl-security',
      ' neighbor 192.0.2.5 bfd\n neighbor 192.0.2.5 ttl-security',
      'VTY115',
    ],
    ['an exit too many', 'router bgp 64500', 'exit\nrouter bgp 64500', 'VTY004'],
    ['neither password nor GTSM', ' neighbor 192.0.2.5 ttl-security hops 1\n', '', 'BGP019'],
    ['a dead time too short', 'neighbor 192.0.2.1 timers 10 30', 'neighbor 192.0.2.1 timers 10 20', 'BGP023'],
    [
      'redistribution',
      '  network 198.51.100.0/24',
      '  redistribute connected\n  network 198.51.100.0/24',
      'VTY112',
    ],
    ['IPv4 over IPv6', ' no bgp default ipv4-unicast\n', '', 'VTY122'],
  ];
  for (const [why, from, to, code] of rows) {
    t.ok(GOOD.includes(from), `${why}: there is what is spoilt: ${from}`);
    t.ok(codes(GOOD.replace(from, to), { lab: true }).includes(code), `${why}: ${code}`);
  }
  const tagless = GOOD.replaceAll(/ set community 64500:100 additive\n/g, '')
    .replaceAll(/ match as-path own-origin\n/g, '')
    .replaceAll(/ {2}neighbor \S+ (prefix-list|filter-list) \S+ out\n/g, '')
    .replaceAll(/ match ip address prefix-list own-v4\n/g, '');
  const open = found({ 'frr.conf': tagless }, { lab: true }).filter(({ code }) => code === 'VTY103');
  t.equal(open.length, 2, 'with no lock left, each provider hears the other');
  t.match(open[0]?.message, /192\.0\.2\.1 sends on what 192\.0\.2\.5 sent/);
});

t.test('a customer is sent everything, a provider is not', async (t) => {
  const roles = readFileSync('test/cases/routing/roles/frr-8.4/frr.conf', 'utf8');
  t.ok(codes(roles, { lab: true }).includes('VTY125'));
  t.notOk(codes(roles, { lab: true }).includes('VTY103'));
  const turned = roles.replaceAll('local-role provider', 'local-role peer');
  t.ok(codes(turned, { lab: true }).includes('VTY103'), 'the same towards a peer is a leak');
  t.strictSame(
    codes('router bgp 3333\n bgp router-id 1.1.1.1\n network 192.88.98.1/32\n').filter(
      (code) => code === 'VTY106',
    ),
    [],
    'a host route has no halves',
  );
});

t.test('Quagga is not FRR', async (t) => {
  t.ok(codes('ip prefix-list a permit 10.0.0.0/8 ge 8 le 24\n').includes('VTY009'), 'ge that is the length');
  t.notOk(codes('ip prefix-list a permit 10.0.0.0/8 ge 8 le 24\n', { dialect: 'frr' }).includes('VTY009'));
  t.ok(
    codes('route-map a permit 10\n set community blackhole\n').includes('VTY010'),
    'a name that it knows not',
  );
  t.ok(codes('router bgp 1\n neighbor 1.1.1.1 remote-as 2\n bgp graceful-restart\n').includes('VTY114'));
  t.notOk(codes('router bgp 1\n neighbor 1.1.1.1 remote-as 2\n').includes('VTY114'));
  const none = 'router bgp 3333\n bgp router-id 1.1.1.1\n neighbor 1.1.1.2 remote-as 3320\n';
  t.ok(codes(none).includes('VTY101'), 'Quagga lets everything pass');
  t.ok(codes(none, { dialect: 'frr' }).includes('VTY123'), 'FRR nothing');
  for (const head of ['frr defaults datacenter\n', 'frr version 7.3\n', 'frr version 6.0.2\n'])
    t.ok(codes(head + none).includes('VTY101'), `${head.trim()}: everything again`);
  t.ok(codes(`frr version 10.3\n${none}`).includes('VTY123'));
});

t.test('RPKI caches by version', async (t) => {
  const plain = 'rpki\n rpki cache 192.0.2.9 323 preference 1\nexit\n';
  const named = 'rpki\n rpki cache tcp 192.0.2.9 323 preference 1\nexit\n';
  for (const [daemon, plainFits, namedFits] of [
    ['frr@8.4', true, false],
    ['frr@10.0', true, false],
    ['frr@10.1', true, true],
    ['frr@10.2', false, true],
    ['frr@10.3', false, true],
  ] as const) {
    t.equal(!codes(plain, { dialect: 'frr', daemon }).includes('VTY124'), plainFits, `${daemon}, plain`);
    t.equal(!codes(named, { dialect: 'frr', daemon }).includes('VTY124'), namedFits, `${daemon}, tcp`);
  }
});

t.test('damping: the arithmetic of RFC 7196', async (t) => {
  const of = (figures: string): string[] =>
    found({ 'bgpd.conf': `router bgp 3333\n bgp router-id 1.1.1.1\n bgp dampening ${figures}\n` })
      .filter(({ code }) => code === 'VTY116')
      .map(({ message, hint }) => `${message}; ${hint ?? ''}`);
  t.match(of('15 750 12000 60'), [/never gets over 12000, so 12000 is never reached; .* 91 minutes/]);
  t.strictSame(of('15 750 6000 92'), [], 'aggressive');
  t.strictSame(of('15 750 12000 91'), [], 'conservative');
  t.match(of('15 750 2000 91'), [/suppressed at 2000/]);
});

t.test('peer groups, blocks and families', async (t) => {
  const text = `router bgp 3333
 bgp router-id 1.1.1.1
 neighbor up peer-group
 neighbor up remote-as 3320
 neighbor up route-map in in
 neighbor 192.0.2.1 peer-group up
 neighbor 192.0.2.1 description one, two
 neighbor 2001:db8::1 remote-as 3356
 no neighbor 2001:db8::1 activate
 address-family ipv6
  neighbor 2001:db8::1 activate
  neighbor 2001:db8::1 route-map six out
 exit-address-family
 neighbor 192.0.2.1 timers 3 9
exit
router ospf
 network 10.0.0.0/8 area 0
 passive-interface default
!
interface eth0
 ip address 10.0.0.1/8
 zork
`;
  const { existing, diagnostics } = gather([new Source('x', text)], undefined);
  t.equal(existing.dialect, 'quagga');
  const [first, second] = sessionsOf(existing);
  t.equal(first?.as?.text, '3320', 'the AS of the group');
  t.equal(first?.families.get(4)?.maps.get('in')?.text, 'in', 'and its map');
  t.strictSame(
    first?.of('timers')?.map((word) => word.text),
    ['3', '9'],
    'a line behind the family',
  );
  t.strictSame([...(second?.families.keys() ?? [])], [6], 'only what is activated');
  t.equal(second?.families.get(6)?.maps.get('out')?.text, 'six');
  t.strictSame(
    diagnostics.map(({ message }) => message),
    ['router ospf: this block of 3 lines was not looked at', 'not known here: zork'],
    'nothing is passed over in silence',
  );
  t.equal(existing.interfaces.get('eth0')?.addresses[0]?.value.toString(), '10.0.0.1/8');
});

t.test('the addresses that the kernel tells of', async (t) => {
  const answer = JSON.stringify([
    { ifname: 'lo', addr_info: [{ local: '127.0.0.1', prefixlen: 8, scope: 'host' }] },
    {
      ifname: 'eth1',
      addr_info: [
        { family: 'inet', local: '192.0.2.2', prefixlen: 30, scope: 'global' },
        { family: 'inet6', local: 'fe80::1', prefixlen: 64, scope: 'link' },
      ],
    },
  ]);
  const { existing } = gather([new Source('addresses', answer)], undefined);
  t.strictSame(
    [...existing.interfaces].map(([name, { addresses }]) => [
      name,
      addresses.map(({ value }) => value.toString()),
    ]),
    [['eth1', ['192.0.2.2/30']]],
  );
  t.equal(spanText(existing.interfaces.get('eth1')?.name.span ?? new Source('', '').all()), '"eth1"');
});

t.test('the verdict on a route is that of a second reader of the same text', async (t) => {
  const { existing } = gather([new Source('frr.conf', GOOD)], undefined);
  const aRoute: fc.Arbitrary<Route> = fc.record({
    prefix: fc
      .tuple(
        fc.oneof(
          fc.constantFrom(
            0,
            0x0a000000,
            0xc6336400,
            0xc6336480,
            0x09090900,
            0xcb007100,
            0xe0000000,
            0x64400000,
          ),
          fc.integer({ min: 0, max: 0xffffffff }),
        ),
        fc.integer({ min: 0, max: 32 }),
      )
      .map(([bits, length]) => Prefix.parse(masked(bits >>> 0, length))),
    path: fc.array(fc.constantFrom(64501, 64502, 3356, 23456, 64512, 234567, 131071, 0), { maxLength: 66 }),
    set: fc.constantFrom([], [], [3356, 174]),
    communities: fc.subarray(['64500:100', '64500:1', '65535:0', '65535:666', '3356:1', '64500:1:1']),
  });
  let through = 0;
  fc.assert(
    fc.property(aRoute, fc.constantFrom('transit-a-v4-in', 'transit-b-v4-out'), (route, map) => {
      const expected = judgeText(GOOD, map, route);
      const verdict = throughMap(existing, map, route);
      t.equal(verdict !== undefined, expected !== undefined);
      if (verdict !== undefined && expected !== undefined) {
        through++;
        t.strictSame([...new Set(verdict)].sort(), expected.communities);
      }
    }),
    { numRuns: 400 },
  );
  t.ok(through > 0, 'some pass');
});

function throughMap(
  existing: Existing,
  name: string,
  { prefix, path, set, communities }: Route,
): readonly string[] | undefined {
  const word = { text: name, span: new Source('', '').all() };
  const direction = name.endsWith('-in') ? 'in' : 'out';
  const text = [...path.map(String), ...(set.length > 0 ? [`{${set.join(',')}}`] : [])].join(' ');
  const lists = {
    active: undefined,
    maps: new Map([[direction, word] as const]),
    prefixLists: new Map(),
    pathLists: new Map(),
    accessLists: new Map(),
    limit: undefined,
    limitOut: undefined,
    keepsReceived: false,
    defaultOriginate: undefined,
  };
  return passes(existing, lists, direction, { prefix, path: text, communities })?.communities;
}

function masked(bits: number, length: number): string {
  const kept = length === 0 ? 0 : (bits & (0xffffffff << (32 - length))) >>> 0;
  return `${kept >>> 24}.${(kept >>> 16) & 255}.${(kept >>> 8) & 255}.${kept & 255}/${length}`;
}

t.test('whatever the text, there is an answer', async (t) => {
  const words = fc.constantFrom(
    ...GOOD.split(/\s+/).filter((word) => word !== ''),
    'exit',
    'no',
    'end',
    'neighbor',
    'address-family',
    'peer-group',
    '{',
    '(',
  );
  const lines = fc.array(
    fc.oneof(
      fc.array(words, { maxLength: 8 }).map((list) => list.join(' ')),
      fc.constantFrom(...GOOD.split('\n')),
    ),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(lines, (list) => {
      for (const { span, code } of found({ x: list.join('\n') }, { lab: true }))
        if (span === undefined || !(code in VTY_FAULTS || /^(BGP|DOC)/.test(code))) throw new Error(code);
    }),
    { numRuns: 300 },
  );
  t.pass('no text makes it throw');
});
