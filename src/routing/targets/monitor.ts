// The list of prefixes for BGPalerter, which watches from outside whether they are seen, and from whom: its prefixes.yml.

import type { Artifact } from '../../emit/artifact.ts';
import { Writer } from '../../emit/writer.ts';
import { announcementsOf } from '../announced.ts';
import type { Role, Site } from '../model.ts';
import type { SiteTarget } from './site-target.ts';

export const monitor: SiteTarget = {
  name: 'monitor',
  summary: "BGPalerter's list of prefixes",
  emit: (site): readonly Artifact[] => [{ path: '/prefixes.yml', mode: 0o644, text: list(site) }],
};

function list(site: Site): string {
  const out = new Writer('  ');
  for (const { prefix, part } of announcementsOf(site)) {
    out.line(`${JSON.stringify(prefix.toString())}:`).indent(() => {
      out.line(`description: ${part === undefined ? 'announced' : `a part of ${part.toString()}`}`);
      out.line('asn:').indent(() => out.line(`- ${site.as.value}`));
      // Parts that are announced stand in the list themselves; any other one is somebody's mistake, or worse.
      out.line('ignoreMorespecifics: false', 'ignore: false');
    });
  }
  out.line('options:').indent(() => {
    out.line('monitorASns:').indent(() => {
      out.line(`"${site.as.value}":`).indent(() => {
        out.line('group: noc');
        numbers(out, 'upstreams', site, ['transit', 'peer', 'route-server']);
        numbers(out, 'downstreams', site, ['customer']);
      });
    });
  });
  return out.text();
}

/** Who may stand beside us in a path: whoever else does is a leak. */
function numbers(out: Writer, word: string, site: Site, roles: readonly Role[]): void {
  const found = new Set(
    site.neighbors.filter(({ role }) => roles.includes(role.value)).map(({ as }) => as.value.value),
  );
  if (found.size === 0) return;
  out.line(`${word}:`).indent(() => {
    for (const as of [...found].sort((a, b) => a - b)) out.line(`- ${as}`);
  });
}
