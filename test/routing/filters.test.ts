import fc from 'fast-check';
import t from 'tap';
import { Asn, type Family, Prefix } from '../../src/address/index.ts';
import { mapName } from '../../src/routing/intent.ts';
import type { Wanted } from '../../src/routing/model.ts';
import type { Policy } from '../../src/routing/policy.ts';
import { learnedTag } from '../../src/routing/tags.ts';
import { numberPatterns, pathRegex } from '../../src/routing/targets/path-regex.ts';
import { speakerIn } from './sites.ts';
import { judge, prefixFrom, type Route } from './world.ts';

const OWN = ['198.51.100.0/24', '203.0.113.0/24', '2001:db8:1234::/48'];

/** The policy of a router with one provider, called a, over both families. */
function policy(as: number, wanted: Wanted, lab = true, own: readonly string[] = OWN): Policy {
  return speakerIn(
    `lab: ${lab}\nas: ${as}\nprefixes: [${own.join(', ')}]\nrouters: { r1: { router-id: 192.0.2.1 } }\n` +
      `neighbors: { a: { role: transit, router: r1, as: 64501, addresses: [192.0.2.9, 2001:db8::9], routes: ${wanted} } }`,
  ).policy;
}

const route = (prefix: string, more: Partial<Omit<Route, 'prefix'>> = {}): Route => ({
  prefix: Prefix.parse(prefix),
  path: [64501],
  set: [],
  communities: [],
  ...more,
});

const map = (each: Route, direction: 'in' | 'out'): string =>
  mapName({ neighbor: 'a', family: each.prefix.family }, direction);

t.test('what comes in of a provider that sends its table', async (t) => {
  const rows: readonly (readonly [string, Route, 'taken' | 'last' | 'refused'])[] = [
    ['an ordinary route', route('8.8.8.0/24'), 'taken'],
    ['an ordinary IPv6 route', route('2a00:1450::/32'), 'taken'],
    ['the shortest IPv4 length', route('20.0.0.0/8'), 'taken'],
    ['shorter than any assignment', route('20.0.0.0/7'), 'refused'],
    ['longer than anybody passes on', route('8.8.8.0/25'), 'refused'],
    ['a host route', route('8.8.8.8/32'), 'refused'],
    ['the longest IPv6 length', route('2a00:1450:4001::/48'), 'taken'],
    ['longer IPv6', route('2a00:1450:4001::/49'), 'refused'],
    ['the shortest IPv6 length', route('2a00::/12'), 'taken'],
    ['shorter IPv6', route('2a00::/11'), 'refused'],
    ['a default route, not asked for', route('0.0.0.0/0'), 'refused'],
    ['an IPv6 default route', route('::/0'), 'refused'],
    ['our own prefix: somebody takes our traffic', route('198.51.100.0/24'), 'refused'],
    ['a part of our own prefix', route('198.51.100.128/25'), 'refused'],
    ['a host of our own prefix', route('198.51.100.1/32'), 'refused'],
    ['a part of our own IPv6 prefix', route('2001:db8:1234:8000::/49'), 'refused'],
    ['what ours is a part of, which is not ours', route('198.51.0.0/16'), 'taken'],
    ['documentation space, in a lab', route('2001:db8:9999::/48'), 'taken'],
    ['private space', route('10.66.0.0/16'), 'refused'],
    ['shared space', route('100.64.0.0/16'), 'refused'],
    ['unique local space, outside of 2000::/3', route('fd00:1::/48'), 'refused'],
    ['Teredo', route('2001:0:1::/48'), 'refused'],
    ['next to Teredo', route('2001:200::/32'), 'taken'],
    ['6to4', route('2002:101::/32'), 'refused'],
    ['the 6bone', route('3ffe:1::/32'), 'refused'],
    ['multicast', route('224.0.0.0/16'), 'refused'],
    ['AS 0 in the path (RFC 7607)', route('8.8.8.0/24', { path: [64501, 0] }), 'refused'],
    ['AS_TRANS', route('8.8.8.0/24', { path: [64501, 23456, 15169] }), 'refused'],
    ['an AS number that has AS_TRANS in its digits', route('8.8.8.0/24', { path: [64501, 234567] }), 'taken'],
    ['a private AS', route('8.8.8.0/24', { path: [64501, 64512] }), 'refused'],
    ['a private AS of 32 bits', route('8.8.8.0/24', { path: [64501, 4200000000] }), 'refused'],
    ['a documentation AS, in a lab', route('8.8.8.0/24', { path: [64501, 65551] }), 'taken'],
    ['the last AS of 16 bits', route('8.8.8.0/24', { path: [65535] }), 'refused'],
    ['a reserved AS', route('8.8.8.0/24', { path: [64501, 131071] }), 'refused'],
    ['the first AS that is assigned beyond', route('8.8.8.0/24', { path: [64501, 131072] }), 'taken'],
    ['an AS_SET', route('8.8.8.0/24', { set: [3356] }), 'refused'],
    ['64 AS numbers', route('8.8.8.0/24', { path: Array(64).fill(3356) }), 'taken'],
    ['65 AS numbers', route('8.8.8.0/24', { path: Array(65).fill(3356) }), 'refused'],
    ['graceful shutdown', route('8.8.8.0/24', { communities: ['65535:0'] }), 'last'],
    [
      'graceful shutdown of what is refused anyway',
      route('10.0.0.0/8', { communities: ['65535:0'] }),
      'refused',
    ],
  ];
  for (const [why, each, expected] of rows) {
    const verdict = judge(policy(64500, 'full'), map(each, 'in'), each);
    const found = verdict === undefined ? 'refused' : verdict.preference === 0 ? 'last' : 'taken';
    t.equal(found, expected, `${why}: ${each.prefix.toString()}`);
  }
  for (const each of [
    route('2001:db8:9999::/48'),
    route('192.0.2.0/24'),
    route('8.8.8.0/24', { path: [65551] }),
  ])
    t.equal(
      judge(policy(64500, 'full', false), map(each, 'in'), each),
      undefined,
      `no documentation space outside of a lab: ${each.prefix.toString()}`,
    );
});

