// What was carried so far, over all relays of a process, as --statistics and SIGUSR1 tell it.

import type { Ways } from './check.ts';
import type { Counter, Relay } from './engines/engine.ts';

export class Statistics {
  readonly #forward: Counter = { bytes: 0, blocks: 0 };
  readonly #backward: Counter = { bytes: 0, blocks: 0 };
  readonly #working = new Set<Relay>();
  #begun = false;

  /** Counts a relay in, while it works and after. */
  add(relay: Relay): void {
    this.#begun = true;
    this.#working.add(relay);
    relay.done
      .then(() => {
        this.#working.delete(relay);
        sum(this.#forward, relay.forward);
        sum(this.#backward, relay.backward);
      })
      .catch(() => undefined);
  }

  /** Whether anything has been carried, or tried to. */
  get begun(): boolean {
    return this.#begun;
  }

  /** In socat's words, a line for each way that is carried. */
  lines(ways: Ways): readonly string[] {
    const forward = { ...this.#forward };
    const backward = { ...this.#backward };
    for (const relay of this.#working) {
      sum(forward, relay.forward);
      sum(backward, relay.backward);
    }
    const width = (pick: (counter: Counter) => number): number =>
      String(ways === 'both' ? Math.max(pick(forward), pick(backward)) : 0).length;
    const blocks = width((counter) => counter.blocks);
    const bytes = width((counter) => counter.bytes);
    const line = (way: string, counter: Counter): string =>
      `STATISTICS: ${way}: ${String(counter.blocks).padStart(blocks)} packets(s), ${String(counter.bytes).padStart(bytes)} byte(s)`;
    return [
      ...(ways === 'backward' ? [] : [line('left to right', forward)]),
      ...(ways === 'forward' ? [] : [line('right to left', backward)]),
    ];
  }
}

function sum(total: Counter, part: Readonly<Counter>): void {
  total.bytes += part.bytes;
  total.blocks += part.blocks;
}
