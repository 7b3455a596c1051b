// The list of programs.

import type { Program } from '../command/program.ts';
import { program as cidr } from './cidr.ts';

export const programs: readonly Program[] = [cidr];
