// From a command line to steps that are proved: hosts, filter, what is loaded, the difference, the guards, the rehearsal.
// Nothing is changed here; `plan` prints what comes of it, `apply` carries it out.

import { Prefix } from '../../address/index.ts';
import {
  contentsOf,
  type Difference,
  difference,
  kept,
  type Spelling,
  structureOf,
} from '../../apply/difference.ts';
import { diagnose } from '../../apply/faults.ts';
import {
  ALLOWANCES,
  type Allowance,
  guardEmpty,
  guardOthers,
  guardRemoval,
  MOST_REMOVED,
  readOthers,
} from '../../apply/guards.ts';
import {
  BACKENDS,
  isThere,
  type Live,
  type Runner,
  readLive,
  type Scope,
  scopeOf,
  ToolError,
} from '../../apply/live.ts';
import type { Probe } from '../../apply/probe.ts';
import { type Rehearsed, rehearse } from '../../apply/rehearse.ts';
import {
  filtersIn,
  type Places,
  placesOf,
  type Record,
  readRecord,
  recordedSpelling,
  withRecord,
} from '../../apply/state.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import type { Invocation, Options } from '../../command/program.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { holds, type Ruleset } from '../../firewall/model.ts';
import type { Processes } from '../../host/processes.ts';
import type { Host } from '../../inventory/model.ts';
import { type AssertedProbe, assertedProbes } from './assertions.ts';
import { type Asked, FILTER, makeFilter } from './filter.ts';
import { type Gathered, gather } from './kept.ts';
import { judged, sessionProbe } from './session.ts';

const { 'accept-incomplete': _, target: __, ...REST } = FILTER;

/** Options of the verbs that compare a filter with what is loaded. */
export const PLAN = {
  ...REST,
  target: {
    ...FILTER.target,
    choices: FILTER.target.choices.filter((name) => name !== 'commands'),
    summary:
      'what is loaded: sets and rules on them (ipset), rules alone (iptables), or nftables; ipset unless given',
  },
  backend: {
    type: 'text',
    value: 'BACKEND',
    choices: BACKENDS,
    summary: "which of iptables' backends; that of the tools called iptables-restore unless given",
  },
  'accept-incomplete': {
    type: 'flag',
    summary: 'take an incomplete inventory for the whole, which shuts out the hosts that are missing from it',
  },
  'max-removal': {
    type: 'integer',
    value: 'PERCENT',
    least: 0,
    most: 100,
    summary: 'refuse to remove more of the addresses that are loaded; 30 unless given',
  },
  allow: {
    type: 'texts',
    value: 'WHAT',
    choices: ALLOWANCES,
    summary: 'override the guard of this name',
    detail: 'The guards are described under\n.Sx GUARDS .',
  },
  'no-rehearsal': {
    type: 'flag',
    summary: 'do not try the steps in a network namespace first',
  },
  json: {
    type: 'flag',
    short: 'j',
    summary: 'write JSON Lines: each step with its command, its input and what it changes; diagnostics too',
  },
} as const satisfies Options;

/** What is asked of a command line that has these options. */
export type PlanAsked = Pick<Invocation<typeof PLAN>, 'operands' | 'flag' | 'text' | 'texts' | 'number'>;

/** A plan, proved as far as it can be. */
export interface Prepared {
  readonly artifacts: readonly Artifact[];
  readonly ruleset: Ruleset;
  readonly places: Places;
  readonly scope: Scope;
  readonly live: Live;
  readonly record: Record | undefined;
  readonly difference: Difference;
  readonly spelling: Spelling;
  readonly gathered: Gathered;
  /** Guards that fired and whatever else is to be said; reported already. */
  readonly refused: boolean;
}

