// Shell lines for iptables(8), one for each address and port, for people to read and to paste. With a chain of ours they
// empty and fill it, and place its jump; with a built-in one they only add to it.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { Target } from '../../emit/target.ts';
import { Writer } from '../../emit/writer.ts';
import { items } from '../elements.ts';
import { diagnose } from '../faults.ts';
import type { Rule, Ruleset } from '../model.ts';
import { hookChain } from '../names.ts';
import { BUILT_IN, toolOf } from './iptables.ts';
import type { EmitOptions } from './options.ts';
import { commentText, icmpMatch, portText, sourceText, verdictText } from './xtables.ts';
import { jumpsOf } from './xtables-chains.ts';

export const commands: Target<Ruleset, EmitOptions> = {
  name: 'commands',
  summary: 'iptables and ip6tables commands, a line for each address and port',
  refuse,
  emit,
};

/** A rate of a rule would be one of each line. */
function refuse({ chain, hooks, families }: Ruleset): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (BUILT_IN.includes(chain) && hooks.length > 1)
    found.push(diagnose('FW006', undefined, `${chain} can't stand for ${hooks.join(' and ')}`));
  const spans = new Set<Rule['span']>();
  for (const { rate, span } of families.flatMap(({ rules }) => rules)) {
    if (rate === undefined || spans.has(span)) continue;
    spans.add(span);
    found.push(
      diagnose('FW012', span, 'commands has no rate of a rule, since a rule is many lines', {
        hint: 'the other targets have',
      }),
    );
  }
  return found;
}

function emit(ruleset: Ruleset): readonly Artifact[] {
  const { chain, families, hooks } = ruleset;
  const own = !BUILT_IN.includes(chain);
  const writer = new Writer();
  writer.line(
    `# ${chain} by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.`,
    own
      ? '# While they run, packets meet a chain that is not filled yet.'
      : `# ${chain} is not ours: each run adds all lines once more, and hosts that are gone stay in it.`,
  );
  for (const { family, rules } of families) {
    const tool = toolOf(family);
    for (const hook of own ? hooks : []) {
      const name = hookChain(ruleset, hook);
      writer.line(`${tool} -N ${name} 2>/dev/null || ${tool} -F ${name}`);
    }
    for (const rule of rules) {
      const before = `${tool} -A ${hookChain(ruleset, rule.hook)}`;
      for (const line of lines(rule, family)) writer.line(`${before}${line}`);
    }
    for (const { from, to } of own ? jumpsOf(ruleset) : [])
      writer.line(`${tool} -C ${from} -j ${to} 2>/dev/null || ${tool} -I ${from} -j ${to}`);
  }
  const path = `/etc/penstock/${chain}.sh`;
  return [{ path, mode: 0o755, text: writer.text(), verify: ['sh', '-n', '{}'], load: ['sh', '{}'] }];
}

/** What stands behind the chain, for each source, destination and port. */
function* lines(rule: Rule, family: Family): Generator<string> {
  const { traffic, hook, action, log } = rule;
  const link = traffic === 'loopback' ? (hook === 'output' ? ' -o lo' : ' -i lo') : '';
  const state = traffic === 'established' ? ' -m conntrack --ctstate RELATED,ESTABLISHED' : '';
  const targets = log === undefined ? [] : [`LOG --log-prefix ${shellQuoted(log)}`];
  targets.push(verdictText(action, family));
  for (const source of ends(rule.from, '-s'))
    for (const destination of ends(rule.to, '-d'))
      for (const service of each(rule, family))
        for (const target of targets) {
          const names = [
            ...source.names,
            ...destination.names,
            ...(rule.comment === '' ? [] : [rule.comment]),
          ];
          const comment =
            names.length === 0 ? '' : ` -m comment --comment ${shellQuoted(commentText(names))}`;
          yield `${source.match}${destination.match}${link}${service}${state}${comment} -j ${target}`;
        }
}

/** A match for each source or destination, with the names of its hosts. */
function* ends(
  set: Rule['from'],
  option: '-s' | '-d',
): Generator<{ readonly match: string; readonly names: readonly string[] }> {
  if (set === 'any') yield { match: '', names: [] };
  else
    for (const { prefix, names = [] } of items(set))
      yield { match: ` ${option} ${sourceText(prefix)}`, names };
}

/** A match for each port or range. */
function each({ services, traffic }: Rule, family: Family): readonly string[] {
  if (traffic === 'icmp') return [` ${icmpMatch(family)}`];
  if (services === 'any') return [''];
  return services.flatMap(({ protocol, ports }) =>
    ports.map((range) => ` -p ${protocol} -m ${protocol} --dport ${portText(range)}`),
  );
}

/** A text in double quotes of a shell, scripted or typed into: nothing is expanded, not even by the history of bash. */
function shellQuoted(text: string): string {
  return `"${text.replace(/[$`!]/g, '_')}"`;
}
