// The shapes that values of a site file have: names, lines of text, one or a list, maps within maps. Beside
// document/reader.ts, which knows no names of ours; what the values mean is parse.ts's and parse-neighbor.ts's.

import { Address } from '../address/index.ts';
import { diagnose } from '../document/faults.ts';
import type { MapEntry, Node } from '../document/node.ts';
import type { Fields, Reader, Spanned } from '../document/reader.ts';

/** Names become parts of names in configurations, so they are plain words. */
export const NAME: Form = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,31}$/,
  words: 'a letter, then letters, digits, - and _, at most 32',
};

/** What Linux takes for an interface's name (dev_valid_name: no slash, colon or white space, at most 15 bytes). */
export const INTERFACE: Form = {
  pattern: /^(?!\.{1,2}$)[!-.0-9;-~]{1,15}$/,
  words: 'as ip link shows it, at most 15 characters',
};

/** The name of an object in a registry (RFC 2622 section 2): also a hierarchical one, `AS64500:AS-SITE`. */
export const OBJECT: Form = {
  pattern: /^[A-Za-z][A-Za-z0-9:_-]{1,79}$/,
  words: 'a name of a registry: letters, digits, -, _ and : for hierarchical ones',
};

/** One line of printable ASCII; a bar followed by a blank starts a filter in vtysh. */
const LINE = /^(?!.*\| )[ -~]{1,80}$/;

/** What a name may look like, as a pattern and in words. */
export interface Form {
  readonly pattern: RegExp;
  readonly words: string;
}

/** Reads values of those shapes, and reports the others. */
export class Shapes {
  readonly reader: Reader;

  constructor(reader: Reader) {
    this.reader = reader;
  }

  address(node: Node): Spanned<Address> | undefined {
    return this.reader.value(node, 'an address', (text) => Address.read(text));
  }

  /** A text of the allowed form. */
  word(node: Node, what: string, form: Form): Spanned<string> | undefined {
    const text = this.reader.text(node, what);
    if (text === undefined || form.pattern.test(text.value)) return text;
    this.reader.diagnostics.push(
      diagnose('DOC005', text.span, `${what} can't be ${JSON.stringify(text.value)}`, { hint: form.words }),
    );
    return undefined;
  }

  /** A key that the user chose, as a name of the allowed form. */
  name(entry: MapEntry, what: string, { pattern, words }: Form): Spanned<string> | undefined {
    if (pattern.test(entry.key)) return { value: entry.key, span: entry.keySpan };
    this.reader.diagnostics.push(
      diagnose('DOC005', entry.keySpan, `${JSON.stringify(entry.key)} can't be the name of ${what}`, {
        hint: words,
      }),
    );
    return undefined;
  }

  /** One line of text, with runs of blanks made one, as the daemons do. */
  line(node: Node, what: string): Spanned<string> | undefined {
    const text = this.reader.text(node, what);
    if (text === undefined) return undefined;
    const value = text.value.trim().replace(/ {2,}/g, ' ');
    if (LINE.test(value)) return { value, span: text.span };
    this.reader.diagnostics.push(
      diagnose('DOC005', text.span, `${what} can't be written into a configuration`, {
        hint: 'one line of at most 80 printable ASCII characters, without "| "',
      }),
    );
    return undefined;
  }

  /** A value alone, or a list of at least one. */
  oneOrMore<T>(node: Node, what: string, read: (node: Node) => T | undefined): readonly T[] {
    if (node.kind === 'list' && node.items.length === 0) {
      this.reader.diagnostics.push(diagnose('DOC005', node.span, `${what}: the list is empty`));
      return [];
    }
    return (node.kind === 'list' ? node.items : [node]).flatMap((item) => read(item) ?? []);
  }

  list<T>(node: Node | undefined, what: string, read: (node: Node) => T | undefined): readonly T[] {
    if (node === undefined) return [];
    return (this.reader.list(node, what) ?? []).flatMap((item) => read(item) ?? []);
  }

  map<T>(node: Node | undefined, what: string, read: (entry: MapEntry) => T | undefined): readonly T[] {
    if (node === undefined) return [];
    return (this.reader.entries(node, what) ?? []).flatMap((entry) => read(entry) ?? []);
  }

  /** A map inside a map, where it is there. */
  part(fields: Fields, key: string, what: string, keys: readonly string[]): Fields | undefined {
    const node = fields.get(key);
    return node === undefined ? undefined : this.reader.fields(node, what, keys);
  }

  optional<T>(fields: Fields | undefined, key: string, read: (node: Node) => T | undefined): T | undefined {
    const node = fields?.get(key);
    return node === undefined ? undefined : read(node);
  }

  needed<T>(fields: Fields, key: string, read: (node: Node) => T | undefined): T | undefined {
    const node = fields.need(key);
    return node === undefined ? undefined : read(node);
  }
}
