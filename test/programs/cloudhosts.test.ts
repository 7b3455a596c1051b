import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { EXIT } from '../../src/command/exit.ts';
import { runProgram } from '../../src/command/main.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { INVENTORY_FAULTS } from '../../src/inventory/faults.ts';
import { program } from '../../src/programs/cloudhosts.ts';
import { run as shell } from '../spawn.ts';
import { casesOf, compare, outcome } from './golden.ts';

interface Ran {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

async function run(words: readonly string[], host = new FakeHost()): Promise<Ran> {
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr };
}

const example = readFileSync('examples/describe-instances.json', 'utf8');
const legacy = readFileSync('examples/ec2-describe-instances.txt', 'utf8');
const empty = '{"Reservations": []}';
const half = '{"Reservations": [], "NextToken": "x"}';

/** The names of the hosts and the closing lines of a stream. */
function told(stream: string): readonly string[] {
  return stream
    .trim()
    .split('\n')
    .map((line) => {
      const { kind, name, source, complete }: Record<string, unknown> = JSON.parse(line);
      return kind === 'host' ? String(name).slice(0, 10) : `${String(source)}: ${String(complete)}`;
    });
}

t.test('the cases', async (t) => {
  const used = new Set<string>();
  for (const [name, { shows, words, status }] of casesOf('test/cases/inventory')) {
    const folder = `test/cases/inventory/${name}`;
    const [input = ''] = readdirSync(folder).filter((file) => file.startsWith('input.'));
    const ended = await outcome(program, words, readFileSync(`${folder}/${input}`, 'utf8'));
    t.equal(ended.status, status, `${name}: ${shows}`);
    compare(t, `${folder}/expected`, ended.files);
    for (const [code] of (ended.files.get('stderr') ?? '').matchAll(/INV\d+/g)) used.add(code);
  }
  const others = ['INV005', 'INV006', 'INV007', 'INV008', 'INV009', 'INV010'];
  t.strictSame(
    Object.keys(INVENTORY_FAULTS).filter((code) => !used.has(code)),
    others,
    'every diagnostic of a document has a case; the others are of streams and of the command line',
  );
});

t.test('inputs: standard input, -, files, several at once', async (t) => {
  const host = (): FakeHost => {
    const machine = new FakeHost().file('a.json', example).file('b.txt', legacy).file('none.json', empty);
    machine.stdin = example;
    return machine;
  };
  const five = ['web-1', 'web-2', 'db-1', 'evil" -j A', 'edge-bos-1'];
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['standard input', [], [...five, 'aws: true']],
    ['-', ['-'], [...five, 'aws: true']],
    ['a file', ['a.json'], [...five, 'aws: true']],
    ['no hosts, and the closing line says that this is all', ['none.json'], ['aws: true']],
    [
      'two sources, each with its closing line behind all hosts',
      ['b.txt', 'a.json'],
      [...five, 'puppet', 'ec2-192-0-', 'inside', 'mail', 'aws: true', 'ec2-legacy: true'],
    ],
    ['by name', ['--from', 'aws', 'a.json'], [...five, 'aws: true']],
    ['a role', ['-s', 'tag:role=web'], ['web-1', 'web-2', 'aws: true']],
    ['two fields', ['-s', 'tag:role=web', '--select=name!=*-1'], ['web-2', 'aws: true']],
    ['what does not run', ['-s', 'state!=running'], ['ci-runner', 'old-web', 'i-00000000', 'aws: true']],
  ];
  for (const [why, words, expected] of rows) {
    const { status, out, err } = await run(words, host());
    t.strictSame([told(out), status, err], [expected, EXIT.ok, ''], why);
  }
});

t.test('--addresses keeps a scope', async (t) => {
  const machine = (): FakeHost => {
    const host = new FakeHost();
    host.stdin = example;
    return host;
  };
  const all = (await run([], machine())).out;
  t.match(all, /"scope":"public"[\s\S]*"scope":"private"/);
  t.notMatch((await run(['--addresses', 'public'], machine())).out, /private/);
  t.notMatch((await run(['-a', 'private'], machine())).out, /"scope":"public"/);
  t.equal((await run(['-a', 'all'], machine())).out, all);
});

