// fwgen(1): hosts and ports in, a packet filter out. The declaration; the verbs stand in programs/fwgen/, one file each.

import type { Program } from '../command/program.ts';
import { DOCUMENT_FAULTS } from '../document/faults.ts';
import { FIREWALL_FAULTS } from '../firewall/faults.ts';
import { INVENTORY_FAULTS } from '../inventory/faults.ts';
import { doctor } from './fwgen/doctor.ts';
import { emit } from './fwgen/emit.ts';

export const program: Program = {
  name: 'fwgen',
  section: 1,
  summary: 'packet filters from the hosts of a cloud',
  verbs: [emit, doctor],
  exits: {
    ok: '',
    negative: "Of doctor: something keeps Amazon's cloud from being asked.",
    usage: 'The command line is wrong, or asks a target for what it cannot do.',
    data: 'The host stream is not one, or is incomplete, or holds what must not be let in. Nothing was written.',
    noInput: '',
    cantCreate: '',
    io: '',
    noPermission: '',
  },
  faults: {
    DOC007: DOCUMENT_FAULTS.DOC007,
    INV005: INVENTORY_FAULTS.INV005,
    INV006: INVENTORY_FAULTS.INV006,
    INV007: INVENTORY_FAULTS.INV007,
    INV008: INVENTORY_FAULTS.INV008,
    ...FIREWALL_FAULTS,
  },
  examples: [
    {
      text: 'A filter for iptables-restore and ip6tables-restore.',
      command: 'cloudhosts examples/describe-instances.json | fwgen emit --ports 22,80,3690,4949,8140',
    },
    {
      text: 'The same hosts, closed to everybody else, for nftables.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit -p 22,53/udp -t nftables --own-table --others drop',
    },
    {
      text: 'Plain commands for the web servers.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit -p 80,443 -t commands -s tag:role=web',
    },
  ],
};
