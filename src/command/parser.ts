// A command line against a program's declaration: values by type, or one fault in the house's words. The hot path is
// yargs's own parser alone; the whole of yargs, which costs as much start-up as Node itself, is loaded for --help only.

import parse from 'yargs-parser';
import { suggest } from '../document/suggest.ts';
import {
  EVERY_OPTION,
  hasVerbs,
  type OptionSpec,
  type Options,
  type Program,
  type Value,
  type Verb,
} from './program.ts';
import { usageLine } from './usage.ts';

/** What a command line asks for. */
export type Parsed =
  | {
      readonly kind: 'run';
      readonly verb: Verb;
      readonly values: ReadonlyMap<string, Value>;
      readonly operands: readonly string[];
    }
  | { readonly kind: 'help'; readonly verb: Verb | undefined }
  | { readonly kind: 'version' }
  | {
      readonly kind: 'fault';
      readonly message: string;
      readonly hint: string | undefined;
      readonly verb: Verb | undefined;
    };

/** Parses the words behind the program's name. */
export function parseCommandLine(program: Program, words: readonly string[]): Parsed {
  if (!hasVerbs(program)) {
    const [only] = program.verbs;
    if (only === undefined) throw new RangeError(`${program.name} declares nothing that it can run`);
    return parseVerb(only, words);
  }
  // Options of every program may stand before the verb; nothing else may.
  const [first, ...rest] = words;
  if (first === undefined) return fault('a verb is missing', `one of ${verbNames(program)}`);
  if (first === '--help' || first === '-h')
    return { kind: 'help', verb: program.verbs.find((verb) => verb.name === rest[0]) };
  if (first === '--version') return { kind: 'version' };
  const verb = program.verbs.find((candidate) => candidate.name === first);
  if (verb !== undefined) return parseVerb(verb, rest);
  if (isOptionWord(first))
    return fault(
      `${first} stands before the verb`,
      `write ${program.name} VERB [options]; the verbs are ${verbNames(program)}`,
    );
  const near = suggest(
    first,
    program.verbs.map((candidate) => candidate.name),
  );
  return fault(
    `unknown verb ${JSON.stringify(first)}`,
    near === undefined ? `one of ${verbNames(program)}` : `did you mean ${near}?`,
  );
}

function parseVerb(verb: Verb, words: readonly string[]): Parsed {
  const options: Options = { ...verb.options, ...EVERY_OPTION };
  const early = words.indexOf('--') < 0 ? words : words.slice(0, words.indexOf('--'));
  for (const word of early) {
    const valued = /^--?([^=-][^=]*)=/.exec(word);
    const name = valued?.[1] === undefined ? undefined : longName(options, valued[1]);
    if (name !== undefined && !takesValue(options[name]))
      return fault(`${shown(name)} takes no value`, undefined, verb);
  }
  const names = Object.keys(options);
  const result = parse.detailed(digitsApart(pairsLong(words, options), options), {
    boolean: names.filter((name) => options[name]?.type === 'flag'),
    count: names.filter((name) => options[name]?.type === 'count'),
    string: names.filter((name) => takesValue(options[name])),
    narg: Object.fromEntries(names.filter((name) => takesValue(options[name])).map((name) => [name, 1])),
    alias: Object.fromEntries(names.flatMap((name) => aliasOf(name, options[name]))),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'duplicate-arguments-array': true,
      'greedy-arrays': false,
      'nargs-eats-options': true,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'populate--': true,
      'strip-aliased': true,
      'unknown-options-as-args': true,
    },
  });
  if (result.error !== null) {
    const missing = /following: (.+)$/.exec(result.error.message)?.[1];
    return fault(
      missing === undefined ? result.error.message : `${shown(missing)} needs a value`,
      undefined,
      verb,
    );
  }
  const operands: string[] = [];
  for (const operand of result.argv._) {
    const word = String(operand);
    if (isOptionWord(word)) return unknownOption(word, options, verb);
    operands.push(word);
  }
  const after: unknown = result.argv['--'];
  if (Array.isArray(after)) operands.push(...after.map(String));
  const values = new Map<string, Value>();
  for (const [name, raw] of Object.entries(result.argv)) {
    if (name === '_' || name === '--') continue;
    const option = options[name];
    if (option === undefined) return unknownOption(`--${name}`, options, verb);
    const value = convert(name, option, raw);
    if (typeof value === 'object' && 'message' in value) return fault(value.message, value.hint, verb);
    if (value !== undefined) values.set(name, value);
  }
  if (values.get('help') === true) return { kind: 'help', verb };
  if (values.get('version') === true) return { kind: 'version' };
  const wrong = countFault(verb, operands);
  return wrong === undefined
    ? { kind: 'run', verb, values, operands }
    : fault(wrong.message, wrong.hint, verb);
}

