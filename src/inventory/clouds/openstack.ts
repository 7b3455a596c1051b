// OpenStack: servers as `openstack server list -f json` prints them, where Networks is an object of lists or, from older
// clients, one text; and the answer of the API of Nova. Only the API tells a floating address from a fixed one.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const openstack: JsonCloud = {
  name: 'openstack',
  summary: 'openstack server list -f json',
  form: 'json',
  listed: true,
  ask: ['openstack', 'server', 'list', '--long', '--limit', '-1', '--format', 'json'],
  recognises: (document) => {
    const first = firstOf(document);
    return (first !== undefined && 'Networks' in first && 'ID' in first) || isAnswer(document);
  },
  read: (document, source) =>
    harvest(source, 'openstack', (gathered) => {
      if (!isAnswer(document) || !isObject(document)) {
        for (const part of partsOf(gathered, document)) row(part, gathered);
        return;
      }
      const part = new Part(gathered, document);
      for (const item of part.parts('servers')) server(item, gathered);
      for (const link of part.parts('servers_links'))
        if (link.text('rel') === 'next')
          gathered.morePages(
            link.at(),
            'more pages follow this one',
            'openstack server list --limit -1 joins them',
          );
    }),
};

function isAnswer(document: Json): boolean {
  if (!isObject(document) || !isList(document['servers']) || 'meta' in document) return false;
  const first = firstOf(document['servers']);
  return document['servers'].length === 0 || (first !== undefined && isObject(first['addresses']));
}

/** A row of the client's table. */
function row(part: Part, gathered: Harvest): void {
  const id = part.word('ID');
  if (id === undefined) {
    part.flaw('no ID');
    return;
  }
  const found = new AddressList(gathered);
  const { Networks: networks, Properties: properties } = part.object;
  if (typeof networks === 'string') oldNetworks(networks, part, found);
  else {
    const nets = part.part('Networks');
    for (const network of Object.keys(nets?.object ?? {}))
      for (const [text, index] of nets?.texts(network) ?? [])
        found.read(text, part.at('Networks', network, index), { network });
  }
  gathered.hosts.push({
    source: 'openstack',
    id,
    name: part.text('Name') ?? id,
    region: part.text('Availability Zone') ?? '',
    state: stateOf(part.text('Status')),
    addresses: found.sorted(),
    tags: typeof properties === 'string' ? new Map<string, string>() : part.labels('Properties'),
  });
}

/** `private=10.0.0.5, 192.0.2.7; other=2001:db8::5`. */
function oldNetworks(networks: string, part: Part, found: AddressList): void {
  for (const item of networks.split(';')) {
    const equals = item.lastIndexOf('=');
    const network = item.slice(0, Math.max(equals, 0)).trim();
    for (const text of item.slice(equals + 1).split(','))
      found.read(text.trim(), part.at('Networks'), network === '' ? {} : { network });
  }
}

/** A server as the API gives it. */
function server(part: Part, gathered: Harvest): void {
  const id = part.text('id');
  if (id === undefined) {
    part.flaw('no id');
    return;
  }
  const found = new AddressList(gathered);
  const nets = part.part('addresses');
  for (const network of Object.keys(nets?.object ?? {}))
    for (const item of nets?.parts(network) ?? [])
      found.take(item, 'addr', {
        network,
        scope: item.text('OS-EXT-IPS:type') === 'floating' ? 'public' : undefined,
      });
  gathered.hosts.push({
    source: 'openstack',
    id,
    name: part.text('name') ?? id,
    region: part.text('OS-EXT-AZ:availability_zone') ?? '',
    state: stateOf(part.text('status')),
    addresses: found.sorted(),
    tags: part.labels('metadata'),
  });
}

function stateOf(status: string | undefined): string {
  const state = (status ?? 'unknown').toLowerCase();
  return state === 'active' ? 'running' : state;
}
