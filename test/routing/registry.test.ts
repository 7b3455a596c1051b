import t from 'tap';
import { Prefix } from '../../src/address/index.ts';
import { runProgram } from '../../src/command/main.ts';
import { Source } from '../../src/document/source.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/bgpgen.ts';
import { againstRegistries } from '../../src/routing/checks/registry.ts';
import { parseSite } from '../../src/routing/parse.ts';
import { readVrps, stateOf } from '../../src/routing/registry/vrps.ts';

const site = (prefixes: string, as = 64500): string =>
  `lab: true\nas: ${as}\nprefixes: [${prefixes}]\nrouters: { r1: { router-id: 192.0.2.1 } }\nneighbors: {}\n`;

/** What the files say of a site: codes, with the message. */
function found(text: string, files: Partial<Record<'delegated' | 'whois' | 'vrps', string>>): string[] {
  const parsed = parseSite(new Source('site.yaml', text)).site;
  if (parsed === undefined) throw new Error(text);
  const sources = (name: 'delegated' | 'whois' | 'vrps'): readonly Source[] => {
    const given = files[name];
    return given === undefined ? [] : [new Source(name, given)];
  };
  return againstRegistries(parsed, {
    delegated: sources('delegated'),
    whois: sources('whois'),
    vrps: sources('vrps'),
  }).map(({ code, message }) => `${code} ${message}`);
}

const DELEGATED = `2|ripencc|20261124|5|19830705|20261124|+0100
ripencc|*|ipv4|*|4|summary
ripencc|DE|asn|64500|1|20200101|allocated|holder-a
ripencc|DE|ipv4|198.51.100.0|256|20200101|assigned|holder-a
ripencc|DE|ipv4|203.0.112.0|768|20200101|allocated|holder-a
ripencc|DE|ipv4|192.0.0.0|65536|20200101|allocated|provider
ripencc|DE|ipv4|100.0.0.0|256|20200101|assigned|somebody
ripencc||ipv4|101.0.0.0|256||available|
ripencc|DE|ipv6|2001:db8:1234::|48|20200101|assigned|holder-a
ripencc|DE|asn|64510|2||reserved|
arin|US|ipv4|102.0.0.0|256|20200101|assigned|us-1
`;

t.test('whose the prefixes are, by the statistics of a registry', async (t) => {
  const rows: readonly (readonly [string, string, readonly string[], number?])[] = [
    ['assigned to the holder of the number', '198.51.100.0/24', []],
    ['IPv6', '2001:db8:1234::/48', []],
    ['inside of an allocation of our own', '203.0.112.0/23', []],
    ['a record that is no power of two', '203.0.114.0/24', []],
    ['behind its end', '203.0.115.0/24', ['BGP045 203.0.115.0/24 is in none of the records']],
    [
      "a part of a provider's allocation",
      '192.0.2.0/24',
      ["BGP046 192.0.2.0/24 is a part of 192.0.0.0-192.0.255.255, which is somebody else's"],
    ],
    [
      'all of an allocation of somebody else',
      '192.0.0.0/16',
      ['BGP045 192.0.0.0/16 is allocated to another holder than the AS number'],
    ],
    [
      'assigned to somebody else',
      '100.0.0.0/24',
      ['BGP045 100.0.0.0/24 is assigned to another holder than the AS number'],
    ],
    ["nobody's", '101.0.0.0/24', ["BGP045 101.0.0.0/24 is available, and nobody's"]],
    ['unknown', '8.8.8.0/24', ['BGP045 8.8.8.0/24 is in none of the records']],
    ['a number of another registry: the holder is not known', '100.0.0.0/24', [], 3333],
    [
      'the same, as a part of an allocation',
      '192.0.2.0/24',
      ["BGP046 192.0.2.0/24 is a part of 192.0.0.0-192.0.255.255, which is somebody else's"],
      3333,
    ],
    ["a number that is nobody's", '198.51.100.0/24', ["BGP045 AS64511 is reserved, and nobody's"], 64511],
  ];
  for (const [why, prefix, expected, as] of rows)
    t.strictSame(found(site(prefix, as), { delegated: DELEGATED }), [...expected], why);
  t.strictSame(
    found(site('198.51.100.0/24'), { delegated: `${DELEGATED}what is this\n` }),
    ['BGP051 not a record of a registry'],
    'a line of something else',
  );
  t.strictSame(found(site('8.8.8.0/24'), {}), [], 'no file, no word');
});

const WHOIS = `% this is a remark
inetnum:        198.51.100.0 - 198.51.100.255
netname:        EXAMPLE
status:         ASSIGNED PI
source:         RIPE

inetnum:        192.0.2.0 - 192.0.2.255
descr:          a customer
+               of the provider
status:         ASSIGNED PA

inetnum:        192.0.0.0 - 192.0.255.255
status:         ALLOCATED PA

inet6num:       2001:db8:1234::/48
status:         ASSIGNED PI

route:          198.51.100.0/24
origin:         AS64500

route6:         2001:db8:1234::/48
origin:         AS64999
`;

t.test("what a registry's objects say", async (t) => {
  t.strictSame(found(site('198.51.100.0/24'), { whois: WHOIS }), []);
  t.strictSame(found(site('{ prefix: 192.0.2.0/24, status: pi }'), { whois: WHOIS }), [
    "BGP046 192.0.2.0/24 is ASSIGNED PA, though the site file says pi: part of a provider's block",
    'BGP047 192.0.2.0/24 has no route object',
  ]);
  t.strictSame(found(site('2001:db8:1234::/48'), { whois: WHOIS }), [
    'BGP047 the route object of 2001:db8:1234::/48 is of AS64999',
  ]);
  t.strictSame(
    found(site('192.0.2.0/24'), { whois: WHOIS.slice(0, WHOIS.indexOf('route:')) }),
    ["BGP046 192.0.2.0/24 is ASSIGNED PA: part of a provider's block"],
    'a file without route objects says nothing of them',
  );
});

