// Probe packets from the assertions of a policy. The model has judged them for every packet; the kernel is asked for one of
// each, so that model and kernel agree, and so that what others have loaded does not belie them.

import type { Family } from '../../address/index.ts';
import type { Probe, Verdict } from '../../apply/probe.ts';
import type { AssertedEnd, Assertion, HostSet, Ruleset } from '../../firewall/model.ts';

/** An assertion with the packet that stands for it. */
export interface AssertedProbe {
  readonly assertion: Assertion;
  readonly probe: Probe;
  readonly must: Verdict;
}

/** Who asks and who is asked where an assertion names nobody: addresses for documentation (RFC 5737, RFC 3849). */
const ANYBODY: Readonly<Record<Family, { readonly from: string; readonly to: string }>> = {
  4: { from: '203.0.113.253', to: '192.0.2.254' },
  6: { from: '2001:db8:ffff::253', to: '2001:db8:ffff::254' },
};

/** One packet for each assertion and family that a packet can be sent for: new connections of TCP and UDP. */
export function assertedProbes(assertions: readonly Assertion[], ruleset: Ruleset): readonly AssertedProbe[] {
  return assertions.flatMap((assertion) => {
    const { must, hook, traffic, services } = assertion;
    if (must === 'return' || traffic !== 'any') return [];
    const service = services === 'any' ? undefined : services.find(({ protocol }) => protocol !== 'sctp');
    if (service === undefined && services !== 'any') return [];
    const protocol = service?.protocol === 'udp' ? 'udp' : 'tcp';
    const port = service?.ports[0].first ?? 22;
    return ruleset.families.flatMap(({ family }) => {
      const source = oneOf(assertion.from, family, ruleset) ?? ANYBODY[family].from;
      const destination = oneOf(assertion.to, family, ruleset) ?? ANYBODY[family].to;
      if (source === '' || destination === '') return [];
      return [{ assertion, must, probe: { hook, protocol, source, destination, port } }];
    });
  });
}

/** An address of an end: undefined for any, '' where there is none of this family. */
function oneOf(end: AssertedEnd, family: Family, ruleset: Ruleset): string | undefined {
  if (end === 'any') return undefined;
  if ('prefix' in end) return end.prefix.family === family ? end.prefix.first.toString() : '';
  for (const { family: of, rules } of ruleset.families) {
    if (of !== family) continue;
    for (const { from, to } of rules)
      for (const set of [from, to]) if (set !== 'any' && set.name === end.set) return firstOf(set);
  }
  return '';
}

function firstOf({ members, addresses, family }: HostSet): string {
  const [member] = members;
  if (member !== undefined) return member.prefix.first.toString();
  for (const prefix of addresses.prefixes(family)) return prefix.first.toString();
  return '';
}
