// The face of the address model, exported from the package as penstock/address. A list, no logic.

export { Address, type Family } from './address.ts';
export { Asn, type AsnForm } from './asn.ts';
export { Prefix, Range } from './block.ts';
export { AddressError, AddressFault } from './fault.ts';
export { HostPort } from './host-port.ts';
export { InterfaceAddress } from './interface.ts';
export { type ItemForm, readItem } from './item-text.ts';
export { type PrefixEntry, PrefixMap, PrefixMapBuilder } from './map.ts';
export { type LineFault, PackedBuilder, type PackedOptions } from './packed/builder.ts';
export { AddressFinder } from './packed/find.ts';
export { type FormatOptions, formatPrefixes, formatRanges, type Write } from './packed/format.ts';
export { type PortForm, type PortRange, PortSet, parsePort, readPort } from './port.ts';
export type { PrefixForm } from './prefix-text.ts';
export type { RangeForm } from './range-text.ts';
export { type AsnBlock, bogonAsns } from './registry/asn.ts';
export { REGISTRY_DATE } from './registry/row.ts';
export { type AddressItem, AddressSet, AddressSetBuilder } from './set.ts';
export {
  type Bogon,
  bogonBlocks,
  bogons,
  documentation,
  multicast,
  type SpecialPurpose,
  specialPurpose,
  specialPurposes,
} from './special.ts';
