// The diagnostics of inventories: documents of clouds, and the host stream.

import { type Diagnose, diagnoser, type FaultTable } from '../document/diagnostic.ts';

export const INVENTORY_FAULTS = {
  INV001: {
    severity: 'error',
    meaning:
      'The document has the shape of no source known here, or not that of the source named with --from.',
  },
  INV002: {
    severity: 'warning',
    meaning:
      'An address in the document is not one. It is left out, the rest is read, and the source counts as incomplete.',
  },
  INV003: {
    severity: 'warning',
    meaning: 'The document says that more pages follow it. What was read counts as incomplete.',
  },
  INV004: {
    severity: 'warning',
    meaning:
      'A part of the document is not what the source puts there. That part is left out, the rest is read, and the source counts as incomplete.',
  },
  INV005: {
    severity: 'error',
    meaning: 'A line of the host stream is not one: see penstock-hosts(5).',
  },
  INV006: {
    severity: 'error',
    meaning:
      'The inventory is incomplete: a source says so, or its closing line is missing because the stream was cut off. Rules made from it would shut out the hosts that are missing. Ask the source again, or give --accept-incomplete.',
  },
  INV007: {
    severity: 'warning',
    meaning: 'The inventory is incomplete, and --accept-incomplete lets it pass.',
  },
  INV008: { severity: 'error', meaning: 'An expression of --select that cannot be read.' },
  INV009: {
    severity: 'error',
    meaning: 'A document is larger than --limit allows. It is not read any further.',
  },
  INV010: {
    severity: 'warning',
    meaning:
      'A source, or a region of it, that was asked with --live did not answer, or not to the end. The source is incomplete.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof INVENTORY_FAULTS> = diagnoser(INVENTORY_FAULTS);
