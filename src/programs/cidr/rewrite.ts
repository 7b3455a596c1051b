// The verbs of cidr(1) that print the items of lists again: in order, or in another form.

import { Address, type AddressSet, type Prefix, Range } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { reverseZones } from './facts.ts';
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
    const items: { readonly text: string; readonly item: Item }[] = [];
    reader.each(listsOf(invocation.operands), (text, item) => {
      if (family === undefined || item.family === family) items.push({ text, item });
    });
    if (reader.stopped) return EXIT.data;
    items.sort((a, b) => inOrder(a.item, b.item));
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
      summary: 'the name of the set, of nft and ipset, instead of addresses',
    },
  },
  run: (invocation, io) => {
    const family = familyOf(invocation);
    const [word = '', ...lists] = invocation.operands;
    const form = FORMS.find((each) => each === word);
    if (form === undefined)
      throw new UsageError(`there is no form ${JSON.stringify(word)}: one of ${FORMS.join(', ')}`);
    const name = invocation.text('name') ?? 'addresses';
    if (!/^[A-Za-z][A-Za-z0-9_.-]{0,25}$/.test(name)) {
      throw new UsageError(
        `${JSON.stringify(name)} can't name a set: a letter, then up to 25 letters, digits, dots, dashes and underscores`,
      );
    }
    const reader = readerOf(invocation, io);
    if (form === 'nft' || form === 'ipset') {
      const whole = reader.union(listsOf(lists));
      if (reader.stopped) return EXIT.data;
      const set = family === undefined ? whole : whole.family(family);
      if (form === 'nft') printNft(set, name, io);
      else printIpset(set, name, io);
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
      return `${address} ${prefix.netmask()}`;
    case 'wildcard':
      return `${address} ${prefix.wildcard()}`;
    case 'hex':
      return `0x${address
        .toBigInt()
        .toString(16)
        .padStart(prefix.family === 4 ? 8 : 32, '0')}${slash}`;
    case 'decimal':
      return `${address.toBigInt()}${slash}`;
  }
}

/** Definitions for an nft file (nft(8), `define`), one for each family that is there: `ip saddr $NAME_v4 drop`. */
function printNft(set: AddressSet, name: string, io: Io): void {
  for (const family of [4, 6] as const) {
    const own = set.family(family);
    if (own.isEmpty) continue;
    // In nft's grammar a name has no dots and no dashes.
    io.write(`define ${name.replace(/[.-]/g, '_')}_v${family} = {\n`);
    for (const prefix of own.prefixes()) io.write(`\t${prefix.isHost ? prefix.address : prefix},\n`);
    io.write('}\n');
  }
}

/**
 * Input of `ipset restore`, as ipset(8) loads it without a moment in which the set is empty: a new set is filled, takes the
 * place of the old one, and the old one goes.
 */
function printIpset(set: AddressSet, name: string, io: Io): void {
  for (const family of [4, 6] as const) {
    const own = set.family(family);
    if (own.isEmpty) continue;
    const prefixes = [...own.prefixes()].flatMap((prefix) => {
      // hash:net has no /0 (ipset(8)); its halves say the same.
      const halves = prefix.length === 0 ? prefix.halves() : undefined;
      return halves ?? [prefix];
    });
    const kind = `hash:net family ${family === 4 ? 'inet' : 'inet6'} maxelem ${Math.max(65536, prefixes.length)}`;
    const title = `${name}-v${family}`;
    io.write(`create -exist ${title} ${kind}\ncreate ${title}.n ${kind}\n`);
    for (const prefix of prefixes) io.write(`add ${title}.n ${prefix}\n`);
    io.write(`swap ${title}.n ${title}\ndestroy ${title}.n\n`);
  }
}
