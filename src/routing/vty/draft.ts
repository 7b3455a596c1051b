// A site file made of an existing configuration, with the place in the configuration that each value came from: what is
// found in the site file can then be said of the configuration. What a site file can't say is a diagnostic.

import { Address, AddressFault, type Family, Prefix } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Span } from '../../document/source.ts';
import { passes } from './evaluate.ts';
import { diagnose } from './faults.ts';
import type { Existing } from './model.ts';
import { type Session, sessionsOf } from './peers.ts';

export interface Draft {
  readonly text: string;
  /** Where the values of the text came from, in order. */
  readonly origins: readonly Origin[];
  /** Passwords, by the name of the file that the site file says they are in. */
  readonly passwords: ReadonlyMap<string, string>;
  readonly diagnostics: readonly Diagnostic[];
}

export interface Origin {
  readonly start: number;
  readonly end: number;
  readonly span: Span;
}

export interface DraftOptions {
  /** The daemon of the router, as a site file has it. */
  readonly daemon: string;
  readonly lab: boolean;
}

/** The place in the configuration that a stretch of the draft came from; undefined where it was made up. */
export function originOf(draft: Draft, span: Span): Span | undefined {
  return draft.origins.find(({ start, end }) => start <= span.start && span.start <= end)?.span;
}

/** The site file; undefined where there is no `router bgp` to make one of. */
export function draftOf(existing: Existing, options: DraftOptions): Draft | undefined {
  const { bgp } = existing;
  if (bgp === undefined) return undefined;
  const out = new Drafter();
  const router = nameFrom(existing.hostname?.text ?? '') ?? 'r1';
  out.line('# Made by bgpgen import. Look at it, then ask: bgpgen check');
  if (options.lab) out.line('lab: true');
  out.line('as: ').value(bgp.as.text, bgp.as.span);
  const all = bgp.networks.filter(({ aggregate }) => !aggregate);
  const hosts = all.filter(
    ({ prefix: { value } }) => isHost(value) && all.some((each) => isInside(value, each.prefix.value)),
  );
  const networks = all.filter((each) => !hosts.includes(each));
  out.line(networks.length === 0 ? 'prefixes: []' : 'prefixes:');
  const seen = new Set<string>();
  for (const { prefix } of networks) {
    const text = prefix.value.toString();
    if (!seen.has(text)) out.line('  - ').value(text, prefix.span);
    seen.add(text);
  }
  // A host route inside of an announced block is there to have its traffic discarded.
  if (hosts.length > 0) out.line('blackhole:');
  for (const { prefix } of hosts) out.line('  - ').value(prefix.value.toString(), prefix.span);
  out
    .line('routers:', '  ')
    .value(router, existing.hostname?.span ?? bgp.span)
    .more(':');
  out.line('    router-id: ').value(routerIdOf(existing) ?? '192.0.2.1', bgp.routerId?.span ?? bgp.span);
  out.line(`    daemon: ${options.daemon}`);
  if (existing.interfaces.size > 0) out.line('    interfaces:');
  for (const { name, addresses } of existing.interfaces.values()) {
    if (addresses.length === 0) continue;
    out.line(`      ${name.text}: [`);
    for (const [index, { value, span }] of addresses.entries())
      out.more(index === 0 ? '' : ', ').value(value.toString(), span);
    out.more(']');
  }
  const neighbors = neighborsOf(existing);
  out.line(neighbors.size === 0 ? 'neighbors: {}' : 'neighbors:');
  for (const [name, sessions] of neighbors) neighbor(out, existing, name, router, sessions);
  return { ...out.end(), diagnostics: leftOut(existing) };
}

class Drafter {
  readonly #origins: Origin[] = [];
  readonly passwords: Map<string, string> = new Map();
  #text = '';

  /** Begins a new line for each. */
  line(...lines: readonly string[]): this {
    for (const line of lines) this.#text += `${this.#text === '' ? '' : '\n'}${line}`;
    return this;
  }

  more(text: string): this {
    this.#text += text;
    return this;
  }

  value(text: string, span: Span): this {
    const start = this.#text.length;
    this.#text += text;
    this.#origins.push({ start, end: this.#text.length, span });
    return this;
  }