/**
 * `-lf PATH`, `-lfPATH` and `-lu` as `--lf=PATH` and `--lu`: the parser would take two letters for two options. Only where
 * such an option is declared, and where the word is not the value of the option before it.
 */
function pairsLong(words: readonly string[], options: Options): string[] {
  const long: string[] = [];
  for (let at = 0; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word === '--') return [...long, ...words.slice(at)];
    const [, name = '', rest = ''] = /^-([a-z]{2})(.*)$/s.exec(word) ?? [];
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined || (rest !== '' && !takesValue(option))) {
      long.push(word);
      // What an option takes is handed over unread.
      const taker = /^--?([^=]+)$/.exec(word)?.[1];
      const value = words[at + 1];
      if (taker !== undefined && value !== undefined && takesValue(options[longName(options, taker) ?? ''])) {
        long.push(value);
        at++;
      }
    } else if (!takesValue(option)) long.push(`--${name}`);
    else if (rest !== '' || option.otherwise !== undefined)
      long.push(`--${name}=${rest || option.otherwise}`);
    else {
      const value = words[++at];
      long.push(...(value === undefined ? [`--${name}`] : [`--${name}=${value}`]));
    }
  }
  return long;
}

/**
 * `-46` as `-4 -6`: the parser would take it for a number. Only where every digit is a flag, and where it is not the value
 * of the option before it.
 */
function digitsApart(words: readonly string[], options: Options): string[] {
  const apart: string[] = [];
  for (const [index, word] of words.entries()) {
    if (word === '--') return [...apart, ...words.slice(index)];
    const before = /^--?([^=]+)$/.exec(words[index - 1] ?? '')?.[1];
    const isValue = before !== undefined && takesValue(options[longName(options, before) ?? '']);
    const digits = /^-(\d{2,})$/.exec(word)?.[1]?.split('') ?? [];
    if (digits.length > 0 && !isValue && digits.every((digit) => options[digit]?.type === 'flag')) {
      apart.push(...digits.map((digit) => `-${digit}`));
    } else apart.push(word);
  }
  return apart;
}

