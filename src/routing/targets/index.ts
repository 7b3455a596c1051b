// The routing daemons that can be emitted for. A list.

import { bird } from './bird.ts';
import { frr } from './frr.ts';
import { openbgpd } from './openbgpd.ts';
import { quagga } from './quagga.ts';
import type { RoutingTarget } from './version.ts';

export const TARGETS: readonly RoutingTarget[] = [quagga, frr, bird, openbgpd];
