// bgpgen: the site file in, diagnostics or a routing daemon's complete configuration out. The declaration; each verb stands
// in a file of its own in programs/bgpgen/, what is right and how it is written in routing/.

import type { Program } from '../command/program.ts';
import { DOCUMENT_FAULTS } from '../document/faults.ts';
import { ROUTING_FAULTS } from '../routing/faults.ts';
import { VTY_FAULTS } from '../routing/vty/faults.ts';
import { check } from './bgpgen/check.ts';
import { emit } from './bgpgen/emit.ts';
import { importSite } from './bgpgen/import.ts';
import { lint } from './bgpgen/lint.ts';
import { rehearse } from './bgpgen/rehearse.ts';

export const program: Program = {
  name: 'bgpgen',
  section: 1,
  summary: 'safe BGP configurations for a site with several providers',
  verbs: [emit, check, lint, importSite, rehearse],
  exits: {
    ok: 'All went well; of check and lint: nothing is wrong, though there may be warnings.',
    negative:
      'A rehearsal showed something that should not be: a session that stays down, a leak, a route taken or refused against the policy.',
    usage: '',
    data: 'The site is wrong, or asks for what the daemon has not; the diagnostics say where. Nothing was printed or written.',
    noInput: "The site file is not there or can't be read.",
    unavailable: 'A rehearsal needs a program that is not there, or that does not start.',
    cantCreate: '',
    io: '',
    noPermission: 'The system did not allow it; a rehearsal needs root.',
  },
  faults: { ...DOCUMENT_FAULTS, ...ROUTING_FAULTS, ...VTY_FAULTS },
  examples: [
    { text: 'Ask what is wrong with a site.', command: 'bgpgen check examples/site.yaml && echo fine' },
    {
      text: "Print FRR's configuration of a router.",
      command: 'bgpgen emit examples/site.yaml --router r1 --target frr --file frr.conf',
    },
    {
      text: 'Ask what is wrong with a configuration that was written by hand.',
      command: "bgpgen lint examples/quagga/* || echo 'much to do'",
    },
    {
      text: 'See which files would be written for Quagga.',
      command: 'bgpgen emit examples/site.yaml --router r1 --target quagga --out /tmp/r1 --dry-run',
    },
  ],
};
