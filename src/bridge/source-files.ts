// Lists of sources as sets: items of the command line and the lines of files put together. Pure: a file's bytes come in
// from outside.

import { PackedBuilder } from '../address/packed/builder.ts';
import { type AddressSet, AddressSetBuilder } from '../address/set.ts';
import type { SourceText } from './sources.ts';

/** The addresses of a list, and `line:column: why` for each line of it that can't be read. */
export interface SourceFile {
  readonly set: AddressSet;
  readonly faults: readonly string[];
}

/** Reads a list: an item a line, `#` begins a comment. */
export function readSourceFile(bytes: Uint8Array): SourceFile {
  const faults: string[] = [];
  const builder = new PackedBuilder({
    forms: ['single-address', 'range'],
    onFault: ({ line, column, fault }) => {
      const hint = fault.hint === undefined ? '' : ` (${fault.hint})`;
      faults.push(`${line}:${column}: ${JSON.stringify(fault.input)}: ${fault.why}${hint}`);
    },
  });
  builder.push(bytes);
  builder.end();
  return { set: builder.freeze(), faults };
}

/** The items of some values and the sets that their files held, as one set. */
export function gatherSources(sources: readonly SourceText[], files: readonly AddressSet[]): AddressSet {
  const items = sources.flatMap((source) => (source.kind === 'item' ? [source.item] : []));
  return new AddressSetBuilder().addAll([...items, ...files]).freeze();
}
