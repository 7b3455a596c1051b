// What the filters of each session let through, found by sending routes through them: the default, special-purpose space, the
// site's own, prefixes too long or too short, paths that no honest neighbour has; and what was learned, to the others.

import { bogonAsns, bogonBlocks, documentation, type Family, Prefix } from '../../../address/index.ts';
import type { Diagnostic } from '../../../document/diagnostic.ts';
import type { Span } from '../../../document/source.ts';
import { LENGTHS, LONGEST_PATH } from '../../lists.ts';
import { isFiltered, passes, type Route } from '../evaluate.ts';
import { diagnose } from '../faults.ts';
import type { Direction, Existing, PeerFamily } from '../model.ts';
import { type Session, sessionsOf } from '../peers.ts';

/** Prefixes by family: one that everybody takes, all, one too long, one too short. */
const PROBES = {
  ordinary: { 4: '9.9.9.0/24', 6: '2620:fe::/48' },
  all: { 4: '0.0.0.0/0', 6: '::/0' },
  longer: { 4: '9.9.9.128/25', 6: '2620:fe:0:1::/64' },
  shorter: { 4: '8.0.0.0/7', 6: '2600::/11' },
} as const;

/** One session and one family that it carries. */
interface Way {
  readonly session: Session;
  readonly family: Family;
  readonly lists: PeerFamily;
  readonly as: string;
  /** `the IPv4 session with 192.0.2.1`. */
  readonly name: string;
}

function waysOf(existing: Existing): readonly Way[] {
  return sessionsOf(existing)
    .filter(({ outside, of }) => outside && of('shutdown') === undefined)
    .flatMap((session) =>
      [...session.families].map(
        ([family, lists]): Way => ({
          session,
          family,
          lists,
          as: session.as?.text ?? '',
          name: `the IPv${family} session with ${session.peer.name.text}`,
        }),
      ),
    );
}

/** Where the filter of a direction is named, or the neighbour. */
function placeOf({ lists, session }: Way, direction: Direction): Span {
  const word =
    lists.maps.get(direction) ?? lists.prefixLists.get(direction) ?? lists.pathLists.get(direction);
  return word?.span ?? session.peer.name.span;
}

/** Whether FRR lets nothing pass without a policy (RFC 8212): since 7.4, unless with the defaults of a data centre. */
export function needsPolicy({ dialect, bgp, frrDefaults, frrVersion }: Existing): boolean {
  if (dialect === 'quagga') return false;
  const said = bgp?.flags.get('ebgp-requires-policy');
  if (said !== undefined) return said.value;
  const [major = 8, minor = 0] = (frrVersion?.text ?? '8').split('.').map(Number);
  return frrDefaults?.text !== 'datacenter' && (major > 7 || (major === 7 && minor >= 4));
}

export function taken(existing: Existing, lab: boolean): Diagnostic[] {
  return waysOf(existing).flatMap((way) => {
    const { span } = way.session.peer.name;
    if (isFiltered(way.lists, 'in')) {
      // What an access list holds is not known here.
      return way.lists.accessLists.has('in') ? [] : openings(existing, way, lab);
    }
    if (needsPolicy(existing))
      return [diagnose('VTY123', span, `${way.name} has no filter in: FRR takes nothing of it`)];
    return [
      diagnose('VTY101', span, `${way.name} has no filter in: it takes whatever comes`, {
        hint: 'a default route, private space and your own prefixes among it; emit writes a route map',
      }),
    ];
  });
}

/** What the filters in of a session let through and should not. */
function openings(existing: Existing, way: Way, lab: boolean): Diagnostic[] {
  const { family, as, name } = way;
  const span = placeOf(way, 'in');
  const { least, most } = LENGTHS[family];
  const takes = (prefix: Prefix, path = as): boolean =>
    passes(existing, way.lists, 'in', { prefix, path, communities: [] }) !== undefined;
  const probe = (kind: keyof typeof PROBES): Prefix => Prefix.parse(PROBES[kind][family]);
  const found: Diagnostic[] = [];
  if (takes(probe('ordinary')) && takes(probe('all')))
    found.push(diagnose('VTY104', span, `${name} takes a default route beside the others`));
  const own = (existing.bgp?.networks ?? [])
    .map(({ prefix }) => prefix.value)
    .filter((each) => each.family === family);
  const special = bogonBlocks(family)
    .map(({ prefix }) => prefix)
    .filter((prefix) => !(lab && documentation().contains(prefix)))
    .filter((prefix) => !own.some((each) => each.contains(prefix)) && takes(within(prefix, least)));
  if (special.length > 0)
    found.push(
      diagnose('VTY105', span, `${name} takes special-purpose space: ${some(special.map(String))}`, {
        hint: 'deny each block with le to the longest length, before anything is permitted',
      }),
    );
  const mine = own.filter((prefix) => takes(prefix) || takes(within(prefix, prefix.length + 1)));
  if (mine.length > 0)
    found.push(
      diagnose('VTY106', span, `${name} takes your own ${some(mine.map(String))}, or a part of it`, {
        hint: `deny ${mine[0]?.toString() ?? ''} le ${family === 4 ? 32 : 128}`,
      }),
    );
  if (takes(probe('longer')))
    found.push(
      diagnose('VTY107', span, `${name} takes prefixes longer than /${most}`, { hint: `le ${most}` }),
    );
  if (takes(probe('shorter')))
    found.push(
      diagnose('VTY107', span, `${name} takes prefixes shorter than /${least}`, { hint: `ge ${least}` }),
    );
  if (!takes(probe('ordinary'))) return found;
  const bad = badPaths((path) => takes(probe('ordinary'), `${as} ${path}`), lab);
  const refusesSets = existing.bgp?.flags.get('reject-as-sets')?.value === true;
  return [
    ...found,
    ...bad
      .filter(({ set }) => !(set && refusesSets))
      .map(({ what }) => diagnose('VTY108', span, `${name} takes paths ${what}`)),
  ];
}

