// Packets in bulk: all those of one kind from some addresses to others, on some ports. With these it is exact, and not a
// matter of samples, what a list of rules does with everything that an assertion speaks of.

import { type Address, AddressSet, AddressSetBuilder, type Family, PortSet } from '../address/index.ts';
import type { Packet } from './evaluate.ts';
import {
  type Hook,
  type HostSet,
  PROTOCOLS,
  type Protocol,
  type Rule,
  type Terms,
  type Traffic,
} from './model.ts';

/** What of packets is the same all over a region. */
export interface Plane {
  readonly family: Family;
  readonly hook: Hook;
  /** undefined: every protocol but those that services can have. */
  readonly protocol: Protocol | undefined;
  readonly established: boolean;
  readonly loopback: boolean;
  readonly icmp: boolean;
}

/** Sources x destinations x ports. None of them is empty. */
export interface Box {
  readonly from: AddressSet;
  readonly to: AddressSet;
  readonly ports: PortSet;
}

const ALL_PORTS: PortSet = PortSet.of({ first: 1, last: 65535 });

/** The planes that a rule or an assertion reaches into. */
export function planesOf(
  { hook, services, traffic }: Pick<Terms, 'hook' | 'services' | 'traffic'>,
  family: Family,
): readonly Plane[] {
  const protocols: readonly (Protocol | undefined)[] =
    services === 'any' ? [...PROTOCOLS, undefined] : services.map(({ protocol }) => protocol);
  const loopbacks = hook === 'forward' ? [false] : [false, true];
  return protocols.flatMap((protocol) =>
    [false, true].flatMap((established) =>
      loopbacks.flatMap((loopback) =>
        (protocol === undefined ? [false, true] : [false])
          .map((icmp) => ({ family, hook, protocol, established, loopback, icmp }))
          .filter((plane) => hasTraffic(traffic, plane)),
      ),
    ),
  );
}

function hasTraffic(traffic: Traffic, plane: Plane): boolean {
  return traffic === 'any' || plane[traffic];
}

/** The part of a plane that services reach. */
export function portsOf(services: Terms['services'], protocol: Protocol | undefined): PortSet {
  if (services === 'any') return ALL_PORTS;
  return PortSet.of(
    ...services.filter((service) => service.protocol === protocol).flatMap(({ ports }) => ports),
  );
}

/** The rules of a family as boxes, each set made once. */
export class Boxes {
  readonly #sets = new Map<HostSet, AddressSet>();
  readonly #everything = new Map<Family, AddressSet>();

  /** Everything that a rule matches in a plane. */
  of({ from, to, services, traffic, hook }: Rule, plane: Plane): Box | undefined {
    if (hook !== plane.hook || !hasTraffic(traffic, plane)) return undefined;
    const ports = portsOf(services, plane.protocol);
    if (ports.isEmpty) return undefined;
    return { from: this.set(from, plane.family), to: this.set(to, plane.family), ports };
  }

  /** All addresses of an end. */
  set(end: 'any' | HostSet, family: Family): AddressSet {
    if (end === 'any') {
      const known = this.#everything.get(family) ?? AddressSet.everything(family);
      this.#everything.set(family, known);
      return known;
    }
    const known = this.#sets.get(end);
    if (known !== undefined) return known;
    const made = wholeOf(end);
    this.#sets.set(end, made);
    return made;
  }
}

/** All addresses of a set, in a builder: a call takes some 100,000 arguments, and a set may have more hosts. */
export function wholeOf({ members, addresses }: Pick<HostSet, 'members' | 'addresses'>): AddressSet {
  return new AddressSetBuilder()
    .add(addresses)
    .addAll(members.map(({ prefix }) => prefix))
    .freeze();
}

/** What is in both; undefined where that is nothing. */
export function meet(a: Box, b: Box): Box | undefined {
  const from = a.from === b.from ? a.from : a.from.intersect(b.from);
  if (from.isEmpty) return undefined;
  const to = a.to === b.to ? a.to : a.to.intersect(b.to);
  if (to.isEmpty) return undefined;
  const ports = a.ports.intersect(b.ports);
  return ports.isEmpty ? undefined : { from, to, ports };
}

/** What is in the first and not in the second, in boxes apart from each other. */
export function cut(a: Box, b: Box): readonly Box[] {
  const both = meet(a, b);
  if (both === undefined) return [a];
  const rest = [
    { ...a, from: a.from.subtract(both.from) },
    { from: both.from, to: a.to.subtract(both.to), ports: a.ports },
    { from: both.from, to: both.to, ports: a.ports.subtract(both.ports) },
  ];
  return rest.filter(({ from, to, ports }) => !from.isEmpty && !to.isEmpty && !ports.isEmpty);
}

/** The first packet of a box, to show to people. */
export function firstPacket({ from, to, ports }: Box, plane: Plane): Packet {
  const [port] = ports.ranges();
  return {
    ...plane,
    source: firstAddress(from, plane.family),
    destination: firstAddress(to, plane.family),
    port: port?.first ?? 1,
  };
}

function firstAddress(set: AddressSet, family: Family): Address {
  for (const { first } of set.ranges(family)) return first;
  throw new RangeError('a box is never empty');
}
