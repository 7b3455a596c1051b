// Hosts and filters for tests, in few words.

import { Address, type Family, Prefix } from '../../src/address/index.ts';
import type { Spanned } from '../../src/document/reader.ts';
import { Source } from '../../src/document/source.ts';
import type { Packet } from '../../src/firewall/evaluate.ts';
import { type Expanded, expand } from '../../src/firewall/expand.ts';
import type { NonEmpty } from '../../src/firewall/model.ts';
import { type Flags, policyOf } from '../../src/firewall/parse.ts';
import type { Host } from '../../src/inventory/model.ts';
import { writeLines } from '../../src/inventory/wire.ts';

/** A running host; its addresses are public, and prefixes where they have a length. */
export function host(name: string, ...addresses: readonly string[]): Host {
  return {
    source: 'aws',
    id: `i-${name}`,
    name,
    region: 'us-east-1',
    state: 'running',
    addresses: addresses.map((text) => ({ prefix: Prefix.parse(text, ['single-address']), scope: 'public' })),
    tags: new Map([['Name', name]]),
  };
}

/** The host stream of these hosts, complete. */
export function stream(hosts: readonly Host[]): string {
  return [...writeLines({ hosts, closings: [{ source: 'aws', complete: true, why: '' }] })].join('');
}

/** A packet to this machine that opens a connection. */
export function packet(source: Address, protocol: Packet['protocol'], port: number): Packet {
  const destination = Address.parse(source.family === 4 ? '203.0.113.255' : '2001:db8:ffff::1');
  return {
    hook: 'input',
    source,
    destination,
    protocol,
    port,
    established: false,
    loopback: false,
    icmp: false,
  };
}

export interface Asked {
  readonly ports?: string;
  readonly chain?: string;
  readonly hook?: Flags['hook'];
  readonly others?: Flags['others'];
  readonly families?: NonEmpty<Family>;
  readonly scope?: Flags['scope'];
}

/** A text with its place, as an argument of that name has it. */
export function spanned(name: string, value: string): Spanned<string> {
  return { value, span: new Source(name, value).all() };
}

/** The filter of some hosts. */
export function expanded(hosts: readonly Host[], asked: Asked = {}): Expanded {
  const policy = policyOf({
    ports: spanned('--ports', asked.ports ?? '22,80'),
    chain: spanned('--chain', asked.chain ?? 'PENSTOCK'),
    hook: asked.hook ?? 'input',
    others: asked.others ?? 'return',
    families: asked.families ?? [4, 6],
    select: [],
    scope: asked.scope ?? 'public',
  });
  if ('severity' in policy) throw new RangeError(policy.message);
  return expand(policy, { hosts, inventories: new Map(), lists: new Map() }, 0);
}
