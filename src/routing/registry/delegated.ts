// The statistics files of the regional registries, extended form (delegated-*-extended-latest): which registry gave which
// block, or AS number, to which holder. Holders have no names there, only an opaque number; equal numbers are one holder.

import { Address, AddressFault, type Prefix, Range } from '../../address/index.ts';
import type { Source, Span } from '../../document/source.ts';

/** A block of addresses as a registry has it. */
export interface Delegation {
  readonly span: Span;
  readonly registry: string;
  readonly range: Range;
  readonly status: string;
  readonly holder: string;
}

/** An AS number as a registry has it. */
export interface AsnDelegation {
  readonly span: Span;
  readonly status: string;
  readonly holder: string;
}

/** What such files say of some prefixes and of one AS number. */
export interface Delegations {
  readonly blocks: readonly Delegation[];
  readonly asn: AsnDelegation | undefined;
  /** Lines that are no records, at most a few: `registry|cc|type|start|value|date|status|opaque-id`. */
  readonly faults: readonly Span[];
}

const MOST_FAULTS = 5;

/** Reads files, and keeps the records that have to do with these prefixes and this AS number. */
export function readDelegations(
  sources: readonly Source[],
  prefixes: readonly Prefix[],
  as: number,
): Delegations {
  const blocks: Delegation[] = [];
  const faults: Span[] = [];
  let asn: AsnDelegation | undefined;
  for (const source of sources) {
    const { text } = source;
    let start = 0;
    while (start < text.length) {
      let end = text.indexOf('\n', start);
      if (end < 0) end = text.length;
      const line = text.slice(start, end).trim();
      const span = source.span(start, start + line.length);
      start = end + 1;
      if (line === '' || line.startsWith('#')) continue;
      const [registry = '', , type = '', first = '', value = '', , status = '', holder = ''] =
        line.split('|');
      // The version line, and the counts.
      if (/^\d/.test(registry) || status === 'summary' || line.endsWith('|summary')) continue;
      if (type === 'asn') {
        const [from, count] = [Number(first), Number(value)];
        if (from <= as && as < from + count) asn = { span, status, holder };
        continue;
      }
      const range = type === 'ipv4' || type === 'ipv6' ? rangeOf(type, first, value) : undefined;
      if (range === undefined) {
        if (faults.length < MOST_FAULTS) faults.push(span);
        continue;
      }
      if (prefixes.some((prefix) => range.overlaps(prefix.toRange())))
        blocks.push({ span, registry, range, status, holder });
    }
  }
  return { blocks, asn, faults };
}

/** Of IPv4 the value is how many addresses there are, which need be no power of two; of IPv6 a length. */
function rangeOf(type: 'ipv4' | 'ipv6', first: string, value: string): Range | undefined {
  const address = Address.read(first);
  if (address instanceof AddressFault || !/^\d+$/.test(value) || Number(value) === 0) return undefined;
  if (address.family !== (type === 'ipv4' ? 4 : 6)) return undefined;
  const size = type === 'ipv4' ? BigInt(value) : 1n << BigInt(128 - Math.min(Number(value), 128));
  const last = address.toBigInt() + size - 1n;
  if (last >= 1n << (type === 'ipv4' ? 32n : 128n)) return undefined;
  return Range.of(address, Address.fromBigInt(address.family, last));
}
