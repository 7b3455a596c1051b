// Guards over a plan that need to know nothing of addresses or inventories: how much goes, what is left, who else is there.
// Each gives its own diagnostic unless it is overridden; which words override which stands here.

import type { Diagnostic } from '../document/diagnostic.ts';
import { HostError } from '../host/host.ts';
import type { Difference } from './difference.ts';
import { diagnose } from './faults.ts';
import { ask, type Backend, type Live, type Runner, type Scope, ToolError } from './live.ts';
import { type Chains, readChains, toolOf } from './xtables.ts';

/** What `--allow` takes. */
export const ALLOWANCES = ['empty', 'private', 'lockout', 'both-backends', 'foreign'] as const;

export type Allowance = (typeof ALLOWANCES)[number];

/** Unless `--max-removal` says otherwise, in per cent. */
export const MOST_REMOVED = 30;

/** LD002: more than the part of what is there would be removed. */
export function guardRemoval({ sets }: Pick<Difference, 'sets'>, percent: number): readonly Diagnostic[] {
  let before = 0;
  let removed = 0;
  for (const change of sets) {
    before += change.before;
    removed += change.removed.length;
  }
  if (before === 0 || removed * 100 <= before * percent) return [];
  const part = Math.round((removed / before) * 100);
  return [
    diagnose('LD002', undefined, `${removed} of ${before} addresses would be removed, ${part} per cent`, {
      hint: `--max-removal ${percent} is in force; --max-removal ${Math.min(part + 1, 100)} allows it`,
    }),
  ];
}

/** LD003: nothing is let in any more. */
export function guardEmpty(addresses: number, allowed: ReadonlySet<Allowance>): readonly Diagnostic[] {
  if (addresses > 0 || allowed.has('empty')) return [];
  return [
    diagnose('LD003', undefined, 'the inventory is empty: nobody would be let in', {
      hint: '--allow empty loads it all the same',
    }),
  ];
}

/** What is known about who else has rules. */
export interface Others {
  /** Backends of iptables that have rules, or a policy that drops, in the filter table. */
  readonly backends: readonly Backend[];
  /** Managers whose chains are there. */
  readonly managers: readonly Manager[];
}

export interface Manager {
  readonly name: string;
  readonly chain: string;
}

/** Chains by which managers are known; docker stands in the way of what is forwarded only. */
const MANAGERS: readonly (readonly [name: string, chain: RegExp, forwardOnly: boolean])[] = [
  ['firewalld', /^(?:INPUT_direct|IN_public|IN_ZONES|filter_INPUT)$/, false],
  ['ufw', /^ufw6?-/, false],
  ['docker', /^DOCKER(?:-USER|-FORWARD)?$/, true],
];

/** Looks who else has rules. A backend whose table is not there is not asked: its tool would make the table. */
export async function readOthers(
  run: Runner,
  live: Live,
  scope: Scope,
  hooks: readonly string[],
): Promise<Others> {
  const own = scope.backend ?? (await defaultBackend(run));
  const found = new Map<Backend, readonly Chains[]>();
  if (live.xtables.size > 0) found.set(own, [...live.xtables.values()]);
  for (const backend of ['nft', 'legacy'] as const) {
    if (found.has(backend)) continue;
    if (backend === 'legacy' && !(await hasLegacyTable(run))) continue;
    try {
      const texts = [];
      for (const family of [4, 6] as const)
        texts.push(await ask(run, [toolOf(family, backend, 'save'), '-t', 'filter']));
      found.set(backend, texts.map(readChains));
    } catch (error) {
      // A backend whose tools are not installed, or which the kernel does not have, has no rules.
      if (!(error instanceof ToolError || error instanceof HostError)) throw error;
    }
  }
  const backends = [...found].filter(([, tables]) => tables.some(hasRules)).map(([backend]) => backend);
  const chains = [...found.values()].flat().flatMap((table) => [...table.keys()]);
  chains.push(...(live.nft?.chains.keys() ?? []));
  if (await hasFirewalldTable(run)) chains.push('filter_INPUT');
  const forward = hooks.some((hook) => hook.toLowerCase() === 'forward');
  const managers = MANAGERS.flatMap(([name, pattern, forwardOnly]) => {
    const chain = forwardOnly && !forward ? undefined : chains.find((each) => pattern.test(each));
    return chain === undefined ? [] : [{ name, chain }];
  });
  return { backends, managers };
}

/** LD006 and LD007. */
export function guardOthers(others: Others, allowed: ReadonlySet<Allowance>): readonly Diagnostic[] {
  const found: Diagnostic[] = [];
  if (others.backends.length > 1 && !allowed.has('both-backends'))
    found.push(
      diagnose('LD006', undefined, 'both backends of iptables, nft and legacy, have rules', {
        hint: 'empty one of them, or --allow both-backends',
      }),
    );
  if (!allowed.has('foreign'))
    for (const { name, chain } of others.managers)
      found.push(
        diagnose('LD007', undefined, `${name} manages this firewall: there is its chain ${chain}`, {
          hint: `let ${name} do it, or --allow foreign`,
        }),
      );
  return found;
}

function hasRules(chains: Chains): boolean {
  return [...chains.values()].some(({ policy, rules }) => policy === 'DROP' || rules.length > 0);
}

/** Which backend the tools without one in their names use. */
async function defaultBackend(run: Runner): Promise<Backend> {
  try {
    return /nf_tables/.test(await ask(run, ['iptables', '--version'])) ? 'nft' : 'legacy';
  } catch (error) {
    if (error instanceof ToolError || error instanceof HostError) return 'nft';
    throw error;
  }
}

async function hasLegacyTable(run: Runner): Promise<boolean> {
  for (const file of ['/proc/net/ip_tables_names', '/proc/net/ip6_tables_names']) {
    const { status, stdout } = await run(['cat', file]);
    if (status === 0 && /^filter$/m.test(new TextDecoder().decode(stdout))) return true;
  }
  return false;
}

/** firewalld has a table of its own when it uses nftables. */
async function hasFirewalldTable(run: Runner): Promise<boolean> {
  try {
    return (await run(['nft', '--terse', 'list', 'chain', 'inet', 'firewalld', 'filter_INPUT'])).status === 0;
  } catch (error) {
    if (error instanceof HostError) return false;
    throw error;
  }
}
