// The chains of a filter in iptables' language, for one family. Hosts are looked up in the kernel's sets, or where there is
// no ipset in chains of their own: one rule for each host, which only packets to the rule's ports get to.

import type { Family } from '../../address/index.ts';
import type { KernelChain, KernelJump } from '../../emit/kernel.ts';
import { items, itemsOf } from '../elements.ts';
import type { HostSet, Rule, Ruleset } from '../model.ts';
import { hookChain, KINDS, LONGEST_CHAIN, Names, setName, shorten } from '../names.ts';
import {
  commentMatch,
  commentText,
  limitMatch,
  savedString,
  serviceMatches,
  sourceText,
  verdictText,
} from './xtables.ts';

/** How hosts are looked up. */
export type Lookup = 'sets' | 'chains';

/** The chains of a family, those with a jump first. */
export function chainsOf(ruleset: Ruleset, family: Family, lookup: Lookup): readonly KernelChain[] {
  return filled(new Chains(ruleset, family, lookup, new Names(), true), ruleset, family).all();
}

/** Tells `names` what the chains of a family are called. */
export function nameChains(ruleset: Ruleset, family: Family, lookup: Lookup, names: Names): void {
  filled(new Chains(ruleset, family, lookup, names, false), ruleset, family);
}

function filled(chains: Chains, ruleset: Ruleset, family: Family): Chains {
  for (const { family: of, rules } of ruleset.families)
    if (of === family) for (const rule of rules) chains.add(rule);
  return chains;
}

/** The jumps that lead packets to them. */
export function jumpsOf(ruleset: Ruleset): readonly KernelJump[] {
  return ruleset.hooks.map((hook) => ({ from: hook.toUpperCase(), to: hookChain(ruleset, hook) }));
}

type Side = 'source' | 'destination';

/** The parts of a line, which iptables-save prints in this order whatever order they were given in. */
interface Parts {
  readonly source?: string;
  readonly destination?: string;
  readonly interface?: string;
  readonly matches: readonly string[];
}

class Chains {
  readonly #ruleset: Ruleset;
  readonly #family: Family;
  readonly #lookup: Lookup;
  readonly #names: Names;
  /** Whether chains of members are filled: of a hundred thousand hosts, that is nearly all the work. */
  readonly #whole: boolean;
  readonly #chains = new Map<string, string[]>();
  /** What a chain of members does for whom -> its name: rules that ask the same share it. */
  readonly #members = new Map<string, string>();

  constructor(ruleset: Ruleset, family: Family, lookup: Lookup, names: Names, whole: boolean) {
    this.#whole = whole;
    this.#ruleset = ruleset;
    this.#family = family;
    this.#lookup = lookup;
    this.#names = names;
    for (const hook of ruleset.hooks) this.#open(hookChain(ruleset, hook), `the chain of ${hook}`);
    if (lookup === 'chains')
      for (const set of ruleset.setNames) this.#open(this.#derived(set), `the chain of the set ${set}`);
  }

  all(): readonly KernelChain[] {
    return [...this.#chains].map(([name, rules]) => ({ name, rules }));
  }

  add(rule: Rule): void {
    const chain = hookChain(this.#ruleset, rule.hook);
    const services = serviceMatches(rule, this.#family);
    const ways = this.#lookup === 'sets' ? this.#setMatches(rule) : [[]];
    const verdict = this.#verdict(rule, services.length * ways.length === 1);
    const target = this.#lookup === 'sets' ? verdict.target : this.#throughMembers(rule, verdict.target);
    const inline = target === verdict.target ? verdict.matches : [];
    if (target !== verdict.target && verdict.matches.length > 0) throw new RangeError('a limit was lost');
    const comment = commentMatch(commentText(rule.comment === '' ? [] : [rule.comment]));
    for (const service of services) {
      for (const way of ways) {
        const matches = [service, ...trafficMatches(rule), ...way, ...inline, comment];
        this.#line(chain, { ...interfaceOf(rule), matches }, target);
      }
    }
  }

  /** One way through the kernel's sets for each pair of kinds that have elements. */
  #setMatches({ from, to }: Rule): readonly (readonly string[])[] {
    return this.#inSets(from, 'src').flatMap((source) =>
      this.#inSets(to, 'dst').map((destination) => [source, destination]),
    );
  }

  #inSets(set: Rule['from'], side: 'src' | 'dst'): readonly string[] {
    if (set === 'any') return [''];
    return KINDS.filter((kind) => !itemsOf(set, kind).next().done).map(
      (kind) => `-m set --match-set ${setName(this.#ruleset.chain, set.name, this.#family, kind)} ${side}`,
    );
  }

