// A policy from what the command line gives: ports, the chain's name, the hook. Every flaw is placed in the argument that
// has it. Hosts come in later, in expand.ts.

import { AddressFault, type Family, type PortRange, PortSet } from '../address/index.ts';
import { type Diagnostic, lift } from '../document/diagnostic.ts';
import type { Spanned } from '../document/reader.ts';
import { suggest } from '../document/suggest.ts';
import { diagnose } from './faults.ts';
import {
  type Hook,
  type NonEmpty,
  nonEmpty,
  type Policy,
  type PolicyRule,
  PROTOCOLS,
  type Protocol,
  type Service,
  type SetScope,
} from './model.ts';
import { LONGEST_CHAIN } from './names.ts';
import { placeIn } from './place.ts';

/** The one set of hosts that a policy made of flags has. */
export const HOSTS = 'hosts';

/** What is put behind the chain's name to name the chain of a set. */
const SET_SUFFIX: string = `-${HOSTS}`;

/** What the command line gives. */
export interface Flags {
  readonly ports: Spanned<string>;
  readonly chain: Spanned<string>;
  readonly hook: Hook;
  /** What becomes of packets to the ports from everybody else: on to the site's own rules, or dropped. */
  readonly others: 'return' | 'drop';
  readonly families: NonEmpty<Family>;
  /** Which hosts are let in: expressions as of --select. */
  readonly select: readonly Spanned<string>[];
  readonly scope: SetScope;
}

/** The policy of the flags: the hosts may reach the ports, the others may not or are left to the rules behind. */
export function policyOf(flags: Flags): Policy | Diagnostic {
  const services = readServices(flags.ports);
  if ('code' in services) return services;
  const fault = chainFault(flags.chain);
  if (fault !== undefined) return fault;
  const rule = {
    hook: flags.hook,
    to: 'any',
    services,
    traffic: 'any',
    log: undefined,
    rate: undefined,
    expires: undefined,
    comment: '',
    span: undefined,
  } as const;
  const rules: PolicyRule[] = [
    { ...rule, number: 1, from: { set: HOSTS, span: undefined }, action: 'accept' },
  ];
  if (flags.others === 'drop') rules.push({ ...rule, number: 2, from: 'any', action: 'drop' });
  const { select, scope } = flags;
  const content = { kind: 'hosts', inventory: undefined, select, scope } as const;
  return {
    chain: flags.chain.value,
    hooks: [flags.hook],
    families: flags.families,
    rules,
    sets: [{ name: HOSTS, span: undefined, content, without: [] }],
    assertions: [],
  };
}

/**
 * Reads `22,80,8000-8010,53/udp`: ports and ranges, each with the protocol behind a slash, or tcp where there is none. The
 * services come out in the order of PROTOCOLS, one for each protocol.
 */
export function readServices(text: Spanned<string>): NonEmpty<Service> | Diagnostic {
  const ports = new Map<Protocol, PortSet>();
  let start = 0;
  for (const item of text.value.split(',')) {
    const slash = item.indexOf('/');
    const name = slash < 0 ? 'tcp' : item.slice(slash + 1);
    const protocol = PROTOCOLS.find((known) => known === name);
    if (protocol === undefined) {
      const near = suggest(name, PROTOCOLS);
      return diagnose(
        'FW001',
        placeIn(text, start + slash + 1, start + item.length),
        name === '' ? 'a protocol is missing' : `unknown protocol ${JSON.stringify(name)}`,
        { hint: near === undefined ? `one of ${PROTOCOLS.join(', ')}` : `did you mean ${near}?` },
      );
    }
    const range = slash < 0 ? item : item.slice(0, slash);
    const read = PortSet.read(range);
    if (read instanceof AddressFault) {
      const { span, message, hint } = lift(read, placeIn(text, start, start + range.length));
      return diagnose('FW001', span, message, { hint });
    }
    ports.set(protocol, (ports.get(protocol) ?? PortSet.empty).union(read));
    start += item.length + 1;
  }
  const services = nonEmpty(servicesOf(ports));
  return services ?? diagnose('FW001', text.span, 'no ports');
}

/** Services in one list, those of a protocol joined. */
export function joinServices(services: readonly Service[]): readonly Service[] {
  const ports = new Map<Protocol, PortSet>();
  for (const service of services)
    ports.set(
      service.protocol,
      (ports.get(service.protocol) ?? PortSet.empty).union(PortSet.of(...service.ports)),
    );
  return servicesOf(ports);
}

function servicesOf(ports: ReadonlyMap<Protocol, PortSet>): readonly Service[] {
  return PROTOCOLS.flatMap((protocol) => serviceOf(protocol, ports.get(protocol)));
}

function serviceOf(protocol: Protocol, set: PortSet | undefined): readonly Service[] {
  const ranges: NonEmpty<PortRange> | undefined = set === undefined ? undefined : nonEmpty([...set.ranges()]);
  return ranges === undefined ? [] : [{ protocol, ports: ranges }];
}

/** Why a chain can't have this name. A built-in one is for the targets to judge. */
export function chainFault(name: Spanned<string>): Diagnostic | undefined {
  const { value: text, span } = name;
  const bad = /^[A-Za-z]/.test(text) ? text.search(/[^A-Za-z0-9_.-]/) : 0;
  if (bad >= 0) {
    const why =
      text === ''
        ? 'the name of the chain is empty'
        : bad === 0
          ? 'the name of a chain begins with a letter'
          : 'a character that the name of a chain cannot have';
    return diagnose('FW002', placeIn(name, bad, text.length), why, {
      hint: 'write it as in PENSTOCK or cloud-hosts',
    });
  }
  const longest = LONGEST_CHAIN - SET_SUFFIX.length;
  if (text.length > longest) {
    return diagnose(
      'FW002',
      placeIn(name, longest, text.length),
      `a name of ${text.length} bytes, and ${longest} is the most`,
      {
        hint: `the chain of its hosts is called NAME${SET_SUFFIX}, and the kernel takes ${LONGEST_CHAIN} bytes`,
      },
    );
  }
  // iptables refuses a chain that is called as a target is, since -j could mean either.
  if (TARGETS.includes(text)) return diagnose('FW002', span, `${text} is the name of a target`);
  return undefined;
}

/** The targets of iptables-extensions(8) and the four that are built in. */
const TARGETS: readonly string[] =
  `ACCEPT DROP QUEUE RETURN AUDIT CHECKSUM CLASSIFY CLUSTERIP CONNMARK CONNSECMARK CT DNAT DNPT DSCP ECN HL HMARK
IDLETIMER LED LOG MARK MASQUERADE NETMAP NFLOG NFQUEUE NOTRACK RATEEST REDIRECT REJECT SECMARK SET SNAT SNPT SYNPROXY
TCPMSS TCPOPTSTRIP TEE TOS TPROXY TRACE TTL ULOG MIRROR SAME`.split(/\s/);
