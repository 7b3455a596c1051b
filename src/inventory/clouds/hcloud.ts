// Hetzner Cloud: servers as `hcloud server list -o json` prints them, or the answer of its API. A server owns the whole of
// its IPv6 /64, so that is its address here.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const hcloud: JsonCloud = {
  name: 'hcloud',
  summary: 'hcloud server list -o json',
  form: 'json',
  listed: true,
  ask: ['hcloud', 'server', 'list', '-o', 'json'],
  recognises: (document) => isServer(firstOf(document)) || isAnswer(document),
  read: (document, source) =>
    harvest(source, 'hcloud', (gathered) => {
      if (!isAnswer(document) || !isObject(document)) {
        for (const part of partsOf(gathered, document)) server(part, gathered);
        return;
      }
      const part = new Part(gathered, document);
      for (const item of part.parts('servers')) server(item, gathered);
      const pages = part.part('meta')?.part('pagination');
      if (pages?.word('next_page') !== undefined)
        gathered.morePages(
          pages.at('next_page'),
          'more pages follow this one',
          'hcloud joins the pages by itself',
        );
    }),
};

function isServer(value: Json | undefined): boolean {
  return isObject(value) && 'public_net' in value;
}

function isAnswer(document: Json): boolean {
  if (!isObject(document) || !isList(document['servers'])) return false;
  return isServer(firstOf(document['servers'])) || (document['servers'].length === 0 && 'meta' in document);
}

function server(part: Part, gathered: Harvest): void {
  const id = part.word('id');
  if (id === undefined) {
    part.flaw('no id');
    return;
  }
  const found = new AddressList(gathered);
  const open = part.part('public_net');
  const four = open?.part('ipv4');
  const six = open?.part('ipv6');
  if (four !== undefined) found.take(four, 'ip', { family: 4, scope: 'public' });
  if (six !== undefined) found.take(six, 'ip', { family: 6, scope: 'public', prefix: true });
  for (const inside of part.parts('private_net')) {
    const network = inside.word('network');
    found.take(inside, 'ip', { scope: 'private', network });
    for (const [text, index] of inside.texts('alias_ips'))
      found.read(text, inside.at('alias_ips', index), { scope: 'private', network });
  }
  gathered.hosts.push({
    source: 'hcloud',
    id,
    name: part.text('name') ?? id,
    region: (part.part('location') ?? part.part('datacenter')?.part('location'))?.text('name') ?? '',
    state: (part.text('status') ?? 'unknown').toLowerCase(),
    addresses: found.sorted(),
    tags: part.labels('labels'),
  });
}
