// The PROXY protocol, versions 1 and 2, as bytes: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, whose
// sections are named here. Pure. Whose header is believed, and how long it may take, is the listeners' business.

import { Address } from '../address/address.ts';
import { crc32c } from './crc32c.ts';
import type { Parties, Place } from './endpoint.ts';

export type ProxyVersion = 1 | 2;

/** What the first bytes of a connection say. */
export type ProxyReading =
  /** Not enough of them. */
  | { readonly kind: 'more' }
  /** A header of `length` bytes. Without parties it says that the connection itself is the one that is meant. */
  | { readonly kind: 'header'; readonly length: number; readonly parties: Parties | undefined }
  | { readonly kind: 'malformed'; readonly why: string };

/** Section 2.2: "\r\n\r\n\0\r\nQUIT\n", which no line of text begins with. */
const SIGNATURE: readonly number[] = [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10];
/** "PROXY ". */
const WORD: readonly number[] = [80, 82, 79, 88, 89, 32];
/** Section 2.1: the longest line, with its end. */
const LONGEST_LINE = 107;
/** Section 2.2: sun_path in the address block of AF_UNIX. */
const PATH = 108;

const FAMILY = { unspecified: 0, inet: 1, inet6: 2, unix: 3 } as const;
const STREAM = 1;
/** Section 2.2.3: PP2_TYPE_CRC32C. */
const CRC32C = 0x03;

/** The header for a connection between these two; without them for one that the sender makes on its own account. */
export function encodeProxy(version: ProxyVersion, parties: Parties | undefined): Uint8Array {
  return version === 1 ? Buffer.from(encodeLine(parties), 'latin1') : encodeBinary(parties);
}

/** Reads a header from the beginning of a connection; section 4 allows both versions on one port. */
export function readProxy(bytes: Uint8Array): ProxyReading {
  if (bytes.length === 0) return { kind: 'more' };
  if (begins(bytes, SIGNATURE)) return bytes.length < 16 ? { kind: 'more' } : readBinary(bytes);
  if (begins(bytes, WORD)) return readLine(bytes);
  return malformed('it does not begin with one');
}

/** Whether as much of `word` as there is bytes for stands at the beginning. */
function begins(bytes: Uint8Array, word: readonly number[]): boolean {
  return word.every((byte, at) => at >= bytes.length || bytes[at] === byte);
}

function malformed(why: string): ProxyReading {
  return { kind: 'malformed', why };
}

// Version 1: a line of text.

function encodeLine(parties: Parties | undefined): string {
  const pair = addressesOf(parties);
  // Section 2.1: for anything but TCP over IPv4 or IPv6 the addresses are left out.
  if (pair === undefined) return 'PROXY UNKNOWN\r\n';
  const [source, target] = pair;
  const ports = `${source.port} ${target.port}`;
  return `PROXY TCP${source.address.family} ${source.address} ${target.address} ${ports}\r\n`;
}

function readLine(bytes: Uint8Array): ProxyReading {
  const end = bytes.indexOf(10);
  if (end < 0 && bytes.length < LONGEST_LINE) return { kind: 'more' };
  if (end < 0 || end >= LONGEST_LINE) return malformed(`no line end within ${LONGEST_LINE} bytes`);
  if (bytes[end - 1] !== 13) return malformed('a line end without a carriage return');
  const length = end + 1;
  const line = Buffer.from(bytes.subarray(0, end - 1)).toString('latin1');
  const [, protocol = '', ...words] = line.split(' ');
  // Section 2.1: whatever else stands in the line then is ignored.
  if (protocol === 'UNKNOWN') return { kind: 'header', length, parties: undefined };
  const family = protocol === 'TCP4' ? 4 : protocol === 'TCP6' ? 6 : undefined;
  if (family === undefined) return malformed(`the protocol ${JSON.stringify(protocol)}`);
  const [source = '', target = '', sourcePort = '', targetPort = ''] = words;
  if (words.length !== 4) return malformed(`${words.length} words after ${protocol} instead of 4`);
  for (const text of [source, target]) {
    const address = Address.read(text);
    if (!(address instanceof Address) || address.family !== family || address.zone !== '')
      return malformed(`${JSON.stringify(text)} is no IPv${family} address`);
  }
  for (const text of [sourcePort, targetPort]) {
    // Section 2.1: no leading zeros, 0 to 65535.
    if (!/^(?:0|[1-9]\d{0,4})$/.test(text) || Number(text) > 65535)
      return malformed(`${JSON.stringify(text)} is no port`);
  }
  return {
    kind: 'header',
    length,
    parties: {
      peer: { kind: 'inet', address: source, port: Number(sourcePort) },
      own: { kind: 'inet', address: target, port: Number(targetPort) },
    },
  };
}

// Version 2: binary.

function encodeBinary(parties: Parties | undefined): Uint8Array {
  if (parties === undefined) return binary(0x20, 0, new Uint8Array(0));
  const pair = addressesOf(parties);
  if (pair !== undefined) {
    const [source, target] = pair;
    const ports = Buffer.alloc(4);
    ports.writeUInt16BE(source.port, 0);
    ports.writeUInt16BE(target.port, 2);
    const family = source.address.family === 4 ? FAMILY.inet : FAMILY.inet6;
    return binary(
      0x21,
      (family << 4) | STREAM,
      Buffer.concat([source.address.toBytes(), target.address.toBytes(), ports]),
    );
  }
  const block = Buffer.alloc(2 * PATH);
  block.write(pathOf(parties.peer), 0, PATH, 'utf8');
  block.write(pathOf(parties.own), PATH, PATH, 'utf8');
  return binary(0x21, (FAMILY.unix << 4) | STREAM, block);
}