  /**
   * What becomes of a packet that is meant: matches to add and the target. Where lines are several, the rate must be counted
   * and the packet logged in one place, which is a chain.
   */
  #verdict(rule: Rule, single: boolean): { matches: readonly string[]; target: string } {
    const { number, log, rate, action } = rule;
    const verdict = verdictText(action, this.#family);
    if (log === undefined && rate === undefined) return { matches: [], target: verdict };
    const limit = rate === undefined ? [] : [limitMatch(rate)];
    let target = verdict;
    if (log !== undefined) {
      target = this.#open(this.#derived(`log${number}`), `the chain that logs for rule ${number}`);
      this.#line(target, { matches: [] }, `LOG --log-prefix ${savedString(log)}`);
      this.#line(target, { matches: [] }, verdict);
    }
    const direct = single && (this.#lookup === 'sets' || (rule.from === 'any' && rule.to === 'any'));
    if (rate === undefined || direct) return { matches: limit, target };
    const counted = this.#open(this.#derived(`rate${number}`), `the chain that counts for rule ${number}`);
    this.#line(counted, { matches: limit }, target);
    return { matches: [], target: counted };
  }

  /** The first of the chains that lead a packet through the rule's hosts to the target. */
  #throughMembers({ from, to }: Rule, target: string): string {
    const behind = to === 'any' ? target : this.#memberChain(to, 'destination', target);
    return from === 'any' ? behind : this.#memberChain(from, 'source', behind);
  }

  #memberChain(set: HostSet, side: Side, target: string): string {
    const key = `${set.name} ${side} ${target}`;
    const known = this.#members.get(key);
    if (known !== undefined) return known;
    const others = [...this.#members.keys()].filter((other) => other.startsWith(`${set.name} `)).length;
    const chain = this.#derived(others === 0 ? set.name : `${set.name}-${others + 1}`);
    if (others > 0) this.#open(chain, `the chain of the set ${set.name}, ${others + 1}`);
    this.#members.set(key, chain);
    for (const { prefix, names } of this.#whole ? items(set) : []) {
      const matches = names === undefined ? [] : [commentMatch(commentText(names))];
      this.#line(chain, { [side]: sourceText(prefix), matches }, target);
    }
    return chain;
  }

  #derived(suffix: string): string {
    return shorten(`${this.#ruleset.chain}-${suffix}`, LONGEST_CHAIN);
  }

  #open(chain: string, what: string): string {
    this.#names.give(chain, what);
    if (!this.#chains.has(chain)) this.#chains.set(chain, []);
    return chain;
  }

  #line(chain: string, { source, destination, interface: link, matches }: Parts, target: string): void {
    const words = [
      source === undefined ? '' : `-s ${source}`,
      destination === undefined ? '' : `-d ${destination}`,
      link ?? '',
      ...matches,
      `-j ${target}`,
    ];
    this.#chains.get(chain)?.push(words.filter((word) => word !== '').join(' '));
  }
}

function interfaceOf({ traffic, hook }: Rule): { readonly interface?: string } {
  return traffic === 'loopback' ? { interface: hook === 'output' ? '-o lo' : '-i lo' } : {};
}

function trafficMatches({ traffic }: Rule): readonly string[] {
  return traffic === 'established' ? ['-m conntrack --ctstate RELATED,ESTABLISHED'] : [];
}
