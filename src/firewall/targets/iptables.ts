// iptables-restore(8) input: chains of ours. Loaded with --noflush it replaces those as a whole, in one transaction, and
// touches nothing else: a host that is gone from the text is gone from the kernel.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { KernelChain } from '../../emit/kernel.ts';
import type { Target } from '../../emit/target.ts';
import { Writer } from '../../emit/writer.ts';
import { diagnose } from '../faults.ts';
import type { NonEmpty, Ruleset } from '../model.ts';
import { Names } from '../names.ts';
import type { EmitOptions } from './options.ts';
import { chainsOf, jumpsOf, type Lookup, nameChains } from './xtables-chains.ts';

export const iptables: Target<Ruleset, EmitOptions> = {
  name: 'iptables',
  summary: 'input of iptables-restore --noflush and ip6tables-restore --noflush, both backends',
  refuse: (ruleset) => [...refuseBuiltIn(ruleset), ...refuseNames(ruleset, 'chains')],
  emit: (ruleset, { together }) => restoreFiles(ruleset, 'chains', together),
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

/** Chains that would be called the same. */
export function refuseNames(ruleset: Ruleset, lookup: Lookup): readonly Diagnostic[] {
  const names = new Names();
  for (const { family } of ruleset.families) nameChains(ruleset, family, lookup, names);
  return names.collisions;
}

/** The tool of a family. */
export function toolOf(family: Family): string {
  return family === 4 ? 'iptables' : 'ip6tables';
}

/**
 * A file for each family. Together, each rule says with -4 or -6 which of the two tools it is for, and the other one passes
 * over it (iptables(8), "-4, --ipv4"): the same text is loaded by both.
 */
export function restoreFiles(ruleset: Ruleset, lookup: Lookup, together: boolean): readonly Artifact[] {
  const families = ruleset.families.map(({ family }) => ({
    family,
    chains: chainsOf(ruleset, family, lookup),
  }));
  const [first, ...rest] = families;
  if (first === undefined) throw new RangeError('a filter without a family');
  const groups: readonly NonEmpty<FamilyChains>[] = together
    ? [[first, ...rest]]
    : families.map((one) => [one] as const);
  return groups.map((group) => {
    const tools = group.map(({ family }) => `${toolOf(family)}-restore`);
    const [tool = '', other] = tools;
    const [{ family, chains }] = group;
    const kind = lookup === 'sets' ? '.ipset' : '';
    const suffix = other === undefined ? `${kind}.v${family}` : kind;
    return {
      path: `/etc/penstock/${ruleset.chain}${suffix}.rules`,
      mode: 0o644,
      text: textOf(ruleset, group, tools),
      verify: [tool, '--test', '--noflush', '{}'],
      load: [tool, '--wait', '--noflush', '{}'],
      ...(other === undefined
        ? { contents: { kind: 'xtables', family, chains, jumps: jumpsOf(ruleset) } as const }
        : {}),
    };
  });
}

interface FamilyChains {
  readonly family: Family;
  readonly chains: readonly KernelChain[];
}

function textOf(ruleset: Ruleset, group: readonly FamilyChains[], tools: readonly string[]): string {
  const jumps = jumpsOf(ruleset);
  const writer = new Writer();
  writer.line(
    `# ${ruleset.chain} by fwgen(1). Loading it again replaces the chain and nothing else:`,
    ...tools.map((tool) => `#   ${tool} --noflush FILE`),
    '# Packets reach the chain by a jump, which is placed once and stays when the chain is replaced:',
    ...group.flatMap(({ family }) =>
      jumps.map(({ from, to }) => {
        const tool = toolOf(family);
        return `#   ${tool} -C ${from} -j ${to} || ${tool} -I ${from} -j ${to}`;
      }),
    ),
    '*filter',
  );
  const names = new Set(group.flatMap(({ chains }) => chains.map(({ name }) => name)));
  for (const name of names) writer.line(`:${name} - [0:0]`);
  for (const { family, chains } of group) {
    const mark = group.length > 1 ? ` -${family}` : '';
    // One by one: a call takes some 100,000 arguments, and an inventory may have more hosts.
    for (const { name, rules } of chains) for (const rule of rules) writer.line(`-A ${name}${mark} ${rule}`);
  }
  return writer.line('COMMIT').text();
}
