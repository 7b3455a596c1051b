// The filter that a command line asks for, for every verb of fwgen: the options that describe it, and the order of the
// stages from host streams to artifacts. What each stage does is src/firewall's; what becomes of the artifacts is the verbs'.

import type { Family } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Invocation, Options } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { Source } from '../../document/source.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { check } from '../../firewall/check.ts';
import { expand, type Materials } from '../../firewall/expand.ts';
import { HOOKS, type Policy, type Ruleset, SCOPES } from '../../firewall/model.ts';
import { readTable } from '../../firewall/nft-table.ts';
import { policyOf } from '../../firewall/parse.ts';
import { readInstant } from '../../firewall/policy/instant.ts';
import { targets } from '../../firewall/targets/index.ts';
import type { NftTable } from '../../firewall/targets/options.ts';
import type { Host } from '../../inventory/model.ts';
import { readCondition } from '../../inventory/select.ts';
import { readHosts } from './streams.ts';

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
  policy: {
    type: 'text',
    short: 'P',
    value: 'POLICY',
    complete: 'file',
    summary: 'a policy file, which says all of it, in place of --ports and what goes with it',
    detail: `It is described in
.Xr penstock-policy 5 .
The hosts of the command line are those that its sets select from.`,
  },
  now: {
    type: 'text',
    value: 'TIME',
    summary: 'the time by which rules of a policy have expired or not, in place of the present one',
  },
  ports: {
    type: 'text',
    short: 'p',
    value: 'PORTS',
    summary: 'the ports that the hosts may reach; must be given, unless there is a policy',
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

/** What is asked for, read and not yet put together. */
export interface Request {
  readonly policy: Policy;
  readonly materials: Materials;
  /** Milliseconds of the epoch. */
  readonly now: number;
}

/** A filter, ready to be printed or applied. */
export interface Filter {
  readonly request: Request;
  readonly ruleset: Ruleset;
  /** One text for each of the target's tools, or where it is asked for (`together`) one for all. */
  readonly artifacts: readonly Artifact[];
}

/** What came of it: a filter, or after reporting why there is none the exit status. */
export type Made = { readonly filter: Filter } | { readonly exit: number };

/** How a filter is made. */
export interface Making {
  readonly together: boolean;
  /**
   * Where the hosts of the command line come from for the filter of that chain, if not strictly from the streams; undefined
   * after reporting why there are none. Not asked where a policy needs none.
   */
  readonly gather?: Gather;
}

export type Gather = (asked: Asked, io: Io, chain: string) => readonly Host[] | undefined;

/**
 * Makes the filter that is asked for, and reports all that is to be said of it: where an assertion of the policy does not
 * hold there is none. Throws UsageError, and HostError where an input can't be read.
 */
export async function makeFilter(
  asked: Asked,
  io: Io,
  { together, gather = strictly }: Making,
): Promise<Made> {
  const options = { together, table: tableFrom(asked) };
  const request = await readRequest(asked, io, gather);
  if ('exit' in request) return request;
  const expanded = expand(request.policy, request.materials, request.now);
  const { ruleset } = expanded;
  const findings = [...expanded.diagnostics, ...check(ruleset)];
  if (asked.text('policy') !== undefined) {
    const { judge } = await import('../../firewall/judge.ts');
    findings.push(...judge(request.policy, ruleset, expanded.sets));
  }
  io.report(...findings);
  if (hasErrors(findings)) return { exit: EXIT.data };
  const target = targets.find(({ name }) => name === (asked.text('target') ?? 'iptables'));
  if (target === undefined) throw new RangeError('a target that is not in the list');
  const refusals = target.refuse(ruleset, options);
  io.report(...refusals);
  if (refusals.length > 0) return { exit: EXIT.usage };
  return { filter: { request, ruleset, artifacts: target.emit(ruleset, options) } };
}

function strictly(asked: Asked, io: Io): readonly Host[] | undefined {
  return readHosts(asked.operands, asked.flag('accept-incomplete'), io);
}

/** Reads what the command line names: the policy, or the flags in place of one, and the hosts. */
export async function readRequest(
  asked: Asked,
  io: Io,
  gather: Gather = strictly,
): Promise<Request | { readonly exit: number }> {
  const time = asked.text('now');
  const now = time === undefined ? Date.now() : readInstant(time);
  if (now === undefined)
    throw new UsageError('--now is a day such as 2026-12-31, or a time such as 2026-12-31T18:00:00Z');
  const path = asked.text('policy');
  if (path !== undefined) {
    const clash = REPLACED.find((name) => asked.text(name) !== undefined);
    if (clash !== undefined) throw new UsageError(`--policy and --${clash} exclude each other`);
    if (asked.texts('select').length > 0)
      throw new UsageError('--policy and --select exclude each other: its sets have a select of their own');
    const { loadPolicy } = await import('./policy.ts');
    const loaded = await loadPolicy(
      path,
      {
        operands: asked.operands,
        acceptIncomplete: asked.flag('accept-incomplete'),
        only: onlyFamily(asked),
        hosts: (chain) => gather(asked, io, chain),
      },
      io,
    );
    return 'exit' in loaded ? loaded : { ...loaded, now };
  }
  const policy = orUsage(policyFrom(asked));
  const hosts = gather(asked, io, policy.chain);
  if (hosts === undefined) return { exit: EXIT.data };
  return { policy, materials: { hosts, inventories: new Map(), lists: new Map() }, now };
}

/** What a policy says itself. */
const REPLACED = ['ports', 'others', 'chain', 'hook', 'addresses'] as const;

function policyFrom(asked: Asked): Policy | Diagnostic {
  const ports = asked.text('ports');
  if (ports === undefined)
    throw new UsageError('--ports is missing, or --policy: nothing says which ports the hosts may reach');
  const only = onlyFamily(asked);
  return policyOf({
    ports: spanned('--ports', ports),
    chain: spanned('--chain', asked.text('chain') ?? 'PENSTOCK'),
    hook: wordOf(HOOKS, asked.text('hook')) ?? 'input',
    others: wordOf(OTHERS, asked.text('others')) ?? 'return',
    families: only === undefined ? [4, 6] : [only],
    select: asked.texts('select').map((text) => {
      orUsage(readCondition(new Source('--select', text)));
      return spanned('--select', text);
    }),
    scope: wordOf(SCOPES, asked.text('addresses')) ?? 'public',
  });
}

/** The family of -4 or -6; both together are none of them. */
function onlyFamily(asked: Asked): Family | undefined {
  const four = asked.flag('4');
  return four === asked.flag('6') ? undefined : four ? 4 : 6;
}

/** An argument as a text with its place. */
function spanned(option: string, text: string): Spanned<string> {
  return { value: text, span: new Source(option, text).all() };
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
