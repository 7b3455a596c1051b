// Cloudflare's answer of /client/v4/ips. Its two plain lists, ips-v4 and ips-v6, are lists like any other: cidr-list.

import { isList, isObject } from '../../document/json.ts';
import { harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import { Ranges } from '../ranges.ts';
import type { JsonCloud } from './cloud.ts';

export const cloudflareRanges: JsonCloud = {
  name: 'cloudflare-ranges',
  summary: "Cloudflare's https://api.cloudflare.com/client/v4/ips",
  form: 'json',
  recognises: (document) =>
    isObject(document) && isObject(document['result']) && isList(document['result']['ipv4_cidrs']),
  read: (document, source) =>
    harvest(source, 'cloudflare-ranges', (gathered) => {
      const ranges = new Ranges(gathered, 'cloudflare-ranges');
      const part = new Part(gathered, isObject(document) ? document : {});
      const result = part.part('result');
      ranges.group('cloudflare', () => ({ name: 'cloudflare' }));
      for (const [key, family] of [
        ['ipv4_cidrs', 4],
        ['ipv6_cidrs', 6],
      ] as const)
        for (const [text, index] of result?.texts(key) ?? [])
          ranges.read(text, result?.at(key, index) ?? part.at(), family);
      if (part.object['success'] === false) part.flaw('the answer says that it failed', 'success');
      ranges.end();
    }),
};
