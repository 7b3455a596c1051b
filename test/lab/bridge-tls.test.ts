// TLS addresses against openssl(1), stunnel(8), socat(1) and Node's own tls: who is trusted, which versions, what breaks.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import t from 'tap';
import { checkBridge } from '../../src/bridge/check.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { Log } from '../../src/bridge/log.ts';
import { Source } from '../../src/document/source.ts';
import { cleanEnv, run } from '../spawn.ts';
import { inside } from './bridge-inside.ts';
import { all, backend, bridge, dial, eventually, folder, freePort, type Test } from './bridge-lab.ts';
import { type Certificates, makeCertificates } from './certificates.ts';

// On a busy machine each start and each wait takes its time.
t.setTimeout(300_000);

const LOCAL = 'bind=127.0.0.1';

function lacks(tool: string): { skip: string } | Record<string, never> {
  return spawnSync('which', [tool]).status === 0 ? {} : { skip: `not installed: ${tool}` };
}

/** A process of somebody else's, ended with the test; settles when its output matches. */
async function peer(
  t: Test,
  command: string,
  args: readonly string[],
  ready?: RegExp,
): Promise<() => string> {
  const child = spawn(command, args, { env: cleanEnv(), stdio: ['ignore', 'pipe', 'pipe'] });
  t.teardown(() => child.kill('SIGKILL'));
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
  if (ready !== undefined && !(await eventually(() => ready.test(text), 20)))
    throw new Error(`${command} does not say ${ready}: ${text}`);
  return () => text;
}

