// A program as one declaration: parser, help, manual sections and completions are made from it, and nothing about its
// command line stands anywhere else. Types and their constructors only; parsing is command/parser.ts.

import type { FaultTable } from '../document/diagnostic.ts';
import type { ExitName } from './exit.ts';
import type { Io } from './io.ts';

/** What an option takes. `count` is how often a flag stands there; `texts` gathers every value given. */
export type OptionType = 'flag' | 'count' | 'text' | 'texts' | 'integer' | 'seconds';

export interface OptionSpec {
  readonly type: OptionType;
  /** One letter, for `-t 5`. An option whose own name is one or two letters has one dash (`-t`, `-lf`) and no long form. */
  readonly short?: string;
  /** How help and manual name the value: `PORTS`. Every type but `flag` and `count` has one. */
  readonly value?: string;
  /** For `text`: what it is without one. A value then has to stand in the same word: `-ly`, `-lylocal0`. */
  readonly otherwise?: string;
  /** The words it takes, if it takes only those. */
  readonly choices?: readonly string[];
  /** For `integer` and `seconds`: the bounds, inclusive. */
  readonly least?: number;
  readonly most?: number;
  /** One clause for help, no capital, no full stop; the manual makes a sentence of it. */
  readonly summary: string;
  /** More sentences for the manual, in mdoc. */
  readonly detail?: string;
  /** What completion offers for the value. */
  readonly complete?: 'file' | 'folder';
}

/** Options by long name. */
export type Options = Readonly<Record<string, OptionSpec>>;

export interface OperandSpec {
  readonly name: string;
  readonly summary: string;
  /** `one` must be there, `optional` may, `many` is any number of them, `some` at least one. */
  readonly count: 'one' | 'optional' | 'many' | 'some';
  readonly complete?: 'file' | 'folder';
}

/** A command line that shows how it is used. The tests run it; the manual and help print it. */
export interface Example {
  /** What it does, a sentence. */
  readonly text: string;
  /** As typed in a shell, one line. */
  readonly command: string;
}

type NamesOf<O extends Options, T extends OptionType> = {
  [K in keyof O]: O[K]['type'] extends T ? K : never;
}[keyof O] &
  string;

/** A parsed value. */
export type Value = boolean | number | string | readonly string[];

/** A command line after parsing: what was given for each option, by its declared type, and the operands. */
export class Invocation<O extends Options> {
  readonly operands: readonly string[];
  readonly #values: ReadonlyMap<string, Value>;

  constructor(_options: O, values: ReadonlyMap<string, Value>, operands: readonly string[]) {
    this.#values = values;
    this.operands = operands;
  }

  /** Whether a flag was given. */
  flag(name: NamesOf<O, 'flag'>): boolean {
    return this.#values.get(name) === true;
  }

  /** How often a counted flag was given. */
  count(name: NamesOf<O, 'count'>): number {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : 0;
  }

  /** The text given, the last one where it was repeated; undefined where it was not given. */
  text(name: NamesOf<O, 'text'>): string | undefined {
    const value = this.#values.get(name);
    return typeof value === 'string' ? value : undefined;
  }

  /** Every text given, in order. */
  texts(name: NamesOf<O, 'texts'>): readonly string[] {
    const value = this.#values.get(name);
    return typeof value === 'object' ? value : [];
  }

  /** The number given (seconds may have a fraction); undefined where it was not given. */
  number(name: NamesOf<O, 'integer' | 'seconds'>): number | undefined {
    const value = this.#values.get(name);
    return typeof value === 'number' ? value : undefined;
  }
}

/** What was given for a group of options that a bigger declaration is made of: any invocation that has them will do. */
export type GivenOptions<O extends Options> = Pick<
  Invocation<O>,
  'flag' | 'count' | 'text' | 'texts' | 'number'
>;

/** How a command line runs: gives the exit status. */
export type Run = (
  values: ReadonlyMap<string, Value>,
  operands: readonly string[],
  io: Io,
) => number | Promise<number>;

/** A program without verbs, or one verb of a program. */
export interface Verb {
  readonly name: string;
  /** One clause: "prefixes of all inputs, merged". */
  readonly summary: string;
  readonly operands: readonly OperandSpec[];
  readonly options: Options;
  readonly run: Run;
}

export interface VerbSpec<O extends Options> extends Omit<Verb, 'options' | 'run'> {
  readonly options: O;
  readonly run: (invocation: Invocation<O>, io: Io) => number | Promise<number>;
}

/** Declares a verb; `run` may ask only for options that are declared, by their types. */
export function verb<const O extends Options>(spec: VerbSpec<O>): Verb {
  return {
    ...spec,
    run: (values, operands, io) => spec.run(new Invocation(spec.options, values, operands), io),
  };
}

/** Runs words that the declaration does not describe; gives the exit status. */
export type StandIn = (io: Io) => Promise<number>;

/** A whole program. */
export interface Program {
  readonly name: string;
  readonly section: 1 | 8;
  /** The page's one-line description: lower case, says what it does. */
  readonly summary: string;
  /** One verb whose name is the program's own: a program without verbs. Several: the first operand chooses. */
  readonly verbs: readonly Verb[];
  /**
   * Another program's command line that this one takes in its place: how that runs, if the program is called by that name
   * or its words say so; undefined where they are for the program itself.
   */
  readonly standIn?: (called: string, words: readonly string[]) => StandIn | undefined;
  /** Exit statuses that it can end with, and what they mean here ('' where the table says all); plain sentences. */
  readonly exits: Readonly<Partial<Record<ExitName, string>>>;
  /** Environment variables that it reads, and what for. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Files that it reads or writes by itself. */
  readonly files?: Readonly<Record<string, string>>;
  /** The diagnostics it can give. */
  readonly faults?: FaultTable;
  readonly examples: readonly Example[];
}

/** The letters behind one dash that an option goes by, where it has such a form. */
export function lettersOf(name: string, option: OptionSpec): string | undefined {
  return name.length <= 2 ? name : option.short;
}

/** Whether the first operand of this program is a verb. */
export function hasVerbs(program: Program): boolean {
  return program.verbs.length !== 1 || program.verbs[0]?.name !== program.name;
}

/** Options that every program has. */
export const EVERY_OPTION = {
  help: { type: 'flag', short: 'h', summary: 'print a summary of the command line and end' },
  version: { type: 'flag', summary: 'print the version and end' },
} as const satisfies Options;
