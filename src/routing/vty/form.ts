// The forms of statements, in a notation near that of the daemons' own help: `neighbor PEER prefix-list NAME DIRECTION=in|out`.
// Lower case stands for itself, upper case for one word, `A=x|y` for one of these words, `REST*` for whatever is left.

import type { Statement, Word } from './statement.ts';

/** What the capitals of a form stood for. */
export class Found {
  readonly statement: Statement;
  readonly #words: ReadonlyMap<string, readonly Word[]>;

  constructor(statement: Statement, words: ReadonlyMap<string, readonly Word[]>) {
    this.statement = statement;
    this.#words = words;
  }

  /** Whether `no` stands before it. */
  get no(): boolean {
    return this.statement.no;
  }

  /** The word of a name that the form has. */
  word(name: string): Word {
    const [word] = this.rest(name);
    if (word === undefined) throw new RangeError(`no word ${name}`);
    return word;
  }

  /** The words of a `REST*`. */
  rest(name: string): readonly Word[] {
    const words = this.#words.get(name);
    if (words === undefined) throw new RangeError(`the form has no ${name}`);
    return words;
  }
}

/** A form, ready to be compared. */
export interface Form {
  readonly parts: readonly string[];
  /** The word that it begins with. */
  readonly first: string;
}

export function formOf(text: string): Form {
  const parts = text.split(' ');
  return { parts, first: parts[0] ?? '' };
}

/** What a form finds in a statement; undefined where the statement is not of it. */
export function matchForm({ parts }: Form, statement: Statement): Found | undefined {
  const captured = new Map<string, readonly Word[]>();
  const { words } = statement;
  for (const [index, part] of parts.entries()) {
    if (part.endsWith('*')) {
      captured.set(part.slice(0, -1), words.slice(index));
      return new Found(statement, captured);
    }
    const word = words[index];
    if (word === undefined) return undefined;
    const equals = part.indexOf('=');
    if (equals > 0) {
      if (
        !part
          .slice(equals + 1)
          .split('|')
          .includes(word.text)
      )
        return undefined;
      captured.set(part.slice(0, equals), [word]);
    } else if (/^[A-Z]/.test(part)) {
      captured.set(part, [word]);
    } else if (part !== word.text) {
      return undefined;
    }
  }
  return words.length === parts.length ? new Found(statement, captured) : undefined;
}
