// ipset(8) and iptables-restore(8): hosts in sets of the kernel, which a packet is looked up in at one cost for any number
// of them, and a few rules that match on the sets. The sets are loaded first: each is filled under a spare name and takes
// its place in one step, so that no packet meets a set that is half full.

import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { IpsetSet, KernelElement } from '../../emit/kernel.ts';
import type { Target } from '../../emit/target.ts';
import { quotable } from '../comment.ts';
import { countOf, type Item, itemsOf, itemText } from '../elements.ts';
import { type HostSet, type Ruleset, setOf } from '../model.ts';
import { KINDS, Names, setName } from '../names.ts';
import { refuseBuiltIn, refuseNames, restoreFiles } from './iptables.ts';
import type { EmitOptions } from './options.ts';

export const ipset: Target<Ruleset, EmitOptions> = {
  name: 'ipset',
  summary: 'sets for ipset restore, and rules on them for iptables-restore and ip6tables-restore',
  refuse,
  emit,
};

/** IPSET_MAX_COMMENT_SIZE of linux/netfilter/ipset/ip_set.h; a longer one is an error. */
const LONGEST_COMMENT = 255;

/** A bound only: memory is taken for what is there. The default of 65536 is soon too little, and cannot be changed later. */
const MOST_ELEMENTS = 16_777_216;

function refuse(ruleset: Ruleset): readonly Diagnostic[] {
  const names = new Names();
  setsOf(ruleset, names);
  return [...refuseBuiltIn(ruleset), ...refuseNames(ruleset, 'sets'), ...names.collisions];
}

function emit(ruleset: Ruleset, { together }: EmitOptions): readonly Artifact[] {
  const sets = setsOf(ruleset, new Names());
  const artifact: Artifact = {
    path: `/etc/penstock/${ruleset.chain}.ipset`,
    mode: 0o644,
    text: textOf(ruleset, sets),
    load: ['ipset', '-file', '{}', 'restore'],
    contents: { kind: 'ipset', sets },
  };
  return [artifact, ...restoreFiles(ruleset, 'sets', together)];
}

/** The four sets of each set of hosts, also those that are empty: what they held before must go. */
function setsOf({ chain, setNames, families }: Ruleset, names: Names): readonly IpsetSet[] {
  return setNames.flatMap((set) =>
    families.flatMap(({ family, rules }) => {
      const hosts = setOf(rules, set);
      return KINDS.map((kind) => {
        const name = names.give(setName(chain, set, family, kind), `the set ${set} (${kind}, IPv${family})`);
        const count = hosts === undefined ? 0 : countOf(hosts, kind);
        const type = kind === 'addresses' ? 'hash:ip' : 'hash:net';
        return {
          name,
          spare: `${name}+`,
          family,
          kind,
          create: `${type} family ${family === 4 ? 'inet' : 'inet6'} maxelem ${MOST_ELEMENTS} comment`,
          count,
          elements: () => elementsOf(hosts, kind),
        };
      });
    }),
  );
}

function* elementsOf(set: HostSet | undefined, kind: IpsetSet['kind']): Generator<KernelElement> {
  if (set === undefined) return;
  for (const item of itemsOf(set, kind)) {
    const comment = item.names === undefined ? '' : quotable(item.names, LONGEST_COMMENT);
    // hash:net takes no /0: its two halves are the same.
    const halves: readonly Item[] =
      item.prefix.length === 0 ? (item.prefix.halves() ?? []).map((prefix) => ({ ...item, prefix })) : [item];
    for (const half of halves) yield { text: itemText(half), comment };
  }
}

function textOf({ chain }: Ruleset, sets: readonly IpsetSet[]): string {
  const lines = [
    `# Sets of ${chain} by fwgen(1), for ipset restore; loaded before the rules. Each is filled aside and swapped in.`,
  ];
  for (const set of sets) {
    const { name, spare, create } = set;
    if (set.count === 0) {
      lines.push(`create ${name} ${create} -exist`, `flush ${name}`);
      continue;
    }
    lines.push(`create ${name} ${create} -exist`, `create ${spare} ${create} -exist`, `flush ${spare}`);
    for (const { text, comment } of set.elements())
      lines.push(`add ${spare} ${text}${comment === '' ? '' : ` comment "${comment}"`}`);
    lines.push(`swap ${spare} ${name}`, `destroy ${spare}`);
  }
  lines.push('');
  return lines.join('\n');
}
