// A change to what is loaded, as data: which tool is given which text, and what that changes. `plan` and `--dry-run` print
// these, the rehearsal runs them in a copy, `apply` runs the very same.

/** What of a filter a step is about; in this order they are run. */
export type Part = 'sets' | 'v4' | 'v6' | 'nft' | 'remnants';

/** A run of a loading tool. */
export interface LoadStep {
  readonly part: Part;
  readonly argv: readonly string[];
  /** What it reads from its standard input. */
  readonly input: string;
  /** What it changes, in one line each. */
  readonly changes: readonly string[];
}

/** What keeps a difference from being worked out: something that is there and not ours. */
export interface Obstacle {
  readonly what: string;
  readonly hint: string;
}

/** Adds the lines of a list one by one: a call takes some 100,000 arguments, and a set may have more elements. */
export function append(lines: string[], more: Iterable<string>): void {
  for (const line of more) lines.push(line);
}

/** Lines as a text. */
export function textOf(lines: readonly string[]): string {
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

/** How much of a long input is shown. */
const SHOWN = 40;

/** A step for people: the command, and its input as a shell's here-document, of a long one the ends. */
export function describeStep({ argv, input, changes }: LoadStep): string {
  const lines = input.split('\n').slice(0, -1);
  const shown =
    lines.length <= SHOWN
      ? lines
      : [...lines.slice(0, SHOWN - 10), `... ${lines.length - SHOWN} lines ...`, ...lines.slice(-10)];
  return textOf([
    ...changes.map((change) => `# ${change}`),
    `${argv.join(' ')} <<'END'`,
    ...shown.map(visible),
    'END',
  ]);
}

/** Control characters as escapes: a name from a cloud can't drive a terminal. */
function visible(line: string): string {
  return line.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
