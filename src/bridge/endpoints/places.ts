// How log lines name the ends of sockets, as socat does: `AF=2 127.0.0.1:6666`, `AF=10 [::1]:6666`, `AF=1 "/run/x"`.

import type { AddressInfo, Socket } from 'node:net';
import type { Parties, Place } from '../endpoint.ts';

/** An internet address and port. */
export function inetPlace(family: 4 | 6, host: string, port: number | string): string {
  return family === 4 ? `AF=2 ${host}:${port}` : `AF=10 [${host}]:${port}`;
}

/** The path of a unix socket; a peer that has not bound one has none. */
export function unixPlace(path: string): string {
  return path === '' ? 'AF=1 "<anon>"' : `AF=1 ${JSON.stringify(path)}`;
}

/** Where a listener listens, as the system says: the port of `TCP-LISTEN:0` is known then. */
export function listeningPlace(address: AddressInfo): string {
  return inetPlace(address.address.includes(':') ? 6 : 4, address.address, address.port);
}

/** Who has connected to a listener; on the internet a peer that has gone again can no longer be named. */
export function peerPlace(socket: Socket, listener: 'inet' | 'unix'): string {
  const { remoteAddress, remotePort } = socket;
  if (remoteAddress === undefined || remotePort === undefined)
    return listener === 'unix' ? unixPlace('') : 'AF=2 <gone>';
  return inetPlace(remoteAddress.includes(':') ? 6 : 4, remoteAddress, remotePort);
}

/**
 * Between whom a connection to a listener is; undefined where that can't be told any more. `path` is the listener's, if it
 * is a unix socket: Node tells neither it nor the peer's.
 */
export function partiesOf(socket: Socket, path: string | undefined): Parties | undefined {
  if (path !== undefined) return { peer: { kind: 'unix', path: '' }, own: { kind: 'unix', path } };
  const { remoteAddress, remotePort, localAddress, localPort } = socket;
  if (
    remoteAddress === undefined ||
    remotePort === undefined ||
    localAddress === undefined ||
    localPort === undefined
  )
    return undefined;
  return {
    peer: { kind: 'inet', address: remoteAddress, port: remotePort },
    own: { kind: 'inet', address: localAddress, port: localPort },
  };
}

/** A place as log lines have it. */
export function placeText(place: Place): string {
  if (place.kind === 'unix') return unixPlace(place.path);
  return inetPlace(place.address.includes(':') ? 6 : 4, place.address, place.port);
}

/** The own side of a connection; undefined for a unix socket, and where the connection has gone. */
export function ownPlace(socket: Socket): string | undefined {
  const { localAddress, localPort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  return inetPlace(localAddress.includes(':') ? 6 : 4, localAddress, localPort);
}
