// A site between a provider, a peer and a customer, with a cache of validated ROAs, for each daemon that can do all of it:
// who hears of whom, what is refused of whom, and that a route comes back when its ROA is mended.

import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { Source } from '../../src/document/source.ts';
import { speakerOf } from '../../src/routing/expand.ts';
import { parseSite } from '../../src/routing/parse.ts';
import { readPrefixFile } from '../../src/routing/prefix-file.ts';
import { bird as birdTarget } from '../../src/routing/targets/bird.ts';
import { frr as frrTarget } from '../../src/routing/targets/frr.ts';
import { openbgpd as openbgpdTarget } from '../../src/routing/targets/openbgpd.ts';
import type { RoutingTarget } from '../../src/routing/targets/version.ts';
import { type Bird, Lab, lacking, run, until } from '../routing/daemons.ts';

const missing =
  lacking() ??
  (run('sh', '-c', 'command -v stayrtr').status === 0
    ? undefined
    : 'not installed: stayrtr (package stayrtr)');
const skip = missing === undefined ? {} : { skip: missing };

const SITE = `lab: true
as: 64500
prefixes: ["2001:db8:1234::/48"]
rpki: { address: "::1", port: 3323 }
routers:
  r1:
    router-id: 198.51.100.1
    interfaces:
      eth1: "2001:db8:a::2/64"
      eth2: "2001:db8:b::2/64"
      eth3: "2001:db8:c::2/64"
neighbors:
  transit: { role: transit, router: r1, as: 64501, addresses: "2001:db8:a::1", gtsm: true, max-prefix: { ipv6: 50 } }
  peer: { role: peer, router: r1, as: 64502, addresses: "2001:db8:b::1", gtsm: true, max-prefix: { ipv6: 50 } }
  customer: { role: customer, router: r1, as: 64503, addresses: "2001:db8:c::1", gtsm: true, max-prefix: { ipv6: 50 } }
`;

const LIST = '2001:db8:c00::/40^48\n';

/** What each neighbour offers: prefix, and the AS numbers behind its own. */
const OFFERS: Readonly<Record<string, readonly (readonly [string, readonly number[]])[]>> = {
  transit: [
    ['2001:db8:a01::/48', [3356, 64510]],
    ['2001:db8:a02::/48', [64509]],
    ['2001:db8:c01::/48', [64510]],
  ],
  peer: [
    ['2001:db8:b01::/48', []],
    ['2001:db8:b02::/48', [3356]],
  ],
  customer: [
    ['2001:db8:c00::/48', []],
    ['2001:db8:d00::/48', []],
    ['2001:db8:a01::/48', []],
  ],
};

const NEIGHBORS = [
  ['transit', 64501, 'a', 'eth1', 'provider'],
  ['peer', 64502, 'b', 'eth2', 'peer'],
  ['customer', 64503, 'c', 'eth3', 'customer'],
] as const;

function birdOf(name: string, as: number, net: string, role: string): string {
  const offers = OFFERS[name] ?? [];
  return `router id 192.0.2.${as - 64500};
protocol device {}
protocol static offers { ipv6; ${offers.map(([prefix]) => `route ${prefix} blackhole;`).join(' ')} }
filter tell { ${offers
    .map(
      ([prefix, path]) =>
        `if net = ${prefix} then { ${path
          .toReversed()
          .map((each) => `bgp_path.prepend(${each});`)
          .join(' ')} accept; }`,
    )
    .join(' ')} reject; }
protocol bgp site { local 2001:db8:${net}::1 as ${as}; neighbor 2001:db8:${net}::2 as 64500; ttl security on; local role ${role};
  connect delay time 1; connect retry time 2; error wait time 1, 3;
  ipv6 { import all; export filter tell; }; }
`;
}

/** ROAs: one prefix of the provider is somebody else's, until it is mended. */
const roas = (mended: boolean): string =>
  JSON.stringify({
    metadata: { generated: 0, valid: 0 },
    roas: [
      { prefix: '2001:db8:a02::/48', maxLength: 48, asn: mended ? 'AS64509' : 'AS64999', ta: 'lab' },
      { prefix: '2001:db8:a01::/48', maxLength: 48, asn: 'AS64510', ta: 'lab' },
    ],
  });

