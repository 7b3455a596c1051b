// Linode (Akamai): instances as `linode-cli linodes list --json` prints them, or a page of its API. Public and private IPv4
// addresses stand mixed in one list; the private ones are of 192.168.128.0/17.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const linode: JsonCloud = {
  name: 'linode',
  summary: 'linode-cli linodes list --json',
  form: 'json',
  listed: true,
  ask: ['linode-cli', 'linodes', 'list', '--json', '--all-rows'],
  recognises: (document) => isInstance(firstOf(document)) || isPage(document),
  read: (document, source) =>
    harvest(source, 'linode', (gathered) => {
      if (!isPage(document) || !isObject(document)) {
        for (const part of partsOf(gathered, document)) instance(part, gathered);
        return;
      }
      const part = new Part(gathered, document);
      for (const item of part.parts('data')) instance(item, gathered);
      const { page, pages } = document;
      if (typeof page === 'number' && typeof pages === 'number' && pages > 1)
        gathered.morePages(
          part.at('pages'),
          `this is page ${page} of ${pages}`,
          'linode-cli --all-rows joins them',
        );
    }),
};

function isInstance(value: Json | undefined): boolean {
  return isObject(value) && isList(value['ipv4']) && 'label' in value;
}

function isPage(document: Json): boolean {
  if (!isObject(document) || !isList(document['data']) || !('pages' in document)) return false;
  return document['data'].length === 0 || isInstance(firstOf(document['data']));
}

function instance(part: Part, gathered: Harvest): void {
  const id = part.word('id');
  if (id === undefined) {
    part.flaw('no id');
    return;
  }
  const found = new AddressList(gathered);
  for (const [text, index] of part.texts('ipv4')) found.read(text, part.at('ipv4', index), { family: 4 });
  // The length is that of the network it autoconfigured itself in (128, in older answers 64); the address is its own.
  found.read(part.text('ipv6')?.replace(/\/(?:64|128)$/, ''), part.at('ipv6'), { family: 6 });
  gathered.hosts.push({
    source: 'linode',
    id,
    name: part.text('label') ?? id,
    region: part.text('region') ?? '',
    state: (part.text('status') ?? 'unknown').toLowerCase(),
    addresses: found.sorted(),
    tags: part.wordTags('tags'),
  });
}
