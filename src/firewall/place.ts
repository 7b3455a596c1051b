// Where a part of a text stands in its document.

import type { Spanned } from '../document/reader.ts';
import { type Span, spanText } from '../document/source.ts';

/** The span of a part; where the document wrote the text otherwise than it reads (escapes in a string), the whole of it. */
export function placeIn({ value, span }: Spanned<string>, start: number, end: number): Span {
  const written = spanText(span);
  const quote = /^["']/.test(written) ? 1 : 0;
  if (written.slice(quote, quote + value.length) !== value) return span;
  const base = span.start + quote;
  return { source: span.source, start: base + start, end: base + end };
}
