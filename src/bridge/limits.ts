// How many clients may come, as the options of a listener say it. They are counted by gate.ts, which is loaded where there
// is a limit.

/** What becomes of a client who comes when as many as may be are being served. */
export type Overflow = 'queue' | 'reject';

/** So many in so many seconds. A burst of `count` is let through, then one every `seconds / count`. */
export interface Rate {
  readonly count: number;
  readonly seconds: number;
}

/** What options of a listener ask for. */
export interface ConnectionLimits {
  /** Of all clients at once. */
  readonly most: number | undefined;
  /** Of all clients in a time. */
  readonly rate: Rate | undefined;
  /** What becomes of those over one of these two. */
  readonly overflow: Overflow;
  /** Of the clients from one source; those over it are turned away. */
  readonly perSource: number | undefined;
  readonly ratePerSource: Rate | undefined;
  /** How many leading bits of an address make a source. */
  readonly bits4: number;
  readonly bits6: number;
}

/** How much of an address makes a source unless it is said: an IPv6 host is given a whole /64 (RFC 4291 section 2.5.1). */
export const SOURCE_BITS4 = 32;
export const SOURCE_BITS6 = 64;
