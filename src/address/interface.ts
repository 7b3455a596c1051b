// An address on an interface: an address and the length of the network it stands in, host bits kept, as `ip addr` writes
// it. Not a prefix: 10.1.2.3/24 and 10.1.2.4/24 are two interface addresses in one prefix.

import { Address, type Family } from './address.ts';
import { Prefix } from './block.ts';
import { AddressFault, orThrow } from './fault.ts';
import { type PrefixForm, readAddressWithLength } from './prefix-text.ts';
import { widthOf } from './words.ts';

/** An address with the length of its network. It has no zone: the interface that carries it is the zone. */
export class InterfaceAddress {
  readonly address: Address;
  readonly length: number;

  private constructor(address: Address, length: number) {
    this.address = address;
    this.length = length;
    Object.freeze(this);
  }

  /** RangeError if the length doesn't fit the family or the address has a zone. */
  static of(address: Address, length: number): InterfaceAddress {
    const width = widthOf(address.family);
    if (!Number.isInteger(length) || length < 0 || length > width) {
      throw new RangeError(`the length of an IPv${address.family} network is 0 to ${width}, not ${length}`);
    }
    if (address.zone !== '') throw new RangeError('an interface address has no zone');
    return new InterfaceAddress(address, length);
  }

  /** Reads `10.1.2.3/24`. 'netmask', 'wildcard' and 'single-address' are as in Prefix.read; host bits are always kept. */
  static read(text: string, forms: readonly PrefixForm[] = []): InterfaceAddress | AddressFault {
    const parts = readAddressWithLength(text, forms);
    return parts instanceof AddressFault ? parts : new InterfaceAddress(parts.address, parts.length);
  }

  /** As `read`, but throws an AddressError. */
  static parse(text: string, forms: readonly PrefixForm[] = []): InterfaceAddress {
    return orThrow(InterfaceAddress.read(text, forms));
  }

  get family(): Family {
    return this.address.family;
  }

  /** The network the address is in. */
  get prefix(): Prefix {
    return Prefix.of(this.address, this.length);
  }

  equals(other: InterfaceAddress): boolean {
    return this.length === other.length && this.address.equals(other.address);
  }

  /** The total order: by address, then the shorter length first. */
  static compare(a: InterfaceAddress, b: InterfaceAddress): number {
    return Address.compare(a.address, b.address) || a.length - b.length;
  }

  toString(): string {
    return `${this.address.toString()}/${this.length}`;
  }

  toJSON(): string {
    return this.toString();
  }
}
