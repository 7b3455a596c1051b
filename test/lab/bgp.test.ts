// What bgpgen emits, judged by FRR's real daemons, and shown at work between two providers that are BIRDs: what they
// hear, what the site takes, and that no single lost line lets anything leak.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { frr as frrTarget } from '../../src/routing/targets/frr.ts';
import { type Bird, type Frr, Lab, lacking, type Ran, run, until } from '../routing/daemons.ts';
import { A, B, birdOf, example, OFFERS, type Offer, OWN4, OWN6 } from '../routing/providers.ts';
import { aSite, speakerIn } from '../routing/sites.ts';

const CASES = 'test/cases/routing';
const reason = lacking();
const skip = reason === undefined ? {} : { skip: reason };

/** What is not fine in what vtysh said: everything, but for one remark. */
function complaints({ status, out, err }: Ran): string {
  const said = `${out}${err}`
    .replace(/^Graceful restart configuration changed, reset (?:all peers|this peer) to take effect\n/gm, '')
    .trim();
  return status === 0 && said === '' ? '' : `status ${status}: ${said}`;
}

/** A lab whose end is the end of the test. */
function labOf(t: { teardown(end: () => void): unknown }): Lab {
  const lab = new Lab();
  t.teardown(() => lab.end());
  return lab;
}

const goldens = readdirSync(CASES)
  .sort()
  .map((name) => `${CASES}/${name}/frr-8.4/frr.conf`)
  .filter((path) => existsSync(path));

/** Lines that FRR 8.4 takes for its defaults and leaves out, or prints in other words. */
const DEFAULTS: readonly RegExp[] = [
  /^(hostname|exit|exit-address-family)\b/,
  /^ip(v6)? forwarding$/,
  /^bgp (ebgp-requires-policy|network import-check|fast-external-failover)$/,
  /^(detect-multiplier 3|receive-interval 300|transmit-interval 300)$/,
  // Communities are sorted, and the known ones named.
  /^set community (\d+:\d+ )*65535:\d+( \d+:\d+)* additive$/,
  /^bgp dampening 15 750 2000 60$/,
  /^bgp community-list standard (graceful-shutdown-asked|blackhole-asked) seq 5 permit 65535:(0|666)$/,
];

/** The lines of a configuration that are not in what a daemon prints of it. */
function missing(text: string, running: string): string[] {
  const lines = (all: string): string[] => all.split('\n').map((line) => line.trim());
  const printed = new Set(lines(running));
  return lines(text).filter(
    (line) =>
      line !== '' && !line.startsWith('!') && !printed.has(line) && !DEFAULTS.some((each) => each.test(line)),
  );
}

t.test(
  'the daemons take every golden without a word, and print it so that it loads again as the same',
  skip,
  async (t) => {
    const lab = labOf(t);
    const namespace = lab.namespace('judge');
    t.ok(goldens.length >= 8, 'there are goldens');
    for (const path of goldens) {
      const text = readFileSync(path, 'utf8');
      const daemons = ['zebra', 'staticd', 'bgpd'];
      if (text.includes('\nbfd\n')) daemons.push('bfdd');
      if (text.includes('\nrouter ospf\n')) daemons.push('ospfd', 'ospf6d');
      const options = text.includes('\nrpki\n') ? { bgpd: ['-M', 'rpki'] } : {};
      const first = lab.frr(namespace, daemons, options);
      t.equal(complaints(first.load(text)), '', path);
      const running = first.running();
      if (path.includes('/seed/')) {
        const announced = (): boolean => first.vtysh('show bgp ipv4 unicast').out.includes('*> 10.1.2.0/24');
        t.ok(await until(announced, 5), "the seed's network is in the table");
      }
      first.end();
      t.strictSame(missing(text, running), [], `${path}: every line has come to stand`);
      // Those that say nothing new are not loaded a second time.
      if (/quoted|redundant|strict|unknown|backup|split|wanted/.test(path)) continue;
      const second = lab.frr(namespace, daemons, options);
      // FRR prints maps behind what refers to them, and says so when it reads that.
      const again = complaints(second.load(running)).replace(
        /(status 0: )?The route-map '\S+' does not exist\.\n?/g,
        '',
      );
      t.equal(again, '', `${path}, as printed`);
      t.equal(second.running(), running, `${path}: stable`);
      second.end();
    }
  },
);

