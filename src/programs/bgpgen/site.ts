// A site from its file, with its passwords and everything that is wrong with it, for the verbs of bgpgen. The stages are
// routing/'s; here they are put in order and the files are read.

import type { Io } from '../../command/io.ts';
import { type Diagnostic, hasErrors } from '../../document/diagnostic.ts';
import { HostError } from '../../host/host.ts';
import { byPlace, check } from '../../routing/check.ts';
import { diagnose } from '../../routing/faults.ts';
import type { Neighbor, Site } from '../../routing/model.ts';
import { parseSite } from '../../routing/parse.ts';
import { passwordIn } from '../../routing/password.ts';

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

/** Reads and checks a site file. Throws HostError where the file itself can't be read. */
export function loadSite(path: string, io: Io): Loaded {
  const { site, whole, diagnostics } = parseSite(io.read(path));
  if (site === undefined) return { site, diagnostics };
  return { site, diagnostics: [...diagnostics, ...check(site, whole)].sort(byPlace) };
}

/** The passwords of these neighbours, by their names, and what is wrong with the files that hold them. */
export function loadPasswords(
  neighbors: readonly Neighbor[],
  site: Site,
  sitePath: string,
  io: Io,
): { readonly passwords: ReadonlyMap<string, string>; readonly diagnostics: readonly Diagnostic[] } {
  const passwords = new Map<string, string>();
  const diagnostics: Diagnostic[] = [];
  for (const { name, passwordFile: file } of neighbors) {
    if (file === undefined) continue;
    const path = beside(sitePath, file.value);
    try {
      const password = passwordIn(io.read(path).text, file);
      if (typeof password === 'string') passwords.set(name.value, password);
      else diagnostics.push(password);
      // What stands beside an example or a rehearsal is no secret.
      const mode = io.host.stat(path)?.mode ?? 0;
      if (!site.lab && (mode & 0o004) !== 0) {
        diagnostics.push(diagnose('BGP018', file.span, `${path} can be read by every user of this machine`));
      }
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      diagnostics.push(
        diagnose('BGP016', file.span, error.message, {
          hint: 'the path is taken from the folder of the site file',
        }),
      );
    }
  }
  return { passwords, diagnostics };
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
