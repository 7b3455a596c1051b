// A rehearsal from the first namespace to the last figure: who does what when. What was measured is given back; whatever
// happens, the stage is for the caller to take away.

import type { Address, Family } from '../../../address/index.ts';
import type { Child } from '../../../host/children.ts';
import type { Play, Provider } from '../../../routing/rehearsal/plan.ts';
import type { Series } from '../../../routing/rehearsal/plot.ts';
import { type Answer, answersIn, flows, lossIn, pingCommand } from '../../../routing/rehearsal/probe.ts';
import { build, type Cast, type Part, sessionNames, writeRoas } from './actors.ts';
import { type Accident, accidentOf, type Kind } from './failures.ts';
import type { Failure, Hearing, Shown, Taking, Traffic } from './report.ts';
import { type Stage, StageError } from './stage.ts';

/** How long sessions may take to come up, in seconds: a loaded machine is slow. */
const PATIENCE = 90;
/** How long traffic must flow to be called steady. */
const STEADY = 1;

export interface Asked {
  readonly kind: Kind;
  readonly of: string | undefined;
}

export interface Performed {
  readonly shown: Shown;
  /** The probes of the failure, for a plot. */
  readonly series: readonly Series[];
  readonly events: readonly { readonly at: number; readonly what: string }[];
}

export async function perform(
  stage: Stage,
  play: Play,
  parts: readonly Part[],
  passwords: ReadonlyMap<string, string>,
  asked: Asked | undefined,
): Promise<Performed> {
  const cast = await build(stage, play, parts, passwords);
  for (const router of cast.routers.values()) await router.prepare();
  const start = stage.now();
  await Promise.all([...cast.routers.values()].map((router) => router.start()));
  const of = play.providers.reduce((count, { sessions }) => count + sessions.length, 0);
  const up = await stage.until(async () => (await countUp(cast)) === of, PATIENCE);
  const after = up === undefined ? undefined : (stage.now() - start) / 1000;
  const all = async (): Promise<boolean> => isSeenByAll(play, cast);
  const seen =
    up === undefined || (await stage.until(all, 30)) === undefined ? undefined : (stage.now() - start) / 1000;
  const shown: Shown = {
    routers: parts.map(({ speaker, daemon, version }) => ({
      router: speaker.name,
      daemon: `${daemon.target} ${version.major}.${version.minor}`,
    })),
    sessions: { up: await countUp(cast), of, after },
    seen,
    hears: await hearings(play, cast),
    takes: await takings(stage, play, cast),
    ...(play.caches.length === 0 ? {} : { readmitted: await readmission(stage, play, cast) }),
  };
  if (asked === undefined || seen === undefined) return { shown, series: [], events: [] };
  return fail(stage, play, cast, shown, asked);
}

