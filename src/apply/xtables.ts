// The filter table of iptables as text: what iptables-save(8) prints and iptables-restore(8) reads.
// No differences and no commands here.

import type { Family } from '../emit/kernel.ts';

/** A chain with its rules, each as it stands behind `-A NAME `. */
export interface Chain {
  readonly name: string;
  /** The policy of a built-in chain; `-` for others. */
  readonly policy: string;
  readonly rules: readonly string[];
}

/** Chains by name, in the order of the text. */
export type Chains = ReadonlyMap<string, Chain>;

/** Reads the chains of a text for one table. Lines that are neither a chain nor an appended rule are passed over. */
export function readChains(text: string): Chains {
  const found = new Map<
    string,
    { readonly name: string; readonly policy: string; readonly rules: string[] }
  >();
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, end);
    start = end + 1;
    if (line.startsWith(':')) {
      const [name = '', policy = '-'] = line.slice(1).split(' ');
      found.set(name, { name, policy, rules: [] });
    } else if (line.startsWith('-A ')) {
      const blank = line.indexOf(' ', 3);
      if (blank > 0) found.get(line.slice(3, blank))?.rules.push(line.slice(blank + 1));
    }
  }
  return found;
}

/** Whether two lists have the same rules in the same order. */
export function sameRules(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((rule, at) => rule === other[at]);
}

/** The rule that leads from a hook to our chain. */
export function jumpTo(chain: string): string {
  return `-j ${chain}`;
}

/** The tool of a family and a backend: `ip6tables-legacy-restore`. */
export function toolOf(family: Family, backend: string | undefined, what: 'save' | 'restore'): string {
  const name = family === 4 ? 'iptables' : 'ip6tables';
  return backend === undefined ? `${name}-${what}` : `${name}-${backend}-${what}`;
}
