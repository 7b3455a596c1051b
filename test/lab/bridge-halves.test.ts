// An end of file goes through, and the answer a second later comes back: every stream type against every other, in either
// order, whichever side asks. Real sockets, programs and TLS; the bridges run inside this process.

import { readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import t from 'tap';
import { inside } from './bridge-inside.ts';
import { eventually, folder, type Test } from './bridge-lab.ts';
import { makeCertificates } from './certificates.ts';

// On a busy machine each start and each wait takes its time.
t.setTimeout(300_000);

const LOCAL = 'bind=127.0.0.1';

/** What a peer of the bridge got, by the end of what it got. */
function heard(stream: Duplex): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (piece) => {
      text += String(piece);
    });
    stream.on('end', () => resolve(text));
    stream.on('error', (error) => resolve(`${text} ${error.message}`));
  });
}

/** Asks, and shuts down. */
async function ask(stream: Duplex): Promise<string> {
  const answer = heard(stream);
  stream.end('hello');
  return answer;
}

/** Counts, waits, answers and ends. */
async function answer(stream: Duplex): Promise<string> {
  const question = await heard(stream);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  stream.end(`got ${question.length}`);
  return question;
}

type Role = (stream: Duplex) => Promise<string>;

/** A side of a bridge: its address, and its peer in a role. */
interface Side {
  readonly address: string;
  /** What the peer in the role `ask` was answered; for the other role it need not be told. */
  readonly play: (role: Role, started: ReturnType<typeof inside>) => Promise<string>;
}

type Make = (name: string, role: 'ask' | 'answer') => Promise<Side>;

