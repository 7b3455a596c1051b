// Policies at random, as text, with packets that have a chance to meet them: for the targets' own tests and for the kernel.

import fc from 'fast-check';
import { Address, Prefix } from '../../src/address/index.ts';
import { Source } from '../../src/document/source.ts';
import type { Packet } from '../../src/firewall/evaluate.ts';
import { type Expanded, expand, type Materials } from '../../src/firewall/expand.ts';
import type { Policy } from '../../src/firewall/model.ts';
import { parsePolicy } from '../../src/firewall/policy/parse.ts';
import { HOSTILE } from './hostile.ts';
import { host } from './sample.ts';

/** A policy as text, and what packets there are. */
export interface RandomPolicy {
  readonly text: string;
  readonly packets: readonly Packet[];
}

/** The hooks that rules and packets can be of. */
export interface Extent {
  readonly hooks: readonly Packet['hook'][];
  readonly packets: number;
  /** The numbers of addresses that destinations have; undefined: any. */
  readonly here?: readonly number[];
  /** Those that sources have. */
  readonly there?: readonly number[];
}

/** A small space of addresses, so that packets and sets meet. */
const address4 = fc.nat({ max: 15 }).map((n) => `192.0.2.${n}`);
const address6 = fc.nat({ max: 15 }).map((n) => `2001:db8::${n.toString(16)}`);
const block = fc.oneof(
  address4,
  address6,
  fc
    .tuple(address4, fc.constantFrom(31, 30, 29, 28))
    .map(([text, length]) => `${Prefix.of(Address.parse(text), length)}`),
  fc
    .tuple(address6, fc.constantFrom(127, 126, 125, 124))
    .map(([text, length]) => `${Prefix.of(Address.parse(text), length)}`),
);

const SETS = ['one', 'two', 'three', 'fleet', 'both', 'rest', 'a-set-with-quite-a-long-name'] as const;

const port = fc.integer({ min: 20, max: 25 });
const ports = fc
  .tuple(port, fc.nat({ max: 4 }), fc.constantFrom('', '/tcp', '/udp'))
  .map(([first, more, protocol]) => `${first}${more === 0 ? '' : `-${first + more}`}${protocol}`);
const services = fc.oneof(
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 3, arbitrary: fc.array(ports, { minLength: 1, maxLength: 3 }) },
);

const end = fc.constantFrom('any', 'any', 'any', ...SETS);

function rule(hooks: readonly Packet['hook'][]): fc.Arbitrary<Readonly<Record<string, unknown>>> {
  return fc
    .record({
      action: fc.constantFrom('accept', 'drop', 'reject'),
      from: end,
      to: fc.oneof(
        { weight: 4, arbitrary: fc.constant('any') },
        { weight: 1, arbitrary: fc.constantFrom(...SETS) },
      ),
      services,
      hook: fc.constantFrom(...hooks),
      traffic: fc.oneof(
        { weight: 9, arbitrary: fc.constant('any') },
        { weight: 1, arbitrary: fc.constantFrom('established', 'loopback', 'icmp') },
      ),
      log: fc.constantFrom(undefined, undefined, undefined, true, 'x ('),
      rate: fc.constantFrom(undefined, undefined, undefined, '10000/second'),
      comment: fc.constantFrom(undefined, 'plain', ...HOSTILE.map(([, text]) => text)),
    })
    .map((made) => ({
      ...made,
      ...(made.rate === undefined ? {} : { burst: 10_000 }),
      ...(made.traffic === 'icmp' ? { services: undefined } : {}),
      ...(made.traffic === 'loopback' && made.hook === 'forward' ? { traffic: 'any' } : {}),
    }));
}

const blocks = fc.array(block, { minLength: 1, maxLength: 4 });

/** The inventory that the set `fleet` is selected from. */
export const HOSTS = HOSTILE.slice(0, 7).map(([, name], at) =>
  host(
    name,
    `192.0.2.${at * 2}`,
    `2001:db8::${(at * 2).toString(16)}`,
    ...(at === 3 ? ['192.0.2.24/30'] : []),
  ),
);

function packet({ hooks, here, there }: Extent): fc.Arbitrary<Packet> {
  return fc
    .record({
      hook: fc.constantFrom(...hooks),
      six: fc.boolean(),
      source: there === undefined ? fc.nat({ max: 17 }) : fc.constantFrom(...there),
      destination: here === undefined ? fc.nat({ max: 17 }) : fc.constantFrom(...here),
      protocol: fc.constantFrom('tcp' as const, 'udp' as const, 'udp' as const),
      port: fc.integer({ min: 20, max: 26 }),
    })
    .map(({ hook, six, source, destination, protocol, port: to }) => {
      const at = (n: number): Address => Address.parse(six ? `2001:db8::${n.toString(16)}` : `192.0.2.${n}`);
      return {
        hook,
        source: at(source),
        destination: at(destination),
        protocol,
        port: to,
        established: false,
        loopback: false,
        icmp: false,
      };
    });
}

/** Policies at random. JSON is YAML. */
export function randomPolicy(extent: Extent): fc.Arbitrary<RandomPolicy> {
  return fc
    .record({
      one: blocks,
      two: blocks,
      three: blocks,
      long: blocks,
      rules: fc.array(rule(extent.hooks), { minLength: 1, maxLength: 7 }),
      packets: fc.array(packet(extent), { minLength: extent.packets, maxLength: extent.packets }),
    })
    .map(({ one, two, three, long, rules, packets }) => {
      const sets = {
        one,
        two: { addresses: two, without: ['three'] },
        three,
        fleet: { select: [], without: ['one'] },
        both: { union: ['one', 'fleet'] },
        rest: { union: ['two', 'both'], without: ['three'] },
        'a-set-with-quite-a-long-name': long,
      };
      return { text: JSON.stringify({ sets, rules }), packets };
    });
}

/** A policy of the text, put together with the hosts. */
export function prepared(text: string): { readonly policy: Policy; readonly expanded: Expanded } {
  const { policy, diagnostics } = parsePolicy(new Source('policy', text));
  if (policy === undefined) throw new Error(JSON.stringify(diagnostics.map(({ message }) => message)));
  const materials: Materials = { hosts: HOSTS, inventories: new Map(), lists: new Map() };
  return { policy, expanded: expand(policy, materials, 0) };
}
