// What a reader of clouds/ gathers from one document: hosts, flaws with their places, reasons why it is not the whole. The
// one gate through which text becomes an address; what a document looks like is each reader's own business.

import { Address, AddressFault, Prefix } from '../address/index.ts';
import { type Diagnostic, lift } from '../document/diagnostic.ts';
import { type JsonPath, pathText } from '../document/json.ts';
import { locateAll } from '../document/json-places.ts';
import type { Source, Span } from '../document/source.ts';
import { diagnose } from './faults.ts';
import type { Closing, Host, HostAddress, Scope } from './model.ts';
import { scopeOf } from './scope.ts';

/** Flaws told one by one; finding a place in a large document takes a walk through it, and nobody reads a thousand. */
const MOST_TOLD = 50;

/** Where something stands: a path in a JSON document, spelled out only when something is wrong there, or a span of a text. */
export type Place = (() => JsonPath) | Span;

const SINGLE = ['single-address'] as const;

/** What came of a document. */
export interface Reading {
  readonly hosts: readonly Host[];
  readonly closing: Closing;
  readonly diagnostics: readonly Diagnostic[];
}

/** A diagnostic that waits for its place. */
interface Told {
  readonly path: JsonPath | undefined;
  readonly span: Span | undefined;
  /** The span may be unknown; the path is in words, with a colon behind it, or ''. */
  readonly make: (span: Span | undefined, path: string) => Diagnostic;
}

/** Gathers the hosts of one document of one source. */
export class Harvest {
  readonly hosts: Host[] = [];
  readonly #source: Source;
  readonly #cloud: string;
  /** What is to be told, and made once all its places are known: to find one takes a walk through the whole document. */
  readonly #told: Told[] = [];
  readonly #reasons: string[] = [];
  #flaws = 0;

  constructor(source: Source, cloud: string) {
    this.#source = source;
    this.#cloud = cloud;
  }

  /** A part that is not what it should be and is left out. */
  flaw(code: 'INV002' | 'INV004', place: Place, message: string, hint?: string): void {
    if (++this.#flaws > MOST_TOLD) return;
    this.#tell(place, (span, path) => diagnose(code, span, `${path}${message}`, { hint }));
  }

  /** More pages follow this document. */
  morePages(place: Place, message: string, hint: string): void {
    this.#tell(place, (span) => diagnose('INV003', span, message, { hint }));
    this.#reasons.push('more pages follow');
  }

  /** An address, of a family if one is given; undefined after telling what is wrong with it. */
  address(text: string, family: 4 | 6 | undefined, place: Place): Prefix | undefined {
    const read = Address.read(text);
    if (read instanceof AddressFault) return this.#refuse(read, place);
    if (read.zone !== '')
      return this.#refuse(
        new AddressFault(text, text.indexOf('%'), 'a zone means something on one machine only'),
        place,
      );
    return this.#ofFamily(Prefix.of(read, read.family === 4 ? 32 : 128), text, family, place);
  }

  /** A prefix, likewise. A single address may stand for itself where `single` says so. */
  prefix(text: string, family: 4 | 6 | undefined, place: Place, single = false): Prefix | undefined {
    const read = Prefix.read(text, single ? SINGLE : []);
    if (read instanceof AddressFault) return this.#refuse(read, place);
    return this.#ofFamily(read, text, family, place);
  }

