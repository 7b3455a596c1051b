// A text with a name, and places in it. Lines and columns are worked out here and nowhere else; reading files and
// drawing reports are other rooms' work.

/** A text that something is read from: `name` is what a report calls it (`-` is shown as `<stdin>`). */
export class Source {
  readonly name: string;
  readonly text: string;
  /** The number of the text's first line: over 1 for a piece of a file too long to be kept whole. */
  readonly firstLine: number;
  #lineStarts: readonly number[] | undefined;
  #counted: { readonly start: number; readonly at: number; readonly column: number } | undefined;

  constructor(name: string, text: string, firstLine = 1) {
    this.name = name;
    this.text = text;
    this.firstLine = firstLine;
  }

  /** Line and column of an offset, both from 1; the column counts characters (code points), as editors do. */
  position(offset: number): Position {
    const at = Math.min(Math.max(offset, 0), this.text.length);
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + this.firstLine, column: this.#column(starts[low] ?? 0, at) };
  }

  /** Counted on from the place asked for before, where that is on the same line: a line may be all of a large document. */
  #column(start: number, at: number): number {
    const before = this.#counted;
    const goesOn =
      before !== undefined &&
      before.start === start &&
      before.at <= at &&
      (this.text.charCodeAt(before.at) & 0xfc00) !== 0xdc00;
    let column = goesOn ? before.column : 1;
    for (let i = goesOn ? before.at : start; i < at; i++) {
      const pair =
        (this.text.charCodeAt(i) & 0xfc00) === 0xd800 && (this.text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
      // Both halves of a character outside the first plane are one; between them is no place to stand.
      if (!pair || i + 1 === at) column++;
    }
    this.#counted = { start, at, column };
    return column;
  }

  /** The text of a line, by the number that position() gives, without its line end; '' where there is none. */
  line(number: number): string {
    const start = this.#starts()[number - this.firstLine];
    if (start === undefined) return '';
    const end = this.text.indexOf('\n', start);
    return this.text.slice(start, end < 0 ? undefined : end).replace(/\r$/, '');
  }

  /** The span from one offset up to another (exclusive). */
  span(start: number, end: number): Span {
    return { source: this, start, end };
  }

  /** The whole text as a span. */
  all(): Span {
    return this.span(0, this.text.length);
  }

  /** Where each line starts, found the first time it is asked for: most sources are read without a single fault. */
  #starts(): readonly number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1))
        starts.push(at + 1);
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

/** A place as people count: line and column from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A stretch of a source, in UTF-16 offsets, `end` exclusive. */
export interface Span {
  readonly source: Source;
  readonly start: number;
  readonly end: number;
}

/** The text that a span covers. */
export function spanText(span: Span): string {
  return span.source.text.slice(span.start, span.end);
}
