// Vultr: instances as `vultr-cli instance list -o json` prints them. The document carries a password and the URL of a
// console beside the addresses; neither is looked at.

import { isList, isObject } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const vultr: JsonCloud = {
  name: 'vultr',
  summary: 'vultr-cli instance list -o json',
  form: 'json',
  ask: ['vultr-cli', 'instance', 'list', '--per-page', '500', '-o', 'json'],
  recognises: (document) => {
    if (!isObject(document) || !isList(document['instances'])) return false;
    const first = firstOf(document['instances']);
    return document['instances'].length === 0
      ? 'meta' in document
      : first !== undefined && 'main_ip' in first;
  },
  read: (document, source) =>
    harvest(source, 'vultr', (gathered) => {
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const item of part.parts('instances')) instance(item, gathered);
      const links = part.part('meta')?.part('links');
      if (links?.text('next') !== undefined)
        gathered.morePages(
          links.at('next'),
          'the answer ends with a cursor: more pages follow it',
          'ask with --per-page 500, and for each further page with --cursor; cloudhosts reads several files at once',
        );
    }),
};

function instance(part: Part, gathered: Harvest): void {
  const id = part.word('id');
  if (id === undefined) {
    part.flaw('no id');
    return;
  }
  const found = new AddressList(gathered);
  // While it is being built it has 0.0.0.0, which is no address of anything.
  if (part.object['main_ip'] !== '0.0.0.0') found.take(part, 'main_ip', { family: 4, scope: 'public' });
  found.take(part, 'internal_ip', { family: 4, scope: 'private' });
  found.take(part, 'v6_main_ip', { family: 6 });
  const network = part.text('v6_network');
  const size = part.word('v6_network_size');
  // The whole network is routed to the machine.
  if (network !== undefined && network !== '::' && size !== undefined && size !== '0')
    found.read(`${network}/${size}`, part.at('v6_network'), { family: 6, prefix: true });
  const tags = part.wordTags('tags');
  const old = part.text('tag');
  if (old !== undefined) tags.set(old, '');
  gathered.hosts.push({
    source: 'vultr',
    id,
    name: part.text('label') ?? part.text('hostname') ?? id,
    region: part.text('region') ?? '',
    state: stateOf(part),
    addresses: found.sorted(),
    tags,
  });
}

/** `status` tells of the subscription, `power_status` of the machine. */
function stateOf(part: Part): string {
  const status = (part.text('status') ?? 'unknown').toLowerCase();
  return status === 'active' ? (part.text('power_status') ?? 'unknown').toLowerCase() : status;
}
