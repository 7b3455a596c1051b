// The filter that a command line asks for, for every verb of fwgen: the options that describe it, and the order of the
// stages from host streams to artifacts. What each stage does is src/firewall's; what becomes of the artifacts is the verbs'.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Invocation, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { check } from '../../firewall/check.ts';
import { expand } from '../../firewall/expand.ts';
import { HOOKS, type Policy, type Ruleset } from '../../firewall/model.ts';
import { readTable } from '../../firewall/nft-table.ts';
import { HOSTS, policyOf } from '../../firewall/parse.ts';
import { targets } from '../../firewall/targets/index.ts';
import type { NftTable } from '../../firewall/targets/options.ts';
import type { Host } from '../../inventory/model.ts';
import { readCondition } from '../../inventory/select.ts';
import { readHosts } from './streams.ts';

const SCOPES = ['public', 'private', 'all'] as const;
const OTHERS = ['return', 'drop'] as const;

/** Operands of the verbs that make a filter. */
export const STREAMS = [
  {
    name: 'FILE',
    summary: 'a host stream, as cloudhosts(1) writes it; standard input where there is none or it is -',
    count: 'many',
    complete: 'file',
  },
] as const;

/** Options of the verbs that make a filter. */
export const FILTER = {
  ports: {
    type: 'text',
    short: 'p',
    value: 'PORTS',
    summary: 'the ports that the hosts may reach; must be given',
    detail: `Ports and ranges with commas between, each with a protocol behind a slash where it is not TCP:
.Ql 22,80,8000-8010,53/udp .
The protocols are
.Cm tcp , udp
and
.Cm sctp .`,
  },
  target: {
    type: 'text',
    short: 't',
    value: 'TARGET',
    choices: targets.map(({ name }) => name),
    summary: 'what the filter is for; iptables unless given',
    detail: 'They are described under\n.Sx TARGETS .',
  },
  others: {
    type: 'text',
    value: 'ACTION',
    choices: OTHERS,
    summary: 'what becomes of packets to the ports from everybody else; return unless given',
    detail: `.Cm return
leaves them to the rules behind the jump, which is where the site drops what it does not want;
.Cm drop
drops them in the chain.`,
  },
  chain: {
    type: 'text',
    short: 'c',
    value: 'NAME',
    summary: 'the name of the chain, and the beginning of all names derived from it; PENSTOCK unless given',
  },
  hook: {
    type: 'text',
    value: 'HOOK',
    choices: HOOKS,
    summary:
      'the packets that the chain is for: those to this machine, or those through it; input unless given',
  },
  table: {
    type: 'text',
    value: 'TABLE',
    summary: 'the table that the chain is put into, as FAMILY NAME; inet filter unless given (nftables only)',
  },
  'own-table': {
    type: 'flag',
    summary:
      'a table of its own, called after the chain, with a hook of its own, which needs no jump (nftables only)',
    detail: 'Such a table can only close, so it goes with\n.Fl -others Cm drop .',
  },
  '4': { type: 'flag', summary: 'IPv4 only' },
  '6': { type: 'flag', summary: 'IPv6 only' },
  select: {
    type: 'texts',
    short: 's',
    value: 'FIELD=GLOB',
    summary: 'let in only hosts of which this holds',
    detail: `As in
.Xr cloudhosts 1 ;
only running hosts unless an expression speaks of the state.`,
  },
  addresses: {
    type: 'text',
    short: 'a',
    value: 'SCOPE',
    choices: SCOPES,
    summary: 'the addresses by which the hosts come; public unless given',
  },
  'accept-incomplete': {
    type: 'flag',
    summary: 'go on with an inventory that is incomplete, which shuts out the hosts that are missing from it',
  },
} as const satisfies Options;

/** What is asked of a command line of any verb that has these options, whatever others it has. */
export type Asked = Pick<Invocation<typeof FILTER>, 'operands' | 'flag' | 'text' | 'texts'>;

/** A filter, ready to be printed or applied. */
export interface Filter {
  readonly ruleset: Ruleset;
  /** One text for each of the target's tools, or where it is asked for (`together`) one for all. */
  readonly artifacts: readonly Artifact[];
}

/** What came of it: a filter, or after reporting why there is none the exit status. */
export type Made = { readonly filter: Filter } | { readonly exit: number };

/** How a filter is made. */
export interface Making {
  readonly together: boolean;
  /** Where the hosts come from, if not strictly from the streams; undefined after reporting why there are none. */
  readonly gather?: (asked: Asked, io: Io) => readonly Host[] | undefined;
}

/** Makes the filter that is asked for, and reports all that is to be said of it. Throws UsageError. */
export function makeFilter(asked: Asked, io: Io, { together, gather = strictly }: Making): Made {
  const policy = orUsage(policyFrom(asked));
  const table = tableFrom(asked);
  const choice = {
    conditions: asked.texts('select').map((text) => orUsage(readCondition(new Source('--select', text)))),
    scope: wordOf(SCOPES, asked.text('addresses')) ?? 'public',
  };
  const hosts = gather(asked, io);
  if (hosts === undefined) return { exit: EXIT.data };
  const { ruleset, diagnostics } = expand(policy, new Map([[HOSTS, choice]]), hosts);
  const findings = [...diagnostics, ...check(ruleset)];
  io.report(...findings);
  if (hasErrors(findings)) return { exit: EXIT.data };
  const target = targets.find(({ name }) => name === (asked.text('target') ?? 'iptables'));
  if (target === undefined) throw new RangeError('a target that is not in the list');
  const options = { together, table };
  const refusals = target.refuse(ruleset, options);
  io.report(...refusals);
  if (refusals.length > 0) return { exit: EXIT.usage };
  return { filter: { ruleset, artifacts: target.emit(ruleset, options) } };
}

function strictly(asked: Asked, io: Io): readonly Host[] | undefined {
  return readHosts(asked.operands, asked.flag('accept-incomplete'), io);
}

function policyFrom(asked: Asked): Policy | Diagnostic {
  const ports = asked.text('ports');
  if (ports === undefined)
    throw new UsageError('--ports is missing: nothing says which ports the hosts may reach');
  const four = asked.flag('4');
  const six = asked.flag('6');
  return policyOf({
    ports: new Source('--ports', ports),
    chain: new Source('--chain', asked.text('chain') ?? 'PENSTOCK'),
    hook: wordOf(HOOKS, asked.text('hook')) ?? 'input',
    others: wordOf(OTHERS, asked.text('others')) ?? 'return',
    families: four === six ? [4, 6] : four ? [4] : [6],
  });
}

/** The table that is asked for; undefined is one of our own. */
function tableFrom(asked: Asked): NftTable | undefined {
  const own = asked.flag('own-table');
  const text = asked.text('table');
  if (own && text !== undefined) throw new UsageError('--table and --own-table exclude each other');
  if ((own || text !== undefined) && asked.text('target') !== 'nftables')
    throw new UsageError(`${own ? '--own-table' : '--table'} is for --target nftables only`);
  return own ? undefined : orUsage(readTable(new Source('--table', text ?? 'inet filter')));
}

/** The value, or its diagnostic thrown as a fault of the command line. */
function orUsage<T extends object>(value: T | Diagnostic): T {
  if (isDiagnostic(value)) throw new UsageError(value);
  return value;
}

function isDiagnostic(value: object): value is Diagnostic {
  return 'code' in value && 'severity' in value;
}

function wordOf<const W extends string>(words: readonly W[], text: string | undefined): W | undefined {
  return words.find((word) => word === text);
}
