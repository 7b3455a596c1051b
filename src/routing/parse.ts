// The text of a site file into the model. What can be read is read, so that one run tells of everything that is wrong; whether the
// facts fit together is the business of check.ts.

import { Address, Asn, InterfaceAddress, Prefix } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose } from '../document/faults.ts';
import type { MapEntry, Node } from '../document/node.ts';
import { type Fields, Reader, type Spanned } from '../document/reader.ts';
import type { Source } from '../document/source.ts';
import { parseYaml } from '../document/yaml.ts';
import { KEYS } from './keys.ts';
import {
  DAMPING,
  type Damping,
  type OwnPrefix,
  type Registry,
  type Router,
  type RouterInterface,
  type Site,
  type Validator,
} from './model.ts';
import { readNeighbor } from './parse-neighbor.ts';
import { INTERFACE, NAME, OBJECT, Shapes } from './shapes.ts';

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

class SiteReader {
  readonly #reader: Reader;
  readonly #shapes: Shapes;

  constructor(reader: Reader) {
    this.#reader = reader;
    this.#shapes = new Shapes(reader);
  }

  site(root: Node): Site | undefined {
    const reader = this.#reader;
    const shapes = this.#shapes;
    const fields = reader.fields(root, 'the site', KEYS.site);
    if (fields === undefined) return undefined;
    const lab = shapes.optional(fields, 'lab', (node) => reader.flag(node, 'lab'));
    const as = shapes.needed(fields, 'as', (node) => reader.value(node, 'as', (text) => Asn.read(text)));
    const prefixes = shapes.list(fields.need('prefixes'), 'prefixes', (node) => this.#prefix(node));
    const routers = shapes.map(fields.need('routers'), 'routers', (entry) => this.#router(entry));
    // Needed even where there are none: a file that was cut off must not pass for a site without neighbours.
    const neighbors = shapes.map(fields.need('neighbors'), 'neighbors', (entry) =>
      readNeighbor(entry, shapes),
    );
    const rpki = fields.get('rpki');
    const validators =
      rpki === undefined ? [] : shapes.oneOrMore(rpki, 'rpki', (node) => this.#validator(node));
    const blackhole = fields.get('blackhole');
    const optional = {
      registry: this.#registry(shapes.part(fields, 'registry', 'registry', KEYS.registry)),
      multipath: shapes.optional(fields, 'multipath', (node) => reader.integer(node, 'multipath', 2, 64)),
      damping: shapes.optional(fields, 'damping', (node) => this.#damping(node)),
      igp: shapes.optional(fields, 'igp', (node) => reader.word(node, 'igp', ['ospf', 'static', 'none'])),
      gracefulRestart: shapes.optional(fields, 'graceful-restart', (node) =>
        reader.flag(node, 'graceful-restart'),
      ),
      blackhole:
        blackhole === undefined
          ? []
          : shapes.oneOrMore(blackhole, 'blackhole', (node) => this.#prefixValue(node)),
    };
    if (as === undefined) return undefined;
    return {
      span: root.span,
      lab: lab?.value === true,
      as,
      prefixes,
      routers,
      neighbors,
      validators,
      ...optional,
    };
  }

  /** `198.51.100.0/24`, or a map that says more of it. */
  #prefix(node: Node): OwnPrefix | undefined {
    const reader = this.#reader;
    const shapes = this.#shapes;
    if (node.kind !== 'map') {
      const prefix = this.#prefixValue(node);
      return prefix === undefined
        ? undefined
        : { prefix, status: undefined, at: [], primary: [], backup: [], split: [] };
    }
    const fields = reader.fields(node, 'a prefix', KEYS.prefix);
    if (fields === undefined) return undefined;
    const status = shapes.optional(fields, 'status', (value) => reader.word(value, 'status', ['pi', 'pa']));
    const names = (key: 'at' | 'primary' | 'backup'): readonly Spanned<string>[] => {
      const value = fields.get(key);
      return value === undefined ? [] : shapes.oneOrMore(value, key, (each) => reader.text(each, key));
    };
    const split = shapes.map(fields.get('split'), 'split', (entry) => ({
      neighbor: { value: entry.key, span: entry.keySpan },
      parts: shapes.oneOrMore(entry.value, `the parts for ${entry.key}`, (value) => this.#prefixValue(value)),
    }));
    const prefix = shapes.needed(fields, 'prefix', (value) => this.#prefixValue(value));
    if (prefix === undefined) return undefined;
    return { prefix, status, at: names('at'), primary: names('primary'), backup: names('backup'), split };
  }

  #prefixValue(node: Node): Spanned<Prefix> | undefined {
    return this.#reader.value(node, 'prefix', (text) => Prefix.read(text));
  }

  #router(entry: MapEntry): Router | undefined {
    const reader = this.#reader;
    const shapes = this.#shapes;
    const name = shapes.name(entry, 'a router', NAME);
    const fields = reader.fields(entry.value, `router ${entry.key}`, KEYS.router);
    if (fields === undefined) return undefined;
    const id = shapes.needed(fields, 'router-id', (node) => this.#routerId(node));
    const daemon = shapes.optional(fields, 'daemon', (node) => reader.text(node, 'daemon'));
    const dataCenter = shapes.optional(fields, 'data-center', (node) =>
      shapes.word(node, 'data-center', NAME),
    );
    const loopback = fields.get('loopback');
    const interfaces = shapes.map(fields.get('interfaces'), 'interfaces', (each) => this.#interface(each));
    const maintenance = shapes.optional(fields, 'maintenance', (node) =>
      reader.word(node, 'maintenance', ['drain', 'down']),
    );
    const loopbacks =
      loopback === undefined ? [] : shapes.oneOrMore(loopback, 'loopback', (node) => shapes.address(node));
    if (name === undefined || id === undefined) return undefined;
    return { name, id, daemon, dataCenter, loopback: loopbacks, interfaces, maintenance };
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
    const name = this.#shapes.name(entry, 'an interface', INTERFACE);
    const addresses = this.#shapes.oneOrMore(entry.value, `the addresses of ${entry.key}`, (node) =>
      this.#reader.value(node, 'an address of an interface', (text) => InterfaceAddress.read(text)),
    );
    return name === undefined ? undefined : { name, addresses };
  }

  /** An address, or a map with a port beside it. */
  #validator(node: Node): Validator | undefined {
    const shapes = this.#shapes;
    const fields = node.kind === 'map' ? this.#reader.fields(node, 'a validator', KEYS.validator) : undefined;
    if (node.kind === 'map' && fields === undefined) return undefined;
    const address =
      fields === undefined
        ? shapes.address(node)
        : shapes.needed(fields, 'address', (each) => shapes.address(each));
    const port = shapes.optional(fields, 'port', (each) => this.#reader.integer(each, 'port', 1, 65535));
    return address === undefined ? undefined : { address, port };
  }

  #registry(fields: Fields | undefined): Registry | undefined {
    if (fields === undefined) return undefined;
    const name = (key: (typeof KEYS.registry)[number]): Spanned<string> | undefined =>
      this.#shapes.optional(fields, key, (node) => this.#shapes.word(node, key, OBJECT));
    return {
      source: name('source'),
      maintainer: name('maintainer'),
      organisation: name('organisation'),
      adminContact: name('admin-c'),
      techContact: name('tech-c'),
      asSet: name('as-set'),
    };
  }

  /** One of two words, or the numbers. */
  #damping(node: Node): Damping | undefined {
    const reader = this.#reader;
    if (node.kind !== 'map') {
      const word = reader.word(node, 'damping', ['aggressive', 'conservative']);
      return word === undefined ? undefined : { span: word.span, ...DAMPING[word.value] };
    }
    const fields = reader.fields(node, 'damping', KEYS.damping);
    if (fields === undefined) return undefined;
    // The bounds are those of FRR's and Quagga's commands.
    const number = (key: (typeof KEYS.damping)[number], most: number, otherwise: number): number =>
      this.#shapes.optional(fields, key, (each) => reader.integer(each, key, 1, most))?.value ?? otherwise;
    const usual = DAMPING.aggressive;
    return {
      span: node.span,
      halfLife: number('half-life', 45, usual.halfLife),
      reuse: number('reuse', 20000, usual.reuse),
      suppress: number('suppress', 20000, usual.suppress),
      longest: number('max-suppress', 255, usual.longest),
    };
  }
}
