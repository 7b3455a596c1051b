// How log lines name the ends of sockets, as socat does: `AF=2 127.0.0.1:6666`, `AF=10 [::1]:6666`, `AF=1 "/run/x"`.

import type { AddressInfo, Socket } from 'node:net';

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

/** The own side of a connection; undefined for a unix socket, and where the connection has gone. */
export function ownPlace(socket: Socket): string | undefined {
  const { localAddress, localPort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  return inetPlace(localAddress.includes(':') ? 6 : 4, localAddress, localPort);
}