t.test('a default route where it is wanted, and nothing else where it alone is', async (t) => {
  const rows: readonly (readonly [Wanted, string, boolean])[] = [
    ['default', '0.0.0.0/0', true],
    ['default', '::/0', true],
    ['default', '8.8.8.0/24', false],
    ['default', '0.0.0.0/1', false],
    ['full-and-default', '0.0.0.0/0', true],
    ['full-and-default', '8.8.8.0/24', true],
    ['full-and-default', '0.0.0.0/1', false],
    ['full-and-default', '198.51.100.0/24', false],
  ];
  for (const [wanted, prefix, taken] of rows) {
    const each = route(prefix);
    t.equal(judge(policy(64500, wanted), map(each, 'in'), each) !== undefined, taken, `${wanted}: ${prefix}`);
  }
});

t.test('communities: ours are scrubbed, ours is set, others stay', async (t) => {
  const communities = [
    '64500:666',
    '64500:100',
    '65535:666',
    '64501:7',
    '64500:1:1',
    '64501:1:1',
    '645:1',
    '64500:0:100',
  ];
  const each = route('8.8.8.0/24', { communities });
  t.strictSame(judge(policy(64500, 'full'), 'a-v4-in', each)?.communities, [
    '64500:100',
    '64501:1:1',
    '64501:7',
    '645:1',
  ]);
  const large = route('8.8.8.0/24', { communities: [...communities, '65546:0:100', '65546:9:9'] });
  t.strictSame(
    judge(policy(65546, 'full'), 'a-v4-in', large)?.communities,
    ['64500:0:100', '64500:100', '64500:1:1', '64500:666', '64501:1:1', '64501:7', '645:1', '65546:0:100'],
    'with an AS number of 32 bits only large communities can be ours',
  );
});

