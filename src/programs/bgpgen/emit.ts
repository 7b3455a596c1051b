// bgpgen emit: the complete configuration of one router, printed or written.

import { execute } from '../../apply/execute.ts';
import { describe, planFiles } from '../../apply/plan.ts';
import { EXIT, exitOfErrno } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { Source } from '../../document/source.ts';
import { suggest } from '../../document/suggest.ts';
import type { Artifact } from '../../emit/artifact.ts';
import { unknownRouter } from '../../routing/checks/routers.ts';
import { speakerOf } from '../../routing/expand.ts';
import { diagnose } from '../../routing/faults.ts';
import type { Router, Site } from '../../routing/model.ts';
import { TARGETS } from '../../routing/targets/index.ts';
import type { SiteTarget } from '../../routing/targets/site-target.ts';
import { loadMaterials, loadSite, settle, type Weighing } from './site.ts';
import { givenLists, givenTarget, JUDGING, mustKnow, SITE, targetOf } from './target.ts';

/** What stands for a password where it is not to be seen. */
const MASK = '********';

const EMIT = {
  ...JUDGING,
  all: {
    type: 'flag',
    short: 'a',
    summary: "every router's configuration, each below a folder of the router's name",
  },
  'dry-run': {
    type: 'flag',
    short: 'n',
    summary: 'with --out: print what would be done, and do nothing',
  },
  file: {
    type: 'text',
    short: 'f',
    value: 'NAME',
    summary: 'print this file alone, named by its path or by the last part of it',
  },
  out: {
    type: 'text',
    short: 'o',
    value: 'DIR',
    complete: 'folder',
    summary: 'write the files below this folder instead of printing them, with their modes and passwords',
    detail: `All are written beside their places before the first takes its place.
They belong to whoever runs the command; the owner that the daemon expects stands in the printed heading of each.`,
  },
  router: {
    type: 'text',
    short: 'r',
    value: 'ROUTER',
    summary: 'the router, by its name in the site file; needed where the site has several',
  },
  'show-secrets': { type: 'flag', summary: 'print passwords instead of asterisks' },
} as const satisfies Options;

export const emit = verb({
  name: 'emit',
  summary: 'print or write the complete configuration of one router',
  operands: [SITE],
  options: EMIT,
  run: emitRouter,
});

async function emitRouter(invocation: Invocation<typeof EMIT>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const weights: Weighing = { accept: invocation.texts('accept'), strict: invocation.flag('strict') };
  const [path = '-'] = invocation.operands;
  const out = invocation.text('out');
  const file = invocation.text('file');
  if (out !== undefined && file !== undefined)
    throw new UsageError('--file prints, --out writes: give one of them');
  if (out === undefined && invocation.flag('dry-run')) throw new UsageError('--dry-run goes with --out');
  if (out === '') throw new UsageError('--out needs the name of a folder');
  const whole = await siteTarget(invocation.text('target'));
  const given = whole === undefined ? givenTarget(invocation.text('target')) : undefined;

  const lists = givenLists(invocation.texts('prefixes'));
  const { site, diagnostics } = loadSite(path, io, new Set(lists.keys()));
  if (site === undefined) {
    settle(diagnostics, weights, io);
    return EXIT.data;
  }
  const name = invocation.text('router');
  const all = invocation.flag('all');
  if (all && name !== undefined)
    throw new UsageError('--all is every router, --router is one: give one of them');
  if (whole !== undefined) {
    if (name !== undefined)
      throw new UsageError(`--target ${whole.name} is made of the whole site: leave out --router`);
    if (!settle(diagnostics, weights, io)) return EXIT.data;
    const artifacts = whole.emit(site);
    if (out !== undefined) return writeFiles(artifacts, out, invocation.flag('dry-run'), io);
    const printed = file === undefined ? artifacts : [namedFile(artifacts, file)];
    print(printed, artifacts.length > 1 && file === undefined, io);
    return EXIT.ok;
  }
  const routers = all ? site.routers : [routerOf(site, name)];
  const jobs = routers.map((router) => ({
    router,
    chosen: given ?? (router === undefined ? undefined : targetOf(router)),
  }));
  const lacks = jobs.find(({ router, chosen }) => router === undefined || chosen === undefined);
  if (lacks !== undefined) {
    // What is missing may be missing because the file is wrong; only a good file puts the blame on the command line.
    if (!settle(diagnostics, weights, io)) return EXIT.data;
    throw new UsageError(lacking(site, lacks.router, name));
  }
  mustKnow(lists, site);
  const names = routers.map((router) => router?.name.value);
  const here = site.neighbors.filter((neighbor) => names.includes(neighbor.router.value));
  const { materials, diagnostics: beside } = loadMaterials(here, site, path, lists, io);
  const shown = out !== undefined || invocation.flag('show-secrets');
  const passwords = shown
    ? materials.passwords
    : new Map([...materials.passwords.keys()].map((each) => [each, MASK] as const));
  const found = [...diagnostics, ...beside];
  const emits: (() => readonly Artifact[])[] = [];
  for (const { router, chosen } of jobs) {
    if (router === undefined || chosen === undefined) continue;
    if ('problem' in chosen) {
      found.push(chosen.problem);
      continue;
    }
    found.push(...chosen.target.refuse(speakerOf(site, router, materials), chosen.version));
    emits.push(() => {
      const artifacts = chosen.target.emit(
        speakerOf(site, router, { ...materials, passwords }),
        chosen.version,
      );
      return all
        ? artifacts.map((artifact) => ({ ...artifact, path: `/${router.name.value}${artifact.path}` }))
        : artifacts;
    });
  }
  if (!settle(found, weights, io)) return EXIT.data;
  const artifacts = emits.flatMap((emitted) => emitted());
  if (out !== undefined) return writeFiles(artifacts, out, invocation.flag('dry-run'), io);
  const printed = file === undefined ? artifacts : [namedFile(artifacts, file)];
  print(printed, file === undefined, io);
  if (!shown && printed.some(({ text }) => text.includes(MASK))) {
    io.report(
      diagnose('BGP030', undefined, 'passwords are printed as asterisks', { hint: 'see --show-secrets' }),
    );
  }
  return EXIT.ok;
}

