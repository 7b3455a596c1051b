// Oracle Cloud's public_ip_ranges.json: prefixes by region, each with the services (tags) that use it.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const oracleRanges: JsonCloud = {
  name: 'oracle-ranges',
  summary: "Oracle Cloud's public_ip_ranges.json",
  form: 'json',
  recognises: (document) => {
    if (!isObject(document) || !isList(document['regions'])) return false;
    const first = firstOf(document['regions']);
    return first === undefined ? 'last_updated_timestamp' in document : isList(first['cidrs']);
  },
  read: (document, source) =>
    harvest(source, 'oracle-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'oracle-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const place of part.parts('regions')) {
        const region = place.text('region') ?? '';
        for (const row of place.parts('cidrs')) {
          const tags = row.wordTags('tags');
          const services = [...tags.keys()].sort().join('+');
          ranges.group(`${region}/${services}`, () => ({
            name: `${services} ${region}`.trim(),
            region,
            tags,
          }));
          const text = row.text('cidr');
          if (text === undefined) row.flaw('no cidr');
          else ranges.read(text, row.at('cidr'));
        }
      }
      ranges.end();
    }),
};