t.test('what goes out: our prefixes, made here, and nothing else', async (t) => {
  const here = { path: [] };
  const rows: readonly (readonly [string, Route, boolean])[] = [
    ['ours', route('198.51.100.0/24', here), true],
    ['ours, IPv6', route('2001:db8:1234::/48', here), true],
    ['a part of ours', route('198.51.100.0/25', here), false],
    ['what ours is a part of', route('198.51.100.0/23', here), false],
    ['ours, but learned from somebody', route('198.51.100.0/24'), false],
    [
      'ours, but marked as learned',
      route('198.51.100.0/24', { path: [], communities: ['64500:100'] }),
      false,
    ],
    ['made here, but not ours', route('8.8.8.0/24', here), false],
    ['the default route', route('0.0.0.0/0', here), false],
    ['a learned route', route('8.8.8.0/24', { path: [64502] }), false],
  ];
  for (const [why, each, sent] of rows)
    t.equal(judge(policy(64500, 'full'), map(each, 'out'), each) !== undefined, sent, why);
  const nothing = policy(64500, 'full', true, []);
  for (const each of [route('0.0.0.0/0', here), route('198.51.100.0/24', here), route('2001:db8::/32', here)])
    t.equal(judge(nothing, map(each, 'out'), each), undefined, 'a site without prefixes announces nothing');
});

/** The requirements in one place, from the RFCs and not from the registries' tables of src. */
const BOGON4 =
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4';
const BOGON6 =
  '2001::/32 2001:2::/48 2001:10::/28 2001:20::/28 2001:db8::/32 2002::/16 3ffe::/16 3fff::/20 ::/3 4000::/2 8000::/1';
const BOGON_AS: readonly (readonly [number, number])[] = [
  [0, 0],
  [23456, 23456],
  [64496, 131071],
  [4200000000, 4294967295],
];
const bogonBlocks = `${BOGON4} ${BOGON6}`.split(' ').map((text) => Prefix.parse(text));

function expected(each: Route, own: readonly Prefix[]): boolean {
  const { prefix, path, set } = each;
  const [least, most] = prefix.family === 4 ? [8, 24] : [12, 48];
  return (
    prefix.length >= least &&
    prefix.length <= most &&
    !bogonBlocks.some((block) => block.contains(prefix)) &&
    !own.some((block) => block.contains(prefix)) &&
    !path.some((as) => BOGON_AS.some(([first, last]) => first <= as && as <= last)) &&
    set.length === 0 &&
    path.length <= 64
  );
}

const edges = BOGON_AS.flatMap(([first, last]) => [first - 1, first, last, last + 1]).filter(
  (as) => as >= 0 && as <= 4294967295,
);
const anAs = fc.oneof(fc.constantFrom(...edges, 3356, 174), fc.integer({ min: 1, max: 4294967295 }));
const aPrefix = fc.oneof(
  fc
    .tuple(
      fc.constantFrom<Family>(4, 6),
      fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }),
      fc.integer({ min: 0, max: 128 }),
    )
    .map(([family, bits, length]) =>
      prefixFrom(family, bits >> (family === 4 ? 96n : 0n), family === 4 ? length % 33 : length),
    ),
  // Around the edges of the blocks that matter, at every length.
  fc
    .tuple(
      fc.constantFrom(...bogonBlocks, ...OWN.map((text) => Prefix.parse(text))),
      fc.integer({ min: -2, max: 32 }),
      fc.constantFrom(-1n, 0n, 1n),
    )
    .map(([block, longer, step]) => {
      const width = block.family === 4 ? 32 : 128;
      const length = Math.min(width, Math.max(0, block.length + longer));
      return prefixFrom(
        block.family,
        block.address.toBigInt() + (step << BigInt(width - block.length)),
        length,
      );
    }),
);
const aRoute = fc.record<Route>({
  prefix: aPrefix,
  path: fc.oneof(
    { weight: 9, arbitrary: fc.array(anAs, { maxLength: 6 }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 60, max: 70 }).map((count) => Array<number>(count).fill(3356)),
    },
  ),
  set: fc.oneof(
    { weight: 5, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(anAs, { maxLength: 3 }) },
  ),
  communities: fc.subarray([
    '64500:1',
    '64500:100',
    '65535:0',
    '65535:666',
    '3356:1',
    '64500:2:3',
    '3356:2:3',
  ]),
});

