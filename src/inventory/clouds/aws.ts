// Amazon EC2: the answer of `aws ec2 describe-instances` (API version 2016-11-15, DescribeInstances). Every network
// interface, secondary address, IPv6 address and delegated prefix of an instance is read.

import { AddressSet, Prefix } from '../../address/index.ts';
import { isList, isObject, type Json, type JsonObject, type JsonPath } from '../../document/json.ts';
import { AddressList, Harvest } from '../harvest.ts';
import type { Scope } from '../model.ts';
import type { JsonCloud } from './cloud.ts';
import { regionOf } from './ec2-region.ts';

export const aws: JsonCloud = {
  name: 'aws',
  summary: 'aws ec2 describe-instances, in JSON',
  form: 'json',
  recognises,
  read(document, source) {
    const harvest = new Harvest(source, 'aws');
    new Reader(harvest).top(document);
    return harvest.done();
  },
};

/** The whole answer, or what `--query` leaves of it: its reservations, or their instances, in lists or lists of lists. */
function recognises(document: Json | undefined): boolean {
  if (isList(document)) return document.length > 0 && recognises(document[0]);
  if (!isObject(document)) return false;
  return isList(document['Reservations']) || isList(document['Instances']) || 'InstanceId' in document;
}

/** IPv6 addresses of EC2 are public (global unicast) but for unique local ones (RFC 4193), which VPCs can have since 2024. */
const LOCAL_6: AddressSet = AddressSet.of(Prefix.parse('fc00::/7'), Prefix.parse('fe80::/10'));

/** RFC 1918, and RFC 6598 which is lent to carriers. */
const LOCAL_4: AddressSet = AddressSet.of(
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10'].map((text) => Prefix.parse(text)),
);

/** Walks the document; every step down carries its path, so that a flaw can say where it is. */
class Reader {
  readonly #harvest: Harvest;

  constructor(harvest: Harvest) {
    this.#harvest = harvest;
  }

  top(document: Json): void {
    // A list is what a --query left; the pages were joined by then.
    if (isList(document)) this.#listed(document, []);
    else if (isObject(document)) this.#object(document, []);
  }

