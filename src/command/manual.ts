// The sections of a manual page that a program's declaration knows best - OPTIONS, EXIT STATUS, ENVIRONMENT, DIAGNOSTICS
// - as mdoc(7), and their place in a page that is otherwise written by hand. Text in, text out.

import type { FaultTable } from '../document/diagnostic.ts';
import { EXIT, EXIT_MEANINGS, type ExitName } from './exit.ts';
import { EVERY_OPTION, lettersOf, type OptionSpec, type Program } from './program.ts';

/** The sections by the names that stand in a page's markers. */
export function sections(program: Program): Readonly<Record<string, string>> {
  return {
    OPTIONS: options(program),
    'EXIT STATUS': exits(program),
    ...(program.environment === undefined ? {} : { ENVIRONMENT: environment(program.environment) }),
    ...(program.faults === undefined ? {} : { DIAGNOSTICS: diagnostics(program.faults) }),
  };
}

/**
 * A page with its generated sections put between their markers (`.\" BEGIN OPTIONS` ... `.\" END OPTIONS`). Throws
 * RangeError where a marker that the program has a section for is missing or stands twice.
 */
export function splice(page: string, program: Program): string {
  let text = page;
  for (const [name, section] of Object.entries(sections(program))) {
    const begin = `.\\" BEGIN ${name}\n`;
    const end = `.\\" END ${name}\n`;
    const from = text.indexOf(begin);
    const to = text.indexOf(end);
    if (from < 0 || to < from || text.indexOf(begin, from + 1) >= 0) {
      throw new RangeError(
        `${program.name}.${program.section}: the markers of ${name} are missing, twice or out of order`,
      );
    }
    text = text.slice(0, from + begin.length) + section + text.slice(to);
  }
  return text;
}

/** An option with the verbs that take it. */
interface Listed {
  readonly name: string;
  readonly option: OptionSpec;
  readonly verbs: string[];
}

/** All options in one list, those that only some verbs take with the names of these. */
function options(program: Program): string {
  const listed: Listed[] = [];
  for (const verb of program.verbs) {
    for (const [name, option] of Object.entries(verb.options)) {
      const same = listed.find(
        (each) => each.name === name && JSON.stringify(each.option) === JSON.stringify(option),
      );
      if (same === undefined) listed.push({ name, option, verbs: [verb.name] });
      else same.verbs.push(verb.name);
    }
  }
  const every = program.verbs.map((verb) => verb.name);
  for (const [name, option] of Object.entries(EVERY_OPTION)) listed.push({ name, option, verbs: every });
  listed.sort((a, b) => byLetter(a.name, b.name));
  const lines = ['.Sh OPTIONS', '.Bl -tag -width Ds'];
  for (const { name, option, verbs } of listed) {
    const only = verbs.length === every.length ? '' : ` Pq ${verbs.join(', ')}`;
    lines.push(`.It ${flags(name, option)}${only}`, sentence(option.summary));
    if (option.choices !== undefined) lines.push(`One of ${choiceList(option.choices)}.`);
    if (option.detail !== undefined) lines.push(option.detail.trim());
  }
  lines.push('.El');
  return join(lines);
}

function choiceList(choices: readonly string[]): string {
  const words = choices.map((choice) => escaped(choice));
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}

/** `.Fl p , Fl -ports Ar PORTS` */
function flags(name: string, option: OptionSpec): string {
  const value =
    option.type === 'flag' || option.type === 'count'
      ? ''
      : option.otherwise === undefined
        ? ` Ar ${escaped(option.value ?? 'VALUE')}`
        : ` Ns Op Ar ${escaped(option.value ?? 'VALUE')}`;
  const letter = lettersOf(name, option);
  const forms: string[] = [];
  if (letter !== undefined) forms.push(`Fl ${letter}${value}`);
  if (name.length > 2) forms.push(`Fl -${name}${value}`);
  return forms.join(' , ');
}

function exits(program: Program): string {
  const lines = ['.Sh EXIT STATUS', '.Bl -tag -width Ds'];
  const names = (Object.keys(EXIT) as readonly ExitName[]).filter((name) => name in program.exits);
  for (const name of names.sort((a, b) => EXIT[a] - EXIT[b])) {
    lines.push(`.It ${EXIT[name]}`, text(program.exits[name] || EXIT_MEANINGS[name]));
  }
  lines.push('.El');
  return join(lines);
}

function environment(variables: Readonly<Record<string, string>>): string {
  const lines = ['.Sh ENVIRONMENT', '.Bl -tag -width Ds'];
  for (const [name, what] of Object.entries(variables)) lines.push(`.It Ev ${name}`, sentence(what));
  lines.push('.El');
  return join(lines);
}

function diagnostics(faults: FaultTable): string {
  const lines = [
    '.Sh DIAGNOSTICS',
    'What is wrong with an input is reported on standard error as',
    '.D1 Ar file : Ns Ar line : Ns Ar column : Ar severity Ns Bo Ar CODE Bc : Ar message',
    'with the line, carets under the place, and a hint.',
    'The codes are stable:',
    '.Bl -tag -width Ds',
  ];
  for (const code of Object.keys(faults).sort()) {
    const row = faults[code];
    if (row !== undefined) lines.push(`.It Sy ${code} Pq ${row.severity}`, text(row.meaning));
  }
  lines.push('.El');
  return join(lines);
}

/** A clause as a sentence of the manual. */
function sentence(clause: string): string {
  return text(`${clause.charAt(0).toUpperCase()}${clause.slice(1)}${/[.!?]$/.test(clause) ? '' : '.'}`);
}

/** Running text: each sentence on a line of its own, as mdoc wants it, with nothing taken for a macro. */
function text(words: string): string {
  return words
    .split(/(?<=[.!?]) +(?=[A-Z])/)
    .map((line) => escaped(line).replace(/^([.'])/, '\\&$1'))
    .join('\n');
}

function escaped(words: string): string {
  return words.replaceAll('\\', '\\e').replace(/(^| )-(?=\S)/g, '$1\\-');
}

function byLetter(a: string, b: string): number {
  const x = a.toLowerCase();
  const y = b.toLowerCase();
  return x < y ? -1 : x > y ? 1 : a < b ? -1 : 1;
}

function join(lines: readonly string[]): string {
  return `${lines.join('\n')}\n`;
}