t.test('what validated ROAs say', async (t) => {
  const json = (...roas: readonly (readonly [string, string | number, number])[]): string =>
    JSON.stringify({
      roas: roas.map(([prefix, asn, maxLength]) => ({ prefix, asn, maxLength, ta: 'ripe' })),
    });
  const one = site('198.51.100.0/24');
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['ours', json(['198.51.100.0/24', 'AS64500', 24]), []],
    ['ours, the number as a number', json(['198.51.100.0/24', 64500, 24]), []],
    ['none', json(['203.0.113.0/24', 'AS64500', 24]), ['BGP049 198.51.100.0/24 has no ROA']],
    [
      'of another network',
      json(['198.51.100.0/24', 'AS1', 24]),
      ['BGP048 198.51.100.0/24 of AS64500 would be invalid by its ROAs'],
    ],
    [
      'of another one, and of ours',
      json(['198.51.100.0/24', 'AS1', 24], ['198.51.0.0/16', 'AS64500', 24]),
      [],
    ],
    [
      'a covering one, too short',
      json(['198.51.0.0/16', 'AS64500', 16]),
      ['BGP048 198.51.100.0/24 of AS64500 would be invalid by its ROAs'],
    ],
    [
      'too long',
      json(['198.51.100.0/24', 'AS64500', 28]),
      ['BGP050 the ROA of 198.51.100.0/24 lets parts down to /28 pass'],
    ],
    [
      'AS 0: nobody',
      json(['198.51.100.0/24', 'AS0', 24]),
      ['BGP048 198.51.100.0/24 of AS64500 would be invalid by its ROAs'],
    ],
    ['CSV', 'ASN,IP Prefix,Max Length,Trust Anchor\nAS64500,198.51.100.0/24,24,ripe\n', []],
    ['other JSON', '{}', ['BGP051 there is no list of roas in it']],
    ['cut off', '{"roas": [', ['BGP051']],
    ['something else', 'hello\n', ['BGP051 neither JSON nor lines of AS number, prefix and longest length']],
  ];
  for (const [why, vrps, expected] of rows) {
    const told = found(one, { vrps });
    if (why === 'cut off') t.match(told, [/^BGP051 /], why);
    else t.strictSame(told, [...expected], why);
  }
  const split =
    'lab: true\nas: 64500\nprefixes: [{ prefix: 203.0.112.0/23, split: { a: 203.0.112.0/24 } }]\nrouters: { r1: { router-id: 192.0.2.1 } }\nneighbors: { a: { role: transit, as: 64501, router: r1, addresses: 192.0.2.9 } }\n';
  t.strictSame(
    found(split, { vrps: json(['203.0.112.0/23', 'AS64500', 23]) }),
    ['BGP048 203.0.112.0/24 of AS64500 would be invalid by its ROAs'],
    'a part needs its own',
  );
});

t.test('what is printed as ROAs is what the check asks for', async (t) => {
  const host = new FakeHost();
  host.file('site.yaml', site('198.51.100.0/24, 2001:db8:1234::/48'));
  t.equal(await runProgram(program, ['emit', 'site.yaml', '--target', 'roa'], host), 0);
  const prefixes = ['198.51.100.0/24', '2001:db8:1234::/48'].map((text) => Prefix.parse(text));
  const read = readVrps(new Source('roas.json', host.stdout), prefixes);
  if ('fault' in read) throw new Error(read.fault);
  for (const prefix of prefixes) {
    t.equal(stateOf(prefix, 64500, read.vrps), 'valid');
    for (const half of prefix.halves() ?? [])
      t.equal(stateOf(half, 64500, read.vrps), 'invalid', 'no part passes');
  }
});

t.test('the files on the command line, and what MANRS asks for', async (t) => {
  const host = new FakeHost();
  host.file('site.yaml', site('198.51.100.0/24'));
  host.file('delegated', DELEGATED);
  host.file('whois', WHOIS);
  host.file('vrps', '{ "roas": [] }');
  const words = [
    'check',
    'site.yaml',
    '--delegated',
    'delegated',
    '--whois',
    'whois',
    '--vrps',
    'vrps',
    '--manrs',
  ];
  t.equal(await runProgram(program, words, host), 0);
  t.match(host.stderr, /site\.yaml:3:12: warning\[BGP049\]: 198\.51\.100\.0\/24 has no ROA/);
  t.match(host.stdout, /^met: 1 filtering: only own prefixes .* \(site\.yaml:3\)$/m);
  t.match(host.stdout, /^not met: 1 filtering: no validator/m);
  t.match(host.stdout, /^not met: 3 contacts: registry has no admin-c$/m);
  t.match(host.stdout, /^not met: 4 published: ROA of 198\.51\.100\.0\/24 \(site\.yaml:3\)$/m);
  t.match(host.stdout, /^met: 4 published: route object of 198\.51\.100\.0\/24 \(site\.yaml:3\)$/m);
  const bare = new FakeHost();
  bare.file('site.yaml', site('198.51.100.0/24'));
  t.equal(await runProgram(program, ['check', 'site.yaml', '--manrs', '--json'], bare), 0);
  t.match(JSON.parse(bare.stdout.split('\n').at(-2) ?? ''), { action: '4 published', met: 'unknown' });
  const missing = new FakeHost();
  missing.file('site.yaml', site('198.51.100.0/24'));
  t.equal(await runProgram(program, ['check', 'site.yaml', '--vrps', 'nowhere'], missing), 66);
});
