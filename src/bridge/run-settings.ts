// What a run of a bridge is asked for besides its two addresses, and the statuses that it ends with.

import type { Ways } from './check.ts';
import type { Use } from './endpoint.ts';
import type { Engine } from './engines/engine.ts';
import type { Observer } from './observer.ts';
import type { RelaySettings } from './relay.ts';

/** The statuses that a bridge ends with: 0 when its data came to an end, 1 when something failed (socat(1)). */
export const FINE = 0;
export const FAILED = 1;

/** What a run needs besides the addresses. */
export interface RunSettings extends RelaySettings {
  readonly engine: Engine;
  /** How many descriptors the process may have open, and how many it has now. */
  readonly descriptors: () => { readonly most: number; readonly open: number };
  /** Who is told of connections; absent where nobody asked. */
  readonly observer?: Observer | undefined;
  /** Milliseconds after which a connection is ended, whatever it does. */
  readonly total?: number | undefined;
  /** Milliseconds that connections have to finish after SIGTERM; without it the signal ends them. */
  readonly drain?: number | undefined;
  /** Milliseconds without a client after which a listener with fork ends. */
  readonly exitIdle?: number | undefined;
  /** Has a signal do something else than end the process; gives what takes it back. */
  readonly instead?: ((signal: 'SIGTERM' | 'SIGHUP', action: () => void) => () => void) | undefined;
}

/** What an address is opened for. */
export function useOf(side: 'left' | 'right', ways: Ways): Use {
  if (ways === 'both') return 'both';
  return (ways === 'forward') === (side === 'left') ? 'read' : 'write';
}
