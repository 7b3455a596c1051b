import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { EXIT } from '../../../src/command/exit.ts';
import { runProgram } from '../../../src/command/main.ts';
import { FakeHost } from '../../../src/host/fake.ts';
import { program } from '../../../src/programs/cloudhosts.ts';
import { type Instance, type Region, startEc2 } from '../../inventory/ec2-server.ts';
import { run as shell } from '../../spawn.ts';

// The SDK reads its environment from the process: credentials that mean nothing, and no files and no instance of anybody.
const ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'SECRET-hunter2',
  AWS_CONFIG_FILE: '/nonexistent/config',
  AWS_SHARED_CREDENTIALS_FILE: '/nonexistent/credentials',
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_REGION: undefined,
  AWS_DEFAULT_REGION: undefined,
  AWS_PROFILE: undefined,
};
for (const [name, value] of Object.entries(ENVIRONMENT)) {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}

interface Ran {
  readonly status: number;
  readonly hosts: readonly string[];
  readonly ends: readonly string[];
  readonly err: string;
}

async function run(words: readonly string[], host = new FakeHost()): Promise<Ran> {
  const status = await runProgram(program, words, host);
  const lines: readonly Record<string, unknown>[] = host.stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  t.notMatch(host.stdout + host.stderr, 'hunter2');
  return {
    status,
    hosts: lines
      .filter(({ kind }) => kind === 'host')
      .map(({ id, region }) => `${String(id)} ${String(region)}`),
    ends: lines
      .filter(({ kind }) => kind === 'end')
      .map(
        ({ source, complete, why }) => `${String(source)} ${complete === true ? 'complete' : String(why)}`,
      ),
    err: host.stderr,
  };
}

function instances(region: string, count: number): readonly Instance[] {
  return Array.from({ length: count }, (_, at) => ({
    id: `i-${region}-${String(at).padStart(4, '0')}`,
    name: `web-${at} <&>`,
    address: `192.0.2.${at % 250}`,
    inside: `10.0.${at >> 8}.${at & 255}`,
    six: `2001:db8::${at.toString(16)}`,
    prefix: '10.9.0.0/28',
  }));
}

async function ask(
  regions: Readonly<Record<string, Region>>,
  words: readonly string[],
): Promise<Ran & { calls: readonly string[] }> {
  const server = await startEc2(regions);
  try {
    const ran = await run(['--live', 'aws', '--endpoint', server.endpoint, ...words]);
    t.strictSame(server.complaints, [], 'every call is signed');
    return { ...ran, calls: server.calls };
  } finally {
    await server.close();
  }
}

t.test('all regions, all pages, and what throttles is asked again', async (t) => {
  const { status, hosts, ends, err, calls } = await ask(
    {
      'eu-west-1': { instances: instances('eu', 5), page: 2 },
      'us-east-1': { instances: instances('us', 3), throttled: 2 },
      'ap-south-1': { instances: [] },
    },
    ['--region', 'all'],
  );
  t.strictSame([status, ends, err], [EXIT.ok, ['aws complete'], '']);
  t.equal(hosts.length, 8);
  t.match(hosts, ['i-eu-0000 eu-west-1', 'i-eu-0001 eu-west-1']);
  t.strictSame(
    calls.filter((call) => call.startsWith('eu-west-1')),
    [0, 1, 2].map((page) => `eu-west-1 DescribeInstances ${page}`),
    'each page once',
  );
  t.equal(calls.filter((call) => call === 'us-east-1 DescribeInstances 0').length, 3, 'two were throttled');
});

