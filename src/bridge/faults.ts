// The diagnostics of the bridge's addresses, with stable codes. What goes wrong while a bridge runs (a refused
// connection, a reset) is not here: that is a line of its log.

import { type Diagnose, diagnoser, type FaultTable } from '../document/diagnostic.ts';

export const BRIDGE_FAULTS = {
  BRG001: {
    severity: 'error',
    meaning: 'The address ends inside quotes, or right after a backslash.',
  },
  BRG002: {
    severity: 'error',
    meaning: 'The address does not begin with a type that is known. See ADDRESS TYPES.',
  },
  BRG003: {
    severity: 'error',
    meaning: 'An address type of socat that is not done here; the hint says what to use instead.',
  },
  BRG004: {
    severity: 'error',
    meaning: 'The address type takes another number of parameters. Parameters are set apart by colons.',
  },
  BRG005: {
    severity: 'error',
    meaning: 'A parameter that is not what the address type takes: a port, a host, a path, a command.',
  },
  BRG006: {
    severity: 'error',
    meaning: 'An option that is not known. See ADDRESS OPTIONS.',
  },
  BRG007: {
    severity: 'error',
    meaning: 'An option of socat that is not done here; the hint says what to use instead.',
  },
  BRG008: {
    severity: 'error',
    meaning: 'An option that this address type does not take.',
  },
  BRG009: {
    severity: 'error',
    meaning: 'An option without the value that it needs, or with a value that is not one.',
  },
  BRG010: {
    severity: 'error',
    meaning: 'Options or addresses that can not stand together, or one that needs another.',
  },
  BRG011: {
    severity: 'warning',
    meaning:
      'A parenthesis, bracket or brace that is never closed. As in socat, all that follows it is taken as it is, colons and commas too.',
  },
  BRG012: {
    severity: 'error',
    meaning: 'Data is to be read from an address that only takes data, or written to one that only gives it.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof BRIDGE_FAULTS> = diagnoser(BRIDGE_FAULTS);