  #listed(list: readonly Json[], path: JsonPath): void {
    for (const [index, item] of list.entries()) {
      const at = [...path, index];
      if (isList(item)) this.#listed(item, at);
      else if (isObject(item)) this.#object(item, at);
      else this.#harvest.flaw('INV004', at, 'not a reservation and not an instance');
    }
  }

  #object(object: JsonObject, path: JsonPath): void {
    if ('InstanceId' in object) {
      this.#instance(object, path);
      return;
    }
    const key = ['Reservations', 'Instances'].find((name) => name in object);
    if (key === undefined) {
      this.#harvest.flaw('INV004', path, 'no InstanceId, and no Instances');
      return;
    }
    const list = object[key];
    if (isList(list)) this.#listed(list, [...path, key]);
    else this.#harvest.flaw('INV004', path, `${key} is not a list`);
    const token = object['NextToken'];
    if (token !== undefined && token !== null && token !== '') {
      this.#harvest.morePages(
        [...path, 'NextToken'],
        'the answer ends with NextToken: more pages follow it',
        'ask without --max-items and --no-paginate, or join the pages',
      );
    }
  }

  #instance(instance: JsonObject, path: JsonPath): void {
    const id = this.#text(instance, 'InstanceId', path);
    if (id === undefined) {
      // A number in its place has been told of.
      if (!instance['InstanceId']) this.#harvest.flaw('INV004', path, 'InstanceId is empty');
      return;
    }
    const tags = this.#tags(instance, path);
    const placement = this.#sub(instance, 'Placement', path);
    const state = this.#sub(instance, 'State', path);
    const zone = placement && this.#text(placement, 'AvailabilityZone', [...path, 'Placement']);
    this.#harvest.hosts.push({
      source: 'aws',
      id,
      name: tags.get('Name') || id,
      region: regionOf(zone ?? ''),
      state: ((state && this.#text(state, 'Name', [...path, 'State'])) ?? 'unknown').toLowerCase(),
      addresses: this.#addresses(instance, path),
      tags,
    });
  }

  #addresses(instance: JsonObject, path: JsonPath): ReturnType<AddressList['sorted']> {
    const found = new Addresses(this.#harvest);
    for (const [network, at] of this.#items(instance, 'NetworkInterfaces', path)) {
      const id = this.#text(network, 'NetworkInterfaceId', at);
      this.#association(network, at, found, id);
      found.add(this.#text(network, 'PrivateIpAddress', at), 4, 'private', [...at, 'PrivateIpAddress'], id);
      for (const [item, place] of this.#items(network, 'PrivateIpAddresses', at)) {
        this.#association(item, place, found, id);
        found.add(
          this.#text(item, 'PrivateIpAddress', place),
          4,
          'private',
          [...place, 'PrivateIpAddress'],
          id,
        );
      }
      for (const [item, place] of this.#items(network, 'Ipv6Addresses', at))
        found.add(this.#text(item, 'Ipv6Address', place), 6, undefined, [...place, 'Ipv6Address'], id);
      for (const [item, place] of this.#items(network, 'Ipv4Prefixes', at))
        found.addPrefix(this.#text(item, 'Ipv4Prefix', place), 4, 'private', [...place, 'Ipv4Prefix'], id);
      for (const [item, place] of this.#items(network, 'Ipv6Prefixes', at))
        found.addPrefix(this.#text(item, 'Ipv6Prefix', place), 6, undefined, [...place, 'Ipv6Prefix'], id);
    }
    // The first interface's addresses again; all there is in answers of accounts before VPC.
    found.add(this.#text(instance, 'PublicIpAddress', path), 4, 'public', [...path, 'PublicIpAddress']);
    found.add(this.#text(instance, 'PrivateIpAddress', path), 4, 'private', [...path, 'PrivateIpAddress']);
    found.add(this.#text(instance, 'Ipv6Address', path), 6, undefined, [...path, 'Ipv6Address']);
    return found.list.sorted();
  }

  /** What an interface or one of its addresses is reached by from outside: public, of a carrier, of the customer's own network. */
  #association(holder: JsonObject, path: JsonPath, found: Addresses, network: string | undefined): void {
    const association = this.#sub(holder, 'Association', path);
    if (association === undefined) return;
    const at = [...path, 'Association'];
    for (const key of ['PublicIp', 'CarrierIp']) {
      found.add(this.#text(association, key, at), 4, 'public', [...at, key], network);
    }
    const customers = 'CustomerOwnedIp';
    found.add(this.#text(association, customers, at), 4, undefined, [...at, customers], network);
  }

  #tags(instance: JsonObject, path: JsonPath): ReadonlyMap<string, string> {
    const tags = new Map<string, string>();
    for (const [tag, at] of this.#items(instance, 'Tags', path)) {
      const { Key: key, Value: value } = tag;
      if (typeof key === 'string' && typeof value === 'string') tags.set(key, value);
      else this.#harvest.flaw('INV004', at, 'a tag without Key and Value');
    }
    return tags;
  }

  /** A text; undefined where there is none, which is also what '' and null mean. */
  #text(object: JsonObject, key: string, path: JsonPath): string | undefined {
    const value = object[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.#harvest.flaw('INV004', [...path, key], 'not a text');
    return undefined;
  }

  #sub(object: JsonObject, key: string, path: JsonPath): JsonObject | undefined {
    const value = object[key];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return value;
    this.#harvest.flaw('INV004', [...path, key], 'not an object');
    return undefined;
  }

  /** The objects of a list with their paths; an absent list has none. */
  *#items(object: JsonObject, key: string, path: JsonPath): Generator<readonly [JsonObject, JsonPath]> {
    const list = object[key];
    if (list === undefined || list === null) return;
    if (!isList(list)) {
      this.#harvest.flaw('INV004', [...path, key], 'not a list');
      return;
    }
    for (const [index, item] of list.entries()) {
      const at = [...path, key, index];
      if (isObject(item)) yield [item, at];
      else this.#harvest.flaw('INV004', at, 'not an object');
    }
  }
}

/** One instance's addresses; a text that stands in several places is read, and complained of, once. */
class Addresses {
  readonly list: AddressList = new AddressList();
  readonly #seen = new Set<string>();
  readonly #harvest: Harvest;

  constructor(harvest: Harvest) {
    this.#harvest = harvest;
  }

  /** Without a scope, the address itself tells whether it is public. */
  add(
    text: string | undefined,
    family: 4 | 6,
    scope: Scope | undefined,
    place: JsonPath,
    network?: string,
  ): void {
    if (text === undefined || !this.#first(text)) return;
    const prefix = this.#harvest.address(text, family, place);
    if (prefix !== undefined) this.list.add(prefix, scope ?? scopeOf(prefix), network);
  }

  addPrefix(
    text: string | undefined,
    family: 4 | 6,
    scope: Scope | undefined,
    place: JsonPath,
    network?: string,
  ): void {
    if (text === undefined || !this.#first(text)) return;
    const prefix = this.#harvest.prefix(text, family, place);
    if (prefix !== undefined) this.list.add(prefix, scope ?? scopeOf(prefix), network);
  }

  #first(text: string): boolean {
    if (this.#seen.has(text)) return false;
    this.#seen.add(text);
    return true;
  }
}

function scopeOf(prefix: Prefix): Scope {
  return (prefix.family === 4 ? LOCAL_4 : LOCAL_6).overlaps(prefix) ? 'private' : 'public';
}
