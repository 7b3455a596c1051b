// bgpgen rehearse: the site, its neighbours and a vantage point behind them, in namespaces of this machine, with the real
// daemons: what is heard, what is taken, and what a failure costs.

import { EXIT } from '../../command/exit.ts';
import type { Io } from '../../command/io.ts';
import { type Invocation, type Options, verb } from '../../command/program.ts';
import { UsageError } from '../../command/usage.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import type { Host } from '../../host/host.ts';
import { HostError } from '../../host/host.ts';
import { type Materials, speakerOf } from '../../routing/expand.ts';
import type { Router, Site } from '../../routing/model.ts';
import type { StageDaemon } from '../../routing/rehearsal/daemons/daemon.ts';
import type { Chosen } from '../../routing/targets/choose.ts';
import { TARGETS } from '../../routing/targets/index.ts';
import { formatVersion, readVersion } from '../../routing/targets/version.ts';
import type { Part } from './rehearse/actors.ts';
import { loadMaterials, loadSite, settle, type Weighing } from './site.ts';
import { givenLists, givenTarget, JUDGING, mustKnow, SITE, targetOf } from './target.ts';

const KINDS = ['link', 'silent', 'crash', 'session', 'router'] as const;

const REHEARSE = {
  ...JUDGING,
  fail: {
    type: 'text',
    value: 'KIND',
    choices: KINDS,
    summary: 'let this fail once all is well, mend it, and tell what was lost',
  },
  of: {
    type: 'text',
    value: 'NAME',
    summary:
      'the neighbour or router that it happens to; unless given, the one that packets to the site go by',
  },
  plot: {
    type: 'text',
    value: 'FILE',
    complete: 'file',
    summary: 'draw the probes of the failure into this file, as SVG; it must not be there yet',
  },
} as const satisfies Options;

export const rehearse = verb({
  name: 'rehearse',
  summary:
    'build the site and its neighbours on this machine, and show what is heard and what a failure costs',
  operands: [SITE],
  options: REHEARSE,
  run: rehearseSite,
});

async function rehearseSite(invocation: Invocation<typeof REHEARSE>, io: Io): Promise<number> {
  io.json = invocation.flag('json');
  const weights: Weighing = { accept: invocation.texts('accept'), strict: invocation.flag('strict') };
  const [path = '-'] = invocation.operands;
  const kind = KINDS.find((each) => each === invocation.text('fail'));
  const of = invocation.text('of');
  const file = invocation.text('plot');
  if (kind === undefined && of !== undefined) throw new UsageError('--of goes with --fail');
  if (kind === undefined && file !== undefined) throw new UsageError('--plot goes with --fail');
  const given = givenTarget(invocation.text('target'));
  const lists = givenLists(invocation.texts('prefixes'));
  const { site, diagnostics } = loadSite(path, io, new Set(lists.keys()));
  if (site === undefined) {
    settle(diagnostics, weights, io);
    return EXIT.data;
  }
  mustKnow(lists, site);
  const { materials, diagnostics: beside } = loadMaterials(site.neighbors, site, path, lists, io);
  if (!settle([...diagnostics, ...beside], weights, io)) return EXIT.data;
  if (io.host.uid !== 0) {
    io.complain('a rehearsal makes network namespaces, which only root may');
    return EXIT.noPermission;
  }
  if (file !== undefined && io.host.stat(file) !== undefined) throw new HostError('EEXIST', file, 'write');
  const { playOf } = await import('../../routing/rehearsal/plan.ts');
  const play = playOf(site);
  if ('reason' in play) {
    io.complain(play.reason);
    return EXIT.data;
  }
  for (const { name, why } of play.leftOut) io.complain(`${name} is not rehearsed: ${why}`);
  const parts: Part[] = [];
  const refused: Diagnostic[] = [];
  const instead = new Map<string, string>();
  for (const router of site.routers) {
    const chosen = await partOf(router, site, given, materials, io);
    if (typeof chosen === 'string') {
      io.complain(chosen);
      return EXIT.unavailable;
    }
    parts.push(chosen.part);
    refused.push(...chosen.refused);
    if (chosen.instead !== undefined) instead.set(router.name.value, chosen.instead);
  }
  if (!settle(refused, weights, io)) return EXIT.data;
  const lacking = await missing(io.host, play.caches.length > 0);
  if (lacking.length > 0) {
    io.complain(`a rehearsal needs ${lacking.join(', ')}, which are not here`);
    return EXIT.unavailable;
  }

  const [{ Stage, StageError, Stopped }, { perform }, report] = await Promise.all([
    import('./rehearse/stage.ts'),
    import('./rehearse/run.ts'),
    import('./rehearse/report.ts'),
  ]);
  const children = await io.host.children();
  await Stage.sweep(io, children);
  const stage = new Stage(io, children);
  let signal: string | undefined;
  const release = children.onEnd((name) => {
    signal ??= name;
    stage.stop();
  });
  try {
    const asked = kind === undefined ? undefined : { kind, of };
    const { shown, series, events } = await perform(stage, play, parts, materials.passwords, asked);
    const told = {
      ...shown,
      routers: shown.routers.map((each) => {
        const other = instead.get(each.router);
        return other === undefined ? each : { ...each, instead: other };
      }),
    };
    io.write(io.json ? `${JSON.stringify(told)}\n` : report.inWords(told));
    if (file !== undefined && series.length > 0) {
      const { plot } = await import('../../routing/rehearsal/plot.ts');
      const [first] = events;
      io.host.create(file, new TextEncoder().encode(plot(first?.what ?? '', series, events)), 0o644);
    }
    return report.isGood(told) ? EXIT.ok : EXIT.negative;
  } catch (error) {
    if (error instanceof StageError) {
      io.complain(error.message);
      return EXIT.unavailable;
    }
    if (error instanceof Stopped) return EXIT.negative;
    throw error;
  } finally {
    await stage.end();
    release();
    if (signal !== undefined) {
      io.flush();
      children.endBy(signal);
    }
  }
}

