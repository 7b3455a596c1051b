// Reads values of a known shape out of a tree of nodes and collects what is wrong, all of it, each at its place. What
// the values mean is the domains' business.

import { AddressFault } from '../address/fault.ts';
import { type Diagnostic, lift } from './diagnostic.ts';
import { diagnose } from './faults.ts';
import type { MapNode, Node } from './node.ts';
import type { Span } from './source.ts';
import { suggest } from './suggest.ts';

/** A value with the span it was read from. */
export interface Spanned<T> {
  readonly value: T;
  readonly span: Span;
}

/** Collects diagnostics while a document is read; each reading function gives undefined where it reported. */
export class Reader {
  readonly diagnostics: Diagnostic[] = [];

  /** A map's fields; keys outside `known` are reported with a suggestion, another kind of node as a wrong type. */
  fields(node: Node, what: string, known: readonly string[]): Fields | undefined {
    if (node.kind !== 'map') {
      this.#wrongType(
        node,
        what,
        `a map with ${known.slice(0, 4).join(', ')}${known.length > 4 ? ', ...' : ''}`,
      );
      return undefined;
    }
    for (const entry of node.entries) {
      if (known.includes(entry.key)) continue;
      const near = suggest(entry.key, known);
      this.diagnostics.push(
        diagnose('DOC002', entry.keySpan, `unknown key ${JSON.stringify(entry.key)} in ${what}`, {
          hint: near === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`,
        }),
      );
    }
    return new Fields(this, node, what);
  }

  /** The items of a list. */
  list(node: Node, what: string): readonly Node[] | undefined {
    if (node.kind === 'list') return node.items;
    this.#wrongType(node, what, 'a list');
    return undefined;
  }

  /** The entries of a map whose keys are names that the user chose. */
  entries(node: Node, what: string): MapNode['entries'] | undefined {
    if (node.kind === 'map') return node.entries;
    this.#wrongType(node, what, 'a map');
    return undefined;
  }

  /** A text; an unquoted number or word is taken as it was written (`65000`, `10.0`), null and true/false are not. */
  text(node: Node, what: string): Spanned<string> | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'string')
      return { value: node.value, span: node.span };
    if (node.kind === 'scalar' && typeof node.value === 'number')
      return { value: node.text, span: node.span };
    this.#wrongType(node, what, 'a text');
    return undefined;
  }

  /** A whole number from `least` to `most`. */
  integer(node: Node, what: string, least: number, most: number): Spanned<number> | undefined {
    if (node.kind !== 'scalar' || typeof node.value !== 'number' || !Number.isInteger(node.value)) {
      this.#wrongType(node, what, 'a whole number');
      return undefined;
    }
    if (node.value < least || node.value > most) {
      this.diagnostics.push(
        diagnose('DOC005', node.span, `${what} is ${node.text}, outside ${least} to ${most}`),
      );
      return undefined;
    }
    return { value: node.value, span: node.span };
  }

  /** true or false. */
  flag(node: Node, what: string): Spanned<boolean> | undefined {
    if (node.kind === 'scalar' && typeof node.value === 'boolean')
      return { value: node.value, span: node.span };
    const yesNo =
      node.kind === 'scalar' && typeof node.value === 'string' && /^(yes|no|on|off)$/i.test(node.value);
    this.#wrongType(node, what, 'true or false', yesNo ? 'YAML 1.2 has true and false only' : undefined);
    return undefined;
  }

  /** One of the given words. */
  word<const W extends string>(node: Node, what: string, words: readonly W[]): Spanned<W> | undefined {
    const text = this.text(node, what);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text.value);
    if (found !== undefined) return { value: found, span: text.span };
    const near = suggest(text.value, words);
    this.diagnostics.push(
      diagnose('DOC005', text.span, `${what} can't be ${JSON.stringify(text.value)}`, {
        hint: near === undefined ? `one of ${words.join(', ')}` : `did you mean ${near}?`,
      }),
    );
    return undefined;
  }

  /** A value of the address model, by one of its `read` functions; its fault is lifted to the place in the document. */
  value<T>(node: Node, what: string, read: (text: string) => T | AddressFault): Spanned<T> | undefined {
    const text = this.text(node, what);
    if (text === undefined) return undefined;
    const result = read(text.value);
    if (!(result instanceof AddressFault)) return { value: result, span: text.span };
    const { span, message, hint } = lift(result, text.span);
    this.diagnostics.push(diagnose('DOC006', span, `${what}: ${message}`, { hint }));
    return undefined;
  }

  /** Reports a key that must be there and is not. */
  missing(span: Span, what: string, key: string): void {
    this.diagnostics.push(diagnose('DOC004', span, `${what} needs ${JSON.stringify(key)}`));
  }

  #wrongType(node: Node, what: string, wanted: string, hint?: string): void {
    this.diagnostics.push(
      diagnose('DOC003', node.span, `${what} must be ${wanted}, not ${kindOf(node)}`, { hint }),
    );
  }
}

/** The fields of one map. */
export class Fields {
  readonly node: MapNode;
  readonly what: string;
  readonly #reader: Reader;

  constructor(reader: Reader, node: MapNode, what: string) {
    this.#reader = reader;
    this.node = node;
    this.what = what;
  }

  /** The value of a key, or undefined where it is not there. */
  get(key: string): Node | undefined {
    return this.node.entries.find((entry) => entry.key === key)?.value;
  }

  /** The span of a key as written: for a diagnostic about the key itself. */
  keySpan(key: string): Span | undefined {
    return this.node.entries.find((entry) => entry.key === key)?.keySpan;
  }

  /** The value of a key that must be there; reported where it is not. */
  need(key: string): Node | undefined {
    const value = this.get(key);
    if (value === undefined) {
      const [first] = this.node.entries;
      this.#reader.missing(first?.keySpan ?? this.node.span, this.what, key);
    }
    return value;
  }
}

function kindOf(node: Node): string {
  if (node.kind === 'map') return 'a map';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  return typeof node.value === 'string' ? `the text ${JSON.stringify(node.value)}` : `${node.text}`;
}
