// Two providers of the example as BIRDs, and what they offer it: for the labs, whatever daemon the site runs.

import { readFileSync } from 'node:fs';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { program } from '../../src/programs/bgpgen.ts';

/** A route that a provider offers, and whether the site is to take it. */
export interface Offer {
  readonly prefix: string;
  readonly why: string;
  readonly taken: boolean;
  /** AS numbers behind the provider's own. */
  readonly path?: readonly number[];
  /** Statements of BIRD that add communities. */
  readonly communities?: readonly string[];
}

/** What provider A offers over IPv4 and IPv6. */
export const OFFERS: readonly Offer[] = [
  { prefix: '203.0.113.0/24', why: 'an ordinary route', taken: true },
  { prefix: '0.0.0.0/0', why: 'a default route that was not asked for', taken: false },
  { prefix: '10.66.0.0/16', why: 'private space', taken: false },
  { prefix: '100.64.0.0/10', why: 'shared space', taken: false },
  { prefix: '198.51.100.0/24', why: 'our own prefix', taken: false },
  { prefix: '198.51.100.128/25', why: 'a half of our own prefix', taken: false },
  { prefix: '203.0.113.128/25', why: 'longer than /24', taken: false },
  { prefix: '192.0.0.0/7', why: 'shorter than /8', taken: false },
  { prefix: '2001:db8:6000::/48', why: 'an ordinary route', taken: true },
  { prefix: '::/0', why: 'a default route that was not asked for', taken: false },
  { prefix: 'fd00:1::/48', why: 'unique local space', taken: false },
  { prefix: '2002:101::/32', why: '6to4', taken: false },
  { prefix: '2001:db8:1234::/48', why: 'our own prefix', taken: false },
  { prefix: '2001:db8:1234:8000::/49', why: 'a half of our own prefix', taken: false },
  { prefix: '2001:db8:6000:1::/64', why: 'longer than /48', taken: false },
  { prefix: '2001:db8:6001::/48', why: 'AS_TRANS in the path', taken: false, path: [23456] },
  { prefix: '2001:db8:6002::/48', why: 'digits of AS_TRANS in a longer number', taken: true, path: [234567] },
  { prefix: '2001:db8:6003::/48', why: 'a private AS', taken: false, path: [3356, 64512, 174] },
  { prefix: '2001:db8:6004::/48', why: 'the last private AS', taken: false, path: [65534] },
  { prefix: '2001:db8:6005::/48', why: 'the last AS of 16 bits', taken: false, path: [65535] },
  { prefix: '2001:db8:6006::/48', why: 'a reserved AS', taken: false, path: [131071] },
  { prefix: '2001:db8:6007::/48', why: 'the first AS behind the reserved ones', taken: true, path: [131072] },
  { prefix: '2001:db8:6008::/48', why: 'a private AS of 32 bits', taken: false, path: [4200000001] },
  { prefix: '2001:db8:6009::/48', why: '64 AS numbers', taken: true, path: Array(63).fill(3356) },
  { prefix: '2001:db8:600a::/48', why: '65 AS numbers', taken: false, path: Array(64).fill(3356) },
  {
    prefix: '2001:db8:6010::/48',
    why: 'communities that are ours to set',
    taken: true,
    communities: [
      'bgp_community.add((64500,666))',
      'bgp_community.add((65535,666))',
      'bgp_community.add((64501,7))',
      'bgp_large_community.add((64500,1,1))',
      'bgp_large_community.add((64501,1,1))',
    ],
  },
  {
    prefix: '2001:db8:6011::/48',
    why: 'graceful shutdown',
    taken: true,
    communities: ['bgp_community.add((65535,0))'],
  },
];

export interface Provider {
  readonly as: number;
  /** Ends of the addresses of the link: 192.0.2.`four`, and 2001:db8:`six`::. */
  readonly four: number;
  readonly six: string;
  /** What every session has besides. */
  readonly session: string;
}

export const A: Provider = {
  as: 64501,
  four: 1,
  six: 'a',
  session: 'password "an-example-only"; local role provider;',
};
export const B: Provider = { as: 64502, four: 5, six: 'b', session: 'ttl security on;' };

/** A provider as a configuration of BIRD. It retries at once: its usual waits are made for the Internet. */
export function birdOf({ as, four, six, session }: Provider, offers: readonly Offer[]): string {
  const lines = [`router id 192.0.2.${four};`, 'protocol device {}'];
  for (const [name, family] of [
    ['ipv4', 4],
    ['ipv6', 6],
  ] as const) {
    const mine = offers.filter(({ prefix }) => prefix.includes(':') === (family === 6));
    const routes = mine.map(({ prefix }) => `route ${prefix} blackhole;`);
    const changes = mine.flatMap(({ prefix, path = [], communities = [] }) => {
      const statements = [...path.toReversed().map((each) => `bgp_path.prepend(${each})`), ...communities];
      return statements.length === 0 ? [] : [`if net = ${prefix} then { ${statements.join('; ')}; }`];
    });
    const [here, there] =
      family === 4
        ? [`192.0.2.${four}`, `192.0.2.${four + 1}`]
        : [`2001:db8:${six}::1`, `2001:db8:${six}::2`];
    lines.push(
      `protocol static offers${family} { ${name}; ${routes.join(' ')} }`,
      `filter out${family} { ${changes.join(' ')} accept; }`,
      `protocol bgp site${family} { local ${here} as ${as}; neighbor ${there} as 64500; ${session}`,
      `  connect delay time 1; connect retry time 2; error wait time 1, 3;`,
      `  ${name} { import all; export filter out${family}; }; }`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** One file of the example as bgpgen emits it for a target. */
export async function example(target = 'frr', file = 'frr.conf'): Promise<string> {
  const host = new FakeHost();
  host.file('examples/site.yaml', readFileSync('examples/site.yaml', 'utf8'));
  host.file('examples/transit-a.password', readFileSync('examples/transit-a.password', 'utf8'), 0o600);
  const words = [
    'emit',
    'examples/site.yaml',
    '--router',
    'r1',
    '--target',
    target,
    '--file',
    file,
    '--show-secrets',
  ];
  const status = await runProgram(program, words, host);
  if (status !== 0) throw new Error(host.stderr);
  return host.stdout;
}

export const OWN4 = ['198.51.100.0/24'];
export const OWN6 = ['2001:db8:1234::/48'];
