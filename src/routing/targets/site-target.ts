// What is made of a whole site, not for one router: no daemon reads it, so that there are no versions and nothing to refuse.

import type { Artifact } from '../../emit/artifact.ts';
import type { Site } from '../model.ts';

export interface SiteTarget {
  /** As `--target` takes it. */
  readonly name: string;
  /** One clause for help and manual. */
  readonly summary: string;
  emit(site: Site): readonly Artifact[];
}
