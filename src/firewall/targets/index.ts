// Every target there is, one file each. A list, no logic.

import type { Target } from '../../emit/target.ts';
import type { Ruleset } from '../model.ts';
import { commands } from './commands.ts';
import { ipset } from './ipset.ts';
import { iptables } from './iptables.ts';
import { nftables } from './nftables.ts';
import type { EmitOptions } from './options.ts';

export const targets: readonly Target<Ruleset, EmitOptions>[] = [iptables, ipset, nftables, commands];
