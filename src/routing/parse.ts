// The text of a site file into the model, by the library that knows all of YAML. programs/bgpgen/site.ts comes here only
// with what document/plain-yaml.ts can't read.

import type { Source } from '../document/source.ts';
import { parseYaml } from '../document/yaml.ts';
import { type ParsedSite, siteIn } from './parse-site.ts';

/** Reads a site file. */
export function parseSite(source: Source): ParsedSite {
  const { root, diagnostics } = parseYaml(source);
  return root === undefined ? { site: undefined, whole: false, diagnostics } : siteIn(root);
}
