import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createPlain } from 'node:net';
import t from 'tap';
import { EXIT } from '../../../src/command/exit.ts';
import { runProgram } from '../../../src/command/main.ts';
import { FakeHost } from '../../../src/host/fake.ts';
import type { Ask } from '../../../src/host/http.ts';
import type { Finding } from '../../../src/programs/fwgen/doctor/check.ts';
import { examine } from '../../../src/programs/fwgen/doctor.ts';
import { program } from '../../../src/programs/fwgen.ts';

const SECRET = 'SECRET-hunter2';

/** A server on loopback, ended with the test. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<string> {
  const server = createServer(answer);
  return listening(server, () => server.closeAllConnections());
}

async function listening(
  server: Server | ReturnType<typeof createPlain>,
  before: () => void,
): Promise<string> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.teardown(() => {
    before();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}`;
}

interface Service {
  readonly region?: string;
  readonly zone?: string;
  readonly role?: string;
  readonly expires?: string;
  /** The Date header, as an offset in seconds. */
  readonly off?: number;
}

/** A metadata service that wants its tokens. */
function imds({
  region = 'eu-west-1',
  zone = 'eu-west-1b',
  role = '',
  expires = '',
  off = 0,
}: Service = {}): Promise<string> {
  return serve((request, response) => {
    response.setHeader('Date', new Date(Date.now() + off * 1000).toUTCString());
    const path = request.url ?? '';
    if (request.method === 'PUT' && path === '/latest/api/token') {
      response.end(`${SECRET}-token`);
      return;
    }
    if (request.headers['x-aws-ec2-metadata-token'] !== `${SECRET}-token`) {
      response.writeHead(401).end();
      return;
    }
    const texts: Readonly<Record<string, string>> = {
      '/latest/meta-data/placement/region': region,
      '/latest/meta-data/placement/availability-zone': zone,
      '/latest/meta-data/iam/security-credentials/': role,
      [`/latest/meta-data/iam/security-credentials/${role}`]: JSON.stringify({
        Code: 'Success',
        AccessKeyId: `${SECRET}-id`,
        SecretAccessKey: SECRET,
        Token: SECRET,
        Expiration: expires,
      }),
    };
    const text = texts[path] ?? '';
    if (text === '') response.writeHead(404).end();
    else response.end(text);
  });
}

/** EC2 itself: anything, with its time. */
function ec2(off = 0): Promise<string> {
  return serve((_, response) => {
    response.setHeader('Date', new Date(Date.now() + off * 1000).toUTCString());
    response.writeHead(400).end();
  });
}

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
  /** By check: `ok the message / the fix`. */
  readonly found: Readonly<Record<string, string>>;
}

async function doctor(
  env: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
  words: readonly string[] = [],
  mode = 0o600,
): Promise<Ran> {
  const host = new FakeHost();
  host.env = { HOME: '/root', ...env };
  for (const [path, text] of Object.entries(files)) host.file(path, text, mode);
  const status = await runProgram(program, ['doctor', '--json', ...words], host);
  t.notMatch(host.stdout + host.stderr, SECRET, 'no secret is shown');
  t.strictSame(
    host.journal.filter((each) => !/^run timeout \S+ getent ahosts \S+$/.test(each)),
    [],
    'nothing is changed, nothing is run but a look-up of a name',
  );
  const found: Record<string, string> = {};
  const lines = (words.includes('--shell') ? host.stderr : host.stdout).trim().split('\n');
  for (const line of lines) {
    const { check, status: how, message, fix }: Finding = JSON.parse(line);
    found[check] = `${how} ${message}${fix === undefined ? '' : ` / ${fix}`}`;
  }
  t.strictSame(
    Object.keys(found),
    ['metadata', 'region', 'credentials', 'clock', 'endpoint'],
    'each check once',
  );
  return { status, out: host.stdout, err: host.stderr, found };
}

