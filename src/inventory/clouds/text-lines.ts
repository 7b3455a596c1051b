// The lines of a text with their places, for the sources that are lists of lines.

import type { Source, Span } from '../../document/source.ts';

export interface TextLine {
  /** Without its end and without blanks around it. */
  readonly text: string;
  /** The offset of the text. */
  readonly start: number;
}

/** The lines that say something: not blank, and not a comment from its first character on. */
export function* linesOf(text: string): Generator<TextLine> {
  let start = 0;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    const body = line.trim();
    if (body !== '' && body[0] !== '#' && body[0] !== ';')
      yield { text: body, start: start + line.indexOf(body[0] ?? '') };
    start = end + 1;
  }
}

/** The first of them, for telling shapes. */
export function firstLine(text: string): string {
  for (const line of linesOf(text)) return line.text;
  return '';
}

/** The span of a line, or of a part of it. */
export function spanOf(source: Source, { text, start }: TextLine): Span {
  return source.span(start, start + text.length);
}
