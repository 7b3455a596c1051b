// Fastly's public-ip-list: two lists of prefixes.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const fastlyRanges: JsonCloud = {
  name: 'fastly-ranges',
  summary: "Fastly's https://api.fastly.com/public-ip-list",
  form: 'json',
  recognises: (document) =>
    isObject(document) && isList(document['addresses']) && isList(document['ipv6_addresses']),
  read: (document, source) =>
    harvest(source, 'fastly-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'fastly-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      ranges.group('fastly', () => ({ name: 'fastly' }));
      for (const [key, family] of [
        ['addresses', 4],
        ['ipv6_addresses', 6],
      ] as const)
        for (const [text, index] of part.texts(key)) ranges.read(text, part.at(key, index), family);
      ranges.end();
    }),
};
