// Kubernetes: the nodes of a cluster as `kubectl get nodes -o json` prints them (API v1, Node). The networks of a node's
// pods are its own, so they are among its addresses.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const kubernetes: JsonCloud = {
  name: 'kubernetes',
  summary: 'kubectl get nodes -o json',
  form: 'json',
  ask: ['kubectl', 'get', 'nodes', '-o', 'json'],
  recognises: (document) => {
    if (!isObject(document)) return false;
    const { kind, items } = document;
    if (kind === 'Node') return true;
    if ((kind !== 'List' && kind !== 'NodeList') || !isList(items)) return false;
    // Of a NodeList the items don't repeat their kind.
    return items.length === 0 || kind === 'NodeList' || firstOf(items)?.['kind'] === 'Node';
  },
  read: (document, source) =>
    harvest(source, 'kubernetes', (gathered) => {
      const part = new Part(gathered, isObject(document) ? document : {});
      if (part.object['kind'] === 'Node') node(part, gathered);
      for (const item of part.parts('items')) {
        const { kind } = item.object;
        if (kind === undefined || kind === 'Node') node(item, gathered);
        else item.flaw('not a Node');
      }
      const metadata = part.part('metadata');
      if (metadata?.text('continue') !== undefined)
        gathered.morePages(
          metadata.at('continue'),
          'the list ends with a token to continue: more nodes follow',
          'kubectl joins the pages by itself',
        );
    }),
};

function node(part: Part, gathered: Harvest): void {
  const metadata = part.part('metadata');
  const name = metadata?.text('name');
  const id = part.part('spec')?.text('providerID') ?? metadata?.text('uid') ?? name;
  if (metadata === undefined || id === undefined) {
    part.flaw('a Node without a name');
    return;
  }
  const tags = metadata.labels('labels');
  gathered.hosts.push({
    source: 'kubernetes',
    id,
    name: name ?? id,
    region:
      tags.get('topology.kubernetes.io/region') ?? tags.get('failure-domain.beta.kubernetes.io/region') ?? '',
    state: stateOf(part),
    addresses: addressesOf(part, gathered),
    tags,
  });
}

function addressesOf(part: Part, gathered: Harvest): ReturnType<AddressList['sorted']> {
  const found = new AddressList(gathered);
  for (const item of part.part('status')?.parts('addresses') ?? []) {
    const type = item.text('type');
    // The others are names. An internal address of a machine of one's own is often one of the Internet.
    if (type === 'ExternalIP') found.take(item, 'address', { scope: 'public' });
    else if (type === 'InternalIP') found.take(item, 'address');
  }
  const spec = part.part('spec');
  if (spec !== undefined) {
    for (const [text, index] of spec.texts('podCIDRs'))
      found.read(text, spec.at('podCIDRs', index), { network: 'pods', prefix: true });
    found.take(spec, 'podCIDR', { network: 'pods', prefix: true });
  }
  return found.sorted();
}

function stateOf(part: Part): string {
  for (const condition of part.part('status')?.parts('conditions') ?? []) {
    if (condition.text('type') !== 'Ready') continue;
    const status: Json | undefined = condition.object['status'];
    return status === 'True' ? 'running' : status === 'False' ? 'notready' : 'unknown';
  }
  return 'unknown';
}
