// The diagnostics of packet filters.

import { type Diagnose, diagnoser, type FaultTable } from '../document/diagnostic.ts';

export const FIREWALL_FAULTS = {
  FW001: {
    severity: 'error',
    meaning: 'A list of ports that cannot be read. It is written as in 22,80,8000-8010,53/udp.',
  },
  FW002: {
    severity: 'error',
    meaning:
      'A name that cannot be that of a chain of ours: a letter first, then letters, digits, dots, dashes and underscores; short enough that the chains named after it stay within the 28 bytes that the kernel takes; not the name of a target.',
  },
  FW003: {
    severity: 'warning',
    meaning:
      'No address is left in a set: the rules on it are left out, and so let nobody in. Look at what it selects and by which addresses, at -4 and -6; only running hosts count unless state is selected on.',
  },
  FW004: {
    severity: 'error',
    meaning:
      'A host with a prefix shorter than /8 in IPv4 or /16 in IPv6, or a range shorter than /4 or /8: that is a good part of the Internet.',
  },
  FW005: {
    severity: 'warning',
    meaning: 'An address that no packet comes from, such as a multicast one. The rule for it is dead.',
  },
  FW006: {
    severity: 'error',
    meaning:
      'A built-in chain is not ours, so it cannot be replaced as a whole: only --target commands adds lines to one.',
  },
  FW007: {
    severity: 'error',
    meaning:
      'A table of our own that drops nothing would do nothing: in nftables a packet that one table accepts is still judged by every other.',
  },
  FW008: {
    severity: 'error',
    meaning: 'The nftables table is of one family only, and rules of the other are asked for.',
  },
  FW009: {
    severity: 'error',
    meaning: 'A chain name in lower case only may be a word of the nftables language, now or later.',
  },
  FW010: { severity: 'error', meaning: 'A text that does not name an nftables table.' },
  FW011: {
    severity: 'error',
    meaning:
      'Two chains or two sets that would have the same name in the kernel. Names that are too long for it are cut, with a sum behind them, so this is rare.',
  },
  FW012: {
    severity: 'error',
    meaning: 'A part of a rule that the target cannot express. It is never left out without a word.',
  },
  FW013: {
    severity: 'error',
    meaning: 'A set of a policy that does not say what is in it, or says it twice.',
  },
  FW014: { severity: 'error', meaning: 'A set that the policy does not make.' },
  FW015: {
    severity: 'error',
    meaning: 'A name that a set or a service cannot have, since names in the kernel are made of it.',
  },
  FW016: { severity: 'error', meaning: 'A service that the policy does not make.' },
  FW017: { severity: 'error', meaning: 'A set that is made of itself, by way of others or not.' },
  FW018: { severity: 'error', meaning: 'A text that is no day and no time.' },
  FW019: {
    severity: 'warning',
    meaning:
      'A rule that has expired. It is left out; when it was in force it may have been what let someone in.',
  },
  FW020: {
    severity: 'error',
    meaning:
      'An assertion of the policy does not hold: the message names a packet for which the rules decide otherwise. Nothing is emitted.',
  },
  FW021: {
    severity: 'warning',
    meaning: 'An assertion about no packets, because a set in it is empty: it holds, and says nothing.',
  },
  FW022: {
    severity: 'warning',
    meaning: 'A rule that no packet gets to, because those before it, together, take all that it matches.',
  },
  FW023: {
    severity: 'warning',
    meaning:
      'A rule that drops packets of every kind from everybody, with no rule before it that lets pass what the machine cannot do without: established connections, or answers to what it asks itself are dropped too; in IPv6 also ICMP, or it loses its neighbours.',
  },
  FW024: { severity: 'error', meaning: 'A file that the policy names and that cannot be read.' },
  FW025: {
    severity: 'error',
    meaning: 'A line of a list of addresses that is neither an address nor a prefix nor a range.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof FIREWALL_FAULTS> = diagnoser(FIREWALL_FAULTS);
