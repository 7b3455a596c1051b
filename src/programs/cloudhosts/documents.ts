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
  const name = displayName(path);
  // As bytes first, and decoded at once: pieces of text put together would be there twice.
  let bytes = new Uint8Array(roomFor(path, most, io));
  let size = 0;
  for (const chunk of io.host.chunks(path)) {
    if (size + chunk.length > most)
      return diagnose('INV009', undefined, `${name}: over ${limit} MiB, at byte ${most}: not read`, {
        hint: 'is this an inventory? --limit raises what is read',
      });
    if (size + chunk.length > bytes.length) {
      const more = new Uint8Array(Math.min(most, Math.max(bytes.length * 2, size + chunk.length)));
      more.set(bytes.subarray(0, size));
      bytes = more;
    }
    bytes.set(chunk, size);
    size += chunk.length;
  }
  return new Source(name, new TextDecoder('utf-8').decode(bytes.subarray(0, size)));
}

/** The size of a file; of anything else as much as comes at once. */
function roomFor(path: string, most: number, io: Io): number {
  const file = path === '-' ? undefined : io.host.stat(path);
  return file?.kind === 'file' ? Math.min(file.size, most) : 1 << 16;
}
