// fwgen(1): hosts and ports in, a packet filter out. The declaration and the order of the stages; what each stage does is
// src/firewall's.

import { execute } from '../apply/execute.ts';
import { planFiles } from '../apply/plan.ts';
import { EXIT, exitOfErrno } from '../command/exit.ts';
import type { Io } from '../command/io.ts';
import { type Invocation, type Options, type Program, verb } from '../command/program.ts';
import { UsageError } from '../command/usage.ts';
import { type Diagnostic, hasErrors } from '../document/diagnostic.ts';
import { DOCUMENT_FAULTS } from '../document/faults.ts';
import { Source } from '../document/source.ts';
import type { Artifact } from '../emit/artifact.ts';
import { check } from '../firewall/check.ts';
import { expand } from '../firewall/expand.ts';
import { FIREWALL_FAULTS } from '../firewall/faults.ts';
import { HOOKS, type Policy } from '../firewall/model.ts';
import { readTable } from '../firewall/nft-table.ts';
import { HOSTS, policyOf } from '../firewall/parse.ts';
import { targets } from '../firewall/targets/index.ts';
import type { NftTable } from '../firewall/targets/options.ts';
import { completeness } from '../inventory/complete.ts';
import { INVENTORY_FAULTS } from '../inventory/faults.ts';
import type { Closing, Host } from '../inventory/model.ts';
import { readCondition } from '../inventory/select.ts';
import { readStream } from '../inventory/wire.ts';

const SCOPES = ['public', 'private', 'all'] as const;
const OTHERS = ['return', 'drop'] as const;

const EMIT = {
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
  out: {
    type: 'text',
    short: 'o',
    value: 'DIR',
    complete: 'folder',
    summary:
      'write files into this folder, each under the path that it belongs to, instead of standard output',
  },
  json: {
    type: 'flag',
    short: 'j',
    summary:
      'write JSON Lines: each file with its path, text and the commands that judge and load it; diagnostics too',
  },
} as const satisfies Options;

export const program: Program = {
  name: 'fwgen',
  section: 1,
  summary: 'packet filters from the hosts of a cloud',
  verbs: [
    verb({
      name: 'emit',
      summary: 'print a filter that lets hosts reach ports',
      operands: [
        {
          name: 'FILE',
          summary: 'a host stream, as cloudhosts(1) writes it; standard input where there is none or it is -',
          count: 'many',
          complete: 'file',
        },
      ],
      options: EMIT,
      run: emit,
    }),
  ],
  exits: {
    ok: '',
    usage: 'The command line is wrong, or asks a target for what it cannot do.',
    data: 'The host stream is not one, or is incomplete, or holds what must not be let in. Nothing was written.',
    noInput: '',
    cantCreate: '',
    io: '',
    noPermission: '',
  },
  faults: {
    DOC007: DOCUMENT_FAULTS.DOC007,
    INV005: INVENTORY_FAULTS.INV005,
    INV006: INVENTORY_FAULTS.INV006,
    INV007: INVENTORY_FAULTS.INV007,
    INV008: INVENTORY_FAULTS.INV008,
    ...FIREWALL_FAULTS,
  },
  examples: [
    {
      text: 'A filter for iptables-restore and ip6tables-restore.',
      command: 'cloudhosts examples/describe-instances.json | fwgen emit --ports 22,80,3690,4949,8140',
    },
    {
      text: 'The same hosts, closed to everybody else, for nftables.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit -p 22,53/udp -t nftables --own-table --others drop',
    },
    {
      text: 'Plain commands for the web servers.',
      command:
        'cloudhosts examples/describe-instances.json | fwgen emit -p 80,443 -t commands -s tag:role=web',
    },
  ],
};

/** A command line of `fwgen emit`. */
type Emit = Invocation<typeof EMIT>;

async function emit(invocation: Emit, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const policy = orUsage(policyFrom(invocation));
  const table = tableFrom(invocation);
  const choice = {
    conditions: invocation
      .texts('select')
      .map((text) => orUsage(readCondition(new Source('--select', text)))),
    scope: wordOf(SCOPES, invocation.text('addresses')) ?? 'public',
  };
  const hosts = readHosts(invocation, io);
  if (hosts === undefined) return EXIT.data;
  const { ruleset, diagnostics } = expand(policy, new Map([[HOSTS, choice]]), hosts);
  const findings = [...diagnostics, ...check(ruleset)];
  io.report(...findings);
  if (hasErrors(findings)) return EXIT.data;
  const target = targets.find(({ name }) => name === (invocation.text('target') ?? 'iptables'));
  if (target === undefined) throw new RangeError('a target that is not in the list');
  const out = invocation.text('out');
  const options = { together: out === undefined && !io.json, table };
  const refusals = target.refuse(ruleset, options);
  io.report(...refusals);
  if (refusals.length > 0) return EXIT.usage;
  const artifacts = target.emit(ruleset, options);
  if (out !== undefined) return writeFiles(artifacts, out, io);
  for (const artifact of artifacts) io.write(io.json ? `${JSON.stringify(artifact)}\n` : artifact.text);
  return EXIT.ok;
}

function policyFrom(invocation: Emit): Policy | Diagnostic {
  const ports = invocation.text('ports');
  if (ports === undefined)
    throw new UsageError('--ports is missing: nothing says which ports the hosts may reach');
  const four = invocation.flag('4');
  const six = invocation.flag('6');
  return policyOf({
    ports: new Source('--ports', ports),
    chain: new Source('--chain', invocation.text('chain') ?? 'PENSTOCK'),
    hook: wordOf(HOOKS, invocation.text('hook')) ?? 'input',
    others: wordOf(OTHERS, invocation.text('others')) ?? 'return',
    families: four === six ? [4, 6] : four ? [4] : [6],
  });
}

/** The table that is asked for; undefined is one of our own. */
function tableFrom(invocation: Emit): NftTable | undefined {
  const own = invocation.flag('own-table');
  const text = invocation.text('table');
  if (own && text !== undefined) throw new UsageError('--table and --own-table exclude each other');
  if ((own || text !== undefined) && invocation.text('target') !== 'nftables')
    throw new UsageError(`${own ? '--own-table' : '--table'} is for --target nftables only`);
  return own ? undefined : orUsage(readTable(new Source('--table', text ?? 'inet filter')));
}

/** The hosts of all streams; undefined after reporting what makes them unusable. */
function readHosts(invocation: Emit, io: Io): readonly Host[] | undefined {
  const hosts: Host[] = [];
  const closings: Closing[] = [];
  const open = new Set<string>();
  const diagnostics: Diagnostic[] = [];
  for (const path of invocation.operands.length === 0 ? ['-'] : invocation.operands) {
    const stream = readStream(io.read(path));
    for (const host of stream.hosts) hosts.push(host);
    closings.push(...stream.closings);
    for (const source of stream.open) open.add(source);
    diagnostics.push(...stream.diagnostics);
  }
  // A stream that can't be read has lost more than its end.
  if (!hasErrors(diagnostics))
    diagnostics.push(...completeness(closings, [...open], invocation.flag('accept-incomplete')));
  io.report(...diagnostics);
  return hasErrors(diagnostics) ? undefined : hosts;
}

async function writeFiles(artifacts: readonly Artifact[], folder: string, io: Io): Promise<number> {
  const outcome = await execute(planFiles(artifacts, { root: folder, verify: false }), io.host);
  if (outcome.done) return EXIT.ok;
  io.complain(outcome.reason);
  return exitOfErrno(outcome.code, 'write');
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
