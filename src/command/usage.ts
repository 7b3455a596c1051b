// The one-line synopsis of a command line, for help and for usage faults, and the error of a value that the declaration
// alone can't judge.

import type { Diagnostic } from '../document/diagnostic.ts';
import { hasVerbs, lettersOf, type OptionSpec, type Program, type Verb } from './program.ts';

/** `usage: fwgen emit [-46] [--json] [--ports PORTS] [FILE ...]` */
export function usageLine(program: Program, verb: Verb): string {
  const letters: string[] = [];
  const others: string[] = [];
  for (const [name, option] of Object.entries(verb.options)) {
    const letter = lettersOf(name, option);
    if (letter?.length === 1 && (option.type === 'flag' || option.type === 'count')) letters.push(letter);
    else others.push(`[${letter === undefined ? `--${name}` : `-${letter}`}${placeholder(option)}]`);
  }
  const words = [program.name];
  if (hasVerbs(program)) words.push(verb.name);
  if (letters.length > 0) words.push(`[-${letters.join('')}]`);
  words.push(...others);
  for (const operand of verb.operands) {
    if (operand.count === 'one') words.push(operand.name);
    else if (operand.count === 'optional') words.push(`[${operand.name}]`);
    else if (operand.count === 'many') words.push(`[${operand.name} ...]`);
    else words.push(`${operand.name} ...`);
  }
  return `usage: ${words.join(' ')}`;
}

function placeholder(option: OptionSpec): string {
  if (option.type === 'flag' || option.type === 'count') return '';
  return option.otherwise === undefined ? ` ${option.value ?? 'VALUE'}` : `[${option.value ?? 'VALUE'}]`;
}

/**
 * Thrown by a program for a wrong value on its command line (exit 64): words alone, or a diagnostic whose source is the
 * argument itself (`new Source('--ports', text)`), so that the report points at the character.
 */
export class UsageError extends Error {
  readonly diagnostic: Diagnostic | undefined;

  constructor(cause: string | Diagnostic) {
    super(typeof cause === 'string' ? cause : cause.message);
    this.name = 'UsageError';
    this.diagnostic = typeof cause === 'string' ? undefined : cause;
  }
}
