// Arithmetic on blocks that cidr(1) needs and a model of addresses doesn't: what a host can have, parts of a length, reverse
// zones. Pure.

import { Address, Prefix, Range } from '../../address/index.ts';

/**
 * What a host can have of a prefix: of IPv4 not the first address, which names the network, nor the last, which is its
 * broadcast (RFC 1122 section 3.2.1.3), but both of a /31 (RFC 3021); of IPv6 not the first, which is the anycast address
 * of the subnet's routers (RFC 4291 section 2.6.1), but both of a /127 (RFC 6164 section 6).
 */
export function hostRange(prefix: Prefix): Range {
  const { first, last, family } = prefix;
  if (prefix.length >= widthOf(family) - 1) return prefix.toRange();
  return Range.of(first.next() ?? first, family === 4 ? (last.previous() ?? last) : last);
}

/** The prefixes of a length inside one that is no longer, in order. */
export function* partsOf(prefix: Prefix, length: number): Generator<Prefix> {
  const step = 1n << BigInt(widthOf(prefix.family) - length);
  const last = prefix.last.toBigInt();
  for (let at = prefix.first.toBigInt(); at <= last; at += step)
    yield Prefix.of(Address.fromBigInt(prefix.family, at), length);
}

/**
 * The reverse zones that a prefix is delegated by: cut at octets (RFC 1035 section 3.5) or nibbles (RFC 3596 section
 * 2.5), so that one that ends between two cuts has several. Below an IPv4 /24 it is the zone that holds it.
 */
export function reverseZones(prefix: Prefix): readonly string[] {
  if (prefix.isHost) return [prefix.address.reverseName()];
  const [width, step, finest] = prefix.family === 4 ? [32, 8, 24] : [128, 4, 124];
  const cut = Math.min(Math.ceil(prefix.length / step) * step, finest);
  const labels = (width - cut) / step;
  const parts = cut < prefix.length ? [prefix] : partsOf(prefix, cut);
  return Array.from(parts, ({ address }) => address.reverseName().split('.').slice(labels).join('.'));
}

/** Bits in an address. */
export function widthOf(family: 4 | 6): number {
  return family === 4 ? 32 : 128;
}
