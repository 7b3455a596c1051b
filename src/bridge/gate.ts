// Counts clients against limits: at once, from one source, in a time. Pure; the clock is the caller's. Who waits and who is
// served next is the queue's business (queue.ts).

import { Prefix } from '../address/block.ts';
import type { ConnectionLimits, Rate } from './limits.ts';
import { sourceAddress } from './sources.ts';

/** The most sources whose rates are remembered; a flood from everywhere can't take more memory than that. */
const REMEMBERED = 65_536;

/** Counts clients against limits. */
export class Gate {
  readonly #limits: ConnectionLimits;
  readonly #all: Bucket | undefined;
  readonly #present: Map<string, number> = new Map();
  readonly #buckets: Map<string, Bucket> = new Map();
  #count = 0;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
    this.#all = limits.rate === undefined ? undefined : new Bucket(limits.rate);
  }

  /** Whether those over a limit of all clients wait. */
  get queues(): boolean {
    return this.#limits.overflow === 'queue';
  }

  /**
   * A client has come at `now` (milliseconds) from an address, if it has one: the option by which it is turned away, or
   * undefined if it may come in; then leave() must be called when it goes.
   */
  come(address: string | undefined, now: number): string | undefined {
    const { most, overflow, perSource, ratePerSource } = this.#limits;
    const source = this.#sourceOf(address);
    if (source !== undefined) {
      const present = this.#present.get(source) ?? 0;
      if (perSource !== undefined && present >= perSource)
        return `max-per-source option (${perSource} from ${source})`;
      if (ratePerSource !== undefined && !this.#bucketOf(source, ratePerSource, now).take(now))
        return `max-rate-per-source option (${rateText(ratePerSource)} from ${source})`;
    }
    if (overflow === 'reject') {
      if (most !== undefined && this.#count >= most) return `max-connections option (${most})`;
      if (this.#all !== undefined && !this.#all.take(now))
        return `max-rate option (${rateText(this.#all.rate)})`;
    }
    this.#count++;
    if (source !== undefined && perSource !== undefined)
      this.#present.set(source, (this.#present.get(source) ?? 0) + 1);
    return undefined;
  }

  /** A client that came in has gone. */
  leave(address: string | undefined): void {
    this.#count--;
    const source = this.#sourceOf(address);
    const present = source === undefined ? undefined : this.#present.get(source);
    if (source === undefined || present === undefined) return;
    if (present <= 1) this.#present.delete(source);
    else this.#present.set(source, present - 1);
  }

  /**
   * Where clients wait: 0 if the next of them may be served while `serving` are, and then it counts as begun; the
   * milliseconds after which to ask again; undefined if somebody has to leave first.
   */
  next(serving: number, now: number): number | undefined {
    if (!this.queues) return 0;
    const { most } = this.#limits;
    if (most !== undefined && serving >= most) return undefined;
    if (this.#all === undefined || this.#all.take(now)) return 0;
    return this.#all.wait(now);
  }

  #sourceOf(text: string | undefined): string | undefined {
    const { perSource, ratePerSource, bits4, bits6 } = this.#limits;
    if (text === undefined || (perSource === undefined && ratePerSource === undefined)) return undefined;
    const address = sourceAddress(text);
    if (address === undefined) return undefined;
    return Prefix.of(address, address.family === 4 ? bits4 : bits6).toString();
  }

  #bucketOf(source: string, rate: Rate, now: number): Bucket {
    let bucket = this.#buckets.get(source);
    if (bucket === undefined) {
      if (this.#buckets.size >= REMEMBERED) this.#forget(now);
      bucket = new Bucket(rate);
      this.#buckets.set(source, bucket);
    }
    return bucket;
  }

  /** Drops the sources of which nothing needs to be known any more; where all are busy, those known longest. */
  #forget(now: number): void {
    for (const [source, bucket] of this.#buckets) if (bucket.full(now)) this.#buckets.delete(source);
    for (const source of this.#buckets.keys()) {
      if (this.#buckets.size <= REMEMBERED / 2) return;
      this.#buckets.delete(source);
    }
  }
}

/** A token bucket. */
class Bucket {
  readonly rate: Rate;
  #tokens: number;
  #at: number | undefined;

  constructor(rate: Rate) {
    this.rate = rate;
    this.#tokens = rate.count;
  }

  take(now: number): boolean {
    this.#fill(now);
    // Fractions add up to a little less than they should.
    if (this.#tokens < 1 - 1e-9) return false;
    this.#tokens -= 1;
    return true;
  }

  full(now: number): boolean {
    this.#fill(now);
    return this.#tokens >= this.rate.count;
  }

  /** Milliseconds until there is one, 1 at least. */
  wait(now: number): number {
    this.#fill(now);
    const { count, seconds } = this.rate;
    // Less what fractions add up to too much.
    return Math.max(1, Math.ceil(((1 - this.#tokens) * seconds * 1000) / count - 1e-6));
  }

  #fill(now: number): void {
    const { count, seconds } = this.rate;
    const passed = Math.max(0, now - (this.#at ?? now));
    this.#at = now;
    this.#tokens = Math.min(count, this.#tokens + (passed * count) / (seconds * 1000));
  }
}

function rateText({ count, seconds }: Rate): string {
  return seconds === 1 ? `${count} a second` : `${count} in ${seconds} s`;
}
