// The host streams that a command line names, read and joined, for the verbs of fwgen.

import type { Io } from '../../command/io.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { completeness } from '../../inventory/complete.ts';
import type { Closing, Host } from '../../inventory/model.ts';
import { type HostStream, readStream } from '../../inventory/wire.ts';

/**
 * The hosts of all streams, standard input where none is named; undefined after reporting what makes them unusable. Throws
 * HostError where a file can't be read.
 */
export function readHosts(
  paths: readonly string[],
  acceptIncomplete: boolean,
  io: Io,
): readonly Host[] | undefined {
  const streams = (paths.length === 0 ? ['-'] : paths).map((path) => readStream(io.read(path)));
  const { hosts, diagnostics } = joinStreams(streams, acceptIncomplete);
  io.report(...diagnostics);
  return hasErrors(diagnostics) ? undefined : hosts;
}

/** The hosts of streams, and what is wrong with them: lines, and sources of which not all is there. */
export function joinStreams(
  streams: readonly HostStream[],
  acceptIncomplete: boolean,
): { readonly hosts: readonly Host[]; readonly diagnostics: readonly Diagnostic[] } {
  const hosts: Host[] = [];
  const closings: Closing[] = [];
  const open = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const stream of streams) {
    for (const host of stream.hosts) hosts.push(host);
    closings.push(...stream.closings);
    for (const source of stream.open) open.add(source);
    diagnostics.push(...stream.diagnostics);
  }
  // A stream that can't be read has lost more than its end.
  if (!hasErrors(diagnostics)) diagnostics.push(...completeness(closings, [...open], acceptIncomplete));
  return { hosts, diagnostics };
}
