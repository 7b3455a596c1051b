// Checks of damping and of graceful restart: what a whole site can't sensibly have.

import type { Diagnostic } from '../../document/diagnostic.ts';
import { ceilingOf } from '../damping.ts';
import { diagnose } from '../faults.ts';
import type { Site } from '../model.ts';

/** RFC 7196 section 4: the least threshold, and the ceiling that lets the penalty of a real flapper be told from it. */
const LEAST_SUPPRESS = 6000;
const LEAST_CEILING = 50000;

export function damping({ damping: asked }: Site): Diagnostic[] {
  if (asked === undefined) return [];
  const ceiling = Math.floor(ceilingOf(asked));
  if (ceiling <= asked.suppress) {
    return [
      diagnose(
        'BGP034',
        asked.span,
        `the penalty never rises above ${ceiling}, and ${asked.suppress} is asked for`,
        {
          hint: `max-suppress must be over ${Math.ceil(asked.halfLife * Math.log2(asked.suppress / asked.reuse))} minutes`,
        },
      ),
    ];
  }
  const faults = [
    ...(asked.suppress < LEAST_SUPPRESS ? [`suppress is ${asked.suppress}, under ${LEAST_SUPPRESS}`] : []),
    ...(ceiling < LEAST_CEILING ? [`the ceiling is ${ceiling}, under ${LEAST_CEILING}`] : []),
  ];
  return faults.map((fault) =>
    diagnose('BGP035', asked.span, fault, {
      hint: 'say aggressive or conservative, which are the figures of RFC 7196',
    }),
  );
}

export function gracefulRestart({ gracefulRestart: asked, routers }: Site): Diagnostic[] {
  if (asked?.value !== true || routers.length > 1) return [];
  return [
    diagnose('BGP036', asked.span, 'the only router of the site can not ask for graceful restart', {
      hint: 'leave it out: neighbours then go another way at once',
    }),
  ];
}
