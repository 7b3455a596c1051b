// fwgen check: everything that is to be said of a filter, its policy's assertions among it, and nothing printed but that.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { FILTER, makeFilter, STREAMS } from './filter.ts';

const CHECK = {
  ...FILTER,
  json: { type: 'flag', short: 'j', summary: 'write diagnostics as JSON Lines' },
} as const satisfies Options;

export const check: Verb = verb({
  name: 'check',
  summary: 'report what is wrong with a policy, and whether its assertions hold',
  operands: STREAMS,
  options: CHECK,
  run: checkFilter,
});

async function checkFilter(invocation: Invocation<typeof CHECK>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const made = await makeFilter(invocation, io, { together: false });
  return 'exit' in made ? made.exit : EXIT.ok;
}
