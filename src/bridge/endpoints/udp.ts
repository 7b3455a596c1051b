// What UDP addresses have in common: a socket with its options, and datagrams as a stream in which each piece is one of
// them. node:dgram is loaded when an address is opened.

import type { RemoteInfo, Socket } from 'node:dgram';
import { isIP } from 'node:net';
import { networkInterfaces } from 'node:os';
import { Duplex } from 'node:stream';
import { OpenError, type World } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import { codeOf, reasonOf, textOf } from '../errno.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { Manners } from './manners.ts';
import { inetPlace } from './places.ts';
import { newer } from './tcp.ts';
import { canReusePort } from './tcp-listen.ts';

/** The options of every UDP socket. */
export const UDP_OPTIONS = [
  'so-broadcast',
  'so-rcvbuf',
  'so-sndbuf',
  'so-reuseport',
  'ip-add-membership',
  'ip-add-source-membership',
  'ip-multicast-if',
  'ip-multicast-loop',
  'ip-multicast-ttl',
  'ipv6-join-group',
  'ipv6-join-source-group',
  'ipv6-v6only',
  'null-eof',
  'shut-null',
] as const;

type UdpOption = (typeof UDP_OPTIONS)[number];

/** The most bytes of a datagram over IPv4: 65535 less the headers of IP and UDP (RFC 768, RFC 791). */
export const LARGEST = 65507;

/** Bytes that a slow reader may be behind; what comes then is lost, as it is when a socket's own buffer is full. */
const KEPT = 4 * 1024 * 1024;

/** A host and port that were looked up. */
export interface Peer {
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** Reads multicast groups, so that a slip is told before anything is opened. */
export function checkUdp(given: Given<UdpOption>, report: Report): void {
  const rows = [
    ['ip-add-membership', 1, 2],
    ['ip-add-source-membership', 3, 3],
    ['ipv6-join-group', 1, 2],
    ['ipv6-join-source-group', 3, 3],
  ] as const;
  for (const [option, least, most] of rows) {
    const text = given.text(option);
    if (text === undefined) continue;
    const parts = splitGroup(text);
    const family = option.startsWith('ipv6') ? 6 : 4;
    const [group = '', , source] = parts;
    const wrong =
      parts.length < least ||
      parts.length > most ||
      isIP(group) !== family ||
      (source !== undefined && isIP(source) !== family);
    if (!wrong) continue;
    const form = least === 3 ? 'group:interface:source' : 'group[:interface]';
    report('BRG009', given.token(option)?.span, `option ${option}: ${JSON.stringify(text)} is not ${form}`, {
      hint: family === 6 ? 'IPv6 addresses stand in brackets: [ff02::1]:eth0' : 'addresses: 224.0.0.5:eth0',
    });
  }
}

/** Parts between colons; those of an IPv6 address stand in brackets. */
function splitGroup(text: string): string[] {
  return [...text.matchAll(/(?:^|:)(?:\[([^\]]*)\]|([^:]*))/g)].map(([, six, plain]) => six ?? plain ?? '');
}

/** A socket that is bound. Throws OpenError. */
export async function bindUdp(
  label: string,
  given: Given<UdpOption>,
  family: 4 | 6,
  address: string | undefined,
  port: number,
  share: boolean,
): Promise<Socket> {
  const { createSocket } = await import('node:dgram');
  const shared = given.flag('so-reuseport') === true;
  if (shared && !canReusePort()) throw newer(label, 'so-reuseport', 23);
  const [receive, send] = [given.count('so-rcvbuf'), given.count('so-sndbuf')];
  const socket = createSocket({
    type: family === 4 ? 'udp4' : 'udp6',
    reuseAddr: share,
    ipv6Only: given.flag('ipv6-v6only') ?? false,
    ...(receive === undefined ? {} : { recvBufferSize: receive }),
    ...(send === undefined ? {} : { sendBufferSize: send }),
    ...(shared ? { reusePort: true } : {}),
  });
  const where = inetPlace(family, address ?? (family === 4 ? '0.0.0.0' : '::'), port);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => {
      socket.close();
      const code = codeOf(error);
      reject(new OpenError(label, `bind(${where}): ${textOf(code) ?? error.message}`, { code }));
    });
    socket.bind({ port, exclusive: true, ...(address === undefined ? {} : { address }) }, () => {
      socket.removeAllListeners('error');
      resolve();
    });
  });
  try {
    setOptions(socket, given, label);
  } catch (error) {
    socket.close();
    throw error;
  }
  return socket;
}

function setOptions(socket: Socket, given: Given<UdpOption>, label: string): void {
  const apply = (option: UdpOption, set: () => void): void => {
    try {
      set();
    } catch (error) {
      throw new OpenError(label, reasonOf(error), { option, final: true });
    }
  };
  if (given.flag('so-broadcast') === true) apply('so-broadcast', () => socket.setBroadcast(true));
  const ttl = given.byte('ip-multicast-ttl');
  if (ttl !== undefined) apply('ip-multicast-ttl', () => socket.setMulticastTTL(ttl));
  const loop = given.flag('ip-multicast-loop');
  if (loop !== undefined) apply('ip-multicast-loop', () => socket.setMulticastLoopback(loop));
  const face = given.text('ip-multicast-if');
  if (face !== undefined)
    apply('ip-multicast-if', () => socket.setMulticastInterface(interfaceAddress(face)));
  const join = (option: 'ip-add-membership' | 'ipv6-join-group', name: (face: string) => string): void => {
    const text = given.text(option);
    if (text === undefined) return;
    const [group = '', on] = splitGroup(text);
    apply(option, () => socket.addMembership(group, on === undefined || on === '' ? undefined : name(on)));
  };
  join('ip-add-membership', interfaceAddress);
  // Node takes the interface of IPv6 as the zone of an address.
  join('ipv6-join-group', (on) => `::%${on}`);
  const joinSource = (
    option: 'ip-add-source-membership' | 'ipv6-join-source-group',
    name: (face: string) => string,
  ): void => {
    const text = given.text(option);
    if (text === undefined) return;
    const [group = '', on = '', source = ''] = splitGroup(text);
    apply(option, () => socket.addSourceSpecificMembership(source, group, on === '' ? undefined : name(on)));
  };
  joinSource('ip-add-source-membership', interfaceAddress);
  joinSource('ipv6-join-source-group', (on) => `::%${on}`);
}

