// The elements of a set of hosts, of one kind, as the kernel's sets take them: what each target makes of its names is the
// target's own business.

import { Prefix } from '../address/index.ts';
import type { HostSet, NonEmpty } from './model.ts';
import type { Kind } from './names.ts';

/** An address or a prefix, with the names of the hosts behind it where it has any. */
export interface Item {
  readonly prefix: Prefix;
  readonly names: NonEmpty<string> | undefined;
}

/** Everything in a set, ascending, none inside another. */
export function* items({ members, addresses, family }: HostSet): Generator<Item> {
  let at = 0;
  for (const prefix of addresses.prefixes(family)) {
    for (let member = members[at]; member !== undefined; member = members[++at]) {
      if (Prefix.compare(prefix, member.prefix) < 0) break;
      yield member;
    }
    yield { prefix, names: undefined };
  }
  for (; at < members.length; at++) {
    const member = members[at];
    if (member !== undefined) yield member;
  }
}

/** The items of one kind. */
export function* itemsOf(set: HostSet, kind: Kind): Generator<Item> {
  for (const item of items(set)) if (item.prefix.isHost === (kind === 'addresses')) yield item;
}

/** How many items of a kind there are. */
export function countOf(set: HostSet, kind: Kind): number {
  let count = 0;
  for (const _ of itemsOf(set, kind)) count++;
  return count;
}

/** An element's text: an address without a length, a prefix with one. */
export function itemText({ prefix }: Item): string {
  return prefix.isHost ? prefix.address.toString() : prefix.toString();
}
