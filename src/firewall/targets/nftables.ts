// An nft(8) file: chains and their sets, in the table whose base chain drops (ours to fill, the site's to jump to), or in a
// table of our own. One transaction, which replaces what it put there before.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { KernelElement, KernelJump, NftContents, NftSet } from '../../emit/kernel.ts';
import type { Target } from '../../emit/target.ts';
import { quotable } from '../comment.ts';
import { countOf, itemsOf, itemText } from '../elements.ts';
import { diagnose } from '../faults.ts';
import { type HostSet, type Ruleset, setOf } from '../model.ts';
import { hookChain, KINDS, Names, setName } from '../names.ts';
import { refuseBuiltIn } from './iptables.ts';
import { nftChains } from './nft-chains.ts';
import type { EmitOptions } from './options.ts';

export const nftables: Target<Ruleset, EmitOptions> = {
  name: 'nftables',
  summary: 'a file for nft -f, which fills chains and sets in the table inet filter or another',
  refuse,
  emit,
};

/** Before the filter chains (priority 0) of others, behind address translation of destinations (-100). */
const PRIORITY = 'filter - 10';

/** NFTNL_UDATA_COMMENT_MAXLEN of libnftnl; a longer one is an error. */
const LONGEST_COMMENT = 128;

function refuse(ruleset: Ruleset, options: EmitOptions): readonly Diagnostic[] {
  const found = [...refuseBuiltIn(ruleset)];
  const { chain, families } = ruleset;
  const { table } = options;
  if (!/[A-Z_]/.test(chain)) {
    found.push(
      diagnose('FW009', undefined, `${chain} may be a word of the nftables language`, {
        hint: `give the chain a capital letter or an underscore: ${chain.toUpperCase()}`,
      }),
    );
  }
  if (table === undefined && !families.some(({ rules }) => rules.some(({ action }) => action !== 'accept'))) {
    found.push(
      diagnose('FW007', undefined, 'a table of our own that drops nothing lets nobody in', {
        hint: 'add --others drop, or leave --own-table away to fill a chain in the table that drops',
      }),
    );
  }
  const only = table === undefined ? undefined : FAMILY_OF[table.family];
  for (const { family } of families) {
    if (only !== undefined && family !== only)
      found.push(
        diagnose(
          'FW008',
          undefined,
          `the table ${table?.family} ${table?.name} takes no IPv${family} rules`,
          {
            hint: `give -${only}, or a table of the family inet`,
          },
        ),
      );
  }
  const names = new Names();
  contentsOf(ruleset, options, names);
  return [...found, ...names.collisions];
}

const FAMILY_OF: Readonly<Record<'inet' | 'ip' | 'ip6', Family | undefined>> = {
  inet: undefined,
  ip: 4,
  ip6: 6,
};

/** All that the file puts into the kernel. */
function contentsOf(ruleset: Ruleset, { table }: EmitOptions, names: Names): NftContents {
  const { chain, hooks } = ruleset;
  // A table of our own is called after its chain: it is replaced as a whole, and there may be other chains of ours.
  const place = table ?? { family: 'inet' as const, name: chain };
  const jumps: readonly KernelJump[] =
    table === undefined ? [] : hooks.map((hook) => ({ from: hook, to: hookChain(ruleset, hook) }));
  return {
    kind: 'nft',
    table: place,
    owned: table === undefined,
    chains: nftChains(ruleset, place.family, names, LONGEST_COMMENT),
    sets: setsOf(ruleset, names),
    jumps,
  };
}

function emit(ruleset: Ruleset, options: EmitOptions): readonly Artifact[] {
  const contents = contentsOf(ruleset, options, new Names());
  return [
    {
      path: `/etc/penstock/${ruleset.chain}.nft`,
      mode: 0o644,
      text: textOf(ruleset, contents),
      verify: ['nft', '--check', '--file', '{}'],
      load: ['nft', '--file', '{}'],
      contents,
    },
  ];
}

function textOf(ruleset: Ruleset, { table, owned, chains, sets, jumps }: NftContents): string {
  const where = `${table.family} ${table.name}`;
  const lines = [
    `# ${ruleset.chain} by fwgen(1), for nft -f. Loading it again replaces the chain and its sets and nothing else.`,
  ];
  if (owned) {
    lines.push(
      '# This table only closes: what it accepts, every other table still judges.',
      // Made and deleted, so that there is something to delete; then made afresh. All in one transaction.
      `add table ${where}`,
      `delete table ${where}`,
    );
  } else {
    lines.push(
      "# Packets reach the chain by a jump in the base chain that drops, placed once, in the site's own file or with:",
      ...jumps.map(({ from, to }) => `#   nft insert rule ${where} ${from} jump ${to}`),
    );
  }
  lines.push(`add table ${where}`);
  for (const { name } of chains) {
    const hook = owned ? ruleset.hooks.find((each) => hookChain(ruleset, each) === name) : undefined;
    const base =
      hook === undefined ? '' : ` { type filter hook ${hook} priority ${PRIORITY}; policy accept; }`;
    lines.push(`add chain ${where} ${name}${base}`);
    if (!owned) lines.push(`flush chain ${where} ${name}`);
  }
  for (const set of sets) {
    lines.push(`add set ${where} ${set.name} { ${set.declaration} }`, `flush set ${where} ${set.name}`);
    if (set.count === 0) continue;
    lines.push(`add element ${where} ${set.name} {`);
    let left = set.count;
    for (const { text, comment } of set.elements())
      lines.push(`\t${text}${comment === '' ? '' : ` comment "${comment}"`}${--left > 0 ? ',' : ''}`);
    lines.push('}');
  }
  for (const { name, rules } of chains)
    for (const rule of rules) lines.push(`add rule ${where} ${name} ${rule}`);
  lines.push('');
  return lines.join('\n');
}

/** Both kinds of each set in each family, also those that are empty: what they held before must go. */
function setsOf({ chain, setNames, families }: Ruleset, names: Names): readonly NftSet[] {
  return setNames.flatMap((set) =>
    families.flatMap(({ family, rules }) => {
      const hosts = setOf(rules, set);
      return KINDS.map((kind) => ({
        name: names.give(setName(chain, set, family, kind), `the set ${set} (${kind}, IPv${family})`),
        family,
        kind,
        declaration: `type ${family === 4 ? 'ipv4_addr' : 'ipv6_addr'};${kind === 'prefixes' ? ' flags interval;' : ''}`,
        count: hosts === undefined ? 0 : countOf(hosts, kind),
        elements: () => elementsOf(hosts, kind),
      }));
    }),
  );
}

function* elementsOf(set: HostSet | undefined, kind: NftSet['kind']): Generator<KernelElement> {
  if (set === undefined) return;
  for (const item of itemsOf(set, kind))
    yield {
      text: itemText(item),
      comment: item.names === undefined ? '' : quotable(item.names, LONGEST_COMMENT),
    };
}
