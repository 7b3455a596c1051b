// The lists that are measured with: made from fixed seeds, so the same everywhere, in the shapes that people merge. For each
// IPv4 shape there is an IPv6 one.

/** Numbers from a seed (xorshift32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function quad(word: number): string {
  return `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;
}

/** The first `length` bits of a word. */
export function network(word: number, length: number): number {
  return length === 0 ? 0 : (word & (-1 << (32 - length))) >>> 0;
}

/** Lengths as BGP tables have them: most of it /24, then /22, /23, /20 to /16; of IPv6 /48, then /44, /40 and /32. */
const LENGTHS4 = [24, 24, 24, 24, 24, 24, 22, 22, 23, 23, 21, 20, 19, 16];
const LENGTHS6 = [48, 48, 48, 48, 48, 48, 44, 40, 36, 32, 32, 32, 46, 29];

/** Makes a list of so many lines. */
type Make = (count: number) => string;

export interface Shape {
  readonly name: string;
  readonly v4: Make;
  readonly v6: Make;
}

export const SHAPES: readonly Shape[] = [
  {
    name: 'random prefixes',
    v4: (count) => {
      const next = numbers(1);
      return lines(count, () => {
        const length = 16 + (next() % 17);
        return `${quad(network(next(), length))}/${length}`;
      });
    },
    v6: (count) => {
      const next = numbers(4);
      const hex = (): string => (next() & 0xffff).toString(16);
      return lines(count, () => {
        const groups = 2 + (next() % 7);
        const words = Array.from({ length: groups }, hex);
        words[0] = (0x2000 + (next() & 0x1fff)).toString(16);
        return groups === 8 ? `${words.join(':')}/128` : `${words.join(':')}::/${groups * 16}`;
      });
    },
  },
  {
    name: 'addresses everywhere',
    v4: (count) => {
      const next = numbers(2);
      return lines(count, () => quad(next()));
    },
    v6: (count) => {
      const next = numbers(8);
      const hex = (): string => (next() & 0xffff).toString(16);
      return lines(count, () => {
        const words = Array.from({ length: 8 }, hex);
        words[0] = (0x2000 + (next() & 0x1fff)).toString(16);
        return words.join(':');
      });
    },
  },
  {
    name: 'hosts of 64 networks',
    v4: (count) => {
      const next = numbers(9);
      const networks = Array.from({ length: 64 }, () => network(next(), 12));
      return lines(count, () => quad(((networks[next() & 63] ?? 0) | (next() & 0xfffff)) >>> 0));
    },
    v6: (count) => {
      const next = numbers(5);
      const hex = (): string => (next() & 0xffff).toString(16);
      const networks = Array.from({ length: 64 }, () => `2001:db8:${hex()}:${hex()}`);
      return lines(count, () => `${networks[next() & 63] ?? ''}::${(next() & 15).toString(16)}:${hex()}`);
    },
  },
  {
    name: 'BGP table',
    v4: (count) => {
      const next = numbers(3);
      let at = 0x01000000;
      return lines(count, () => {
        const length = LENGTHS4[next() % LENGTHS4.length] ?? 24;
        at = (at + (next() % 7000)) >>> 0;
        return `${quad(network(at, length))}/${length}`;
      });
    },
    v6: (count) => {
      const next = numbers(6);
      let high = 0x20010000;
      let low = 0;
      return lines(count, () => {
        const length = LENGTHS6[next() % LENGTHS6.length] ?? 48;
        low += next();
        if (low > 0xffffffff) {
          high += 1 + (next() % 8);
          low %= 0x100000000;
        }
        const [w0, w1] = length <= 32 ? [network(high, length), 0] : [high, network(low, length - 32)];
        const groups = [w0 >>> 16, w0 & 0xffff, w1 >>> 16, w1 & 0xffff];
        while (groups.length > 1 && groups.at(-1) === 0) groups.pop();
        return `${groups.map((group) => group.toString(16)).join(':')}::/${length}`;
      });
    },
  },
];

/** The shape of that name. */
export function shape(name: string): Shape {
  const found = SHAPES.find((each) => each.name === name);
  if (found === undefined) throw new RangeError(`there is no shape ${name}`);
  return found;
}

function lines(count: number, line: () => string): string {
  // in pieces, as ten million lines are more than an array of strings should hold
  const parts: string[] = [];
  for (let done = 0; done < count; done += 100_000) {
    const some: string[] = [];
    for (let i = done; i < Math.min(count, done + 100_000); i++) some.push(line());
    parts.push(`${some.join('\n')}\n`);
  }
  return parts.join('');
}
