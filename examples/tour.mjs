// `npm start`: installs what npm must, builds, and shows the main jobs on the inputs in this folder, each with the command
// that ran and what came of it. Needs nothing else on the machine; with MariaDB installed the bridge leads to a real one.
// `--built` goes without installing and building.

import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from '../tools/build.mjs';
import { installPackages, top } from '../tools/setup.mjs';

/** Lines of an answer that are shown; the rest is counted. */
const SHOWN = 14;

const env = { ...process.env, PATH: `${join(top, 'test/bin')}${delimiter}${process.env.PATH ?? ''}` };
// Read at every start of Node 20; nothing in the tour leaves this machine.
delete env.NODE_EXTRA_CA_CERTS;
const folder = mkdtempSync(join(tmpdir(), 'penstock-tour-'));
const started = [];
let failures = 0;

function title(text) {
  console.log(`\n=== ${text}\n`);
}

/** Runs a command line in a shell, shows it and what it printed, and holds it to its exit status. */
function show(command, { status = 0, lines = SHOWN } = {}) {
  console.log(`$ ${command}`);
  const ended = spawnSync('bash', ['-o', 'pipefail', '-c', command], {
    cwd: top,
    env,
    encoding: 'utf8',
    timeout: 60_000,
  });
  print(`${ended.stdout}${ended.stderr}`, lines);
  if (ended.status !== status) {
    failures++;
    console.log(`  !! exit status ${ended.status}, expected ${status}`);
  } else if (status !== 0) console.log(`  (exit status ${status})`);
  console.log();
  return ended.stdout;
}

function print(text, lines) {
  const all = text.split('\n');
  if (all.at(-1) === '') all.pop();
  for (const line of all.slice(0, lines)) console.log(`  ${line}`);
  if (all.length > lines) console.log(`  ... (${all.length - lines} lines more)`);
}

/** Starts a program that stays, shown as one would type it; it is ended with the tour. */
function begin(command, args, shown = `${command} ${args.join(' ')}`) {
  console.log(`$ ${shown} &`);
  const child = spawn(command, args, { cwd: top, env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said += text;
  });
  started.push(child);
  return { child, said: () => said };
}

/** Waits until something is true, 10 s at most. */
async function until(what, test) {
  for (let tries = 0; tries < 200; tries++) {
    if (await test()) return;
    await sleep(50);
  }
  throw new Error(`waited 10 s for ${what}`);
}

function listens(address) {
  return new Promise((resolve) => {
    const socket = connect(address, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}

/** A free TCP port on loopback. */
function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

function installed(...names) {
  return names.every((name) => spawnSync('sh', ['-c', `command -v ${name}`], { env }).status === 0);
}

async function bridge() {
  title('1. Bridge: a server behind a unix socket, reached over TCP');
  const socket = join(folder, 'mysqld.sock');
  const port = await freePort();
  const root = process.getuid?.() === 0;
  const real = installed('mariadbd', 'mariadb-install-db', 'mariadb') && (!root || installed('runuser'));
  if (real) {
    const user = root ? 'mysql' : userInfo().username;
    const data = join(folder, 'data');
    chmodSync(folder, 0o711);
    const prepared = spawnSync(
      'mariadb-install-db',
      [`--user=${user}`, `--datadir=${data}`, '--auth-root-authentication-method=normal'],
      { encoding: 'utf8' },
    );
    if (prepared.status !== 0) throw new Error(`mariadb-install-db: ${prepared.stderr}`);
    if (root) spawnSync('chown', ['mysql', folder]);
    begin(
      'mariadbd',
      [
        '--no-defaults',
        `--user=${user}`,
        `--datadir=${data}`,
        `--socket=${socket}`,
        '--skip-networking',
        `--pid-file=${folder}/pid`,
      ],
      'mariadbd --skip-networking --socket=mysqld.sock ...',
    );
  } else {
    console.log('(MariaDB is not installed: an echo server behind a unix socket stands in)');
    const echo = createServer({ allowHalfOpen: true }, (connection) => {
      connection.on('error', () => undefined);
      connection.pipe(connection);
    }).listen(socket);
    started.push({ kill: () => echo.close() });
  }
  await until('the server', () => listens({ path: socket }));
  const line = [`tcp-l:${port},reuseaddr,fork,bind=127.0.0.1`, `unix:${socket}`];
  const relay = begin('sockbridge', ['-v', ...line]);
  await until('the bridge', () => listens({ host: '127.0.0.1', port }));
  if (real) {
    const client = `mariadb --no-defaults --user=root --host=127.0.0.1 --port=${port} --protocol=tcp --skip-ssl`;
    const plain = spawnSync('bash', ['-c', `${client} -e 'SELECT 1'`], { env }).status === 0;
    show(`${plain ? client : client.replace(' --skip-ssl', '')} -e "SELECT VERSION(), @@skip_networking"`);
  } else {
    const answer = await new Promise((resolve, reject) => {
      let text = '';
      const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      socket.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      socket.on('end', () => resolve(text)).on('error', reject);
      socket.end('hello through the bridge\n');
    });
    console.log(`$ echo hello through the bridge | nc -N 127.0.0.1 ${port}`);
    print(answer, SHOWN);
    if (answer !== 'hello through the bridge\n') failures++;
  }
  await until('the dump', () => relay.said() !== '');
  console.log('What the bridge printed of it (-v):');
  print(relay.said().replace(/[^\n -~]/g, '.'), 6);
  console.log();
}

function firewall() {
  title('2. Firewall: an inventory in, rules out');
  show('cloudhosts < examples/describe-instances.json | cut -c1-150', { lines: 6 });
  show('cloudhosts < examples/describe-instances.json | fwgen emit --ports 22,80,3690,4949,8140', {
    lines: 30,
  });
  show('cloudhosts < examples/ec2-describe-instances.txt | fwgen emit --ports 22,80 --target nftables', {
    lines: 20,
  });
  show('cloudhosts < examples/describe-instances.json | fwgen emit --ports 22 --target commands', {
    lines: 8,
  });
}

function bgp() {
  title('3. BGP: a site in one file, the configuration of its routers out');
  show('bgpgen check examples/site.yaml');
  show('bgpgen emit examples/site.yaml --router r1 --target frr', { lines: 40 });
  show('sed s,198.51.100.0/24,198.51.100.1/24, examples/site.yaml | bgpgen check -', { status: 65 });
}

function sets() {
  title('4. Sets of addresses in pipes');
  show('cidr merge examples/office.txt examples/vpn.txt');
  show('cidr subtract 10.1.0.0/20 examples/vpn.txt');
  show('cidr contains examples/vpn.txt 10.1.9.7 && echo yes');
  show('echo 010.0.0.1 | cidr merge', { status: 65 });
}

if (!process.argv.includes('--built')) {
  installPackages();
  await build();
}
try {
  if (!existsSync(join(top, 'dist/programs'))) throw new Error('not built: run npm start');
  await bridge();
  firewall();
  bgp();
  sets();
  console.log(
    failures === 0
      ? 'All of it worked. The manual pages are in man/: man ./man/sockbridge.1'
      : `${failures} steps did not do what they should`,
  );
} finally {
  for (const child of started.reverse()) child.kill('SIGTERM');
  await Promise.all(
    started.map((child) =>
      child.once === undefined || child.exitCode !== null || child.signalCode !== null
        ? Promise.resolve()
        : new Promise((resolve) => child.once('close', resolve)),
    ),
  );
  rmSync(folder, { recursive: true, force: true });
}
if (failures > 0) process.exitCode = 1;
