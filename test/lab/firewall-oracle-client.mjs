// Runs in the client's namespace: sends batches of probes, one JSON line each, every probe from a port of its own, and
// prints a line when all of a batch have been dealt with, which a last probe tells that always gets an answer. What became
// of them is for the guarded machine to say: TCP of Linux does not always hear of a refusal that comes at once.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createConnection } from 'node:net';
import { createInterface } from 'node:readline';

/** Sends one probe; `refused` is called where an answer says that nobody is there. */
function send({ source, destination, protocol, port, from }, refused = () => undefined) {
  const failed = (error) => {
    if (error.code !== 'ECONNREFUSED') throw error;
    refused();
  };
  if (protocol === 'tcp') {
    const socket = createConnection({ host: destination, port, localAddress: source, localPort: from });
    socket.on('error', failed);
    return { sent: Promise.resolve(), close: () => socket.destroy() };
  }
  const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
  socket.on('error', failed);
  const sent = new Promise((resolve) => {
    socket.bind(from, source, () => socket.connect(port, destination, () => socket.send('probe', resolve)));
  });
  return { sent, close: () => socket.close() };
}

async function batch({ probes, sentinels }) {
  const sockets = probes.map((probe) => send(probe));
  await Promise.all(sockets.map(({ sent }) => sent));
  // Connections are begun in the next turn; the sentinels are sent behind them.
  await new Promise((resolve) => setTimeout(resolve, 10));
  for (const sentinel of sentinels) {
    let last;
    await new Promise((resolve) => (last = send(sentinel, resolve)));
    sockets.push(last);
  }
  for (const socket of sockets) socket.close();
}

for await (const line of createInterface(process.stdin)) {
  await batch(JSON.parse(line));
  if (!process.stdout.write('done\n')) await once(process.stdout, 'drain');
}
