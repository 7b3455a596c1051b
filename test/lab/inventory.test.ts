// EC2's own command line, Debian's awscli, before cloudhosts, both asking the test's server of the query protocol: what it
// prints is read as what --live asks, page for page, and a listing that was cut short says so.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { startEc2 } from '../inventory/ec2-server.ts';
import { type Ended, run } from '../spawn.ts';

/** Debian's; another one may come first on PATH. */
const AWS = '/usr/bin/aws';
const skip = (await run(AWS, ['--version'])).status === 0 ? false : 'awscli is not installed';

const home = mkdtempSync(join(tmpdir(), 'penstock-aws-'));
t.teardown(() => rmSync(home, { recursive: true }));

const server = await startEc2({
  'eu-west-1': {
    page: 3,
    instances: Array.from({ length: 7 }, (_, at) => ({
      id: `i-eu-${at}`,
      name: `web-${at} <&> "quoted"`,
      state: at === 6 ? 'stopped' : 'running',
      address: `192.0.2.${at}`,
      inside: `10.0.0.${at}`,
      six: `2001:db8::${at + 1}`,
      prefix: `10.9.${at}.0/28`,
    })),
  },
  'us-east-1': { instances: [{ id: 'i-us-0', address: '198.51.100.1' }], throttled: 1 },
});
t.teardown(() => server.close());

/** An environment with keys that mean nothing, and nothing else that leads to an account. */
const env = {
  PATH: process.env['PATH'],
  HOME: home,
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'SECRET-hunter2',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_PAGER: '',
};

async function aws(region: string, ...words: string[]): Promise<string> {
  const ended = await run(
    AWS,
    [
      'ec2',
      'describe-instances',
      '--endpoint-url',
      server.endpoint,
      '--region',
      region,
      '--output',
      'json',
      ...words,
    ],
    { env },
  );
  if (ended.status !== 0) throw new Error(ended.stderr);
  return ended.stdout;
}

function cloudhosts(words: readonly string[], input = ''): Promise<Ended> {
  return run('node', ['bin/cloudhosts.js', '-s', 'state=*', ...words], {
    env: { ...process.env, ...env },
    input,
  });
}

t.test('aws ec2 describe-instances | cloudhosts is cloudhosts --live aws', { skip }, async (t) => {
  const [listed, live] = await Promise.all([
    aws('eu-west-1').then((text) => cloudhosts([], text)),
    cloudhosts(['--live', 'aws', '-r', 'eu-west-1', '--endpoint', server.endpoint]),
  ]);
  t.match(listed, { status: 0, stderr: '' });
  t.match(live, { status: 0, stderr: '' });
  t.equal(listed.stdout, live.stdout);
  t.equal(live.stdout.split('\n').length, 9, 'seven hosts, a closing line');
  t.match(live.stdout, '"web-3 <&> \\"quoted\\""');
  t.match(live.stdout, '10.9.3.0/28');
});

t.test('a listing that was cut short is incomplete', { skip }, async (t) => {
  const { status, stdout, stderr } = await cloudhosts([], await aws('eu-west-1', '--max-items', '2'));
  t.equal(status, 1);
  t.match(stdout, /"complete":false,"why":"more pages follow"}\n$/);
  t.match(stderr, /warning\[INV003\]/);
  const queried = await cloudhosts([], await aws('eu-west-1', '--query', 'Reservations[].Instances[]'));
  t.match(queried, { status: 0, stderr: '' });
});

t.test('every region at once, by the built program', async (t) => {
  const { status, stdout, stderr } = await cloudhosts([
    '--live=aws',
    '--region=all',
    `--endpoint=${server.endpoint}`,
    '--format=addresses',
    '--addresses=public',
  ]);
  t.strictSame([status, stderr], [0, '']);
  t.equal(
    stdout,
    '192.0.2.0/30\n192.0.2.4/31\n192.0.2.6\n198.51.100.1\n2001:db8::1\n2001:db8::2/127\n2001:db8::4/126\n',
  );
});

t.test('cloudhosts --live aws | fwgen emit', async (t) => {
  const { status, stdout, stderr } = await run(
    'bash',
    [
      '-c',
      `cloudhosts --live aws --region all --endpoint ${server.endpoint} | fwgen emit --ports 22 --target nftables -4`,
    ],
    { env: { ...process.env, ...env, PATH: `${resolve('test/bin')}:${process.env['PATH'] ?? ''}` } },
  );
  t.strictSame([status, stderr], [0, '']);
  for (const address of ['192.0.2.0', '192.0.2.5', '198.51.100.1']) t.match(stdout, address);
  t.notMatch(stdout, '192.0.2.6', 'it is stopped');
});
