// Amazon's ip-ranges.json: prefixes by service and border group. The rows of a service are repeated under AMAZON, which is
// all of them.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

const LISTS = [
  ['prefixes', 'ip_prefix', 4],
  ['ipv6_prefixes', 'ipv6_prefix', 6],
] as const;

export const awsRanges: JsonCloud = {
  name: 'aws-ranges',
  summary: "Amazon's ip-ranges.json",
  form: 'json',
  recognises: (document) => {
    if (!isObject(document)) return false;
    const first = firstOf(document['prefixes']) ?? firstOf(document['ipv6_prefixes']);
    if (first !== undefined) return 'ip_prefix' in first || 'ipv6_prefix' in first;
    return isList(document['prefixes']) && 'createDate' in document;
  },
  read: (document, source) =>
    harvest(source, 'aws-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'aws-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const [list, key, family] of LISTS) {
        for (const row of part.parts(list)) {
          const text = row.text(key);
          const service = row.text('service') ?? 'AMAZON';
          const region = row.text('region') ?? '';
          const border = row.text('network_border_group') ?? region;
          ranges.group(`${service}/${border}`, () => ({
            name: `${service} ${border}`,
            region,
            tags: new Map([
              ['service', service],
              ['network_border_group', border],
            ]),
          }));
          if (text === undefined) row.flaw(`no ${key}`);
          else ranges.read(text, row.at(key), family);
        }
      }
      ranges.end();
    }),
};
