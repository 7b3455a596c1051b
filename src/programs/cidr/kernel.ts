// A set as input of the two programs that load sets into the Linux kernel, nft(8) and ipset(8). Each text replaces what the
// kernel's set had, without a moment in between, however often it is loaded. Text only; nothing is run here.

import type { AddressSet, Family, Prefix } from '../../address/index.ts';

/**
 * Commands for `nft -f`, which carries a file out whole or not at all. The sets are made where they are not there yet, so a
 * rule set can include the file before the rules that say `ip saddr @NAME_v4`.
 */
export function* nftSets(
  set: AddressSet,
  families: readonly Family[],
  name: string,
  table: string,
): Generator<string> {
  yield `table ${table} {\n`;
  for (const family of families)
    yield `\tset ${name}_v${family} {\n\t\ttype ipv${family}_addr\n\t\tflags interval\n\t}\n`;
  yield '}\n';
  for (const family of families) {
    const own = set.family(family);
    yield `flush set ${table} ${name}_v${family}\n`;
    if (own.isEmpty) continue;
    yield `add element ${table} ${name}_v${family} {\n`;
    for (const prefix of own.prefixes()) yield `\t${prefix.isHost ? prefix.address : prefix},\n`;
    yield '}\n';
  }
}

/**
 * Input of `ipset restore`: a new set is filled, takes the place of the one in use, and the old one goes. All are made without
 * a bound of their own, since a set can't be made again with another bound: a list that has grown would not load.
 */
export function* ipsetSets(set: AddressSet, families: readonly Family[], name: string): Generator<string> {
  for (const family of families) {
    const kind = `hash:net family ${family === 4 ? 'inet' : 'inet6'} maxelem 4294967295`;
    const title = `${name}_v${family}`;
    yield `create -exist ${title} ${kind}\ncreate ${title}.new ${kind}\n`;
    for (const prefix of set.family(family).prefixes())
      for (const part of elements(prefix)) yield `add ${title}.new ${part}\n`;
    yield `swap ${title}.new ${title}\ndestroy ${title}.new\n`;
  }
}

/** hash:net has no /0 (ipset(8)); its halves say the same. */
function elements(prefix: Prefix): readonly Prefix[] {
  return (prefix.length === 0 ? prefix.halves() : undefined) ?? [prefix];
}
