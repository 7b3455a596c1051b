// Options of sockbridge(1) about several targets: the operands after the second are further addresses, of which one serves
// each connection.

import type { Bridge, Checked } from '../../bridge/check.ts';
import type { Choice } from '../../bridge/targets.ts';
import type { GivenOptions, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';

/** Seconds for which a target that could not be reached is passed over. */
const DOWN_SECONDS = 10;

const CHOICES = ['failover', 'roundrobin', 'leastconn'] as const satisfies readonly Choice[];

export const TARGET_OPTIONS = {
  targets: {
    type: 'text',
    value: 'HOW',
    choices: CHOICES,
    summary: 'let the second address and all after it be targets of which one serves each connection',
    detail: `With
.Cm failover
the first that can be reached,
with
.Cm roundrobin
each in turn, with
.Cm leastconn
the one that has the fewest connections.
If it can not be reached the others are asked, in their order.`,
  },
  'target-down-time': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 2_147_483,
    summary: `pass over a target that could not be reached for so long, instead of ${DOWN_SECONDS} s`,
    detail: 'If none of the others can be reached either it is asked all the same.',
  },
  'target-patience': {
    type: 'seconds',
    value: 'SECONDS',
    least: 0,
    most: 2_147_483,
    summary: 'hold a client for so long while no target can be reached',
    detail: 'They are all asked twice a second meanwhile.',
  },
} as const satisfies Options;

type Given = GivenOptions<typeof TARGET_OPTIONS>;

/** The bridge with all its targets; undefined where one is wrong, which `diagnostics` say. */
export async function withTargets(
  bridge: Bridge,
  more: readonly string[],
  invocation: Given,
  check: (target: Source) => Checked,
): Promise<{ readonly bridge: Bridge | undefined; readonly diagnostics: readonly Diagnostic[] }> {
  const wanted = invocation.text('targets');
  const [extra] = more;
  if (wanted === undefined) {
    if (extra !== undefined) throw new UsageError(`too many operands: ${JSON.stringify(extra)}`);
    for (const name of ['target-down-time', 'target-patience'] as const)
      if (invocation.number(name) !== undefined) throw new UsageError(`--${name} needs --targets`);
    return { bridge, diagnostics: [] };
  }
  const choice = CHOICES.find((each) => each === wanted) ?? 'failover';
  const diagnostics: Diagnostic[] = [];
  const targets = [bridge.right];
  for (const [index, text] of more.entries()) {
    const source = new Source(`ADDRESS${index + 3}`, text);
    const checked = check(source);
    // What is to be said of the first address has been said.
    diagnostics.push(...checked.diagnostics.filter(({ span }) => span?.source === source));
    if (checked.bridge !== undefined) targets.push(checked.bridge.right);
  }
  if (targets.length <= more.length) return { bridge: undefined, diagnostics };
  if (targets.some(({ service }) => service !== undefined))
    throw new UsageError('--targets: a target can not have option fork');
  const { group } = await import('../../bridge/targets.ts');
  const [first = bridge.right, ...others] = targets;
  const milliseconds = (name: 'target-down-time' | 'target-patience', otherwise: number): number =>
    (invocation.number(name) ?? otherwise) * 1000;
  const right = group([first, ...others], {
    choice,
    down: milliseconds('target-down-time', DOWN_SECONDS),
    patience: milliseconds('target-patience', 0),
  });
  return { bridge: { ...bridge, right }, diagnostics };
}
