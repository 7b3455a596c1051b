// Plain lists of prefixes and addresses, one a line, with comments behind # or ; (as Spamhaus writes them): Cloudflare's
// ips-v4, an office's networks, a blocklist.

import { harvest } from '../harvest.ts';
import { Ranges } from '../ranges.ts';
import { scopeOf } from '../scope.ts';
import type { TextCloud } from './cloud.ts';
import { firstLine, linesOf, spanOf } from './text-lines.ts';

export const cidrList: TextCloud = {
  name: 'cidr-list',
  summary: 'a plain list of prefixes and addresses, one a line',
  form: 'text',
  recognises: (text) => /^[0-9A-Fa-f:.]*[:.][0-9A-Fa-f:.]*(?:\/\d+)?(?:\s*[#;].*)?$/.test(firstLine(text)),
  read: (source) =>
    harvest(source, 'cidr-list', (gathered) => {
      const ranges = new Ranges(gathered, 'cidr-list');
      // Nobody named the list but the one who named the file.
      ranges.group(source.name, () => ({ name: source.name }));
      for (const line of linesOf(source.text)) {
        const text = /[#;]/.test(line.text) ? line.text.replace(/\s*[#;].*$/, '') : line.text;
        const prefix = gathered.prefix(text, undefined, spanOf(source, { ...line, text }), true);
        if (prefix !== undefined) ranges.add(prefix, scopeOf(prefix));
      }
      ranges.end();
    }),
};
