// Microsoft Azure: virtual machines as `az vm list --show-details` prints them, with state and tags, and as
// `az vm list-ip-addresses` does, without either. The passwords and user data of osProfile are never looked at.

import { isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import type { Host, Scope } from '../model.ts';
import { firstOf, type Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const azure: JsonCloud = {
  name: 'azure',
  summary: 'az vm list --show-details -o json, or az vm list-ip-addresses -o json',
  form: 'json',
  listed: true,
  ask: ['az', 'vm', 'list', '--show-details', '--output', 'json'],
  recognises: (document) => {
    const first = firstOf(document);
    return first !== undefined && (isObject(first['virtualMachine']) || isDetailed(first));
  },
  read: (document, source) => harvest(source, 'azure', (gathered) => read(document, gathered)),
};

function isDetailed(value: Json | undefined): boolean {
  return isObject(value) && 'powerState' in value && ('privateIps' in value || 'publicIps' in value);
}

function read(document: Json, gathered: Harvest): void {
  // A machine with several interfaces can come several times.
  const machines = new Map<string, { host: Omit<Host, 'addresses'>; found: AddressList }>();
  for (const part of partsOf(gathered, document)) {
    const machine = isDetailed(part.object) ? part : part.part('virtualMachine');
    const name = machine?.text('name');
    if (machine === undefined || name === undefined) {
      part.flaw('no virtualMachine with a name');
      continue;
    }
    const group = machine.text('resourceGroup') ?? '';
    // Names are compared without regard to case there.
    const id = group === '' ? name : `${group}/${name}`;
    const known = machines.get(id.toLowerCase()) ?? {
      host: {
        source: 'azure',
        id,
        name,
        region: machine.text('location') ?? '',
        state: stateOf(machine),
        tags: machine.labels('tags'),
      },
      found: new AddressList(gathered),
    };
    machines.set(id.toLowerCase(), known);
    if (machine === part) details(machine, known.found);
    else network(machine, known.found);
  }
  for (const { host, found } of machines.values())
    gathered.hosts.push({ ...host, addresses: found.sorted() });
}

/** `VM running`, `VM deallocated`; a listing of addresses has none. */
function stateOf(machine: Part): string {
  if (!isDetailed(machine.object)) return 'listed';
  return machine.text('powerState')?.replace(/^VM /, '').toLowerCase() ?? 'unknown';
}

/** Addresses in one text, with commas between. */
function details(machine: Part, found: AddressList): void {
  const scopes: readonly (readonly [string, Scope])[] = [
    ['publicIps', 'public'],
    ['privateIps', 'private'],
  ];
  for (const [key, scope] of scopes)
    for (const text of machine.text(key)?.split(',') ?? [])
      found.read(text.trim(), machine.at(key), { scope });
}

function network(machine: Part, found: AddressList): void {
  const part = machine.part('network');
  // A dynamic address of a machine that is off is null.
  for (const item of part?.parts('publicIpAddresses') ?? [])
    found.take(item, 'ipAddress', { scope: 'public' });
  for (const [text, index] of part?.texts('privateIpAddresses') ?? [])
    found.read(text, part?.at('privateIpAddresses', index) ?? machine.at(), { scope: 'private' });
}
