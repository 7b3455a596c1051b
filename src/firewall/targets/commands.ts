// Shell lines for iptables(8), one for each address and port, for people to read and to paste. With a chain of ours they
// empty and fill it, and place its jump; with a built-in one they only add to it.

import type { Artifact } from '../../emit/artifact.ts';
import type { Target } from '../../emit/target.ts';
import { Writer } from '../../emit/writer.ts';
import type { FamilyRules, Rule, Ruleset, Service } from '../model.ts';
import { BUILT_IN, toolOf } from './iptables.ts';
import type { EmitOptions } from './options.ts';
import { commentText, portText, sourceText, VERDICTS } from './xtables.ts';

export const commands: Target<Ruleset, EmitOptions> = {
  name: 'commands',
  summary: 'iptables and ip6tables commands, a line for each address and port',
  refuse: () => [],
  emit,
};

function emit(ruleset: Ruleset): readonly Artifact[] {
  const { chain, families } = ruleset;
  const own = !BUILT_IN.includes(chain);
  const writer = new Writer();
  writer.line(
    `# ${chain} by fwgen(1). These are commands for sh(1), to be read; iptables-restore loads the same in one step.`,
    own
      ? '# While they run, packets meet a chain that is not filled yet.'
      : `# ${chain} is not ours: each run adds all lines once more, and hosts that are gone stay in it.`,
  );
  for (const family of families) {
    const tool = toolOf(family.family);
    if (own) writer.line(`${tool} -N ${chain} 2>/dev/null || ${tool} -F ${chain}`);
    for (const line of lines(family, tool, chain)) writer.line(line);
    if (own) {
      const jump = `${ruleset.hook.toUpperCase()} -j ${chain}`;
      writer.line(`${tool} -C ${jump} 2>/dev/null || ${tool} -I ${jump}`);
    }
  }
  const path = `/etc/penstock/${chain}.sh`;
  return [{ path, mode: 0o755, text: writer.text(), verify: ['sh', '-n', '{}'], load: ['sh', '{}'] }];
}

function lines({ rules }: FamilyRules, tool: string, chain: string): readonly string[] {
  return rules.flatMap((rule) =>
    sources(rule).flatMap((source) =>
      rule.services.flatMap((service) =>
        each(service).map((match) => {
          const { before, after } = source;
          return `${tool} -A ${chain}${before} ${match}${after} -j ${VERDICTS[rule.action]}`;
        }),
      ),
    ),
  );
}

/** What stands before and behind the match on the port, for each source of a rule. */
function sources({ from }: Rule): readonly { readonly before: string; readonly after: string }[] {
  if (from === 'any') return [{ before: '', after: '' }];
  return from.members.map(({ prefix, names }) => ({
    before: ` -s ${sourceText(prefix)}`,
    after: ` -m comment --comment "${shellText(commentText(names))}"`,
  }));
}

/** A match for each port or range. */
function each({ protocol, ports }: Service): readonly string[] {
  return ports.map((range) => `-p ${protocol} -m ${protocol} --dport ${portText(range)}`);
}

/** A comment for double quotes of a shell, scripted or typed into: nothing is expanded, not even by the history of bash. */
function shellText(text: string): string {
  return text.replace(/[$`!]/g, '_');
}