interface Daemon {
  readonly target: RoutingTarget;
  readonly file: string;
  /** Starts it; gives what must be said to it where it does not look at new ROAs by itself. */
  readonly start: (lab: Lab, namespace: string, text: string) => () => void;
}

const DAEMONS: readonly Daemon[] = [
  {
    target: frrTarget,
    file: 'frr.conf',
    start: (lab, namespace, text) => {
      const frr = lab.frr(namespace, ['zebra', 'staticd', 'bgpd'], { bgpd: ['-M', 'rpki'] });
      frr.load(text);
      return () => void frr.vtysh('clear bgp ipv6 unicast * soft in');
    },
  },
  {
    target: birdTarget,
    file: 'bird.conf',
    start: (lab, namespace, text) => {
      lab.bird(namespace, text);
      return () => {};
    },
  },
  {
    target: openbgpdTarget,
    file: 'bgpd.conf',
    start: (lab, namespace, text) => {
      lab.openbgpd(namespace, text);
      return () => {};
    },
  },
];

for (const { target, file, start } of DAEMONS) {
  t.test(`a provider, a peer and a customer, with ${target.name}`, skip, async (t) => {
    const lab = new Lab();
    t.teardown(() => lab.end());
    const site = lab.namespace('site');
    const cache = join(lab.folder, 'vrps.json');
    writeFileSync(cache, roas(false));
    const rtr = spawn(
      'ip',
      [
        'netns',
        'exec',
        site,
        'stayrtr',
        '-bind',
        '[::1]:3323',
        '-cache',
        cache,
        '-checktime=false',
        '-refresh',
        '2',
        '-metrics.addr',
        '',
      ],
      { stdio: 'ignore' },
    );
    t.teardown(() => rtr.kill('SIGKILL'));
    const birds = new Map<string, Bird>();
    for (const [name, as, net, link, role] of NEIGHBORS) {
      const namespace = lab.namespace(name);
      lab.wire(
        { namespace: site, name: link, addresses: [`2001:db8:${net}::2/64`] },
        { namespace, name: 'eth0', addresses: [`2001:db8:${net}::1/64`] },
      );
      birds.set(name, lab.bird(namespace, birdOf(name, as, net, role)));
    }
    const lists = new Map([['customer', readPrefixFile(new Source('list', LIST))]]);
    const { site: facts } = parseSite(new Source('site.yaml', SITE));
    const [router] = facts?.routers ?? [];
    if (facts === undefined || router === undefined) throw new Error('not a site');
    const speaker = speakerOf(facts, router, { passwords: new Map(), prefixes: lists });
    const text = target.emit(speaker, target.usual).find(({ path }) => path.endsWith(`/${file}`))?.text ?? '';
    const look = start(lab, site, text);
    const heard = (name: string): string[] => birds.get(name)?.routes('site') ?? [];
    const OWN = '2001:db8:1234::/48';
    // What a customer sent itself does not come back to it.
    const toCustomer = [OWN, '2001:db8:a01::/48', '2001:db8:b01::/48', '2001:db8:c01::/48'].sort();
    const settled = (): boolean =>
      heard('transit').length >= 2 &&
      heard('peer').length >= 2 &&
      heard('customer').length >= toCustomer.length;
    t.ok(await until(settled, 60), 'three sessions come up, each in its role');
    // Invalid routes that came before the cache was asked go again.
    const clean = (): boolean => !heard('customer').includes('2001:db8:a02::/48');
    if (!(await until(clean, 15))) {
      look();
      t.ok(await until(clean, 15), 'the invalid route goes');
    }
    t.strictSame(
      heard('transit'),
      [OWN, '2001:db8:c00::/48'].sort(),
      'the provider hears of us and our customer',
    );
    t.strictSame(heard('peer'), [OWN, '2001:db8:c00::/48'].sort(), 'and so does the peer, and of no other');
    t.strictSame(
      heard('customer'),
      toCustomer,
      'the customer hears of everything but what is refused: a leak by way of the peer, an invalid route',
    );

    writeFileSync(cache, roas(true));
    const back = (): boolean => heard('customer').includes('2001:db8:a02::/48');
    // FRR 8.4 does not.
    if (!(await until(back, target.name === 'frr' ? 3 : 20))) {
      t.comment(`${target.name} does not look again by itself`);
      look();
    }
    t.ok(await until(back, 30), 'mended, it is taken');
  });
}
