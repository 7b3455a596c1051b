// A policy from its file, with the inventories and lists that it names, for the verbs of fwgen. Loaded only where a policy
// is given: the flags need no YAML.

import { type AddressFault, AddressSet, type Family, PackedBuilder } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { UsageError } from '../../command/usage.ts';
import { type Diagnostic, hasErrors, lift } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import { Source } from '../../document/source.ts';
import type { Materials } from '../../firewall/expand.ts';
import { diagnose } from '../../firewall/faults.ts';
import { nonEmpty, type Policy } from '../../firewall/model.ts';
import { parsePolicy } from '../../firewall/policy/parse.ts';
import { HostError } from '../../host/host.ts';
import type { Host } from '../../inventory/model.ts';
import { readStream } from '../../inventory/wire.ts';
import { joinStreams } from './streams.ts';

/** What came of a policy file: its policy and what that is made of, or after reporting why not the exit status. */
export type Loaded = { readonly policy: Policy; readonly materials: Materials } | { readonly exit: number };

/** What the command line says besides the policy. */
export interface Beside {
  /** The host streams. */
  readonly operands: readonly string[];
  readonly acceptIncomplete: boolean;
  /** The only family that is wanted; undefined: those of the policy. */
  readonly only: Family | undefined;
  /** The hosts of the command line, for the filter of that chain; undefined after reporting why there are none. */
  readonly hosts: (chain: string) => readonly Host[] | undefined;
}

/** Bad lines told of each list. */
const MOST_TOLD = 10;

/** Reads a policy and all that it names. Throws HostError where the policy itself or a stream can't be read. */
export async function loadPolicy(path: string, beside: Beside, io: Io): Promise<Loaded> {
  const { policy: written, diagnostics } = parsePolicy(io.read(path));
  io.report(...diagnostics);
  if (written === undefined || hasErrors(diagnostics)) return { exit: EXIT.data };
  const policy = restricted(written, beside.only);
  const fromCommandLine = policy.sets.some(
    ({ content }) => content.kind === 'hosts' && content.inventory === undefined,
  );
  if (!fromCommandLine && beside.operands.length > 0)
    throw new UsageError('no set of the policy is made of hosts of the command line');
  if (fromCommandLine && path === '-' && (beside.operands.length === 0 || beside.operands.includes('-')))
    throw new UsageError('the policy and the hosts cannot both be standard input');
  const found: Diagnostic[] = [];
  const inventories = new Map<string, readonly Host[]>();
  const lists = new Map<string, AddressSet>();
  for (const { content } of policy.sets) {
    if (content.kind === 'file' && !lists.has(content.path.value))
      lists.set(
        content.path.value,
        attempt(content.path, found, AddressSet.empty, (name) =>
          readList(fromFolderOf(path, name), found, io),
        ),
      );
    if (content.kind !== 'hosts' || content.inventory === undefined) continue;
    const { inventory } = content;
    if (inventories.has(inventory.value)) continue;
    const source = attempt(inventory, found, undefined, (name) => io.read(fromFolderOf(path, name)));
    inventories.set(
      inventory.value,
      source === undefined ? [] : await readInventory(source, beside.acceptIncomplete, found),
    );
  }
  io.report(...found);
  if (hasErrors(found)) return { exit: EXIT.data };
  const hosts = fromCommandLine ? beside.hosts(policy.chain) : [];
  return hosts === undefined ? { exit: EXIT.data } : { policy, materials: { hosts, inventories, lists } };
}

/** The policy in one family, where that is asked for. */
function restricted(policy: Policy, only: Family | undefined): Policy {
  if (only === undefined) return policy;
  const families = nonEmpty(policy.families.filter((family) => family === only));
  if (families === undefined) throw new UsageError(`the policy has no rules for IPv${only}`);
  return { ...policy, families };
}

/** What reading a file gives; `otherwise` after telling of one that can't be read, at the place that names it. */
function attempt<T>(
  { value, span }: Spanned<string>,
  found: Diagnostic[],
  otherwise: T,
  read: (path: string) => T,
): T {
  try {
    return read(value);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    found.push(
      diagnose('FW024', span, error.message, { hint: 'the path is taken from the folder of the policy' }),
    );
    return otherwise;
  }
}

/** A list of addresses, prefixes and ranges, one a line. */
function readList(path: string, found: Diagnostic[], io: Io): AddressSet {
  let told = 0;
  const builder = new PackedBuilder({
    forms: ['single-address', 'range'],
    onFault: ({ line, text, fault }) => {
      if (++told <= MOST_TOLD) found.push(badLine(path, line, text, fault));
    },
  });
  for (const chunk of io.host.chunks(path)) builder.push(chunk);
  builder.end();
  if (told > MOST_TOLD)
    found.push(diagnose('FW025', undefined, `${path}: ${told - MOST_TOLD} more bad lines`));
  return builder.freeze();
}

function badLine(path: string, line: number, text: string, fault: AddressFault): Diagnostic {
  const source = new Source(path, text, line);
  const start = Math.max(0, text.indexOf(fault.input));
  const { span, message, hint } = lift(fault, source.span(start, start + fault.input.length));
  return diagnose('FW025', span, message, { hint });
}

/** The hosts of a host stream, or of any document that cloudhosts(1) reads. */
async function readInventory(
  source: Source,
  acceptIncomplete: boolean,
  found: Diagnostic[],
): Promise<readonly Host[]> {
  if (isStream(source)) {
    const { hosts, diagnostics } = joinStreams([readStream(source)], acceptIncomplete);
    found.push(...diagnostics);
    return hosts;
  }
  const { readDocument } = await import('../../inventory/read.ts');
  const { inventory, diagnostics } = readDocument(source, undefined);
  found.push(...diagnostics);
  if (inventory === undefined) return [];
  const stream = { ...inventory, open: [], diagnostics: [] };
  const { hosts, diagnostics: incomplete } = joinStreams([stream], acceptIncomplete);
  found.push(...incomplete);
  return hosts;
}

/** Whether a text begins as a line of a host stream does. */
function isStream({ text }: Source): boolean {
  return /^\s*\{[^\n]*"v"\s*:\s*\d+[^\n]*"kind"\s*:/.test(text);
}

/** A path of the policy, from its folder; one of a policy from standard input is in the present folder. */
function fromFolderOf(policyPath: string, path: string): string {
  if (path.startsWith('/')) return path;
  const slash = policyPath.lastIndexOf('/');
  if (policyPath !== '-' && slash >= 0) return `${policyPath.slice(0, slash)}/${path}`;
  // Alone, - would be standard input.
  return path === '-' ? './-' : path;
}
