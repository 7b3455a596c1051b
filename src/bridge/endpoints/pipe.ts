// PIPE: without a name what is written to it can be read from it again, an echo, and so is SOCKETPAIR; with a name it is a
// FIFO in the file system.

import { PassThrough } from 'node:stream';
import type { Endpoint } from '../endpoint.ts';
import type { Given } from '../given.ts';
import { type Kind, kind, type Report } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { fileEndpoint, namedPipe } from './file.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { checkOpen, OPEN_OPTIONS, pathOf, readFilePath } from './open-file.ts';

const ECHO_OPTIONS = [...MANNER_OPTIONS, ...PROCESS_OPTIONS] as const;
const PIPE_OPTIONS = [...ECHO_OPTIONS, ...OPEN_OPTIONS] as const;

export const pipe: Kind = kind({
  keywords: ['PIPE', 'ECHO', 'FIFO'],
  parameters: ['path'],
  needed: 0,
  summary: 'an echo, or a FIFO',
  options: PIPE_OPTIONS,
  plan: (written, report) => {
    const { label, given, parameters } = written;
    const manners = mannersOf(given, report);
    if (parameters.length === 0) {
      for (const option of OPEN_OPTIONS)
        if (given.token(option) !== undefined)
          report('BRG010', given.token(option)?.span, `option ${option} needs a path: PIPE:path`);
      return echo(label, given, manners, report);
    }
    checkOpen(given, report);
    const path = readFilePath(parameters[0], report);
    if (path === undefined) return undefined;
    return fileEndpoint(written, manners, true, report, (world, use) =>
      namedPipe(pathOf(path, given), { label, given, manners }, world, use),
    );
  },
});

/** Two sockets that are each other's peers, of which both are this address: what goes in comes out. */
export const socketPair: Kind = kind({
  keywords: ['SOCKETPAIR'],
  parameters: [],
  needed: 0,
  summary: 'an echo',
  options: ECHO_OPTIONS,
  plan: ({ label, given }, report) => echo(label, given, mannersOf(given, report), report),
});

function echo(
  label: string,
  given: Given<(typeof ECHO_OPTIONS)[number]>,
  manners: Manners,
  report: Report,
): Endpoint {
  return around(given, report, {
    label,
    gives: true,
    takes: true,
    descriptors: 0,
    open: () => {
      const loop = new PassThrough();
      loop.on('error', () => undefined);
      return Promise.resolve({
        label,
        input: loop,
        output: loop,
        ...manners,
        dispose: () => {
          loop.destroy();
        },
      });
    },
  });
}
