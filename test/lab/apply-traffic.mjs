// Traffic that never stops, in the client's namespace: `from ADDRESS` sends datagrams to PORT of the machine as fast as the
// kernel takes them, until its standard input ends; then it says how many there were.

import { createSocket } from 'node:dgram';

const [source, destination, port] = process.argv.slice(2);
const socket = createSocket(source.includes(':') ? 'udp6' : 'udp4');
let sent = 0;
let over = false;
process.stdin.on('end', () => {
  over = true;
});
process.stdin.resume();

function some() {
  if (over) {
    process.stdout.write(`${sent}\n`);
    socket.close();
    return;
  }
  let left = 20;
  for (let i = 0; i < 20; i++)
    socket.send('traffic', Number(port), destination, () => {
      sent++;
      if (--left === 0) setTimeout(some, 1);
    });
}

socket.bind(0, source, () => {
  process.stdout.write('ready\n');
  some();
});
