// PIPE without a name: what is written to it can be read from it again, an echo.

import { PassThrough } from 'node:stream';
import { type Kind, kind } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { MANNER_OPTIONS, mannersOf } from './manners.ts';

const PIPE_OPTIONS = [...MANNER_OPTIONS, ...PROCESS_OPTIONS] as const;

export const pipe: Kind = kind({
  keywords: ['PIPE', 'ECHO'],
  parameters: [],
  needed: 0,
  summary: 'an echo',
  options: PIPE_OPTIONS,
  plan: ({ label, given }, report) => {
    const manners = mannersOf(given, report);
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
  },
});
