// Ansible: `ansible-inventory --list`. Of a host's variables only those are read that hold addresses: among the others are
// passwords. Its groups are its tags.

import { Address } from '../../address/index.ts';
import { isObject } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const ansible: JsonCloud = {
  name: 'ansible',
  summary: 'ansible-inventory --list',
  form: 'json',
  ask: ['ansible-inventory', '--list'],
  recognises: (document) =>
    isObject(document) && isObject(document['_meta']) && isObject(document['_meta']['hostvars']),
  read: (document, source) =>
    harvest(source, 'ansible', (gathered) => {
      const part = new Part(gathered, isObject(document) ? document : {});
      const groups = groupsOf(part);
      const vars = part.part('_meta')?.part('hostvars');
      // A host without variables stands in its groups only.
      for (const name of new Set([...Object.keys(vars?.object ?? {}), ...groups.keys()]))
        host(name, vars?.part(name), part, groups.get(name) ?? [], gathered);
    }),
};

/** By which address Ansible connects; the old name is still read. */
const CONNECTS = ['ansible_host', 'ansible_ssh_host'];

/** Variables that people keep further addresses in. */
const FURTHER = [
  'public_ip',
  'public_ipv4',
  'public_ipv6',
  'private_ip',
  'private_ipv4',
  'ip_address',
  'ipv4',
  'ipv6',
  'ipv4_address',
  'ipv6_address',
];

function host(
  name: string,
  vars: Part | undefined,
  top: Part,
  groups: readonly string[],
  gathered: Harvest,
): void {
  if (vars?.object['ansible_connection'] === 'local') return;
  const found = new AddressList(gathered);
  const place = vars?.at() ?? top.at();
  const key = CONNECTS.find((each) => vars?.text(each) !== undefined);
  if (vars !== undefined && key !== undefined) found.take(vars, key);
  else if (Address.read(name) instanceof Address) found.read(name, place);
  else if (name !== 'localhost')
    gathered.flaw(
      'INV004',
      place,
      `${name} has no address: Ansible finds it by its name`,
      'names are not resolved here: give ansible_host an address',
    );
  for (const each of FURTHER) if (typeof vars?.object[each] === 'string') found.take(vars, each);
  if (name === 'localhost' && key === undefined) return;
  gathered.hosts.push({
    source: 'ansible',
    id: name,
    name,
    region: '',
    state: 'listed',
    addresses: found.sorted(),
    tags: new Map(groups.map((group) => [group, ''])),
  });
}

/** For each host the groups that it is in, those that hold its groups among them; all and ungrouped say nothing. */
function groupsOf(part: Part): Map<string, string[]> {
  const found = new Map<string, string[]>();
  const above = new Map<string, string[]>();
  const names = Object.keys(part.object).filter((name) => name !== '_meta');
  const groups = new Map(names.map((name) => [name, part.part(name)]));
  for (const [name, group] of groups)
    for (const [child] of group?.texts('children') ?? [])
      above.set(child, [...(above.get(child) ?? []), name]);
  for (const [name, group] of groups) {
    const all = new Set([name]);
    for (const each of all) for (const parent of above.get(each) ?? []) all.add(parent);
    for (const [member] of group?.texts('hosts') ?? []) {
      const list = new Set([...(found.get(member) ?? []), ...all]);
      list.delete('all');
      list.delete('ungrouped');
      found.set(member, [...list].sort());
    }
  }
  return found;
}
