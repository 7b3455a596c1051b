// Inputs for the fuzzer: a small generator of pseudo-random numbers, and texts made by changing texts that mean something.
// The same seed gives the same inputs on every machine.

/** Numbers by xorshift32 (Marsaglia 2003), quick and good enough to choose changes by. */
export class Random {
  #state: number;

  constructor(seed: number) {
    // Mixed, so that seeds that stand next to each other don't give inputs that do; zero would stay zero.
    let mixed = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    this.#state = (mixed ^ (mixed >>> 16)) | 1;
  }

  /** A whole number from 0 up to `below`, exclusive. */
  below(below: number): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) % below;
  }

  pick<T>(items: readonly T[], otherwise: T): T {
    return items[this.below(Math.max(1, items.length))] ?? otherwise;
  }
}

/** What makes trouble in any text. */
const STRANGE = [
  '\0',
  '\t',
  '\r',
  '\n',
  '\u007f',
  '\u00a0',
  '\u0661',
  '\u2028',
  '\ufeff',
  '\uff11',
  '\ud800',
  '\u{1f600}',
  '__proto__',
  'constructor',
  '99999999999999999999',
  '-1',
  '1e400',
  '',
];

/** A text: one of the corpus with some changes, two of them joined, or words of the dictionary in a row. */
export function makeText(random: Random, corpus: readonly string[], words: readonly string[]): string {
  const kind = random.below(16);
  if (kind === 0) return noise(random, 1 + random.below(40));
  if (kind <= 2) {
    let text = '';
    for (let count = random.below(12); count >= 0; count--) text += random.pick(words, '');
    return text;
  }
  let text = random.pick(corpus, '');
  if (kind === 3) {
    const other = random.pick(corpus, '');
    text = text.slice(0, random.below(text.length + 1)) + other.slice(random.below(other.length + 1));
  }
  for (let changes = random.below(4); changes >= 0; changes--) text = change(random, text, corpus, words);
  return text.length > 100_000 ? text.slice(0, 100_000) : text;
}

function noise(random: Random, length: number): string {
  let text = '';
  for (let index = 0; index < length; index++)
    text += random.below(4) === 0 ? random.pick(STRANGE, '') : String.fromCharCode(32 + random.below(95));
  return text;
}

function change(random: Random, text: string, corpus: readonly string[], words: readonly string[]): string {
  const at = random.below(text.length + 1);
  const length = 1 + random.below(random.below(8) === 0 ? 200 : 8);
  const put = (middle: string, removed: number): string =>
    text.slice(0, at) + middle + text.slice(at + removed);
  switch (random.below(9)) {
    case 0:
      return put('', length);
    case 1:
      return put(random.pick(words, ''), 0);
    case 2:
      return put(random.pick(words, ''), length);
    case 3:
      return put(random.pick(STRANGE, ''), random.below(2));
    case 4:
      return put(String.fromCharCode(32 + random.below(95)), 1);
    case 5:
      // The same again, and sometimes very often: depth and length are where readers hang.
      return put(
        text.slice(at, at + length).repeat(random.below(20) === 0 ? 1 + random.below(400) : 2),
        length,
      );
    case 6: {
      const from = random.below(text.length + 1);
      return put(text.slice(from, from + length), length);
    }
    case 7: {
      const other = random.pick(corpus, '');
      const from = random.below(other.length + 1);
      return put(other.slice(from, from + length), random.below(2) * length);
    }
    default:
      return put((text[at] ?? '').toUpperCase(), 1);
  }
}

/** The text with parts left out as long as `fails` holds, for a few seconds at most: what a report shows. */
export function shorten(text: string, fails: (text: string) => boolean): string {
  let shortest = text;
  const until = performance.now() + 5000;
  for (let size = Math.ceil(text.length / 2); size >= 1; size = size > 1 ? Math.ceil(size / 2) : 0) {
    for (let at = 0, tries = 0; at < shortest.length && tries < 2000 && performance.now() < until; tries++) {
      const candidate = shortest.slice(0, at) + shortest.slice(at + size);
      if (fails(candidate)) shortest = candidate;
      else at += size;
    }
  }
  return shortest;
}
