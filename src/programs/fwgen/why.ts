// fwgen why: where an address in a filter comes from, and which rules it is in.

import { AddressFault, AddressSet, Prefix, type Range, readItem } from '../../address/index.ts';
import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, type Verb, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import { lift } from '../../document/diagnostic.ts';
import { Source, type Span } from '../../document/source.ts';
import { expand, type FullSet, origins, type Trace } from '../../firewall/expand.ts';
import { diagnose } from '../../firewall/faults.ts';
import type { Rule, Ruleset } from '../../firewall/model.ts';
import { setName } from '../../firewall/names.ts';
import { FILTER, readRequest, STREAMS } from './filter.ts';

const WHY = {
  ...FILTER,
  json: { type: 'flag', short: 'j', summary: 'write JSON Lines: one for each origin; diagnostics too' },
} as const satisfies Options;

export const why: Verb = verb({
  name: 'why',
  summary: 'tell where an address comes from, and which rules it is in',
  operands: [
    { name: 'ADDRESS', summary: 'the address, prefix or range that is asked about', count: 'one' },
    ...STREAMS,
  ],
  options: WHY,
  run: tellWhy,
});

/** An address as it stands in a set: the whole of what holds it, or is held by what is asked about. */
interface Found {
  readonly set: string;
  readonly prefix: Prefix;
  readonly origins: readonly Trace[];
  readonly rules: readonly Rule[];
}

async function tellWhy(invocation: Invocation<typeof WHY>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const [text = '', ...streams] = invocation.operands;
  const asked = AddressSet.of(readAsked(text));
  const request = await readRequest(
    {
      operands: streams,
      flag: (name) => invocation.flag(name),
      text: (name) => invocation.text(name),
      texts: (name) => invocation.texts(name),
    },
    io,
  );
  if ('exit' in request) return request.exit;
  const { policy, materials, now } = request;
  const { ruleset, sets, diagnostics } = expand(policy, materials, now);
  io.report(...diagnostics.filter(({ severity }) => severity === 'error'));
  let found = false;
  for (const [name, set] of sets) {
    for (const prefix of within(set, asked)) {
      found = true;
      const item = AddressSet.of(prefix);
      const meant = item.intersect(asked);
      const traces = origins(policy, materials, name, meant);
      const rules = rulesOf(ruleset, name, prefix);
      tell({ set: name, prefix, origins: traces, rules }, ruleset, io);
    }
  }
  return found ? EXIT.ok : EXIT.negative;
}

function readAsked(text: string): Prefix | Range {
  const read = readItem(text, ['single-address', 'range']);
  if (!(read instanceof AddressFault)) return read;
  const { span, message, hint } = lift(read, new Source('ADDRESS', text).all());
  throw new UsageError(diagnose('FW025', span, message, { hint }));
}

/** The elements of a set that have something of what is asked about. */
function* within({ members, addresses }: FullSet, asked: AddressSet): Generator<Prefix> {
  for (const { prefix } of members) if (asked.overlaps(prefix)) yield prefix;
  if (!addresses.overlaps(asked)) return;
  for (const prefix of addresses.prefixes()) if (asked.overlaps(prefix)) yield prefix;
}

/** The rules of the set in the element's family. */
function rulesOf({ families }: Ruleset, set: string, prefix: Prefix): readonly Rule[] {
  const isIt = (end: Rule['from']): boolean => end !== 'any' && end.name === set;
  return families
    .filter(({ family }) => family === prefix.family)
    .flatMap(({ rules }) => rules.filter(({ from, to }) => isIt(from) || isIt(to)));
}

function tell({ set, prefix, origins: traces, rules }: Found, ruleset: Ruleset, io: Io): void {
  const element = blockText(prefix);
  const kernel = setName(ruleset.chain, set, prefix.family, prefix.isHost ? 'addresses' : 'prefixes');
  if (io.json) {
    for (const trace of traces)
      io.write(
        `${JSON.stringify({
          address: element,
          set,
          kernelSet: kernel,
          through: trace.through,
          ...originJson(trace.origin),
          rules: rules.map(({ number }) => number),
        })}\n`,
      );
    return;
  }
  io.write(`${element} is in the set ${set} (${kernel})\n`);
  for (const { through, origin } of traces) {
    const way = through.length > 1 ? `by way of ${through.slice(1).join(', ')}: ` : '';
    io.write(`  from ${way}${originText(origin)}\n`);
  }
  for (const rule of rules) io.write(`  in ${ruleText(rule)}\n`);
  if (rules.length === 0) io.write('  in no rule\n');
}

/** A prefix or a range; a single address without a length. */
function blockText(block: Prefix | Range): string {
  return block instanceof Prefix && block.isHost ? block.address.toString() : block.toString();
}

/** Text of others in one line: names are whatever a cloud lets people write. */
function shown(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

function originText(origin: Trace['origin']): string {
  if (origin.kind === 'file') return `the list ${origin.path}`;
  if (origin.kind === 'literal') return `${blockText(origin.item.value)} at ${placeText(origin.item.span)}`;
  const { host, address, inventory } = origin;
  const words = [
    host.source,
    shown(host.id),
    ...(host.name === host.id ? [] : [shown(host.name)]),
    ...(host.region === '' ? [] : [shown(host.region)]),
  ];
  const interfaces = address.interface === undefined ? '' : ` of ${shown(address.interface)}`;
  const file = inventory === undefined ? '' : `, ${inventory}`;
  return `${words.join(' ')}: ${address.scope} ${blockText(address.prefix)}${interfaces}${file}`;
}

function originJson(origin: Trace['origin']): Readonly<Record<string, unknown>> {
  if (origin.kind === 'file') return { file: origin.path };
  if (origin.kind === 'literal')
    return { literal: origin.item.value.toString(), at: placeText(origin.item.span) };
  const { source, id, name, region } = origin.host;
  const { scope, prefix, interface: network } = origin.address;
  return { source, id, name, region, scope, prefix, interface: network, inventory: origin.inventory };
}

/** `rule 3: accept input from fleet, tcp 8140 (policy.yaml:27:5)` */
function ruleText({ number, action, hook, from, to, services, span }: Rule): string {
  const ends = [from === 'any' ? '' : ` from ${from.name}`, to === 'any' ? '' : ` to ${to.name}`].join('');
  const ports =
    services === 'any'
      ? ''
      : `, ${services
          .map(({ protocol, ports: list }) => {
            const texts = list.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`));
            return `${protocol} ${texts.join(',')}`;
          })
          .join(', ')}`;
  return `rule ${number}: ${action} ${hook}${ends}${ports}${span === undefined ? '' : ` (${placeText(span)})`}`;
}

function placeText({ source, start }: Span): string {
  const { line, column } = source.position(start);
  return `${source.name}:${line}:${column}`;
}