t.test('TLS', lacks('openssl'), async (t) => {
  const dir = folder(t);
  const made: Certificates = await makeCertificates(dir);
  const serve = `cert=${made.server},key=${made.serverKey}`;

  t.test('a client of openssl s_client, in both versions, is served', async (t) => {
    for (const version of ['tls1_2', 'tls1_3']) {
      const bridge = inside(
        t,
        `openssl-listen:0,${LOCAL},${serve},verify=0`,
        'system:read word; echo got $word',
      );
      const { stdout } = await run(
        'openssl',
        [
          's_client',
          '-connect',
          `127.0.0.1:${await bridge.port()}`,
          '-quiet',
          `-${version}`,
          '-CAfile',
          made.authority,
          '-verify_return_error',
        ],
        { input: 'hello\n' },
      );
      t.equal(stdout, 'got hello\n', version);
      t.equal(await bridge.status, 0);
      t.match(bridge.log(), /TLS connection established with AF=2 127\.0\.0\.1:\d+: TLSv1\.[23], TLS_/);
    }
  });

  t.test('a server of openssl s_server is asked', async (t) => {
    for (const [version, word] of [
      ['tls1_2', 'TLS1.2'],
      ['tls1_3', 'TLS1.3'],
    ] as const) {
      const port = await freePort();
      await peer(
        t,
        'openssl',
        [
          's_server',
          '-accept',
          `127.0.0.1:${port}`,
          '-cert',
          made.server,
          '-key',
          made.serverKey,
          '-rev',
          `-${version}`,
        ],
        /ACCEPT/,
      );
      const { port: front } = await before(
        t,
        `openssl:localhost:${port},cafile=${made.authority},pf=ip4,method=${word}`,
      );
      const client = await dial(t, front);
      client.write('hello\n');
      t.equal(
        await new Promise((resolve) => client.once('data', (piece) => resolve(String(piece)))),
        'olleh\n',
        word,
      );
    }
  });

  t.test('stunnel as client and as server', lacks('stunnel'), async (t) => {
    const echo = await backend(t, 'tcp', (socket) => void socket.pipe(socket));
    const listener = inside(
      t,
      `openssl-listen:0,${LOCAL},fork,${serve},cafile=${made.authority}`,
      `tcp:127.0.0.1:${echo.port}`,
    );
    const [into, out] = [await freePort(), await freePort()];
    const settings = join(dir, 'stunnel.conf');
    writeFileSync(
      settings,
      [
        'foreground = yes',
        'pid =',
        'debug = notice',
        '[into]',
        'client = yes',
        `accept = 127.0.0.1:${into}`,
        `connect = 127.0.0.1:${await listener.port()}`,
        `cert = ${made.other}`,
        `key = ${made.otherKey}`,
        `CAfile = ${made.authority}`,
        'verifyChain = yes',
        'checkHost = localhost',
        '[out]',
        `accept = 127.0.0.1:${out}`,
        `connect = 127.0.0.1:${echo.port}`,
        `cert = ${made.server}`,
        `key = ${made.serverKey}`,
        `CAfile = ${made.authority}`,
        'verifyChain = yes',
        'requireCert = yes',
        '',
      ].join('\n'),
    );
    await peer(t, 'stunnel', [settings], /Configuration successful/);
    for (const where of [
      into,
      (
        await before(
          t,
          `ssl:127.0.0.1:${out},cafile=${made.authority},cert=${made.other},key=${made.otherKey}`,
        )
      ).port,
    ]) {
      let socket = await dial(t, where).catch(() => undefined);
      for (let tries = 0; socket === undefined && tries < 100; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 50));
        socket = await dial(t, where).catch(() => undefined);
      }
      socket?.write('through stunnel');
      t.equal(
        await new Promise((resolve) => socket?.once('data', (piece) => resolve(String(piece)))),
        'through stunnel',
      );
      socket?.destroy();
    }
  });

  t.test('socat on the other side, both roles', lacks('socat'), async (t) => {
    const listener = inside(t, `openssl-listen:0,${LOCAL},${serve},cafile=${made.authority}`, 'PIPE');
    const theirs = await run(
      'socat',
      [
        '-t',
        '5',
        '-',
        `openssl:localhost:${await listener.port()},pf=ip4,cafile=${made.authority},cert=${made.other},key=${made.otherKey}`,
      ],
      { input: 'to socat and back' },
    );
    t.match(theirs, { status: 0, stdout: 'to socat and back' });
    const port = await freePort();
    await peer(
      t,
      'socat',
      ['-d', '-d', `openssl-listen:${port},bind=127.0.0.1,${serve},verify=0`, 'PIPE'],
      /listening on/,
    );
    const client = await dial(
      t,
      (await before(t, `openssl:localhost:${port},pf=ip4,cafile=${made.authority}`)).port,
    );
    client.end('from socat and back');
    t.equal((await all(client)).text, 'from socat and back');
  });

  t.test('whom a client trusts', async (t) => {
    const port = (key: string, cert: string): Promise<number> =>
      new Promise((resolve) => {
        const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (socket) =>
          socket.on('error', () => undefined).end('served'),
        );
        server.on('tlsClientError', () => undefined);
        t.teardown(() => server.close());
        server.listen(0, '127.0.0.1', () => {
          const address = server.address();
          resolve(typeof address === 'object' && address !== null ? address.port : 0);
        });
      });
    const good = await port(made.serverKey, made.server);
    const other = await port(made.otherKey, made.other);
    const strange = await port(made.strangerKey, made.stranger);
    const late = await port(join(dir, 'expired.key'), made.expired);
    const trust = `cafile=${made.authority}`;
    const rows: readonly (readonly [address: string, outcome: RegExp, reason: string])[] = [
      [`localhost:${good},pf=ip4,${trust}`, /^served$/, 'the authority is trusted and the name is right'],
      [`127.0.0.1:${good},${trust}`, /^served$/, 'an address among the names'],
      [`127.0.0.1:${good},capath=${made.folder}`, /^served$/, 'by a folder of hashes'],
      [`127.0.0.1:${strange},cafile=${made.stranger}`, /^served$/, 'self-signed and trusted itself'],
      [
        `127.0.0.1:${good}`,
        /E .*certificate is refused: (?:who issued it|unable)/,
        'the machine does not trust the lab',
      ],
      [`127.0.0.1:${strange},${trust}`, /E .*refused: it is self-signed and not trusted/, 'a stranger'],
      [`127.0.0.1:${strange},verify=0`, /^served$/, 'not looked at'],
      [`127.0.0.1:${late},${trust}`, /E .*refused: it has expired/, 'expired'],
      [`127.0.0.1:${other},${trust}`, /E .*certificate is not for "127\.0\.0\.1"/, 'another name'],
      [`127.0.0.1:${other},${trust},cn=client.example`, /^served$/, 'the name that was asked for'],
      [`127.0.0.1:${other},${trust},commonname=`, /^served$/, 'any name'],
      [
        `127.0.0.1:${good},${trust},commonname=example.org`,
        /E .*not for "example\.org"/,
        'a name that it has not',
      ],
      [
        `127.0.0.1:${good},${trust},max-version=TLS1.2,ciphers=NONSENSE`,
        /E .*TLS: no cipher match/,
        'ciphers that there are not',
      ],
      [
        `127.0.0.1:${good},cafile=${dir}/none`,
        /E .*option openssl-cafile: .*none: No such file or directory/,
        'a file that is not there',
      ],
      [
        `127.0.0.1:${good},capath=${dir}`,
        /E .*option openssl-capath: .* has no certificate under its hash/,
        'a folder without hashes',
      ],
      [
        `127.0.0.1:${good},cert=${made.other},key=${made.serverKey}`,
        /E .*TLS: key values mismatch/,
        'a key of somebody else',
      ],
    ];
    for (const [address, outcome, reason] of rows) {
      const left = inside(t, `tcp-l:0,${LOCAL}`, `openssl:${address}`);
      const port = await left.port();
      const client = await dial(t, port).catch(() => undefined);
      client?.end();
      const text = client === undefined ? '' : (await all(client)).text;
      const status = await left.status;
      const said = text === '' ? (/^.* E .*$/m.exec(left.log())?.[0] ?? '') : text;
      t.match(said, outcome, `${address}: ${reason}`);
      t.equal(status, text === 'served' ? 0 : 1, reason);
    }
  });

  t.test('whom a listener lets in', async (t) => {
    const ask = (port: number, more: object): Promise<string> =>
      new Promise((resolve) => {
        const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false, ...more });
        let text = '';
        socket.on('data', (piece) => {
          text += String(piece);
        });
        socket.on('error', (error) =>
          resolve(`error ${'code' in error ? String(error.code) : error.message}`),
        );
        socket.on('end', () => resolve(text));
      });
    const known = { cert: readFileSync(made.other), key: readFileSync(made.otherKey) };
    const unknown = { cert: readFileSync(made.stranger), key: readFileSync(made.strangerKey) };
    const listener = inside(t, `ssl-l:0,${LOCAL},fork,${serve},cafile=${made.authority}`, 'exec:echo served');
    const port = await listener.port();
    t.equal(await ask(port, known), 'served\n', 'a certificate of the authority');
    t.not(await ask(port, {}), 'served\n', 'none');
    await listener.until(/E ssl-l:0: the peer has no certificate/);
    t.not(await ask(port, unknown), 'served\n', 'a strange one');
    await listener.until(/E ssl-l:0: the peer's certificate is refused: it is self-signed and not trusted/);
    t.equal(
      (listener.log().match(/started echo/g) ?? []).length,
      1,
      'the other address was opened only for the one',
    );
    const named = inside(
      t,
      `ssl-l:0,${LOCAL},fork,${serve},cafile=${made.authority},cn=client.example`,
      'exec:echo served',
    );
    t.equal(await ask(await named.port(), known), 'served\n', 'the name that was asked for');
    const misnamed = inside(
      t,
      `ssl-l:0,${LOCAL},fork,${serve},cafile=${made.authority},cn=somebody.example`,
      'exec:echo served',
    );
    t.not(await ask(await misnamed.port(), known), 'served\n', 'another name');
    await misnamed.until(/E .*not for "somebody\.example"/);
  });

  t.test('who does not go on with the handshake, or speaks something else', async (t) => {
    const listener = inside(t, `ssl-l:0,${LOCAL},fork,${serve},verify=0,handshake-timeout=0.3`, 'PIPE');
    const port = await listener.port();
    const silent = await dial(t, port);
    await listener.until(/E .*TLS handshake with AF=2 127\.0\.0\.1:\d+: no handshake in time/);
    t.ok(await eventually(() => silent.destroyed || silent.readableEnded), 'he is cut off');
    const plain = await dial(t, port);
    plain.write('GET / HTTP/1.0\r\n\r\n');
    await listener.until(
      /E .*TLS handshake with .*: (?:http request|wrong version number|packet length too long)/,
    );
    const gone = await dial(t, port);
    gone.resetAndDestroy();
    await listener.until(
      /E .*TLS handshake with .*: (?:the client (?:closed the connection|has gone)|Connection reset by peer)/,
    );
    const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false });
    t.teardown(() => socket.destroy());
    socket.write('still there');
    t.equal(
      await new Promise((resolve) => socket.once('data', (piece) => resolve(String(piece)))),
      'still there',
    );
  });

  t.test('versions, ciphers, names that are asked for', async (t) => {
    const seen: { version: string | null; cipher: string; name: unknown }[] = [];
    const server = createTlsServer(
      { key: readFileSync(made.serverKey), cert: readFileSync(made.server) },
      (socket) => {
        seen.push({
          version: socket.getProtocol(),
          cipher: socket.getCipher().name,
          name: 'servername' in socket ? socket.servername : '',
        });
        socket.on('error', () => undefined).end();
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.teardown(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const rows: readonly (readonly [string, object, string])[] = [
      ['127.0.0.1', { version: 'TLSv1.3', name: false }, 'an address is not asked for by name'],
      ['localhost', { name: 'localhost' }, 'a name is'],
      ['localhost,no-sni', { name: false }, 'unless that is not wanted'],
      ['localhost,snihost=other.example', { name: 'other.example' }, 'another one'],
      ['localhost,cn=client.example', { name: 'client.example' }, 'that of the certificate'],
      ['127.0.0.1,method=TLS1.2', { version: 'TLSv1.2' }, 'one version'],
      [
        '127.0.0.1,max-version=TLS1.2,ciphers=ECDHE-ECDSA-AES256-GCM-SHA384',
        { version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
        'a cipher',
      ],
      [
        '127.0.0.1,ciphers=TLS_AES_128_GCM_SHA256',
        { version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
        'a cipher of 1.3',
      ],
      ['127.0.0.1,min-version=TLS1.3,maxsendfrag=512', { version: 'TLSv1.3' }, 'small records'],
    ];
    for (const [text, expected, reason] of rows) {
      const [host = '', ...options] = text.split(',');
      const started = inside(
        t,
        'exec:true',
        [`openssl:${host}:${port}`, 'pf=ip4', 'verify=0', ...options].join(','),
      );
      await started.until(/TLS connection established/);
      t.ok(await eventually(() => seen.length > 0));
      t.match(seen.pop(), expected, `${text}: ${reason}`);
      await started.status;
    }
  });

  t.test('what breaks off is an error on either side', async (t) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const sink = await backend(t, 'tcp', () => undefined);
      const started = inside(t, `ssl-l:0,${LOCAL},${serve},verify=0`, `tcp:127.0.0.1:${sink.port}`);
      const raw = connect({ port: await started.port(), host: '127.0.0.1' });
      raw.on('error', () => undefined);
      const client = tlsConnect({
        socket: raw,
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      });
      client.on('error', () => undefined);
      await new Promise((resolve) => client.once('secureConnect', resolve));
      client.write('half a');
      const [served] = await (async () => {
        await eventually(() => sink.sockets.size > 0);
        return sink.sockets;
      })();
      const end = served === undefined ? Promise.resolve(undefined) : all(served);
      await new Promise((resolve) => setTimeout(resolve, 100));
      raw.resetAndDestroy();
      t.equal(await started.status, 1, `${version}: a client that resets`);
      t.match(started.log(), /E read on socket 1 .*: Connection reset by peer/);
      t.match(await end, { error: 'ECONNRESET' }, 'the backend is told so');

      const breaking = await backend(t, 'tcp', (socket) => {
        socket.write('half an');
        setTimeout(() => socket.resetAndDestroy(), 100);
      });
      const other = inside(t, `ssl-l:0,${LOCAL},${serve},verify=0`, `tcp:127.0.0.1:${breaking.port}`);
      const told = tlsConnect({
        port: await other.port(),
        host: '127.0.0.1',
        rejectUnauthorized: false,
        minVersion: version,
        maxVersion: version,
      });
      const heard = await new Promise<string>((resolve) => {
        let text = '';
        told.on('data', (piece) => {
          text += String(piece);
        });
        told.on('error', (error) =>
          resolve(`${text} ${'code' in error ? String(error.code) : error.message}`),
        );
        told.on('end', () => resolve(`${text} end`));
      });
      t.equal(await other.status, 1, `${version}: a backend that resets`);
      t.equal(heard, 'half an ECONNRESET', 'the client does not take it for the whole');
    }
  });

  t.test('16 MiB each way, byte for byte', async (t) => {
    const size = 16 * 1024 * 1024;
    const payload = Buffer.alloc(size, 'penstock over TLS. ');
    const echo = await backend(t, 'tcp', (socket) => void socket.pipe(socket));
    const inner = inside(t, `ssl-l:0,${LOCAL},${serve},verify=0`, `tcp:127.0.0.1:${echo.port}`);
    const outer = inside(
      t,
      `tcp-l:0,${LOCAL}`,
      `openssl:127.0.0.1:${await inner.port()},cafile=${made.authority}`,
    );
    const client = await dial(t, await outer.port());
    const pieces: Buffer[] = [];
    const done = new Promise<void>((resolve) => client.once('end', resolve));
    client.on('data', (piece: Buffer) => pieces.push(piece));
    client.end(payload);
    await done;
    t.ok(Buffer.concat(pieces).equals(payload));
    t.strictSame([await inner.status, await outer.status], [0, 0]);
  });

  t.test('certificates are read again when that is asked for, and kept where they can not be', async (t) => {
    const cert = join(dir, 'current.pem');
    const key = join(dir, 'current.key');
    const put = (from: string, fromKey: string): void => {
      writeFileSync(cert, readFileSync(from));
      writeFileSync(key, readFileSync(fromKey));
    };
    put(made.server, made.serverKey);
    const { bridge } = checkBridge(
      new Source('A', `ssl-l:0,${LOCAL},fork,cert=${cert},key=${key},verify=0`),
      new Source('B', 'PIPE'),
      'both',
      KINDS,
    );
    const endpoint = bridge?.left;
    let text = '';
    const reloads: (() => Promise<void>)[] = [];
    const world = {
      log: new Log({
        level: 'I',
        program: 'x',
        pid: 1,
        now: () => new Date(),
        write: (line) => {
          text += line;
        },
      }),
      env: {},
      many: true,
      atExit: () => () => undefined,
      onReload: (each: () => Promise<void>) => {
        reloads.push(each);
        return () => undefined;
      },
    };
    const reload = async (): Promise<void> => {
      for (const each of reloads) await each();
    };
    const serving = await endpoint?.service?.serve(world, 'both', (end) => end.dispose('done'));
    t.teardown(() => serving?.close());
    const port = Number(/listening on AF=2 \S+:(\d+)/.exec(text)?.[1]);
    const subject = (): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.on('error', reject);
      });
    t.equal(await subject(), 'localhost');
    put(made.other, made.otherKey);
    t.equal(await subject(), 'localhost', 'not by itself');
    await reload();
    t.equal(await subject(), 'client.example');
    writeFileSync(key, 'nonsense');
    await t.rejects(reload(), /ssl-l:0: TLS: /);
    t.equal(await subject(), 'client.example', 'what it had is kept');
  });

  t.test('as a process: the statuses', async (t) => {
    const listener = bridge(t, ['-dd', `ssl-l:0,${LOCAL},cert=${made.serverBoth},verify=0`, 'PIPE']);
    const { stdout, status } = await run(
      'sockbridge',
      ['-', `openssl:localhost:${await listener.port()},pf=ip4,cafile=${made.authority}`],
      { input: 'both ends' },
    );
    t.strictSame([stdout, status, (await listener.ended).status], ['both ends', 0, 0]);
    const refused = await run('sockbridge', ['-', `openssl:127.0.0.1:${await freePort()}`]);
    t.match(refused, {
      status: 1,
      stderr: /E openssl:127\.0\.0\.1:\d+: connect\(AF=2 127\.0\.0\.1:\d+\): Connection refused\n/,
    });
  });
});

/** A TCP listener before an address that connects. */
async function before(t: Test, address: string): Promise<{ readonly port: number }> {
  return { port: await inside(t, `tcp-l:0,${LOCAL}`, address).port() };
}
