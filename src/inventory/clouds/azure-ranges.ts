// Microsoft's service tags: the weekly file of the download centre, or `az network list-service-tags`. A tag's prefixes
// stand together, both families mixed; the tags of a service's regions repeat those of the service.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const azureRanges: JsonCloud = {
  name: 'azure-ranges',
  summary: "Microsoft's ServiceTags_*.json, or az network list-service-tags -o json",
  form: 'json',
  recognises: (document) => {
    if (!isObject(document) || !isList(document['values']) || !('changeNumber' in document)) return false;
    const first = firstOf(document['values']);
    return first === undefined || isObject(first['properties']);
  },
  read: (document, source) =>
    harvest(source, 'azure-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'azure-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const row of part.parts('values')) {
        const name = row.text('name');
        const properties = row.part('properties');
        if (name === undefined || properties === undefined) {
          row.flaw('no name or no properties');
          continue;
        }
        const service = properties.text('systemService') ?? '';
        ranges.group(name, () => ({
          name,
          region: properties.text('region') ?? '',
          tags: service === '' ? new Map<string, string>() : new Map([['service', service]]),
        }));
        for (const [text, index] of properties.texts('addressPrefixes'))
          ranges.read(text, properties.at('addressPrefixes', index));
      }
      if (part.text('nextLink') !== undefined)
        gathered.morePages(part.at('nextLink'), 'more pages follow this one', 'az joins the pages by itself');
      ranges.end();
    }),
};
