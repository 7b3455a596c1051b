// Completions for bash, zsh and fish as static text made from a program's declaration: pressing Tab starts nothing.

import {
  EVERY_OPTION,
  hasVerbs,
  lettersOf,
  type OperandSpec,
  type OptionSpec,
  type Options,
  type Program,
  type Verb,
} from './program.ts';

/** The completion files of a program: path inside completions/ -> text. */
export function completions(program: Program): Readonly<Record<string, string>> {
  return {
    [`bash/${program.name}`]: bash(program),
    [`zsh/_${program.name}`]: zsh(program),
    [`fish/${program.name}.fish`]: fish(program),
  };
}

const MADE_FROM = "made from the program's declaration by `npm run man`; do not edit";

/** An option's spellings: `-p`, `--ports`. */
function spellings(name: string, option: OptionSpec): string[] {
  const forms: string[] = [];
  if (option.short !== undefined) forms.push(`-${option.short}`);
  forms.push(name.length <= 2 ? `-${name}` : `--${name}`);
  return forms;
}

function takesValue(option: OptionSpec): boolean {
  return option.type !== 'flag' && option.type !== 'count';
}

function optionsOf(verb: Verb): readonly (readonly [string, OptionSpec])[] {
  const all: Options = { ...verb.options, ...EVERY_OPTION };
  return Object.entries(all);
}

function operandOffer(operands: readonly OperandSpec[]): 'file' | 'folder' | undefined {
  return operands.find((operand) => operand.complete !== undefined)?.complete;
}

function bash(program: Program): string {
  const name = program.name;
  const cases = program.verbs.map((verb) => {
    const words = optionsOf(verb)
      .flatMap(([option, spec]) => spellings(option, spec))
      .join(' ');
    const values = optionsOf(verb)
      .filter(([, spec]) => takesValue(spec))
      .map(([option, spec]) => `        ${spellings(option, spec).join('|')}) ${bashValue(spec)}; return ;;`);
    const operand = operandOffer(verb.operands);
    const pattern = hasVerbs(program) ? verb.name : '*';
    return [
      `    ${pattern})`,
      '      case $previous in',
      ...values,
      '      esac',
      `      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W '${words}' -- "$current"))`,
      operand === undefined ? '      fi ;;' : `      else ${bashFiles(operand)}; fi ;;`,
    ].join('\n');
  });
  const verbs = program.verbs.map((verb) => verb.name).join(' ');
  const lines = [
    `# bash completion for ${name}(${program.section}); ${MADE_FROM}`,
    `_${name}() {`,
    '  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}',
    '  COMPREPLY=()',
    ...(hasVerbs(program)
      ? [
          '  if ((COMP_CWORD == 1)); then',
          `    COMPREPLY=($(compgen -W '${verbs} --help --version' -- "$current"))`,
          '    return',
          '  fi',
        ]
      : []),
    `  case ${hasVerbs(program) ? '${COMP_WORDS[1]}' : name} in`,
    ...cases,
    '  esac',
    '}',
    `complete -o bashdefault -F _${name} ${name}`,
  ];
  return `${lines.join('\n')}\n`;
}

function bashValue(option: OptionSpec): string {
  if (option.choices !== undefined)
    return `COMPREPLY=($(compgen -W '${option.choices.join(' ')}' -- "$current"))`;
  return option.complete === undefined ? ':' : bashFiles(option.complete);
}

function bashFiles(kind: 'file' | 'folder'): string {
  return `compopt -o filenames; COMPREPLY=($(compgen -${kind === 'file' ? 'f' : 'd'} -- "$current"))`;
}

