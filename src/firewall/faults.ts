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
      'No address is left to let in: the chain is emitted without them, and lets nobody in. Look at --select, --addresses, -4 and -6; only running hosts count unless state is selected on.',
  },
  FW004: {
    severity: 'error',
    meaning:
      'A host with a prefix shorter than /8 in IPv4 or /16 in IPv6: that is no host, but a good part of the Internet.',
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
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof FIREWALL_FAULTS> = diagnoser(FIREWALL_FAULTS);
