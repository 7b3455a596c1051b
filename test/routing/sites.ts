// Site files made at random, and the router in one, for tests that hold whatever the site.

import fc from 'fast-check';
import { type Family, Prefix } from '../../src/address/index.ts';
import { Source } from '../../src/document/source.ts';
import { speakerOf } from '../../src/routing/expand.ts';
import { parseSite } from '../../src/routing/parse.ts';
import type { PrefixEntries, PrefixRule } from '../../src/routing/policy.ts';
import type { Speaker } from '../../src/routing/speaker.ts';

/** Sites that differ in all that the lists and maps hang on. */
export const aSite: fc.Arbitrary<string> = fc
  .record({
    as: fc.constantFrom(64500, 3333, 56320, 131072, 4199999999),
    lab: fc.boolean(),
    own: fc.uniqueArray(
      fc.constantFrom(
        '198.51.100.0/24',
        '8.8.0.0/16',
        '9.0.0.0/8',
        '1.2.3.4/32',
        '2a00:1450::/32',
        '2001:db8:1234::/48',
      ),
      { maxLength: 4 },
    ),
    neighbors: fc.array(
      fc.record({
        wanted: fc.constantFrom('full', 'default', 'full-and-default'),
        families: fc.constantFrom<readonly Family[]>([4], [6], [4, 6]),
        hops: fc.integer({ min: 1, max: 3 }),
        gtsm: fc.boolean(),
        role: fc.constantFrom('transit', 'transit', 'transit', 'peer', 'customer', 'route-server'),
        more: fc.constantFrom(
          '',
          '',
          ', use: backup, communities: { backup: "64501:80" }',
          ', use: primary, communities: { primary: "64501:0:90", blackhole: "64501:666" }',
          ', maintenance: drain',
          ', send: own',
        ),
      }),
      { maxLength: 3 },
    ),
  })
  .map(({ as, lab, own, neighbors }) => {
    const lines = [`lab: ${lab}`, `as: ${as}`, `prefixes: [${own.join(', ')}]`];
    lines.push(
      'routers:',
      '  r1: { router-id: 192.0.2.1 }',
      `neighbors: ${neighbors.length === 0 ? '{}' : ''}`,
    );
    for (const [index, { wanted, families, hops, gtsm, role, more }] of neighbors.entries()) {
      const addresses = families.map((family) =>
        family === 4 ? `203.0.113.${index}` : `2001:db8::${index}`,
      );
      lines.push(
        `  n${index}: { role: ${role}, router: r1, as: 64501, addresses: [${addresses.join(', ')}], routes: ${wanted},`,
        `    multihop: ${hops}, gtsm: ${gtsm}, max-prefix: { ipv4: 1, ipv6: 1 }${more} }`,
      );
    }
    return lines.join('\n');
  });

const rules: readonly PrefixRule[] = ['9.0.0.0/8', '2a00:1450::/32'].map((text) => ({
  action: 'permit',
  prefix: Prefix.parse(text),
  least: text.includes(':') ? 32 : 16,
  most: text.includes(':') ? 48 : 24,
  why: '',
}));

/** What the neighbours of such a site may announce, where they have a list. */
const ANNOUNCED: ReadonlyMap<string, PrefixEntries> = new Map([
  ['n0', { rules, packed: [] }],
  ['n1', { rules: [], packed: [] }],
]);

/** The site of a text that is known to be right, for one router. */
export function speakerIn(
  text: string,
  password = 'pw',
  prefixes: ReadonlyMap<string, PrefixEntries> = ANNOUNCED,
): Speaker {
  const { site } = parseSite(new Source('site.yaml', text));
  const [router] = site?.routers ?? [];
  if (site === undefined || router === undefined) throw new Error(`not a site:\n${text}`);
  return speakerOf(site, router, {
    passwords: new Map(site.neighbors.map(({ name }) => [name.value, password])),
    prefixes,
  });
}
