// Whether an address by itself says that it is reached from outside its own network: for sources that have no word for it.

import { AddressSet, Prefix } from '../address/index.ts';
import type { Scope } from './model.ts';

/** RFC 1918, RFC 6598 which is lent to carriers, RFC 3927 link-local, loopback; RFC 4193 unique local, RFC 4291 link-local. */
const LOCAL: readonly string[] = [
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
  'fe80::/10',
];

let local: AddressSet | undefined;

/** `private` where all of it is local; a prefix that reaches beyond, 0.0.0.0/0 before all, is nobody's own network. */
export function scopeOf(prefix: Prefix): Scope {
  local ??= AddressSet.of(...LOCAL.map((text) => Prefix.parse(text)));
  return local.contains(prefix) ? 'private' : 'public';
}
