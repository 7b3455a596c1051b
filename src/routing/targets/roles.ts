// Our role towards a neighbour (RFC 9234 section 4.1) in the words that FRR and OpenBGPD share.

import type { Role } from '../model.ts';

/** What we are to a neighbour of that role; none between our own routers. */
export const ROLE_WORDS: Readonly<Record<Role, string | undefined>> = {
  transit: 'customer',
  peer: 'peer',
  customer: 'provider',
  'route-server': 'rs-client',
  ibgp: undefined,
};
