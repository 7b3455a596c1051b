// Amazon EC2: the answer of `aws ec2 describe-instances` (API version 2016-11-15, DescribeInstances). Every network
// interface, secondary address, IPv6 address and delegated prefix of an instance is read.

import { isList, isObject, type Json, type JsonPath } from '../../document/json.ts';
import { AddressList, Harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import type { JsonCloud } from './cloud.ts';
import { regionOf } from './ec2-region.ts';

export const aws: JsonCloud = {
  name: 'aws',
  summary: 'aws ec2 describe-instances, in JSON',
  form: 'json',
  listed: true,
  recognises,
  read(document, source) {
    const harvest = new Harvest(source, 'aws');
    walk(document, [], harvest);
    return harvest.done();
  },
};

/** The whole answer, or what `--query` leaves of it: its reservations, or their instances, in lists or lists of lists. */
function recognises(document: Json | undefined): boolean {
  if (isList(document)) return document.length > 0 && recognises(document[0]);
  if (!isObject(document)) return false;
  return isList(document['Reservations']) || isList(document['Instances']) || 'InstanceId' in document;
}

function walk(value: Json, steps: JsonPath, harvest: Harvest, above?: Part): void {
  if (isList(value)) {
    for (const [index, item] of value.entries()) walk(item, [...steps, index], harvest, above);
  } else if (isObject(value)) {
    object(new Part(harvest, value, steps, above), harvest);
  } else {
    harvest.flaw(
      'INV004',
      () => [...(above?.at()() ?? []), ...steps],
      'not a reservation and not an instance',
    );
  }
}

function object(part: Part, harvest: Harvest): void {
  if ('InstanceId' in part.object) {
    instance(part, harvest);
    return;
  }
  const key = ['Reservations', 'Instances'].find((name) => name in part.object);
  if (key === undefined) {
    part.flaw('no InstanceId, and no Instances');
    return;
  }
  const list = part.object[key];
  if (isList(list)) walk(list, [key], harvest, part);
  else part.flaw(`${key} is not a list`);
  const token = part.object['NextToken'];
  if (token !== undefined && token !== null && token !== '') {
    harvest.morePages(
      part.at('NextToken'),
      'the answer ends with NextToken: more pages follow it',
      'ask without --max-items and --no-paginate, or join the pages',
    );
  }
}

function instance(part: Part, harvest: Harvest): void {
  const id = part.text('InstanceId');
  if (id === undefined) {
    // A number in its place has been told of.
    if (!part.object['InstanceId']) part.flaw('InstanceId is empty');
    return;
  }
  const tags = tagsOf(part);
  const zone = part.part('Placement')?.text('AvailabilityZone');
  harvest.hosts.push({
    source: 'aws',
    id,
    name: tags.get('Name') || id,
    region: regionOf(zone ?? ''),
    state: (part.part('State')?.text('Name') ?? 'unknown').toLowerCase(),
    addresses: addressesOf(part, harvest),
    tags,
  });
}

function addressesOf(part: Part, harvest: Harvest): ReturnType<AddressList['sorted']> {
  const found = new AddressList(harvest);
  for (const card of part.parts('NetworkInterfaces')) {
    const network = card.text('NetworkInterfaceId');
    association(found, card, network);
    found.take(card, 'PrivateIpAddress', { family: 4, scope: 'private', network });
    for (const item of card.parts('PrivateIpAddresses')) {
      association(found, item, network);
      found.take(item, 'PrivateIpAddress', { family: 4, scope: 'private', network });
    }
    // IPv6 addresses are public but for unique local ones, which VPCs can have since 2024.
    for (const item of card.parts('Ipv6Addresses')) found.take(item, 'Ipv6Address', { family: 6, network });
    for (const item of card.parts('Ipv4Prefixes'))
      found.take(item, 'Ipv4Prefix', { family: 4, scope: 'private', network, prefix: true });
    for (const item of card.parts('Ipv6Prefixes'))
      found.take(item, 'Ipv6Prefix', { family: 6, network, prefix: true });
  }
  // The first interface's addresses again; all there is in answers of accounts before VPC.
  found.take(part, 'PublicIpAddress', { family: 4, scope: 'public' });
  found.take(part, 'PrivateIpAddress', { family: 4, scope: 'private' });
  found.take(part, 'Ipv6Address', { family: 6 });
  return found.sorted();
}

/** What an interface or one of its addresses is reached by from outside: public, of a carrier, of the customer's own network. */
function association(found: AddressList, holder: Part, network: string | undefined): void {
  const link = holder.part('Association');
  if (link === undefined) return;
  for (const key of ['PublicIp', 'CarrierIp']) found.take(link, key, { family: 4, scope: 'public', network });
  found.take(link, 'CustomerOwnedIp', { family: 4, network });
}

function tagsOf(part: Part): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const tag of part.parts('Tags')) {
    const { Key: key, Value: value } = tag.object;
    if (typeof key === 'string' && typeof value === 'string') tags.set(key, value);
    else tag.flaw('a tag without Key and Value');
  }
  return tags;
}
