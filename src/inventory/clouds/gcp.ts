// Google Compute Engine: instances as `gcloud compute instances list --format=json` prints them (API compute v1, Instance),
// and the lists of the API itself. Metadata, where start-up scripts and keys are, is never looked at.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const gcp: JsonCloud = {
  name: 'gcp',
  summary: 'gcloud compute instances list --format=json',
  form: 'json',
  listed: true,
  ask: ['gcloud', 'compute', 'instances', 'list', '--format=json'],
  recognises: (document) => isInstance(firstOf(document)) || isAnswer(document),
  read: (document, source) =>
    harvest(source, 'gcp', (gathered) => {
      if (isAnswer(document) && isObject(document)) answer(new Part(gathered, document), gathered);
      else for (const part of partsOf(gathered, document)) instance(part, gathered);
    }),
};

function isInstance(value: Json | undefined): boolean {
  if (!isObject(value)) return false;
  return value['kind'] === 'compute#instance' || isList(value['networkInterfaces']);
}

function isAnswer(document: Json): boolean {
  return (
    isObject(document) &&
    (document['kind'] === 'compute#instanceList' || document['kind'] === 'compute#instanceAggregatedList')
  );
}

/** The API's answer: a list of a zone, or an object of zones, with what is missing from it. */
function answer(part: Part, gathered: Harvest): void {
  if (isObject(part.object['items'])) {
    const zones = part.part('items');
    for (const zone of Object.keys(zones?.object ?? {})) {
      for (const item of zones?.part(zone)?.parts('instances') ?? []) instance(item, gathered);
    }
  } else for (const item of part.parts('items')) instance(item, gathered);
  for (const [zone, index] of part.texts('unreachables'))
    part.flaw(`${lastOf(zone)} did not answer`, 'unreachables', index);
  if (part.text('nextPageToken') !== undefined)
    gathered.morePages(
      part.at('nextPageToken'),
      'the answer ends with nextPageToken: more pages follow it',
      'gcloud joins the pages by itself',
    );
}

function instance(part: Part, gathered: Harvest): void {
  const name = part.text('name');
  const id = part.word('id') ?? name;
  if (id === undefined) {
    part.flaw('neither id nor name');
    return;
  }
  gathered.hosts.push({
    source: 'gcp',
    id,
    name: name ?? id,
    // .../zones/europe-west3-b
    region: lastOf(part.text('zone') ?? '').replace(/-[a-z]$/, ''),
    state: (part.text('status') ?? 'unknown').toLowerCase(),
    addresses: addressesOf(part, gathered),
    tags: part.part('tags')?.wordTags('items', part.labels('labels')) ?? part.labels('labels'),
  });
}

function addressesOf(part: Part, gathered: Harvest): ReturnType<AddressList['sorted']> {
  const found = new AddressList(gathered);
  for (const card of part.parts('networkInterfaces')) {
    const network = card.text('name');
    found.take(card, 'networkIP', { scope: 'private', network });
    block(found, card, 'ipv6Address', 'internalIpv6PrefixLength', network);
    for (const alias of card.parts('aliasIpRanges'))
      found.take(alias, 'ipCidrRange', { scope: 'private', network, prefix: true });
    // A stopped instance keeps the access config and has no natIP.
    for (const access of card.parts('accessConfigs'))
      found.take(access, 'natIP', { scope: 'public', network });
    for (const access of card.parts('ipv6AccessConfigs'))
      block(found, access, 'externalIpv6', 'externalIpv6PrefixLength', network);
  }
  return found.sorted();
}

/** IPv6 comes as the first address of a range that is all the instance's, with its length beside it. */
function block(
  found: AddressList,
  holder: Part,
  key: string,
  lengthKey: string,
  network: string | undefined,
): void {
  const length = holder.word(lengthKey);
  const text = holder.text(key);
  if (text === undefined) return;
  const whole = length === undefined ? text : `${text}/${length}`;
  found.read(whole, holder.at(key), { family: 6, network, prefix: length !== undefined });
}

function lastOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}
