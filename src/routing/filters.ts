// From the intent of the site to the policy of its sessions: what may come in, what may go out, what is marked, and by
// which way it is to be used. The lists that the maps refer to are made in lists.ts. The maps of both directions stand
// together, over 400 lines, because a list that both need is made once, by whichever asks first.

import { type Family, Prefix } from '../address/index.ts';
import {
  mapName,
  type PolicySession,
  type PolicySite,
  type Treatment,
  treatmentOf,
  WITHIN,
} from './intent.ts';
import {
  acceptedList,
  acceptedPathsList,
  announcesList,
  communityLists,
  customersPathList,
  exactList,
  LISTS,
  ownOriginList,
  TRANSIT_FREE,
} from './lists.ts';
import type { OwnPrefix, Role } from './model.ts';
import { joinPacked } from './packed.ts';
import type {
  Change,
  Clause,
  Condition,
  PathList,
  Policy,
  PrefixEntries,
  PrefixList,
  PrefixRule,
  RouteMap,
} from './policy.ts';
import { BLACKHOLE, GRACEFUL_SHUTDOWN, hasStandard, learnedTag } from './tags.ts';

/** Preferences: who pays us, who costs nothing, whom we pay; a backup is behind all others of its role. */
const PREFERENCE: Readonly<Record<Exclude<Role, 'ibgp'>, number>> = {
  customer: 200,
  peer: 150,
  'route-server': 140,
  transit: 100,
};
const BACKUP_PREFERENCE = -20;
/** How often a backup has our own number in its path more than a primary way. */
const BACKUP_PREPENDS = 2;
/** MED of a backup: compared only between lines to one AS. */
const BACKUP_MED = 100;

/** Locks beside the maps, for daemons that let everything pass where a map is lost. */
export interface Locks {
  readonly outPrefixes: string | undefined;
  readonly outPaths: string | undefined;
  /** How many prefixes of ours may go out. */
  readonly own: number;
}

/** The policy of a router, and the second locks by the names of the maps out. */
export interface MadePolicy {
  readonly policy: Policy;
  readonly locks: ReadonlyMap<string, Locks>;
}

/** The policy of a router with these sessions. A map and list is made for each that a session needs, and no other. */
export function policyOf(site: PolicySite, sessions: readonly PolicySession[]): MadePolicy {
  return new Policies(site).make(sessions);
}

class Policies {
  readonly #site: PolicySite;
  readonly #prefixLists = new Map<string, PrefixList>();
  readonly #pathLists = new Map<string, PathList>();
  readonly #maps: RouteMap[] = [];
  readonly #locks = new Map<string, Locks>();

  constructor(site: PolicySite) {
    this.#site = site;
  }

