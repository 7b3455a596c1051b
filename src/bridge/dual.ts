// Two addresses joined by `!!`: the first is only read from, the second only written to.

import type { Span } from '../document/source.ts';
import type { Endpoint } from './endpoint.ts';
import type { End } from './engines/engine.ts';
import type { Report } from './kind.ts';

/** The endpoint of `read!!write`, or undefined where the two can't be one (reported). */
export function join(
  read: Endpoint,
  write: Endpoint,
  readSpan: Span,
  writeSpan: Span,
  report: Report,
): Endpoint | undefined {
  if (!read.gives) report('BRG012', readSpan, `no data can be read from ${read.label}`);
  if (!write.takes) report('BRG012', writeSpan, `no data can be written to ${write.label}`);
  for (const [endpoint, span] of [
    [read, readSpan],
    [write, writeSpan],
  ] as const) {
    if (endpoint.service === undefined) continue;
    report('BRG010', span, 'option fork can not stand in a dual address', {
      hint: 'every connection would need its own other half; write the two ways as two bridges',
    });
    return undefined;
  }
  if (!read.gives || !write.takes) return undefined;
  return {
    label: `${read.label}!!${write.label}`,
    gives: true,
    takes: true,
    descriptors: read.descriptors + write.descriptors,
    open: async (world, use) => {
      // As socat has it, an address that is not needed is not opened.
      if (use === 'read') return read.open(world, 'read');
      if (use === 'write') return write.open(world, 'write');
      const input = await read.open(world, 'read');
      try {
        return joinEnds(input, await write.open(world, 'write'));
      } catch (error) {
        input.dispose('cut');
        throw error;
      }
    },
  };
}

function joinEnds(read: End, write: End): End {
  return {
    label: `${read.label}!!${write.label}`,
    input: read.input,
    output: write.output,
    ignoreEof: read.ignoreEof,
    shut: write.shut,
    ...(read.endByte === undefined ? {} : { endByte: read.endByte }),
    ...(read.readBytes === undefined ? {} : { readBytes: read.readBytes }),
    ...(write.coolWrite === undefined ? {} : { coolWrite: write.coolWrite }),
    dispose: (parting) => {
      read.dispose(parting);
      write.dispose(parting);
    },
    settle: async (patience) => {
      const troubles = await Promise.all([read.settle?.(patience), write.settle?.(patience)]);
      return troubles.find((trouble) => trouble !== undefined);
    },
  };
}