t.test('the daemons take what is emitted for sites made at random', skip, async (t) => {
  const lab = labOf(t);
  const namespace = lab.namespace('random');
  const seed = Date.now() & 0x7fffffff;
  for (const site of fc.sample(aSite, { numRuns: 6, seed })) {
    const frr = lab.frr(namespace);
    const files = frrTarget.emit(speakerIn(site), frrTarget.usual);
    const text = files.find(({ path }) => path.endsWith('/frr.conf'))?.text ?? '';
    t.equal(complaints(frr.load(text)), '', `seed ${seed}\n${site}`);
    t.strictSame(missing(text, frr.running()), [], `seed ${seed}: every line has come to stand\n${site}`);
    frr.end();
  }
});

t.test('the judge bites: a golden with a fault in it is refused', skip, async (t) => {
  const lab = labOf(t);
  const namespace = lab.namespace('bites');
  const golden = readFileSync(`${CASES}/two-transits/frr-8.4/frr.conf`, 'utf8');
  const rows: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a command that there is not',
      ' bgp ebgp-requires-policy',
      ' bgp ebgp-requires-polity',
      /Unknown command/,
    ],
    ['a prefix that is not one', 'permit 198.51.100.0/24', 'permit 198.51.100.0/33', /Unknown command/],
    ['ge below the length', '2000::/3 ge 12 le 48', '2000::/3 ge 2 le 48', /Invalid prefix range/],
    ['an expression that is not one', 'permit ^$', 'permit [', /Can't compile/i],
    [
      'a map that there is not',
      'route-map transit-b-v4-out out',
      'route-map transit-c-v4-out out',
      /does not exist/,
    ],
    ['a neighbour without an AS', ' neighbor 192.0.2.5 remote-as 64502\n', '', /Specify remote-as/],
    ["Quagga's word", 'bgp as-path access-list own', 'ip as-path access-list own', /Unknown command/],
  ];
  for (const [why, from, to, expected] of rows) {
    t.ok(golden.includes(from), `${why}: the golden has what is spoilt`);
    const frr = lab.frr(namespace);
    t.match(complaints(frr.load(golden.replace(from, to))), expected, why);
    frr.end();
  }
});

/** What FRR says otherwise than Quagga, of what is emitted; all else must be the same for both. */
const DIFFERENCES: readonly (readonly [RegExp, string])[] = [
  [/^ip (as-path access-list|community-list|large-community-list) /gm, 'bgp $1 '],
  [/^(ipv6 route \S+) lo blackhole /gm, '$1 blackhole '],
  // By neighbour in FRR 8.4, and for all again from 9.1 on.
  [/^ bgp enforce-first-as\n/gm, ''],
  // FRR refuses to turn off what is off.
  [/^ no bgp graceful-restart\n/gm, ''],
];

t.test("what Quagga and FRR share, FRR takes of Quagga's goldens too", skip, async (t) => {
  const lab = labOf(t);
  const namespace = lab.namespace('quagga');
  for (const name of ['two-transits', 'routes-wanted', 'multihop', 'four-byte-as']) {
    const folder = `${CASES}/${name}/quagga-1.2`;
    const own = ['zebra.conf', 'bgpd.conf'].map((file) => readFileSync(`${folder}/${file}`, 'utf8')).join('');
    const frr = lab.frr(namespace);
    t.match(complaints(frr.load(own)), /Unknown command/, `${name}: not without the differences`);
    frr.end();
    const text = DIFFERENCES.reduce((all, [from, to]) => all.replace(from, to), own);
    const other = lab.frr(namespace);
    t.equal(complaints(other.load(text)), '', name);
    const lost = missing(
      text,
      other.running().replace(/^(bgp (?:large-)?(?:as-path|community-list).*?) seq \d+/gm, '$1'),
    )
      // FRR numbers these lists, and prints no defaults.
      .filter(
        (line) =>
          !/^bgp (as-path access-list|(large-)?community-list)|^no bgp network import-check|^address-family ipv6$/.test(
            line,
          ),
      );
    t.strictSame(lost, [], `${name}: every line has come to stand`);
    other.end();
  }
});

/** The prefixes that the site has taken from an address. */
function taken(frr: Frr, address: string): string[] {
  const family = address.includes(':') ? 'ipv6' : 'ipv4';
  const answer = frr.json(`show bgp ${family} unicast neighbors ${address} routes`);
  const routes = typeof answer === 'object' && answer !== null && 'routes' in answer ? answer.routes : {};
  return Object.keys(routes ?? {}).sort();
}

