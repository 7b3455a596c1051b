// One line of the host stream, read strictly: every key known, every value of its type, each flaw with its place. What the
// lines together say is wire.ts's.

import { Address, AddressFault, Prefix } from '../address/index.ts';
import { type Diagnostic, lift } from '../document/diagnostic.ts';
import {
  isList,
  isObject,
  type Json,
  type JsonObject,
  type JsonPath,
  locate,
  parseJson,
  pathText,
} from '../document/json.ts';
import { Source, type Span } from '../document/source.ts';
import { suggest } from '../document/suggest.ts';
import { diagnose } from './faults.ts';
import type { Closing, Host, HostAddress } from './model.ts';

/** Told by every line. A reader takes only the versions it knows: a field that it does not know could matter. */
export const VERSION = 1;

const HOST_KEYS = ['v', 'kind', 'source', 'id', 'name', 'region', 'state', 'addresses', 'tags'];
const END_KEYS = ['v', 'kind', 'source', 'complete', 'why'];
const ADDRESS_KEYS = ['address', 'scope', 'interface'];

/** Reads one line; what is wrong gathers in `diagnostics`, placed in the whole stream. */
export class LineReader {
  readonly diagnostics: Diagnostic[] = [];
  readonly #source: Source;
  readonly #start: number;
  /** The line as a text of its own, in which places are found before they are moved into the stream. */
  readonly #line: Source;

  constructor(source: Source, start: number, line: string) {
    this.#source = source;
    this.#start = start;
    this.#line = new Source(source.name, line);
  }