  end(): Pick<Draft, 'text' | 'origins' | 'passwords'> {
    return { text: `${this.#text}\n`, origins: this.#origins, passwords: this.passwords };
  }
}

/** The ID that is written, or the highest address of an interface, which is what the daemons take. */
function routerIdOf({ bgp, interfaces }: Existing): string | undefined {
  if (bgp?.routerId !== undefined) return bgp.routerId.text;
  return [...interfaces.values()]
    .flatMap(({ addresses }) => addresses)
    .map(({ value }) => value.address)
    .find(({ family }) => family === 4)
    ?.toString();
}

/** Sessions with other ASes, put together where they are of one neighbour. */
function neighborsOf(existing: Existing): ReadonlyMap<string, readonly Session[]> {
  const neighbors = new Map<string, Session[]>();
  for (const session of sessionsOf(existing)) {
    if (!session.outside || session.as === undefined) continue;
    const wanted = neighborName(session);
    let name = wanted;
    // One neighbour has one AS and one password; what differs is another neighbour with a name of its own.
    for (let number = 2; !fitsTo(session, neighbors.get(name)); number++) name = `${wanted}-${number}`;
    const known = neighbors.get(name);
    if (known === undefined) neighbors.set(name, [session]);
    else known.push(session);
  }
  return neighbors;
}

function fitsTo(session: Session, others: readonly Session[] | undefined): boolean {
  const [first] = others ?? [];
  if (first === undefined) return true;
  return (
    first.as?.text === session.as?.text &&
    (['password', 'security', 'multihop'] as const).every(
      (key) => first.of(key)?.text === session.of(key)?.text,
    ) &&
    (first.of('bfd') === undefined) === (session.of('bfd') === undefined)
  );
}

/** The name that bgpgen's own maps have in them, or one from the description, or the AS number. */
function neighborName(session: Session): string {
  for (const { maps } of session.families.values()) {
    const [, name] = /^(.+)-v[46]-in$/.exec(maps.get('in')?.text ?? '') ?? [];
    if (name !== undefined) return name;
  }
  const [words = ''] = (session.of('description') ?? '').split(',');
  return nameFrom(words.toLowerCase()) ?? `as${session.as?.text ?? ''}`;
}

function nameFrom(text: string): string | undefined {
  const name = text
    .trim()
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 24);
  return name === '' ? undefined : name;
}

/** What a neighbour is, by what we say to be; without a word, a provider: that is what the filters are made for. */
const ROLES: Readonly<Record<string, string>> = {
  customer: 'transit',
  peer: 'peer',
  provider: 'customer',
  'rs-client': 'route-server',
};

const DEFAULT: Readonly<Record<Family, Prefix>> = { 4: Prefix.parse('0.0.0.0/0'), 6: Prefix.parse('::/0') };
const ORDINARY: Readonly<Record<Family, Prefix>> = {
  4: Prefix.parse('9.9.9.0/24'),
  6: Prefix.parse('2620:fe::/48'),
};

function neighbor(
  out: Drafter,
  existing: Existing,
  name: string,
  router: string,
  sessions: readonly Session[],
): void {
  const [first] = sessions;
  if (first?.as === undefined) return;
  out.line('  ').value(name, first.peer.name.span).more(':');
  const role = first.of('role');
  out.line('    role: ').value(ROLES[role?.text ?? ''] ?? 'transit', role?.span ?? first.peer.name.span);
  out.line(`    router: ${router}`);
  out.line('    as: ').value(first.as.text, first.as.span);
  out.line('    addresses: [');
  for (const [index, { peer }] of sessions.entries())
    out.more(index === 0 ? '' : ', ').value(peer.name.text, peer.name.span);
  out.more(']');
  const description = first.of('description');
  if (description !== undefined) out.line(`    description: ${JSON.stringify(description.slice(0, 80))}`);
  const password = first.of('password');
  if (password !== undefined) {
    const file = `${name}.password`;
    out.line('    password-file: ').value(file, password.span);
    out.passwords.set(file, password.text);
  }
  const security = first.of('security');
  const hops = security ?? first.of('multihop');
  if (security !== undefined) out.line('    gtsm: ').value('true', security.span);
  if (hops !== undefined && Number(hops.text) > 1)
    out.line('    multihop: ').value(String(Math.min(254, Number(hops.text))), hops.span);
  const bfd = first.of('bfd');
  if (bfd !== undefined) out.line('    bfd: ').value('true', bfd);
  const sources = sessions.flatMap(({ of }) => of('source') ?? []).filter(({ text }) => isAddress(text));
  if (sources.length > 0) {
    out.line('    source: [');
    for (const [index, { text, span }] of sources.entries())
      out.more(index === 0 ? '' : ', ').value(text, span);
    out.more(']');
  }
  const timers = first.of('timers');
  if (timers !== undefined) {
    const [keepalive, hold] = timers;
    out.line('    timers: { keepalive: ').value(keepalive.text, keepalive.span);
    out.more(', hold: ').value(hold.text, hold.span).more(' }');
  }
  const limits = sessions.flatMap(({ families }) =>
    [...families].flatMap(([family, { limit }]) => (limit === undefined ? [] : [{ family, limit }])),
  );
  const unique = limits.filter(
    ({ family }, index) => limits.findIndex((each) => each.family === family) === index,
  );
  if (unique.length > 0) {
    out.line('    max-prefix: { ');
    for (const [index, { family, limit }] of unique.entries())
      out.more(`${index === 0 ? '' : ', '}ipv${family}: `).value(limit.count.text, limit.span);
    out.more(' }');
  }
  const wanted = wantedOf(existing, sessions);
  if (wanted !== 'full') out.line(`    routes: ${wanted}`);
}