/** Prepares; after reporting why there is no plan, the exit status. Throws UsageError and HostError. */
export async function prepare(
  asked: PlanAsked,
  io: Io,
  processes: Processes,
): Promise<Prepared | { readonly exit: number }> {
  const { env, uid } = io.host;
  let gathered: Gathered | undefined;
  const made = await makeFilter(withTarget(asked), io, {
    together: false,
    gather: (_asked, _io, chain) => {
      const places = placesOf(env, chain);
      gathered = gather(asked.operands, asked.flag('accept-incomplete'), places, processes.now(), io);
      return gathered?.hosts;
    },
  });
  if ('exit' in made) return made;
  // A policy may need no hosts of the command line.
  gathered ??= { hosts: [], keep: false, answers: new Map() };
  const { ruleset } = made.filter;
  const artifacts = kept(made.filter.artifacts);
  const places = placesOf(env, ruleset.chain);
  const contents = contentsOf(artifacts);
  const record = readRecord(io.host, places);
  const backend = BACKENDS.find((name) => name === asked.text('backend'));
  const others = filtersIn(env, processes).filter((name) => name !== ruleset.chain);
  const wanted = scopeOf(contents, { chain: ruleset.chain, others, backend });
  const run: Runner = (argv, input) => processes.run(argv, input);
  const found: Diagnostic[] = [];
  let scope = withRecord(wanted, record);
  let live: Live = { xtables: new Map(), sets: new Map(), nft: undefined, texts: new Map() };
  if (uid === 0) {
    // What an earlier target has left is looked for too, if its tool is still there.
    if (scope.sets && !wanted.sets && !(await isThere(run, ['ipset', 'list', '-name'])))
      scope = { ...scope, sets: false };
    try {
      live = await readLive(run, scope);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      io.complain(error.message);
      return { exit: EXIT.unavailable };
    }
  } else
    found.push(
      diagnose(
        'LD018',
        undefined,
        'what is loaded can be read by root only: an empty machine is taken for it',
      ),
    );
  const allowed = new Set(ALLOWANCES.filter((word) => asked.texts('allow').includes(word)));
  const { keep } = gathered;
  let spelling = recordedSpelling(record, structureOf(contents));
  let changed = difference(live, artifacts, spelling, scope, keep);
  found.push(
    ...changed.obstacles.map(({ what, hint }) => diagnose('LD011', undefined, what, { hint })),
    ...guardEmpty(countOf(ruleset), allowed),
    ...guardPrivate(gathered.hosts, ruleset, allowed),
  );
  if (uid === 0) found.push(...guardOthers(await readOthers(run, live, scope, ruleset.hooks), allowed));
  if (changed.steps.length > 0 && !hasErrors(found)) {
    const session = allowed.has('lockout') ? undefined : sessionProbe(io.host, processes);
    const asserted = assertedProbes(made.filter.request.policy.assertions, ruleset);
    const what = { artifacts, scope, live, keep, spelling, uid };
    const { rehearsed, lost, broken } = await hold(asked, processes, what, session, asserted, run);
    if (rehearsed?.kind === 'done') {
      spelling = rehearsed.spelling;
      changed = difference(live, artifacts, spelling, scope, keep);
    }
    found.push(...tell(rehearsed, lost, session, ruleset, changed));
    found.push(...broken);
  }
  found.push(...guardRemoval(changed, asked.number('max-removal') ?? MOST_REMOVED));
  io.report(...found);
  return {
    artifacts,
    ruleset,
    places,
    scope,
    live,
    record,
    difference: changed,
    spelling,
    gathered,
    refused: hasErrors(found),
  };
}

/** The command line with a target of ours where it names none. */
function withTarget(asked: PlanAsked): Asked {
  return {
    operands: asked.operands,
    flag: (name) => asked.flag(name),
    text: (name) => asked.text(name) ?? (name === 'target' ? 'ipset' : undefined),
    texts: (name) => asked.texts(name),
  };
}

/** The rehearsal. Where the session is lost in it and could not have been opened before either, that is not our doing. */
async function hold(
  asked: PlanAsked,
  processes: Processes,
  what: Pick<Parameters<typeof rehearse>[1], 'artifacts' | 'scope' | 'live' | 'keep' | 'spelling' | 'uid'>,
  session: Probe | undefined,
  asserted: readonly AssertedProbe[],
  run: Runner,
): Promise<Held> {
  if (asked.flag('no-rehearsal')) return { rehearsed: undefined, lost: undefined, broken: [] };
  const probes = [...(session === undefined ? [] : [session]), ...asserted.map(({ probe }) => probe)];
  const link = session === undefined ? 'eth0' : await linkOf(run, session);
  const needed = new Set(probes.flatMap(({ source, destination }) => [source, destination]));
  const rehearsal = { ...what, probes, needed, link };
  const rehearsed = await rehearse(processes, rehearsal);
  const verdicts = rehearsed.kind === 'done' ? rehearsed.verdicts : undefined;
  const broken = asserted.flatMap((each, at) => {
    const verdict = verdicts?.[at + probes.length - asserted.length];
    return verdict === undefined || verdict === each.must ? [] : [brokenAssertion(each, verdict)];
  });
  if (session === undefined || verdicts === undefined) return { rehearsed, lost: undefined, broken };
  if (verdicts[0] !== 'drop') return { rehearsed, lost: false, broken };
  const before = await rehearse(processes, { ...rehearsal, probes: [session], before: true });
  return { rehearsed, lost: !(before.kind === 'done' && before.verdicts?.[0] === 'drop'), broken };
}

