// Google's cloud.json, with a scope (region) a row, and goog.json and the lists of its crawlers, without.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { firstOf, Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const gcpRanges: JsonCloud = {
  name: 'gcp-ranges',
  summary: "Google's cloud.json or goog.json",
  form: 'json',
  recognises: (document) => {
    if (!isObject(document) || !isList(document['prefixes'])) return false;
    const first = firstOf(document['prefixes']);
    return first === undefined ? 'creationTime' in document : 'ipv4Prefix' in first || 'ipv6Prefix' in first;
  },
  read: (document, source) =>
    harvest(source, 'gcp-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'gcp-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      for (const row of part.parts('prefixes')) {
        const service = row.text('service') ?? 'Google';
        const region = row.text('scope') ?? '';
        ranges.group(region === '' ? service : `${service}/${region}`, () => ({
          name: region === '' ? service : `${service} ${region}`,
          region,
          tags: new Map([['service', service]]),
        }));
        const four = row.text('ipv4Prefix');
        const six = row.text('ipv6Prefix');
        if (four !== undefined) ranges.read(four, row.at('ipv4Prefix'), 4);
        if (six !== undefined) ranges.read(six, row.at('ipv6Prefix'), 6);
        if (four === undefined && six === undefined) row.flaw('neither ipv4Prefix nor ipv6Prefix');
      }
      ranges.end();
    }),
};