const KEYS = { AWS_ACCESS_KEY_ID: `${SECRET}-id`, AWS_SECRET_ACCESS_KEY: SECRET };
/** Nothing listens at the discard port. */
const NOBODY = { AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://127.0.0.1:9' };
const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

t.test('an instance in order', async (t) => {
  const [metadata, endpoint] = await Promise.all([imds({ role: 'web', expires: inHours(5) }), ec2()]);
  const ran = await doctor({ AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata, AWS_ENDPOINT_URL: endpoint });
  t.equal(ran.status, EXIT.ok);
  t.match(ran.found, {
    metadata: /^ok http:\S+: version 2, token in \d+ ms, in eu-west-1b$/,
    region: /^ok eu-west-1, by the instance$/,
    credentials: /^ok from the instance, for the role web, for another 4 h$/,
    clock: /^ok (?:right to the second|\d s (?:ahead|behind))$/,
    endpoint: /^ok 127\.0\.0\.1:\d+ answers in \d+ ms$/,
  });
});

t.test('the ways in which the metadata service is not reached are told apart', async (t) => {
  const status = (code: number): Promise<string> => serve((_, response) => response.writeHead(code).end());
  const rows: readonly (readonly [string, Promise<string>, RegExp])[] = [
    ['refused', Promise.resolve('http://127.0.0.1:9'), /refuses connections \/ not an instance/],
    ['401', status(401), /authorization before it gives a token \(401\)/],
    ['403', status(403), /forbids the token \(403\) \/ .*--http-endpoint enabled/],
    ['404', status(404), /knows no tokens \(404\)/],
    ['500', status(500), /answers a token's request with 500/],
    ['an empty token', serve((_, response) => response.end()), /answers a token's request with 200/],
    [
      'the hop limit: everything comes but the token',
      serve((request, response) => {
        if (request.method !== 'PUT') response.writeHead(401).end();
      }),
      /tokens do not arrive: the hop limit is too small \/ .*--http-put-response-hop-limit 2/,
    ],
    ['silence behind a connection', serve(() => undefined), /takes connections and says nothing/],
    [
      'a connection that is cut',
      listening(
        createPlain((socket) => socket.destroy()),
        () => undefined,
      ),
      /(?:ECONNRESET|socket hang up).* after the connection was made/,
    ],
    ['no URL', Promise.resolve('nonsense'), /is "nonsense", which is no URL/],
  ];
  const endpoint = await ec2();
  await Promise.all(
    rows.map(async ([why, starting, pattern]) => {
      const env = { AWS_EC2_METADATA_SERVICE_ENDPOINT: await starting, AWS_ENDPOINT_URL: endpoint };
      const { found, status: ended } = await doctor(env);
      t.match(found['metadata'], pattern, why);
      t.match(found['metadata'], /^fail /, why);
      t.equal(ended, EXIT.negative);
      const elsewhere = await doctor({ ...env, ...KEYS, AWS_REGION: 'eu-west-1' });
      t.match(
        elsewhere.found['metadata'],
        /^warn /,
        `${why}: nothing is missing where all else comes from elsewhere`,
      );
      t.equal(elsewhere.status, EXIT.ok, why);
    }),
  );
  const off = await doctor({ AWS_EC2_METADATA_DISABLED: 'TRUE', AWS_ENDPOINT_URL: endpoint });
  t.match(off.found['metadata'], /^warn switched off by AWS_EC2_METADATA_DISABLED/);
});

t.test('credentials: where from, until when, never what', async (t) => {
  const endpoint = await ec2();
  const base = { ...NOBODY, AWS_ENDPOINT_URL: endpoint, AWS_REGION: 'eu-west-1' };
  const key = `aws_access_key_id = ${SECRET}-id\naws_secret_access_key = ${SECRET}\n`;
  const credentials = '/root/.aws/credentials';
  const config = '/root/.aws/config';
  const sso =
    '[profile work]\nsso_session = corp\nsso_account_id = 1\n[sso-session corp]\nsso_start_url = https://x\n';
  // sha1 of "corp"
  const cache = '/root/.aws/sso/cache/ee0bfd2552fbd840c02cc48b6e823320543c450f.json';
  const rows: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    Readonly<Record<string, string>>,
    RegExp,
  ])[] = [
    ['nowhere', {}, {}, /^fail none in environment, files or instance \/ run aws configure/],
    ['environment', KEYS, {}, /^ok from the environment$/],
    [
      'half of it',
      { AWS_ACCESS_KEY_ID: 'x' },
      {},
      /^fail AWS_ACCESS_KEY_ID is set, AWS_SECRET_ACCESS_KEY is not/,
    ],
    ['the other half', { AWS_SECRET_ACCESS_KEY: SECRET }, {}, /^fail AWS_SECRET_ACCESS_KEY is set/],
    [
      'temporary',
      { ...KEYS, AWS_SESSION_TOKEN: SECRET },
      {},
      /^ok from the environment, temporary; they don't say until when$/,
    ],
    [
      'for hours',
      { ...KEYS, AWS_CREDENTIAL_EXPIRATION: inHours(5) },
      {},
      /^ok from the environment, for another 4 h$/,
    ],
    [
      'for a moment',
      { ...KEYS, AWS_CREDENTIAL_EXPIRATION: inHours(0.05) },
      {},
      /^warn from the environment, for another [12] min/,
    ],
    [
      'no longer',
      { ...KEYS, AWS_CREDENTIAL_EXPIRATION: inHours(-72) },
      {},
      /^fail from the environment: they ran out 3 days ago/,
    ],
    ['a file', {}, { [credentials]: `# comment\n[default]\n${key}` }, /^ok from the profile "default"$/],
    [
      'half a file',
      {},
      { [credentials]: `[default]\naws_access_key_id=${SECRET}` },
      /^fail from the profile "default": aws_access_key_id without/,
    ],
    [
      'a profile',
      { AWS_PROFILE: 'work' },
      { [credentials]: `[default]\n[work]\n${key}` },
      /^ok from the profile "work"$/,
    ],
    [
      'a profile before the environment',
      { ...KEYS, AWS_PROFILE: 'work' },
      { [credentials]: `[work]\n${key}` },
      /^ok from the profile "work"$/,
    ],
    [
      'no such profile',
      { AWS_PROFILE: 'wrok' },
      { [credentials]: `[work]\n${key}` },
      /^fail AWS_PROFILE is "wrok", and there is no such profile \/ there are: work$/,
    ],
    [
      'a program',
      { AWS_PROFILE: 'p' },
      { [config]: `[profile p]\ncredential_process = /bin/get ${SECRET}\n` },
      /^ok from the profile "p", by its credential_process/,
    ],
    [
      'a role',
      { AWS_PROFILE: 'p' },
      { [config]: '[profile p]\nrole_arn = arn:x\nsource_profile = base\n' },
      /^ok from the profile "p": a role by the profile base$/,
    ],
    [
      'nobody signed in',
      { AWS_PROFILE: 'work' },
      { [config]: sso },
      /^fail .*nobody has signed in \/ aws sso login --profile work$/,
    ],
    [
      'signed in',
      { AWS_PROFILE: 'work' },
      { [config]: sso, [cache]: `{"accessToken":"${SECRET}","expiresAt":"${inHours(2)}"}` },
      /^ok from the profile "work", by SSO, for another \d+ (?:min|h)$/,
    ],
    [
      'signed in too long ago',
      { AWS_PROFILE: 'work' },
      { [config]: sso, [cache]: `{"accessToken":"${SECRET}","expiresAt":"${inHours(-2)}"}` },
      /^fail from the profile "work", by SSO: they ran out/,
    ],
    [
      'a web identity',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:x' },
      { '/token': SECRET },
      /^ok from a web identity/,
    ],
    [
      'a web identity without its file',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn:x' },
      {},
      /^fail the web identity's file can't be read/,
    ],
    [
      'a web identity without a role',
      { AWS_WEB_IDENTITY_TOKEN_FILE: '/token' },
      {},
      /^fail AWS_WEB_IDENTITY_TOKEN_FILE is set, AWS_ROLE_ARN is not/,
    ],
    [
      'a container',
      { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: `/${SECRET}` },
      {},
      /^ok from the container's own service$/,
    ],
    [
      'files elsewhere',
      { AWS_SHARED_CREDENTIALS_FILE: '/c' },
      { '/c': `[default]\n${key}` },
      /^ok from the profile "default"$/,
    ],
  ];
  for (const [why, env, files, pattern] of rows)
    t.match((await doctor({ ...base, ...env }, files)).found['credentials'], pattern, why);
  const open = await doctor(base, { [credentials]: `[default]\n${key}` }, [], 0o644);
  t.match(open.found['credentials'], /^warn .*; others can read \S+credentials \/ chmod 600 /);
  const roleless = await doctor({ ...base, AWS_EC2_METADATA_SERVICE_ENDPOINT: await imds() });
  t.match(roleless.found['credentials'], /^fail none in environment and files, and the instance has no role/);
  const stale = await doctor({
    ...base,
    AWS_EC2_METADATA_SERVICE_ENDPOINT: await imds({ role: 'web', expires: inHours(-1) }),
  });
  t.match(stale.found['credentials'], /^fail from the instance, for the role web: they ran out 60 min ago/);
});

t.test('region, clock, endpoint', async (t) => {
  const [here, endpoint] = await Promise.all([imds(), ec2()]);
  const base = { ...KEYS, ...NOBODY, AWS_ENDPOINT_URL: endpoint };
  const config = { '/root/.aws/config': '[default]\nregion = ap-south-1\n' };
  const regions: readonly (readonly [
    string,
    Readonly<Record<string, string>>,
    Readonly<Record<string, string>>,
    RegExp,
  ])[] = [
    ['nowhere', {}, {}, /^fail no region in environment/],
    ['environment first', { AWS_REGION: 'us-east-1' }, config, /^ok us-east-1, by AWS_REGION$/],
    [
      'the older name',
      { AWS_DEFAULT_REGION: 'us-gov-west-1' },
      {},
      /^ok us-gov-west-1, by AWS_DEFAULT_REGION$/,
    ],
    ['a profile', {}, config, /^ok ap-south-1, by the profile "default"$/],
    [
      'another than the instance',
      { AWS_REGION: 'us-east-1', AWS_EC2_METADATA_SERVICE_ENDPOINT: here },
      {},
      /^warn us-east-1 by AWS_REGION, but this instance is in eu-west-1/,
    ],
    [
      'a zone',
      { AWS_REGION: 'us-east-1a' },
      {},
      /^fail .*"us-east-1a", which is no region \/ that is a zone; its region is us-east-1$/,
    ],
    ['rubbish', { AWS_REGION: "x'; rm" }, {}, /^fail AWS_REGION says "x'; rm", which is no region/],
  ];
  for (const [why, env, files, pattern] of regions)
    t.match((await doctor({ ...base, ...env }, files)).found['region'], pattern, why);

  for (const [off, pattern] of [
    [30, /^ok (?:29|30|31) s behind$/],
    [-120, /^warn 1(?:19|20|21) s ahead \/ timedatectl/],
    [900, /^fail (?:899|900|901) s behind: signatures are refused beyond 300 s/],
  ] as const) {
    const { found } = await doctor({ ...base, AWS_ENDPOINT_URL: await ec2(off) });
    t.match(found['clock'], pattern, `${off} s`);
  }
  const timeless = await doctor({ ...base, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
  t.match(timeless.found['clock'], /^warn nothing that answered told the time/);

  const cut = await listening(
    createPlain((socket) => socket.destroy()),
    () => undefined,
  );
  const endpoints: readonly (readonly [string, string, RegExp])[] = [
    ['refused', 'http://127.0.0.1:9', /^fail 127\.0\.0\.1:9 refuses connections/],
    [
      'no such name',
      'https://ec2.nowhere.invalid',
      /^fail the name of ec2\.nowhere\.invalid can't be resolved \((?:ENOTFOUND|EAI_AGAIN)\)/,
    ],
    ['silence', await serve(() => undefined), /^fail 127\.0\.0\.1:\d+ takes connections and says nothing/],
    ['no TLS there', endpoint.replace('http:', 'https:'), /^fail 127\.0\.0\.1:\d+/],
    ['a connection that is cut', cut, /^fail 127\.0\.0\.1:\d+: /],
    ['no URL', 'nonsense', /^fail "nonsense" is no URL/],
  ];
  for (const [why, url, pattern] of endpoints)
    t.match((await doctor(base, {}, ['--endpoint', url])).found['endpoint'], pattern, why);
  const secretive = await doctor(base, {}, ['--endpoint', `http://user:${SECRET}@127.0.0.1:9`]);
  t.match(secretive.found['endpoint'], /^fail 127\.0\.0\.1:9 refuses/, 'a password in a URL is not shown');
});

t.test('--shell prints what a shell exports, and findings on standard error', async (t) => {
  const endpoint = await ec2();
  const { out, status } = await doctor(
    { ...KEYS, AWS_EC2_METADATA_SERVICE_ENDPOINT: await imds(), AWS_ENDPOINT_URL: endpoint },
    {},
    ['--shell'],
  );
  t.equal(status, EXIT.ok);
  t.equal(
    out,
    "export AWS_REGION='eu-west-1'\nexport AWS_DEFAULT_REGION='eu-west-1'\nexport AWS_AVAILABILITY_ZONE='eu-west-1b'\n",
  );
  const hostile = await doctor(
    {
      ...KEYS,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: await imds({ region: "eu-west-1'; rm -rf /; '", zone: '$(id)' }),
      AWS_ENDPOINT_URL: endpoint,
    },
    {},
    ['--shell'],
  );
  t.equal(hostile.out, '', 'what a service made up is not for a shell');
});

t.test('as text', async (t) => {
  const host = new FakeHost();
  host.env = { ...NOBODY, ...KEYS, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: await ec2() };
  const status = await runProgram(program, ['doctor'], host);
  t.equal(status, EXIT.ok);
  t.match(
    host.stdout,
    /^warn {2}metadata {5}http:\/\/127\.0\.0\.1:9 refuses connections\n {6}fix: .*\nok {4}region {7}eu-west-1, by AWS_REGION\nok {4}credentials {2}from the environment\n/,
  );
});

t.test('whatever is silent, three seconds are enough', async (t) => {
  const asked: { url: string; connect: number; answer: number }[] = [];
  const silent: Ask = async ({ url, connect, answer }) => {
    asked.push({ url, connect, answer });
    return { kind: 'silence', connected: false };
  };
  const host = new FakeHost();
  host.env = { HOME: '/root' };
  const patient = { host, ask: silent, now: Date.now(), endpoint: undefined };
  await examine(patient);
  t.strictSame(
    asked.map(({ url }) => url),
    ['http://169.254.169.254/latest/api/token', 'http://169.254.169.254/latest/meta-data/'],
    'without a region there is no endpoint to ask',
  );
  t.ok(asked.every(({ connect, answer }) => connect <= answer && answer <= 1200));
  asked.length = 0;
  host.env = { HOME: '/root', AWS_REGION: 'cn-north-1' };
  await examine(patient);
  t.strictSame(asked.map(({ url }) => url).at(-1), 'https://ec2.cn-north-1.amazonaws.com.cn/');
  t.ok(
    asked.every(({ answer }) => answer <= 2500),
    'the endpoint is asked at the same time as the metadata service',
  );
  asked.length = 0;
  host.env = { HOME: '/root', AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE: 'IPv6' };
  // Tokens and a region come, then nothing any more: what is left of the time is shared out.
  await examine({
    ...patient,
    ask: async (question) => {
      await silent(question);
      if (question.url.endsWith('token')) return { kind: 'answer', status: 200, date: '', body: 'token' };
      if (question.url.endsWith('region'))
        return { kind: 'answer', status: 200, date: '', body: 'eu-west-1' };
      return { kind: 'silence', connected: true };
    },
  });
  t.match(asked[0]?.url, 'http://[fd00:ec2::254]/latest/api/token');
  t.match(asked.at(-1), { url: 'https://ec2.eu-west-1.amazonaws.com/', answer: 900 });
  t.ok(asked.slice(0, -1).every(({ answer }) => answer <= 1200));
});

t.test("a name is looked up by the system's own resolver, which can be ended", async (t) => {
  const endpoint = await ec2();
  const named = endpoint.replace('127.0.0.1', 'ec2.example');
  for (const [why, status, stdout, pattern] of [
    [
      'found',
      0,
      '127.0.0.1       STREAM ec2.example\n127.0.0.1       DGRAM\n',
      /^ok ec2\.example:\d+ answers/,
    ],
    ['not there', 2, '', /^fail the name of ec2\.example:\d+ can't be resolved \(ENOTFOUND\)/],
    [
      'nobody answers',
      124,
      '',
      /^fail the name of ec2\.example:\d+ can't be resolved \(EAI_AGAIN\) \/ no name server answers/,
    ],
  ] as const) {
    const host = new FakeHost();
    host.env = { ...NOBODY, ...KEYS, AWS_REGION: 'eu-west-1' };
    host.programs.set('timeout', () => ({ status, stdout: new TextEncoder().encode(stdout) }));
    await runProgram(program, ['doctor', '--json', '--endpoint', named], host);
    const {
      status: how,
      message,
      fix = '',
    }: Finding = JSON.parse(host.stdout.trim().split('\n').at(-1) ?? '');
    t.match(`${how} ${message} / ${fix}`, pattern, why);
    t.strictSame(host.journal, ['run timeout 2.50 getent ahosts ec2.example'], why);
  }
});
