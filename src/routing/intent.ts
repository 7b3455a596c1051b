// What the site file's words come to at one router, before it is policy: its sessions as far as filters go, and how each
// prefix is announced to whom.

import type { Asn, Family, Prefix } from '../address/index.ts';
import type { Community, LargeCommunity, OwnPrefix, Request, Role, Sent, Wanted } from './model.ts';
import type { PrefixEntries } from './policy.ts';

/** The sessions with one neighbour in one family, as far as policy goes. */
export interface PolicySession {
  readonly neighbor: string;
  readonly family: Family;
  readonly role: Role;
  readonly as: Asn;
  readonly wanted: Wanted;
  readonly sent: Sent;
  readonly use: 'primary' | 'backup' | undefined;
  /** Everybody is asked to go another way (RFC 8326). */
  readonly drain: boolean;
  /** What it may announce, where a list of its own was given. */
  readonly announces: PrefixEntries | undefined;
  readonly communities: ReadonlyMap<Request, Community | LargeCommunity>;
  /** The parts of our prefixes that its line is to carry. */
  readonly parts: readonly Prefix[];
}

/** What the policy of one router is made of. */
export interface PolicySite {
  readonly as: Asn;
  readonly lab: boolean;
  /** All blocks of the site: nobody else may announce them to us. */
  readonly own: readonly Prefix[];
  /** Those that this router announces. */
  readonly announced: readonly OwnPrefix[];
  readonly dataCenter: string | undefined;
  readonly blackholes: readonly Prefix[];
  /** Customers of the whole site, with what they may announce. */
  readonly customers: readonly { readonly as: Asn; readonly announces: PrefixEntries }[];
  /** Whether there are validated ROAs to ask. */
  readonly validated: boolean;
}

/** The neighbour's name in the names of what all sessions between routers of the site share. */
export const WITHIN = 'within-site';

/** The name of a session's map, in the direction seen from here. */
export function mapName(
  { neighbor, family }: { readonly neighbor: string; readonly family: Family },
  direction: 'in' | 'out',
): string {
  return `${neighbor}-v${family}-${direction}`;
}

/** How a prefix is announced to a neighbour; `none` where it isn't. */
export type Treatment = 'plain' | 'primary' | 'backup' | 'none';

/** The treatment that the words of the site file come to. */
export function treatmentOf(
  { primary, backup }: Pick<OwnPrefix, 'primary' | 'backup'>,
  { neighbor, role, use }: Pick<PolicySession, 'neighbor' | 'role' | 'use'>,
  dataCenter: string | undefined,
): Treatment {
  const names = (list: readonly { readonly value: string }[]): boolean =>
    list.some(({ value }) => value === neighbor || value === dataCenter);
  if (names(primary)) return 'primary';
  if (names(backup)) return 'backup';
  if (role === 'transit' && primary.length + backup.length > 0) {
    if (backup.length === 0) return 'backup';
    return primary.length === 0 ? 'primary' : 'none';
  }
  return use ?? 'plain';
}
