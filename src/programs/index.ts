// The list of programs.

import type { Program } from '../command/program.ts';
import { program as bgpgen } from './bgpgen.ts';
import { program as cidr } from './cidr.ts';
import { program as cloudhosts } from './cloudhosts.ts';
import { program as fwgen } from './fwgen.ts';
import { program as sockbridge } from './sockbridge.ts';

export const programs: readonly Program[] = [bgpgen, cidr, cloudhosts, fwgen, sockbridge];