t.test('every stream type against every other', async (t) => {
  const dir = folder(t);
  const made = await makeCertificates(dir);
  const serve = `cert=${made.server},key=${made.serverKey},verify=0`;
  const pem = { key: readFileSync(made.serverKey), cert: readFileSync(made.server) };

  const dialled = (open: () => Duplex): Promise<Duplex> =>
    new Promise((resolve, reject) => {
      const stream = open();
      t.teardown(() => stream.destroy());
      stream.once('error', reject);
      stream.once('tls' in stream ? 'secureConnect' : 'connect', () => resolve(stream));
    });
  const listenerSide = (address: string, open: (port: number) => Promise<Duplex>): Side => ({
    address,
    play: async (role, started) => {
      const found = await started.until(/listening on AF=\d+ \S*?(?::(\d+))?$/m);
      return role(await open(Number(found[1] ?? 0)));
    },
  });
  /** An address that connects, and the peer that it reaches. */
  const serverSide = async (listen: (take: (stream: Duplex) => void) => Promise<string>): Promise<Side> => {
    let take: (stream: Duplex) => void = () => undefined;
    const came = new Promise<Duplex>((resolve) => {
      take = resolve;
    });
    const address = await listen(take);
    return { address, play: async (role) => role(await came) };
  };
  const tcpServer = (t: Test, take: (socket: Socket) => void, path?: string): Promise<number> =>
    new Promise((resolve) => {
      const server = createServer({ allowHalfOpen: true }, (socket) => {
        socket.on('error', () => undefined);
        t.teardown(() => socket.destroy());
        take(socket);
      });
      t.teardown(() => server.close());
      const done = (): void => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      };
      if (path === undefined) server.listen(0, '127.0.0.1', done);
      else server.listen(path, done);
    });
  const tlsServer = (version: 'TLSv1.2' | 'TLSv1.3', take: (stream: Duplex) => void): Promise<string> =>
    new Promise((resolve) => {
      const server = createTlsServer(
        { ...pem, allowHalfOpen: true, minVersion: version, maxVersion: version },
        (socket) => take(socket),
      );
      t.teardown(() => server.close());
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        const port = typeof address === 'object' && address !== null ? address.port : 0;
        resolve(`openssl:127.0.0.1:${port},cafile=${made.authority}`);
      });
    });
  const tlsClient =
    (version: 'TLSv1.2' | 'TLSv1.3') =>
    async (port: number): Promise<Duplex> => {
      const raw = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const socket = tlsConnect({
        socket: raw,
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      });
      t.teardown(() => socket.destroy());
      await new Promise((resolve, reject) => {
        socket.once('secureConnect', resolve);
        socket.once('error', reject);
      });
      return socket;
    };
  /** A program that asks or answers; what it was answered it leaves in a file. */
  const program =
    (type: string, command: (script: string) => string): Make =>
    async (name, role) => {
      const file = join(dir, `${name}.heard`);
      const script =
        role === 'ask'
          ? `printf hello; exec >&-; cat >${file}.part; mv ${file}.part ${file}`
          : 'n=$(wc -c); sleep 1; echo got $n';
      return {
        address: `${type}:${command(script)}`,
        play: async () => {
          if (role === 'answer') return '';
          const there = (): boolean => {
            try {
              return readFileSync(file).length >= 0;
            } catch {
              return false;
            }
          };
          return (await eventually(there, 30)) ? readFileSync(file, 'utf8') : 'nothing';
        },
      };
    };
  /** A proxy that speaks enough to hand on, and keeps half-closes as tinyproxy and microsocks do not. */
  const proxied =
    (address: (port: number, backend: number) => string, greet: (socket: Socket) => Promise<void>): Make =>
    async () =>
      serverSide(async (take) => {
        const backend = await tcpServer(t, take);
        const port = await tcpServer(t, (socket) => {
          void greet(socket).then(() => {
            const out = connect({ port: backend, host: '127.0.0.1', allowHalfOpen: true });
            t.teardown(() => out.destroy());
            out.on('error', () => undefined);
            socket.pipe(out);
            out.pipe(socket);
          });
        });
        return address(port, backend);
      });
  const piece = (socket: Socket): Promise<Buffer> => new Promise((resolve) => socket.once('data', resolve));

  const types: Readonly<Record<string, Make>> = {
    'TCP-LISTEN': async () =>
      listenerSide(`tcp-l:0,${LOCAL}`, (port) =>
        dialled(() => connect({ port, host: '127.0.0.1', allowHalfOpen: true })),
      ),
    'UNIX-LISTEN': async (name) => {
      const path = join(dir, name);
      return listenerSide(`unix-l:${path}`, () => dialled(() => connect({ path, allowHalfOpen: true })));
    },
    'OPENSSL-LISTEN 1.2': async () =>
      listenerSide(`openssl-listen:0,${LOCAL},${serve}`, tlsClient('TLSv1.2')),
    'OPENSSL-LISTEN 1.3': async () =>
      listenerSide(`openssl-listen:0,${LOCAL},${serve}`, tlsClient('TLSv1.3')),
    TCP: () => serverSide(async (take) => `tcp:127.0.0.1:${await tcpServer(t, take)}`),
    'UNIX-CONNECT': async (name) => {
      const path = join(dir, name);
      return serverSide(async (take) => {
        await tcpServer(t, take, path);
        return `unix-connect:${path}`;
      });
    },
    'OPENSSL 1.2': () => serverSide((take) => tlsServer('TLSv1.2', take)),
    'OPENSSL 1.3': () => serverSide((take) => tlsServer('TLSv1.3', take)),
    EXEC: program('exec', (script) => `'sh -c "${script}"'`),
    SYSTEM: program('system', (script) => `"${script.replaceAll('$', '\\$').replaceAll('\\$', '$')}"`),
    PROXY: proxied(
      (port, backend) => `proxy:127.0.0.1:127.0.0.1:${backend},proxyport=${port}`,
      async (socket) => {
        await piece(socket);
        socket.write('HTTP/1.0 200 fine\r\n\r\n');
      },
    ),
    SOCKS5: proxied(
      (port, backend) => `socks5:127.0.0.1:127.0.0.1:${backend},socksport=${port}`,
      async (socket) => {
        await piece(socket);
        socket.write(Buffer.from([5, 0]));
        await piece(socket);
        socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
      },
    ),
    SOCKS4A: proxied(
      (port, backend) => `socks4a:127.0.0.1:localhost:${backend},socksport=${port}`,
      async (socket) => {
        await piece(socket);
        socket.write(Buffer.from([0, 90, 0, 0, 0, 0, 0, 0]));
      },
    ),
    ...(Number(process.versions.node.split('.')[0]) < 22
      ? {}
      : {
          'ABSTRACT-LISTEN': async (name: string) =>
            listenerSide(`abstract-listen:${process.pid}-${name}`, () =>
              dialled(() => connect({ path: `\0${process.pid}-${name}`, allowHalfOpen: true })),
            ),
          'ABSTRACT-CONNECT': (name: string) =>
            serverSide(async (take) => {
              await tcpServer(t, take, `\0${process.pid}-${name}`);
              return `abstract-connect:${process.pid}-${name}`;
            }),
        }),
  };

  const names = Object.keys(types);
  const pairs = names.flatMap((left) => names.map((right) => ({ left, right })));
  let number = 0;
  const one = async (
    { left, right }: { left: string; right: string },
    asker: 'left' | 'right',
  ): Promise<string> => {
    const [makeLeft, makeRight] = [types[left], types[right]];
    if (makeLeft === undefined || makeRight === undefined) return 'no such type';
    const id = number++;
    const leftSide = await makeLeft(`l${id}`, asker === 'left' ? 'ask' : 'answer');
    const rightSide = await makeRight(`r${id}`, asker === 'right' ? 'ask' : 'answer');
    const started = inside(t, leftSide.address, rightSide.address, { halfClosed: 60_000 });
    // A listener on the right listens when the left one has been connected.
    const [leftHeard, rightHeard] = await Promise.all([
      leftSide.play(asker === 'left' ? ask : answer, started),
      secondOf(rightSide, left).play(asker === 'right' ? ask : answer, started),
    ]);
    const status = await started.status;
    return `${(asker === 'left' ? leftHeard : rightHeard).trim()}, status ${status}`;
  };
  /** The peer of a listener on the right has to look past the line of one on the left. */
  const secondOf = (side: Side, left: string): Side =>
    /-LISTEN/.test(left)
      ? {
          ...side,
          play: (role, started) =>
            side.play(role, {
              ...started,
              until: async (pattern, seconds) => {
                const after = /accepting connection from[\s\S]*/;
                const accepted = await started.until(/accepting connection/, seconds);
                await started.until(
                  new RegExp(`accepting connection[\\s\\S]*${pattern.source}`, pattern.flags),
                  seconds,
                );
                const rest = after.exec(started.log())?.[0] ?? '';
                return pattern.exec(rest) ?? accepted;
              },
            }),
        }
      : side;
  const wrong: string[] = [];
  const jobs = pairs.flatMap((pair) => (['left', 'right'] as const).map((asker) => ({ pair, asker })));
  // So many at a time: each of them is a second of waiting.
  const workers = Array.from({ length: 90 }, async () => {
    for (let job = jobs.pop(); job !== undefined; job = jobs.pop()) {
      const { pair, asker } = job;
      const outcome = await one(pair, asker).catch((error: unknown) => String(error));
      if (outcome !== 'got 5, status 0')
        wrong.push(`${pair.left} and ${pair.right}, the ${asker} one asks: ${outcome}`);
    }
  });
  await Promise.all(workers);
  t.strictSame(wrong, [], `${names.length} types, ${pairs.length * 2} conversations`);
  t.ok(names.length >= 13);
});
