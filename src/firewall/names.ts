// What chains and sets are called in the kernel: after the filter's chain, within the bytes that the kernel takes, and no
// two the same.

import type { Family } from '../address/index.ts';
import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose } from './faults.ts';
import type { Hook, Ruleset } from './model.ts';

/** Longest name of a chain: XT_EXTENSION_MAXNAMELEN (29) of linux/netfilter/x_tables.h, less its final zero. */
export const LONGEST_CHAIN = 28;

/**
 * Longest name of a set: IPSET_MAXNAMELEN (32) of linux/netfilter/ipset/ip_set.h, less its final zero, less one for the set
 * that takes its place.
 */
export const LONGEST_SET = 30;

/** Addresses and prefixes of a set stand in sets of their own. */
export type Kind = 'addresses' | 'prefixes';

export const KINDS: readonly Kind[] = ['addresses', 'prefixes'];

/** The chain of a hook: the filter's own name for its first one, and after it for the others. */
export function hookChain({ chain, hooks }: Ruleset, hook: Hook): string {
  return hook === hooks[0] ? chain : shorten(`${chain}-${hook}`, LONGEST_CHAIN);
}

/** The kernel's set for one kind of one family of a set of hosts. */
export function setName(chain: string, set: string, family: Family, kind: Kind): string {
  return shorten(`${chain}-${set}-${kind === 'addresses' ? 'v' : 'p'}${family}`, LONGEST_SET);
}

/** A name that fits: one that is too long is cut, with a sum of the whole behind it. */
export function shorten(name: string, longest: number): string {
  if (name.length <= longest) return name;
  const sum = fnv1a(name).toString(36).padStart(7, '0');
  return `${name.slice(0, longest - sum.length - 1)}.${sum}`;
}

/** FNV-1a of 32 bits, over ASCII. */
function fnv1a(text: string): number {
  let sum = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
  return sum >>> 0;
}

/** Names that have been given in one table, each with what it is for. */
export class Names {
  readonly #given = new Map<string, string>();
  readonly collisions: Diagnostic[] = [];

  /** Gives a name away; a second time, for something else, is a collision. */
  give(name: string, what: string): string {
    const other = this.#given.get(name);
    if (other === undefined) this.#given.set(name, what);
    else if (other !== what)
      this.collisions.push(
        diagnose('FW011', undefined, `${what} would be called ${name}, as ${other} is`, {
          hint: 'give the set another name',
        }),
      );
    return name;
  }
}