t.test('the same hosts as from a file: interfaces, families, tags', async (t) => {
  const server = await startEc2({ 'eu-west-1': { instances: instances('eu', 1) } });
  const host = new FakeHost();
  const status = await runProgram(
    program,
    ['--live', 'aws', '--region', 'eu-west-1', '--endpoint', server.endpoint],
    host,
  );
  await server.close();
  t.equal(status, EXIT.ok, host.stderr);
  t.equal(
    host.stdout,
    '{"v":1,"kind":"host","source":"aws","id":"i-eu-0000","name":"web-0 <&>","region":"eu-west-1","state":"running","addresses":[{"address":"192.0.2.0","scope":"public","interface":"eni-i-eu-0000"},{"address":"2001:db8::","scope":"public","interface":"eni-i-eu-0000"},{"address":"10.0.0.0","scope":"private","interface":"eni-i-eu-0000"},{"address":"10.9.0.0/28","scope":"private","interface":"eni-i-eu-0000"}],"tags":{"Name":"web-0 <&>"}}\n{"v":1,"kind":"end","source":"aws","complete":true}\n',
  );
});

t.test(
  'a region that hangs, breaks, refuses or answers rubbish ends nothing but its own completeness',
  async (t) => {
    const good = { instances: instances('eu', 2) };
    const rows: readonly (readonly [string, Region, number, RegExp])[] = [
      [
        'hangs',
        { instances: instances('us', 4), trouble: 'hangs' },
        2,
        /^aws us-east-1: no answer within 2 s$/,
      ],
      [
        'hangs in the middle',
        { instances: instances('us', 4), page: 2, from: 1, trouble: 'hangs' },
        4,
        /^aws us-east-1: no answer within 2 s$/,
      ],
      [
        '500',
        { instances: instances('us', 4), trouble: 'breaks' },
        2,
        /^aws us-east-1: InternalError: An internal error/,
      ],
      [
        '500 on the second page',
        { instances: instances('us', 4), page: 3, from: 1, trouble: 'breaks' },
        5,
        /^aws us-east-1: InternalError/,
      ],
      ['401', { instances: [], trouble: 'refuses' }, 2, /^aws us-east-1: AuthFailure: AWS was not able/],
      ['throttles without end', { instances: [], throttled: 99 }, 2, /^aws us-east-1: RequestLimitExceeded/],
      ['rubbish', { instances: [], trouble: 'rubbish' }, 2, /^aws us-east-1: /],
      [
        'turns in a circle',
        { instances: instances('us', 2), page: 1, trouble: 'circle' },
        3,
        /^aws us-east-1: .*circle/,
      ],
    ];
    await Promise.all(
      rows.map(async ([why, bad, count, end]) => {
        const { status, hosts, ends, err } = await ask({ 'eu-west-1': good, 'us-east-1': bad }, [
          '--region=eu-west-1',
          '--region=us-east-1',
          '--timeout=2',
          '--retries=1',
        ]);
        t.equal(status, EXIT.negative, why);
        t.equal(new Set(hosts).size, count, `${why}: what came is there`);
        t.match(ends, [end], why);
        t.match(
          err,
          /^warning\[INV010\]: aws: us-east-1: .*\n {2}hint: 'fwgen doctor' looks for the reason\n$/,
          why,
        );
      }),
    );
  },
);

t.test('nothing answers: still a closing line, and a status of its own', async (t) => {
  const { status, hosts, ends } = await ask({ 'us-east-1': { instances: [], trouble: 'refuses' } }, [
    '--region=us-east-1',
    '--retries=0',
  ]);
  t.strictSame([status, hosts], [EXIT.unavailable, []]);
  t.match(ends, [/^aws us-east-1: AuthFailure/]);
  const nobody = await run(['--live=aws', '--region=all', '--endpoint=http://127.0.0.1:9', '--retries=0']);
  t.equal(nobody.status, EXIT.unavailable);
  t.match(nobody.ends, [/^aws the list of regions: ECONNREFUSED/]);
});

t.test('a region must be named somewhere', async (t) => {
  const { status, err } = await run(['--live', 'aws', '--endpoint', 'http://127.0.0.1:9']);
  t.equal(status, EXIT.usage);
  t.match(err, /^cloudhosts: --live aws: no region is named, here or in the environment: give --region NAME/);
  for (const [words, message] of [
    [['--region', 'all'], '--region is for --live aws only'],
    [['--endpoint', 'http://x'], '--endpoint is for --live aws only'],
    [['--live', 'hcloud', '--region', 'x'], '--region is for --live aws only'],
  ] as const)
    t.match((await run(words)).err, `cloudhosts: ${message}`);
});

