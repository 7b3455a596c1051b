// The site file into the model. What can be read is read, so that one run tells of everything that is wrong; whether the
// facts fit together is the business of check.ts.

import { Address, Asn, type Family, InterfaceAddress, Prefix } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose } from '../document/faults.ts';
import type { MapEntry, Node } from '../document/node.ts';
import { type Fields, Reader, type Spanned } from '../document/reader.ts';
import type { Source } from '../document/source.ts';
import { parseYaml } from '../document/yaml.ts';
import type { Neighbor, OwnPrefix, Router, RouterInterface, Site } from './model.ts';

/** The keys of each map of the site file, in the order that penstock-site(5) tells of them. */
export const KEYS = {
  site: ['lab', 'as', 'prefixes', 'routers', 'neighbors'],
  prefix: ['prefix', 'status'],
  router: ['router-id', 'daemon', 'interfaces'],
  neighbor: [
    'role',
    'as',
    'router',
    'addresses',
    'description',
    'password-file',
    'gtsm',
    'bfd',
    'multihop',
    'source',
    'timers',
    'max-prefix',
    'routes',
  ],
  timers: ['keepalive', 'hold'],
  maxPrefix: ['ipv4', 'ipv6'],
} as const;

/** What came of a site file. */
export interface ParsedSite {
  /** What could be read; undefined where the AS number is missing or the document is no map. */
  readonly site: Site | undefined;
  /** Whether all of it could be read: then a check may conclude from what is not there. */
  readonly whole: boolean;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a site file. */
export function parseSite(source: Source): ParsedSite {
  const { root, diagnostics } = parseYaml(source);
  if (root === undefined) return { site: undefined, whole: false, diagnostics };
  const reader = new Reader();
  const site = new SiteReader(reader).site(root);
  return { site, whole: reader.diagnostics.length === 0, diagnostics: reader.diagnostics };
}

/** Names become parts of names in configurations, so they are plain words. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,31}$/;
/** What Linux takes for an interface's name (dev_valid_name: no slash, colon or white space, at most 15 bytes). */
const INTERFACE = /^(?!\.{1,2}$)[!-.0-9;-~]{1,15}$/;
/** One line of printable ASCII; a bar followed by a blank starts a filter in vtysh. */
const LINE = /^(?!.*\| )[ -~]{1,80}$/;

class SiteReader {
  readonly #reader: Reader;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  site(root: Node): Site | undefined {
    const fields = this.#reader.fields(root, 'the site', KEYS.site);
    if (fields === undefined) return undefined;
    const lab = this.#optional(fields, 'lab', (node) => this.#reader.flag(node, 'lab'));
    const as = this.#needed(fields, 'as', (node) => this.#reader.value(node, 'as', (text) => Asn.read(text)));
    const prefixes = this.#list(fields.need('prefixes'), 'prefixes', (node) => this.#prefix(node));
    const routers = this.#map(fields.need('routers'), 'routers', (entry) => this.#router(entry));
    // Needed even where there are none: a file that was cut off must not pass for a site without neighbours.
    const neighbors = this.#map(fields.need('neighbors'), 'neighbors', (entry) => this.#neighbor(entry));
    if (as === undefined) return undefined;
    return { span: root.span, lab: lab?.value === true, as, prefixes, routers, neighbors };
  }

