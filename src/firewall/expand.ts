// Names of host sets -> addresses: the only place where inventories meet packet filters.

import { AddressSet, type Family, Prefix } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import { type Host, labelOf, type Scope } from '../inventory/model.ts';
import { addressesOf, type Condition, chooses } from '../inventory/select.ts';
import { diagnose } from './faults.ts';
import {
  type HostSet,
  type Member,
  nonEmpty,
  type Policy,
  type PolicyRule,
  type Rule,
  type Ruleset,
} from './model.ts';

/** Which hosts of an inventory are in a set, and by which of their addresses. */
export interface Choice {
  readonly conditions: readonly Condition[];
  readonly scope: Scope | 'all';
}

/** A policy with its addresses, and what is to be said of them. */
export interface Expanded {
  readonly ruleset: Ruleset;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Puts hosts into the sets that a policy names. A rule whose set is empty in a family is left out of that family; a set
 * that is empty in all of them is warned of.
 */
export function expand(
  policy: Policy,
  choices: ReadonlyMap<string, Choice>,
  hosts: readonly Host[],
): Expanded {
  const named = policy.rules.flatMap(({ from, to }) =>
    [from, to].flatMap((end) => (end === 'any' ? [] : [end.set])),
  );
  const setNames = [...new Set(named)].sort();
  const sets = new Map<string, ReadonlyMap<Family, HostSet>>();
  const diagnostics: Diagnostic[] = [];
  for (const name of setNames) {
    const choice = choices.get(name);
    if (choice === undefined) throw new RangeError(`nothing says which hosts are in the set ${name}`);
    const families = gather(name, choice, hosts);
    sets.set(name, families);
    if (policy.families.every((family) => !families.has(family)))
      diagnostics.push(emptiness(policy, choice, hosts));
  }
  const rulesOf = (family: Family): readonly Rule[] =>
    policy.rules.flatMap((rule) => ruleOf(rule, (name) => sets.get(name)?.get(family)));
  const [first, ...rest] = policy.families.map((family) => ({ family, rules: rulesOf(family) }));
  if (first === undefined) throw new RangeError('a policy without a family');
  return {
    ruleset: { chain: policy.chain, hooks: policy.hooks, setNames, families: [first, ...rest] },
    diagnostics,
  };
}

/** The rule with its sets put in; none where one is empty. */
function ruleOf(rule: PolicyRule, find: (name: string) => HostSet | undefined): Rule[] {
  const from = rule.from === 'any' ? 'any' : find(rule.from.set);
  const to = rule.to === 'any' ? 'any' : find(rule.to.set);
  if (from === undefined || to === undefined) return [];
  const { hook, services, traffic, action, log, rate, comment, span } = rule;
  return [{ hook, from, to, services, traffic, action, log, rate, comment, span }];
}

/** Why nobody is let in, as far as it can be told. */
function emptiness(policy: Policy, { conditions, scope }: Choice, hosts: readonly Host[]): Diagnostic {
  const chosen = hosts.filter((host) => chooses(conditions, host));
  const families = policy.families.map((family) => `IPv${family}`).join(' or ');
  const kind = scope === 'all' ? '' : `${scope} `;
  const why =
    hosts.length === 0
      ? 'the inventory has no hosts'
      : chosen.length === 0
        ? `none of the ${hosts.length} hosts of the inventory is selected`
        : `none of the ${chosen.length} selected hosts has a ${kind}${families} address`;
  return diagnose('FW003', undefined, `nobody is let in: ${why}`, {
    hint:
      hosts.length > 0 && chosen.length === 0
        ? 'only running hosts are, unless --select speaks of state'
        : undefined,
  });
}

/** The members of a set by family: each address once, with the names of all hosts that have it, nested ones in the outer. */
function gather(
  name: string,
  { conditions, scope }: Choice,
  hosts: readonly Host[],
): ReadonlyMap<Family, HostSet> {
  const found: { readonly prefix: Prefix; readonly names: Set<string> }[] = [];
  for (const host of hosts) {
    if (!chooses(conditions, host)) continue;
    const label = `${labelOf(host.source)} - ${host.name}`;
    for (const { prefix } of addressesOf(host, scope)) found.push({ prefix, names: new Set([label]) });
  }
  // In this order a prefix comes right before everything that is inside it.
  found.sort((a, b) => Prefix.compare(a.prefix, b.prefix));
  const outer: (typeof found)[number][] = [];
  for (const item of found) {
    const last = outer.at(-1);
    if (last?.prefix.contains(item.prefix)) for (const label of item.names) last.names.add(label);
    else outer.push(item);
  }
  const sets = new Map<Family, HostSet>();
  for (const family of [4, 6] as const) {
    const members = outer.filter(({ prefix }) => prefix.family === family).flatMap(memberOf);
    if (members.length > 0) sets.set(family, { name, family, members, addresses: AddressSet.empty });
  }
  return sets;
}

function memberOf({
  prefix,
  names,
}: {
  readonly prefix: Prefix;
  readonly names: ReadonlySet<string>;
}): Member[] {
  const sorted = nonEmpty([...names].sort());
  return sorted === undefined ? [] : [{ prefix, names: sorted }];
}