t.test('other clouds are asked through their own commands', async (t) => {
  const document = JSON.stringify([
    {
      id: 7,
      name: 'web',
      status: 'running',
      public_net: { ipv4: { ip: '192.0.2.7' }, ipv6: null },
      private_net: [],
    },
  ]);
  const rows: readonly (readonly [
    string,
    { status?: number | undefined; signal?: string; stdout?: string; stderr?: string },
    number,
    readonly RegExp[],
  ])[] = [
    ['answers', { stdout: document }, EXIT.ok, [/^hcloud complete$/]],
    ['has none', { stdout: '[]' }, EXIT.ok, [/^hcloud complete$/]],
    [
      'is not there',
      { status: 127, stderr: 'timeout: failed to run command' },
      EXIT.unavailable,
      [/^hcloud the command hcloud is not installed$/],
    ],
    ['hangs', { status: 124 }, EXIT.unavailable, [/^hcloud hcloud: no answer within 60 s$/]],
    [
      'fails',
      { status: 1, stderr: 'usage: x\nhcloud: token\u001b[31m is invalid\n' },
      EXIT.unavailable,
      [/^hcloud hcloud ended with 1: hcloud: token \[31m is invalid$/],
    ],
    [
      'is ended',
      { status: undefined, signal: 'SIGKILL' },
      EXIT.unavailable,
      [/^hcloud hcloud was ended by SIGKILL$/],
    ],
    ['is cut off', { stdout: document.slice(0, 40) }, EXIT.data, []],
    ['says something else', { stdout: '{"error": 1}' }, EXIT.data, []],
  ];
  for (const [why, { stdout = '', stderr = '', ...how }, status, ends] of rows) {
    const host = new FakeHost();
    const encoder = new TextEncoder();
    host.programs.set('timeout', () => ({
      ...how,
      stdout: encoder.encode(stdout),
      stderr: encoder.encode(stderr),
    }));
    const ran = await run(['--live', 'hcloud'], host);
    t.equal(ran.status, status, why);
    t.equal(ran.ends.length, ends.length, why);
    t.match(ran.ends, ends, why);
    t.strictSame(host.journal, ['run timeout --kill-after=5 60 hcloud server list -o json'], why);
    t.equal(ran.hosts.length, why === 'answers' ? 1 : 0, why);
  }
});

t.test('several sources, and files beside them', async (t) => {
  const host = new FakeHost().file('list', '192.0.2.0/24\n');
  host.programs.set('timeout', () => ({ stdout: new TextEncoder().encode('[]') }));
  const { status, ends, hosts } = await run(
    ['--live=hcloud', '--live=linode', '--live=hcloud', 'list'],
    host,
  );
  t.strictSame(
    [status, ends, hosts],
    [EXIT.ok, ['cidr-list complete', 'hcloud complete', 'linode complete'], ['list ']],
  );
  t.equal(host.journal.length, 2, 'each source is asked once');
});

t.test('without the SDK: said, closed, and a status of its own', async (t) => {
  // A copy that stands where no package is found.
  const folder = mkdtempSync(join(tmpdir(), 'penstock-nosdk-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  copyFileSync('dist/programs/cloudhosts.cjs', join(folder, 'cloudhosts.cjs'));
  const ended = await shell('node', [
    join(folder, 'cloudhosts.cjs'),
    '--live',
    'aws',
    '--region',
    'eu-west-1',
  ]);
  t.strictSame(ended, {
    status: EXIT.unavailable,
    signal: null,
    stdout:
      '{"v":1,"kind":"end","source":"aws","complete":false,"why":"the package @aws-sdk/client-ec2 is not installed"}\n',
    stderr:
      'warning[INV010]: aws: the package @aws-sdk/client-ec2 is not installed\n  hint: npm install --global @aws-sdk/client-ec2\n',
  });
});
