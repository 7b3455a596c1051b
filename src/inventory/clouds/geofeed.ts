// Geofeeds (RFC 8805): a prefix a line with country, region, city and postal code behind commas; DigitalOcean, Linode and
// others publish their ranges so. The fields behind the prefix may be empty, and a comment is a line.

import { harvest } from '../harvest.ts';
import { Ranges } from '../ranges.ts';
import type { TextCloud } from './cloud.ts';
import { firstLine, linesOf, spanOf } from './text-lines.ts';

export const geofeed: TextCloud = {
  name: 'geofeed',
  summary: 'a geofeed, RFC 8805: lines of prefix,country,region,city,',
  form: 'text',
  recognises: (text) => /^[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*(?:\/\d+)?\s*,/.test(firstLine(text)),
  read: (source) =>
    harvest(source, 'geofeed', (gathered) => {
      const ranges = new Ranges(gathered, 'geofeed');
      for (const line of linesOf(source.text)) {
        const [text = '', country = '', region = '', city = ''] = line.text
          .split(',')
          .map((field) => field.trim());
        ranges.group([country, region, city].join('/'), () => ({
          name: [city, region, country].find((word) => word !== '') ?? 'nowhere',
          region: region === '' ? country : region,
          tags: new Map(Object.entries({ country, region, city }).filter(([, value]) => value !== '')),
        }));
        // RFC 8805 section 2.1.1.1: a single address stands for its /32 or /128.
        const prefix = gathered.prefix(text, undefined, spanOf(source, { ...line, text }), true);
        ranges.add(prefix, 'public');
      }
      ranges.end();
    }),
};
