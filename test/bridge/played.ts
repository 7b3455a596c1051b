// What the tests of a bridge's run play: ends whose peer is the test, a world that keeps its log, a listener whose clients the
// test sends.

import { Duplex } from 'node:stream';
import type { Bridge, Ways } from '../../src/bridge/check.ts';
import type { Client, Endpoint, Parties, Service, Serving, World } from '../../src/bridge/endpoint.ts';
import type { End, Limits, Parting, Shut } from '../../src/bridge/engines/engine.ts';
import { streams } from '../../src/bridge/engines/streams.ts';
import { Log } from '../../src/bridge/log.ts';
import type { RunSettings } from '../../src/bridge/run-settings.ts';

export const LIMITS: Limits = { ways: 'both', buffer: 512 * 1024, block: 65536, idle: 0, halfClosed: 0 };

/** An end whose peer is played by the test: `feed` is what it says, `heard` what it was told. */
export class Played {
  readonly heard: Buffer[] = [];
  readonly partings: Parting[] = [];
  readonly stream: Duplex;
  readonly end: End;
  ended = false;
  /** While it is set, writes wait in it to be let through. */
  release: (() => void)[] | undefined;

  constructor(manners: { ignoreEof?: boolean; shut?: Shut } = {}) {
    this.stream = new Duplex({
      allowHalfOpen: true,
      read: () => undefined,
      write: (chunk: Buffer, _encoding, done) => {
        this.heard.push(chunk);
        if (this.release === undefined) done();
        else this.release.push(done);
      },
      final: (done) => {
        this.ended = true;
        done();
      },
    });
    // As the endpoints do.
    this.stream.on('error', () => undefined);
    this.end = {
      label: 'played',
      input: this.stream,
      output: this.stream,
      ignoreEof: manners.ignoreEof ?? false,
      shut: manners.shut ?? 'down',
      dispose: (parting) => {
        this.partings.push(parting);
        this.stream.destroy();
      },
    };
  }

  feed(text: string | Buffer | null): void {
    this.stream.push(text === null ? null : Buffer.from(text));
  }

  get text(): string {
    return Buffer.concat(this.heard).toString();
  }
}

export const soon = (milliseconds = 20): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

/** A world that keeps its log; and settings for a run. */
export function world(limits: Partial<Limits> = {}, descriptors = { most: 1000, open: 10 }) {
  const lines: string[] = [];
  const log = new Log({
    level: 'D',
    program: 'x',
    pid: 1,
    write: (line) => lines.push(line.slice(25).trim()),
    now: () => new Date(0),
  });
  const settings: RunSettings = {
    engine: streams,
    limits: { ...LIMITS, ...limits },
    dump: undefined,
    write: () => undefined,
    descriptors: () => descriptors,
  };
  const base: Omit<World, 'many'> = { log, env: {}, atExit: () => () => undefined };
  return { lines, settings, base };
}

export function endpoint(label: string, open: Endpoint['open'], more: Partial<Endpoint> = {}): Endpoint {
  return { label, gives: true, takes: true, descriptors: 1, open, ...more };
}

export const bridge = (left: Endpoint, right: Endpoint, ways: Ways = 'both'): Bridge => ({
  left,
  right,
  ways,
});

/** A service whose clients the test sends; and the other address, each opening of which it sees. */
export function service(
  atOnce: number | undefined,
  serving: Partial<Serving> = {},
  more: Partial<Service> = {},
) {
  let take: (client: Client) => void = () => undefined;
  const listener = endpoint('listener', () => Promise.reject(new Error('not opened')), {
    service: {
      atOnce,
      serve: (_world, _use, each) => {
        take = each;
        return Promise.resolve({ ended: new Promise(() => undefined), close: () => undefined, ...serving });
      },
      ...more,
    },
  });
  const opened: Played[] = [];
  const uses: string[] = [];
  const backend = endpoint('backend', (_world, use) => {
    const played = new Played();
    opened.push(played);
    uses.push(use);
    return Promise.resolve(played.end);
  });
  /** A client comes, from an address of the internet if one is given. */
  const arrive = (address?: string): Played => {
    const client = new Played();
    take(address === undefined ? client.end : { ...client.end, parties: partiesFrom(address) });
    return client;
  };
  return { listener, backend, opened, uses, arrive };
}

function partiesFrom(address: string): Parties {
  return {
    peer: { kind: 'inet', address, port: 1000 },
    own: { kind: 'inet', address: '192.0.2.255', port: 80 },
  };
}
