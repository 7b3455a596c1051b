// The documents that cloudhosts is given, read whole but not without limit: what is far over any inventory is another file,
// and a machine with little memory should say so instead of dying of it.

import { displayName, type Io } from '../../command/io.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { diagnose } from '../../inventory/faults.ts';

/** MiB; a document of 100,000 instances of EC2 has about 100. */
export const LIMIT = 128;

/** Reads a document of at most so many MiB. Throws HostError. */
export function readDocumentText(path: string, limit: number, io: Io): Source | Diagnostic {
  const most = limit * 1024 * 1024;
  const decoder = new TextDecoder('utf-8');
  const name = displayName(path);
  let size = 0;
  let text = '';
  for (const chunk of io.host.chunks(path)) {
    size += chunk.length;
    if (size > most)
      return diagnose('INV009', undefined, `${name}: over ${limit} MiB, at byte ${most}: not read`, {
        hint: 'is this an inventory? --limit raises what is read',
      });
    text += decoder.decode(chunk, { stream: true });
  }
  text += decoder.decode();
  return new Source(name, text);
}
