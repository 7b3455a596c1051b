// An nft(8) file: a chain and its sets, in the table whose base chain drops (ours to fill, the site's to jump to), or in a
// table of our own. One transaction, which replaces what it put there before.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import type { Target } from '../../emit/target.ts';
import { Writer } from '../../emit/writer.ts';
import { cutBytes, plainText } from '../comment.ts';
import { diagnose } from '../faults.ts';
import type { Member, NonEmpty, Rule, Ruleset, Service } from '../model.ts';
import { refuseBuiltIn } from './iptables.ts';
import type { EmitOptions } from './options.ts';

export const nftables: Target<Ruleset, EmitOptions> = {
  name: 'nftables',
  summary: 'a file for nft -f, which fills a chain and its sets in the table inet filter or another',
  refuse,
  emit,
};

/** Before the filter chains (priority 0) of others, behind address translation of destinations (-100). */
const PRIORITY = 'filter - 10';

/** NFTNL_UDATA_COMMENT_MAXLEN of libnftnl; a longer one is an error. */
const LONGEST_COMMENT = 128;

function refuse(ruleset: Ruleset, { table }: EmitOptions): readonly Diagnostic[] {
  const found = [...refuseBuiltIn(ruleset)];
  const { chain, families } = ruleset;
  if (!/[A-Z_]/.test(chain)) {
    found.push(
      diagnose('FW009', undefined, `${chain} may be a word of the nftables language`, {
        hint: `give the chain a capital letter or an underscore: ${chain.toUpperCase()}`,
      }),
    );
  }
  if (table === undefined && !families.some(({ rules }) => rules.some(({ action }) => action === 'drop'))) {
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
  return found;
}

const FAMILY_OF: Readonly<Record<'inet' | 'ip' | 'ip6', Family | undefined>> = {
  inet: undefined,
  ip: 4,
  ip6: 6,
};

function emit(ruleset: Ruleset, { table }: EmitOptions): readonly Artifact[] {
  const { chain, hook } = ruleset;
  // A table of our own is called after its chain: it is replaced as a whole, and there may be other chains of ours.
  const { family, name } = table ?? { family: 'inet', name: chain };
  const where = `${family} ${name}`;
  const writer = new Writer('\t');
  writer.line(
    `# ${chain} by fwgen(1), for nft -f. Loading it again replaces the chain and its sets and nothing else.`,
  );
  if (table === undefined) {
    writer.line(
      `# This table only closes: what it accepts, every other table still judges.`,
      // Made and deleted, so that there is something to delete; then made afresh. All in one transaction.
      `add table ${where}`,
      `delete table ${where}`,
      `add table ${where}`,
      `add chain ${where} ${chain} { type filter hook ${hook} priority ${PRIORITY}; policy accept; }`,
    );
  } else {
    writer.line(
      "# Packets reach the chain by a jump in the base chain that drops, placed once, in the site's own file or with:",
      `#   nft insert rule ${where} ${hook} jump ${chain}`,
      `add table ${where}`,
      `add chain ${where} ${chain}`,
      `flush chain ${where} ${chain}`,
    );
  }
  for (const { family: of, rules } of ruleset.families) {
    for (const set of ruleset.setNames) {
      const rule = rules.find(({ from }) => from !== 'any' && from.name === set);
      const members = rule === undefined || rule.from === 'any' ? [] : rule.from.members;
      for (const kind of KINDS) writeSet(writer, where, setName(chain, set, of, kind), of, kind, members);
    }
    for (const rule of rules) {
      for (const match of sources(rule, of, chain, family)) {
        for (const service of rule.services)
          writer.line(`add rule ${where} ${chain} ${match}${serviceText(service)} ${rule.action}`);
      }
    }
  }
  const path = `/etc/penstock/${chain}.nft`;
  return [
    {
      path,
      mode: 0o644,
      text: writer.text(),
      verify: ['nft', '--check', '--file', '{}'],
      load: ['nft', '--file', '{}'],
    },
  ];
}

/**
 * Addresses and prefixes stand apart: a set of intervals costs far more to change than one of addresses, which the kernel
 * keeps in a hash table, and a host almost never has a prefix.
 */
const KINDS = ['addresses', 'prefixes'] as const;

type Kind = (typeof KINDS)[number];

function setName(chain: string, set: string, family: Family, kind: Kind): string {
  return `${chain}-${set}-v${family}${kind === 'prefixes' ? '-prefixes' : ''}`;
}

function isOf(kind: Kind, { prefix }: Member): boolean {
  return prefix.isHost === (kind === 'addresses');
}

/** A set is made where it is not there, emptied, and filled. */
function writeSet(
  writer: Writer,
  where: string,
  name: string,
  family: Family,
  kind: Kind,
  members: readonly Member[],
): void {
  const type = family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const flags = kind === 'prefixes' ? ' flags interval;' : '';
  writer.line(`add set ${where} ${name} { type ${type};${flags} }`, `flush set ${where} ${name}`);
  const elements = members.filter((member) => isOf(kind, member)).map(elementText);
  if (elements.length === 0) return;
  writer.line(`add element ${where} ${name} {`);
  writer.indent(() => {
    for (const [index, element] of elements.entries())
      writer.line(index < elements.length - 1 ? `${element},` : element);
  });
  writer.line('}');
}

function elementText({ prefix, names }: Member): string {
  return `${prefix.isHost ? prefix.address : prefix} comment "${commentText(names)}"`;
}

/** A quoted string of nft ends at the next quote, with no way to write one inside. */
function commentText(names: NonEmpty<string>): string {
  return cutBytes(plainText(names).replaceAll('"', "'").replaceAll('\\', '/'), LONGEST_COMMENT);
}

/** The matches on the source of a rule, each followed by a blank: one for each kind of set that has members. */
function sources({ from }: Rule, family: Family, chain: string, table: string): readonly string[] {
  if (from === 'any') return [table === 'inet' ? `meta nfproto ipv${family} ` : ''];
  return KINDS.filter((kind) => from.members.some((member) => isOf(kind, member))).map(
    (kind) => `${family === 4 ? 'ip' : 'ip6'} saddr @${setName(chain, from.name, family, kind)} `,
  );
}

/** `tcp dport { 22, 80, 8000-8010 }` */
function serviceText({ protocol, ports }: Service): string {
  const texts = ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
  return `${protocol} dport ${texts.length === 1 ? texts.join('') : `{ ${texts.join(', ')} }`}`;
}
