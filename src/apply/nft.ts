// A table of nftables as `nft --json list` prints it: chains with their rules, sets with their elements, in one spelling.
// No differences and no commands here.

import { spell } from './ipsets.ts';

/** A chain of a table. */
export interface NftChain {
  readonly name: string;
  /** Of a base chain: `input`, `forward`. */
  readonly hook: string | undefined;
  readonly type: string | undefined;
  readonly priority: number | undefined;
  readonly policy: string | undefined;
  readonly rules: readonly NftRule[];
}

export interface NftRule {
  readonly handle: number;
  /** Its expressions and comment as JSON, without counters and handles. */
  readonly text: string;
  /** The chain that it jumps to without any condition. */
  readonly jump: string | undefined;
}

/** A named set of a table. */
export interface NftSet {
  readonly name: string;
  /** Its type and flags as JSON. */
  readonly kind: string;
  /** Element -> its comment, '' mostly. */
  readonly elements: ReadonlyMap<string, string>;
}

/** A table that is there. */
export interface NftTableState {
  readonly family: string;
  readonly name: string;
  readonly chains: ReadonlyMap<string, NftChain>;
  readonly sets: ReadonlyMap<string, NftSet>;
}

/** Reads what `nft --json list table` and `nft --json list set` printed; undefined where it holds no table and no set. */
export function readNft(texts: readonly string[]): NftTableState | undefined {
  const chains = new Map<string, NftChain & { readonly rules: NftRule[] }>();
  const sets = new Map<string, NftSet>();
  let table: { readonly family: string; readonly name: string } | undefined;
  for (const text of texts) {
    const top: unknown = JSON.parse(text);
    for (const item of listOf(fieldOf(top, 'nftables'))) {
      const found = fieldOf(item, 'table');
      if (found !== undefined) table = { family: textOf(found, 'family'), name: textOf(found, 'name') };
      const chain = fieldOf(item, 'chain');
      if (chain !== undefined) chains.set(textOf(chain, 'name'), chainOf(chain));
      const rule = fieldOf(item, 'rule');
      if (rule !== undefined) chains.get(textOf(rule, 'chain'))?.rules.push(ruleOf(rule));
      const set = fieldOf(item, 'set');
      if (set !== undefined) sets.set(textOf(set, 'name'), setOf(set));
    }
  }
  return table === undefined ? undefined : { ...table, chains, sets };
}

function chainOf(chain: unknown): NftChain & { readonly rules: NftRule[] } {
  const priority = fieldOf(chain, 'prio');
  return {
    name: textOf(chain, 'name'),
    hook: maybeText(chain, 'hook'),
    type: maybeText(chain, 'type'),
    priority: typeof priority === 'number' ? priority : undefined,
    policy: maybeText(chain, 'policy'),
    rules: [],
  };
}

function ruleOf(rule: unknown): NftRule {
  const handle = fieldOf(rule, 'handle');
  const expressions = listOf(fieldOf(rule, 'expr')).filter((each) => fieldOf(each, 'counter') === undefined);
  const [only, ...more] = expressions;
  const jump = more.length === 0 ? maybeText(fieldOf(only, 'jump'), 'target') : undefined;
  return {
    handle: typeof handle === 'number' ? handle : -1,
    text: JSON.stringify([expressions, fieldOf(rule, 'comment') ?? '']),
    jump,
  };
}

function setOf(set: unknown): NftSet {
  const elements = new Map<string, string>();
  for (const item of listOf(fieldOf(set, 'elem'))) {
    const wrapped = fieldOf(item, 'elem');
    const value = wrapped === undefined ? item : fieldOf(wrapped, 'val');
    elements.set(elementText(value), maybeText(wrapped, 'comment') ?? '');
  }
  const kind = JSON.stringify([fieldOf(set, 'type') ?? '', fieldOf(set, 'flags') ?? []]);
  return { name: textOf(set, 'name'), kind, elements };
}

/** An element as nft's own language spells it. */
function elementText(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number') return spell(`${value}`);
  const prefix = fieldOf(value, 'prefix');
  if (prefix !== undefined) return `${spell(textOf(prefix, 'addr'))}/${String(fieldOf(prefix, 'len'))}`;
  const [first, last] = listOf(fieldOf(value, 'range'));
  if (first !== undefined) return `${elementText(first)}-${elementText(last)}`;
  const parts = listOf(fieldOf(value, 'concat'));
  return parts.length > 0 ? parts.map(elementText).join(' . ') : JSON.stringify(value);
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? Object.getOwnPropertyDescriptor(value, name)?.value
    : undefined;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function maybeText(value: unknown, name: string): string | undefined {
  const found = fieldOf(value, name);
  return typeof found === 'string' ? found : undefined;
}

function textOf(value: unknown, name: string): string {
  return maybeText(value, name) ?? '';
}
