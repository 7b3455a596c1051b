// AS path tests as the regular expressions of Quagga and FRR: POSIX extended ones over the path as text ("64501 64510"),
// in which `_` stands for a boundary. They know no ranges of numbers, so a range becomes patterns of digits.

import type { PathTest } from '../policy.ts';

/** The expression that matches the paths that pass the test. */
export function pathRegex(test: PathTest): string {
  switch (test.kind) {
    case 'any':
      return '.*';
    case 'empty':
      return '^$';
    case 'holds':
      return `_${alternatives(numberPatterns(test.first, test.last))}_`;
    case 'longer':
      return `^([0-9]+ ){${test.than}}[0-9]`;
    case 'begins':
      return `^${test.as}_`;
    case 'set':
      // An AS_SET is written in braces; a bracket makes the brace a plain character in every POSIX library.
      return '[{]';
  }
}

/**
 * Patterns that together match exactly the decimal numbers from `first` to `last`, both included and without leading
 * zeros: 64496 to 64511 are `6449[6-9]`, `6450[0-9]` and `6451[0-1]`.
 */
export function numberPatterns(first: number, last: number): readonly string[] {
  const patterns: string[] = [];
  let from = first;
  while (from <= last) {
    const to = endOfRun(from, last);
    patterns.push(runPattern(from, to));
    from = to + 1;
  }
  return patterns;
}

/**
 * The last number of the longest run from `from` that one pattern covers: some digits in common, one digit that varies,
 * all others free.
 */
function endOfRun(from: number, last: number): number {
  let end = from;
  for (let size = 1; from % size === 0; size *= 10) {
    // Numbers of as many digits as `from`, whose digits below `size` are free: the digit above may run on to 9.
    const digit = Math.floor(from / size) % 10;
    const most = from + (10 - digit) * size - 1;
    const reach = Math.min(most, last - ((last + 1 - from) % size));
    if (String(reach).length !== String(from).length || reach < from + size - 1) break;
    end = Math.max(end, reach);
  }
  return end;
}

/** The pattern of a run: equal digits as they are, then one range, then any digits. */
function runPattern(from: number, to: number): string {
  const a = String(from);
  const b = String(to);
  let pattern = '';
  for (let at = 0; at < a.length; at++) {
    const x = a.charAt(at);
    const y = b.charAt(at);
    pattern += x === y ? x : `[${x}-${y}]`;
  }
  return pattern.replace(/(?:\[0-9\]){2,}$/, (free) => `[0-9]{${free.length / 5}}`);
}

function alternatives(patterns: readonly string[]): string {
  return patterns.length === 1 ? (patterns[0] ?? '') : `(${patterns.join('|')})`;
}
