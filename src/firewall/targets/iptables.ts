// iptables-restore(8) input: one chain of ours, and one for each set of hosts. Loaded with --noflush it replaces those as a
// whole, in one transaction, and touches nothing else: a host that is gone from the text is gone from the kernel.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { Target } from '../../emit/target.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { FamilyRules, HostSet, Rule, Ruleset } from '../model.ts';
import type { EmitOptions } from './options.ts';
import { commentText, serviceMatches, sourceText, VERDICTS } from './xtables.ts';

export const iptables: Target<Ruleset, EmitOptions> = {
  name: 'iptables',
  summary: 'input of iptables-restore --noflush and ip6tables-restore --noflush, both backends',
  refuse: refuseBuiltIn,
  emit,
};

/** The chains that the kernel itself calls in the filter table. */
export const BUILT_IN: readonly string[] = ['INPUT', 'FORWARD', 'OUTPUT'];

/** A `:INPUT` line sets the policy and flushes nothing: every load would add all lines once more. */
export function refuseBuiltIn({ chain }: Ruleset): readonly Diagnostic[] {
  if (!BUILT_IN.includes(chain)) return [];
  return [
    diagnose('FW006', undefined, `${chain} is a built-in chain, which can't be replaced as a whole`, {
      hint: '--target commands adds its lines to one; or give a chain of your own and jump to it',
    }),
  ];
}

/** The tool of a family. */
export function toolOf(family: Family): string {
  return family === 4 ? 'iptables' : 'ip6tables';
}

/**
 * Together, each rule says with -4 or -6 which of the two tools it is for, and the other one passes over it
 * (iptables(8), "-4, --ipv4"): the same text is loaded by both.
 */
function emit(ruleset: Ruleset, { together }: EmitOptions): readonly Artifact[] {
  const { chain, families } = ruleset;
  const groups = together ? [families] : families.map((family) => [family] as const);
  return groups.map((group) => {
    const tools = group.map(({ family }) => `${toolOf(family)}-restore`);
    const [tool = '', other] = tools;
    const suffix = other === undefined ? `.v${group[0].family}` : '';
    return {
      path: `/etc/penstock/${chain}${suffix}.rules`,
      mode: 0o644,
      text: textOf(ruleset, group, tools),
      verify: [tool, '--test', '--noflush', '{}'],
      load: [tool, '--wait', '--noflush', '{}'],
    };
  });
}

function textOf(ruleset: Ruleset, group: readonly FamilyRules[], tools: readonly string[]): string {
  const { chain, hook, setNames } = ruleset;
  const builtIn = hook.toUpperCase();
  const writer = new Writer();
  writer.line(
    `# ${chain} by fwgen(1). Loading it again replaces the chain and nothing else:`,
    ...tools.map((tool) => `#   ${tool} --noflush FILE`),
    '# Packets reach the chain by a jump, which is placed once and stays when the chain is replaced:',
    ...group.map(({ family }) => {
      const tool = toolOf(family);
      return `#   ${tool} -C ${builtIn} -j ${chain} || ${tool} -I ${builtIn} -j ${chain}`;
    }),
    '*filter',
    `:${chain} - [0:0]`,
    ...setNames.map((name) => `:${chain}-${name} - [0:0]`),
  );
  for (const { family, rules } of group) {
    const mark = group.length > 1 ? ` -${family}` : '';
    for (const rule of rules) writer.line(...dispatch(rule, chain, mark));
    // One by one: a call takes some 100,000 arguments, and an inventory may have more hosts.
    for (const { from, action } of rules) {
      if (from === 'any') continue;
      for (const line of members(from, chain, mark, VERDICTS[action])) writer.line(line);
    }
  }
  return writer.line('COMMIT').text();
}

/** The lines of a rule in our chain: a set of hosts is looked through in a chain of its own, only for packets to its ports. */
function dispatch({ from, services, action }: Rule, chain: string, mark: string): readonly string[] {
  const verdict = from === 'any' ? VERDICTS[action] : `${chain}-${from.name}`;
  return services.flatMap((service) =>
    serviceMatches(service).map((match) => `-A ${chain}${mark} ${match} -j ${verdict}`),
  );
}

/** One line for each host, whatever the number of ports. */
function members(
  { name, members: list }: HostSet,
  chain: string,
  mark: string,
  verdict: string,
): readonly string[] {
  return list.map(
    ({ prefix, names }) =>
      `-A ${chain}-${name}${mark} -s ${sourceText(prefix)} -m comment --comment "${commentText(names)}" -j ${verdict}`,
  );
}
