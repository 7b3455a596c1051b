// YAML 1.2 (and so JSON) into a tree of nodes with spans. The only importer of the YAML library; no model is read here.

import { type Document, isAlias, isMap, isNode, isScalar, isSeq, parseAllDocuments, Scalar } from 'yaml';
import type { Diagnostic } from './diagnostic.ts';
import { diagnose } from './faults.ts';
import type { MapEntry, Node } from './node.ts';
import type { Source, Span } from './source.ts';

/** A parsed document: the root is absent where errors made it useless. */
export interface ParsedDocument {
  readonly root: Node | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** How deep a document may nest, and how many nodes it may have with its aliases followed: a small text can't be made to exhaust us. */
const DEEPEST = 100;
const MOST_NODES = 1_000_000;

/**
 * Parses one YAML document (core schema: no sexagesimal numbers, `yes` is a string). An empty text, a syntax error, a
 * duplicate key, an unknown tag and a second document in the text are diagnostics.
 */
export function parseYaml(source: Source): ParsedDocument {
  const parsed = parseAllDocuments(source.text, {
    prettyErrors: false,
    uniqueKeys: true,
    schema: 'core',
    version: '1.2',
    stringKeys: true,
  });
  const [first, second] = Array.isArray(parsed) ? parsed : [];
  const diagnostics: Diagnostic[] = [];
  if (first === undefined || (first.contents === null && first.errors.length === 0)) {
    diagnostics.push(diagnose('DOC007', source.span(0, 0), 'the document is empty'));
    return { root: undefined, diagnostics };
  }
  for (const problem of [...first.errors, ...first.warnings]) {
    const [start, end] = problem.pos;
    diagnostics.push(
      diagnose('DOC001', source.span(start, Math.max(end, start + 1)), clause(problem.message)),
    );
  }
  if (second !== undefined) {
    const [start] = second.range;
    diagnostics.push(
      diagnose('DOC001', source.span(start, start + 1), 'a second document begins here', {
        hint: 'give each document a file of its own',
      }),
    );
  }
  if (diagnostics.length > 0 || first.contents === null) return { root: undefined, diagnostics };
  const tree = new Tree(source, first);
  const root = tree.convert(first.contents, 0);
  return { root: tree.diagnostics.length > 0 ? undefined : root, diagnostics: tree.diagnostics };
}

/** The library's nodes turned into ours, with aliases followed. */
class Tree {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: Source;
  readonly #document: Document.Parsed;
  #nodes = 0;

  constructor(source: Source, document: Document.Parsed) {
    this.#source = source;
    this.#document = document;
  }

  convert(node: unknown, depth: number): Node {
    const span = this.#span(node);
    if (depth > DEEPEST || ++this.#nodes > MOST_NODES) {
      if (this.diagnostics.length === 0) {
        this.diagnostics.push(
          diagnose(
            'DOC001',
            span,
            depth > DEEPEST ? `nested over ${DEEPEST} levels deep` : `over ${MOST_NODES} values`,
          ),
        );
      }
      return { kind: 'scalar', value: null, text: '', quoted: false, span };
    }
    if (isAlias(node)) {
      const target = node.resolve(this.#document);
      if (target !== undefined) return this.convert(target, depth + 1);
      this.diagnostics.push(diagnose('DOC001', span, `nothing is anchored as &${node.source}`));
    }
    if (isMap(node))
      return { kind: 'map', entries: node.items.map((pair) => this.#entry(pair, depth)), span };
    if (isSeq(node))
      return { kind: 'list', items: node.items.map((item) => this.convert(item, depth + 1)), span };
    if (isScalar(node)) {
      const quoted = node.type !== undefined && node.type !== Scalar.PLAIN;
      const { value } = node;
      const text = node.source ?? String(value);
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
        return { kind: 'scalar', value, text, quoted, span };
      }
      return { kind: 'scalar', value: null, text, quoted, span };
    }
    return { kind: 'scalar', value: null, text: '', quoted: false, span };
  }

  #entry(pair: { key: unknown; value: unknown }, depth: number): MapEntry {
    const keySpan = this.#span(pair.key);
    const key = isScalar(pair.key) ? String(pair.key.value) : '';
    const value: Node =
      pair.value === null
        ? { kind: 'scalar', value: null, text: '', quoted: false, span: keySpan }
        : this.convert(pair.value, depth + 1);
    return { key, keySpan, value };
  }

  #span(node: unknown): Span {
    if (isNode(node) && node.range) return this.#source.span(node.range[0], node.range[1]);
    return this.#source.span(0, 0);
  }
}

/** The library's sentence as one of our clauses: its first line, no capital, no full stop. */
function clause(message: string): string {
  const [line = ''] = message.split('\n');
  return line.charAt(0).toLowerCase() + line.slice(1).replace(/[.:]$/, '');
}
