// Who acts in a rehearsal: the site's routers with their own daemons, the neighbours and the vantage point as BIRDs; how each
// is put on the stage, asked, killed and started again.

import type { Artifact } from '../../../emit/artifact.ts';
import type { Child } from '../../../host/children.ts';
import type { StageDaemon } from '../../../routing/rehearsal/daemons/daemon.ts';
import type { Play, Provider, Validated } from '../../../routing/rehearsal/plan.ts';
import {
  establishedIn,
  prefixesIn,
  providerText,
  sessionName,
  vantageText,
} from '../../../routing/rehearsal/provider.ts';
import type { Session, Speaker } from '../../../routing/speaker.ts';
import type { Version } from '../../../routing/targets/version.ts';
import { type Stage, StageError } from './stage.ts';

/** How long a daemon may take until it can be spoken to; a loaded machine is slow. */
const PATIENCE = 30;

/** A router of the site, with what was emitted for it. */
export interface Part {
  readonly speaker: Speaker;
  readonly daemon: StageDaemon;
  readonly version: Version;
  readonly artifacts: readonly Artifact[];
}

export class RouterActor {
  readonly part: Part;
  readonly #stage: Stage;
  readonly #folder: string;
  readonly #running: { readonly bgp: boolean; readonly child: Child }[] = [];
  #starts = 0;

  constructor(stage: Stage, part: Part) {
    this.#stage = stage;
    this.part = part;
    this.#folder = `${stage.folder}/${part.speaker.name}`;
  }

  get space(): string {
    return `r-${this.part.speaker.name}`;
  }

