// A finding about a text: code, severity, place, message, hint. Domains make them (each from the table in its
// faults.ts), command/report.ts draws them; nothing here prints, throws or knows a domain.

import type { AddressFault } from '../address/fault.ts';
import type { Span } from './source.ts';

/** An error keeps the product from being made; a warning does not; a note only tells. */
export type Severity = 'error' | 'warning' | 'note';

export interface Diagnostic {
  /** Stable, for people to search for and programs to match: `BGP012`. */
  readonly code: string;
  readonly severity: Severity;
  /** One clause, no capital, no full stop. */
  readonly message: string;
  /** Where; absent for what has no place in a text. */
  readonly span?: Span;
  /** What to do about it, as advice. */
  readonly hint?: string;
  readonly related?: readonly Related[];
}

/** Another place that has to do with it: "first defined here". */
export interface Related {
  readonly span: Span;
  readonly message: string;
}

/** What a fault table says of a code; DIAGNOSTICS in the manual pages is made from it. */
export interface FaultRow {
  readonly severity: Severity;
  /** A sentence for the manual: what it means and what to do. */
  readonly meaning: string;
}

/** A domain's `faults.ts` is one of these: code -> row. */
export type FaultTable = Readonly<Record<string, FaultRow>>;

/** The optional parts of a diagnostic. */
export interface Particulars {
  readonly hint?: string | undefined;
  readonly related?: readonly Related[];
}

/** Makes diagnostics of one fault table: only its codes type-check, and the severity comes from its row. */
export type Diagnose<T extends FaultTable> = (
  code: keyof T & string,
  span: Span | undefined,
  message: string,
  particulars?: Particulars,
) => Diagnostic;

/** The maker of diagnostics for a fault table. */
export function diagnoser<const T extends FaultTable>(table: T): Diagnose<T> {
  return (code, span, message, particulars = {}) => {
    const severity = table[code]?.severity ?? 'error';
    return {
      code,
      severity,
      message,
      ...(span === undefined ? {} : { span }),
      ...(particulars.hint === undefined ? {} : { hint: particulars.hint }),
      ...(particulars.related === undefined ? {} : { related: particulars.related }),
    };
  };
}

/**
 * The place and words of an address fault inside the span that its input was read from. Where the document wrote the
 * text otherwise than it reads (escapes in a string), the whole span is pointed at.
 */
export function lift(
  fault: AddressFault,
  span: Span,
): { span: Span; message: string; hint: string | undefined } {
  const written = span.source.text.slice(span.start, span.end);
  const quote = written.startsWith('"') || written.startsWith("'") ? 1 : 0;
  const exact = written.slice(quote, quote + fault.input.length) === fault.input;
  const start = exact ? Math.min(span.start + quote + fault.offset, span.end - quote) : span.start;
  return {
    span: { source: span.source, start, end: exact ? Math.max(span.end - quote, start) : span.end },
    message: `${JSON.stringify(fault.input)}: ${fault.why}`,
    hint: fault.hint,
  };
}

/** Whether any of them is an error. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some((diagnostic) => diagnostic.severity === 'error');
}
