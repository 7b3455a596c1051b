// The host stream, penstock-hosts(5): JSON Lines, version 1. What cloudhosts writes and every program that needs hosts
// reads. A line stands for itself, so streams can be joined by cat(1) and filtered by any tool; each source's closing line
// comes after its hosts, so that a stream which was cut off can be told from one that has ended.

import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose as diagnoseDocument } from '../document/faults.ts';
import type { Source } from '../document/source.ts';
import type { Closing, Host, HostAddress, Inventory } from './model.ts';
import { addressesIn } from './ranges.ts';
import { LineReader, VERSION } from './wire-line.ts';
import { quickLine } from './wire-quick.ts';

/** Addresses in a piece of a line: that of a feed can have a million. */
const PIECE = 1000;

/** The lines of an inventory: its hosts, then its closings, each in the order given. A line may come in several pieces. */
export function* writeLines({ hosts, closings }: Inventory): Generator<string> {
  for (const host of hosts) {
    const { source, id, name, region, state } = host;
    // Object.fromEntries defines its keys, so that a tag called __proto__ is a tag like any other.
    const tags = Object.fromEntries([...host.tags].sort(([a], [b]) => (a < b ? -1 : 1)));
    const start = JSON.stringify({ v: VERSION, kind: 'host', source, id, name, region, state });
    let text = `${start.slice(0, -1)},"addresses":[`;
    let count = 0;
    for (const address of addressesIn(host)) {
      text += count++ === 0 ? addressText(address) : `,${addressText(address)}`;
      if (count % PIECE === 0) {
        yield text;
        text = '';
      }
    }
    yield `${text}],"tags":${JSON.stringify(tags)}}\n`;
  }
  for (const { source, complete, why } of closings)
    yield `${JSON.stringify({ v: VERSION, kind: 'end', source, complete, ...(complete ? {} : { why }) })}\n`;
}

/** An address has no character that JSON would write otherwise. */
function addressText({ prefix, scope, interface: network }: HostAddress): string {
  const text = prefix.isHost ? prefix.address.toString() : prefix.toString();
  return network === undefined
    ? `{"address":"${text}","scope":"${scope}"}`
    : `{"address":"${text}","scope":"${scope}","interface":${JSON.stringify(network)}}`;
}

/** A host stream as it was read. */
export interface HostStream extends Inventory {
  /** The sources that have hosts in it and no closing line behind them: the stream was cut off. */
  readonly open: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Flaws told in one run; a file that is no host stream at all should not be told line by line. */
const MOST_TOLD = 10;

/** Reads a host stream strictly: a line that is not one is an error, and so is a text without any line. */
export function readStream(source: Source): HostStream {
  const { text } = source;
  const hosts: Host[] = [];
  const closings: Closing[] = [];
  const open = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  let start = 0;
  let lines = 0;
  while (start < text.length && diagnostics.length < MOST_TOLD) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    let item = quickLine(line);
    if (item === undefined) {
      // Blank, or not right: the strict reader says which, and what is wrong.
      const strict = new LineReader(source, start, line);
      start = end + 1;
      if (strict.isBlank) continue;
      lines++;
      item = strict.read();
      diagnostics.push(...strict.diagnostics);
      if (item === undefined) continue;
    } else {
      start = end + 1;
      lines++;
    }
    if ('complete' in item) {
      closings.push(item);
      open.delete(item.source);
    } else {
      hosts.push(item);
      open.add(item.source);
    }
  }
  if (lines === 0) {
    diagnostics.push(
      diagnoseDocument('DOC007', source.span(0, 0), 'the host stream is empty', {
        hint: 'the command that should have written it has probably failed; cloudhosts writes a closing line even for no hosts',
      }),
    );
  }
  return { hosts, closings, open: [...open].sort(), diagnostics };
}
