// The contract of a source: how its documents are recognised and read. Data and pure functions; asking the cloud itself is
// not theirs: they say what would be asked.

import type { Json } from '../../document/json.ts';
import type { Source } from '../../document/source.ts';
import type { Reading } from '../harvest.ts';

/** What to ask the cloud's own command, where it is installed: the same document that is read from a file. */
export type Question = readonly [program: string, ...words: string[]];

interface Named {
  /** As `--from` takes it and as hosts carry it: `aws`. */
  readonly name: string;
  /** One clause for help and manual: what the document is. */
  readonly summary: string;
  readonly ask?: Question;
}

/** A source whose documents are JSON. */
export interface JsonCloud extends Named {
  readonly form: 'json';
  /** Whether its document can be a list: an empty one has no shape, and is taken where the source is named. */
  readonly listed?: boolean;
  /** Whether a document has this source's shape: a look at its top, not a walk. */
  recognises(document: Json): boolean;
  read(document: Json, source: Source): Reading;
}

/** A source whose documents are lines of text. */
export interface TextCloud extends Named {
  readonly form: 'text';
  recognises(text: string): boolean;
  read(source: Source): Reading;
}

export type Cloud = JsonCloud | TextCloud;
