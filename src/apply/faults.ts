// The diagnostics of loading: guards, each with its own code and the option that overrides it, and what can go wrong.

import { type Diagnose, diagnoser, type FaultTable } from '../document/diagnostic.ts';

export const APPLY_FAULTS = {
  LD001: {
    severity: 'warning',
    meaning:
      'A source is incomplete. It may add addresses and removes none: what it held when it was complete last, or where that is not known everything that is loaded, stays. --accept-incomplete takes it for the whole.',
  },
  LD002: {
    severity: 'error',
    meaning:
      'More addresses would be removed than --max-removal allows (30 per cent unless given). An inventory that shrinks so much is more often broken than true; --max-removal 100 allows it.',
  },
  LD003: {
    severity: 'error',
    meaning: 'The inventory is empty, or no address of it is left to let in. --allow empty overrides.',
  },
  LD004: {
    severity: 'error',
    meaning:
      'A list of public ranges holds everything (0.0.0.0/0, ::/0) or private space. Whoever made that list has made a mistake, or means harm; --allow private overrides.',
  },
  LD005: {
    severity: 'error',
    meaning:
      'The session that this command is run from (SSH_CONNECTION) could not be opened again afterwards. --allow lockout overrides.',
  },
  LD006: {
    severity: 'error',
    meaning:
      'Both backends of iptables have rules. Each packet must pass both, and what one accepts the other may drop. --allow both-backends overrides; --backend says which one is ours.',
  },
  LD007: {
    severity: 'error',
    meaning:
      'Another program manages this firewall, and would undo or overrule what is loaded. --allow foreign overrides.',
  },
  LD008: {
    severity: 'error',
    meaning:
      'In the rehearsal, a network namespace with a copy of what is loaded, the kernel refused a step. Nothing was changed.',
  },
  LD009: {
    severity: 'error',
    meaning:
      'In the rehearsal a probe packet was not judged as an assertion of the policy says. Nothing was changed.',
  },
  LD010: {
    severity: 'warning',
    meaning:
      'No rehearsal, or only a part of one, could be held here. The steps were not proved before they were run.',
  },
  LD011: {
    severity: 'error',
    meaning: 'What is there and is not ours is in the way. Nothing was changed.',
  },
  LD012: {
    severity: 'error',
    meaning: 'Loading failed, or what was read back is not what was loaded. Everything was put back.',
  },
  LD013: {
    severity: 'error',
    meaning:
      'Loading failed, and not everything could be put back. The message says what is left; fwgen rollback tries again.',
  },
  LD014: {
    severity: 'error',
    meaning:
      'Something is loaded and not confirmed yet. fwgen confirm keeps it, fwgen rollback puts back what was before.',
  },
  LD015: { severity: 'error', meaning: 'There is nothing to confirm, or nothing to go back to.' },
  LD016: {
    severity: 'warning',
    meaning: 'What is loaded is no longer what fwgen has loaded: somebody or something else has changed it.',
  },
  LD017: { severity: 'error', meaning: 'Another run held the lock for too long.' },
  LD018: {
    severity: 'warning',
    meaning:
      'What is loaded could not be read, which takes root. The plan and the rehearsal are those of a machine without any rules.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof APPLY_FAULTS> = diagnoser(APPLY_FAULTS);