/** The target of a whole site that is named; undefined where it is a daemon's, or none at all. */
async function siteTarget(text: string | undefined): Promise<SiteTarget | undefined> {
  if (text === undefined || !/^[a-z]+$/.test(text) || TARGETS.some(({ name }) => name === text))
    return undefined;
  const { SITE_TARGETS } = await import('../../routing/targets/whole.ts');
  return SITE_TARGETS.find(({ name }) => name === text);
}

/** The router to emit for: the one of that name, or the only one. */
function routerOf({ routers }: Site, name: string | undefined): Router | undefined {
  if (name !== undefined) return routers.find((router) => router.name.value === name);
  return routers.length === 1 ? routers[0] : undefined;
}

/** What the command line should have said. */
function lacking(site: Site, router: Router | undefined, name: string | undefined): string | Diagnostic {
  if (router !== undefined)
    return `--target is needed: the site file names no daemon for ${router.name.value}`;
  const names = site.routers.map((each) => each.name.value);
  if (name !== undefined)
    return unknownRouter({ value: name, span: new Source('--router', name).all() }, names);
  return names.length === 0 ? 'the site has no router' : `--router is needed: one of ${names.join(', ')}`;
}

/** The one artifact of that path or last part of a path. Throws UsageError where there is none. */
function namedFile(artifacts: readonly Artifact[], name: string): Artifact {
  const found = artifacts.find(({ path }) => path === name || path.endsWith(`/${name}`));
  if (found !== undefined) return found;
  const names = artifacts.map(({ path }) => path.slice(path.lastIndexOf('/') + 1));
  const near = suggest(name, names);
  throw new UsageError(
    `--file can't be ${JSON.stringify(name)}: ${near === undefined ? `one of ${names.join(', ')}` : `did you mean ${near}?`}`,
  );
}

/** Prints files one after the other, each below a heading that tells its path, mode and owner. */
function print(artifacts: readonly Artifact[], headed: boolean, io: Io): void {
  for (const [index, { path, mode, owner = 'root:root', text }] of artifacts.entries()) {
    const octal = mode.toString(8).padStart(4, '0');
    if (io.json) io.write(`${JSON.stringify({ path, mode: octal, owner, text })}\n`);
    else if (headed) io.write(`${index > 0 ? '\n' : ''}# --- ${path} (${octal} ${owner})\n${text}`);
    else io.write(text);
  }
}

async function writeFiles(
  artifacts: readonly Artifact[],
  root: string,
  dryRun: boolean,
  io: Io,
): Promise<number> {
  const steps = planFiles(artifacts, { root, verify: false });
  if (dryRun) {
    for (const step of steps)
      io.write(io.json ? `${JSON.stringify({ step: describe(step) })}\n` : `${describe(step)}\n`);
    return EXIT.ok;
  }
  const outcome = await execute(steps, io.host);
  if (outcome.done) return EXIT.ok;
  io.complain(outcome.reason);
  return exitOfErrno(outcome.code, 'write');
}