t.test('what goes wrong: its status, one clear error, and nothing written', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string, number, RegExp])[] = [
    ['an empty input', [], '', EXIT.data, /^<stdin>:1:1: error\[DOC007\]: the document is empty\n {2}hint: /],
    ['truncated JSON', [], example.slice(0, 5000), EXIT.data, /^<stdin>:\d+:\d+: error\[DOC001\]: /],
    [
      'two documents in one',
      [],
      empty + empty,
      EXIT.data,
      /^<stdin>:1:21: error\[DOC001\]: text after the end/,
    ],
    [
      'an unknown shape',
      [],
      '{"a": 1}',
      EXIT.data,
      /^<stdin>:1:1: error\[INV001\]: .*an object with a\n {2}hint: known: aws/,
    ],
    [
      'another shape than was said',
      ['--from', 'ec2-legacy'],
      empty,
      EXIT.data,
      /error\[INV001\]: not the shape of ec2-legacy/,
    ],
    [
      'one good document and a bad one',
      ['-', 'bad.json'],
      empty,
      EXIT.data,
      /^bad\.json:1:1: error\[DOC007\]/,
    ],
    [
      'a file that is not there',
      ['nowhere.json'],
      '',
      EXIT.noInput,
      /^cloudhosts: nowhere\.json: No such file or directory\n$/,
    ],
    [
      'an unknown option',
      ['--frm', 'aws'],
      '',
      EXIT.usage,
      /^cloudhosts: unknown option --frm\n {2}hint: did you mean --from\?/,
    ],
    ['an unknown source', ['--from', 'asw'], '', EXIT.usage, /hint: did you mean aws\?/],
    [
      'an expression that is none',
      ['--select', 'web'],
      '',
      EXIT.usage,
      /^--select:1:1: error\[INV008\]: "web" has no =/,
    ],
  ];
  for (const [why, words, input, status, report] of rows) {
    const host = new FakeHost().file('bad.json', '');
    host.stdin = input;
    const ran = await run(words, host);
    t.strictSame([ran.status, ran.out], [status, ''], why);
    t.match(ran.err, report, why);
    t.equal(ran.err.match(/error\[/g)?.length ?? 1, 1, `${why}: one error`);
  }
});

t.test('an incomplete source: written, closed as incomplete, and told by the status', async (t) => {
  const host = new FakeHost();
  host.stdin = half;
  const { status, out, err } = await run([], host);
  t.equal(out, '{"v":1,"kind":"end","source":"aws","complete":false,"why":"more pages follow"}\n');
  t.equal(status, EXIT.negative);
  t.match(err, /^<stdin>:1:35: warning\[INV003\]: /);
  const both = new FakeHost().file('one', half).file('two', example);
  t.match(told((await run(['one', 'two'], both)).out).at(-1), 'aws: false', 'one of two is enough');
});

t.test('--json: diagnostics are JSON Lines on standard error', async (t) => {
  const host = new FakeHost();
  host.stdin = half;
  const { status, err } = await run(['--json'], host);
  const lines: readonly Record<string, unknown>[] = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  t.match(lines, [{ code: 'INV003', severity: 'warning', file: '<stdin>', line: 1, column: 35 }]);
  t.equal(status, EXIT.negative);
});

t.test('a full disk is an error', async (t) => {
  const host = new FakeHost();
  host.stdin = example;
  host.failures.set('write 1', 'ENOSPC');
  t.strictSame(await run([], host), {
    status: EXIT.io,
    out: '',
    err: 'cloudhosts: standard output: No space left on device\n',
  });
});

