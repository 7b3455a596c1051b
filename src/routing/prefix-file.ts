// What a neighbour may announce, as text: JSON as `bgpq4 -j` prints it, objects of a registry (RFC 2622), or one prefix a
// line. It becomes the fewest rules that permit exactly the same prefixes: two halves of a block whose lengths are alike are
// one rule for the block. IPv4 lines are read without an object each, since a list may have a million of them.

import { Address, AddressFault, Prefix } from '../address/index.ts';
import { type Diagnostic, lift } from '../document/diagnostic.ts';
import type { Source } from '../document/source.ts';
import { diagnose } from './faults.ts';
import { mergeNumbers, Numbers } from './packed.ts';
import type { PackedRules, PrefixEntries, PrefixRule } from './policy.ts';

/** What came of a prefix file. */
export interface PrefixFile extends PrefixEntries {
  readonly diagnostics: readonly Diagnostic[];
}

/** Faults that are told of one file: of a file of another kind each line would be one. */
const MOST_FAULTS = 20;

/** With more IPv4 prefixes than this, they are packed. */
const MANY = 5000;

/** Reads a prefix file. A bad line is a diagnostic, and the rest is read on. Over `many` prefixes are packed. */
export function readPrefixFile(source: Source, many = MANY): PrefixFile {
  const collector = new Collector(source);
  if (/^\s*\{/.test(source.text.slice(0, 1000))) collector.json();
  else collector.lines();
  return { ...collector.entries(many), diagnostics: collector.diagnostics };
}

class Collector {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: Source;
  /** First addresses of IPv4 prefixes that stand for themselves alone, by length. */
  readonly #exact = Array.from({ length: 33 }, () => new Numbers());
  /** All others, by the lengths that they permit. */
  readonly #others = new Map<string, Prefix[]>();

  constructor(source: Source) {
    this.#source = source;
  }

  /** `{ "NN": [ { "prefix": "198.51.100.0/22", "exact": false, "less-equal": 24 } ] }`. */
  json(): void {
    const { text } = this.#source;
    let document: unknown;
    try {
      document = JSON.parse(text);
    } catch (error) {
      this.#fault(0, 1, error instanceof Error ? `not JSON: ${error.message}` : 'not JSON');
      return;
    }
    const lists = typeof document === 'object' && document !== null ? Object.values(document) : [];
    for (const list of lists) {
      if (!Array.isArray(list)) {
        this.#fault(0, 1, 'not what bgpq4 -j prints: lists of prefixes by name');
        return;
      }
      for (const entry of list) this.#entry(entry);
    }
  }

  #entry(entry: unknown): void {
    const fields: Readonly<Record<string, unknown>> =
      typeof entry === 'object' && entry !== null ? { ...entry } : {};
    const { prefix: text, 'greater-equal': greater, 'less-equal': less } = fields;
    const at = typeof text === 'string' ? Math.max(this.#source.text.indexOf(JSON.stringify(text)), 0) : 0;
    const read = typeof text === 'string' ? Prefix.read(text) : undefined;
    if (read === undefined || read instanceof AddressFault) {
      this.#fault(at, at + 1, read === undefined ? 'an entry without a prefix' : `${text}: ${read.why}`);
      return;
    }
    const exact = typeof greater !== 'number' && typeof less !== 'number';
    const least = typeof greater === 'number' ? greater : read.length;
    const most = typeof less === 'number' ? less : exact ? read.length : lengthOf(read);
    this.#add(read, least, most, at);
  }

  /** Prefixes, or objects whose `route:` and `route6:` tell them; blank lines and remarks don't count. */
  lines(): void {
    const { text } = this.#source;
    let start = 0;
    while (start < text.length) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      if (!this.#plain(text, start, end)) this.#line(start, end);
      start = end + 1;
    }
  }

  /** A line that is an IPv4 prefix and nothing else, strictly written. */
  #plain(text: string, from: number, to: number): boolean {
    let value = 0;
    let octet = -1;
    let dots = 0;
    let at = from;
    for (; at < to; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit >= 0 && digit <= 9) {
        if (octet === 0) return false;
        octet = octet < 0 ? digit : octet * 10 + digit;
        if (octet > 255) return false;
      } else if (digit === -2 && octet >= 0 && dots < 3) {
        value = value * 256 + octet;
        octet = -1;
        dots++;
      } else break;
    }
    if (dots !== 3 || octet < 0 || text.charCodeAt(at) !== 47) return false;
    value = value * 256 + octet;
    let length = -1;
    for (at++; at < to; at++) {
      const digit = text.charCodeAt(at) - 48;
      if (digit < 0 || digit > 9 || length === 0 || length > 9) break;
      length = length < 0 ? digit : length * 10 + digit;
    }
    if (at < to && !(at === to - 1 && text.charCodeAt(at) === 13)) return false;
    if (length < 0 || length > 32 || value % 2 ** (32 - length) !== 0) return false;
    this.#exact[length]?.push(value);
    return true;
  }

  #line(from: number, to: number): void {
    const line = this.#source.text.slice(from, to);
    const [, bare = ''] = /^([^#%]*)/.exec(line) ?? [];
    const attribute = /^([A-Za-z][A-Za-z0-9-]*):(?!:)\s*(.*)$/.exec(bare.trim());
    const [, name = '', rest = ''] = attribute ?? [];
    if (bare.trim() === '') return;
    if (attribute !== null && !/^route6?$/i.test(name)) return;
    // A continuation line of an attribute (RFC 2622 section 2).
    if (attribute === null && /^[ \t+]/.test(line) && !/^[ \t]+[0-9a-fA-F:.]+\//.test(line)) return;
    const item = attribute === null ? bare.trim() : rest.trim();
    const at = from + line.indexOf(item);
    const [, text = '', operator] = /^([^^]*)(?:\^(.*))?$/.exec(item) ?? [];
    const read = Prefix.read(text);
    if (read instanceof AddressFault) {
      const span = this.#source.span(at, at + item.length);
      const { message, hint } = lift(read, span);
      this.#fault(at, at + item.length, message, hint);
      return;
    }
    const range = operator === undefined ? [read.length, read.length] : rangeOf(operator, read);
    if (range === undefined) this.#fault(at, at + item.length, `^${operator} is no range of lengths`);
    else this.#add(read, range[0] ?? 0, range[1] ?? 0, at);
  }

  #add(prefix: Prefix, least: number, most: number, at: number): void {
    if (least < prefix.length || most < least || most > lengthOf(prefix)) {
      this.#fault(at, at + 1, `${prefix.toString()} has no prefixes of length ${least} to ${most}`);
      return;
    }
    if (prefix.family === 4 && least === prefix.length && most === least) {
      this.#exact[least]?.push(prefix.first.w3);
      return;
    }
    const key = `${prefix.family} ${least} ${most}`;
    const known = this.#others.get(key);
    if (known === undefined) this.#others.set(key, [prefix]);
    else known.push(prefix);
  }

  #fault(from: number, to: number, message: string, hint?: string): void {
    if (this.diagnostics.length < MOST_FAULTS)
      this.diagnostics.push(diagnose('BGP040', this.#source.span(from, to), message, { hint }));
  }

  entries(many: number): PrefixEntries {
    const rules: PrefixRule[] = [];
    const packed: PackedRules[] = [];
    const count = this.#exact.reduce((sum, numbers) => sum + numbers.length, 0);
    for (const [length, numbers] of this.#exact.entries()) {
      const merged = mergeNumbers(numbers.sorted(), length);
      if (count > many) {
        if (merged.starts.length > 0) packed.push(merged);
        continue;
      }
      for (const [index, start] of merged.starts.entries()) {
        const prefix = Prefix.of(Address.fromWords(4, 0, 0, 0, start), merged.sizes[index] ?? length);
        rules.push({ action: 'permit', prefix, least: length, most: length, why: '' });
      }
    }
    for (const [key, prefixes] of this.#others) {
      const [, least = 0, most = 0] = key.split(' ').map(Number);
      for (const prefix of mergePrefixes(prefixes))
        rules.push({ action: 'permit', prefix, least, most, why: '' });
    }
    return { rules, packed };
  }
}

/** The operators of RFC 2622 section 2: `^-` more specifics, `^+` with itself, `^24`, `^24-28`. */
function rangeOf(operator: string, prefix: Prefix): readonly [number, number] | undefined {
  const longest = lengthOf(prefix);
  if (operator === '+') return [prefix.length, longest];
  if (operator === '-') return [prefix.length + 1, longest];
  const [, from, to = from] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(operator) ?? [];
  return from === undefined || to === undefined ? undefined : [Number(from), Number(to)];
}

function lengthOf({ family }: Prefix): number {
  return family === 4 ? 32 : 128;
}

/** Prefixes of any lengths and families that permit the same, the fewest: one inside of another says nothing more. */
function mergePrefixes(prefixes: readonly Prefix[]): readonly Prefix[] {
  const stack: Prefix[] = [];
  for (const prefix of [...prefixes].sort((a, b) => Prefix.compare(a, b))) {
    if (stack.at(-1)?.contains(prefix) === true) continue;
    let whole = prefix;
    for (;;) {
      const before = stack.at(-1);
      const above = whole.supernet();
      if (before === undefined || above === undefined) break;
      if (before.length !== whole.length || !above.contains(before)) break;
      stack.pop();
      whole = above;
    }
    stack.push(whole);
  }
  return stack;
}
