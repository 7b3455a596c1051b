// The files of one router into one model: each by what it is.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Source } from '../../document/source.ts';
import { dialectOf, kindOf, readAddresses, readDaemons, readSettings } from './files.ts';
import { type Dialect, type Existing, nothingYet } from './model.ts';
import { parseInto } from './parse.ts';

/** What the files of a router say; `dialect` where the user named the daemon. */
export function gather(
  sources: readonly Source[],
  dialect: Dialect | undefined,
): { readonly existing: Existing; readonly diagnostics: readonly Diagnostic[] } {
  const existing = nothingYet(dialect ?? dialectOf(sources));
  const diagnostics: Diagnostic[] = [];
  for (const source of sources) {
    switch (kindOf(source)) {
      case 'configuration':
        diagnostics.push(...parseInto(existing, source));
        break;
      case 'daemons':
        readDaemons(existing, source);
        break;
      case 'settings':
        readSettings(existing, source);
        break;
      case 'addresses':
        readAddresses(existing, source);
        break;
    }
  }
  return { existing, diagnostics };
}