  make(sessions: readonly PolicySession[]): MadePolicy {
    const { as, announced, customers } = this.#site;
    const families: readonly Family[] = [4, 6];
    for (const family of families) {
      const carried = sessions.filter((session) => session.family === family);
      if (carried.length === 0) continue;
      this.#list(
        exactList(LISTS.ownPrefixes(family), family, 'what we announce', ofFamily(announced, family)),
      );
    }
    const outer = sessions.filter(({ role }) => role !== 'ibgp');
    if (outer.length > 0) this.#paths(ownOriginList());
    for (const session of sessions) {
      if (session.role === 'ibgp') {
        if (!this.#maps.some(({ name }) => name === mapName(session, 'in'))) this.#within(session.family);
        continue;
      }
      this.#maps.push(this.#inMap(session, session.role), this.#outMap(session));
    }
    return {
      policy: {
        prefixLists: [...this.#prefixLists.values()],
        pathLists: [...this.#pathLists.values()],
        communityLists: outer.length === 0 ? [] : communityLists(as, customers.length > 0),
        routeMaps: this.#maps,
      },
      locks: this.#locks,
    };
  }

  #list(list: PrefixList): string {
    if (!this.#prefixLists.has(list.name)) this.#prefixLists.set(list.name, list);
    return list.name;
  }

  #paths(list: PathList): string {
    if (!this.#pathLists.has(list.name)) this.#pathLists.set(list.name, list);
    return list.name;
  }

  /** Between routers of the site everything passes, in words: each of them has filtered it where it came in. */
  #within(family: Family): void {
    for (const direction of ['in', 'out'] as const) {
      this.#maps.push({
        name: mapName({ neighbor: WITHIN, family }, direction),
        family,
        clauses: [
          {
            action: 'permit',
            why: 'between our own routers: filtered where it came in',
            conditions: [],
            changes: [],
          },
        ],
      });
    }
  }

  /**
   * The map of what comes in. A clause permits only what the lists name, so that a list that is lost refuses everything
   * instead of letting everything in.
   */
  #inMap(session: PolicySession, role: Exclude<Role, 'ibgp'>): RouteMap {
    const { as, lab, own, validated } = this.#site;
    const { family, wanted, announces, neighbor } = session;
    const prefixes = this.#list(
      announces === undefined
        ? acceptedList(family, role === 'transit' ? wanted : 'full', own, lab)
        : announcesList(LISTS.of(neighbor, family, 'announces'), family, announces, lab),
    );
    const itself = TRANSIT_FREE.includes(session.as.value) ? session.as.value : undefined;
    const paths = this.#paths(
      role === 'transit' ? acceptedPathsList(lab) : acceptedPathsList(lab, { itself }),
    );
    const conditions: readonly Condition[] = [
      { kind: 'prefix', list: prefixes },
      { kind: 'path', list: paths },
    ];
    const mark: Change[] = [{ kind: 'tag', community: learnedTag(as, role) }];
    // Routes of a route server come with the next hops of its other clients (RFC 7947 section 2.2.1).
    if (role !== 'route-server') mark.push({ kind: 'next-hop-neighbor' });
    const scrubOwn: Change[] = [{ kind: 'scrub', size: 'large', list: LISTS.ownLarge }];
    if (hasStandard(as)) scrubOwn.unshift({ kind: 'scrub', size: 'standard', list: LISTS.own });
    const clauses: Clause[] = [
      {
        action: 'permit',
        why: 'our own communities mean something only when we set them',
        conditions: [],
        changes: scrubOwn,
        goesOn: true,
      },
      {
        action: 'permit',
        why:
          role === 'transit'
            ? 'a provider that asks us to discard its routes is mistaken'
            : 'nobody asks us to discard routes',
        conditions: [],
        changes: [{ kind: 'scrub', size: 'standard', list: LISTS.blackhole }],
        goesOn: true,
      },
    ];
    if (validated) {
      clauses.push({
        action: 'deny',
        why: 'its owner says that another network announces it (RFC 6811)',
        conditions: [{ kind: 'rpki-invalid' }],
        changes: [],
      });
    }
    clauses.push(
      {
        action: 'permit',
        why:
          role === 'transit'
            ? 'the provider is about to close the session: use the route last (RFC 8326 section 4)'
            : 'the neighbour is about to close the session: use the route last (RFC 8326 section 4)',
        conditions: [...conditions, { kind: 'community', size: 'standard', list: LISTS.gracefulShutdown }],
        changes: [{ kind: 'preference', value: 0 }, ...mark],
      },
      {
        action: 'permit',
        why: session.drain
          ? 'what the lists let in, to be used last: we are about to go'
          : 'what the lists let in',
        conditions,
        changes: [{ kind: 'preference', value: preferenceOf(session, role) }, ...mark],
      },
      NOTHING_ELSE,
    );
    return { name: mapName(session, 'in'), family, clauses };
  }

  /** The map of what goes out: to others than customers never a learned route, only what is ours or a customer's. */
  #outMap(session: PolicySession): RouteMap {
    const { as, customers } = this.#site;
    const { family, role, sent } = session;
    const toCustomer = role === 'customer';
    const ours = this.#ownClauses(session);
    const theirs = this.#customerClauses(session);
    const clauses: Clause[] = [];
    if (!toCustomer || sent === 'own') {
      clauses.push({
        action: 'deny',
        why: customers.length > 0 ? 'learned, and not from a customer' : LEARNED_WHY[role],
        conditions: [{ kind: 'community', size: learnedTag(as).kind, list: LISTS.learned }],
        changes: [],
      });
    }
    clauses.push(...ours.clauses, ...theirs);
    const changes = this.#drained(session, []);
    if (toCustomer && sent === 'full') {
      const list = this.#list(acceptedList(family, 'full', this.#site.own, this.#site.lab));
      clauses.push({
        action: 'permit',
        why: 'a customer hears of everything',
        conditions: [{ kind: 'prefix', list }],
        changes,
      });
    }
    clauses.push(NOTHING_ELSE);
    this.#lock(session, ours.prefixes, theirs.length > 0);
    return { name: mapName(session, 'out'), family, clauses };
  }

  /** Our own prefixes, by how they are announced there. */
  #ownClauses(session: PolicySession): {
    readonly clauses: readonly Clause[];
    readonly prefixes: readonly Prefix[];
  } {
    const { announced, blackholes, dataCenter } = this.#site;
    const { family, neighbor, communities, parts } = session;
    const clauses: Clause[] = [];
    const prefixes: Prefix[] = [];
    const origin: Condition = { kind: 'path', list: LISTS.ownOrigin };
    const add = (list: string, why: string, changes: readonly Change[], some: readonly Prefix[]): void => {
      prefixes.push(...some);
      clauses.push({
        action: 'permit',
        why,
        conditions: [{ kind: 'prefix', list }, origin],
        changes: this.#drained(session, changes),
      });
    };
    const asked = communities.get('blackhole');
    const hosts = blackholes.filter((prefix) => prefix.family === family);
    if (asked !== undefined && hosts.length > 0) {
      const list = exactList(
        LISTS.blackholes(family),
        family,
        'what is to be discarded',
        hosts,
        'a host of ours',
      );
      add(
        this.#list(list),
        'a host whose traffic is to be discarded, far from here (RFC 7999)',
        [
          { kind: 'tag', community: BLACKHOLE },
          { kind: 'tag', community: asked },
        ],
        hosts,
      );
    }
    const mine = parts.filter((prefix) => prefix.family === family);
    if (mine.length > 0) {
      const list = exactList(
        LISTS.of(neighbor, family, 'parts'),
        family,
        'parts that its line carries',
        mine,
      );
      add(this.#list(list), 'parts of our prefixes whose traffic is to come in here', [], mine);
    }
    const groups = new Map<Treatment, Prefix[]>();
    for (const each of announced) {
      const { value } = each.prefix;
      if (value.family !== family) continue;
      const treatment = treatmentOf(each, session, dataCenter);
      groups.set(treatment, [...(groups.get(treatment) ?? []), value]);
    }
    const all = ofFamily(announced, family).length;
    for (const treatment of ['primary', 'plain', 'backup'] as const) {
      const some = (groups.get(treatment) ?? []).sort((a, b) => Prefix.compare(a, b));
      // A site without prefixes has the clause too, and its list refuses everything.
      if (some.length === 0 && !(treatment === 'plain' && all === 0)) continue;
      const list =
        some.length === all
          ? LISTS.ownPrefixes(family)
          : this.#list(
              exactList(LISTS.of(neighbor, family, treatment), family, 'what we announce there', some),
            );
      add(list, OWN_WHY[treatment], this.#changesOf(treatment, session), some);
    }
    return { clauses, prefixes };
  }

  /** Words become preference at the other end: a longer path, a worse MED, the provider's own community. */
  #changesOf(treatment: 'primary' | 'plain' | 'backup', { communities }: PolicySession): readonly Change[] {
    if (treatment === 'plain') return [];
    const changes: Change[] =
      treatment === 'primary'
        ? [{ kind: 'med', value: 0 }]
        : [
            { kind: 'med', value: BACKUP_MED },
            { kind: 'prepend', as: this.#site.as.value, times: BACKUP_PREPENDS },
          ];
    const community = communities.get(treatment);
    if (community !== undefined) changes.push({ kind: 'tag', community });
    return changes;
  }

  /** What customers announce goes to everybody: theirs by the list, by the path and by the mark. */
  #customerClauses(session: PolicySession): readonly Clause[] {
    const { as, customers, lab } = this.#site;
    const { family } = session;
    const all = together(customers.map(({ announces }) => announces));
    const some =
      all.rules.some(({ prefix }) => prefix.family === family) || (family === 4 && all.packed.length > 0);
    if (!some) return [];
    const list = this.#list(announcesList(LISTS.customers(family), family, all, lab));
    const path = this.#paths(
      customersPathList(
        customers.map((each) => each.as),
        false,
      ),
    );
    return [
      {
        action: 'permit',
        why: 'our customers',
        conditions: [
          { kind: 'prefix', list },
          { kind: 'path', list: path },
          { kind: 'community', size: learnedTag(as).kind, list: LISTS.customerTag },
        ],
        changes: this.#drained(session, []),
      },
    ];
  }

  #drained({ drain }: PolicySession, changes: readonly Change[]): readonly Change[] {
    return drain ? [...changes, { kind: 'tag', community: GRACEFUL_SHUTDOWN }] : changes;
  }

  /** What may go to a neighbour at all. */
  #allowed({ family, neighbor }: PolicySession, prefixes: readonly Prefix[], customers: boolean): PrefixList {
    const theirs = customers
      ? announcesList(
          '',
          family,
          together(this.#site.customers.map(({ announces }) => announces)),
          this.#site.lab,
        )
      : undefined;
    return {
      name: LISTS.of(neighbor, family, 'allowed'),
      family,
      why: 'what may go there at all',
      rules: [
        ...exactList('', family, '', prefixes).rules,
        ...(theirs?.rules ?? []).filter(({ action }) => action === 'permit'),
      ],
      packed: theirs?.packed ?? [],
    };
  }

  #lock(session: PolicySession, prefixes: readonly Prefix[], customers: boolean): void {
    const { announced, customers: all } = this.#site;
    const { family, role, sent } = session;
    const name = mapName(session, 'out');
    if (role === 'customer' && sent === 'full') {
      this.#locks.set(name, { outPrefixes: undefined, outPaths: undefined, own: prefixes.length });
      return;
    }
    const own = ofFamily(announced, family);
    const same = prefixes.length === own.length && own.every((each) => prefixes.some((p) => p.equals(each)));
    const outPrefixes =
      same && !customers
        ? LISTS.ownPrefixes(family)
        : this.#list(this.#allowed(session, prefixes, customers));
    const outPaths = customers
      ? this.#paths(
          customersPathList(
            all.map((each) => each.as),
            true,
          ),
        )
      : LISTS.ownOrigin;
    this.#locks.set(name, { outPrefixes, outPaths, own: prefixes.length });
  }
}

