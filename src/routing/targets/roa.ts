// The ROAs that the owner of the prefixes is to create, in the form that validators export them in: what is announced, each
// at its own length. A longer maxLength would let anybody who forges our number announce a part of the prefix and win
// (RFC 9319 section 3); hosts that are to be discarded need none.

import type { Artifact } from '../../emit/artifact.ts';
import { announcementsOf } from '../announced.ts';
import type { Site } from '../model.ts';
import type { SiteTarget } from './site-target.ts';

export const roa: SiteTarget = {
  name: 'roa',
  summary: 'the ROAs to create, as JSON',
  emit: (site): readonly Artifact[] => [{ path: '/roas.json', mode: 0o644, text: document(site) }],
};

function document(site: Site): string {
  const lines = announcementsOf(site)
    // Of a provider's block, its holder makes them.
    .filter(({ status }) => status === 'pi')
    .map(({ prefix }) =>
      JSON.stringify({ asn: `AS${site.as.value}`, prefix: prefix.toString(), maxLength: prefix.length }),
    );
  return lines.length === 0 ? '{ "roas": [] }\n' : `{ "roas": [\n  ${lines.join(',\n  ')}\n] }\n`;
}