function binary(command: number, protocol: number, block: Uint8Array): Uint8Array {
  const head = Buffer.from([...SIGNATURE, command, protocol, 0, 0]);
  head.writeUInt16BE(block.length, 14);
  return Buffer.concat([head, block]);
}

function readBinary(bytes: Uint8Array): ProxyReading {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [command, protocol, size] = [view.getUint8(12), view.getUint8(13), view.getUint16(14)];
  if (command >> 4 !== 2) return malformed(`version ${command >> 4} of the binary format`);
  if ((command & 15) > 1) return malformed(`command ${command & 15}`);
  const [family, transport] = [protocol >> 4, protocol & 15];
  if (family > FAMILY.unix) return malformed(`address family ${family}`);
  if (transport > 2) return malformed(`transport ${transport}`);
  const length = 16 + size;
  if (bytes.length < length) return { kind: 'more' };
  // Section 2.2: LOCAL is the sender's own connection, a health check; its address block means nothing.
  if ((command & 15) === 0) return { kind: 'header', length, parties: undefined };
  const width = [0, 12, 36, 2 * PATH][family] ?? 0;
  if (size < width) return malformed(`${size} bytes where the addresses take ${width}`);
  const flaw = extensionsFlaw(bytes.subarray(0, length), 16 + width);
  if (flaw !== undefined) return malformed(flaw);
  // Not a stream: nothing that is connected to this listener can be meant.
  const known = family !== FAMILY.unspecified && transport === STREAM;
  return { kind: 'header', length, parties: known ? readBlock(bytes, view, family) : undefined };
}

function readBlock(bytes: Uint8Array, view: DataView, family: number): Parties {
  if (family === FAMILY.unix) {
    return {
      peer: readPath(bytes.subarray(16, 16 + PATH)),
      own: readPath(bytes.subarray(16 + PATH, 16 + 2 * PATH)),
    };
  }
  const width = family === FAMILY.inet ? 4 : 16;
  const place = (at: number, portAt: number): Place => ({
    kind: 'inet',
    address: Address.fromBytes(bytes.subarray(at, at + width)).toString(),
    port: view.getUint16(portAt),
  });
  return { peer: place(16, 16 + 2 * width), own: place(16 + width, 18 + 2 * width) };
}

/** What is wrong with the extensions behind the addresses (section 2.2): types, lengths and values must fill the header. */
function extensionsFlaw(header: Uint8Array, from: number): string | undefined {
  for (let at = from; at < header.length; ) {
    if (header.length - at < 3) return 'an extension that is cut off';
    const size = ((header[at + 1] ?? 0) << 8) | (header[at + 2] ?? 0);
    if (at + 3 + size > header.length)
      return `an extension of ${size} bytes where ${header.length - at - 3} are left`;
    if (header[at] === CRC32C) {
      if (size !== 4) return `a checksum of ${size} bytes`;
      // Section 2.2.3: over the whole header with the checksum itself as zeros; one that is wrong ends the connection.
      const zeroed = new Uint8Array(header);
      zeroed.fill(0, at + 3, at + 7);
      const told = new DataView(header.buffer, header.byteOffset + at + 3, 4).getUint32(0);
      if (crc32c(zeroed) !== told) return 'a checksum that is wrong';
    }
    at += 3 + size;
  }
  return undefined;
}

interface Party {
  readonly address: Address;
  readonly port: number;
}

/** Both addresses in one family, without zones; undefined where they are not of the internet. */
function addressesOf(parties: Parties | undefined): readonly [Party, Party] | undefined {
  if (parties === undefined || parties.peer.kind !== 'inet' || parties.own.kind !== 'inet') return undefined;
  const [peer, own] = [partyOf(parties.peer), partyOf(parties.own)];
  if (peer === undefined || own === undefined) return undefined;
  // An IPv4 client of an IPv6 listener: both sides are mapped, and both are what they stand for.
  const [plainPeer, plainOwn] = [peer.address.unmap(), own.address.unmap()];
  if (plainPeer.family === plainOwn.family) {
    return [
      { ...peer, address: plainPeer },
      { ...own, address: plainOwn },
    ];
  }
  return [mapped(peer), mapped(own)];
}

function partyOf({
  address: text,
  port,
}: {
  readonly address: string;
  readonly port: number;
}): Party | undefined {
  const address = Address.read(text);
  return address instanceof Address ? { address: address.withoutZone(), port } : undefined;
}

/** RFC 4291 section 2.5.5.2: an IPv4 address among IPv6 ones. */
function mapped({ address, port }: Party): Party {
  return { address: address.family === 6 ? address : Address.fromWords(6, 0, 0, 0xffff, address.w3), port };
}

function pathOf(place: Place): string {
  return place.kind === 'unix' ? place.path : '';
}

function readPath(bytes: Uint8Array): Place {
  // A name that begins with a NUL is of the abstract namespace (unix(7)) and is not cut at it.
  const end = bytes.indexOf(0, 1);
  const path =
    bytes[0] === 0 && (bytes[1] ?? 0) === 0
      ? ''
      : Buffer.from(end < 0 ? bytes : bytes.subarray(0, end)).toString();
  return { kind: 'unix', path };
}
