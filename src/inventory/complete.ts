// Whether an inventory is the whole of what its sources hold. Rules made from a half inventory would shut out the other
// half, so going on with one is never done silently.

import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose } from './faults.ts';
import type { Closing } from './model.ts';

/**
 * What keeps an inventory from being the whole: sources that say so themselves, and sources without a closing line
 * (`open`). Errors, or only warnings where the user accepts it.
 */
export function completeness(
  closings: readonly Closing[],
  open: readonly string[],
  accepted: boolean,
): readonly Diagnostic[] {
  const code = accepted ? 'INV007' : 'INV006';
  const hint = accepted
    ? undefined
    : 'rules made from it would shut out the hosts that are missing; --accept-incomplete goes on all the same';
  const found: Diagnostic[] = open.map((source) =>
    diagnose(code, undefined, `${source}: the host stream was cut off: there is no closing line`, { hint }),
  );
  for (const { source, complete, why } of closings) {
    if (!complete)
      found.push(
        diagnose(code, undefined, `${source} is incomplete${why === '' ? '' : `: ${why}`}`, { hint }),
      );
  }
  return found;
}
