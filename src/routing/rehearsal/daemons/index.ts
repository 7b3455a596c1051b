// The daemons that a site's routers can be rehearsed with. A list.

import { bird } from './bird.ts';
import type { StageDaemon } from './daemon.ts';
import { frr } from './frr.ts';
import { openbgpd } from './openbgpd.ts';

export const DAEMONS: readonly StageDaemon[] = [frr, bird, openbgpd];
