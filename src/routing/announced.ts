// What a site announces, to whom and how, seen over all its routers: for what is made of the whole site and for the checks
// against registries. What goes out of one session is in filters.ts.

import { Prefix } from '../address/index.ts';
import type { Span } from '../document/source.ts';
import { type Treatment, treatmentOf } from './intent.ts';
import { isAnnouncedAt, type Neighbor, type PrefixStatus, type Site } from './model.ts';

/** A prefix that the world is to hear of. Hosts to be discarded are none: they go no further than the provider. */
export interface Announcement {
  readonly prefix: Prefix;
  /** Where the site file gives it. */
  readonly span: Span;
  readonly status: PrefixStatus;
  /** The block that it is a part of. */
  readonly part: Prefix | undefined;
  readonly heard: readonly Hearing[];
}

/** A neighbour that hears of a prefix. */
export interface Hearing {
  readonly neighbor: Neighbor;
  readonly treatment: Exclude<Treatment, 'none'>;
}

/** All announcements of a site, in the order of the prefixes. */
export function announcementsOf(site: Site): readonly Announcement[] {
  const found = site.prefixes.flatMap((own) => {
    const status = own.status?.value ?? 'pi';
    const whole: Announcement = {
      prefix: own.prefix.value,
      span: own.prefix.span,
      status,
      part: undefined,
      heard: site.neighbors.flatMap((neighbor) => hearingOf(site, own, neighbor)),
    };
    const parts = own.split.flatMap((share) =>
      share.parts.map(
        ({ value, span }): Announcement => ({
          prefix: value,
          span,
          status,
          part: own.prefix.value,
          heard: whole.heard
            .filter(({ neighbor }) => neighbor.name.value === share.neighbor.value)
            .map(({ neighbor }) => ({ neighbor, treatment: 'plain' })),
        }),
      ),
    );
    return [whole, ...parts];
  });
  return found.sort((a, b) => Prefix.compare(a.prefix, b.prefix));
}

function hearingOf(site: Site, own: Site['prefixes'][number], neighbor: Neighbor): readonly Hearing[] {
  const router = site.routers.find(({ name }) => name.value === neighbor.router.value);
  const { family } = own.prefix.value;
  if (router === undefined || neighbor.role.value === 'ibgp' || !isAnnouncedAt(own, router)) return [];
  if (!neighbor.addresses.some(({ value }) => value.family === family)) return [];
  const treatment = treatmentOf(
    own,
    { neighbor: neighbor.name.value, role: neighbor.role.value, use: neighbor.use?.value },
    router.dataCenter?.value,
  );
  return treatment === 'none' ? [] : [{ neighbor, treatment }];
}
