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
    meaning: "A neighbour has the site's own AS number, and is no router of the site by its role.",
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
      'Two routers have no addresses in common to talk over, neither loopbacks nor a link. There are no sessions between them, so that each knows the routes of its own neighbours only.',
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
  BGP031: {
    severity: 'error',
    meaning:
      'A neighbour or data centre is named for a prefix that the site does not have, or one that stands in primary and in backup.',
  },
  BGP032: {
    severity: 'error',
    meaning:
      'A prefix can not be split so: the parts must be inside of it, no longer than /24 or /48, and each for one neighbour. A single /24 or /48 can not be split at all, since nobody takes its halves.',
  },
  BGP033: {
    severity: 'error',
    meaning:
      'A backup that would attract the traffic: a part of the prefix, which every router prefers to the whole, is announced there and not by the primary way.',
  },
  BGP034: {
    severity: 'error',
    meaning:
      'Damping that can never put a route aside: the penalty never rises above reuse x 2 ^ (max-suppress / half-life), and that is not above suppress.',
  },
  BGP035: {
    severity: 'warning',
    meaning:
      'Damping that is stricter than RFC 7196 says: routes of innocent networks are put aside for an hour after a change or two. suppress is to be 6000 or more, and the ceiling 50000 or more.',
  },
  BGP036: {
    severity: 'error',
    meaning:
      'Graceful restart with a single router: while it restarts nobody forwards, and neighbours that keep its routes send the traffic into a hole.',
  },
  BGP037: {
    severity: 'error',
    meaning:
      'Only single addresses of own prefixes can be discarded by blackhole: whatever is larger would be a request to take the site off the net.',
  },
  BGP038: {
    severity: 'error',
    meaning:
      'A customer without a list of what it may announce. Without one, it could take the traffic of anybody. bgpq4 -j prints one.',
  },
  BGP039: { severity: 'error', meaning: "A prefix file is not there or can't be read." },
  BGP040: { severity: 'error', meaning: 'Something in a prefix file is no prefix.' },
  BGP041: {
    severity: 'warning',
    meaning: 'A prefix file has no prefixes, so that everything is refused of the neighbour.',
  },
  BGP042: {
    severity: 'error',
    meaning:
      "A neighbour of the role ibgp has another AS number than the site, or one of the others has the site's.",
  },
  BGP043: {
    severity: 'warning',
    meaning: 'Some sessions with a network have a password and others have none. Agree on one for all.',
  },
  BGP045: {
    severity: 'error',
    meaning:
      "By the file of a registry, a prefix or the AS number is not the site's: it is in no record, given to nobody, or to another holder than the AS number. May be accepted, for names that differ on paper only.",
  },
  BGP046: {
    severity: 'warning',
    meaning:
      "By the file of a registry, a prefix is a part of somebody else's block (PA). Its holder must make the ROA and the route object, its covering announcement attracts traffic, and leaving it means renumbering.",
  },
  BGP047: {
    severity: 'warning',
    meaning:
      'A prefix has no route object of the AS number of the site in the registry, by which providers and peers make their filters.',
  },
  BGP048: {
    severity: 'error',
    meaning:
      'An announcement would be invalid by the ROAs that there are, so that most networks refuse it. Mend the ROA first. May be accepted.',
  },
  BGP049: {
    severity: 'warning',
    meaning: 'A prefix has no ROA, so that anybody can announce it and be believed.',
  },
  BGP050: {
    severity: 'warning',
    meaning:
      'A ROA lets longer prefixes pass than are announced, which help only a forger (RFC 9319). Make its maxLength the length of the prefix.',
  },
  BGP051: { severity: 'error', meaning: 'A file of a registry holds something else than it should.' },
  BGP053: {
    severity: 'warning',
    meaning:
      'Routers of the site talk over their loopbacks, and nothing tells them the way to these: say igp: ospf or igp: static, or see to it otherwise and say igp: none.',
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
  BGP113: {
    severity: 'error',
    meaning:
      'Quagga can not ask for validated ROAs (RPKI). May be accepted: routes of a wrong origin are then taken.',
  },
  BGP114: {
    severity: 'error',
    meaning:
      'BIRD and OpenBGPD do not damp routes that come and go. May be accepted: they are used as they come.',
  },
  BGP115: {
    severity: 'error',
    meaning:
      'OpenBGPD, and Quagga 0.99, use one of several equally good ways only. May be accepted: there is one way at a time.',
  },
  BGP116: {
    severity: 'error',
    meaning:
      'OpenBGPD does not speak OSPF. May be accepted: something else must then tell the routers of each other.',
  },
} as const satisfies FaultTable;

/** A code of this domain. */
export type RoutingCode = keyof typeof ROUTING_FAULTS;

/** The errors that `--accept` turns into warnings: each harms only the one who asks for it, and emitting goes on. */
export const ACCEPTABLE: readonly RoutingCode[] = [
  'BGP003',
  'BGP004',
  'BGP007',
  'BGP045',
  'BGP048',
  'BGP102',
  'BGP103',
  'BGP109',
  'BGP113',
  'BGP114',
  'BGP115',
  'BGP116',
];

export const diagnose: Diagnose<typeof ROUTING_FAULTS> = diagnoser(ROUTING_FAULTS);
