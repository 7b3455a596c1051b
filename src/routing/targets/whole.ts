// What can be made of a whole site. A list.

import { graph } from './graph.ts';
import { monitor } from './monitor.ts';
import { roa } from './roa.ts';
import { rpsl } from './rpsl.ts';
import type { SiteTarget } from './site-target.ts';

export const SITE_TARGETS: readonly SiteTarget[] = [rpsl, roa, monitor, graph];
