// What netmask and ip-cidr say about a text, in our spelling, so that it can be put beside what we say. They are
// referees in the tests and never read anything in the product.

import IPCIDR from 'ip-cidr';
import { Netmask } from 'netmask';
import { Address, AddressFault, Range } from '../../src/address/index.ts';

/** What a library answers to a text that it doesn't take. */
export const REFUSED = 'refused';

/** Their spelling of an address in ours; what isn't one (ip-cidr has such answers) as it is. */
function respelled(text: string): string {
  const address = Address.read(text);
  return address instanceof AddressFault ? text : address.toString();
}

/** netmask's reading: the base and the length, or the address alone where the text has no slash. */
export function netmaskSays(text: string): string {
  try {
    const block = new Netmask(text);
    const whole = block.bitmask === (block.base.includes(':') ? 128 : 32);
    const base = respelled(block.base);
    return whole && !text.includes('/') ? base : `${base}/${block.bitmask}`;
  } catch {
    return REFUSED;
  }
}

/** ip-cidr's reading: the prefix between its first and last address, or the address. */
export function ipCidrSays(text: string): string {
  try {
    if (!text.includes('/')) {
      return IPCIDR.isValidAddress(text) ? respelled(IPCIDR.createAddress(text).correctForm()) : REFUSED;
    }
    const block = new IPCIDR(text);
    const range = Range.parse(`${block.start<string>()}-${block.end<string>()}`);
    return range.toPrefixes().join(' ');
  } catch {
    return REFUSED;
  }
}