  #ofFamily(prefix: Prefix, text: string, family: 4 | 6 | undefined, place: Place): Prefix | undefined {
    if (family === undefined || prefix.family === family) return prefix;
    return this.#refuse(new AddressFault(text, 0, `IPv${prefix.family} where IPv${family} belongs`), place);
  }

  #refuse(fault: AddressFault, place: Place): undefined {
    if (++this.#flaws > MOST_TOLD) return undefined;
    this.#tell(place, (span, path) => {
      const { message, hint, ...lifted } =
        span === undefined
          ? { message: `${JSON.stringify(fault.input)}: ${fault.why}`, hint: fault.hint, span: undefined }
          : lift(fault, span);
      return diagnose('INV002', lifted.span, `${path}${message}`, { hint });
    });
    return undefined;
  }

  #tell(place: Place, make: Told['make']): void {
    this.#told.push(
      isPath(place) ? { path: place(), span: undefined, make } : { path: undefined, span: place, make },
    );
  }

  /** The diagnostics, in the order in which they were found. */
  #diagnostics(): Diagnostic[] {
    const paths = this.#told.flatMap(({ path }) => (path === undefined ? [] : [path]));
    const spans = locateAll(this.#source, paths)[Symbol.iterator]();
    return this.#told.map(({ path, span, make }) =>
      path === undefined ? make(span, '') : make(spans.next().value, `${pathText(path)}: `),
    );
  }

  /** Everything gathered, and what closes it. */
  done(): Reading {
    const reasons = [...this.#reasons];
    if (this.#flaws > 0)
      reasons.push(`${this.#flaws} ${this.#flaws === 1 ? 'part was' : 'parts were'} unreadable and left out`);
    const untold = this.#flaws - MOST_TOLD;
    const diagnostics = this.#diagnostics();
    if (untold > 0)
      diagnostics.push(
        diagnose('INV004', undefined, `${this.#source.name}: ${untold} more flaws like these`),
      );
    return {
      hosts: this.hosts,
      closing: { source: this.#cloud, complete: reasons.length === 0, why: reasons.join('; ') },
      diagnostics,
    };
  }
}

/** How a text is read and what it is to its host. */
export interface Reads {
  /** Absent where the address itself has to tell. */
  readonly scope?: Scope | undefined;
  /** Absent where either may stand. */
  readonly family?: 4 | 6;
  /** The interface that has it. */
  readonly network?: string | undefined;
  /** A prefix instead of an address. */
  readonly prefix?: boolean;
}

/** What a document gives whose parts are read by `fill`. */
export function harvest(source: Source, cloud: string, fill: (harvest: Harvest) => void): Reading {
  const gathered = new Harvest(source, cloud);
  fill(gathered);
  return gathered.done();
}

/** Where texts stand by keys: a Part. */
interface Holder {
  text(key: string): string | undefined;
  at(key: string): () => JsonPath;
}

/** The addresses of one host, each once: clouds repeat the first interface's at the top of the instance. */
export class AddressList {
  readonly #found: HostAddress[] = [];
  readonly #seen = new Set<string>();
  readonly #harvest: Harvest;

  constructor(harvest: Harvest) {
    this.#harvest = harvest;
  }

  /** Reads a text, if there is one; a text that stands in several places is read, and complained of, once. */
  read(text: string | undefined, place: Place, how: Reads = {}): void {
    if (text === undefined || text === '' || this.#seen.has(text)) return;
    this.#seen.add(text);
    const prefix =
      how.prefix === true
        ? this.#harvest.prefix(text, how.family, place)
        : this.#harvest.address(text, how.family, place);
    if (prefix !== undefined) this.add(prefix, how.scope ?? scopeOf(prefix), how.network);
  }

  /** Reads what stands at a key of a part, if anything does. */
  take(part: Holder, key: string, how?: Reads): void {
    const text = part.text(key);
    if (text !== undefined) this.read(text, part.at(key), how);
  }

  add(prefix: Prefix | undefined, scope: Scope, network?: string): void {
    if (prefix === undefined) return;
    if (this.#found.some((other) => other.scope === scope && other.prefix.equals(prefix))) return;
    this.#found.push({ prefix, scope, ...(network === undefined ? {} : { interface: network }) });
  }

  /** Sorted: public before private, then in the order of addresses. */
  sorted(): readonly HostAddress[] {
    return this.#found.sort(
      (a, b) =>
        (a.scope === b.scope ? 0 : a.scope === 'public' ? -1 : 1) || Prefix.compare(a.prefix, b.prefix),
    );
  }
}

function isPath(place: Place): place is () => JsonPath {
  return typeof place === 'function';
}
