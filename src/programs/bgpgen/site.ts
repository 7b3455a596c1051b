// A site from its file, with its passwords and everything that is wrong with it, for the verbs of bgpgen. The stages are
// routing/'s; here they are put in order and the files are read.

import type { Io } from '../../command/io.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import type { Spanned } from '../../document/reader.ts';
import type { Source } from '../../document/source.ts';
import { HostError } from '../../host/host.ts';
import { byPlace, check } from '../../routing/check.ts';
import type { Materials } from '../../routing/expand.ts';
import { diagnose } from '../../routing/faults.ts';
import type { Neighbor, Site } from '../../routing/model.ts';
import { parseSite } from '../../routing/parse.ts';
import { passwordIn } from '../../routing/password.ts';
import type { PrefixEntries } from '../../routing/policy.ts';
import { readPrefixFile } from '../../routing/prefix-file.ts';

/** How findings are weighed: which errors the user takes upon himself, and whether warnings count as errors. */
export interface Weighing {
  readonly accept: readonly string[];
  readonly strict: boolean;
}

/** What came of a site file: no site where it could not be read at all. */
export interface Loaded {
  readonly site: Site | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads and checks a site file; `lists` are the neighbours that the command line gives prefixes for. Throws HostError
 * where the file itself can't be read.
 */
export function loadSite(path: string, io: Io, lists: ReadonlySet<string> = new Set()): Loaded {
  const { site, whole, diagnostics } = parseSite(io.read(path));
  if (site === undefined) return { site, diagnostics };
  return { site, diagnostics: [...diagnostics, ...check(site, whole, lists)].sort(byPlace) };
}

/** What the files beside the site file hold, and what is wrong with them. */
export interface LoadedMaterials {
  readonly materials: Materials;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The passwords of these neighbours, and the prefix lists of all that have one. `lists` names files in place of those of
 * the site file, by neighbour, from the present folder.
 */
export function loadMaterials(
  neighbors: readonly Neighbor[],
  site: Site,
  sitePath: string,
  lists: ReadonlyMap<string, string>,
  io: Io,
): LoadedMaterials {
  const passwords = new Map<string, string>();
  const prefixes = new Map<string, PrefixEntries>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, passwordFile: file } of neighbors) {
    if (file === undefined) continue;
    const path = beside(sitePath, file.value);
    const source = readBeside(path, file, 'BGP016', io, diagnostics);
    if (source === undefined) continue;
    const password = passwordIn(source.text, file);
    if (typeof password === 'string') passwords.set(name.value, password);
    else diagnostics.push(password);
    // What stands beside an example or a rehearsal is no secret.
    const mode = io.host.stat(path)?.mode ?? 0;
    if (!site.lab && (mode & 0o004) !== 0) {
      diagnostics.push(diagnose('BGP018', file.span, `${path} can be read by every user of this machine`));
    }
  }
  for (const { name, prefixFile: file } of site.neighbors) {
    const given = lists.get(name.value);
    if (file === undefined && given === undefined) continue;
    const place = file ?? name;
    const path = given ?? beside(sitePath, place.value);
    const source = readBeside(path, place, 'BGP039', io, diagnostics);
    if (source === undefined) continue;
    const read = readPrefixFile(source);
    diagnostics.push(...read.diagnostics);
    prefixes.set(name.value, read);
    if (read.rules.length + read.packed.length === 0 && read.diagnostics.length === 0) {
      diagnostics.push(
        diagnose('BGP041', place.span, `${path} has no prefix: nothing is taken from ${name.value}`),
      );
    }
  }
  return { materials: { passwords, prefixes }, diagnostics };
}

/** A file that the site file names, or nothing and a diagnostic at the place that names it. */
function readBeside(
  path: string,
  { span }: Spanned<string>,
  code: 'BGP016' | 'BGP039',
  io: Io,
  diagnostics: Diagnostic[],
): Source | undefined {
  try {
    return io.read(path);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    const hint = 'the path is taken from the folder of the site file';
    diagnostics.push(diagnose(code, span, error.message, { hint }));
    return undefined;
  }
}

/** A path of the site file, from its folder; one from standard input is in the present folder. */
function beside(sitePath: string, path: string): string {
  if (path.startsWith('/')) return path;
  const slash = sitePath.lastIndexOf('/');
  if (sitePath !== '-' && slash >= 0) return `${sitePath.slice(0, slash)}/${path}`;
  // Alone, - would be standard input.
  return path === '-' ? './-' : path;
}

/** Reports what was found, accepted errors as warnings; gives whether one may go on. */
export function settle(found: readonly Diagnostic[], { accept, strict }: Weighing, io: Io): boolean {
  const weighed = [...found]
    .sort(byPlace)
    .map((each): Diagnostic => (accept.includes(each.code) ? { ...each, severity: 'warning' } : each));
  io.report(...weighed);
  return !hasErrors(weighed) && !(strict && weighed.some(({ severity }) => severity === 'warning'));
}
