// The arithmetic of route flap damping (RFC 2439 section 4.2): how high a penalty can rise at all.

import type { Damping } from './model.ts';

/** The penalty that is never exceeded: so high that it has decayed to `reuse` after the longest time. */
export function ceilingOf({ halfLife, reuse, longest }: Omit<Damping, 'span' | 'suppress'>): number {
  return reuse * 2 ** (longest / halfLife);
}
