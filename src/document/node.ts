// A document as a tree in which every value knows where it stood: what parsers of YAML (and of JSON, which is a part
// of it) give, and what document/reader.ts reads models from.

import type { Span } from './source.ts';

export type Node = ScalarNode | MapNode | ListNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  /** The scalar as written, without quotes: `65000`, `0x10`, `10.1.2.0/24`. */
  readonly text: string;
  /** Whether it was written in quotes or as a block: then it is a string whatever it looks like. */
  readonly quoted: boolean;
  readonly span: Span;
}

export interface MapNode {
  readonly kind: 'map';
  readonly entries: readonly MapEntry[];
  readonly span: Span;
}

export interface MapEntry {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: Node;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly span: Span;
}
