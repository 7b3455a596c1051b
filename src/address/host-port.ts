// An address with a port, as a listener or a connection names it: 192.0.2.1:80, [2001:db8::1]:80. Names aren't resolved
// and not taken.

import { Address } from './address.ts';
import { AddressFault, orThrow } from './fault.ts';
import { accepts, addressFlaw, faultOf } from './flaw.ts';
import { type PortForm, readPort } from './port.ts';

/** An address and a port. */
export class HostPort {
  readonly address: Address;
  readonly port: number;

  private constructor(address: Address, port: number) {
    this.address = address;
    this.port = port;
    Object.freeze(this);
  }

  /** RangeError if the port is not 0 to 65535. */
  static of(address: Address, port: number): HostPort {
    if (!Number.isInteger(port) || port < 0 || port > 65535) throw new RangeError(`${port} is no port`);
    return new HostPort(address, port);
  }

  /**
   * Reads `192.0.2.1:80` and `[2001:db8::1]:80`; a zone may stand inside the brackets. An IPv6 address has to be in
   * brackets (RFC 3986 section 3.2.2, RFC 5952 section 6) and an IPv4 address must not.
   */
  static read(text: string, forms: readonly PortForm[] = []): HostPort | AddressFault {
    const bracketed = text.startsWith('[');
    const close = bracketed ? text.indexOf(']') : text.indexOf(':');
    const colon = bracketed ? close + 1 : close;
    // 192.0.2.1:80:81 has a fault in the port, 1:2:3 in the missing brackets
    const ofSix = !bracketed && text.includes(':', colon + 1) && !accepts(text.slice(0, close));
    if (close < 0 || text[colon] !== ':' || ofSix) {
      return splitFault(text, bracketed, close);
    }
    const start = bracketed ? 1 : 0;
    const address = Address.read(text.slice(start, close));
    const port = text.slice(colon + 1);
    if (address instanceof AddressFault) {
      const flaw = addressFlaw(text.slice(start, close));
      return faultOf(text, { ...flaw, at: flaw.at + start }, (host) => spelled(host, port));
    }
    if (bracketed && address.family === 4) {
      return faultOf(text, {
        at: 0,
        why: 'brackets around an IPv4 address',
        write: spelled(address.toString(), port),
      });
    }
    const number = readPort(port, forms);
    if (!(number instanceof AddressFault)) return new HostPort(address, number);
    return new AddressFault(text, colon + 1 + number.offset, number.why);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly PortForm[] = []): HostPort {
    return orThrow(HostPort.read(text, forms));
  }

  equals(other: HostPort): boolean {
    return this.port === other.port && this.address.equals(other.address);
  }

  /** The total order: by address, then by port. */
  static compare(a: HostPort, b: HostPort): number {
    return Address.compare(a.address, b.address) || a.port - b.port;
  }

  /** Canonical text: an IPv6 address in brackets. */
  toString(): string {
    const address = this.address.toString();
    return this.address.family === 4 ? `${address}:${this.port}` : `[${address}]:${this.port}`;
  }

  toJSON(): string {
    return this.toString();
  }
}

/** An address and a port in one text, or undefined if the port is none. */
function spelled(address: string, port: string): string | undefined {
  if (readPort(port) instanceof AddressFault) return undefined;
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** There is no place to part the text into an address and a port. */
function splitFault(text: string, bracketed: boolean, close: number): AddressFault {
  if (bracketed) {
    if (close < 0) return faultOf(text, { at: text.length, why: 'the bracket is not closed' });
    const why = close + 1 === text.length ? 'no port after the address' : "':' expected after the bracket";
    return faultOf(text, { at: close + 1, why });
  }
  const colon = text.lastIndexOf(':');
  const host = text.slice(0, colon);
  const apart = colon > 0 && isAddress(host) ? spelled(host, text.slice(colon + 1)) : undefined;
  // ::1:80 is an address as a whole, and may have been meant as one with a port
  if (isAddress(text))
    return faultOf(text, { at: text.length, why: 'no port after the address', write: apart });
  if (apart !== undefined) {
    return faultOf(text, { at: 0, why: 'an IPv6 address needs brackets before a port', write: apart });
  }
  return faultOf(text, { ...addressFlaw(text), write: undefined, other: undefined });
}

function isAddress(text: string): boolean {
  return Address.read(text) instanceof Address;
}