  /** Puts its files there and its kernel settings into force. */
  async prepare(): Promise<void> {
    const { daemon, artifacts } = this.part;
    for (const [name, text] of daemon.files(this.#folder, artifacts))
      await this.#stage.write(`${this.#folder}/${name}`, text, daemon.owner);
    const settings = artifacts.find(({ path }) => path.startsWith('/etc/sysctl.d/'));
    if (settings === undefined) return;
    const path = `${this.#stage.folder}/${this.part.speaker.name}.sysctl`;
    await this.#stage.write(path, settings.text);
    await this.#stage.inside(this.space, ['sysctl', '-q', '-p', path]);
  }

  /** Starts what does not run, and loads the configuration. */
  async start(): Promise<void> {
    const { daemon, artifacts, version, speaker } = this.part;
    const present = this.#running.filter(({ child }) => child.running());
    this.#running.splice(0, this.#running.length, ...present);
    const again = present.length > 0;
    const log = `${speaker.name}-${++this.#starts}.log`;
    const there = (paths: readonly string[]) => async (): Promise<boolean> =>
      paths.every((path) => this.#stage.exists(path));
    for (const { argv, bgp, opens } of daemon.processes(this.#folder, artifacts, version)) {
      if (again && !bgp) continue;
      this.#running.push({ bgp, child: await this.#stage.start(this.space, argv, log) });
      if (opens !== undefined) await this.#stage.until(there([opens]), PATIENCE, 20);
    }
    const spoken = there(daemon.sockets(this.#folder, artifacts));
    if ((await this.#stage.until(spoken, PATIENCE)) === undefined)
      throw new StageError(
        `${speaker.name}: ${daemon.target} does not start: ${this.#stage.read(`${this.#stage.folder}/${log}`).trim()}`,
      );
    for (const command of daemon.load(this.#folder, artifacts)) await this.#stage.inside(this.space, command);
  }

  /** Kills the daemon that speaks BGP, or all of them, as a crash would. */
  async crash(all: boolean): Promise<void> {
    const victims = this.#running.filter(({ bgp }) => all || bgp);
    await Promise.all(victims.map(({ child }) => child.end('SIGKILL')));
    // What a crashed daemon leaves lying would pass for a running one.
    for (const path of this.part.daemon.sockets(this.#folder, this.part.artifacts)) {
      if (all || /(bgpd|bird)\.\w+$/.test(path)) await this.#stage.must(['rm', '-f', path]);
    }
  }

  async taken(session: Session): Promise<readonly string[]> {
    const { daemon, speaker } = this.part;
    return daemon.routesIn(await this.#stage.ask(this.space, daemon.routes(this.#folder, session, speaker)));
  }

  async close(session: Session): Promise<void> {
    await this.#stage.inside(this.space, this.part.daemon.close(this.#folder, session, this.part.speaker));
  }

  async open(session: Session): Promise<void> {
    await this.#stage.inside(this.space, this.part.daemon.open(this.#folder, session, this.part.speaker));
  }
}

/** A BIRD of ours. */
export class BirdActor {
  readonly space: string;
  readonly #stage: Stage;
  readonly #base: string;
  #child: Child | undefined;

  constructor(stage: Stage, space: string) {
    this.#stage = stage;
    this.space = space;
    this.#base = `${stage.folder}/${space}`;
  }

  async start(text?: string): Promise<void> {
    if (text !== undefined) await this.#stage.write(`${this.#base}.conf`, text);
    const argv = [
      'bird',
      '-f',
      '-c',
      `${this.#base}.conf`,
      '-s',
      `${this.#base}.ctl`,
      '-P',
      `${this.#base}.pid`,
    ];
    this.#child = await this.#stage.start(this.space, argv, `${this.space}.log`);
    const spoken = async (): Promise<boolean> => this.#stage.exists(`${this.#base}.ctl`);
    if ((await this.#stage.until(spoken, PATIENCE)) === undefined)
      throw new StageError(
        `${this.space}: BIRD does not start: ${this.#stage.read(`${this.#stage.folder}/${this.space}.log`)}`,
      );
  }

  async crash(): Promise<void> {
    await this.#child?.end('SIGKILL');
    await this.#stage.must(['rm', '-f', `${this.#base}.ctl`]);
  }

  async ask(...words: readonly string[]): Promise<string> {
    return this.#stage.ask(this.space, ['birdc', '-s', `${this.#base}.ctl`, ...words]);
  }

  /** The prefixes that came over some of its sessions. */
  async heard(...protocols: readonly string[]): Promise<readonly string[]> {
    const answers = await Promise.all(protocols.map((name) => this.ask('show', 'route', 'protocol', name)));
    return [...new Set(answers.flatMap(prefixesIn))].sort();
  }

  /** Its sessions that are up. */
  async established(): Promise<readonly string[]> {
    return establishedIn(await this.ask('show', 'protocols'));
  }
}

/** Everybody, on the stage and connected, the neighbours running. */
export interface Cast {
  readonly routers: ReadonlyMap<string, RouterActor>;
  readonly providers: ReadonlyMap<string, { readonly provider: Provider; readonly bird: BirdActor }>;
  readonly vantage: BirdActor;
}

/** The end of a router's wire at the bridge, and that of a neighbour. */
export const portOf = {
  router: (wire: string, index = 0): string => `${wire}r${index}`,
  provider: (wire: string, number: number): string => `${wire}p${number}`,
};

/** Builds the stage of a play: namespaces, wires, addresses; the neighbours and the vantage point are started. */
export async function build(
  stage: Stage,
  play: Play,
  parts: readonly Part[],
  passwords: ReadonlyMap<string, string>,
): Promise<Cast> {
  await stage.addSpace('wires');
  await stage.addSpace('vantage');
  await Promise.all([
    ...play.routers.map(({ name }) => stage.addSpace(`r-${name}`)),
    ...play.providers.map(({ name }) => stage.addSpace(`p-${name}`)),
  ]);
  for (const { name, inside } of play.routers)
    await stage.ip(
      `r-${name}`,
      inside.map((address) => `addr add ${address.toString()} dev lo`),
    );
  for (const wire of play.wires) await connect(stage, play, wire);
  for (const { name, number, uplink } of play.providers) {
    const near = `up${number}`;
    await stage.ip('vantage', [
      `link add ${near} type veth peer name vantage netns ${stage.space(`p-${name}`)}`,
      `addr add ${uplink[4].there}/30 dev ${near}`,
      `addr add ${uplink[6].there}/64 dev ${near} nodad`,
      `link set ${near} up`,
    ]);
    await stage.ip(`p-${name}`, [
      `addr add ${uplink[4].here}/30 dev vantage`,
      `addr add ${uplink[6].here}/64 dev vantage nodad`,
      'link set vantage up',
    ]);
  }
  if (play.caches.length > 0) await serveCaches(stage, play);
  const { addresses } = play.vantage;
  await stage.ip(
    'vantage',
    ([4, 6] as const).map((family) => `addr add ${addresses[family].toString()} dev lo`),
  );
  const providers = new Map(
    play.providers.map((provider) => [
      provider.name,
      { provider, bird: new BirdActor(stage, `p-${provider.name}`) },
    ]),
  );
  for (const { provider, bird } of providers.values())
    await bird.start(providerText(play, provider, passwords.get(provider.name)));
  const vantage = new BirdActor(stage, 'vantage');
  await vantage.start(vantageText(play));
  return {
    routers: new Map(parts.map((part) => [part.speaker.name, new RouterActor(stage, part)])),
    providers,
    vantage,
  };
}

/** Each router finds the caches of the site file on itself: stayrtr, with the ROAs of the play. */
async function serveCaches(stage: Stage, { routers, caches, validated }: Play): Promise<void> {
  const path = roasPath(stage);
  await writeRoas(stage, validated);
  for (const { name, loopback } of routers) {
    for (const { address, port } of caches) {
      const bind = address.family === 4 ? `${address.toString()}:${port}` : `[${address.toString()}]:${port}`;
      if (!loopback.some((each) => each.equals(address)))
        await stage.ip(`r-${name}`, [`addr add ${address.toString()} dev lo`]);
      const argv = ['stayrtr', '-bind', bind, '-cache', path, '-checktime=false', '-refresh', '5'];
      await stage.start(`r-${name}`, argv, `${name}-cache.log`);
    }
  }
}

function roasPath(stage: Stage): string {
  return `${stage.folder}/vrps.json`;
}

/** Writes what the caches serve; they look at it every five seconds. */
export async function writeRoas(stage: Stage, validated: readonly Validated[]): Promise<void> {
  const roas = validated.map(({ prefix, as }) => ({
    asn: `AS${as}`,
    prefix: prefix.toString(),
    maxLength: prefix.length,
    ta: 'rehearsal',
  }));
  await stage.must(['rm', '-f', roasPath(stage)]);
  await stage.write(roasPath(stage), JSON.stringify({ roas }));
}

async function connect(stage: Stage, play: Play, wire: Play['wires'][number]): Promise<void> {
  const addressLine = (device: string) => (address: string) =>
    `addr add ${address} dev ${device}${address.includes(':') ? ' nodad' : ''}`;
  await stage.ip('wires', [
    `link add ${wire.name} type bridge forward_delay 0 mcast_snooping 0`,
    `link set ${wire.name} up`,
  ]);
  for (const [index, { router, interface: device, addresses }] of wire.ends.entries()) {
    const lines = addresses.map(addressLine(device));
    if (device !== 'lo') {
      const port = portOf.router(wire.name, index);
      await stage.ip('wires', [
        `link add ${port} type veth peer name ${device} netns ${stage.space(`r-${router}`)}`,
        `link set ${port} master ${wire.name} up`,
      ]);
      lines.push(`link set ${device} up`);
    }
    await stage.ip(`r-${router}`, lines);
  }
  for (const { name, addresses } of wire.providers) {
    const number = play.providers.find((provider) => provider.name === name)?.number ?? 0;
    const far = portOf.provider(wire.name, number);
    await stage.ip('wires', [
      `link add ${far} type veth peer name ${wire.name} netns ${stage.space(`p-${name}`)}`,
      `link set ${far} master ${wire.name} up`,
    ]);
    await stage.ip(`p-${name}`, [...addresses.map(addressLine(wire.name)), `link set ${wire.name} up`]);
  }
}

/** The protocols of a provider that are its sessions with the site. */
export function sessionNames(provider: Provider): readonly string[] {
  return provider.sessions.map((_session, index) => sessionName(provider, index));
}
