// cidr: sets of addresses in pipes. The declaration; the verbs stand in programs/cidr/, sets and their algebra in address/.

import type { Program } from '../command/program.ts';
import { CIDR_FAULTS } from './cidr/list.ts';
import { map } from './cidr/map.ts';
import { hosts, next, split } from './cidr/plan.ts';
import { check, contains, count, info } from './cidr/questions.ts';
import { convert, sort } from './cidr/rewrite.ts';
import { complement, diff, intersect, merge, subtract } from './cidr/sets.ts';
import { grep, lookup } from './cidr/text.ts';

export const program: Program = {
  name: 'cidr',
  section: 1,
  summary: 'sets of IPv4 and IPv6 addresses in pipes',
  verbs: [
    merge,
    subtract,
    intersect,
    complement,
    diff,
    contains,
    grep,
    lookup,
    count,
    check,
    info,
    sort,
    convert,
    split,
    hosts,
    next,
    map,
  ],
  exits: {
    ok: 'All went well; of contains: every item is held; of grep: a line was selected; of diff: nothing changed.',
    negative:
      'Of contains: an item is not held. Of grep: no line was selected. Of diff: something changed. Of check: something was found. Of next: there is no room.',
    usage: '',
    data: 'A line of a list was bad. The others were used, unless --strict was given.',
    noInput: '',
    io: '',
  },
  faults: CIDR_FAULTS,
  examples: [
    { text: 'Merge two lists.', command: 'cidr merge examples/office.txt examples/vpn.txt' },
    { text: 'All of a block but what is in use.', command: 'cidr subtract 10.1.0.0/16 examples/vpn.txt' },
    {
      text: 'Ask whether an address is on a list.',
      command: 'cidr contains examples/vpn.txt 10.1.9.7 && echo yes',
    },
    { text: 'What is this block?', command: 'cidr info 10.1.2.3/20' },
    { text: 'Where is room for another /24?', command: 'cidr next /24 10.1.0.0/16 examples/vpn.txt' },
  ],
};