/** What a rehearsal has shown. */
interface Held {
  readonly rehearsed: Rehearsed | undefined;
  /** Whether the session is lost; undefined where it was not tried. */
  readonly lost: boolean | undefined;
  /** Assertions that the kernel does not bear out. */
  readonly broken: readonly Diagnostic[];
}

/** LD009. */
function brokenAssertion({ assertion, must, probe }: AssertedProbe, verdict: string): Diagnostic {
  const { source, destination, protocol, port } = probe;
  const packet = `${source} to ${destination}, port ${port}/${protocol}`;
  const message = `the kernel's verdict on a packet from ${packet} is ${verdict}, and ${must} is asserted`;
  return diagnose('LD009', assertion.span, message, {
    hint: 'rules of others may decide before or behind ours',
  });
}

/** The interface by which a probe comes in. */
async function linkOf(run: Runner, { source }: Probe): Promise<string> {
  const { stdout } = await run(['ip', '-oneline', 'route', 'get', source]);
  const found = / dev (\S+)/.exec(new TextDecoder().decode(stdout))?.[1];
  return found === undefined || found === 'lo' ? 'eth0' : found;
}

/** What the rehearsal says. */
function tell(
  rehearsed: Rehearsed | undefined,
  shownLost: boolean | undefined,
  session: Probe | undefined,
  ruleset: Ruleset,
  { sets }: Difference,
): readonly Diagnostic[] {
  if (rehearsed?.kind === 'refused')
    return [
      diagnose(
        'LD008',
        undefined,
        `the kernel refuses ${rehearsed.step.argv.join(' ')}: ${rehearsed.reason}`,
      ),
    ];
  const found: Diagnostic[] = [];
  if (rehearsed?.kind === 'impossible')
    found.push(diagnose('LD010', undefined, `no rehearsal: ${rehearsed.why}`));
  if (rehearsed?.kind === 'done')
    for (const note of rehearsed.notes) found.push(diagnose('LD010', undefined, note));
  if (session === undefined) return found;
  const own = judged(ruleset, session);
  // Without a rehearsal the rules behind ours are not known: who is shut out by us is told.
  const shutOut =
    own === 'drop' || (own === 'return' && sets.some(({ removed }) => removed.includes(session.source)));
  const lost = shownLost ?? shutOut;
  if (lost)
    found.push(
      diagnose(
        'LD005',
        undefined,
        `this session, from ${session.source} to port ${session.port}, could not be opened again`,
        { hint: 'let that address in first, or --allow lockout' },
      ),
    );
  return found;
}

/** How many blocks of addresses the rules let in or shut out. */
function countOf(ruleset: Ruleset): number {
  if (ruleset.setNames.length === 0) return 1;
  let count = 0;
  for (const { rules } of ruleset.families)
    for (const { from, to } of rules)
      for (const set of [from, to])
        if (set !== 'any') count += set.members.length + (set.addresses.isEmpty ? 0 : 1);
  return count;
}

/** Space that no public list has to do with: RFC 1918, RFC 6598, RFC 4193, loopback, link-local. */
const PRIVATE: readonly string[] = [
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  'fc00::/7',
  'fe80::/10',
  '::1/128',
];

/** LD004: what a provider lists as public, and is not. */
function guardPrivate(
  hosts: readonly Host[],
  ruleset: Ruleset,
  allowed: ReadonlySet<Allowance>,
): readonly Diagnostic[] {
  if (allowed.has('private')) return [];
  const listed = hosts.filter(({ state }) => state === 'listed');
  if (listed.length === 0) return [];
  const blocks = PRIVATE.map((text) => Prefix.parse(text));
  const found: Diagnostic[] = [];
  for (const { source, name, addresses } of listed) {
    for (const { prefix, scope } of addresses) {
      if (scope !== 'public') continue;
      const block =
        prefix.length === 0 ? prefix : blocks.find((each) => each.contains(prefix) || prefix.contains(each));
      if (block === undefined || !isUsed(ruleset, prefix)) continue;
      const what = prefix.length === 0 ? 'everything' : `private space (${block})`;
      found.push(
        diagnose('LD004', undefined, `${source} lists ${prefix} (${name}) as public: it holds ${what}`, {
          hint: 'leave it out with --select, or --allow private',
        }),
      );
    }
  }
  return found.slice(0, 10);
}

function isUsed(ruleset: Ruleset, prefix: Prefix): boolean {
  return ruleset.families.some(({ rules }) =>
    rules.some(({ from, to }) => [from, to].some((set) => set !== 'any' && holds(set, prefix.first))),
  );
}
