// The failures that can be rehearsed: what is done, how it is mended, and by which neighbours the site is then no longer
// heard.

import type { Play } from '../../../routing/rehearsal/plan.ts';
import { type Cast, portOf } from './actors.ts';
import type { Stage } from './stage.ts';

export const KINDS = ['link', 'silent', 'crash', 'session', 'router'] as const;
export type Kind = (typeof KINDS)[number];

export interface Accident {
  /** Neighbours by which the site is not heard while it lasts. */
  readonly lost: readonly string[];
  readonly happen: () => Promise<void>;
  readonly mend: () => Promise<void>;
}

/** The accident of that kind at a neighbour or router; a text says why there is none. */
export function accidentOf(kind: Kind, of: string, play: Play, cast: Cast, stage: Stage): Accident | string {
  const neighbor = cast.providers.get(of);
  const router = cast.routers.get(of);
  if (neighbor === undefined && router === undefined) {
    const names = [...cast.providers.keys(), ...cast.routers.keys()];
    return `nothing is called ${JSON.stringify(of)}: one of ${names.join(', ')}`;
  }
  const ways = play.providers.filter((provider) => provider.router === of).map(({ name }) => name);
  if (neighbor !== undefined) {
    const wires = play.wires.filter(({ providers }) => providers.some(({ name }) => name === of));
    const far = wires.map(({ name }) => portOf.provider(name, neighbor.provider.number));
    // Where the neighbour is alone on the link, the router's end loses its carrier too.
    const near = wires
      .filter(({ providers }) => providers.length === 1)
      .map(({ name }) => portOf.router(name));
    const set = (ports: readonly string[], what: string) => (): Promise<void> =>
      stage.ip(
        'wires',
        ports.map((port) => `link set ${port} ${what}`),
      );
    const site = cast.routers.get(neighbor.provider.router);
    const sessions = site?.part.speaker.sessions.filter((session) => session.neighbor === of) ?? [];
    switch (kind) {
      case 'link':
        return { lost: [of], happen: set([...far, ...near], 'down'), mend: set([...far, ...near], 'up') };
      case 'silent':
        // Both ends keep their carrier, and nothing arrives.
        return {
          lost: [of],
          happen: set(far, 'nomaster'),
          mend: () =>
            stage.ip(
              'wires',
              wires.map(({ name }, index) => `link set ${far[index] ?? ''} master ${name}`),
            ),
        };
      case 'session':
        return {
          lost: [of],
          happen: async () => {
            for (const session of sessions) await site?.close(session);
          },
          mend: async () => {
            for (const session of sessions) await site?.open(session);
          },
        };
      case 'crash':
      case 'router':
        return { lost: [of], happen: () => neighbor.bird.crash(), mend: () => neighbor.bird.start() };
    }
  }
  // A neighbour that is alone on a link of the router loses its carrier with it.
  const ports = play.wires.flatMap(({ name, ends, providers }) => [
    ...ends.flatMap(({ router: each, interface: device }, index) =>
      each === of && device !== 'lo' ? [portOf.router(name, index)] : [],
    ),
    ...(ends.length === 1 && ends[0]?.router === of && providers.length === 1 ? providers : []).map((each) =>
      portOf.provider(name, cast.providers.get(each.name)?.provider.number ?? 0),
    ),
  ]);
  const links = (what: string): Promise<void> =>
    stage.ip(
      'wires',
      ports.map((port) => `link set ${port} ${what}`),
    );
  switch (kind) {
    case 'crash':
      return {
        lost: ways,
        happen: async () => router?.crash(false),
        mend: async () => router?.start(),
      };
    case 'router':
      return {
        lost: ways,
        happen: async () => {
          await links('down');
          await router?.crash(true);
        },
        mend: async () => {
          await links('up');
          await router?.start();
        },
      };
    case 'link':
    case 'silent':
    case 'session':
      return `--fail ${kind} is of a neighbour: one of ${[...cast.providers.keys()].join(', ')}`;
  }
}
