// The chains of a filter in the language of nft(8): the families' rules one after the other in the chains of the hooks.

import type { Family } from '../../address/index.ts';
import type { KernelChain } from '../../emit/kernel.ts';
import { quotable } from '../comment.ts';
import { itemsOf } from '../elements.ts';
import type { Rule, Ruleset, Service } from '../model.ts';
import { hookChain, KINDS, LONGEST_CHAIN, type Names, setName, shorten } from '../names.ts';

/** The chains, those of the hooks first; names that collide are told to `names`. Comments have so many bytes at most. */
export function nftChains(
  ruleset: Ruleset,
  table: 'inet' | 'ip' | 'ip6',
  names: Names,
  longestComment: number,
): readonly KernelChain[] {
  const chains = new Map<string, string[]>();
  const open = (name: string, what: string): string => {
    names.give(name, what);
    if (!chains.has(name)) chains.set(name, []);
    return name;
  };
  for (const hook of ruleset.hooks) open(hookChain(ruleset, hook), `the chain of ${hook}`);
  for (const { family, rules } of ruleset.families) {
    for (const rule of rules) {
      const main = chains.get(hookChain(ruleset, rule.hook));
      const ways = matchesOf(rule, ruleset.chain, family, table);
      let outcome = outcomeOf(rule);
      if (rule.rate !== undefined && ways.length > 1) {
        // Where lines are several, the rate must be counted in one place, which is a chain.
        const what = `the chain that counts for rule ${rule.number} of IPv${family}`;
        const name = open(shorten(`${ruleset.chain}-rate${rule.number}-v${family}`, LONGEST_CHAIN), what);
        chains.get(name)?.push(outcome);
        outcome = `jump ${name}`;
      }
      const comment = rule.comment === '' ? '' : ` comment "${quotable([rule.comment], longestComment)}"`;
      for (const way of ways) main?.push(`${way}${outcome}${comment}`);
    }
  }
  return [...chains].map(([name, rules]) => ({ name, rules }));
}

/** What becomes of a packet: counted, logged, judged. */
function outcomeOf({ rate, log, action }: Rule): string {
  const limit = rate === undefined ? '' : `limit rate ${rate.count}/${rate.per} burst ${rate.burst} packets `;
  return `${limit}${log === undefined ? '' : `log prefix "${log}" `}${action}`;
}

/** The matches of a rule, each followed by a blank: one for each way through its sets and services. */
function matchesOf(
  rule: Rule,
  chain: string,
  family: Family,
  table: 'inet' | 'ip' | 'ip6',
): readonly string[] {
  const { from, to, services, traffic, hook } = rule;
  const anybody = from === 'any' && to === 'any' && table === 'inet';
  const kind = anybody ? `meta nfproto ipv${family} ` : '';
  const link = traffic === 'loopback' ? `${hook === 'output' ? 'oif' : 'iif'}name "lo" ` : '';
  const icmp = traffic === 'icmp' ? `meta l4proto ${family === 4 ? 'icmp' : 'ipv6-icmp'} ` : '';
  const state = traffic === 'established' ? 'ct state established,related ' : '';
  const texts = services === 'any' ? [''] : services.map(serviceText);
  return inSets(from, 'saddr', family, chain).flatMap((source) =>
    inSets(to, 'daddr', family, chain).flatMap((destination) =>
      texts.map((service) => `${kind}${link}${source}${destination}${icmp}${service}${state}`),
    ),
  );
}

/** One match for each kind of the set that has elements. */
function inSets(
  set: Rule['from'],
  field: 'saddr' | 'daddr',
  family: Family,
  chain: string,
): readonly string[] {
  if (set === 'any') return [''];
  return KINDS.filter((kind) => !itemsOf(set, kind).next().done).map(
    (kind) => `${family === 4 ? 'ip' : 'ip6'} ${field} @${setName(chain, set.name, family, kind)} `,
  );
}

/** `tcp dport { 22, 80, 8000-8010 } ` */
function serviceText({ protocol, ports }: Service): string {
  const texts = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return `${protocol} dport ${texts.length === 1 ? texts.join('') : `{ ${texts.join(', ')} }`} `;
}
