// What netmask, ip-cidr, ipaddr.js and Python's ipaddress say about a text, in our spelling, so that it can be put beside what
// we say. They are referees in the tests and never read anything in the product.

import IPCIDR from 'ip-cidr';
import ipaddr from 'ipaddr.js';
import { Netmask } from 'netmask';
import { Address, AddressFault, Prefix, Range } from '../../src/address/index.ts';
import { run } from '../spawn.ts';

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

/** ipaddr.js's reading: of an address, or of a prefix, whose host bits it keeps. */
export function ipaddrSays(as: string, text: string): string {
  try {
    if (as === 'address') return respelled(ipaddr.parse(text).toString());
    const [address, length] = ipaddr.parseCIDR(text);
    return `${respelled(address.toString())}/${length}`;
  } catch {
    return REFUSED;
  }
}

/** Reads JSON Lines of [kind, text], prints a line of JSON for each: what ipaddress makes of it, or null. */
const PYTHON = `
import ipaddress, json, sys
for line in sys.stdin:
    kind, text = json.loads(line)
    try:
        read = ipaddress.ip_address if kind == "address" else ipaddress.ip_network
        print(json.dumps(str(read(text))))
    except ValueError:
        print("null")
`;

/** What Python's ipaddress.ip_address and ip_network (which is strict about host bits) say; undefined without a Python of 3.10 or more. */
export async function pythonSays(
  rows: readonly { readonly as: string; readonly text: string }[],
): Promise<readonly string[] | undefined> {
  const version = await run('python3', ['-c', 'import sys; print(sys.version_info >= (3, 10))']);
  if (version.stdout.trim() !== 'True') return undefined;
  const input = rows.map(({ as, text }) => `${JSON.stringify([as, text])}\n`).join('');
  const { status, stdout, stderr } = await run('python3', ['-c', PYTHON], { input });
  if (status !== 0) throw new Error(stderr);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => {
      const answer: unknown = JSON.parse(line);
      if (typeof answer !== 'string') return REFUSED;
      const prefix = Prefix.read(answer);
      return prefix instanceof AddressFault ? respelled(answer) : prefix.toString();
    });
}
