// Names of host sets -> addresses: the only place where inventories meet packet filters. Who is in a set is worked out in
// expand's own order of sets, whatever the order in which they are written.

import { AddressSet, AddressSetBuilder, type Family, Prefix, type Range } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import type { Spanned } from '../document/reader.ts';
import { Source } from '../document/source.ts';
import { type Host, type HostAddress, labelOf } from '../inventory/model.ts';
import { addressesOf, type Condition, chooses, readCondition } from '../inventory/select.ts';
import { diagnose } from './faults.ts';
import {
  type HostSet,
  type Member,
  nonEmpty,
  type Policy,
  type PolicyRule,
  type Rule,
  type Ruleset,
  type SetContent,
  type SetName,
  type SetSpec,
} from './model.ts';
import { placeIn } from './place.ts';

/** What sets are made of besides the policy itself. */
export interface Materials {
  /** The hosts that the command line gives. */
  readonly hosts: readonly Host[];
  /** The hosts of each inventory that the policy names, by its path as written. */
  readonly inventories: ReadonlyMap<string, readonly Host[]>;
  /** Each list of addresses that it names. */
  readonly lists: ReadonlyMap<string, AddressSet>;
}

/** A policy with its addresses, and what is to be said of them. */
export interface Expanded {
  readonly ruleset: Ruleset;
  /** Every set of the policy, also those that no rule names. */
  readonly sets: ReadonlyMap<string, FullSet>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Who is in a set, of both families. */
export interface FullSet {
  /** Ascending, none inside another, none of `addresses`. */
  readonly members: readonly Member[];
  readonly addresses: AddressSet;
}

/**
 * Puts addresses into the sets that a policy names. A rule whose set is empty in a family is left out of that family, and
 * warned of where it is left out of all; so is a rule that has expired by `now`.
 */
export function expand(policy: Policy, materials: Materials, now: number): Expanded {
  const sets = new Sets(policy.sets, materials);
  const diagnostics: Diagnostic[] = [...sets.all().diagnostics];
  const current = policy.rules.filter(({ expires }) => expires === undefined || now < expires);
  for (const rule of policy.rules) if (!current.includes(rule)) diagnostics.push(expired(rule));
  // Also those of rules that have expired: what their sets held before must go.
  const used = policy.rules.flatMap(({ from, to }) =>
    [from, to].flatMap((end) => (end === 'any' ? [] : [end.set])),
  );
  const rulesOf = (family: Family): readonly (Rule | undefined)[] =>
    current.map((rule) => ruleOf(rule, (name) => sets.ofFamily(name, family)));
  const families = policy.families.map((family) => ({ family, all: rulesOf(family) }));
  for (const [index, rule] of current.entries())
    if (families.every(({ all }) => all[index] === undefined)) diagnostics.push(sets.emptiness(rule, policy));
  const [first, ...rest] = families.map(({ family, all }) => ({
    family,
    rules: all.filter((rule) => rule !== undefined),
  }));
  if (first === undefined) throw new RangeError('a policy without a family');
  const { chain, hooks } = policy;
  return {
    ruleset: { chain, hooks, setNames: [...new Set(used)].sort(), families: [first, ...rest] },
    sets: sets.all().sets,
    diagnostics,
  };
}

function expired({ span, expires = 0, comment }: PolicyRule): Diagnostic {
  const time = new Date(expires).toISOString().replace(/\.000Z$/, 'Z');
  const what = comment === '' ? 'the rule' : `the rule ${JSON.stringify(comment)}`;
  return diagnose('FW019', span, `${what} has expired (${time}) and is left out`);
}

/** The rule with its sets put in; none where one is empty. */
function ruleOf(rule: PolicyRule, find: (name: string) => HostSet | undefined): Rule | undefined {
  const from = rule.from === 'any' ? 'any' : find(rule.from.set);
  const to = rule.to === 'any' ? 'any' : find(rule.to.set);
  if (from === undefined || to === undefined) return undefined;
  const { number, hook, services, traffic, action, log, rate, comment, span } = rule;
  return { number, hook, from, to, services, traffic, action, log, rate, comment, span };
}

/** The addresses of sets, each worked out once. */
class Sets {
  readonly #specs: ReadonlyMap<string, SetSpec>;
  readonly #materials: Materials;
  readonly #sets = new Map<string, FullSet>();
  readonly #families = new Map<string, HostSet | undefined>();
  readonly #diagnostics: Diagnostic[] = [];

  constructor(specs: readonly SetSpec[], materials: Materials) {
    this.#specs = new Map(specs.map((spec) => [spec.name, spec]));
    this.#materials = materials;
    for (const { name } of specs) this.#set(name);
  }

