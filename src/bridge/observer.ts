// Who wants to know of connections: a log line for each, counters, a table, the service manager. run.ts and serve.ts tell,
// each of these listens; none of them is there unless it was asked for.

import type { Client, Place } from './endpoint.ts';
import type { Counter, Ending, Relay } from './engines/engine.ts';

/** One connection from when its client was admitted until both ends are closed. */
export interface Connection {
  /** From 1, in the order they were taken up. */
  readonly id: number;
  /** The client; without one the first address. */
  readonly peer: string;
  /** When it was taken up, in milliseconds since 1970. */
  readonly began: number;
  /** The address that was opened for it; undefined until it is open. */
  target: string | undefined;
  /** Its bytes; undefined until both ends are open. `forward` is from the first address to the second. */
  relay: Pick<Relay, 'forward' | 'backward'> | undefined;
}

/** Why a connection is over: how the relay ended, or what ended it, or that it never began. */
export type Reason = Exclude<Ending, 'stopped'> | 'total' | 'drain' | 'unreachable';

/** How a connection went. */
export interface Closing {
  readonly reason: Reason;
  /** What broke, or why the other address could not be opened. */
  readonly detail: string | undefined;
  readonly forward: Readonly<Counter>;
  readonly backward: Readonly<Counter>;
  readonly milliseconds: number;
}

export interface Observer {
  /** Clients may come from now on. */
  listening?(): void;
  refused?(peer: string, why: string): void;
  /** So many clients wait. */
  waiting?(count: number): void;
  began?(connection: Connection): void;
  /** Its relay has begun. */
  opened?(connection: Connection): void;
  ended?(connection: Connection, closing: Closing): void;
  /** No more clients are taken; so many connections are left. */
  draining?(left: number): void;
  /** What SIGHUP reads anew is being read, and has been. */
  reloading?(): void;
  reloaded?(failed: boolean): void;
}

/** One observer that tells all of several; undefined for none. */
export function observers(all: readonly Observer[]): Observer | undefined {
  const [only, ...more] = all;
  if (only === undefined || more.length === 0) return only;
  const tell = (each: (observer: Observer) => void): void => {
    for (const observer of all) each(observer);
  };
  return {
    listening: () => tell((each) => each.listening?.()),
    refused: (peer, why) => tell((each) => each.refused?.(peer, why)),
    waiting: (count) => tell((each) => each.waiting?.(count)),
    began: (connection) => tell((each) => each.began?.(connection)),
    opened: (connection) => tell((each) => each.opened?.(connection)),
    ended: (connection, closing) => tell((each) => each.ended?.(connection, closing)),
    draining: (left) => tell((each) => each.draining?.(left)),
    reloading: () => tell((each) => each.reloading?.()),
    reloaded: (failed) => tell((each) => each.reloaded?.(failed)),
  };
}

/** A client as people are told of it: `192.0.2.1:5000`, `[2001:db8::1]:5000`, `unix:/run/x.sock`, `unix`. */
export function peerText(client: Client): string {
  return client.parties === undefined ? client.label : placeName(client.parties.peer);
}

/** A place in the form that addresses are given in. */
export function placeName(place: Place): string {
  if (place.kind === 'unix') return place.path === '' ? 'unix' : `unix:${place.path}`;
  return place.address.includes(':') ? `[${place.address}]:${place.port}` : `${place.address}:${place.port}`;
}
