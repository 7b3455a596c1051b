import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { Source } from '../../src/document/source.ts';
import { parseSite } from '../../src/routing/parse.ts';
import { frr } from '../../src/routing/rehearsal/daemons/frr.ts';
import { openbgpd } from '../../src/routing/rehearsal/daemons/openbgpd.ts';
import { type Play, playOf } from '../../src/routing/rehearsal/plan.ts';
import { plot } from '../../src/routing/rehearsal/plot.ts';
import { type Answer, answersIn, flows, lossIn } from '../../src/routing/rehearsal/probe.ts';
import {
  establishedIn,
  prefixesIn,
  providerText,
  vantageText,
} from '../../src/routing/rehearsal/provider.ts';

const EXAMPLE = readFileSync('examples/site.yaml', 'utf8');

function played(text: string): Play | { readonly reason: string } {
  const { site } = parseSite(new Source('site.yaml', text));
  if (site === undefined) throw new Error('no site');
  return playOf(site);
}

function play(text = EXAMPLE): Play {
  const made = played(text);
  if ('reason' in made) throw new Error(made.reason);
  return made;
}

t.test('the play for the example', async (t) => {
  const { wires, providers, vantage, routers } = play();
  t.strictSame(
    wires.map(({ name, ends, providers: others }) => [name, ends[0]?.router, ends[0]?.interface, others]),
    [
      ['w0', 'r1', 'eth1', [{ name: 'transit-a', addresses: ['192.0.2.1/30', '2001:db8:a::1/64'] }]],
      ['w1', 'r1', 'eth2', [{ name: 'transit-b', addresses: ['192.0.2.5/30', '2001:db8:b::1/64'] }]],
    ],
  );
  t.strictSame(
    providers.map(({ as, sessions }) => [as, sessions.map(({ there }) => there.toString())]),
    [
      [64501, ['192.0.2.2', '2001:db8:a::2']],
      [64502, ['192.0.2.6', '2001:db8:b::2']],
    ],
  );
  t.strictSame(routers[0]?.inside.map(String), ['198.51.100.2', '2001:db8:1234::1']);
  t.equal(
    vantage.prefixes[4].toString(),
    '203.0.113.0/24',
    'in a lab, space for documentation that is not in use',
  );
  const real = play(EXAMPLE.replace(/^lab: true$/m, 'lab: false'));
  t.equal(real.vantage.prefixes[4].toString(), '9.9.9.0/24', 'elsewhere, space that filters let through');
  const other = play(EXAMPLE.replaceAll('198.51.100.0/24', '203.0.113.0/24'));
  t.equal(other.vantage.prefixes[4].toString(), '198.51.100.0/24');
  t.match(played(EXAMPLE.replace('    gtsm: true', '    multihop: 2')), {
    leftOut: [{ name: 'transit-b', why: 'it is several hops away' }],
  });
  t.match(played('as: 1\nprefixes: []\nrouters: { r: { router-id: 1.1.1.1 } }\nneighbors: {}\n'), {
    reason: /no neighbours/,
  });
});

t.test('caches of validated ROAs', async (t) => {
  t.strictSame(play().caches, [], 'none are named');
  const { caches, validated, mended, providers } = play(
    EXAMPLE.replace(/^neighbors:/m, 'rpki: 10.99.0.1\nneighbors:'),
  );
  t.strictSame(
    caches.map(({ address, port }) => `${address.toString()} ${port}`),
    ['10.99.0.1 323'],
  );
  t.ok(validated.some(({ prefix, as }) => prefix.toString() === '198.51.100.0/24' && as === 64500));
  const invalid = providers[0]?.offers.filter(({ why }) => why.includes('ROA')) ?? [];
  t.equal(invalid.length, 2);
  for (const { prefix, taken } of invalid) {
    t.notOk(taken);
    t.ok(validated.some((each) => each.prefix.equals(prefix) && each.as !== 64501));
    t.ok(mended.some((each) => each.prefix.equals(prefix) && each.as === 64501));
  }
});

t.test('what is offered: good and bad, by what is wanted', async (t) => {
  const offered = (text: string): string[] =>
    play(text)
      .providers[0]?.offers.filter(({ taken }) => taken)
      .map(({ prefix }) => prefix.toString()) ?? [];
  t.strictSame(offered(EXAMPLE), ['9.0.0.0/16', '2400:cb00::/32']);
  const wants = (word: string): string =>
    EXAMPLE.replace('    description: Transit A', `    routes: ${word}\n    description: Transit A`);
  t.strictSame(offered(wants('default')), ['0.0.0.0/0', '::/0']);
  t.strictSame(offered(wants('full-and-default')), ['0.0.0.0/0', '::/0', '9.0.0.0/16', '2400:cb00::/32']);
  for (const { prefix, why } of play().providers[0]?.offers ?? [])
    if (why.includes('half'))
      t.ok(
        /^(198\.51\.100\.128\/25|2001:db8:1234:8000::\/49)$/.test(prefix.toString()),
        'where no probe goes',
      );
});

