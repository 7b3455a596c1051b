// Communities that mean something here: the well-known ones, and the marks by which a route is told from others once it is
// inside. A mark is a standard community where the AS number fits into one.

import type { Asn } from '../address/index.ts';
import type { Community, LargeCommunity, Role } from './model.ts';

/** RFC 8326 section 5. */
export const GRACEFUL_SHUTDOWN: Community = { kind: 'standard', high: 65535, low: 0 };
/** RFC 7999 section 5. */
export const BLACKHOLE: Community = { kind: 'standard', high: 65535, low: 666 };

/** The last number of the mark, by whom the route was learned from. */
const LEARNED = { transit: 100, peer: 200, 'route-server': 210, customer: 300 } as const;

/** Whether standard communities can be of this AS: of a 32-bit number none can be made, so nobody can mean it by one. */
export function hasStandard(as: Asn): boolean {
  return as.value <= 0xffff;
}

/** The mark of a route learned from a neighbour of that role. */
export function learnedTag(as: Asn, role: Exclude<Role, 'ibgp'> = 'transit'): Community | LargeCommunity {
  const low = LEARNED[role];
  return hasStandard(as)
    ? { kind: 'standard', high: as.value, low }
    : { kind: 'large', admin: as.value, first: 0, second: low };
}
