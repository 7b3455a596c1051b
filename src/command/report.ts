// Draws diagnostics for people (`file:line:col: error[CODE]: message`, the line, carets, the hint) and for programs
// (JSON Lines). Pure: text in, text out.

import type { Diagnostic, Severity } from '../document/diagnostic.ts';
import type { Span } from '../document/source.ts';

export interface DrawOptions {
  readonly colour: boolean;
}

/** A line of source is shown up to this many characters around the place. */
const WIDEST = 120;

const COLOURS: Readonly<Record<Severity, string>> = { error: '31', warning: '33', note: '36' };

/** All of them, in the order given. */
export function drawAll(diagnostics: readonly Diagnostic[], options: DrawOptions): string {
  return diagnostics.map((diagnostic) => draw(diagnostic, options)).join('');
}

/** One diagnostic as lines of text. Control characters of the input are shown as escapes: a report can't drive a terminal. */
export function draw(diagnostic: Diagnostic, options: DrawOptions): string {
  const paint = (code: string, text: string): string =>
    options.colour ? `\u001b[${code}m${text}\u001b[0m` : text;
  const { span, severity } = diagnostic;
  const kind = paint(`1;${COLOURS[severity]}`, `${severity}[${diagnostic.code}]`);
  const lines = [`${span === undefined ? '' : `${place(span)}: `}${kind}: ${visible(diagnostic.message)}`];
  if (span !== undefined) lines.push(...excerpt(span, (text) => paint(COLOURS[severity], text)));
  if (diagnostic.hint !== undefined) lines.push(`  ${paint('1', 'hint')}: ${visible(diagnostic.hint)}`);
  for (const related of diagnostic.related ?? []) {
    lines.push(
      `${place(related.span)}: ${visible(related.message)}`,
      ...excerpt(related.span, (text) => paint(COLOURS.note, text)),
    );
  }
  return lines.map((line) => `${line}\n`).join('');
}

/** One diagnostic as a line of JSON: code, severity, message, hint, file, line, column, offset, length. */
export function toJsonLine(diagnostic: Diagnostic): string {
  const { code, severity, message, hint, span, related } = diagnostic;
  return `${JSON.stringify({
    code,
    severity,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(span === undefined ? {} : where(span)),
    ...(related === undefined
      ? {}
      : { related: related.map((other) => ({ message: other.message, ...where(other.span) })) }),
  })}\n`;
}

function where(span: Span): Record<string, string | number> {
  const { line, column } = span.source.position(span.start);
  return { file: span.source.name, line, column, offset: span.start, length: span.end - span.start };
}

function place(span: Span): string {
  const { line, column } = span.source.position(span.start);
  return `${visible(span.source.name)}:${line}:${column}`;
}

/** The line and its carets; of a long line the part around the place. */
function excerpt(span: Span, paint: (text: string) => string): string[] {
  const { line, column } = span.source.position(span.start);
  const characters = [...span.source.line(line)];
  if (characters.length === 0) return [];
  const length = Math.max(
    1,
    [...span.source.text.slice(span.start, Math.min(span.end, span.start + 4096))].length,
  );
  const from = column - 1 < WIDEST - 20 ? 0 : column - 1 - 40;
  const shown = characters.slice(from, from + WIDEST);
  const ahead = visible(shown.slice(0, column - 1 - from).join(''));
  const rest = visible(shown.slice(column - 1 - from).join(''));
  const marked = visible(shown.slice(column - 1 - from, column - 1 - from + length).join(''));
  const dots = from > 0 ? '...' : '';
  const tail = from + WIDEST < characters.length ? '...' : '';
  return [
    `  ${dots}${ahead}${rest}${tail}`,
    `  ${' '.repeat(dots.length + width(ahead))}${paint('^'.repeat(Math.max(1, width(marked))))}`,
  ];
}

/** Tabs as one blank, other control characters (C0, DEL, C1, and the bidirectional overrides) as escapes. */
function visible(text: string): string {
  return text
    .replaceAll('\t', ' ')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
}

/** Terminal columns of a text: East Asian wide characters take two, combining marks none. */
function width(text: string): number {
  let columns = 0;
  for (const char of text) {
    if (/\p{Mark}/u.test(char)) continue;
    columns +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return columns;
}