t.test('--format: a table, comma separated values, merged addresses', async (t) => {
  const document = JSON.stringify({
    Reservations: [
      {
        Instances: [
          {
            InstanceId: 'i-1',
            State: { Name: 'running' },
            Placement: { AvailabilityZone: 'eu-west-1a' },
            NetworkInterfaces: [
              {
                NetworkInterfaceId: 'eni-1',
                Ipv4Prefixes: [
                  '10.0.0.0/28',
                  '10.0.0.16/28',
                  '10.0.0.32/28',
                  '10.0.0.48/28',
                  '10.0.0.64/28',
                ].map((Ipv4Prefix) => ({ Ipv4Prefix })),
                Ipv6Addresses: [{ Ipv6Address: '2001:db8::1' }],
              },
            ],
            PublicIpAddress: '192.0.2.1',
            Tags: [
              { Key: 'Name', Value: 'say "a,b"\n\u001b[31m\u202e' },
              { Key: 'a', Value: 'b' },
            ],
          },
          { InstanceId: 'i-2', State: { Name: 'running' }, PublicIpAddress: '192.0.2.0' },
          { InstanceId: 'i-3', State: { Name: 'running' }, Tags: [{ Key: 'Name', Value: '東'.repeat(50) }] },
        ],
      },
    ],
  });
  const format = async (name: string, ...words: string[]): Promise<string> => {
    const host = new FakeHost();
    host.stdin = document;
    const { status, out, err } = await run(['--format', name, ...words], host);
    t.strictSame([status, err], [EXIT.ok, '']);
    return out;
  };
  t.equal(await format('stream'), (await run([], Object.assign(new FakeHost(), { stdin: document }))).out);
  t.equal(
    await format('addresses'),
    '10.0.0.0/26\n10.0.0.64/28\n192.0.2.0/31\n2001:db8::1\n',
    'merged, without lengths of single addresses',
  );
  t.equal(await format('addresses', '-a', 'public', '-s', 'id=i-1'), '192.0.2.1\n2001:db8::1\n');
  t.equal(
    await format('table'),
    [
      'NAME                                      ID   SOURCE  REGION     STATE    PUBLIC                 PRIVATE',
      'say "a,b"\\x0a\\x1b[31m\\u{202e}             i-1  aws     eu-west-1  running  192.0.2.1,2001:db8::1  10.0.0.0/28,10.0.0.16/28,10.0.0.32/28,+2',
      'i-2                                       i-2  aws     -          running  192.0.2.0              -',
      `${'東'.repeat(37)}...  i-3  aws     -          running  -                      -`,
      '',
    ].join('\n'),
  );
  const csv = await format('csv', '-a', 'public');
  t.equal(
    csv,
    [
      'source,id,name,region,state,address,scope,interface,tags',
      ...['192.0.2.1,public,', '2001:db8::1,public,eni-1'].map(
        (address) =>
          `aws,i-1,"say ""a,b""\n\u001b[31m\u202e",eu-west-1,running,${address},"{""Name"":""say \\""a,b\\""\\n\\u001b[31m\u202e"",""a"":""b""}"`,
      ),
      'aws,i-2,i-2,,running,192.0.2.0,public,,{}',
      `aws,i-3,${'東'.repeat(50)},,running,,,,"{""Name"":""${'東'.repeat(50)}""}"`,
      '',
    ].join('\n'),
  );
});

t.test('--limit: a document that is too large is not read any further', async (t) => {
  let asked = 0;
  class Endless extends FakeHost {
    override *chunks(): Generator<Uint8Array> {
      for (;;) {
        asked++;
        yield new TextEncoder().encode('[ '.repeat(1 << 19));
      }
    }
  }
  const { status, out, err } = await run(['--limit', '3'], new Endless());
  t.strictSame(
    [status, out, err],
    [
      EXIT.data,
      '',
      'error[INV009]: <stdin>: over 3 MiB, at byte 3145728: not read\n  hint: is this an inventory? --limit raises what is read\n',
    ],
  );
  t.equal(asked, 4);
});

t.test('200 MB of nothing: one error, 65, and the writer is told to stop', async (t) => {
  const { status, stdout, stderr } = await shell('bash', [
    '-c',
    'yes "[[[[[[[[" | head -c 209715200 | node bin/cloudhosts.js',
  ]);
  t.strictSame(
    [status, stdout, stderr],
    [
      EXIT.data,
      '',
      'error[INV009]: <stdin>: over 128 MiB, at byte 134217728: not read\n  hint: is this an inventory? --limit raises what is read\n',
    ],
  );
});

t.test('flaws far behind in a document of one line are placed, fifty of them in one walk', async (t) => {
  const rows = Array.from({ length: 60_000 }, (_, at) => ({
    ip_prefix: at % 1000 === 999 ? '198.51.100.999/32' : `198.51.${(at >> 8) & 255}.${at & 255}/32`,
    service: 'EC2',
  }));
  const document = JSON.stringify({ createDate: 'x', prefixes: rows, ipv6_prefixes: [] });
  const host = new FakeHost();
  host.stdin = document;
  const { status, err } = await run(['--format', 'addresses', '--json'], host);
  t.equal(status, EXIT.negative);
  const lines = err.trim().split('\n');
  t.equal(lines.length, 51);
  for (const [at, line] of lines.slice(0, 50).entries()) {
    const { column, message }: { column: number; message: string } = JSON.parse(line);
    t.match(message, `.prefixes[${at * 1000 + 999}].ip_prefix: "198.51.100.999/32": octet 4 is over 255`);
    t.equal(document.slice(column - 1, column + 2), '999', 'at the very octet');
  }
});
