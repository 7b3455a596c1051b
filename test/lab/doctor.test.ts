// fwgen doctor in namespaces where 169.254.169.254 is what it is on an instance: there, rejected, dropped by a filter,
// without a route, and two hops away with answers whose hop limit is one.

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import t from 'tap';
import { run, start } from '../spawn.ts';

const CONTAINER = `pd${process.pid}c`;
const ROUTER = `pd${process.pid}r`;
const INSTANCE = `pd${process.pid}i`;

const skip = await reason();

async function reason(): Promise<false | string> {
  if (process.getuid?.() !== 0) return 'namespaces take root';
  for (const tool of ['ip', 'iptables', 'python3', 'unshare'])
    if ((await run('which', [tool])).status !== 0) return `${tool} is not installed`;
  const { status, stderr } = await run('unshare', ['-n', 'true']);
  return status === 0 ? false : `no namespaces here: ${stderr.trim()}`;
}

async function must(...argv: readonly string[]): Promise<void> {
  const [command = '', ...words] = argv;
  const ended = await run(command, words);
  if (ended.status !== 0) throw new Error(`${argv.join(' ')}: ${ended.stderr}`);
}

/** The metadata service; the answers that carry a token leave with the hop limit that is asked for, as Amazon's do. */
const SERVICE = `
import http.server, socket, sys
class Service(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.0'
    def say(self, status, text):
        self.send_response(status); self.end_headers(); self.wfile.write(text.encode())
    def do_PUT(self):
        self.connection.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, int(sys.argv[1]))
        self.say(200, 'token')
    def do_HEAD(self): self.say(200, '')
    def do_GET(self):
        if self.headers.get('X-aws-ec2-metadata-token') != 'token': return self.say(401, '')
        texts = {'region': 'eu-west-1', 'availability-zone': 'eu-west-1a'}
        text = texts.get(self.path.rsplit('/', 1)[-1])
        self.say(200 if text else 404, text or '')
    def log_message(self, *words): pass
server = http.server.ThreadingHTTPServer(('169.254.169.254', 80), Service)
print('ready', flush=True)
server.serve_forever()
`;

/** Runs a service while something is done. */
async function withService(hops: number, then: () => Promise<void>): Promise<void> {
  const service = start('ip', ['netns', 'exec', INSTANCE, 'python3', '-c', SERVICE, String(hops)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    if (service.stdout === null) throw new Error('no output');
    const early = once(service, 'exit').then(() => {
      throw new Error('the service ended');
    });
    await Promise.race([once(createInterface(service.stdout), 'line'), early]);
    early.catch(() => undefined);
    await then();
  } finally {
    service.kill();
    if (service.exitCode === null && service.signalCode === null) await once(service, 'exit');
  }
}

/** What the doctor says of a check in a namespace: `ok message`. */
async function says(namespace: string, check: string, endpoint = 'http://169.254.169.254/'): Promise<string> {
  const { stdout, stderr } = await run(
    'ip',
    ['netns', 'exec', namespace, 'node', 'bin/fwgen.js', 'doctor', '--json', '--endpoint', endpoint],
    { env: { PATH: process.env['PATH'], HOME: '/nonexistent' } },
  );
  for (const line of stdout.split('\n')) {
    if (line === '') continue;
    const found: Record<string, unknown> = JSON.parse(line);
    if (found['check'] === check) return `${String(found['status'])} ${String(found['message'])}`;
  }
  return stderr;
}

/** Three machines in a row, the service's address on the last. */
async function lay(): Promise<void> {
  for (const each of [CONTAINER, ROUTER, INSTANCE]) await must('ip', 'netns', 'add', each);
  const cable = ['type', 'veth', 'peer', 'name'];
  await must('ip', 'link', 'add', 'va', 'netns', CONTAINER, ...cable, 'vb', 'netns', ROUTER);
  await must('ip', 'link', 'add', 'vc', 'netns', ROUTER, ...cable, 'vd', 'netns', INSTANCE);
  for (const [namespace, device, address] of [
    [CONTAINER, 'va', '10.0.1.2/24'],
    [ROUTER, 'vb', '10.0.1.1/24'],
    [ROUTER, 'vc', '10.0.2.1/24'],
    [INSTANCE, 'vd', '10.0.2.2/24'],
    [INSTANCE, 'lo', '169.254.169.254/32'],
  ] as const) {
    await must('ip', '-n', namespace, 'addr', 'add', address, 'dev', device);
    await must('ip', '-n', namespace, 'link', 'set', device, 'up');
  }
  // A rejection that a machine sends itself comes by lo.
  await must('ip', '-n', CONTAINER, 'link', 'set', 'lo', 'up');
  await must('ip', '-n', CONTAINER, 'route', 'add', 'default', 'via', '10.0.1.1');
  await must('ip', '-n', ROUTER, 'route', 'add', '169.254.169.254/32', 'via', '10.0.2.2');
  await must('ip', '-n', INSTANCE, 'route', 'add', '10.0.1.0/24', 'via', '10.0.2.1');
  await must('ip', 'netns', 'exec', ROUTER, 'sysctl', '-qw', 'net.ipv4.ip_forward=1');
}

t.teardown(async () => {
  if (skip !== false) return;
  for (const each of [CONTAINER, ROUTER, INSTANCE]) await run('ip', ['netns', 'del', each]);
});

t.test(
  'the metadata service in namespaces: there, too far, dropped, rejected, without a route',
  { skip },
  async (t) => {
    await lay();
    await withService(2, async () => {
      t.match(
        await says(INSTANCE, 'metadata'),
        /^ok http:\/\/169\.254\.169\.254: version 2, .* in eu-west-1a$/,
        'here',
      );
      t.match(await says(CONTAINER, 'metadata'), /^ok /, 'two hops away with a limit of two');
      const filter = ['ip', 'netns', 'exec', CONTAINER, 'iptables'];
      await must(...filter, '-A', 'OUTPUT', '-d', '169.254.169.254', '-j', 'DROP');
      t.match(
        await says(CONTAINER, 'metadata'),
        /^fail packets to .* vanish: no answer, no refusal$/,
        'dropped',
      );
      t.match(await says(CONTAINER, 'endpoint'), /^fail packets to 169\.254\.169\.254 vanish$/, 'dropped');
      await must(...filter, '-F', 'OUTPUT');
      await must(
        ...filter,
        '-A',
        'OUTPUT',
        '-d',
        '169.254.169.254',
        '-p',
        'tcp',
        '-j',
        'REJECT',
        '--reject-with',
        'tcp-reset',
      );
      t.match(await says(CONTAINER, 'metadata'), /^fail .* refuses connections$/, 'rejected');
      await must(...filter, '-F', 'OUTPUT');
      await must('ip', '-n', CONTAINER, 'route', 'add', 'unreachable', '169.254.169.254/32');
      t.match(
        await says(CONTAINER, 'metadata'),
        /^fail there is no route to .* \(EHOSTUNREACH\)$/,
        'no route',
      );
      await must('ip', '-n', CONTAINER, 'route', 'del', 'unreachable', '169.254.169.254/32');
    });
    await withService(1, async () => {
      t.match(await says(INSTANCE, 'metadata'), /^ok /, 'here, with a limit of one');
      t.match(
        await says(CONTAINER, 'metadata'),
        /^fail .* its tokens do not arrive: the hop limit is too small$/,
        'two hops away with a limit of one',
      );
    });
  },
);
