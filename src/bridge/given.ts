// The options that one address was given, read by name and type. `N` is what the address type takes, so that a type
// can't read an option that it does not declare: the compiler holds one half of the option contract.

import type { OPTIONS, OptionKinds, OptionName } from './options.ts';
import type { Token } from './parse.ts';
import type { Setting } from './values.ts';

/** The names in `N` whose values are of type `T`. */
type NamesOf<N extends OptionName, T extends keyof OptionKinds> = {
  [K in N]: (typeof OPTIONS)[K]['type'] extends T ? K : never;
}[N];

export class Given<N extends OptionName = OptionName> {
  readonly #settings: ReadonlyMap<string, Setting>;

  constructor(settings: ReadonlyMap<string, Setting>) {
    this.#settings = settings;
  }

  /** Where an option's value stands (or its name, if it has none); undefined if it was not given. */
  token(name: N): Token | undefined {
    return this.#settings.get(name)?.token;
  }

  /** Whether an option without a value was given. */
  has(name: NamesOf<N, 'const'>): boolean {
    return this.#settings.get(name)?.type === 'const';
  }

  flag(name: NamesOf<N, 'flag'>): boolean | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'flag' ? setting.value : undefined;
  }

  count(name: NamesOf<N, 'count'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'count' ? setting.value : undefined;
  }

  size(name: NamesOf<N, 'size'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'size' ? setting.value : undefined;
  }

  offset(name: NamesOf<N, 'offset'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'offset' ? setting.value : undefined;
  }

  byte(name: NamesOf<N, 'byte'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'byte' ? setting.value : undefined;
  }

  optional(name: NamesOf<N, 'optional'>): string | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'optional' ? setting.value : undefined;
  }

  seconds(name: NamesOf<N, 'seconds'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'seconds' ? setting.value : undefined;
  }

  text(name: NamesOf<N, 'text'>): string | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'text' ? setting.value : undefined;
  }

  mode(name: NamesOf<N, 'mode'>): number | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'mode' ? setting.value : undefined;
  }

  account(name: NamesOf<N, 'account'>): string | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'account' ? setting.value : undefined;
  }

  port(name: NamesOf<N, 'port'>): number | string | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'port' ? setting.value : undefined;
  }

  family(name: NamesOf<N, 'family'>): 4 | 6 | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'family' ? setting.value : undefined;
  }

  sources(name: NamesOf<N, 'sources'>): OptionKinds['sources'] {
    const setting = this.#settings.get(name);
    return setting?.type === 'sources' ? setting.value : [];
  }

  overflow(name: NamesOf<N, 'overflow'>): OptionKinds['overflow'] | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'overflow' ? setting.value : undefined;
  }

  rate(name: NamesOf<N, 'rate'>): OptionKinds['rate'] | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'rate' ? setting.value : undefined;
  }

  range(name: NamesOf<N, 'range'>): OptionKinds['range'] | undefined {
    const setting = this.#settings.get(name);
    return setting?.type === 'range' ? setting.value : undefined;
  }
}
