// A line of the host stream that is right, read without a word on what might be wrong: nearly all lines are. What this
// refuses, wire-line.ts reads again; it says the same of every line, which a property holds.

import { Address, AddressFault, Prefix } from '../address/index.ts';
import { isList, isObject, type Json, type JsonObject } from '../document/json.ts';
import type { Closing, Host, HostAddress } from './model.ts';
import { VERSION } from './wire-line.ts';

/** The host or closing of a line; undefined where it is blank or anything about it is not as it should be. */
export function quickLine(text: string): Host | Closing | undefined {
  let value: Json;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['v'] !== VERSION) return undefined;
  return value['kind'] === 'host' ? quickHost(value) : value['kind'] === 'end' ? quickEnd(value) : undefined;
}

function quickHost(line: JsonObject): Host | undefined {
  const { source, id, name, region, state, addresses, tags } = line;
  if (typeof source !== 'string' || typeof id !== 'string' || typeof name !== 'string') return undefined;
  if (typeof region !== 'string' || typeof state !== 'string' || !isList(addresses) || !isObject(tags))
    return undefined;
  // All nine keys are there and right, so a tenth is one too many.
  if (source === '' || id === '' || state === '' || count(line) !== 9) return undefined;
  const found: HostAddress[] = [];
  for (const item of addresses) {
    const address = quickAddress(item);
    if (address === undefined) return undefined;
    found.push(address);
  }
  const texts = new Map<string, string>();
  for (const key of Object.keys(tags)) {
    const tag = tags[key];
    if (typeof tag !== 'string') return undefined;
    texts.set(key, tag);
  }
  return { source, id, name, region, state, addresses: found, tags: texts };
}

function quickAddress(item: Json): HostAddress | undefined {
  if (!isObject(item)) return undefined;
  const { address: text, scope, interface: network } = item;
  if (typeof text !== 'string' || (scope !== 'public' && scope !== 'private')) return undefined;
  if (network !== undefined && typeof network !== 'string') return undefined;
  if (count(item) !== (network === undefined ? 2 : 3)) return undefined;
  const prefix = text.includes('/') ? Prefix.read(text) : single(text);
  if (prefix === undefined || prefix instanceof AddressFault) return undefined;
  return network === undefined ? { prefix, scope } : { prefix, scope, interface: network };
}

function single(text: string): Prefix | undefined {
  const address = Address.read(text);
  if (address instanceof AddressFault || address.zone !== '') return undefined;
  return Prefix.of(address, address.family === 4 ? 32 : 128);
}

function quickEnd(line: JsonObject): Closing | undefined {
  const { source, complete, why } = line;
  if (typeof source !== 'string' || source === '' || typeof complete !== 'boolean') return undefined;
  if (why !== undefined && typeof why !== 'string') return undefined;
  return count(line) === (why === undefined ? 4 : 5) ? { source, complete, why: why ?? '' } : undefined;
}

function count(object: JsonObject): number {
  return Object.keys(object).length;
}