t.test('the neighbours as BIRDs', async (t) => {
  const made = play();
  const [a, b] = made.providers;
  if (a === undefined || b === undefined) throw new Error('two providers');
  const text = providerText(made, a, 'secret');
  t.match(
    text,
    /protocol bgp site4_0 \{\n {2}local 192\.0\.2\.1 as 64501;\n {2}neighbor 192\.0\.2\.2 as 64500;/,
  );
  t.match(text, '  password "secret";\n');
  t.notMatch(text, 'ttl security');
  t.match(providerText(made, b, undefined), '  ttl security on;\n');
  t.match(vantageText(made), /neighbor 172\.31\.1\.1 as 64502;/);
  t.strictSame(
    prefixesIn(
      'BIRD 2.0.12 ready.\nTable master4:\n198.51.100.0/24      unicast [site4_0 22:00:00.000] * (100) [AS64500i]\n\tvia 192.0.2.2 on w0\n',
    ),
    ['198.51.100.0/24'],
  );
  t.strictSame(
    establishedIn(
      'site4_0    BGP        ---        up     22:00:00.000  Established   \nsite6_1    BGP        ---        start  22:00:00.000  Active        Socket: Connection refused\n',
    ),
    ['site4_0'],
  );
});

t.test('the answers of the daemons', async (t) => {
  t.strictSame(frr.routesIn('{ "vrfId": 0, "routes": { "203.0.113.0/24": [], "9.0.0.0/16": [] } }'), [
    '203.0.113.0/24',
    '9.0.0.0/16',
  ]);
  t.strictSame(frr.routesIn('% No such neighbor or address family'), []);
  t.strictSame(frr.routesIn('{}'), []);
  t.strictSame(
    openbgpd.routesIn(
      'flags: * = Valid\norigin: i\n\nflags ovs destination          gateway          lpref   med aspath origin\n*>      N 203.0.113.0/24       192.0.2.1         100     0 64501 64511 i\n',
    ),
    ['203.0.113.0/24'],
  );
});

/** Answers from 0 on, a hundredth of a second apart, without those of some numbers. */
function series(count: number, missing: (sequence: number) => boolean): Answer[] {
  return Array.from({ length: count }, (_, sequence) => ({ sequence, at: sequence / 100, took: 0.1 })).filter(
    ({ sequence }) => !missing(sequence),
  );
}

t.test('losses and holes', async (t) => {
  const text =
    '[1700000000.100000] 64 bytes from 198.51.100.1: icmp_seq=1 ttl=62 time=0.050 ms\n[1700000000.110000] 64 bytes from 198.51.100.1: icmp_seq=2 ttl=62 time=1.5 ms\n[1700000000.110100] 64 bytes from 198.51.100.1: icmp_seq=2 ttl=62 time=1.6 ms (DUP!)\nFrom 172.31.0.1 icmp_seq=3 Destination Net Unreachable\n[1700000000.13';
  t.strictSame(
    answersIn(text).map(({ sequence, took }) => [sequence, took]),
    [
      [1, 0.05],
      [2, 1.5],
    ],
  );
  const all = series(300, (n) => n >= 100 && n < 150);
  t.match(lossIn(all, 0.99, 3), { lost: 50 });
  t.equal(lossIn(all, 0.995, 3).outage.toFixed(2), '0.51', 'from the last before to the first behind');
  t.equal(lossIn(all, 1.6, 3).lost, 0);
  t.match(lossIn([], 0, 1), { sent: 0, lost: 0, outage: 0 });
  const overtaken = all.map((each) => (each.sequence === 99 ? { ...each, at: 1.75 } : each));
  t.equal(lossIn(overtaken, 1.7, 3).lost, 0, 'an answer that comes late is none that is lost');
  t.ok(flows(all, 3, 1));
  t.notOk(
    flows(
      all.filter(({ at }) => at < 2),
      2,
      1,
    ),
    'a hole within the second',
  );
  t.notOk(flows(all, 4, 1), 'nothing of late');
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 198 }), { maxLength: 50 }), (gone) => {
      const found = lossIn(
        series(200, (n) => gone.includes(n)),
        0,
        2,
      );
      t.equal(found.lost, gone.length);
      t.equal(found.sent, 200);
      t.equal(found.outage > 0, gone.length > 0);
    }),
    { numRuns: 60 },
  );
});

t.test('a picture', async (t) => {
  const answers = series(300, (n) => n >= 100 && n < 150);
  const svg = plot(
    'link of <a>',
    [{ family: 4, answers }],
    [
      { at: 1, what: 'link of <a>' },
      { at: 1.6, what: 'withdrawn' },
    ],
  );
  t.match(svg, /^<svg .*<\/svg>\n$/s);
  t.match(svg, 'link of &lt;a>, 0.00 s');
  t.match(svg, 'withdrawn, 0.60 s');
  t.equal([...svg.matchAll(/<rect [^>]*fill="#e33"/g)].length, 1, 'one hole');
  t.match(plot('nothing', [], []), /^<svg /, 'nothing at all is drawn too');
});
