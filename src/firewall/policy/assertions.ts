// The assertions of a policy: what must become of packets, whatever the rules say.

import { Prefix } from '../../address/index.ts';
import type { Node } from '../../document/node.ts';
import type { Fields, Reader } from '../../document/reader.ts';
import { type AssertedEnd, type Assertion, HOOKS, type Hook, VERDICTS } from '../model.ts';
import { firstOf, readTraffic } from './rules.ts';
import type { ServiceReader } from './services.ts';
import { knownSet } from './sets.ts';

/** The keys of an assertion, in the order that penstock-policy(5) tells of them. */
export const KEYS = ['must', 'from', 'to', 'services', 'traffic', 'hook'] as const;

export class AssertionReader {
  readonly #reader: Reader;
  readonly #services: ServiceReader;
  readonly #sets: ReadonlySet<string>;
  readonly #hook: Hook;

  constructor(reader: Reader, services: ServiceReader, sets: ReadonlySet<string>, hook: Hook) {
    this.#reader = reader;
    this.#services = services;
    this.#sets = sets;
    this.#hook = hook;
  }

  assertion(node: Node): Assertion | undefined {
    const reader = this.#reader;
    const fields = reader.fields(node, 'an assertion', KEYS);
    if (fields === undefined) return undefined;
    const mustNode = fields.need('must');
    const must = mustNode === undefined ? undefined : reader.word(mustNode, 'must', VERDICTS);
    const hookNode = fields.get('hook');
    const hook =
      (hookNode === undefined ? undefined : reader.word(hookNode, 'hook', HOOKS)?.value) ?? this.#hook;
    const assertion = {
      hook,
      from: this.#end(fields, 'from'),
      to: this.#end(fields, 'to'),
      services: this.#services.services(fields.get('services'), 'services'),
      traffic: readTraffic(reader, fields, hook),
      span: firstOf(node),
    };
    return must === undefined ? undefined : { ...assertion, must: must.value };
  }

  /** `any`, a set by its name, an address or a prefix. */
  #end(fields: Fields, key: 'from' | 'to'): AssertedEnd {
    const node = fields.get(key);
    if (node === undefined) return 'any';
    const text = this.#reader.text(node, key);
    if (text === undefined || text.value === 'any') return 'any';
    if (/[.:/]/.test(text.value)) {
      const read = this.#reader.value(node, key, (value) => Prefix.read(value, ['single-address']));
      return read === undefined ? 'any' : { prefix: read.value };
    }
    const name = { set: text.value, span: text.span };
    knownSet(this.#reader, name, this.#sets);
    return name;
  }
}
