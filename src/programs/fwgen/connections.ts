// Cuts the connections of addresses that are no longer let in, which a rule for established ones would keep open.

import type { Io } from '../../command/io.ts';
import { HostError } from '../../host/host.ts';
import type { Processes } from '../../host/processes.ts';

/** Cuts them, whichever protocol they speak. What is not there needs no cutting. */
export async function cutConnections(
  sources: readonly string[],
  io: Io,
  processes: Processes,
): Promise<void> {
  let cut = 0;
  for (const source of sources) {
    const family = source.includes(':') ? 'ipv6' : 'ipv4';
    try {
      const { stderr } = await processes.run(['conntrack', '--delete', '--family', family, '--src', source]);
      cut += Number(/(\d+) flow entries have been deleted/.exec(new TextDecoder().decode(stderr))?.[1] ?? 0);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      io.complain(`connections are not cut: ${error.message}`);
      return;
    }
  }
  if (sources.length > 0) io.complain(`${cut} connections of ${sources.length} addresses have been cut`);
}
