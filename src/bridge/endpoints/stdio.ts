// STDIO (-), STDIN, STDOUT, STDERR and FD: descriptors that the process was started with.

import { type Endpoint, OpenError, type Use, type World } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { type Kind, kind, type Report, type Written } from '../kind.ts';
import { around, PROCESS_OPTIONS } from './around.ts';
import { needed, openDescriptors } from './descriptor.ts';
import type { Streams } from './file-streams.ts';
import { MANNER_OPTIONS, type Manners, mannersOf } from './manners.ts';
import { lockRecords, RECORD_LOCK_OPTIONS } from './record-lock.ts';
import { SharedInput, shareOutput } from './take-turns.ts';

const STDIO_OPTIONS = [...MANNER_OPTIONS, ...PROCESS_OPTIONS, ...RECORD_LOCK_OPTIONS] as const;

type StdioOption = (typeof STDIO_OPTIONS)[number];

export const stdio: Kind = standard(['STDIO', '-'], 'standard input and output', 0, 1);
export const stdin: Kind = standard(['STDIN'], 'standard input', 0, undefined);
export const stdout: Kind = standard(['STDOUT'], 'standard output', undefined, 1);
export const stderr: Kind = standard(['STDERR'], 'standard error', undefined, 2);

export const fd: Kind = kind({
  keywords: ['FD'],
  parameters: ['fd'],
  needed: 1,
  summary: 'a descriptor that was inherited',
  options: STDIO_OPTIONS,
  plan: (written, report) => {
    const [token] = written.parameters;
    if (token === undefined || !/^\d{1,9}$/.test(token.text)) {
      report('BRG005', token?.span ?? written.span, 'a descriptor is a number');
      return undefined;
    }
    const descriptor = Number(token.text);
    return plan(written, descriptor, descriptor, report);
  },
});

function standard(
  keywords: readonly [string, ...string[]],
  summary: string,
  reading: number | undefined,
  writing: number | undefined,
): Kind {
  return kind({
    keywords,
    parameters: [],
    needed: 0,
    summary,
    options: STDIO_OPTIONS,
    plan: (written, report) => plan(written, reading, writing, report),
  });
}

function plan(
  { label, given }: Written<StdioOption>,
  reading: number | undefined,
  writing: number | undefined,
  report: Report,
): Endpoint {
  const manners = mannersOf(given, report);
  let locked: Promise<void> | undefined;
  let shared: Promise<Shared> | undefined;
  let opened = false;
  return around(given, report, {
    label,
    gives: reading !== undefined,
    takes: writing !== undefined,
    descriptors: 0,
    open: async (world, use) => {
      locked ??= lockRecords(given, needed(use, reading, writing), label);
      await locked;
      if (world.many) {
        shared ??= share(label, reading, writing, use, world);
        return (await shared).end(manners);
      }
      if (opened) throw new OpenError(label, 'it is open already', { final: true });
      opened = true;
      const streams = await openDescriptors(...needed(use, reading, writing), label, manners.ignoreEof);
      return ownEnd(label, streams, manners);
    },
  });
}

function ownEnd(label: string, { input, output }: Streams, manners: Manners): End {
  return {
    label,
    input,
    output,
    ...manners,
    dispose: () => {
      input?.destroy();
      output?.destroy();
    },
  };
}

/** Descriptors that all connections of a listener share. */
interface Shared {
  readonly end: (manners: Manners) => End;
}

async function share(
  label: string,
  reading: number | undefined,
  writing: number | undefined,
  use: Use,
  world: World,
): Promise<Shared> {
  const { input, output } = await openDescriptors(...needed(use, reading, writing), label);
  const turns = input === undefined ? undefined : new SharedInput(input);
  if (turns !== undefined) world.atExit(() => turns.close());
  return {
    end: (manners) => {
      const taker = turns?.take();
      const shared =
        output === undefined ? undefined : shareOutput(output, () => taker && turns?.yield(taker));
      return ownEnd(label, { input: taker, output: shared }, manners);
    },
  };
}
