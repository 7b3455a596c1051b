// fwgen(1): hosts and ports in, a packet filter out, printed or loaded. The declaration; the verbs stand in programs/fwgen/, one file each.

import { APPLY_FAULTS } from '../apply/faults.ts';
import type { Program } from '../command/program.ts';
import { DOCUMENT_FAULTS } from '../document/faults.ts';
import { FIREWALL_FAULTS } from '../firewall/faults.ts';
import { INVENTORY_FAULTS } from '../inventory/faults.ts';
import { apply } from './fwgen/apply.ts';
import { check } from './fwgen/check.ts';
import { confirm } from './fwgen/confirm.ts';
import { doctor } from './fwgen/doctor.ts';
import { emit } from './fwgen/emit.ts';
import { plan } from './fwgen/plan.ts';
import { rollback } from './fwgen/rollback.ts';
import { status } from './fwgen/status.ts';
import { why } from './fwgen/why.ts';

export const program: Program = {
  name: 'fwgen',
  section: 1,
  summary: 'packet filters from the hosts of a cloud',
  verbs: [emit, check, why, plan, apply, confirm, rollback, status, doctor],
  exits: {
    ok: 'All went well; of why: the address is in a set; of check: nothing is wrong, though there may be warnings.',
    usage: 'The command line is wrong, or asks a target for what it cannot do.',
    negative:
      'Of why: the address is in no set. Of apply: it was not confirmed, and has been put back. Of confirm and rollback: there is nothing to do. Of status: what is loaded is not what was loaded, or nothing was. Of doctor: something keeps its cloud from being asked.',
    data: 'The host stream is not one, or is incomplete, or holds what must not be let in; or the policy is wrong, or an assertion of it does not hold; or a guard or the rehearsal refused. Nothing was written.',
    noInput: '',
    unavailable: 'A tool that is needed is not there, or does not work.',
    cantCreate: '',
    io: 'Writing failed, for example because the disk is full; or loading failed. The diagnostics say whether everything has been put back.',
    tempFail: 'Another run holds the lock for too long, or what was loaded last is not confirmed yet.',
    noPermission: '',
  },
  environment: {
    AWS_REGION:
      'Of doctor, as AWS_DEFAULT_REGION, AWS_PROFILE, AWS_CONFIG_FILE, AWS_SHARED_CREDENTIALS_FILE, AWS_ENDPOINT_URL and the variables of credentials: what any program of Amazon takes from them.',
    AWS_EC2_METADATA_SERVICE_ENDPOINT:
      'Of doctor: where the metadata service is; http://169.254.169.254 where it is not set. With AWS_EC2_METADATA_DISABLED it is not asked.',
    PENSTOCK_STATE: 'The folder for what apply must remember; /var/lib/penstock where it is not set.',
    SSH_CONNECTION:
      'The session that must stay possible. Where sudo(8) has taken it away, it is looked for in the processes above.',
  },
  faults: {
    ...DOCUMENT_FAULTS,
    INV001: INVENTORY_FAULTS.INV001,
    INV002: INVENTORY_FAULTS.INV002,
    INV003: INVENTORY_FAULTS.INV003,
    INV004: INVENTORY_FAULTS.INV004,
    INV005: INVENTORY_FAULTS.INV005,
    INV006: INVENTORY_FAULTS.INV006,
    INV007: INVENTORY_FAULTS.INV007,
    INV008: INVENTORY_FAULTS.INV008,
    ...FIREWALL_FAULTS,
    ...APPLY_FAULTS,
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
      text: 'A policy file, judged and then emitted for ipset and iptables.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit --policy examples/policy.yaml -t ipset',
    },
    {
      text: 'Why is this address let in?',
      command:
        'cloudhosts examples/describe-instances.json | fwgen why --policy examples/policy.yaml 192.0.2.11',
    },
    {
      text: 'Plain commands for the web servers.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit -p 80,443 -t commands -s tag:role=web',
    },
    {
      text: 'What would change on this machine.',
      command: 'cloudhosts examples/describe-instances.json | fwgen plan --ports 22,80',
    },
  ],
};
