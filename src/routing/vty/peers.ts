// The sessions of an existing configuration: neighbours with what their group gives them, and which families each carries.

import type { Address, Family } from '../../address/index.ts';
import type { Bgp, Existing, Peer, PeerFamily } from './model.ts';
import type { Word } from './statement.ts';

/** One address of a neighbour, with everything that holds for it. */
export interface Session {
  readonly peer: Peer;
  readonly address: Address;
  /** Undefined where neither it nor its group has `remote-as`. */
  readonly as: Word | undefined;
  /** Whether it is of another AS. */
  readonly outside: boolean;
  /** The families that it carries. */
  readonly families: ReadonlyMap<Family, PeerFamily>;
  /** A property of the neighbour, or else of its group. */
  readonly of: <K extends keyof Peer>(key: K) => Peer[K];
}

const NOTHING: PeerFamily = {
  active: undefined,
  maps: new Map(),
  prefixLists: new Map(),
  pathLists: new Map(),
  accessLists: new Map(),
  limit: undefined,
  limitOut: undefined,
  keepsReceived: false,
  defaultOriginate: undefined,
};

/** The sessions of `router bgp`, in the order in which the neighbours are first spoken of. */
export function sessionsOf({ bgp }: Existing): readonly Session[] {
  if (bgp === undefined) return [];
  return [...bgp.peers.values()].flatMap((peer) => {
    const { address } = peer;
    if (address === undefined) return [];
    const group = peer.group === undefined ? undefined : bgp.peers.get(peer.group.text);
    const of = <K extends keyof Peer>(key: K): Peer[K] => peer[key] ?? group?.[key] ?? peer[key];
    const as = of('as');
    return [
      {
        peer,
        address,
        as,
        outside: as === undefined || (as.text !== bgp.as.text && as.text !== 'internal'),
        families: familiesOf(bgp, peer, group),
        of,
      },
    ];
  });
}

/** IPv4 is carried unless it is turned off for all or for the neighbour; IPv6 where it is turned on. */
function familiesOf(bgp: Bgp, peer: Peer, group: Peer | undefined): ReadonlyMap<Family, PeerFamily> {
  const carried = new Map<Family, PeerFamily>();
  const four = bgp.flags.get('default ipv4-unicast')?.value ?? true;
  for (const [family, usual] of [
    [4, four],
    [6, false],
  ] as const) {
    const own = peer.families.get(family);
    const shared = group?.families.get(family);
    const active = own?.active?.value ?? shared?.active?.value ?? usual;
    if (active) carried.set(family, joined(own ?? NOTHING, shared ?? NOTHING));
  }
  return carried;
}

function joined(own: PeerFamily, group: PeerFamily): PeerFamily {
  return {
    active: own.active ?? group.active,
    maps: new Map([...group.maps, ...own.maps]),
    prefixLists: new Map([...group.prefixLists, ...own.prefixLists]),
    pathLists: new Map([...group.pathLists, ...own.pathLists]),
    accessLists: new Map([...group.accessLists, ...own.accessLists]),
    limit: own.limit ?? group.limit,
    limitOut: own.limitOut ?? group.limitOut,
    keepsReceived: own.keepsReceived || group.keepsReceived,
    defaultOriginate: own.defaultOriginate ?? group.defaultOriginate,
  };
}
