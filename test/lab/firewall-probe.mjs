// Runs in the client's namespace: sends probes and prints "INDEX VERDICT" for each that is answered. In the guarded one
// (`listen PORT ...`) it answers: TCP that comes through the filter is connected, UDP gets ICMP "port unreachable". The
// site's own rule at the end answers otherwise: a reset, or "administratively prohibited" with the errno that the kernel
// makes of it (icmp_err_convert in net/ipv4/icmp.c, tab_unreach in net/ipv6/icmp.c).

import { createSocket } from 'node:dgram';
import { createConnection, createServer } from 'node:net';
import { text } from 'node:stream/consumers';

const TCP = { connected: 'accept', ECONNREFUSED: 'return' };
const UDP = { ECONNREFUSED: 'accept', EHOSTUNREACH: 'return', EACCES: 'return' };

function listen(ports) {
  let left = ports.length;
  for (const port of ports) {
    const server = createServer((socket) => socket.on('error', () => undefined).resume());
    server.listen(port, '::', () => {
      if (--left === 0) process.stdout.write('ready\n');
    });
  }
}

function probe({ probes, answers, guard }) {
  let answered = 0;
  const answer = (index, word) => {
    process.stdout.write(`${index} ${word}\n`);
    // Whatever answers after the last one that should is looked at too.
    if (++answered === answers) setTimeout(() => process.exit(), 50);
  };
  for (const [index, { source, protocol, port }] of probes.entries()) {
    const host = guard[source.includes(':') ? 6 : 4];
    if (protocol === 'tcp') {
      const socket = createConnection({ host, port, localAddress: source }, () => {
        answer(index, TCP.connected);
        socket.destroy();
      });
      socket.on('error', ({ code }) => answer(index, TCP[code] ?? code));
    } else {
      const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
      // The error comes to the next call too, whichever is made first.
      let done = false;
      const failed = ({ code }) => {
        if (done) return;
        done = true;
        answer(index, UDP[code] ?? code);
        socket.close();
      };
      socket.on('error', failed);
      socket.bind(0, source, () => socket.connect(port, host, () => socket.send('probe')));
    }
  }
  if (answers === 0) setTimeout(() => process.exit(), 50);
  // An answer that is missing is told by the test, as a verdict that differs; here it must only end.
  setTimeout(() => process.exit(), 10_000);
}

if (process.argv[2] === 'listen') listen(process.argv.slice(3).map(Number));
else probe(JSON.parse(await text(process.stdin)));