  /** `198.51.100.0/24`, or a map that says more of it. */
  #prefix(node: Node): OwnPrefix | undefined {
    const read = (value: Node): Spanned<Prefix> | undefined =>
      this.#reader.value(value, 'prefix', (text) => Prefix.read(text));
    if (node.kind !== 'map') {
      const prefix = read(node);
      return prefix === undefined ? undefined : { prefix, status: undefined };
    }
    const fields = this.#reader.fields(node, 'a prefix', KEYS.prefix);
    if (fields === undefined) return undefined;
    const status = this.#optional(fields, 'status', (value) =>
      this.#reader.word(value, 'status', ['pi', 'pa']),
    );
    const prefix = this.#needed(fields, 'prefix', read);
    return prefix === undefined ? undefined : { prefix, status };
  }

  #router(entry: MapEntry): Router | undefined {
    const name = this.#name(entry, 'a router', NAME, 'a letter, then letters, digits, - and _, at most 32');
    const what = `router ${entry.key}`;
    const fields = this.#reader.fields(entry.value, what, KEYS.router);
    if (fields === undefined) return undefined;
    const id = this.#needed(fields, 'router-id', (node) => this.#routerId(node));
    const daemon = this.#optional(fields, 'daemon', (node) => this.#reader.text(node, 'daemon'));
    const interfaces = this.#map(fields.get('interfaces'), 'interfaces', (each) => this.#interface(each));
    if (name === undefined || id === undefined) return undefined;
    return { name, id, daemon, interfaces };
  }

  /** A router ID is written as an IPv4 address, and is never 0 (RFC 6286 section 2.1). */
  #routerId(node: Node): Spanned<Address> | undefined {
    const id = this.#reader.value(node, 'router-id', (text) => Address.read(text));
    if (id === undefined || (id.value.family === 4 && id.value.w3 !== 0)) return id;
    this.#reader.diagnostics.push(
      diagnose('DOC005', id.span, `router-id can't be ${id.value.toString()}`, {
        hint: 'an IPv4 address of the router that will not change, such as that of its loopback',
      }),
    );
    return undefined;
  }

  #interface(entry: MapEntry): RouterInterface | undefined {
    const name = this.#name(entry, 'an interface', INTERFACE, 'as ip link shows it, at most 15 characters');
    const addresses = this.#oneOrMore(entry.value, `the addresses of ${entry.key}`, (node) =>
      this.#reader.value(node, 'an address of an interface', (text) => InterfaceAddress.read(text)),
    );
    return name === undefined ? undefined : { name, addresses };
  }

  #neighbor(entry: MapEntry): Neighbor | undefined {
    const reader = this.#reader;
    const name = this.#name(
      entry,
      'a neighbour',
      NAME,
      'a letter, then letters, digits, - and _, at most 32',
    );
    const fields = reader.fields(entry.value, `neighbour ${entry.key}`, KEYS.neighbor);
    if (fields === undefined) return undefined;
    const role = this.#needed(fields, 'role', (node) => reader.word(node, 'role', ['transit']));
    const as = this.#needed(fields, 'as', (node) => reader.value(node, 'as', (text) => Asn.read(text)));
    const router = this.#needed(fields, 'router', (node) => reader.text(node, 'router'));
    const address = (node: Node): Spanned<Address> | undefined =>
      reader.value(node, 'an address', (text) => Address.read(text));
    const given = fields.need('addresses');
    const addresses = given === undefined ? [] : this.#oneOrMore(given, 'addresses', address);
    const description = this.#optional(fields, 'description', (node) => this.#line(node, 'description'));
    const passwordFile = this.#optional(fields, 'password-file', (node) =>
      reader.text(node, 'password-file'),
    );
    const gtsm = this.#optional(fields, 'gtsm', (node) => reader.flag(node, 'gtsm'));
    const bfd = this.#optional(fields, 'bfd', (node) => reader.flag(node, 'bfd'));
    // FRR and Quagga take 1 to 254 for ttl-security, and a hop limit of 255 is the largest there is.
    const hops = this.#optional(fields, 'multihop', (node) => reader.integer(node, 'multihop', 1, 254));
    const source = fields.get('source');
    const sources = source === undefined ? [] : this.#oneOrMore(source, 'source', address);
    const timers = this.#part(fields, 'timers', 'timers', KEYS.timers);
    const keepalive = this.#optional(timers, 'keepalive', (node) =>
      reader.integer(node, 'keepalive', 1, 65535),
    );
    // RFC 4271 section 4.2: the hold time is zero or at least three seconds; zero would never notice a dead neighbour.
    const hold = this.#optional(timers, 'hold', (node) => reader.integer(node, 'hold', 3, 65535));
    const limits = this.#part(fields, 'max-prefix', 'max-prefix', KEYS.maxPrefix);
    const maxPrefix = new Map<Family, Spanned<number>>();
    for (const [key, family] of [
      ['ipv4', 4],
      ['ipv6', 6],
    ] as const) {
      const limit = this.#optional(limits, key, (node) =>
        reader.integer(node, `max-prefix ${key}`, 1, 4294967295),
      );
      if (limit !== undefined) maxPrefix.set(family, limit);
    }
    const wanted = this.#optional(fields, 'routes', (node) =>
      reader.word(node, 'routes', ['full', 'default', 'full-and-default']),
    );
    if (name === undefined || role === undefined || as === undefined || router === undefined)
      return undefined;
    return {
      name,
      role,
      as,
      router,
      addresses,
      description,
      passwordFile,
      hops,
      sources,
      gtsm,
      bfd,
      keepalive,
      hold,
      maxPrefix,
      wanted,
    };
  }

  /** A key that the user chose, as a name of the allowed form. */
  #name(entry: MapEntry, what: string, form: RegExp, words: string): Spanned<string> | undefined {
    if (form.test(entry.key)) return { value: entry.key, span: entry.keySpan };
    this.#reader.diagnostics.push(
      diagnose('DOC005', entry.keySpan, `${JSON.stringify(entry.key)} can't be the name of ${what}`, {
        hint: words,
      }),
    );
    return undefined;
  }

  /** One line of text, with runs of blanks made one, as the daemons do. */
  #line(node: Node, what: string): Spanned<string> | undefined {
    const text = this.#reader.text(node, what);
    if (text === undefined) return undefined;
    const value = text.value.trim().replace(/ {2,}/g, ' ');
    if (LINE.test(value)) return { value, span: text.span };
    this.#reader.diagnostics.push(
      diagnose('DOC005', text.span, `${what} can't be written into a configuration`, {
        hint: 'one line of at most 80 printable ASCII characters, without "| "',
      }),
    );
    return undefined;
  }

  /** A value alone, or a list of at least one. */
  #oneOrMore<T>(node: Node, what: string, read: (node: Node) => T | undefined): readonly T[] {
    if (node.kind === 'list' && node.items.length === 0) {
      this.#reader.diagnostics.push(diagnose('DOC005', node.span, `${what}: the list is empty`));
      return [];
    }
    return (node.kind === 'list' ? node.items : [node]).flatMap((item) => read(item) ?? []);
  }

  #list<T>(node: Node | undefined, what: string, read: (node: Node) => T | undefined): readonly T[] {
    if (node === undefined) return [];
    return (this.#reader.list(node, what) ?? []).flatMap((item) => read(item) ?? []);
  }

  #map<T>(node: Node | undefined, what: string, read: (entry: MapEntry) => T | undefined): readonly T[] {
    if (node === undefined) return [];
    return (this.#reader.entries(node, what) ?? []).flatMap((entry) => read(entry) ?? []);
  }

  /** A map inside a map, where it is there. */
  #part(fields: Fields, key: string, what: string, keys: readonly string[]): Fields | undefined {
    const node = fields.get(key);
    return node === undefined ? undefined : this.#reader.fields(node, what, keys);
  }

  #optional<T>(fields: Fields | undefined, key: string, read: (node: Node) => T | undefined): T | undefined {
    const node = fields?.get(key);
    return node === undefined ? undefined : read(node);
  }

  #needed<T>(fields: Fields, key: string, read: (node: Node) => T | undefined): T | undefined {
    const node = fields.need(key);
    return node === undefined ? undefined : read(node);
  }
}
