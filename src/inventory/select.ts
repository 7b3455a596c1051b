// Which hosts and which of their addresses are meant: the expressions of --select and the scopes of --addresses. What is
// done with the chosen ones is the caller's.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Source } from '../document/source.ts';
import { suggest } from '../document/suggest.ts';
import { diagnose } from './faults.ts';
import type { Host, HostAddress, Scope } from './model.ts';

/** The fields that an expression may name, besides `tag:KEY`. */
const FIELDS = ['name', 'id', 'state', 'region', 'source'] as const;

/** One expression: `name=web-*`, `tag:role!=test`. */
export interface Condition {
  readonly field: (typeof FIELDS)[number] | 'tag';
  /** The tag's key; '' for the other fields. */
  readonly key: string;
  readonly negated: boolean;
  readonly glob: string;
}

/**
 * Reads `FIELD=GLOB` or `FIELD!=GLOB`, where the field is name, id, state, region, source or `tag:KEY`. The source is
 * the argument itself, so that the diagnostic points into it.
 */
export function readCondition(source: Source): Condition | Diagnostic {
  const { text } = source;
  const equals = text.indexOf('=');
  if (equals < 0) {
    return diagnose('INV008', source.all(), `${JSON.stringify(text)} has no =`, {
      hint: 'write FIELD=GLOB, as in name=web-* or tag:role!=test',
    });
  }
  const negated = text[equals - 1] === '!';
  const left = text.slice(0, negated ? equals - 1 : equals);
  const glob = text.slice(equals + 1);
  if (left.startsWith('tag:') && left.length > 4) return { field: 'tag', key: left.slice(4), negated, glob };
  const field = FIELDS.find((name) => name === left);
  if (field !== undefined) return { field, key: '', negated, glob };
  const near = suggest(left, FIELDS);
  return diagnose('INV008', source.span(0, left.length), `unknown field ${JSON.stringify(left)}`, {
    hint:
      near === undefined
        ? `one of ${FIELDS.join(', ')}, or tag:KEY${left === '' ? '' : `; a tag is tag:${left}`}`
        : `did you mean ${near}?`,
  });
}

/** The states of what is there, for where no expression speaks of the state. */
const UP: readonly string[] = ['running', 'listed'];

/**
 * Whether a host is chosen: of the expressions for one field with `=` one must hold, and every one with `!=` must. Where
 * none speaks of the state, only hosts are chosen that run, or whose source lists them and knows no states.
 */
export function chooses(conditions: readonly Condition[], host: Host): boolean {
  if (!UP.includes(host.state) && !conditions.some(({ field }) => field === 'state')) return false;
  return conditions.every((condition) =>
    condition.negated
      ? !holds(condition, host)
      : conditions.some((other) => sameField(condition, other) && !other.negated && holds(other, host)),
  );
}

function sameField(a: Condition, b: Condition): boolean {
  return a.field === b.field && a.key === b.key;
}

function holds({ field, key, glob }: Condition, host: Host): boolean {
  const value = field === 'tag' ? host.tags.get(key) : host[field];
  return value !== undefined && matchesGlob(glob, value);
}

/** The addresses of a host in a scope. */
export function addressesOf(host: Host, scope: Scope | 'all'): readonly HostAddress[] {
  return scope === 'all' ? host.addresses : host.addresses.filter((address) => address.scope === scope);
}

/**
 * Whether a text is of the form of a glob: `*` is any characters, `?` any one, a backslash takes the next as it is. Takes
 * time in proportion to the product of both lengths at most, whatever the glob.
 */
export function matchesGlob(glob: string, text: string): boolean {
  const pattern: readonly Token[] = tokens(glob);
  const characters = [...text];
  let at = 0;
  let token = 0;
  // Where to go on when a later token fails: behind the last star, one character further than the time before.
  let star = -1;
  let resume = 0;
  while (at < characters.length) {
    const now = pattern[token];
    if (now === 'star') {
      star = token++;
      resume = at;
    } else if (now !== undefined && (now === 'any' || now.exactly === characters[at])) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  while (pattern[token] === 'star') token++;
  return token === pattern.length;
}

type Token = 'star' | 'any' | { readonly exactly: string };

function tokens(glob: string): Token[] {
  const list: Token[] = [];
  let escaped = false;
  for (const character of glob) {
    if (!escaped && character === '\\') {
      escaped = true;
      continue;
    }
    if (!escaped && character === '*') list.push('star');
    else if (!escaped && character === '?') list.push('any');
    else list.push({ exactly: character });
    escaped = false;
  }
  if (escaped) list.push({ exactly: '\\' });
  return list;
}
