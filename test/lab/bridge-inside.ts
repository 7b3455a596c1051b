// A bridge that runs inside the test's own process, on real sockets and programs: what a lab of many pairs costs is then
// the pairs and not as many starts of Node.

import { checkBridge, type Ways } from '../../src/bridge/check.ts';
import type { Endpoint } from '../../src/bridge/endpoint.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { streams } from '../../src/bridge/engines/streams.ts';
import { Log } from '../../src/bridge/log.ts';
import { run } from '../../src/bridge/run.ts';
import { Source } from '../../src/document/source.ts';
import type { Test } from './bridge-lab.ts';

/** A bridge at work. */
export interface Inside {
  /** Its exit status. */
  readonly status: Promise<number>;
  /** What its log says so far. */
  readonly log: () => string;
  /** Waits until the log matches. */
  readonly until: (pattern: RegExp, seconds?: number) => Promise<RegExpExecArray>;
  /** The port that it listens on. */
  readonly port: () => Promise<number>;
}

/** Settings that a command line would have brought. */
export interface InsideSettings {
  readonly ways?: Ways;
  readonly halfClosed?: number;
  readonly idle?: number;
  readonly block?: number;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** An endpoint whose listener and ends are let go of at the end of the test: a run has nobody to tell it to stop. */
function keeping(endpoint: Endpoint, keep: (task: () => void) => void): Endpoint {
  const { service } = endpoint;
  return {
    ...endpoint,
    open: async (world, use) => {
      const end = await endpoint.open(world, use);
      keep(() => end.dispose('cut'));
      return end;
    },
    ...(service === undefined
      ? {}
      : {
          service: {
            ...service,
            serve: async (world, use, take) => {
              const serving = await service.serve(world, use, (end) => {
                keep(() => end.dispose('cut'));
                take(end);
              });
              keep(() => serving.close());
              return serving;
            },
          },
        }),
  };
}

/** Starts a bridge between two addresses; what it keeps for the end of a process is done at the end of the test. */
export function inside(t: Test, left: string, right: string, settings: InsideSettings = {}): Inside {
  const { ways = 'both', halfClosed = 20_000, idle = 0, block = 65536, env = process.env } = settings;
  const { bridge, diagnostics } = checkBridge(
    new Source('ADDRESS1', left),
    new Source('ADDRESS2', right),
    ways,
    KINDS,
  );
  if (bridge === undefined)
    throw new Error(`${left} ${right}: ${diagnostics.map(({ message }) => message).join('; ')}`);
  let text = '';
  let wake: (() => void)[] = [];
  const log = new Log({
    level: 'I',
    program: 'inside',
    pid: process.pid,
    now: () => new Date(),
    write: (line) => {
      text += line;
      for (const each of wake.splice(0)) each();
    },
  });
  const tasks = new Set<() => void>();
  t.teardown(() => {
    for (const task of tasks) task();
  });
  const kept = (endpoint: Endpoint): Endpoint => keeping(endpoint, (task) => tasks.add(task));
  const status = run(
    { ...bridge, left: kept(bridge.left), right: kept(bridge.right) },
    {
      engine: streams,
      descriptors: () => ({ most: 10_000, open: 100 }),
      dump: undefined,
      write: () => undefined,
      limits: { ways, buffer: 256 * 1024, block, idle, halfClosed },
    },
    {
      log,
      env,
      atExit: (task) => {
        tasks.add(task);
        return () => tasks.delete(task);
      },
    },
  );
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const each of wake.splice(0)) each();
  };
  status.then(end, end);
  const until = async (pattern: RegExp, seconds = 20): Promise<RegExpExecArray> => {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      const found = pattern.exec(text);
      if (found !== null) return found;
      if (ended || Date.now() > deadline) throw new Error(`no ${pattern} in the log:\n${text}`);
      await new Promise<void>((resolve) => {
        wake = [...wake, resolve];
        setTimeout(resolve, 100);
      });
    }
  };
  return {
    status,
    log: () => text,
    until,
    port: async () => Number((await until(/listening on (?:UDP )?AF=\d+ \S+:(\d+)/))[1]),
  };
}
