// What a filter does with a packet, by the model alone: the plain reading that every target must agree with, and the
// oracle that the kernel's own verdicts are compared with.

import type { Address } from '../address/index.ts';
import type { Action, Protocol, Rule, Ruleset } from './model.ts';

/** What of a packet a filter looks at. */
export interface Packet {
  readonly source: Address;
  readonly protocol: Protocol;
  /** The destination port. */
  readonly port: number;
}

/** The action of the first rule that matches; `return` where none does and the packet goes on behind the jump. */
export function evaluate(ruleset: Ruleset, packet: Packet): Action | 'return' {
  for (const { family, rules } of ruleset.families) {
    if (family !== packet.source.family) continue;
    const found = rules.find((rule) => matches(rule, packet));
    if (found !== undefined) return found.action;
  }
  return 'return';
}

function matches({ from, services }: Rule, { source, protocol, port }: Packet): boolean {
  return (
    services.some(
      (service) =>
        service.protocol === protocol &&
        service.ports.some(({ first, last }) => first <= port && port <= last),
    ) &&
    (from === 'any' || from.members.some(({ prefix }) => prefix.contains(source)))
  );
}