function isHost({ family, length }: Prefix): boolean {
  return length === (family === 4 ? 32 : 128);
}

function isInside(inner: Prefix, outer: Prefix): boolean {
  return outer.length < inner.length && outer.contains(inner);
}

function isAddress(text: string): boolean {
  return !(Address.read(text) instanceof AddressFault);
}

/** What the filters in let in decides what is wanted. */
function wantedOf(existing: Existing, sessions: readonly Session[]): string {
  let byDefault = false;
  let ordinary = false;
  for (const session of sessions) {
    for (const [family, lists] of session.families) {
      const path = session.as?.text ?? '';
      byDefault ||=
        passes(existing, lists, 'in', { prefix: DEFAULT[family], path, communities: [] }) !== undefined;
      ordinary ||=
        passes(existing, lists, 'in', { prefix: ORDINARY[family], path, communities: [] }) !== undefined;
    }
  }
  return byDefault ? (ordinary ? 'full-and-default' : 'default') : 'full';
}

/** What the site file does not say. */
function leftOut(existing: Existing): readonly Diagnostic[] {
  const { bgp } = existing;
  if (bgp === undefined) return [];
  const found: Diagnostic[] = [];
  const lost = (span: Span, message: string, hint?: string): void => {
    found.push(diagnose('VTY301', span, message, { hint }));
  };
  const needed = (span: Span, message: string, hint: string): void => {
    found.push(diagnose('VTY302', span, message, { hint }));
  };
  for (const { prefix, aggregate, map } of bgp.networks) {
    if (aggregate) lost(prefix.span, 'an aggregate is not carried over', 'list the block among the prefixes');
    if (map !== undefined) lost(map.span, `the route map ${map.text} of a network is not carried over`);
  }
  for (const { span, what } of bgp.redistributed)
    lost(span, `redistribution of ${what.text} is not carried over`);
  if (bgp.dampening !== undefined) lost(bgp.dampening.span, 'damping is not carried over');
  const prefixes = bgp.networks.map(({ prefix }) => prefix.value);
  for (const { prefix, discards } of existing.statics) {
    if (!discards || !prefixes.some((own) => own.equals(prefix.value)))
      lost(prefix.span, `the static route for ${prefix.value.toString()} is not carried over`);
  }
  for (const { name, lines } of existing.routeMaps.values()) {
    for (const set of lines.flatMap(({ sets }) => sets)) {
      const words = set.words.map(({ text }) => text).join(' ');
      if (/^set (as-path prepend|metric|weight|local-preference (?!100$|0$))/.test(words))
        lost(set.span, `${words} of ${name} is not carried over`, 'emit makes the policy anew');
    }
  }
  for (const session of sessionsOf(existing)) {
    const { name } = session.peer;
    if (session.as === undefined) continue;
    if (!session.outside) lost(name.span, `${name.text} is of the same AS, and not carried over`);
    if (session.of('shutdown') !== undefined)
      lost(name.span, `${name.text} is shut down here; the site file has it in service`);
    for (const [family, { limit, defaultOriginate }] of session.families) {
      if (session.outside && limit === undefined && session.address.family === family)
        needed(
          name.span,
          `${name.text} has no maximum-prefix`,
          `write max-prefix: { ipv${family}: N }, N a third above what it sends`,
        );
      if (defaultOriginate !== undefined) lost(defaultOriginate, 'default-originate is not carried over');
      if (session.address.family !== family)
        lost(name.span, `IPv${family} over the session with ${name.text} is not carried over`);
    }
  }
  if (bgp.routerId === undefined)
    needed(bgp.span, 'there is no router ID', 'an IPv4 address of the router that will not change');
  if (existing.interfaces.size === 0)
    needed(
      bgp.span,
      'the addresses of the interfaces are not in it',
      'give the answer of ip -j address as one more file',
    );
  return found;
}
