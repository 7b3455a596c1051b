// The way back: a script for sh(1) and the files that it needs, written before anything is changed. It stands for itself, so
// that it works when we are dead, upgraded or gone; it can be run from any state in between, twice, and after a reboot.

import type { KernelContents } from '../emit/kernel.ts';
import { isOurs, type Live, type Scope } from './live.ts';
import { textOf } from './step.ts';
import { type Chains, toolOf } from './xtables.ts';

/** Files of a way back, by name. */
export type UndoFiles = ReadonlyMap<string, string>;

/** What nft lists of our chains and sets in a table, as text that it reads again. */
export interface NftListing {
  readonly text: string;
  readonly owned: boolean;
}

/** The script and its files, from what is loaded now and what will be. */
export function undoFiles(
  live: Live,
  contents: readonly KernelContents[],
  listing: NftListing | undefined,
  scope: Scope,
): UndoFiles {
  const files = new Map<string, string>();
  const parts: string[] = [];
  const nft = contents.find((each) => each.kind === 'nft');
  // Sets first, so that the rules find them; those that were not there last, when no rule looks into them any more.
  const destroyed: string[] = [];
  if (scope.sets) {
    const there = [...live.sets.keys()];
    for (const [at, name] of there.entries()) {
      const own = ` ${name} `;
      const lines = (live.texts.get('sets') ?? '')
        .split('\n')
        .filter((line) => line.startsWith(`create${own}`) || line.startsWith(`add${own}`));
      files.set(`set${at}`, textOf(lines));
      parts.push(`try put_set ${name} set${at}`);
    }
    for (const each of contents) {
      if (each.kind !== 'ipset') continue;
      for (const { name, spare } of each.sets)
        for (const set of [name, spare]) if (!live.sets.has(set)) destroyed.push(set);
    }
  }
  for (const [family, chains] of live.xtables) {
    const wanted = contents.find((each) => each.kind === 'xtables' && each.family === family);
    const names = wanted?.kind === 'xtables' ? wanted.chains.map(({ name }) => name) : [];
    const { rules, script } = undoTable(chains, names, scope, `v${family}`, [
      toolOf(family, scope.backend, 'save'),
      toolOf(family, scope.backend, 'restore'),
    ]);
    files.set(`v${family}`, rules);
    parts.push(script);
  }
  if (nft?.kind === 'nft') {
    files.set('nft', listing?.text ?? '');
    parts.push(undoNft(live, nft, scope));
  }
  for (const set of destroyed) parts.push(`is_set ${set} && try ipset destroy ${set}`);
  files.set('undo.sh', `${HEAD}${parts.join('\n')}\n${TAIL}`);
  return files;
}

/** One family: the chains of ours as they were, those that were not there away, the jumps where they were. */
function undoTable(
  chains: Chains,
  wanted: readonly string[],
  scope: Scope,
  file: string,
  [save, restore]: readonly [string, string],
): { readonly rules: string; readonly script: string } {
  const ours = [...chains.values()].filter(({ name }) => isOurs(name, scope));
  const gone = wanted.filter((name) => !chains.has(name));
  const jumps: string[] = [];
  const patterns: string[] = [];
  const all = [...new Set([...ours.map(({ name }) => name), ...wanted])];
  for (const { name: hook, policy, rules } of chains.values()) {
    if (policy === '-' || isOurs(hook, scope)) continue;
    for (const name of all) patterns.push(`-e '-A ${hook} -j ${name}'`);
    const places = rules.flatMap((rule, at) => {
      const target = /^-j (\S+)$/.exec(rule)?.[1];
      return target !== undefined && isOurs(target, scope) ? [`place ${hook} ${at + 1} ${target}`] : [];
    });
    if (places.length > 0) jumps.push('placed=0', ...places);
  }
  const rules = ours.flatMap(({ name, rules: list }) => list.map((rule) => `-A ${name} ${rule}`));
  return {
    rules: textOf([...ours.map(({ name }) => `:${name} - [0:0]`), ...rules]),
    script: `
put_${file}() {
  now=$(${save} -t filter) || return 1
  {
    echo '*filter'
    grep '^:' ${file}
    for chain in ${gone.join(' ')}; do is_chain $chain && echo ":$chain - [0:0]"; done
    jumps=$(printf '%s\\n' "$now" | grep -xF ${patterns.join(' ')})
    [ -z "$jumps" ] || printf '%s\\n' "$jumps" | sed 's/^-A/-D/'
    grep '^-A' ${file}
    ${jumps.length === 0 ? ':' : jumps.join('\n    ')}
    for chain in ${gone.join(' ')}; do is_chain $chain && echo "-X $chain"; done
    echo COMMIT
  } | ${restore} --noflush --wait 30
}
try put_${file}`,
  };
}

