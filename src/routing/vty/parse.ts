// The text of a configuration into the model of one. Which block a statement stands in follows from the statements before
// it, as in the daemons: what the present block does not know is tried at the top. What is not known anywhere is told of.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Source } from '../../document/source.ts';
import { diagnose } from './faults.ts';
import { type Form, formOf, matchForm } from './form.ts';
import { BGP_ROWS, BLOCKS, FAMILY_ROWS, INTERFACE_ROWS, MAP_ROWS, type Row, TOP_ROWS } from './grammar.ts';
import type { Existing } from './model.ts';
import { type Block, VtyReader } from './reader.ts';
import { readStatements, type Statement, statementText } from './statement.ts';

/** Reads the configuration of one source into what is known already; gives what is wrong with its form. */
export function parseInto(existing: Existing, source: Source): readonly Diagnostic[] {
  const { statements, comments } = readStatements(source);
  existing.comments.push(...comments);
  const parser = new Parser(existing);
  for (const statement of statements) parser.take(statement);
  parser.end();
  return parser.reader.diagnostics;
}

/** Rows by the word that their forms begin with. */
type Grammar = ReadonlyMap<string, readonly { readonly form: Form; readonly row: Row }[]>;

function grammarOf(rows: readonly Row[]): Grammar {
  const grammar = new Map<string, { readonly form: Form; readonly row: Row }[]>();
  for (const row of rows) {
    const form = formOf(row.form);
    const known = grammar.get(form.first);
    if (known === undefined) grammar.set(form.first, [{ form, row }]);
    else known.push({ form, row });
  }
  return grammar;
}

/** A stretch of statements that are not known. */
interface Unknown {
  readonly first: Statement;
  readonly count: number;
}

/** Words that open a block of a protocol that is none of ours. */
const FOREIGN =
  /^(router|vrf|key chain|segment-routing|pw|mpls|l2vpn|pseudowire|nexthop-group|pbr-map|ipv6 router|dialer)(?= |$)/;

class Parser {
  readonly reader: VtyReader;
  readonly #grammars: Readonly<Record<Block, Grammar>>;
  #unknown: Unknown | undefined;

  constructor(existing: Existing) {
    this.reader = new VtyReader(existing);
    const family = grammarOf(FAMILY_ROWS);
    this.#grammars = {
      top: grammarOf(TOP_ROWS),
      bgp: grammarOf([...BGP_ROWS, ...FAMILY_ROWS]),
      family,
      interface: grammarOf(INTERFACE_ROWS),
      'route-map': grammarOf(MAP_ROWS),
      bfd: grammarOf(BLOCKS.bfd),
      'bfd-part': grammarOf(BLOCKS.bfd),
      rpki: grammarOf(BLOCKS.rpki),
      line: grammarOf(BLOCKS.line),
      foreign: new Map(),
    };
  }

  take(statement: Statement): void {
    if (this.#leaves(statement)) return;
    const { reader } = this;
    const upwards: readonly Block[] =
      reader.block === 'family' ? ['family', 'bgp', 'top'] : [reader.block, 'top'];
    const [{ text: first } = { text: '' }] = statement.words;
    for (const block of upwards) {
      for (const { form, row } of this.#grammars[block].get(first) ?? []) {
        if (statement.no && row.no !== true) continue;
        const found = matchForm(form, statement);
        if (found === undefined) continue;
        this.#tellUnknown();
        // A line about all families that stands in a family's block leaves that block open.
        if (block === 'top') reader.block = 'top';
        row.read?.(reader, found);
        return;
      }
    }
    this.#notKnown(statement);
  }

  /** Tells of what is still to be told, and puts the lists in the order of their numbers. */
  end(): void {
    this.#tellUnknown();
    const { existing } = this.reader;
    for (const list of [...existing.prefixLists.values(), ...existing.routeMaps.values()])
      list.lines.sort((a, b) => a.order - b.order);
  }

  /** `exit` and its like; outside of every block it ends the reading (FRR issue 18629). */
  #leaves(statement: Statement): boolean {
    const { reader } = this;
    const text = statementText(statement);
    if (!/^(exit|quit|end|exit-\S+)$/.test(text)) return false;
    this.#tellUnknown();
    if (reader.block === 'top' && text !== 'end') {
      reader.diagnostics.push(
        diagnose('VTY004', statement.span, `${text} stands where no block is open`, {
          hint: 'vtysh stops reading here: take the line out',
        }),
      );
    }
    if (reader.block === 'bfd-part' && text !== 'end') reader.block = 'bfd';
    else if (reader.block === 'family' && text !== 'end') {
      reader.block = 'bgp';
      reader.family = 4;
    } else if (reader.block !== 'bgp' || text !== 'exit-address-family') reader.block = 'top';
    return true;
  }

  #notKnown(statement: Statement): void {
    const { reader } = this;
    if (FOREIGN.test(statementText(statement))) {
      this.#tellUnknown();
      reader.block = 'foreign';
    }
    const { first, count } = this.#unknown ?? { first: statement, count: 0 };
    this.#unknown = { first, count: count + 1 };
    // The lines of a foreign block are told of together.
    if (reader.block !== 'foreign') this.#tellUnknown();
  }

  #tellUnknown(): void {
    if (this.#unknown === undefined) return;
    const { first, count } = this.#unknown;
    this.#unknown = undefined;
    const text = statementText(first);
    const message =
      count > 1 ? `${text}: this block of ${count} lines was not looked at` : `not known here: ${text}`;
    this.reader.diagnostics.push(diagnose('VTY001', first.span, message));
  }
}