  get isBlank(): boolean {
    return !/\S/.test(this.#line.text);
  }

  /** The host or the closing of the line; undefined after telling what is wrong with it. */
  read(): Host | Closing | undefined {
    const parsed = parseJson(this.#line);
    if ('diagnostic' in parsed) {
      const { span, message, hint } = parsed.diagnostic;
      this.diagnostics.push(
        diagnose('INV005', this.#moved(span ?? this.#line.all()), `not a line of a host stream: ${message}`, {
          hint: this.#isDocument()
            ? 'this looks like a document of a cloud: pipe it through cloudhosts(1)'
            : hint,
        }),
      );
      return undefined;
    }
    const { value } = parsed;
    if (!isObject(value)) return this.#flaw([], 'not a line of a host stream: not an object');
    const { v: version, kind } = value;
    if (version === undefined || kind === undefined) {
      return this.#flaw(
        [],
        'not a line of a host stream: no "v" and "kind"',
        'cloudhosts(1) writes host streams',
      );
    }
    if (version !== VERSION)
      return this.#flaw(
        ['v'],
        `version ${JSON.stringify(version)} of the host stream`,
        `only version ${VERSION} is known here`,
      );
    const item = kind === 'host' ? this.#host(value) : kind === 'end' ? this.#end(value) : undefined;
    if (kind !== 'host' && kind !== 'end')
      this.#flaw(['kind'], `unknown kind of line ${JSON.stringify(kind)}`);
    return this.diagnostics.length > 0 ? undefined : item;
  }

  /** A cloud's document, given without cloudhosts: its first line is a bracket and perhaps a key. */
  #isDocument(): boolean {
    return this.#start === 0 && /^\s*[{[]\s*("\w+":\s*[{[]?\s*)?$/.test(this.#line.text);
  }

  #host(line: JsonObject): Host {
    this.#keys(line, HOST_KEYS, []);
    const addresses: HostAddress[] = [];
    const list = line['addresses'];
    if (isList(list)) {
      for (const [index, item] of list.entries()) {
        const address = this.#address(item, ['addresses', index]);
        if (address !== undefined) addresses.push(address);
      }
    } else this.#mustBe(['addresses'], 'a list', list);
    const tags = new Map<string, string>();
    const object = line['tags'];
    if (isObject(object)) {
      for (const [key, value] of Object.entries(object)) {
        if (typeof value === 'string') tags.set(key, value);
        else this.#mustBe(['tags', key], 'a text', value);
      }
    } else this.#mustBe(['tags'], 'an object', object);
    return {
      source: this.#text(line, 'source', [], true),
      id: this.#text(line, 'id', [], true),
      name: this.#text(line, 'name', []),
      region: this.#text(line, 'region', []),
      state: this.#text(line, 'state', [], true),
      addresses,
      tags,
    };
  }

  #address(item: Json, path: JsonPath): HostAddress | undefined {
    if (!isObject(item)) return this.#mustBe(path, 'an object', item);
    this.#keys(item, ADDRESS_KEYS, path);
    const text = this.#text(item, 'address', path, true);
    const { scope, interface: network } = item;
    if (scope !== 'public' && scope !== 'private')
      this.#mustBe([...path, 'scope'], '"public" or "private"', scope);
    if (network !== undefined && typeof network !== 'string')
      this.#mustBe([...path, 'interface'], 'a text', network);
    if (text === '') return undefined;
    const read = text.includes('/') ? Prefix.read(text) : Address.read(text);
    const at = [...path, 'address'];
    if (read instanceof AddressFault) return this.#addressFlaw(read, at);
    if (read instanceof Address && read.zone !== '') {
      const zone = text.indexOf('%');
      return this.#addressFlaw(
        new AddressFault(text, zone, 'a zone means something on one machine only'),
        at,
      );
    }
    return {
      prefix: read instanceof Prefix ? read : Prefix.of(read, read.family === 4 ? 32 : 128),
      scope: scope === 'public' ? 'public' : 'private',
      ...(typeof network === 'string' ? { interface: network } : {}),
    };
  }

  #end(line: JsonObject): Closing {
    this.#keys(line, END_KEYS, []);
    const { complete, why } = line;
    if (typeof complete !== 'boolean') this.#mustBe(['complete'], 'true or false', complete);
    if (why !== undefined && typeof why !== 'string') this.#mustBe(['why'], 'a text', why);
    return {
      source: this.#text(line, 'source', [], true),
      complete: complete === true,
      why: typeof why === 'string' ? why : '',
    };
  }

  /** A text that must be there; '' after telling that it is not. */
  #text(object: JsonObject, key: string, path: JsonPath, filled = false): string {
    const value = object[key];
    if (typeof value !== 'string') {
      this.#mustBe([...path, key], 'a text', value);
      return '';
    }
    if (filled && value === '') this.#flaw([...path, key], `${pathText([...path, key])} is empty`);
    return value;
  }

  #keys(object: JsonObject, known: readonly string[], path: JsonPath): void {
    for (const key of Object.keys(object)) {
      if (known.includes(key)) continue;
      const near = suggest(key, known);
      this.#flaw(
        [...path, key],
        `unknown key ${JSON.stringify(key)}`,
        near === undefined ? `known keys: ${known.join(', ')}` : `did you mean ${near}?`,
      );
    }
  }

  #mustBe(path: JsonPath, wanted: string, found: Json | undefined): undefined {
    const name = pathText(path);
    if (found !== undefined) return this.#flaw(path, `${name} must be ${wanted}`);
    return this.#flaw(path.slice(0, -1), `${name} is missing`);
  }

  #addressFlaw(fault: AddressFault, path: JsonPath): undefined {
    const { span, message, hint } = lift(fault, this.#find(path));
    this.diagnostics.push(diagnose('INV005', this.#moved(span), message, { hint }));
    return undefined;
  }

  #flaw(path: JsonPath, message: string, hint?: string): undefined {
    this.diagnostics.push(diagnose('INV005', this.#moved(this.#find(path)), message, { hint }));
    return undefined;
  }

  #find(path: JsonPath): Span {
    return locate(this.#line, path) ?? this.#line.all();
  }

  #moved(span: Span): Span {
    return this.#source.span(this.#start + span.start, this.#start + span.end);
  }
}
