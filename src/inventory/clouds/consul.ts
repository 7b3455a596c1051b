// HashiCorp Consul: nodes or a service's instances as its HTTP API lists them: /v1/catalog/nodes, /v1/catalog/service/NAME
// and /v1/health/service/NAME. Only the last of them tells whether they are well.

import { isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { firstOf, type Part, partsOf } from '../part.ts';
import type { JsonCloud } from './cloud.ts';

export const consul: JsonCloud = {
  name: 'consul',
  summary: "/v1/catalog/nodes, /v1/catalog/service/NAME or /v1/health/service/NAME of Consul's HTTP API",
  form: 'json',
  listed: true,
  recognises: (document) => {
    const first = firstOf(document);
    return first !== undefined && (isNode(first) || isNode(first['Node']));
  },
  read: (document, source) =>
    harvest(source, 'consul', (gathered) => {
      for (const part of partsOf(gathered, document)) {
        const node = part.part('Service') === undefined ? part : part.part('Node');
        if (node === undefined) part.flaw('no Node');
        else entry(node, part.part('Service'), part, gathered);
      }
    }),
};

function isNode(value: Json | undefined): boolean {
  return isObject(value) && typeof value['Node'] === 'string' && typeof value['Address'] === 'string';
}

function entry(node: Part, service: Part | undefined, part: Part, gathered: Harvest): void {
  const name = node.text('Node');
  if (name === undefined) {
    part.flaw('no Node');
    return;
  }
  const found = new AddressList(gathered);
  found.take(node, 'Address');
  tagged(node.part('TaggedAddresses'), found);
  found.take(node, 'ServiceAddress');
  if (service !== undefined) found.take(service, 'Address');
  const instance = node.text('ServiceID') ?? service?.text('ID');
  const id = node.text('ID') ?? name;
  gathered.hosts.push({
    source: 'consul',
    id: instance === undefined ? id : `${id}/${instance}`,
    name,
    region: node.text('Datacenter') ?? '',
    state: stateOf(part),
    addresses: found.sorted(),
    tags: service?.wordTags('Tags', node.labels('Meta')) ?? node.wordTags('ServiceTags', metaOf(node)),
  });
}

/** `lan`, `wan`, `lan_ipv4`, ...: where a network has no address of its own it repeats the node's, so the address tells. */
function tagged(part: Part | undefined, found: AddressList): void {
  for (const network of Object.keys(part?.object ?? {}))
    if (part !== undefined) found.take(part, network, { network });
}

function metaOf(node: Part): Map<string, string> {
  return new Map([...node.labels('NodeMeta'), ...node.labels('Meta'), ...node.labels('ServiceMeta')]);
}

function stateOf(part: Part): string {
  const checks = [...part.parts('Checks')].map((check) => check.text('Status') ?? 'unknown');
  if (checks.length === 0) return 'listed';
  return (
    ['critical', 'maintenance', 'warning', 'unknown'].find((status) => checks.includes(status)) ?? 'running'
  );
}
