// DigitalOcean: droplets as `doctl compute droplet list -o json` prints them, or the answer of its API. A droplet that is
// being made has no networks yet.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const digitalocean: JsonCloud = {
  name: 'digitalocean',
  summary: 'doctl compute droplet list -o json',
  form: 'json',
  listed: true,
  ask: ['doctl', 'compute', 'droplet', 'list', '--output', 'json'],
  recognises: (document) => isDroplet(firstOf(document)) || isAnswer(document),
  read: (document, source) =>
    harvest(source, 'digitalocean', (gathered) => {
      // doctl writes null for no droplets.
      if (document === null) return;
      if (!isAnswer(document) || !isObject(document)) {
        for (const part of partsOf(gathered, document)) droplet(part, gathered);
        return;
      }
      const part = new Part(gathered, document);
      for (const item of part.parts('droplets')) droplet(item, gathered);
      const pages = part.part('links')?.part('pages');
      if (pages?.text('next') !== undefined)
        gathered.morePages(pages.at('next'), 'more pages follow this one', 'doctl joins the pages by itself');
    }),
};

/** Every droplet has volumes, perhaps none; `networks` can be missing. */
function isDroplet(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  const { networks } = value;
  return 'volume_ids' in value || (isObject(networks) && (isList(networks['v4']) || isList(networks['v6'])));
}

function isAnswer(document: Json): boolean {
  return isObject(document) && isList(document['droplets']);
}

function droplet(part: Part, gathered: Harvest): void {
  const id = part.word('id');
  if (id === undefined) {
    part.flaw('no id');
    return;
  }
  const found = new AddressList(gathered);
  const networks = part.part('networks');
  for (const [key, family] of [
    ['v4', 4],
    ['v6', 6],
  ] as const) {
    for (const item of networks?.parts(key) ?? []) {
      const type = item.text('type');
      const scope = type === 'public' || type === 'private' ? type : undefined;
      found.take(item, 'ip_address', { family, scope });
    }
  }
  const state = (part.text('status') ?? 'unknown').toLowerCase();
  gathered.hosts.push({
    source: 'digitalocean',
    id,
    name: part.text('name') ?? id,
    region: part.part('region')?.text('slug') ?? '',
    state: state === 'active' ? 'running' : state,
    addresses: found.sorted(),
    tags: part.wordTags('tags'),
  });
}