function zsh(program: Program): string {
  const name = program.name;
  const args = (verb: Verb): string[] => {
    const lines = optionsOf(verb).flatMap(([option, spec]) =>
      spellings(option, spec).map((form) => {
        const repeats = spec.type === 'count' || spec.type === 'texts' ? '*' : '';
        const value = takesValue(spec) ? `:${zshText(spec.value ?? 'value')}:${zshAction(spec)}` : '';
        const joint = takesValue(spec) && form.startsWith('--') ? '=' : '';
        return `'${repeats}${form}${joint}[${zshText(spec.summary)}]${value}'`;
      }),
    );
    for (const operand of verb.operands) {
      const many = operand.count === 'many' || operand.count === 'some' ? '*' : '';
      const optional = operand.count === 'optional' ? ':' : '';
      const action =
        operand.complete === 'file' ? '_files' : operand.complete === 'folder' ? '_files -/' : ' ';
      lines.push(`'${many}:${optional}${zshText(operand.name)}:${action}'`);
    }
    return lines;
  };
  const call = (verb: Verb, indent: string): string =>
    `${indent}_arguments -s \\\n${args(verb)
      .map((line) => `${indent}  ${line}`)
      .join(' \\\n')}`;
  const [only] = program.verbs;
  const body =
    !hasVerbs(program) && only !== undefined
      ? [call(only, '')]
      : [
          'if ((CURRENT == 2)); then',
          '  local -a verbs',
          `  verbs=(${program.verbs.map((verb) => `'${verb.name}:${zshText(verb.summary)}'`).join(' ')})`,
          "  _describe 'verb' verbs",
          '  return',
          'fi',
          'local verb=$words[2]',
          'shift words; ((CURRENT--))',
          'case $verb in',
          ...program.verbs.map((verb) => `  ${verb.name})\n${call(verb, '    ')} ;;`),
          'esac',
        ];
  return `#compdef ${name}\n# ${MADE_FROM}\n${body.join('\n')}\n`;
}

function zshText(words: string): string {
  return words.replaceAll("'", "'\\''").replace(/[[\]:]/g, '\\$&');
}

function zshAction(option: OptionSpec): string {
  if (option.choices !== undefined) return `(${option.choices.join(' ')})`;
  if (option.complete === 'file') return '_files';
  return option.complete === 'folder' ? '_files -/' : ' ';
}

function fish(program: Program): string {
  const name = program.name;
  const lines = [`# fish completion for ${name}(${program.section}); ${MADE_FROM}`];
  const several = hasVerbs(program);
  if (several) {
    lines.push(`complete -c ${name} -f`);
    for (const verb of program.verbs)
      lines.push(`complete -c ${name} -n __fish_use_subcommand -a ${verb.name} -d ${fishText(verb.summary)}`);
    for (const [option, spec] of Object.entries(EVERY_OPTION)) {
      lines.push(
        `complete -c ${name} -n __fish_use_subcommand ${fishFlags(option, spec)} -d ${fishText(spec.summary)}`,
      );
    }
  }
  for (const verb of program.verbs) {
    const condition = several ? ` -n '__fish_seen_subcommand_from ${verb.name}'` : '';
    const operand = operandOffer(verb.operands);
    if (operand === undefined && !several) lines.push(`complete -c ${name} -f`);
    if (operand !== undefined && several)
      lines.push(
        `complete -c ${name}${condition} ${operand === 'file' ? '-F' : "-f -a '(__fish_complete_directories)'"}`,
      );
    for (const [option, spec] of optionsOf(verb)) {
      lines.push(
        `complete -c ${name}${condition} ${fishFlags(option, spec)}${fishValue(spec)} -d ${fishText(spec.summary)}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}

function fishFlags(name: string, option: OptionSpec): string {
  const letters = lettersOf(name, option);
  const forms: string[] = [];
  if (letters !== undefined) forms.push(letters.length === 1 ? `-s ${letters}` : `-o ${letters}`);
  if (name.length > 2) forms.push(`-l ${name}`);
  return forms.join(' ');
}

function fishValue(option: OptionSpec): string {
  if (!takesValue(option)) return '';
  if (option.choices !== undefined) return ` -x -a '${option.choices.join(' ')}'`;
  if (option.complete === 'file') return ' -r -F';
  return option.complete === 'folder' ? " -x -a '(__fish_complete_directories)'" : ' -x';
}

function fishText(words: string): string {
  return `'${words.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
