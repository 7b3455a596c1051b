// The networks that option range admits: `addr/bits`, `addr:mask`, `[v6]/bits`, `[v6/bits]`. Pure; whose address is
// compared with it is the listeners' business.

import { Address } from '../address/address.ts';
import { Prefix } from '../address/block.ts';
import { AddressFault } from '../address/fault.ts';

/** What option range says: who is admitted. */
export interface ClientRange {
  /** Whether a peer is admitted. */
  admits(peer: Address): boolean;
  /** The host that has to be looked up first; nobody is admitted before. */
  readonly host?: string;
  /** Takes the address of the host; gives what is wrong with the rest of the range for an address of its family. */
  settle?(address: Address): AddressFault | undefined;
}

/** The addresses that agree with `address` in every bit that is set in `mask`. Masks need not be contiguous. */
export class PeerRange implements ClientRange {
  readonly address: Address;
  readonly mask: Address;

  constructor(address: Address, mask: Address) {
    this.address = address;
    this.mask = mask;
  }

  /**
   * Whether a peer is admitted. A dual-stack listener sees an IPv4 client as ::ffff:a.b.c.d (RFC 4291 section 2.5.5.2);
   * it is judged as the IPv4 address that it is. The zone of a link-local peer does not count.
   */
  admits(peer: Address): boolean {
    const { family, w0, w1, w2, w3 } = peer.unmap();
    const { address, mask } = this;
    return (
      family === address.family &&
      ((w0 ^ address.w0) & mask.w0) === 0 &&
      ((w1 ^ address.w1) & mask.w1) === 0 &&
      ((w2 ^ address.w2) & mask.w2) === 0 &&
      ((w3 ^ address.w3) & mask.w3) === 0
    );
  }
}

/** A range that is written with a name: `localhost/32`, `localhost:255.255.255.255`, `[ip6-localhost]/128`. */
export class NamedRange implements ClientRange {
  readonly host: string;
  readonly #rest: string;
  #range: PeerRange | undefined;

  /** `rest` is what follows the name, with its slash or colon. */
  constructor(host: string, rest: string) {
    this.host = host;
    this.#rest = rest;
  }

  settle(address: Address): AddressFault | undefined {
    const range = readRange(`${address.toString()}${this.#rest}`);
    if (range instanceof AddressFault) return range;
    this.#range = range instanceof PeerRange ? range : undefined;
    return undefined;
  }

  admits(peer: Address): boolean {
    return this.#range?.admits(peer) === true;
  }
}

/** A name of a host, with a length or a mask behind it. */
const NAMED = /^(?:\[([A-Za-z][A-Za-z0-9._-]*)\]|([A-Za-z][A-Za-z0-9._-]*))([/:][^/:]+)$/;

/**
 * Reads a range as socat's option range has it. Host bits may be set and do not count, as there. A lone address is a
 * fault: socat refuses it, and whoever writes one may have meant a network.
 */
export function readRange(text: string): PeerRange | NamedRange | AddressFault {
  const named = NAMED.exec(text);
  // fe80::/10 and its like begin with a letter too, but have more colons than one.
  if (named !== null && !(Address.read(text.replace(/\/.*$/, '')) instanceof Address))
    return new NamedRange(named[1] ?? named[2] ?? '', named[3] ?? '');
  const bracketed = /^\[([^\]]*)\](.*)$/s.exec(text);
  if (bracketed !== null) {
    const [, inside = '', after = ''] = bracketed;
    if (after !== '')
      return shifted(readPrefix(inside + after), text, (at) => (at <= inside.length ? at + 1 : at + 2));
    return shifted(readPrefix(inside), text, (at) => at + 1);
  }
  const slash = text.indexOf('/');
  const colon = text.indexOf(':');
  // One colon and no slash: IPv4 with a mask. An IPv6 address has at least two.
  if (slash < 0 && colon >= 0 && colon === text.lastIndexOf(':')) {
    const address = Address.read(text.slice(0, colon));
    if (address instanceof AddressFault) return shifted(address, text, (at) => at);
    const mask = Address.read(text.slice(colon + 1));
    if (mask instanceof AddressFault) return shifted(mask, text, (at) => at + colon + 1);
    return new PeerRange(address, mask);
  }
  return readPrefix(text);
}

function readPrefix(text: string): PeerRange | AddressFault {
  if (!text.includes('/')) {
    const address = Address.read(text);
    if (address instanceof AddressFault) return address;
    const whole = `${text}/${address.family === 4 ? 32 : 128}`;
    return new AddressFault(
      text,
      text.length,
      'no length stands after the address',
      `write ${whole} for this address alone`,
    );
  }
  const prefix = Prefix.read(text, ['host-bits']);
  return prefix instanceof AddressFault ? prefix : new PeerRange(prefix.address, prefix.netmask());
}

/** A fault of a part, as a fault of the whole text. */
function shifted<T>(result: T | AddressFault, text: string, place: (at: number) => number): T | AddressFault {
  if (!(result instanceof AddressFault)) return result;
  return new AddressFault(text, Math.min(place(result.offset), text.length), result.why, result.hint);
}
