// What every program owes as a Unix program, shown on the built bundles: exit statuses, standard streams, signals, colour.
// A row a program; a program without a row fails.

import { readFileSync } from 'node:fs';
import t from 'tap';
import { programs } from '../src/programs/index.ts';
import { run, start } from './spawn.ts';

interface Sample {
  /** A command line that reads standard input and prints, and what it reads. */
  readonly reads: readonly string[];
  readonly input: string;
  /** The same with a file that is not there. */
  readonly missing: readonly string[];
  /** What it must end with on empty input, and with what on standard error. */
  readonly empty: readonly [number, RegExp];
  /** Input with one fault, which a report points at, and the place. */
  readonly bad: readonly [string, RegExp];
  /** A misspelt option and what is suggested. */
  readonly misspelt: readonly [readonly string[], string];
  /** A line of output that --json gives. */
  readonly json: readonly [readonly string[], string];
}

const hosts = readFileSync('examples/describe-instances.json', 'utf8');
// A site that comes by standard input has no folder to find a password file in.
const site = readFileSync('examples/site.yaml', 'utf8').replace(/password-file:.*/, 'gtsm: true');
const stream = (await run('cloudhosts', [], { input: hosts })).stdout;

const SAMPLES: Readonly<Record<string, Sample>> = {
  cidr: {
    reads: ['merge'],
    input: '10.0.0.0/25\n10.0.0.128/25\n',
    missing: ['merge', 'no/such/list'],
    empty: [0, /^$/],
    bad: ['10.0.0.0/8\n10.0.0.256\n', /^<stdin>:2:8: error\[CIDR001\]/],
    misspelt: [['merge', '--rangs'], '--ranges'],
    json: [['merge', '--json'], '{"prefix":"10.0.0.0/24"}'],
  },
  cloudhosts: {
    reads: [],
    input: hosts,
    missing: ['no/such/file'],
    empty: [65, /^<stdin>:1:1: error\[/],
    bad: [hosts.slice(0, -40), /^<stdin>:\d+:\d+: error\[DOC001\]: the text ends inside/],
    misspelt: [['--fron', 'aws'], '--from'],
    json: [[], '"kind":"end"'],
  },
  fwgen: {
    reads: ['emit', '--ports', '22,80'],
    input: stream,
    missing: ['emit', '--ports', '22', 'no/such/file'],
    empty: [65, /error\[/],
    bad: [`${stream.split('\n')[0]}\n{"kind":\n`, /^<stdin>:2:\d+: error\[/],
    misspelt: [['emit', '--prots', '22'], '--ports'],
    json: [['emit', '--ports', '22', '--json'], '"path"'],
  },
  bgpgen: {
    reads: ['emit', '-', '--router', 'r1', '--target', 'frr'],
    input: site,
    missing: ['emit', 'no/such/site.yaml', '--router', 'r1', '--target', 'frr'],
    empty: [65, /^<stdin>:1:1: error\[DOC007\]/],
    bad: [site.replace('198.51.100.0/24', '198.51.100.0/33'), /^<stdin>:\d+:\d+: error\[/],
    misspelt: [['emit', '-', '--ruoter', 'r1', '--target', 'frr'], '--router'],
    json: [['emit', '-', '--router', 'r1', '--target', 'frr', '--json'], '"path"'],
  },
};

/** sockbridge reads no text: its rows of the same matters stand in test/bridge and the labs. */
const NO_FILTER = ['sockbridge'];

t.test('every program has its row', async (t) => {
  t.strictSame(
    [...Object.keys(SAMPLES), ...NO_FILTER].sort(),
    programs.map((program) => program.name),
  );
});

for (const [name, sample] of Object.entries(SAMPLES)) {
  t.test(`${name}: streams and exit statuses`, async (t) => {
    const good = await run(name, sample.reads, { input: sample.input });
    t.match(good, { status: 0 }, good.stderr);
    t.ok(good.stdout.length > 0);
    t.strictSame(
      await run(name, sample.reads, { input: sample.input }),
      good,
      'the same input gives the same bytes',
    );
    const missing = await run(name, sample.missing);
    t.match(missing, {
      status: 66,
      stdout: '',
      stderr: new RegExp(`^${name}: no/such/\\S+: No such file or directory\\n$`),
    });
    const empty = await run(name, sample.reads, { input: '' });
    t.match(empty, { status: sample.empty[0], stderr: sample.empty[1] }, 'empty input');
    const bad = await run(name, sample.reads, { input: sample.bad[0] });
    t.match(bad, { status: 65, stderr: sample.bad[1] }, 'bad input');
    const misspelt = await run(name, sample.misspelt[0], { input: sample.input });
    t.match(misspelt, { status: 64, stdout: '', stderr: `did you mean ${sample.misspelt[1]}?` });
    const json = await run(name, sample.json[0], { input: sample.input });
    t.match(json.stdout, sample.json[1]);
    for (const line of json.stdout.trim().split('\n')) t.doesNotThrow(() => JSON.parse(line), 'JSON Lines');
  });

  t.test(`${name}: a reader that goes away, a full disk, colour`, async (t) => {
    const args = sample.reads.map((word) => `'${word}'`).join(' ');
    const many = await run('bash', ['-c', `${name} ${args} | head -1 >/dev/null; echo \${PIPESTATUS[0]}`], {
      input: sample.input,
    });
    t.match(many.stdout, /^(?:0|141)\n$/, 'into head -1: ended in time, or by SIGPIPE');
    t.equal(many.stderr, '', 'and quietly');
    const closed = await run(
      'bash',
      ['-c', `(sleep 0.3; exec ${name} ${args}) | true; echo \${PIPESTATUS[0]}`],
      { input: sample.input },
    );
    t.strictSame([closed.stdout, closed.stderr], ['141\n', ''], 'a reader that is gone already: SIGPIPE');
    const full = await run('bash', ['-c', `${name} ${args} >/dev/full`], { input: sample.input });
    t.match(full, { status: 74, stderr: `${name}: standard output: No space left on device\n` });
    const terminal = (env: string): string =>
      `script -qec "env ${env} ${name} ${sample.reads.join(' ')} </dev/fd/9" /dev/null`;
    const shown = await run('bash', ['-c', `exec 9<<<"$0"; ${terminal('TERM=xterm')}`, sample.bad[0]]);
    t.match(shown.stdout, '\u001b[', 'on a terminal a report has colour');
    const plain = await run('bash', [
      '-c',
      `exec 9<<<"$0"; ${terminal('TERM=xterm NO_COLOR=1')}`,
      sample.bad[0],
    ]);
    t.match(plain.stdout, 'error[');
    t.notMatch(plain.stdout, '\u001b[', 'not with NO_COLOR');
    const piped = await run(name, sample.reads, { input: sample.bad[0] });
    t.notMatch(piped.stderr, '\u001b[', 'and not into a pipe');
  });
}

t.test('a filter drains what it prints, however slowly it is read', async (t) => {
  const lines = Array.from(
    { length: 60_000 },
    (_, index) => `10.${index >> 15}.${(index >> 7) & 255}.${(index & 127) * 2}`,
  );
  const { stdout } = await run('bash', ['-c', 'cidr merge | (sleep 0.5; cat)'], { input: lines.join('\n') });
  t.equal(stdout.trim().split('\n').length, 60_000);
});

t.test('interrupted, a program ends by that signal', async (t) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    const child = start('cidr', ['merge'], { stdio: ['pipe', 'ignore', 'ignore'] });
    await new Promise((done) => setTimeout(done, 150));
    child.kill(signal);
    const [, ended] = await new Promise<[number | null, NodeJS.Signals | null]>((done) =>
      child.on('close', (status, by) => done([status, by])),
    );
    t.equal(ended, signal);
  }
});