t.test('the example between two providers', skip, async (t) => {
  const lab = labOf(t);
  const [site, ta, tb] = [lab.namespace('site'), lab.namespace('a'), lab.namespace('b')];
  lab.wire(
    { namespace: site, name: 'eth1', addresses: ['192.0.2.2/30', '2001:db8:a::2/64'] },
    { namespace: ta, name: 'eth0', addresses: ['192.0.2.1/30', '2001:db8:a::1/64'] },
  );
  lab.wire(
    { namespace: site, name: 'eth2', addresses: ['192.0.2.6/30', '2001:db8:b::2/64'] },
    { namespace: tb, name: 'eth0', addresses: ['192.0.2.5/30', '2001:db8:b::1/64'] },
  );
  const a = lab.bird(ta, birdOf(A, OFFERS));
  const good: Offer = { prefix: '192.0.2.0/24', why: 'an ordinary route', taken: true };
  const b = lab.bird(tb, birdOf(B, [good]));
  const frr = lab.frr(site);
  t.equal(complaints(frr.load(await example())), '', 'the configuration is taken without a word');

  const heard = (bird: Bird): string[] => [...bird.routes('site4'), ...bird.routes('site6')];
  const own = [...OWN4, ...OWN6];
  const both = (): boolean => [a, b].every((bird) => heard(bird).length >= own.length);
  t.ok(
    await until(both, 20),
    'four sessions come up: with MD5 and a role to A, with GTSM to B, over IPv4 and IPv6',
  );
  const come = (): boolean =>
    taken(frr, '192.0.2.5').length > 0 &&
    taken(frr, '192.0.2.1').length > 0 &&
    taken(frr, '2001:db8:a::1').length > 0;
  if (!(await until(come, 10))) {
    t.fail('no routes have come');
    t.comment(frr.vtysh('show bgp summary', 'show bgp neighbors 2001:db8:a::1', 'show log').out);
    t.comment(a.ask('show', 'protocols', 'all', 'site6'));
    t.comment(a.ask('show', 'route', 'export', 'site6', 'all'));
  }

  t.test('each provider hears exactly our two prefixes', async (t) => {
    t.strictSame(heard(a), own, 'A');
    t.strictSame(heard(b), own, 'B');
    t.match(
      b.ask('show', 'route', 'all', 'protocol', 'site4'),
      /BGP\.as_path: 64500\n/,
      'made by us, and by nobody before',
    );
  });

  t.test('exactly the good routes are taken', async (t) => {
    const good4 = OFFERS.filter((offer) => offer.taken && !offer.prefix.includes(':'));
    const good6 = OFFERS.filter((offer) => offer.taken && offer.prefix.includes(':'));
    t.strictSame(taken(frr, '192.0.2.1'), good4.map(({ prefix }) => prefix).sort());
    t.strictSame(taken(frr, '2001:db8:a::1'), good6.map(({ prefix }) => prefix).sort());
    t.strictSame(taken(frr, '192.0.2.5'), ['192.0.2.0/24']);
    for (const { prefix, why, taken: wanted } of OFFERS)
      t.equal(
        [...taken(frr, '192.0.2.1'), ...taken(frr, '2001:db8:a::1')].includes(prefix),
        wanted,
        `${prefix}: ${why}`,
      );
    const kernel = run('ip', '-n', site, 'route', 'show', '203.0.113.0/24').out;
    t.match(kernel, /via 192\.0\.2\.1 dev eth1 proto bgp/, 'and they reach the kernel');
    t.match(
      run('ip', '-n', site, 'route', 'show', '198.51.100.0/24').out,
      /^blackhole 198\.51\.100\.0\/24/,
      'the pull-up route too',
    );
  });

  t.test(
    'communities: ours scrubbed, ours set, the rest kept; a session about to close is used last',
    async (t) => {
      const marked = frr.vtysh('show bgp ipv6 unicast 2001:db8:6010::/48').out;
      t.match(marked, / Community: 64500:100 64501:7\n/);
      t.match(marked, / Large Community: 64501:1:1\n/);
      t.match(marked, /localpref 100\b/);
      t.match(frr.vtysh('show bgp ipv6 unicast 2001:db8:6011::/48').out, /localpref 0\b/);
    },
  );

  t.test('nothing leaks with any one line of the way out lost', async (t) => {
    const four = ['router bgp 64500', 'address-family ipv4 unicast'];
    const line = (text: string): readonly [readonly string[], readonly string[]] => [
      [...four, `no ${text}`],
      [...four, text],
    ];
    const top = (text: string): readonly [readonly string[], readonly string[]] => [[`no ${text}`], [text]];
    const clause = (
      name: string,
      ...body: readonly string[]
    ): readonly [readonly string[], readonly string[]] => [
      [`no route-map ${name}`],
      [`route-map ${name}`, ...body],
    ];
    const rows: readonly (readonly [readonly string[], readonly string[]])[] = [
      line('neighbor 192.0.2.5 route-map transit-b-v4-out out'),
      line('neighbor 192.0.2.5 prefix-list own-v4 out'),
      line('neighbor 192.0.2.5 filter-list own-origin out'),
      line('neighbor 192.0.2.5 maximum-prefix-out 3'),
      line('neighbor 192.0.2.1 route-map transit-a-v4-in in'),
      [
        ['router bgp 64500', 'no bgp ebgp-requires-policy'],
        ['router bgp 64500', 'bgp ebgp-requires-policy'],
      ],
      top('ip prefix-list own-v4 seq 5 permit 198.51.100.0/24'),
      top('ip prefix-list own-v4 seq 10 deny 0.0.0.0/0 le 32'),
      top('bgp as-path access-list own-origin seq 5 permit ^$'),
      top('bgp as-path access-list own-origin seq 10 deny .*'),
      top('bgp community-list standard learned seq 5 permit 64500:100'),
      clause('transit-b-v4-out deny 10', 'match community learned'),
      clause('transit-b-v4-out permit 20', 'match ip address prefix-list own-v4', 'match as-path own-origin'),
      clause('transit-b-v4-out deny 30'),
      [
        ['route-map transit-b-v4-out permit 20', 'no match ip address prefix-list own-v4'],
        ['route-map transit-b-v4-out permit 20', 'match ip address prefix-list own-v4'],
      ],
      [
        ['route-map transit-b-v4-out permit 20', 'no match as-path own-origin'],
        ['route-map transit-b-v4-out permit 20', 'match as-path own-origin'],
      ],
    ];
    const softly = ['end', 'clear bgp ipv4 unicast * soft'];
    for (const [loss, repair] of rows) {
      frr.configure(...loss, ...softly);
      await pause(300);
      t.strictSame(
        b.routes('site4').filter((prefix) => !OWN4.includes(prefix)),
        [],
        loss.at(-1) ?? '',
      );
      frr.configure(...repair, ...softly);
    }
    t.ok(
      await until(() => b.routes('site4').length === 1, 10),
      'and with all of them back, ours is announced',
    );
    // The judge bites: with every lock open, the same look at B sees A's route.
    frr.configure(
      'router bgp 64500',
      'no bgp ebgp-requires-policy',
      'no neighbor 192.0.2.5 local-role customer',
      ...four.slice(1),
      'no neighbor 192.0.2.5 route-map transit-b-v4-out out',
      'no neighbor 192.0.2.5 prefix-list own-v4 out',
      'no neighbor 192.0.2.5 filter-list own-origin out',
      ...softly,
    );
    t.ok(await until(() => b.routes('site4').includes('203.0.113.0/24'), 15), 'a site without policy leaks');
  });
});