t.test('no list says a thing twice, which the daemons refuse', async (t) => {
  for (const own of [
    OWN,
    ['10.0.0.0/8', '10.1.0.0/16', '2001:db8::/32'],
    ['0.0.0.0/0', '::/0'],
    ['192.0.2.0/25'],
  ])
    for (const lab of [true, false])
      for (const list of policy(64500, 'full', lab, own).prefixLists) {
        const lines = list.rules.map(({ prefix, least, most }) => `${prefix.toString()} ${least} ${most}`);
        t.equal(new Set(lines).size, lines.length, `${list.name} of ${own.join(' ')}`);
      }
});

t.test('every route: taken just when the requirements let it', async (t) => {
  const own = ['198.51.100.0/24', '8.8.0.0/16', '2a00:1450::/32'];
  const made = policy(3333, 'full', false, own);
  const prefixes = own.map((text) => Prefix.parse(text));
  fc.assert(
    fc.property(aRoute, (each) => {
      const verdict = judge(made, map(each, 'in'), each);
      if ((verdict !== undefined) !== expected(each, prefixes)) return false;
      if (verdict === undefined) return true;
      return (
        (verdict.preference === 0) === each.communities.includes('65535:0') &&
        verdict.communities.includes('3333:100') &&
        !verdict.communities.includes('65535:666')
      );
    }),
    { numRuns: 3000 },
  );
  fc.assert(
    fc.property(aRoute, (each) => {
      const sent = judge(made, map(each, 'out'), each) !== undefined;
      return (
        sent ===
        (prefixes.some((prefix) => prefix.equals(each.prefix)) && each.path.length + each.set.length === 0)
      );
    }),
    { numRuns: 2000 },
  );
  t.pass('5,000 routes');
});

t.test('numbers of a range as patterns of digits', async (t) => {
  t.strictSame(numberPatterns(64496, 64511), ['6449[6-9]', '6450[0-9]', '6451[0-1]']);
  t.strictSame(numberPatterns(0, 0), ['0']);
  t.strictSame(numberPatterns(7, 7), ['7']);
  t.strictSame(numberPatterns(0, 10), ['[0-9]', '10']);
  const holds = (first: number, last: number, n: number): boolean =>
    new RegExp(`^(?:${numberPatterns(first, last).join('|')})$`).test(String(n));
  fc.assert(
    fc.property(fc.nat(4294967295), fc.nat(4294967295), fc.nat(4294967295), (a, b, n) => {
      const [first, last] = a <= b ? [a, b] : [b, a];
      return [n, first, last, first - 1, last + 1, first * 10, Math.floor(last / 10)].every(
        (each) => each < 0 || holds(first, last, each) === (first <= each && each <= last),
      );
    }),
    { numRuns: 1000 },
  );
  for (const [first, last] of [
    [0, 1234],
    [7, 1000],
    [98, 102],
    [999, 1001],
  ] as const)
    for (let n = 0; n < 1500; n++)
      if (holds(first, last, n) !== (first <= n && n <= last)) t.fail(`${n} in ${first} to ${last}`);
  t.equal(pathRegex({ kind: 'holds', first: 23456, last: 23456 }), '_23456_');
});

t.test('the mark of a learned route fits the AS number', async (t) => {
  t.strictSame(learnedTag(Asn.of(65535)), { kind: 'standard', high: 65535, low: 100 });
  t.strictSame(learnedTag(Asn.of(65536)), { kind: 'large', admin: 65536, first: 0, second: 100 });
});
