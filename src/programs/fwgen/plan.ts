// fwgen plan: what apply would do, printed.

import { diagnose } from '../../apply/faults.ts';
import { describeStep, type LoadStep } from '../../apply/step.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Verb, verb } from '../../command/program.ts';
import { STREAMS } from './filter.ts';
import { PLAN, prepare } from './prepare.ts';

export const plan: Verb = verb({
  name: 'plan',
  summary: 'print what apply would change, and the steps that it would run',
  operands: STREAMS,
  options: PLAN,
  run: printPlan,
});

async function printPlan(invocation: Invocation<typeof PLAN>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const prepared = await prepare(invocation, io, await io.host.processes());
  if ('exit' in prepared) return prepared.exit;
  printSteps(prepared.difference.steps, io);
  return prepared.refused ? EXIT.data : EXIT.ok;
}

/** Steps for people, or each as a line of JSON. */
export function printSteps(steps: readonly LoadStep[], io: Io): void {
  if (io.json) {
    for (const { part, argv, input, changes } of steps)
      io.write(`${JSON.stringify({ v: 1, kind: 'step', part, argv, input, changes })}\n`);
    return;
  }
  if (steps.length === 0) io.write('# nothing to do\n');
  for (const step of steps) io.write(describeStep(step));
}

/** Says that a run which holds the lock does not end. */
export function lockFault(note: string): ReturnType<typeof diagnose> {
  return diagnose('LD017', undefined, `another run still holds the lock: ${note}`, {
    hint: 'try again when it has ended',
  });
}