t.test('a provider that sends too much, and a daemon that crashes', skip, async (t) => {
  const lab = labOf(t);
  const [site, tb] = [lab.namespace('site'), lab.namespace('b')];
  lab.wire(
    { namespace: site, name: 'eth2', addresses: ['192.0.2.6/30', '2001:db8:b::2/64'] },
    { namespace: tb, name: 'eth0', addresses: ['192.0.2.5/30', '2001:db8:b::1/64'] },
  );
  const b = lab.bird(tb, birdOf(B, []));
  const frr = lab.frr(site);
  t.equal(
    complaints(frr.load((await example()).replaceAll(/(neighbor 192\.0\.2\.5 maximum-prefix) \d+/g, '$1 5'))),
    '',
  );
  t.ok(
    await until(() => b.routes('site4').length === 1 && b.routes('site6').length === 1, 20),
    'the sessions are up',
  );

  const refused = Array.from(
    { length: 9 },
    (_, index): Offer => ({ prefix: `10.${index}.0.0/16`, why: 'private', taken: false }),
  );
  const state = (): string => frr.vtysh('show bgp ipv4 unicast summary').out;
  b.reconfigure(birdOf(B, [...refused, { prefix: '192.0.2.0/24', why: 'an ordinary route', taken: true }]));
  t.ok(
    await until(() => state().includes('Idle (PfxCt)'), 15),
    'one accepted and nine refused are over five: what is refused counts',
  );
  t.equal(b.routes('site6').length, 1, 'the other session stays');

  frr.kill('bgpd');
  t.ok(
    await until(() => b.routes('site6').length === 0, 10),
    'a crash takes our prefix back at once: no stale route is kept',
  );
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