/** Paths that should not be taken and are, in words. */
function badPaths(
  takes: (path: string) => boolean,
  lab: boolean,
): readonly { readonly what: string; readonly set: boolean }[] {
  const bad: { what: string; set: boolean }[] = [];
  const numbers = bogonAsns()
    .filter(({ name }) => !(lab && name === 'documentation'))
    .filter(({ first, last }) => takes(String(first)) || takes(String(last)))
    .map(({ first, last }) => (first === last ? String(first) : `${first}-${last}`));
  if (numbers.length > 0) bad.push({ what: `with reserved AS numbers: ${some(numbers)}`, set: false });
  if (takes('{3356,174}')) bad.push({ what: 'with an AS_SET (RFC 9774)', set: true });
  if (takes(Array.from({ length: LONGEST_PATH }, () => '3356').join(' ')))
    bad.push({ what: `of more than ${LONGEST_PATH} AS numbers`, set: false });
  return bad;
}

export function sent(existing: Existing): Diagnostic[] {
  const ways = waysOf(existing);
  return ways.flatMap((way) => {
    const { span } = way.session.peer.name;
    if (!isFiltered(way.lists, 'out')) {
      if (needsPolicy(existing))
        return [diagnose('VTY123', span, `${way.name} has no filter out: FRR sends nothing over it`)];
      return [
        diagnose('VTY102', span, `${way.name} has no filter out: it sends whatever is known`, {
          hint: 'what other providers send goes on to this one; permit exactly your own prefixes',
        }),
      ];
    }
    if (way.lists.accessLists.has('out')) return [];
    const leaking = ways.filter(
      (other) => other.family === way.family && other.as !== way.as && leaks(existing, other, way),
    );
    const [first] = leaking;
    if (first !== undefined && isCustomer(existing, way))
      return [
        diagnose('VTY125', placeOf(way, 'out'), `${way.name} is sent the routes of others, as a customer is`),
      ];
    return leaking.map((other) =>
      diagnose(
        'VTY103',
        placeOf(way, 'out'),
        `${way.name} sends on what ${other.session.peer.name.text} sent`,
        {
          hint: 'permit exactly your own prefixes, with an empty path',
        },
      ),
    );
  });
}

/** Whether a neighbour says so by its role, or may send nothing but what is listed. */
function isCustomer(existing: Existing, way: Way): boolean {
  const role = way.session.of('role')?.text;
  if (role !== undefined) return role === 'provider';
  const takes = (kind: 'ordinary' | 'all'): boolean => {
    const prefix = Prefix.parse(PROBES[kind][way.family]);
    return passes(existing, way.lists, 'in', { prefix, path: way.as, communities: [] }) !== undefined;
  };
  return isFiltered(way.lists, 'in') && !takes('ordinary') && !takes('all');
}

/** Whether an ordinary route that one session brings goes out over another. */
function leaks(existing: Existing, from: Way, to: Way): boolean {
  const prefix = Prefix.parse(PROBES.ordinary[from.family]);
  const learned: Route = { prefix, path: from.as, communities: [] };
  const inside = isFiltered(from.lists, 'in') ? passes(existing, from.lists, 'in', learned) : learned;
  return inside !== undefined && passes(existing, to.lists, 'out', inside) !== undefined;
}

export function announced(existing: Existing): Diagnostic[] {
  const ways = waysOf(existing);
  if (ways.length === 0) return [];
  return (existing.bgp?.networks ?? []).flatMap(({ prefix: { value, span } }) => {
    const route: Route = { prefix: value, path: '', communities: [] };
    const heard = ways.some(
      ({ family, lists }) =>
        family === value.family &&
        (!isFiltered(lists, 'out') || passes(existing, lists, 'out', route) !== undefined),
    );
    return heard ? [] : [diagnose('VTY111', span, `${value.toString()} passes the filters of no session`)];
  });
}

/** The first part of a prefix that has at least the given length. */
function within(prefix: Prefix, length: number): Prefix {
  const longest = prefix.family === 4 ? 32 : 128;
  return prefix.length >= Math.min(length, longest) ? prefix : Prefix.of(prefix.first, length);
}

function some(texts: readonly string[]): string {
  const shown = texts.slice(0, 3).join(', ');
  return texts.length > 3 ? `${shown} and ${texts.length - 3} more` : shown;
}
