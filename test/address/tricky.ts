// The rows of tricky.md, for the tests that go through them.

import { readFileSync } from 'node:fs';

/** A row of the table; every cell is text. */
export interface Row {
  readonly as: string;
  readonly text: string;
  readonly says: string;
  readonly at: string;
  readonly why: string;
  readonly hint: string;
  readonly decides: string;
  readonly netmask: string;
  readonly ipCidr: string;
  readonly ipaddr: string;
  readonly python: string;
}

export const rows: readonly Row[] = readFileSync(new URL('tricky.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => /^\| [a-z]+ \| `/.test(line))
  .map((line) => {
    const [
      as = '',
      text = '',
      says = '',
      at = '',
      why = '',
      hint = '',
      decides = '',
      netmask = '',
      ipCidr = '',
      ipaddr = '',
      python = '',
    ] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return {
      as,
      text: String(JSON.parse(text.slice(1, -1))),
      says,
      at,
      why,
      hint,
      decides,
      netmask,
      ipCidr,
      ipaddr,
      python,
    };
  });
