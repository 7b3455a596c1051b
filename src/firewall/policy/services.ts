// The services of a policy: named ports, and lists of names and ports in rules and assertions.

import type { Node } from '../../document/node.ts';
import type { Reader } from '../../document/reader.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import type { Service, Terms } from '../model.ts';
import { joinServices, readServices } from '../parse.ts';
import { NAME, NAME_HINT } from './sets.ts';

/** Reads services, by names that `known` has. */
export class ServiceReader {
  readonly #reader: Reader;
  readonly #known: Map<string, readonly Service[]>;

  constructor(reader: Reader, known: Map<string, readonly Service[]>) {
    this.#reader = reader;
    this.#known = known;
  }

  /** The `services` of a policy: each name with its ports, which may be those of services that stand before it. */
  define(node: Node | undefined): void {
    if (node === undefined) return;
    for (const { key, keySpan, value } of this.#reader.entries(node, 'services') ?? []) {
      if (!NAME.test(key) || key === 'any') {
        const message = `${JSON.stringify(key)} can't be the name of a service`;
        this.#reader.diagnostics.push(diagnose('FW015', keySpan, message, { hint: NAME_HINT }));
      }
      this.#known.set(key, this.#list(value, `service ${key}`));
    }
  }

  /** What a rule is for: all services where nothing is said. */
  services(node: Node | undefined, what: string): Terms['services'] {
    if (node === undefined || (node.kind === 'scalar' && node.value === 'any')) return 'any';
    const [first, ...rest] = this.#list(node, what);
    // Nothing could be read: reported, and the policy is not used.
    return first === undefined ? 'any' : [first, ...rest];
  }

  #list(node: Node, what: string): readonly Service[] {
    if (node.kind === 'list' && node.items.length === 0)
      this.#reader.diagnostics.push(diagnose('FW001', node.span, `${what}: the list is empty`));
    const items = node.kind === 'list' ? node.items : [node];
    return joinServices(items.flatMap((item) => this.#item(item, what)));
  }

  /** A name, or ports as --ports takes them. */
  #item(node: Node, what: string): readonly Service[] {
    const text = this.#reader.text(node, what);
    if (text === undefined) return [];
    if (/^[A-Za-z]/.test(text.value)) {
      const known = this.#known.get(text.value);
      if (known !== undefined) return known;
      const near = suggest(text.value, this.#known.keys());
      const names = [...this.#known.keys()];
      this.#reader.diagnostics.push(
        diagnose('FW016', text.span, `unknown service ${JSON.stringify(text.value)}`, {
          hint:
            near !== undefined
              ? `did you mean ${near}?`
              : names.length > 0
                ? `known: ${names.join(', ')}; or write ports, as in 22,53/udp`
                : 'write ports, as in 22,53/udp, or name them under services',
        }),
      );
      return [];
    }
    const services = readServices(text);
    if (!('code' in services)) return services;
    this.#reader.diagnostics.push(services);
    return [];
  }
}
