// Sets of ipset(8) as text: what `ipset save` prints and `ipset restore` reads. No differences and no commands here.

/** A set with its elements. */
export interface IpSet {
  readonly name: string;
  /** `hash:ip`, `hash:net`. */
  readonly type: string;
  /** What stands behind the type: `family inet hashsize 1024 maxelem 65536 ...`. */
  readonly options: string;
  /** The element as it is spelt -> what stands behind it (`comment "..."`), '' mostly. */
  readonly elements: ReadonlyMap<string, string>;
}

/** Sets by name, in the order of the text. */
export type IpSets = ReadonlyMap<string, IpSet>;

/** Reads `create` and `add` lines; others (flush, swap) are passed over. */
export function readSets(text: string): IpSets {
  const found = new Map<string, IpSet & { readonly elements: Map<string, string> }>();
  let last: (IpSet & { readonly elements: Map<string, string> }) | undefined;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (text.startsWith('add ', start)) {
      const behind = text.indexOf(' ', start + 4);
      const name = text.slice(start + 4, behind);
      if (last?.name !== name) last = found.get(name);
      const blank = text.indexOf(' ', behind + 1);
      const stop = blank < 0 || blank > end ? end : blank;
      const rest = stop < end ? text.slice(stop + 1, end).replace(/ ?-exist$/, '') : '';
      last?.elements.set(spell(text.slice(behind + 1, stop)), rest);
    } else if (text.startsWith('create ', start)) {
      const [, name = '', type = '', ...options] = text.slice(start, end).split(' ');
      const plain = options.filter((word) => word !== '-exist').join(' ');
      last = { name, type, options: plain, elements: new Map() };
      found.set(name, last);
    }
    start = end + 1;
  }
  return found;
}

/** One option's value: `maxelem` -> `65536`. */
export function optionOf({ options }: IpSet, name: string): string | undefined {
  const words = options.split(' ');
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
}

/** What keeps two sets from being swapped or filled from each other: type, family, comments. */
export function kindOf(set: IpSet): string {
  const words = set.options.split(' ');
  const comment = words.includes('comment') ? ' comment' : '';
  return `${set.type} ${optionOf(set, 'family') ?? 'inet'}${comment}`;
}

/**
 * glibc, which ipset prints by, writes the last 32 bits of some IPv6 addresses as a dotted quad (inet_ntop of ::1.2.3.4 and
 * ::ffff:1.2.3.4). One spelling for all: in hexadecimal.
 */
export function spell(element: string): string {
  if (!element.includes(':') || !element.includes('.')) return element;
  return element.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)/, (_, a, b, c, d) => {
    const half = (high: string, low: string): string => (Number(high) * 256 + Number(low)).toString(16);
    return `${half(a, b)}:${half(c, d)}`;
  });
}
