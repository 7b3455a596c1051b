// The text of a configuration of Quagga or FRR as statements: a line each, in words, every word with its place. What a
// statement means stands in grammar.ts.

import type { Source, Span } from '../../document/source.ts';

export interface Word {
  readonly text: string;
  readonly span: Span;
}

/** One line that is no comment. */
export interface Statement {
  /** Without a leading `no`. */
  readonly words: readonly Word[];
  readonly no: boolean;
  readonly span: Span;
}

/** What stands behind `!` or `#`. */
export interface Comment {
  readonly text: string;
  readonly span: Span;
}

/** The statements and comments of a text, in order. A line is a comment if it begins with `!` or `#`, as in both daemons. */
export function readStatements(source: Source): {
  readonly statements: readonly Statement[];
  readonly comments: readonly Comment[];
} {
  const statements: Statement[] = [];
  const comments: Comment[] = [];
  for (const match of source.text.matchAll(/[^\r\n]+/g)) {
    const line = match[0];
    const words = [...line.matchAll(/\S+/g)].map((word): Word => {
      const start = match.index + word.index;
      return { text: word[0], span: source.span(start, start + word[0].length) };
    });
    const [first] = words;
    const last = words.at(-1);
    if (first === undefined || last === undefined) continue;
    const span = source.span(first.span.start, last.span.end);
    if (/^[!#]/.test(first.text)) {
      comments.push({ text: line.trim().slice(1), span });
      continue;
    }
    const no = first.text === 'no' && words.length > 1;
    statements.push({ words: no ? words.slice(1) : words, no, span });
  }
  return { statements, comments };
}

/** A statement as it is written, with single blanks. */
export function statementText({ words, no }: Statement): string {
  return `${no ? 'no ' : ''}${words.map(({ text }) => text).join(' ')}`;
}
