// The diagnostics of the routing domain: codes, how bad each is, and the sentence that the manual prints of it. BGP0xx
// come of the site file by itself, BGP1xx of what a routing daemon can't express. Checks stand in check.ts, the targets'
// refusals in targets/.

import { type Diagnose, diagnoser, type FaultTable } from '../document/diagnostic.ts';

export const ROUTING_FAULTS = {
  BGP001: { severity: 'error', meaning: 'A router is named that the site does not have.' },
  BGP002: {
    severity: 'error',
    meaning:
      "A neighbour's address is on none of its router's links, so that the session could never come up. Correct the address or the interface, or say how many hops away it is with multihop.",
  },
  BGP003: {
    severity: 'error',
    meaning:
      'A prefix of the site lies in special-purpose space (private, documentation, reserved), which every provider refuses. May be accepted.',
  },
  BGP004: {
    severity: 'error',
    meaning:
      'A prefix of the site is longer than /24 or /48, which nobody beyond the provider takes. May be accepted.',
  },
  BGP005: { severity: 'error', meaning: 'A prefix of the site stands there twice.' },
  BGP006: {
    severity: 'warning',
    meaning:
      'A prefix of the site is part of another one. Both are announced everywhere, and the longer one attracts the traffic.',
  },
  BGP007: {
    severity: 'error',
    meaning:
      "The site's AS number is private, reserved or for documentation, and providers refuse routes that carry one. May be accepted.",
  },
  BGP008: {
    severity: 'warning',
    meaning: 'The site has only one transit provider: when that one fails, the site is off the net.',
  },
  BGP009: { severity: 'error', meaning: 'A router has two sessions to the same address.' },
  BGP010: { severity: 'error', meaning: "A neighbour's address is an address of the site itself." },
  BGP011: {
    severity: 'error',
    meaning: "A provider has the site's own AS number.",
  },
  BGP012: {
    severity: 'error',
    meaning:
      'A neighbour has no max-prefix for an address family that it has a session of. Without one, a provider that leaks fills the memory of the router. Ask the provider how many routes it sends and add a third.',
  },
  BGP013: {
    severity: 'error',
    meaning:
      'The AS number of a neighbour is private, reserved or for documentation: the filters refuse every route whose path holds one, so nothing would be taken from it.',
  },
  BGP014: {
    severity: 'warning',
    meaning: 'A prefix of the site is announced to nobody: no session carries its address family.',
  },
  BGP015: { severity: 'warning', meaning: 'A router has no sessions.' },
  BGP016: { severity: 'error', meaning: "A password file is not there or can't be read." },
  BGP017: {
    severity: 'error',
    meaning:
      'A password file holds no password that can be used: it must be one line of 1 to 80 printable ASCII characters without blanks (Linux keeps 80 bytes of a TCP MD5 key).',
  },
  BGP018: {
    severity: 'warning',
    meaning:
      'A password file can be read by every user of the machine. Take away the permission with chmod o= FILE.',
  },
  BGP019: {
    severity: 'warning',
    meaning:
      'A session has neither a password nor GTSM, so that a forged packet from anywhere can reset it. Agree on one with the provider.',
  },
  BGP020: { severity: 'error', meaning: 'Two routers have the same router ID.' },
  BGP021: {
    severity: 'warning',
    meaning:
      'The site has several routers. No sessions between them are emitted, so that each knows the routes of its own providers only.',
  },
  BGP022: {
    severity: 'warning',
    meaning:
      "A prefix is provider-aggregatable (PA): it belongs to a provider's block. That provider must agree, its covering announcement attracts part of the traffic, and leaving it means renumbering.",
  },
  BGP023: {
    severity: 'warning',
    meaning:
      'The hold time is shorter than three keepalives, so that one lost keepalive can end the session.',
  },
  BGP024: {
    severity: 'error',
    meaning: 'The source of a session is no address of its router, or of another family than the neighbour.',
  },
  BGP025: {
    severity: 'warning',
    meaning:
      'A neighbour several hops away has no source. The address that the session comes from then depends on routing, and the provider expects one address.',
  },
  BGP026: { severity: 'error', meaning: 'Two interfaces of the site have the same address.' },
  BGP027: {
    severity: 'warning',
    meaning: 'A max-prefix is given for an address family that the neighbour has no session of.',
  },
  BGP028: { severity: 'error', meaning: 'Not a daemon, or not a version of it, that can be emitted for.' },
  BGP029: {
    severity: 'error',
    meaning:
      "An address that no session can be made to: link-local, multicast, loopback or unspecified. Give the neighbour's global address.",
  },
  BGP030: {
    severity: 'note',
    meaning:
      'Passwords are shown as asterisks. --show-secrets prints them, and --out writes them into files that only the daemon can read.',
  },
  BGP101: {
    severity: 'error',
    meaning:
      'GTSM and BFD on one session: FRR then makes the BFD session a multihop one, and it never comes up against a neighbour that expects a single hop. Choose one of them.',
  },
  BGP102: { severity: 'error', meaning: 'Quagga has no BFD. May be accepted: the session goes without.' },
  BGP103: {
    severity: 'error',
    meaning: 'Quagga 0.99 has no GTSM. May be accepted: the session goes without.',
  },
  BGP104: {
    severity: 'warning',
    meaning:
      'Quagga counts only accepted prefixes against max-prefix. A provider that sends what the filters refuse does not trip it.',
  },
  BGP105: {
    severity: 'warning',
    meaning:
      'Quagga can not limit how many prefixes it sends. The filters alone keep it to the prefixes of the site.',
  },
  BGP106: {
    severity: 'warning',
    meaning:
      'Quagga knows no BGP roles (RFC 9234), so that a leak is not stopped by the neighbour either. The filters alone stop it.',
  },
  BGP107: {
    severity: 'warning',
    meaning:
      'Quagga 0.99 can not set the next hop of IPv6 routes to the neighbour: what it sends is believed.',
  },
  BGP108: {
    severity: 'warning',
    meaning:
      'Quagga 0.99 has no large communities: those of the site are not scrubbed, and with an AS number over 65535 learned routes are not tagged. The other filters still keep them in.',
  },
  BGP109: { severity: 'error', meaning: 'OpenBGPD has no BFD. May be accepted: the session goes without.' },
  BGP110: {
    severity: 'warning',
    meaning: 'OpenBGPD sends a keepalive each third of the hold time, whatever the site file says.',
  },
  BGP111: {
    severity: 'warning',
    meaning:
      'OpenBGPD before 8.0 puts no routes into the kernel of Linux: it can announce, and packets do not follow what it learns.',
  },
  BGP112: {
    severity: 'error',
    meaning: 'A password with a double quote or a backslash in it, which the daemon has no way to write.',
  },
} as const satisfies FaultTable;

/** A code of this domain. */
export type RoutingCode = keyof typeof ROUTING_FAULTS;

/** The errors that `--accept` turns into warnings: each harms only the one who asks for it, and emitting goes on. */
export const ACCEPTABLE: readonly RoutingCode[] = [
  'BGP003',
  'BGP004',
  'BGP007',
  'BGP102',
  'BGP103',
  'BGP109',
];

export const diagnose: Diagnose<typeof ROUTING_FAULTS> = diagnoser(ROUTING_FAULTS);
