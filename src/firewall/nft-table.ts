// The name of an nftables table as people write it on the command line.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Source } from '../document/source.ts';
import { suggest } from '../document/suggest.ts';
import { diagnose } from './faults.ts';
import type { NftTable } from './targets/options.ts';

const FAMILIES = ['inet', 'ip', 'ip6'] as const;

/** Reads `inet filter`, or `filter`, which is the same. */
export function readTable(source: Source): NftTable | Diagnostic {
  const { text } = source;
  const words = text.split(' ');
  const [name = '', extra] = words.length > 1 ? words.slice(1) : words;
  if (words.length > 1) {
    const [written = ''] = words;
    const family = FAMILIES.find((known) => known === written);
    if (family === undefined) {
      const near = suggest(written, FAMILIES);
      return diagnose(
        'FW010',
        source.span(0, written.length),
        `${JSON.stringify(written)} is no family of tables that filters by address`,
        { hint: near === undefined ? `one of ${FAMILIES.join(', ')}` : `did you mean ${near}?` },
      );
    }
    if (extra === undefined && NAME.test(name)) return { family, name };
  } else if (NAME.test(name)) return { family: 'inet', name };
  return diagnose('FW010', source.all(), `${JSON.stringify(text)} does not name a table`, {
    hint: 'write FAMILY NAME, as in inet filter',
  });
}

/** An identifier of nft. */
const NAME: RegExp = /^[A-Za-z_][A-Za-z0-9_.-]*$/;
