// The host streams that a command line names, read and joined, for the verbs of fwgen.

import type { Io } from '../../command/io.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { completeness } from '../../inventory/complete.ts';
import type { Closing, Host } from '../../inventory/model.ts';
import { readStream } from '../../inventory/wire.ts';

/**
 * The hosts of all streams, standard input where none is named; undefined after reporting what makes them unusable. Throws
 * HostError where a file can't be read.
 */
export function readHosts(
  paths: readonly string[],
  acceptIncomplete: boolean,
  io: Io,
): readonly Host[] | undefined {
  const hosts: Host[] = [];
  const closings: Closing[] = [];
  const open = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const path of paths.length === 0 ? ['-'] : paths) {
    const stream = readStream(io.read(path));
    for (const host of stream.hosts) hosts.push(host);
    closings.push(...stream.closings);
    for (const source of stream.open) open.add(source);
    diagnostics.push(...stream.diagnostics);
  }
  // A stream that can't be read has lost more than its end.
  if (!hasErrors(diagnostics)) diagnostics.push(...completeness(closings, [...open], acceptIncomplete));
  io.report(...diagnostics);
  return hasErrors(diagnostics) ? undefined : hosts;
}
