// The diagnostics that any document can give, whatever its domain: not the syntax, not the type, not a known key.

import { type Diagnose, diagnoser, type FaultTable } from './diagnostic.ts';

export const DOCUMENT_FAULTS = {
  DOC001: {
    severity: 'error',
    meaning: 'The text is not the YAML or JSON that it should be; the message says what was found.',
  },
  DOC002: {
    severity: 'error',
    meaning: 'A key that is not known here. A misspelt key would otherwise be ignored without a word.',
  },
  DOC003: { severity: 'error', meaning: 'A value of another type than the key takes.' },
  DOC004: { severity: 'error', meaning: 'A key that must be there is missing.' },
  DOC005: { severity: 'error', meaning: 'A value outside the range or the words that the key takes.' },
  DOC006: { severity: 'error', meaning: 'An address, prefix, range, port or AS number that is not one.' },
  DOC007: {
    severity: 'error',
    meaning: 'The text is empty, or holds only comments, where a document was expected.',
  },
} as const satisfies FaultTable;

export const diagnose: Diagnose<typeof DOCUMENT_FAULTS> = diagnoser(DOCUMENT_FAULTS);
