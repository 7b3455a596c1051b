// What an address is once it is checked: something that can be opened. The types in endpoints/ make these, run.ts opens
// them; neither knows the other.

import type { End } from './engines/engine.ts';
import type { ConnectionLimits } from './limits.ts';
import type { Log } from './log.ts';

/** What an address is opened for. */
export type Use = 'both' | 'read' | 'write';

/** What an open address may lean on. */
export interface World {
  readonly log: Log;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether an address is opened once for each connection of the other one. */
  readonly many: boolean;
  /** Keeps a piece of tidying for the end of the process, by a signal too; synchronous. Gives what takes it back. */
  readonly atExit: (tidy: () => void) => () => void;
  /** Keeps what SIGHUP is to read anew: an allow list, a certificate. Gives what takes it back. */
  readonly onReload?: (reload: Reload) => () => void;
  /** Whose connection an address is opened for, where that is known. */
  readonly client?: Parties | undefined;
  /** What else is known of it, by the names that programs are told it by: see Client. */
  readonly facts?: (() => Facts) | undefined;
  /** Whether an address that is opened for many connections is opened before any of them is there, once: see share.ts. */
  readonly opensFirst?: boolean;
  /** What the names of the variables begin with that programs are told things by: `SOCAT` unless -lp says otherwise. */
  readonly prefix?: string;
  /** Is told of every client that a listener turns away. */
  readonly refused?: (peer: string, why: string) => void;
}

/** Reads something anew; what is in use stays in use where that fails, and the error says why. */
export type Reload = () => Promise<void>;

/** Where one side of a connection is: an address of the internet and a port, or the path of a unix socket, '' for none. */
export type Place =
  | { readonly kind: 'inet'; readonly address: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string };

/** Between whom the connection of a client is: who came, and where to. */
export interface Parties {
  readonly peer: Place;
  readonly own: Place;
}

/** Texts by the names of the variables that they stand in, without what these begin with. */
export type Facts = Readonly<Record<string, string>>;

/** The end that a listener makes of a client. */
export interface Client extends End {
  /** Absent where the address type can't tell. */
  readonly parties?: Parties;
  /** What a program that is run for this connection is told besides: `OPENSSL_X509_SUBJECT` and its like. */
  readonly facts?: () => Facts;
}

/** An address, checked. */
export interface Endpoint {
  /** The address as log lines call it: `UNIX-LISTEN:/run/x.sock`. */
  readonly label: string;
  /** Whether data can be read from it, and written to it. */
  readonly gives: boolean;
  readonly takes: boolean;
  /** How many file descriptors an open end of it holds. */
  readonly descriptors: number;
  /** Opens it once: connects, or listens for one connection and closes the listener. Throws OpenError. */
  open(world: World, use: Use): Promise<Client>;
  /** There for a listener with `fork`: every connection, until the process ends. */
  readonly service?: Service;
  /**
   * There for a program that is to have the other address itself (nofork): it is opened in place of `open`, nothing is
   * carried, and the partner is let go of. Settles when the program has ended, with what went wrong. Throws OpenError.
   */
  takeOver?(world: World, partner: End): Promise<string | undefined>;
}

/** A listener that stays. */
export interface Service {
  /** How many connections are served at once (max-children); the others wait. */
  readonly atOnce: number | undefined;
  /** By how many levels what is told of its connections is less severe than elsewhere (children-shutup). */
  readonly shutUp?: number | undefined;
  /** How many may come, from where and how fast; absent where nothing of the kind was asked for. */
  readonly limits?: ConnectionLimits;
  /** Listens. Throws OpenError where it can't. `take` gets every connection that is admitted. */
  serve(world: World, use: Use, take: (client: Client) => void): Promise<Serving>;
}

export interface Serving {
  /** Settles when nothing more will come by itself: accept-timeout. Rejects with an OpenError where listening broke. */
  readonly ended: Promise<void>;
  close(): void;
}

/** Why an address could not be opened: one line that names the address, the option at fault if there is one, and why. */
export class OpenError extends Error {
  readonly label: string;
  readonly option: string | undefined;
  /** Trying again can not help: a user that is not known, a file in the way. */
  readonly final: boolean;
  /** The errno name of the call that failed, where one did. */
  readonly code: string | undefined;

  constructor(label: string, reason: string, particulars: Particulars = {}) {
    super(`${label}: ${particulars.option === undefined ? '' : `option ${particulars.option}: `}${reason}`);
    this.name = 'OpenError';
    this.label = label;
    this.option = particulars.option;
    this.final = particulars.final ?? false;
    this.code = particulars.code;
  }
}

interface Particulars {
  readonly option?: string;
  readonly final?: boolean;
  readonly code?: string;
}

/** Nobody connected within accept-timeout. Not an error to socat: the process ends with status 0. */
export class NobodyCame extends Error {
  constructor(label: string, seconds: number) {
    super(`${label}: nobody connected within ${seconds} s`);
    this.name = 'NobodyCame';
  }
}