/** One table of nftables, in one transaction. */
function undoNft(live: Live, nft: Extract<KernelContents, { kind: 'nft' }>, scope: Scope): string {
  const where = `${nft.table.family} ${nft.table.name}`;
  if (nft.owned)
    return `
put_nft() {
  { echo 'add table ${where}'; echo 'delete table ${where}'; cat nft; } | nft --file -
}
try put_nft`;
  const before = live.nft;
  const namesOf = (
    there: Iterable<string>,
    wanted: readonly { readonly name: string }[],
  ): readonly string[] => [
    ...new Set([...[...there].filter((name) => isOurs(name, scope)), ...wanted.map(({ name }) => name)]),
  ];
  const chains = namesOf(before?.chains.keys() ?? [], nft.chains);
  const sets = namesOf(before?.sets.keys() ?? [], nft.sets);
  const bases = [...(before?.chains.values() ?? [])].filter(
    ({ name, hook }) => hook !== undefined && !isOurs(name, scope),
  );
  const jumps = bases.flatMap(({ name: base, rules }) =>
    rules.flatMap(({ jump }, at) =>
      jump === undefined || !isOurs(jump, scope) ? [] : [`place_nft '${where}' ${base} ${at} ${jump}`],
    ),
  );
  const targets = chains.map((name) => name.replaceAll('.', '\\.')).join('\\|');
  return `
put_nft() {
  {
    echo 'add table ${where}'
    for base in ${bases.map(({ name }) => name).join(' ')}; do
      nft --handle list chain ${where} $base 2>/dev/null |
        sed -n "s/^[[:space:]]*jump \\(${targets}\\) # handle \\([0-9]*\\)$/delete rule ${where} $base handle \\2/p"
    done
    for chain in ${chains.join(' ')}; do
      nft --terse list chain ${where} $chain >/dev/null 2>&1 && echo "flush chain ${where} $chain"
    done
    for chain in ${chains.join(' ')}; do
      nft --terse list chain ${where} $chain >/dev/null 2>&1 && echo "delete chain ${where} $chain"
    done
    for set in ${sets.join(' ')}; do
      nft --terse list set ${where} $set >/dev/null 2>&1 && echo "delete set ${where} $set"
    done
    cat nft
    ${jumps.length === 0 ? ':' : jumps.join('\n    ')}
  } | nft --file -
}
try put_nft`;
}

const HEAD: string = `#!/bin/sh
# Puts back what was loaded before fwgen(1) changed it: chains, sets and jumps of this filter, and nothing else. It may be
# run at any time, also twice, and after a reboot; "fwgen rollback" does so under fwgen's lock.
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$PATH
here=$(cd "$(dirname "$0")" && pwd) && cd "$here" || exit 1
failed=0

try() { "$@" || { echo "undo: $* failed" >&2; failed=1; }; }

is_chain() { printf '%s\\n' "$now" | grep -q "^:$1 "; }

is_set() { ipset list -name 2>/dev/null | grep -qxF -e "$1"; }

# A set from a file, by a spare one that takes its place.
put_set() {
  ipset destroy penstock-undo 2>/dev/null
  sed -e "s/^create $1 /create penstock-undo /" -e "s/^add $1 /add penstock-undo /" "$2" | ipset restore || return 1
  is_set "$1" || grep '^create ' "$2" | ipset restore || return 1
  ipset swap penstock-undo "$1" && ipset destroy penstock-undo
}

# A jump where it was, or at the end where there are fewer rules now.
place() {
  most=$(printf '%s\\n' "$now" | grep -c "^-A $1 ")
  most=$((most - $(printf '%s\\n' "$jumps" | grep -c "^-A $1 ") + placed + 1))
  placed=$((placed + 1))
  [ "$2" -le "$most" ] && most=$2
  echo "-I $1 $most -j $3"
}

# The same for nftables, where a base chain that is not there (after a reboot) is passed over.
place_nft() {
  nft --terse list chain $1 "$2" >/dev/null 2>&1 || return 0
  if [ "$3" -eq 0 ]; then echo "insert rule $1 $2 jump $4"; else echo "add rule $1 $2 index $(($3 - 1)) jump $4"; fi
}
`;

const TAIL: string = `
[ "$failed" -eq 0 ] || exit 1
for file in applied.json applied.elements; do
  if [ -f "old.$file" ]; then cp "old.$file" "../$file.new" && mv "../$file.new" "../$file"; else rm -f "../$file"; fi
done
rm -rf ../undone && cd .. && mv "$here" undone
`;