const NOTHING_ELSE: Clause = { action: 'deny', why: 'nothing else', conditions: [], changes: [] };

const LEARNED_WHY: Readonly<Record<Role, string>> = {
  transit: 'learned from a provider: never to another one',
  peer: 'learned from a provider or a peer: never to another one',
  'route-server': 'learned from a provider or a peer: never to another one',
  customer: 'learned: not what this one wants',
  ibgp: '',
};

const OWN_WHY = {
  primary: 'our own prefixes, made here, whose traffic is to come in by this way',
  plain: 'our own prefixes, made here',
  backup: 'our own prefixes, made here, for when no better way is left',
} as const;

function preferenceOf({ use, drain }: PolicySession, role: Exclude<Role, 'ibgp'>): number {
  if (drain) return 0;
  return PREFERENCE[role] + (use === 'backup' ? BACKUP_PREFERENCE : 0);
}

function ofFamily(prefixes: readonly OwnPrefix[], family: Family): readonly Prefix[] {
  return prefixes
    .map(({ prefix }) => prefix.value)
    .filter((prefix) => prefix.family === family)
    .sort((a, b) => Prefix.compare(a, b));
}

/** Two customers may have a prefix in common; a daemon that finds a line twice complains. */
function together(lists: readonly PrefixEntries[]): PrefixEntries {
  const seen = new Map<string, PrefixRule>();
  for (const rule of lists.flatMap(({ rules }) => rules))
    seen.set(`${rule.prefix.toString()} ${rule.least} ${rule.most}`, rule);
  return { rules: [...seen.values()], packed: joinPacked(lists.flatMap(({ packed }) => packed)) };
}
