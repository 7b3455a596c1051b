// The diagnostics of configurations that were written by hand: what lint finds in them, and what import can't carry over.

import { type Diagnose, diagnoser, type FaultTable } from '../../document/diagnostic.ts';

export const VTY_FAULTS = {
  VTY001: {
    severity: 'note',
    meaning: 'A statement, or a block of them, that is not known here. Nothing was concluded from it.',
  },
  VTY002: { severity: 'error', meaning: 'A value that the statement does not take.' },
  VTY003: {
    severity: 'error',
    meaning: 'A statement as the other one of Quagga and FRR writes it: this daemon does not know it.',
  },
  VTY004: {
    severity: 'error',
    meaning:
      'An exit or end where nothing is open: vtysh stops reading there, and what follows is not loaded.',
  },
  VTY005: {
    severity: 'error',
    meaning: 'A neighbour without remote-as: the daemon refuses every other line about it.',
  },
  VTY006: {
    severity: 'error',
    meaning:
      'A list or map that is referred to and is not there. The daemons start all the same, and refuse every route there.',
  },
  VTY007: { severity: 'note', meaning: 'A list or map that nothing refers to.' },
  VTY008: {
    severity: 'error',
    meaning:
      'A regular expression that can not do what it says: it does not compile, or holds a range of numbers, which no regular expression has.',
  },
  VTY009: {
    severity: 'error',
    meaning:
      'Bounds of a prefix list that contradict each other, or that Quagga drops without a word: ge must be above the length of the prefix.',
  },
  VTY010: {
    severity: 'error',
    meaning:
      'A community that can not be: a part over 65535, or a name that Quagga does not know, which drops the line without a word.',
  },
  VTY101: {
    severity: 'error',
    meaning: 'A session takes whatever comes: it has no filter in. Routes in need a policy (RFC 8212).',
  },
  VTY102: {
    severity: 'error',
    meaning:
      'A session sends whatever there is: it has no filter out, and the site becomes a transit between its providers.',
  },
  VTY103: {
    severity: 'error',
    meaning: 'A route that was learned from one neighbour passes the filters to another one: a route leak.',
  },
  VTY104: { severity: 'warning', meaning: 'A session takes a default route beside other routes.' },
  VTY105: {
    severity: 'error',
    meaning: 'A session takes routes to special-purpose space: private, reserved, documentation.',
  },
  VTY106: {
    severity: 'error',
    meaning:
      "A session takes the site's own prefixes, or parts of them, from outside (RFC 7454 section 6.1.4).",
  },
  VTY107: {
    severity: 'warning',
    meaning: 'A session takes prefixes longer than /24 or /48, or shorter than /8 or /12.',
  },
  VTY108: {
    severity: 'warning',
    meaning: 'A session takes paths with a private or reserved AS number, an AS_SET, or of any length.',
  },
  VTY109: {
    severity: 'error',
    meaning: 'A session has no maximum-prefix: a neighbour that leaks fills the memory of the router.',
  },
  VTY110: {
    severity: 'warning',
    meaning:
      'FRR counts only the prefixes that it keeps against maximum-prefix. With force and soft-reconfiguration inbound, all that come count.',
  },
  VTY111: { severity: 'warning', meaning: 'A prefix of the site does not pass the filters of any session.' },
  VTY112: {
    severity: 'warning',
    meaning: 'Routes of another protocol go into BGP without a route map.',
  },
  VTY113: {
    severity: 'warning',
    meaning:
      'FRR does without a policy (RFC 8212): it is told so, or its defaults are those of a data centre or of a version before 7.4.',
  },
  VTY114: {
    severity: 'warning',
    meaning:
      'Graceful restart on a site with one router: neighbours keep its routes while it is down, and that is a black hole.',
  },
  VTY115: {
    severity: 'error',
    meaning:
      'GTSM and BFD on one neighbour: FRR then speaks multihop BFD, which a neighbour on the link never answers.',
  },
  VTY116: {
    severity: 'warning',
    meaning:
      'Route flap damping with figures that do harm (RFC 7196): a few flaps take a prefix away for an hour, or the threshold can never be reached.',
  },
  VTY117: {
    severity: 'warning',
    meaning:
      'A prefix is announced without a discard route for it: packets for its unused parts go back out by the default route, or it flaps with an interface.',
  },
  VTY118: {
    severity: 'warning',
    meaning: 'No router ID: the daemon takes some address, another one after the next change, or 0.0.0.0.',
  },
  VTY119: { severity: 'warning', meaning: 'BGP has no neighbour: nothing is announced to anybody.' },
  VTY120: { severity: 'note', meaning: 'Sessions that come and go are not logged.' },
  VTY121: {
    severity: 'error',
    meaning:
      'BFD is asked for twice with one neighbour, by itself and by the session: one of the two stays down.',
  },
  VTY122: {
    severity: 'warning',
    meaning: 'A session carries IPv4 beside its own family, because bgp default ipv4-unicast holds.',
  },
  VTY123: {
    severity: 'warning',
    meaning:
      'A session with an outside AS that says only shutdown, or is never activated: it carries nothing.',
  },
  VTY124: {
    severity: 'error',
    meaning:
      'An RPKI cache as another version of FRR writes it: up to 10.0 without the transport, from 10.2 on with tcp or ssh before the host.',
  },
  VTY125: {
    severity: 'note',
    meaning:
      'A session is sent the routes of others, and takes only what is listed, as it is right with a customer. With anybody else it is a leak.',
  },
  VTY201: {
    severity: 'error',
    meaning: 'bgpd is started and zebra is not: no route reaches the kernel.',
  },
  VTY202: {
    severity: 'error',
    meaning:
      'A log-in password without an enable password: in the daemons, whoever knows the first one has everything.',
  },
  VTY203: {
    severity: 'warning',
    meaning: 'A log-in password in clear text. vtysh on the machine itself needs none.',
  },
  VTY204: {
    severity: 'warning',
    meaning:
      'A log-in by password whose port is open to everybody: neither -A 127.0.0.1 nor an access class.',
  },
  VTY205: { severity: 'error', meaning: 'The kernel does not forward packets.' },
  VTY206: {
    severity: 'error',
    meaning:
      'The reverse-path check drops packets that come in by the other provider. The kernel takes the larger of "all" and the interface, so 0 in "all" turns nothing off, and 2 (loose) in "all" holds everywhere.',
  },
  VTY207: { severity: 'note', meaning: 'A comment counts the addresses of a prefix, and miscounts.' },
  VTY301: {
    severity: 'warning',
    meaning: 'Something that a site file does not say, and import therefore leaves out.',
  },
  VTY302: {
    severity: 'warning',
    meaning: 'Something that a site file needs and the configuration does not tell; a place for it is left.',
  },
  VTY303: {
    severity: 'error',
    meaning: 'There is no router bgp in the files, so no site can be made of them.',
  },
  VTY304: {
    severity: 'note',
    meaning:
      'A password is kept out of what is printed. --out writes it into a file that only its owner can read.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof VTY_FAULTS> = diagnoser(VTY_FAULTS);