  all(): { readonly sets: ReadonlyMap<string, FullSet>; readonly diagnostics: readonly Diagnostic[] } {
    return { sets: this.#sets, diagnostics: this.#diagnostics };
  }

  /** The part of a set that is of a family; undefined where there is none. The same object each time. */
  ofFamily(name: string, family: Family): HostSet | undefined {
    const key = `${family} ${name}`;
    if (this.#families.has(key)) return this.#families.get(key);
    const { members, addresses } = this.#set(name);
    const part = {
      name,
      family,
      members: members.filter(({ prefix }) => prefix.family === family),
      addresses: addresses.family(family),
    };
    const set = part.members.length === 0 && part.addresses.isEmpty ? undefined : part;
    this.#families.set(key, set);
    return set;
  }

  #set(name: string): FullSet {
    const known = this.#sets.get(name);
    if (known !== undefined) return known;
    const spec = this.#specs.get(name);
    if (spec === undefined) throw new RangeError(`nothing says which hosts are in the set ${name}`);
    const set = this.#without(this.#content(spec.content), spec.without);
    this.#sets.set(name, set);
    return set;
  }

  #content(content: SetContent): FullSet {
    switch (content.kind) {
      case 'hosts': {
        const { conditions, diagnostics } = readConditions(content.select);
        this.#diagnostics.push(...diagnostics);
        const chosen = choose(this.#hostsOf(content), conditions, content.scope);
        const ranges = chosen.filter(isRange).map(({ address }) => address.prefix);
        const addresses = new AddressSetBuilder().addAll(ranges).freeze();
        const members = gather(chosen.filter((each) => !isRange(each)).map(memberOf));
        return { members: outside(members, addresses), addresses };
      }
      case 'file':
        return { members: [], addresses: this.#materials.lists.get(content.path.value) ?? AddressSet.empty };
      case 'addresses':
        return { members: [], addresses: AddressSet.of(...content.items.map(({ value }) => value)) };
      case 'union': {
        const parts = content.sets.map(({ set }) => this.#set(set));
        const builder = new AddressSetBuilder();
        for (const part of parts) builder.add(part.addresses);
        const addresses = builder.freeze();
        const members = gather(parts.flatMap((part) => part.members));
        return { members: outside(members, addresses), addresses };
      }
    }
  }

  #hostsOf({ inventory }: SetContent & { readonly kind: 'hosts' }): readonly Host[] {
    return inventory === undefined
      ? this.#materials.hosts
      : (this.#materials.inventories.get(inventory.value) ?? []);
  }

  #without(set: FullSet, names: readonly SetName[]): FullSet {
    if (names.length === 0) return set;
    const builder = new AddressSetBuilder();
    for (const { set: name } of names) {
      const { members, addresses } = this.#set(name);
      builder.add(addresses).addAll(members.map(({ prefix }) => prefix));
    }
    const taken = builder.freeze();
    return { members: outside(set.members, taken), addresses: set.addresses.subtract(taken) };
  }

  /** Why a rule is left out, as far as it can be told. */
  emptiness(rule: PolicyRule, { families }: Policy): Diagnostic {
    const ends = [rule.from, rule.to].flatMap((end) => (end === 'any' ? [] : [end]));
    const empty = ends.find(({ set }) =>
      families.every((family) => this.ofFamily(set, family) === undefined),
    );
    const words = families.map((family) => `IPv${family}`).join(' or ');
    if (empty === undefined) {
      const names = ends.map(({ set }) => set).join(' and ');
      return diagnose('FW003', rule.span, `the rule is left out: ${names} have no family in common`);
    }
    const content = this.#specs.get(empty.set)?.content;
    const what =
      rule.span === undefined ? 'nobody is let in' : `the rule is left out, the set ${empty.set} is empty`;
    if (content?.kind !== 'hosts')
      return diagnose('FW003', empty.span, `${what}: no ${words} address is in it`);
    const hosts = this.#hostsOf(content);
    const { conditions } = readConditions(content.select);
    const chosen = hosts.filter((host) => chooses(conditions, host));
    const scope = content.scope === 'all' ? '' : `${content.scope} `;
    const why =
      hosts.length === 0
        ? 'the inventory has no hosts'
        : chosen.length === 0
          ? `none of the ${hosts.length} hosts of the inventory is selected`
          : `none of the ${chosen.length} selected hosts has ${scope === '' ? 'an' : `a ${scope}`}${scope === '' ? ' ' : ''}${words} address`;
    return diagnose('FW003', empty.span, `${what}: ${why}`, {
      hint:
        hosts.length > 0 && chosen.length === 0
          ? 'only running hosts are, unless what is selected on is the state'
          : undefined,
    });
  }
}

/** The conditions of expressions, and what is wrong with them, each at its place in the document. */
function readConditions(select: readonly Spanned<string>[]): {
  readonly conditions: readonly Condition[];
  readonly diagnostics: readonly Diagnostic[];
} {
  const conditions: Condition[] = [];
  const diagnostics: Diagnostic[] = [];
  for (const text of select) {
    const read = readCondition(new Source(text.span.source.name, text.value));
    if ('glob' in read) conditions.push(read);
    else {
      const { start = 0, end = text.value.length } = read.span ?? {};
      diagnostics.push({ ...read, span: placeIn(text, start, end) });
    }
  }
  return { conditions, diagnostics };
}

/** An address of a host that was chosen. */
export interface Chosen {
  readonly host: Host;
  readonly address: HostAddress;
}

/** The addresses of the hosts for which the conditions hold. */
function choose(
  hosts: readonly Host[],
  conditions: readonly Condition[],
  scope: 'public' | 'private' | 'all',
): readonly Chosen[] {
  return hosts
    .filter((host) => chooses(conditions, host))
    .flatMap((host) => addressesOf(host, scope).map((address) => ({ host, address })));
}

/** Whether it is of a list of ranges and not of a machine: those are merged, since nobody asks for one of a thousand by name. */
function isRange({ host, address }: Chosen): boolean {
  return host.state === 'listed' && !address.prefix.isHost;
}

function memberOf({ host, address }: Chosen): Member {
  return { prefix: address.prefix, names: [`${labelOf(host.source)} - ${host.name}`] };
}

/** Members in order, each address once with the names of all who have it, nested ones in the outer. */
function gather(members: readonly Member[]): readonly Member[] {
  // In this order a prefix comes right before everything that is inside it.
  const sorted = [...members].sort((a, b) => Prefix.compare(a.prefix, b.prefix));
  const outer: { readonly prefix: Prefix; readonly names: Set<string> }[] = [];
  for (const { prefix, names } of sorted) {
    const last = outer.at(-1);
    if (last?.prefix.contains(prefix)) for (const name of names) last.names.add(name);
    else outer.push({ prefix, names: new Set(names) });
  }
  return outer.flatMap(({ prefix, names }) => {
    const list = nonEmpty([...names].sort());
    return list === undefined ? [] : [{ prefix, names: list }];
  });
}

/** What of the members is not in a set of addresses: a prefix of which a part is gone falls apart, each part with its names. */
function outside(members: readonly Member[], taken: AddressSet): readonly Member[] {
  if (taken.isEmpty) return members;
  return members.flatMap((member) =>
    taken.overlaps(member.prefix)
      ? [...AddressSet.of(member.prefix).subtract(taken).prefixes()].map((prefix) => ({
          prefix,
          names: member.names,
        }))
      : [member],
  );
}

/** Where an address of a set comes from. */
export type Origin =
  | {
      readonly kind: 'host';
      readonly host: Host;
      readonly address: HostAddress;
      readonly inventory: string | undefined;
    }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'literal'; readonly item: Spanned<Prefix | Range> };

/** An origin with the sets that it came through: from the set that was asked for to the one that holds it. */
export interface Trace {
  readonly through: readonly string[];
  readonly origin: Origin;
}

/** Everything that put some of these addresses into a set, whether or not others were then taken out of it. */
export function origins(
  policy: Policy,
  materials: Materials,
  name: string,
  asked: AddressSet,
): readonly Trace[] {
  const specs = new Map(policy.sets.map((spec) => [spec.name, spec]));
  const visit = (set: string, path: readonly string[]): readonly Trace[] => {
    const content = specs.get(set)?.content;
    const through = [...path, set];
    switch (content?.kind) {
      case undefined:
        return [];
      case 'union':
        return content.sets.flatMap((part) => visit(part.set, through));
      case 'file': {
        const list = materials.lists.get(content.path.value) ?? AddressSet.empty;
        return list.overlaps(asked) ? [{ through, origin: { kind: 'file', path: content.path.value } }] : [];
      }
      case 'addresses':
        return content.items
          .filter(({ value }) => asked.overlaps(value))
          .map((item) => ({ through, origin: { kind: 'literal', item } }));
      case 'hosts': {
        const inventory = content.inventory?.value;
        const hosts =
          inventory === undefined ? materials.hosts : (materials.inventories.get(inventory) ?? []);
        const { conditions } = readConditions(content.select);
        return choose(hosts, conditions, content.scope)
          .filter(({ address }) => asked.overlaps(address.prefix))
          .map(({ host, address }) => ({ through, origin: { kind: 'host', host, address, inventory } }));
      }
    }
  };
  return visit(name, []);
}