async function countUp(cast: Cast): Promise<number> {
  const counts = await Promise.all(
    [...cast.providers.values()].map(async ({ bird }) => {
      const established = await bird.established();
      return established.filter((name) => name.startsWith('site')).length;
    }),
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

/** What a neighbour should hear, as text. */
function expected({ expects }: Provider): readonly string[] {
  return expects.map(String).sort();
}

async function isSeenByAll(play: Play, cast: Cast): Promise<boolean> {
  for (const provider of play.providers) {
    const seen = await cast.vantage.heard(`p${provider.number}_4`, `p${provider.number}_6`);
    if (!expected(provider).every((prefix) => seen.includes(prefix))) return false;
  }
  return true;
}

async function hearings(play: Play, cast: Cast): Promise<readonly Hearing[]> {
  return Promise.all(
    play.providers.map(async (provider): Promise<Hearing> => {
      const prefixes = await cast.providers.get(provider.name)?.bird.heard(...sessionNames(provider));
      const wanted = expected(provider);
      const heard = prefixes ?? [];
      return {
        neighbor: provider.name,
        prefixes: heard,
        missing: wanted.filter((prefix) => !heard.includes(prefix)),
        leaked: heard.filter((prefix) => !wanted.includes(prefix)),
      };
    }),
  );
}

/** What each session has taken, once what it should take has come. */
async function takings(stage: Stage, play: Play, cast: Cast): Promise<readonly Taking[]> {
  const found: Taking[] = [];
  for (const { name, router, sessions, offers } of play.providers) {
    const actor = cast.routers.get(router);
    for (const { family, here } of sessions) {
      const session = actor?.part.speaker.sessions.find(({ address }) => address.equals(here));
      if (actor === undefined || session === undefined) continue;
      const mine = offers.filter(({ prefix }) => prefix.family === family);
      const good = mine.filter(({ taken }) => taken).map(({ prefix }) => prefix.toString());
      let taken: readonly string[] = [];
      await stage.until(async () => {
        taken = await actor.taken(session);
        return good.every((prefix) => taken.includes(prefix));
      }, 15);
      found.push({
        neighbor: name,
        family,
        taken,
        refused: mine
          .filter((offer) => !offer.taken && !taken.includes(offer.prefix.toString()))
          .map(({ prefix, why }) => ({ prefix: prefix.toString(), why })),
        wrong: mine
          .filter((offer) => offer.taken !== taken.includes(offer.prefix.toString()))
          .map(({ prefix, why }) => ({ prefix: prefix.toString(), why })),
      });
    }
  }
  return found;
}

/** How long it takes until what was invalid is taken everywhere once its ROA is mended, in seconds. */
async function readmission(stage: Stage, play: Play, cast: Cast): Promise<number | null> {
  await writeRoas(stage, [...play.validated, ...play.mended]);
  const waiting = play.providers.flatMap(({ router, sessions }) => {
    const actor = cast.routers.get(router);
    return sessions.flatMap(({ family, here }) => {
      const session = actor?.part.speaker.sessions.find(({ address }) => address.equals(here));
      const prefixes = play.mended.filter(({ prefix }) => prefix.family === family);
      return actor === undefined || session === undefined
        ? []
        : [{ actor, session, prefixes: prefixes.map(({ prefix }) => prefix.toString()) }];
    });
  });
  const taken = async (): Promise<boolean> => {
    for (const { actor, session, prefixes } of waiting) {
      const present = await actor.taken(session);
      if (!prefixes.every((prefix) => present.includes(prefix))) return false;
    }
    return true;
  };
  const after = await stage.until(taken, 20, 200);
  return after === undefined ? null : after / 1000;
}

/** A stream of probes from the vantage point to the site. */
class Stream {
  readonly family: Family;
  readonly #stage: Stage;
  readonly #log: string;
  readonly #child: Child;

  private constructor(stage: Stage, family: Family, log: string, child: Child) {
    this.#stage = stage;
    this.family = family;
    this.#log = log;
    this.#child = child;
  }

  static async start(stage: Stage, target: Address, source: Address): Promise<Stream> {
    const log = `ping${target.family}.log`;
    const child = await stage.start('vantage', pingCommand(target.toString(), source.toString()), log);
    return new Stream(stage, target.family, log, child);
  }

  answers(): readonly Answer[] {
    return answersIn(this.#stage.read(`${this.#stage.folder}/${this.#log}`));
  }

  end(): Promise<void> {
    return this.#child.end('SIGTERM');
  }
}

async function fail(
  stage: Stage,
  play: Play,
  cast: Cast,
  shown: Shown,
  { kind, of }: Asked,
): Promise<Performed> {
  const name = of ?? (await presentWay(stage, play, kind));
  const accident = accidentOf(kind, name, play, cast, stage);
  if (typeof accident === 'string') throw new StageError(accident);
  const forwards = [...cast.routers.values()].every(({ part }) => part.daemon.forwards(part.version));
  const streams = forwards ? await startStreams(stage, play) : [];
  const steady = async (): Promise<boolean> =>
    streams.every((stream) => flows(stream.answers(), stage.now() / 1000, STEADY));
  if ((await stage.until(steady, 30, 200)) === undefined)
    throw new StageError(
      `no steady flow between the vantage point and the site: ${streams.map((stream) => `IPv${stream.family} ${stream.answers().length} answers`).join(', ')}`,
    );

  const at = stage.now() / 1000;
  await accident.happen();
  const withdrawn = await stage.until(() => isGone(play, cast, accident), PATIENCE, 20);
  const gone = stage.now() / 1000;
  const otherWay = await isHeard(play, cast);
  // With no way left nothing comes back before the repair.
  if (otherWay) {
    await stage.pause(STEADY * 1000);
    await stage.until(steady, PATIENCE, 200);
  }
  const mended = stage.now() / 1000;
  await accident.mend();
  const repaired = await stage.until(async () => (await countUp(cast)) === shown.sessions.of, PATIENCE);
  const back = stage.now() / 1000;
  if (repaired !== undefined) await stage.until(() => isSeenByAll(play, cast), 30);
  await stage.pause(STEADY * 1000);
  await stage.until(steady, 30, 200);
  const end = stage.now() / 1000;
  await Promise.all(streams.map((stream) => stream.end()));

  const trafficIn = (from: number, to: number): readonly Traffic[] =>
    streams.map((stream) => {
      const { sent, lost, outage } = lossIn(stream.answers(), from, to);
      return { family: stream.family, sent, lost, outage };
    });
  const failure: Failure = {
    kind,
    of: name,
    withdrawn: withdrawn === undefined ? undefined : gone - at,
    otherWay,
    // Where nothing flowed until the repair, the hole ends only behind it.
    traffic: trafficIn(at, otherWay ? mended : end),
    repair: {
      after: repaired === undefined ? undefined : back - mended,
      traffic: otherWay ? trafficIn(mended, end) : [],
    },
  };
  return {
    shown: { ...shown, failure },
    series: streams.map((stream) => ({ family: stream.family, answers: stream.answers() })),
    events: [
      { at, what: `${kind} of ${name}` },
      ...(withdrawn === undefined ? [] : [{ at: gone, what: 'withdrawn' }]),
      { at: mended, what: 'repair' },
      ...(repaired === undefined ? [] : [{ at: back, what: 'sessions up' }]),
    ],
  };
}

async function startStreams(stage: Stage, play: Play): Promise<readonly Stream[]> {
  const [router] = play.routers;
  const heard = new Set(play.providers.flatMap(expected));
  const streams: Stream[] = [];
  for (const family of [4, 6] as const) {
    // Of the prefixes that anybody hears of.
    const index = play.prefixes.findIndex(
      (prefix) => prefix.family === family && heard.has(prefix.toString()),
    );
    const target = router?.inside[index];
    if (target !== undefined) streams.push(await Stream.start(stage, target, play.vantage.addresses[family]));
  }
  return streams;
}

/** The neighbour that packets to the site go by now; for what happens to a router, the router behind it. */
async function presentWay(stage: Stage, play: Play, kind: Kind): Promise<string> {
  const [target] = play.routers[0]?.inside ?? [];
  const [first] = play.providers;
  if (target === undefined || first === undefined) throw new StageError('the site announces nothing');
  const answer = await stage.ask('vantage', ['ip', 'route', 'get', target.toString()]);
  const way =
    play.providers.find(({ uplink }) => answer.includes(` via ${uplink[target.family].here} `)) ?? first;
  return kind === 'crash' || kind === 'router' ? way.router : way.name;
}

/** Whether the vantage point has no way to the site by the neighbours that an accident took. */
async function isGone(play: Play, cast: Cast, { lost }: Accident): Promise<boolean> {
  for (const provider of play.providers) {
    if (!lost.includes(provider.name)) continue;
    const heard = await cast.vantage.heard(`p${provider.number}_4`, `p${provider.number}_6`);
    if (expected(provider).some((prefix) => heard.includes(prefix))) return false;
  }
  return true;
}

/** Whether the vantage point has a way to every prefix that is announced anywhere. */
async function isHeard(play: Play, cast: Cast): Promise<boolean> {
  const names = play.providers.flatMap(({ number }) => [`p${number}_4`, `p${number}_6`]);
  const heard = await cast.vantage.heard(...names);
  return play.providers.every((provider) => expected(provider).every((prefix) => heard.includes(prefix)));
}