/** An interface by its name, or by an address that it has: the IPv4 address that Node wants. */
function interfaceAddress(name: string): string {
  if (isIP(name) !== 0) return name;
  const found = networkInterfaces()[name]?.find(({ family }) => family === 'IPv4')?.address;
  if (found === undefined) throw new Error(`no interface ${JSON.stringify(name)} with an IPv4 address`);
  return found;
}

/** How a stream of datagrams takes empty ones. */
export interface Empties {
  /** An empty datagram is the end. */
  readonly end: boolean;
  /** The end is told by an empty datagram. */
  readonly tell: boolean;
}

export function emptiesOf(given: Given<'null-eof' | 'shut-null'>): Empties {
  return { end: given.flag('null-eof') === true, tell: given.has('shut-null') };
}

type Send = (bytes: Uint8Array, done: (error: Error | null) => void) => void;

/** Datagrams as a stream; each piece that is read or written is one. */
export class DatagramStream extends Duplex {
  /** Whether anything can be sent. */
  readonly sends: boolean;
  readonly #send: Send | undefined;
  readonly #empties: Empties;
  readonly #close: () => void;
  #over = false;

  constructor(send: Send | undefined, empties: Empties, close: () => void) {
    super({ allowHalfOpen: true });
    this.#send = send;
    this.sends = send !== undefined;
    this.#empties = empties;
    this.#close = close;
    this.on('error', () => undefined);
  }

  /** A datagram has come. */
  receive(bytes: Buffer): void {
    if (this.#over || this.destroyed) return;
    // An empty piece is no piece to a stream; socat passes it over likewise.
    if (bytes.length > 0) {
      if (this.readableLength < KEPT) this.push(bytes);
    } else if (this.#empties.end) this.finish();
  }

  /** No more will come. */
  finish(): void {
    if (this.#over) return;
    this.#over = true;
    this.push(null);
  }

  override _read(): void {
    // Datagrams come when they come.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#sendFrom(chunk, 0, done);
  }

  /** What is larger than a datagram can be (a piece of a stream) goes in several. */
  #sendFrom(chunk: Buffer, at: number, done: (error?: Error | null) => void): void {
    if (at >= chunk.length || this.#send === undefined) {
      done();
      return;
    }
    this.#send(chunk.subarray(at, at + LARGEST), (error) => {
      if (error !== null) done(error);
      else this.#sendFrom(chunk, at + LARGEST, done);
    });
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#empties.tell && this.#send !== undefined) this.#send(Buffer.alloc(0), done);
    else done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#close();
    done(error);
  }
}

/** The end that a stream of datagrams is. */
export function datagramEnd(stream: DatagramStream, label: string, manners: Manners): End {
  return {
    label,
    input: stream,
    output: stream.sends ? stream : undefined,
    ...manners,
    dispose: () => {
      stream.destroy();
    },
  };
}

/** Sends to one peer. */
export function sender(socket: Socket, peer: Pick<Peer, 'address' | 'port'>): Send {
  return (bytes, done) => socket.send(bytes, peer.port, peer.address, (error) => done(error ?? null));
}

/** Closes a socket once; Node throws at the second time. */
export function closer(socket: Socket): () => void {
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    socket.close();
  };
}

/** The address of a host; both families where none is asked for. Throws OpenError. */
export async function lookUp(
  host: string,
  family: 4 | 6 | undefined,
  label: string,
): Promise<Omit<Peer, 'port'>> {
  const literal = isIP(host);
  if (literal !== 0 && (family === undefined || literal === family))
    return { address: host, family: literal === 4 ? 4 : 6 };
  const { lookup } = await import('node:dns/promises');
  try {
    const found = await lookup(host, family === undefined ? {} : { family });
    return { address: found.address, family: found.family === 4 ? 4 : 6 };
  } catch (error) {
    throw new OpenError(label, `${JSON.stringify(host)}: ${reasonOf(error)}`, { code: codeOf(error) });
  }
}

/** Whether a datagram is from this peer; a mapped address is that of IPv4 (RFC 4291 section 2.5.5.2). */
export function isFrom({ address, port }: RemoteInfo, peer: Pick<Peer, 'address' | 'port'>): boolean {
  return port === peer.port && bare(address) === bare(peer.address);
}

function bare(address: string): string {
  return address.replace(/^::ffff:(?=[\d.]+$)/, '').replace(/%.*$/, '');
}

/** Says in the log where a socket is. */
export function sayListening(socket: Socket, world: World): string {
  const { address, port } = socket.address();
  const where = inetPlace(address.includes(':') ? 6 : 4, address, port);
  world.log.say('N', `listening on UDP ${where}`);
  return where;
}