interface Refusal {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** A raw value of the parser as the declared type; the last one counts where only one is taken. */
function convert(name: string, option: OptionSpec, raw: unknown): Value | undefined | Refusal {
  if (option.type === 'flag')
    return raw === true || (Array.isArray(raw) && raw.includes(true)) ? true : undefined;
  if (option.type === 'count') return typeof raw === 'number' && raw > 0 ? raw : undefined;
  const texts = (Array.isArray(raw) ? raw : [raw]).map(String);
  for (const text of texts) {
    if (option.choices !== undefined && !option.choices.includes(text)) {
      const near = suggest(text, option.choices);
      return {
        message: `${shown(name)} can't be ${JSON.stringify(text)}`,
        hint: near === undefined ? `one of ${option.choices.join(', ')}` : `did you mean ${near}?`,
      };
    }
  }
  if (option.type === 'texts') return texts;
  const last = texts.at(-1) ?? '';
  if (option.type === 'text') return last;
  const pattern = option.type === 'integer' ? /^-?\d+$/ : /^-?(?:\d+\.?\d*|\.\d+)$/;
  const number = Number(last);
  if (!pattern.test(last)) {
    return {
      message: `${shown(name)} can't be ${JSON.stringify(last)}`,
      hint: option.type === 'integer' ? 'a whole number' : 'a number of seconds, such as 5 or 0.5',
    };
  }
  const { least = Number.NEGATIVE_INFINITY, most = Number.POSITIVE_INFINITY } = option;
  if (number < least || number > most) {
    const bounds = most === Number.POSITIVE_INFINITY ? `at least ${least}` : `${least} to ${most}`;
    return { message: `${shown(name)} can't be ${last}`, hint: bounds };
  }
  return number;
}

function countFault(verb: Verb, operands: readonly string[]): Refusal | undefined {
  const least = verb.operands.filter(({ count }) => count === 'one' || count === 'some').length;
  const endless = verb.operands.some(({ count }) => count === 'many' || count === 'some');
  const most = endless ? Number.POSITIVE_INFINITY : verb.operands.length;
  if (operands.length < least) {
    const missing = verb.operands[operands.length];
    return { message: `${missing?.name ?? 'an operand'} is missing`, hint: missing?.summary };
  }
  if (operands.length > most) {
    const extra = JSON.stringify(operands[most]);
    return { message: most === 0 ? `takes no operands, but found ${extra}` : `too many operands: ${extra}` };
  }
  return undefined;
}

function unknownOption(word: string, options: Options, verb: Verb): Parsed {
  const bare = word.replace(/=.*$/s, '');
  if (!bare.startsWith('--') && bare.length > 2) {
    const letters = [...bare.slice(1)];
    const strange = letters.find((letter) => longName(options, letter) === undefined);
    if (strange !== undefined && letters.indexOf(strange) > 0)
      return fault(`unknown option -${strange} in ${bare}`, undefined, verb);
  }
  const candidates = Object.keys(options).filter((name) => name.length > 2);
  const near = suggest(bare.replace(/^-+/, ''), candidates);
  return fault(`unknown option ${bare}`, near === undefined ? undefined : `did you mean --${near}?`, verb);
}

function fault(message: string, hint: string | undefined, verb?: Verb): Parsed {
  return { kind: 'fault', message, hint, verb };
}

function verbNames(program: Program): string {
  return program.verbs.map((verb) => verb.name).join(', ');
}

/** A word that would be an option: a dash and then a letter, a digit or another dash. `-` and `-,raw` are operands. */
function isOptionWord(word: string): boolean {
  return /^--?[A-Za-z0-9]/.test(word) || word.startsWith('---') || word.startsWith('--=');
}

function takesValue(option: OptionSpec | undefined): boolean {
  return option !== undefined && option.type !== 'flag' && option.type !== 'count';
}

/** The declared name of what stands behind the dashes, by long name or by short letter. */
function longName(options: Options, name: string): string | undefined {
  if (Object.hasOwn(options, name)) return name;
  return Object.keys(options).find((candidate) => options[candidate]?.short === name);
}

function aliasOf(name: string, option: OptionSpec | undefined): readonly [string, string][] {
  return option?.short === undefined ? [] : [[name, option.short]];
}

/** An option as people write it. */
export function shown(name: string): string {
  return name.length <= 2 ? `-${name}` : `--${name}`;
}

/**
 * The text of `--help`, made by yargs from the declaration: usage, what it does, verbs or options, where to read on.
 */
export async function helpText(program: Program, verb: Verb | undefined, columns: number): Promise<string> {
  const { default: yargs } = await import('yargs');
  const only = hasVerbs(program) ? verb : program.verbs[0];
  const frame = yargs([])
    .scriptName(program.name)
    .locale('en')
    .help(false)
    .version(false)
    .wrap(Math.min(columns, 100));
  if (only === undefined) {
    frame.usage(`${program.name} - ${program.summary}\n\nusage: ${program.name} VERB [options] [operands]`);
    for (const each of program.verbs) frame.command(each.name, each.summary);
    frame.options({
      help: { ...describe(EVERY_OPTION.help), alias: 'h' },
      version: describe(EVERY_OPTION.version),
    });
    frame.epilogue(
      `'${program.name} VERB --help' tells of a verb; the manual is ${program.name}(${program.section}).`,
    );
    return `${await frame.getHelp()}\n`;
  }
  frame.usage(
    `${hasVerbs(program) ? `${program.name} ${only.name}` : program.name} - ${hasVerbs(program) ? only.summary : program.summary}\n\n${usageLine(program, only)}`,
  );
  for (const operand of only.operands) frame.positional(operand.name, { describe: operand.summary });
  for (const [name, option] of Object.entries({ ...only.options, ...EVERY_OPTION })) {
    frame.option(name, {
      ...describe(option),
      ...('short' in option && option.short !== undefined ? { alias: option.short } : {}),
    });
  }
  for (const example of program.examples) frame.example(example.command, example.text);
  frame.epilogue(`The manual is ${program.name}(${program.section}).`);
  return `${oneDash(await frame.getHelp(), only.options)}\n`;
}

/** yargs gives two dashes to what has two letters. */
function oneDash(text: string, options: Options): string {
  const pairs = Object.keys(options).filter((name) => name.length === 2);
  return pairs.reduce((help, name) => help.replaceAll(`    --${name} `, `-${name}     `), text);
}

function describe(option: OptionSpec): {
  describe: string;
  type?: 'boolean' | 'count' | 'string';
  requiresArg?: boolean;
  choices?: readonly string[];
} {
  const { type, choices, summary, value } = option;
  if (type === 'flag') return { describe: summary, type: 'boolean' };
  if (type === 'count') return { describe: summary, type: 'count' };
  return {
    describe: value === undefined ? summary : `${value}: ${summary}`,
    type: 'string',
    requiresArg: option.otherwise === undefined,
    ...(choices === undefined ? {} : { choices }),
  };
}
