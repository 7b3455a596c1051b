// Option end-close where the other address serves many: the address is opened once and stays, and each connection writes
// to it and is given what it says while it is his turn. With socat a descriptor that children inherit does this.

import type { Endpoint } from '../endpoint.ts';
import type { End } from '../engines/engine.ts';
import type { Manners } from './manners.ts';
import { SharedInput, shareOutput } from './take-turns.ts';

/**
 * An endpoint that is opened once for all connections, if its manners ask for that, or if it is the first address in
 * socat's manner and the second one serves many: socat opens it before, and its children share it.
 */
export function shared(manners: Manners | undefined, endpoint: Endpoint): Endpoint {
  if (endpoint.service !== undefined) return endpoint;
  let opened: Promise<{ readonly end: End; readonly turns: SharedInput | undefined }> | undefined;
  return {
    ...endpoint,
    open: async (world, use) => {
      if (!world.many || (manners?.endClose !== true && world.opensFirst !== true))
        return endpoint.open(world, use);
      opened ??= endpoint.open(world, use).then((end) => ({
        end,
        turns: end.input === undefined ? undefined : new SharedInput(end.input),
      }));
      try {
        return partOf(await opened);
      } catch (error) {
        opened = undefined;
        throw error;
      }
    },
  };
}

function partOf({ end, turns }: { readonly end: End; readonly turns: SharedInput | undefined }): End {
  const taker = turns?.take();
  const output =
    end.output === undefined ? undefined : shareOutput(end.output, () => taker && turns?.yield(taker));
  const { label, ignoreEof, shut, coolWrite, lines } = end;
  return {
    label,
    ignoreEof,
    shut,
    ...(coolWrite === undefined ? {} : { coolWrite }),
    ...(lines === undefined ? {} : { lines }),
    input: taker,
    output,
    dispose: () => {
      taker?.destroy();
      output?.destroy();
    },
  };
}
