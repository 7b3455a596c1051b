// The objects of a routing registry (RFC 2622, RFC 4012): whom the site peers with, and which prefixes are its to announce.
// Nothing is made for space that belongs to somebody else's block: its holder alone can do that.

import type { Family } from '../../address/index.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { announcementsOf } from '../announced.ts';
import { DEFAULTS, familiesOf, type Neighbor, type Site } from '../model.ts';
import type { SiteTarget } from './site-target.ts';

export const rpsl: SiteTarget = {
  name: 'rpsl',
  summary: 'objects of a routing registry: aut-num, as-set, route and route6',
  emit: (site): readonly Artifact[] => [{ path: '/site.rpsl', mode: 0o644, text: objects(site) }],
};

/** Where the values of attributes begin. */
const COLUMN = 16;

function attribute(out: Writer, name: string, value: string | undefined): void {
  if (value !== undefined) out.line(`${`${name}:`.padEnd(COLUMN)}${value}`);
}

function objects(site: Site): string {
  const out = new Writer();
  const { registry } = site;
  const as = `AS${site.as.value}`;
  const asSet = registry?.asSet?.value;
  const closing = (): void => {
    attribute(out, 'mnt-by', registry?.maintainer?.value);
    attribute(out, 'source', registry?.source?.value);
  };

  attribute(out, 'aut-num', as);
  attribute(out, 'as-name', 'UNSPECIFIED');
  attribute(out, 'org', registry?.organisation?.value);
  for (const neighbor of site.neighbors) {
    if (neighbor.role.value === 'ibgp') continue;
    for (const family of familiesOf(neighbor)) policy(out, neighbor, family, asSet ?? as);
  }
  attribute(out, 'admin-c', registry?.adminContact?.value);
  attribute(out, 'tech-c', registry?.techContact?.value);
  closing();

  if (asSet !== undefined) {
    out.line('');
    attribute(out, 'as-set', asSet);
    attribute(out, 'members', as);
    for (const member of customersOf(site)) attribute(out, 'members', member);
    attribute(out, 'admin-c', registry?.adminContact?.value);
    attribute(out, 'tech-c', registry?.techContact?.value);
    closing();
  }

  for (const { prefix, status } of announcementsOf(site)) {
    out.line('');
    if (status === 'pa') {
      out.line(`% ${prefix.toString()} is part of a provider's block: its holder makes the route object`);
      continue;
    }
    attribute(out, prefix.family === 4 ? 'route' : 'route6', prefix.toString());
    attribute(out, 'origin', as);
    attribute(out, 'org', registry?.organisation?.value);
    closing();
  }
  return out.text();
}

/** What a neighbour and its customers announce, as the registry knows it. */
function nameOf({ asSet, as }: Neighbor): string {
  return asSet?.value ?? `AS${as.value.value}`;
}

function customersOf(site: Site): readonly string[] {
  const names = site.neighbors.filter(({ role }) => role.value === 'customer').map(nameOf);
  return [...new Set(names)].sort();
}

/** What is taken of a neighbour, and what it is told (RFC 2622 section 6, RFC 4012 section 2.5). */
function policy(out: Writer, neighbor: Neighbor, family: Family, own: string): void {
  const peer = `AS${neighbor.as.value.value}`;
  const all = family === 4 ? '{0.0.0.0/0}' : '{::/0}';
  const role = neighbor.role.value;
  const wanted = neighbor.wanted?.value ?? DEFAULTS.wanted;
  const taken =
    role === 'transit'
      ? wanted === 'default'
        ? all
        : 'ANY'
      : role === 'route-server' && neighbor.asSet === undefined
        ? 'ANY'
        : nameOf(neighbor);
  const told = role === 'customer' && (neighbor.sent?.value ?? DEFAULTS.sent) === 'full' ? 'ANY' : own;
  const [word, where] = family === 4 ? ['', ''] : ['mp-', 'afi ipv6.unicast '];
  attribute(out, `${word}import`, `${where}from ${peer} accept ${taken}`);
  attribute(out, `${word}export`, `${where}to ${peer} announce ${told}`);
}
