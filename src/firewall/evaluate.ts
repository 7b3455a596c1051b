// What a filter does with a packet, by the model alone: the plain reading that every target must agree with, and the
// oracle that the kernel's own verdicts are compared with.

import type { Address } from '../address/index.ts';
import { type Action, type Hook, holds, type Protocol, type Rule, type Ruleset } from './model.ts';

/** What of a packet a filter looks at. */
export interface Packet {
  readonly hook: Hook;
  readonly source: Address;
  /** Of the same family. */
  readonly destination: Address;
  /** undefined: another protocol than those that services can have. */
  readonly protocol: Protocol | undefined;
  /** The destination port. */
  readonly port: number;
  /** Whether it belongs to a connection that the machine knows. */
  readonly established: boolean;
  /** Whether it goes by the loopback interface. */
  readonly loopback: boolean;
  /** Whether it is of ICMP, or in IPv6 of ICMPv6; its protocol is then undefined. */
  readonly icmp: boolean;
}

/** What becomes of a packet. */
export interface Judgement {
  /** `return`: no rule matches, and the packet goes on behind the jump. */
  readonly verdict: Action | 'return';
  /** The rule that decides, and its place among the family's; undefined where none does. */
  readonly rule: Rule | undefined;
}

/** The action of the first rule that matches, where no rule is over its rate. */
export function evaluate(ruleset: Ruleset, packet: Packet): Judgement {
  for (const { family, rules } of ruleset.families) {
    if (family !== packet.source.family) continue;
    const rule = rules.find((each) => matches(each, packet));
    if (rule !== undefined) return { verdict: rule.action, rule };
  }
  return { verdict: 'return', rule: undefined };
}

function matches({ hook, from, to, services, traffic }: Rule, packet: Packet): boolean {
  const { source, destination, protocol, port } = packet;
  return (
    hook === packet.hook &&
    (traffic === 'any' || packet[traffic]) &&
    (services === 'any' ||
      services.some(
        (service) =>
          service.protocol === protocol &&
          service.ports.some(({ first, last }) => first <= port && port <= last),
      )) &&
    (from === 'any' || holds(from, source)) &&
    (to === 'any' || holds(to, destination))
  );
}
