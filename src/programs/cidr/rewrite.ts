// The verbs of cidr(1) that print the items of lists again: in order, or in another form.

import { Address, type Prefix, Range } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import { type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { reverseZones } from './blocks.ts';
import { ipsetSets, nftSets } from './kernel.ts';
import type { Item } from './list.ts';
import { endOf, FAMILIES, familyOf, LIST, listsOf, READING, readerOf } from './reading.ts';

export const sort: Verb = verb({
  name: 'sort',
  summary: 'print the items of the lists as they were written, in order',
  operands: [{ name: 'LIST', summary: LIST, count: 'many', complete: 'file' }],
  options: {
    ...READING,
    ...FAMILIES,
    unique: { type: 'flag', short: 'u', summary: 'print equal items once' },
    reverse: { type: 'flag', summary: 'print the last one first' },
  },
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const reader = readerOf(invocation, io);
    const items: { readonly text: string; readonly item: Item; readonly key: number }[] = [];
    reader.each(listsOf(invocation.operands), (text, item) => {
      if (family === undefined || item.family === family) items.push({ text, item, key: keyOf(item) });
    });
    if (reader.stopped) return EXIT.data;
    items.sort((a, b) => a.key - b.key || inOrder(a.item, b.item));
    if (invocation.flag('reverse')) items.reverse();
    const end = invocation.flag('0') ? '\0' : '\n';
    let previous: Item | undefined;
    for (const { text, item } of items) {
      if (invocation.flag('unique') && previous !== undefined && inOrder(previous, item) === 0) continue;
      previous = item;
      io.write(invocation.flag('json') ? `${JSON.stringify({ item: text })}\n` : `${text}${end}`);
    }
    return endOf(reader);
  },
});

/** The family and the leading bits of the first address, as a number: it decides nearly all of a sort, and needs no look at the item. */
function keyOf({ first }: Item): number {
  return first.family === 4 ? first.w3 >>> 0 : 2 ** 32 + (first.w0 >>> 0) * 2 ** 20 + (first.w1 >>> 12);
}

/** By first address, and of those that begin together the widest first. */
function inOrder(a: Item, b: Item): number {
  return Address.compare(a.first, b.first) || Address.compare(b.last, a.last);
}

const FORMS = [
  'prefix',
  'netmask',
  'wildcard',
  'range',
  'hex',
  'decimal',
  'reverse',
  'nft',
  'ipset',
] as const;
type Form = (typeof FORMS)[number];

export const convert: Verb = verb({
  name: 'convert',
  summary: 'print each item of the lists in another form, or all of them as input of nft or ipset',
  operands: [
    { name: 'FORM', summary: `one of ${FORMS.join(', ')}`, count: 'one' },
    { name: 'LIST', summary: LIST, count: 'many', complete: 'file' },
  ],
  options: {
    ...READING,
    ...FAMILIES,
    name: {
      type: 'text',
      value: 'NAME',
      summary: 'of nft and ipset: the name of the sets, before _v4 and _v6, instead of addresses',
    },
    table: {
      type: 'text',
      value: 'TABLE',
      summary: 'of nft: the table that the sets stand in, with its family, instead of inet filter',
    },
  },
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const [word = '', ...lists] = invocation.operands;
    const form = FORMS.find((each) => each === word);
    if (form === undefined)
      throw new UsageError(`there is no form ${JSON.stringify(word)}: one of ${FORMS.join(', ')}`);
    const name = nameArgument(invocation.text('name') ?? 'addresses');
    const table = tableArgument(invocation.text('table') ?? 'inet filter');
    const reader = readerOf(invocation, io);
    if (form === 'nft' || form === 'ipset') {
      const set = reader.union(listsOf(lists));
      if (reader.stopped) return EXIT.data;
      // A family that the list has nothing of is printed as well: its set must not keep what the last list had.
      const families = family === undefined ? ([4, 6] as const) : ([family] as const);
      const text = form === 'nft' ? nftSets(set, families, name, table) : ipsetSets(set, families, name);
      for (const piece of text) io.write(piece);
      return endOf(reader);
    }
    const end = invocation.flag('0') ? '\0' : '\n';
    reader.each(listsOf(lists), (text, item) => {
      if (family !== undefined && item.family !== family) return;
      for (const converted of formsOf(item, form)) {
        io.write(
          invocation.flag('json')
            ? `${JSON.stringify({ item: text, [form]: converted })}\n`
            : `${converted}${end}`,
        );
      }
    });
    return endOf(reader);
  },
});

function nameArgument(name: string): string {
  // The longest name of an ipset has 31 characters, and `_v4` and `.new` go behind this one.
  if (/^[A-Za-z][A-Za-z0-9_]{0,23}$/.test(name)) return name;
  throw new UsageError(
    `${JSON.stringify(name)} can't name sets: a letter, then up to 23 letters, digits and underscores`,
  );
}

function tableArgument(table: string): string {
  if (/^(?:inet|ip|ip6|bridge|netdev) [A-Za-z_][A-Za-z0-9_]*$/.test(table)) return table;
  throw new UsageError(
    `${JSON.stringify(table)} is no table of nft: a family and a name, such as 'inet filter'`,
  );
}

function formsOf(item: Item, form: Exclude<Form, 'nft' | 'ipset'>): readonly string[] {
  if (form === 'range')
    return [item.first.equals(item.last) ? String(item.first) : `${item.first}-${item.last}`];
  const prefixes = item instanceof Range ? item.toPrefixes() : [item];
  return prefixes.flatMap((prefix) => (form === 'reverse' ? reverseZones(prefix) : [formOf(prefix, form)]));
}

function formOf(prefix: Prefix, form: Exclude<Form, 'nft' | 'ipset' | 'range' | 'reverse'>): string {
  const { address, length } = prefix;
  const slash = prefix.isHost ? '' : `/${length}`;
  switch (form) {
    case 'prefix':
      return String(prefix);
    case 'netmask':
      return `${address}/${prefix.netmask()}`;
    case 'wildcard':
      return `${address}/${prefix.wildcard()}`;
    case 'hex':
      return `0x${address
        .toBigInt()
        .toString(16)
        .padStart(prefix.family === 4 ? 8 : 32, '0')}${slash}`;
    case 'decimal':
      return `${address.toBigInt()}${slash}`;
  }
}
