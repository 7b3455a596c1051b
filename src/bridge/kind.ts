// An address type as a declaration: its keywords, parameters and options, and what makes an endpoint of them. The types
// themselves are the files in endpoints/; check.ts matches what was written with them.

import type { Particulars } from '../document/diagnostic.ts';
import type { Span } from '../document/source.ts';
import type { Endpoint } from './endpoint.ts';
import type { BRIDGE_FAULTS } from './faults.ts';
import { Given } from './given.ts';
import type { OptionName } from './options.ts';
import type { Token } from './parse.ts';
import type { Setting } from './values.ts';

/** Takes down what is wrong with an address. */
export type Report = (
  code: keyof typeof BRIDGE_FAULTS,
  span: Span | undefined,
  message: string,
  particulars?: Particulars,
) => void;

/** What the command line says of all addresses at once; what an address itself says goes before it. */
export interface Preferences {
  /** Where a listener listens that names no family; 0 is IPv6 and IPv4 on one socket. */
  readonly listen: 0 | 4 | 6;
  /** The family that is tried first when a name has addresses of both; undefined is the system's order. */
  readonly resolve: 4 | 6 | undefined;
  /** Defaults are socat's, where ours are others. */
  readonly socat: boolean;
}

/** Without a word on the command line: listeners are IPv4, as in socat 1.7.4 and from 1.8.0.1 on. */
export const PREFERENCES: Preferences = { listen: 4, resolve: undefined, socat: false };

/** What was written for an address of a type: the parameters are as many as the type takes, the options ones it takes. */
export interface Written<N extends OptionName = OptionName> {
  /** The address without its options: `TCP-LISTEN:6666`. */
  readonly label: string;
  readonly parameters: readonly Token[];
  readonly given: Given<N>;
  readonly span: Span;
  readonly preferences: Preferences;
}

interface KindText {
  /** In socat's spelling, the full name first. */
  readonly keywords: readonly [string, ...string[]];
  /** Names of the parameters; those after the first `needed` may be left out. */
  readonly parameters: readonly string[];
  readonly needed: number;
  /** One clause for reports. */
  readonly summary: string;
}

export interface KindSpec<N extends OptionName> extends KindText {
  readonly options: readonly N[];
  /** Makes the endpoint, or reports why there can be none. Pure. */
  readonly plan: (written: Written<N>, report: Report) => Endpoint | undefined;
}

export interface Kind extends KindText {
  readonly options: readonly OptionName[];
  readonly plan: (
    written: Omit<Written, 'given'>,
    settings: ReadonlyMap<string, Setting>,
    report: Report,
  ) => Endpoint | undefined;
}

/** Declares a type; its `plan` can read the options that it declares and no others. */
export function kind<const N extends OptionName = never>(spec: KindSpec<N>): Kind {
  return {
    ...spec,
    plan: (written, settings, report) => spec.plan({ ...written, given: new Given<N>(settings) }, report),
  };
}

/** How a type is written: `TCP:host:port`, `SD-LISTEN[:name]`. */
export function syntaxOf({ keywords, parameters, needed }: Kind): string {
  return parameters.reduce(
    (text, parameter, index) => (index < needed ? `${text}:${parameter}` : `${text}[:${parameter}]`),
    keywords[0],
  );
}