interface Cast {
  readonly part: Part;
  readonly refused: readonly Diagnostic[];
  /** What the site file names, where another daemon or version plays it. */
  readonly instead: string | undefined;
}

/** The daemon of a router as this machine has it, with what is emitted for it; a text says why it can't be played. */
async function partOf(
  router: Router,
  site: Site,
  given: Chosen | undefined,
  materials: Materials,
  io: Io,
): Promise<Cast | string> {
  const named = given ?? targetOf(router);
  if (named !== undefined && 'problem' in named) {
    io.report(named.problem);
    return `${router.name.value} has no daemon that can be rehearsed`;
  }
  const { DAEMONS } = await import('../../routing/rehearsal/daemons/index.ts');
  // What Quagga has become.
  const wanted = named === undefined || named.target.name === 'quagga' ? 'frr' : named.target.name;
  const daemon = DAEMONS.find(({ target }) => target === wanted);
  const target = TARGETS.find(({ name }) => name === wanted);
  if (daemon === undefined || target === undefined) return `${wanted} can't be rehearsed`;
  const version = readVersion((await installed(daemon, io.host)) ?? '');
  if (version === undefined) return `${wanted}, the daemon of ${router.name.value}, is not installed here`;
  const chosen: Chosen = { target, version };
  const speaker = speakerOf(site, router, materials);
  const wish = named === undefined ? undefined : `${named.target.name} ${formatVersion(named.version)}`;
  const here = `${wanted} ${formatVersion(version)}`;
  return {
    part: { speaker, daemon, version, artifacts: chosen.target.emit(speaker, version) },
    refused: chosen.target.refuse(speaker, version),
    instead: wish === here ? undefined : wish,
  };
}

/** The version of a daemon that is installed; undefined where it is not. */
async function installed({ asks, version }: StageDaemon, host: Host): Promise<string | undefined> {
  try {
    const { stdout, stderr } = await host.run(asks);
    const said = `${new TextDecoder().decode(stdout)}${new TextDecoder().decode(stderr)}`;
    return version.exec(said)?.[1];
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

/** The programs that every rehearsal needs and that are not here. */
async function missing(host: Host, caches: boolean): Promise<readonly string[]> {
  const lacking: string[] = [];
  for (const [argv, words] of [
    [['ip', '-V'], 'ip (iproute2)'],
    [['sysctl', '-V'], 'sysctl (procps)'],
    [['ping', '-V'], 'ping (iputils-ping)'],
    [['bird', '--version'], 'bird (bird2)'],
    ...(caches ? [[['stayrtr', '-version'], 'stayrtr'] as const] : []),
  ] as const) {
    try {
      await host.run(argv);
    } catch (error) {
      if (!(error instanceof HostError)) throw error;
      lacking.push(words);
    }
  }
  return lacking;
}
