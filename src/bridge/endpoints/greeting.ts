// Option accept-proxy: every connection begins with a header of the PROXY protocol, which says who the client is; nobody but
// those who are trusted may connect at all. What a header looks like stands in proxy-protocol.ts.

import type { Socket } from 'node:net';
import type { Parties, World } from '../endpoint.ts';
import type { Given } from '../given.ts';
import { type ProxyReading, readProxy } from '../proxy-protocol.ts';
import { SourceList } from './admission.ts';

/** The options that are read here. */
export type GreetOption = 'accept-proxy' | 'proxy-timeout';

/** Section 2 of the protocol: at least 3 seconds, to let a lost packet be sent again. */
const SECONDS = 5;

/**
 * Takes the header off a connection between `parties`: whom it says the connection is between, or the same parties where it
 * says that these are meant; a text says why the connection is refused.
 */
export type Greet = (socket: Socket, parties: Parties | undefined) => Promise<Parties | undefined | string>;

/** What is done with every connection. Throws OpenError where a list can't be read. */
export function greeting(given: Given<GreetOption>, label: string, world: World): Greet {
  const sources = given.sources('accept-proxy');
  // Without a list: a unix socket, whose permissions say who may connect.
  const trusted = sources.length === 0 ? undefined : new SourceList(label, 'accept-proxy', sources, world);
  const seconds = given.seconds('proxy-timeout') ?? SECONDS;
  return async (socket, parties) => {
    if (trusted !== undefined && (parties === undefined || !trusted.has(parties)))
      return 'accept-proxy option';
    const reading = await firstHeader(socket, seconds);
    if (typeof reading === 'string') return `its PROXY header: ${reading}`;
    return reading.parties ?? parties;
  };
}

type Header = Extract<ProxyReading, { kind: 'header' }>;

/** Reads a header and leaves everything after it unread; a text says why there is none. */
function firstHeader(socket: Socket, seconds: number): Promise<Header | string> {
  return new Promise((resolve) => {
    let bytes: Buffer = Buffer.alloc(0);
    const finish = (result: Header | string): void => {
      clearTimeout(timer);
      socket.off('data', take);
      socket.off('end', ended);
      socket.off('error', failed);
      socket.off('close', ended);
      // Between here and the relay nobody listens, and an error without a listener ends the process.
      socket.on('error', () => undefined);
      resolve(result);
    };
    const take = (piece: Buffer): void => {
      bytes = bytes.length === 0 ? piece : Buffer.concat([bytes, piece]);
      const reading = readProxy(bytes);
      if (reading.kind === 'more') return;
      socket.pause();
      if (reading.kind === 'malformed') {
        finish(reading.why);
        return;
      }
      const rest = bytes.subarray(reading.length);
      finish(reading);
      if (rest.length > 0) socket.unshift(rest);
    };
    const ended = (): void => finish(bytes.length === 0 ? 'nothing came' : 'it is cut off');
    const failed = (error: Error): void => finish(error.message);
    const timer = setTimeout(() => finish(`it did not come within ${seconds} s`), seconds * 1000);
    socket.on('data', take);
    socket.on('end', ended);
    socket.on('close', ended);
    socket.on('error', failed);
    socket.resume();
  });
}
