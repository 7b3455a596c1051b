import { readFileSync } from 'node:fs';
import t from 'tap';
import { completions } from '../../src/command/completion.ts';
import { EXIT, exitOfErrno } from '../../src/command/exit.ts';
import { Io } from '../../src/command/io.ts';
import { runProgram } from '../../src/command/main.ts';
import { splice } from '../../src/command/manual.ts';
import type { Program } from '../../src/command/program.ts';
import { draw, toJsonLine } from '../../src/command/report.ts';
import { VERSION } from '../../src/command/version.ts';
import { diagnoser } from '../../src/document/diagnostic.ts';
import { Source } from '../../src/document/source.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { single, water } from './sample.ts';

async function run(
  program: Program,
  words: readonly string[],
  host = new FakeHost(),
): Promise<{ status: number; out: string; err: string }> {
  const status = await runProgram(program, words, host);
  return { status, out: host.stdout, err: host.stderr };
}

t.test('what a command line gives', async (t) => {
  const nothing = { json: false, d: 0, from: [], families: [false, false], operands: [] };
  const rows: readonly (readonly [string, readonly string[], object])[] = [
    ['nothing given', ['pour'], nothing],
    ['a flag and a letter', ['pour', '-j', '-p', '22'], { ...nothing, json: true, ports: '22' }],
    [
      'a value joined to its letter, letters in a cluster',
      ['pour', '-djp22'],
      { ...nothing, json: true, d: 1, ports: '22' },
    ],
    ['a count, in both manners', ['pour', '-d', '-dd'], { ...nothing, d: 3 }],
    ['a value behind =', ['pour', '--ports=22,80'], { ...nothing, ports: '22,80' }],
    ['an empty value', ['pour', '--ports='], { ...nothing, ports: '' }],
    ['the last of a repeated one', ['pour', '--ports', '1', '--ports', '2'], { ...nothing, ports: '2' }],
    [
      'all of a gathering one',
      ['pour', '--from', 'well', '--from=river'],
      { ...nothing, from: ['well', 'river'] },
    ],
    ['numbers', ['pour', '--depth', '9', '-t', '0.5'], { ...nothing, depth: 9, t: 0.5 }],
    ['a value that begins with a dash', ['pour', '--ports', '-5'], { ...nothing, ports: '-5' }],
    ['a flag twice', ['pour', '-j', '--json'], { ...nothing, json: true }],
    ['digits in a cluster', ['pour', '-46'], { ...nothing, families: [true, true] }],
    ['a value that looks like them', ['pour', '-p', '-46'], { ...nothing, ports: '-46' }],
  ];
  for (const [why, words, expected] of rows) {
    const { status, out, err } = await run(water, words);
    t.strictSame(
      [status, out.trim(), err],
      [0, JSON.stringify({ ...JSON.parse(out), ...expected }), ''],
      why,
    );
  }
});

t.test('operands: the dash, what only looks like an option, and what follows --', async (t) => {
  const rows: readonly (readonly [readonly string[], string])[] = [
    [['-'], '-'],
    [['-,raw', 'b'], '-,raw b'],
    [['--', '--help', '-x'], '--help -x'],
    [['a', '--', '-b'], 'a -b'],
    [['0x10', '010'], '0x10 010'],
    [['--', '-46'], '-46'],
  ];
  for (const [words, expected] of rows)
    t.equal((await run(single, words)).out.trim(), expected, words.join(' '));
});

t.test('a wrong command line: one line, a hint, the usage, 64', async (t) => {
  const rows: readonly (readonly [Program, string, string])[] = [
    [water, '', "water: a verb is missing\n  hint: one of pour, drain\n'water --help'"],
    [water, 'por', 'water: unknown verb "por"\n  hint: did you mean pour?\n'],
    [water, '--json pour', 'water: --json stands before the verb\n'],
    [
      water,
      'pour --prots 22',
      'water: unknown option --prots\n  hint: did you mean --ports?\nusage: water pour [-46jd] [-p PORTS]',
    ],
    [water, 'pour --no-json', 'water: unknown option --no-json\n'],
    [water, 'pour -z', 'water: unknown option -z\n'],
    [water, 'pour -jz', 'water: unknown option -z in -jz\n'],
    [water, 'pour --json=yes', 'water: --json takes no value\n'],
    [water, 'pour -j=1', 'water: --json takes no value\n'],
    [water, 'pour --ports', 'water: --ports needs a value\n'],
    [water, 'pour -d -t', 'water: -t needs a value\n'],
    [water, 'pour --from lake', 'water: --from can\'t be "lake"\n  hint: one of well, river\n'],
    [water, 'pour --from rivr', 'water: --from can\'t be "rivr"\n  hint: did you mean river?\n'],
    [water, 'pour --depth 10', "water: --depth can't be 10\n  hint: 1 to 9\n"],
    [water, 'pour --depth 1e1', 'water: --depth can\'t be "1e1"\n  hint: a whole number\n'],
    [water, 'pour -t soon', 'water: -t can\'t be "soon"\n  hint: a number of seconds, such as 5 or 0.5\n'],
    [water, 'pour -t -1', "water: -t can't be -1\n  hint: at least 0\n"],
    [water, 'drain', 'water: FROM is missing\n  hint: the vessel\nusage: water drain FROM [TO]\n'],
    [water, 'drain a b c', 'water: too many operands: "c"\n'],
    [water, 'pour ---json', 'water: unknown option ---json\n'],
    [water, 'pour --ports bad', '--ports:1:2: error[XX001]: ports went bad\n  bad\n   ^^\n'],
  ];
  for (const [program, line, expected] of rows) {
    const { status, out, err } = await run(
      program,
      line.split(' ').filter((word) => word !== ''),
    );
    t.equal(err.slice(0, expected.length), expected, line);
    t.strictSame([status, out], [EXIT.usage, ''], line);
  }
});

t.test('help and version go to standard output', async (t) => {
  const whole = await run(water, ['--help']);
  t.match(whole.out, /water - move water about[\s\S]*pour +pour water[\s\S]*the manual is water\(1\)/);
  const verb = await run(water, ['pour', '--help']);
  t.match(
    verb.out,
    /usage: water pour \[-46jd\][\s\S]*-p, --ports[\s\S]*PORTS: ports to open[\s\S]*choices: "well", "river"/,
  );
  t.strictSame([whole.status, whole.err, verb.status], [0, '', 0]);
  t.equal((await run(single, ['-h'])).status, 0);
  t.equal((await run(water, ['--version'])).out, `water (penstock) ${VERSION}\n`);
  t.equal((await run(single, ['--version'])).out, `single (penstock) ${VERSION}\n`);
  const { version }: { version: string } = JSON.parse(readFileSync('package.json', 'utf8'));
  t.equal(VERSION, version, "the version is package.json's");
  const german = new FakeHost();
  german.env = { LANG: 'de_DE.UTF-8', LC_ALL: 'de_DE.UTF-8' };
  t.match(
    (await run(water, ['pour', '--help'], german)).out,
    /Options:/,
    'help is in English wherever it runs',
  );
});

t.test('the system failing: one line and its status', async (t) => {
  t.strictSame(await run(water, ['pour', 'nowhere']), {
    status: EXIT.noInput,
    out: '',
    err: 'water: nowhere: No such file or directory\n',
  });
  const full = new FakeHost().file('glass', 'water');
  full.failures.set('write 1', 'ENOSPC');
  t.strictSame(await run(water, ['pour', 'glass'], full), {
    status: EXIT.io,
    out: '',
    err: 'water: standard output: No space left on device\n',
  });
  const bug = await run(water, ['drain', 'bug']);
  t.match(bug, {
    status: EXIT.software,
    err: /a fault in the program itself, please report it: TypeError: a bug\n +at /,
  });
  t.equal((await run(water, ['drain', 'x'])).status, EXIT.negative, 'the status of the program itself');
  t.equal(exitOfErrno('EACCES', 'read'), EXIT.noInput);
  t.equal(exitOfErrno('EACCES', 'write'), EXIT.noPermission);
  t.equal(exitOfErrno('ENOENT', 'write'), EXIT.cantCreate);
  t.equal(exitOfErrno('ENOENT', 'run'), EXIT.unavailable);
});

t.test('reading and writing: pieces of any size are put together rightly', async (t) => {
  const host = new FakeHost();
  host.stdin = '\ufeffgrüße 😀\n';
  host.chunkSize = 1;
  const io = new Io('x', host);
  const source = io.read('-');
  t.strictSame(
    [source.name, source.text],
    ['<stdin>', 'grüße 😀\n'],
    'split characters are joined, a byte order mark is dropped',
  );
  for (let index = 0; index < 30_000; index++) io.write(`${index}\n`);
  t.ok(host.stdout.length > 60_000, 'what fills the buffer is written early');
  io.report({ code: 'A1', severity: 'note', message: 'm' });
  t.ok(host.stdout.endsWith('29999\n'), 'what was written comes out before a report');
  const borrowed = new TextEncoder().encode('one');
  io.write(borrowed);
  borrowed.fill(120);
  io.flush();
  t.ok(host.stdout.endsWith('one'), 'bytes are copied: a chunk may be used again by its owner');
});

t.test('a report: place, line, carets, hint; nothing in it can drive a terminal', async (t) => {
  const diagnose = diagnoser({
    X1: { severity: 'error', meaning: '' },
    W1: { severity: 'warning', meaning: '' },
  });
  const source = new Source('a.yaml', 'one: 1\n\tkey:  bad value\nlast');
  const plain = { colour: false };
  t.equal(
    draw(
      diagnose('X1', source.span(14, 17), 'it is bad', {
        hint: 'make it good',
        related: [{ span: source.span(0, 3), message: 'first here' }],
      }),
      plain,
    ),
    'a.yaml:2:8: error[X1]: it is bad\n   key:  bad value\n         ^^^\n  hint: make it good\na.yaml:1:1: first here\n  one: 1\n  ^^^\n',
  );
  t.equal(
    draw(diagnose('X1', source.span(28, 28), 'ends early'), plain),
    'a.yaml:3:5: error[X1]: ends early\n  last\n      ^\n',
  );
  t.equal(draw(diagnose('X1', undefined, 'no place'), plain), 'error[X1]: no place\n');
  const hostile = new Source('\u001b[2J', '\u001b[31mred\u202e');
  const drawn = draw(diagnose('X1', hostile.span(0, 1), 'a \u001b b'), plain);
  t.notMatch(drawn, /\u001b|\u202e/, 'escape sequences and overrides are shown, not sent');
  const long = new Source('long', `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`);
  const excerpt = draw(diagnose('X1', long.span(5000, 5004), 'far'), plain).split('\n');
  t.ok((excerpt[1] ?? '').length < 140, 'a long line is cut');
  t.equal(
    excerpt[1]?.slice(excerpt[2]?.indexOf('^')).slice(0, 4),
    'HERE',
    'and the carets stand under the place',
  );
  t.match(draw(diagnose('W1', source.span(0, 1), 'm'), { colour: true }), /\u001b\[1;33mwarning/);
  t.strictSame(JSON.parse(toJsonLine(diagnose('X1', source.span(14, 17), 'it is bad', { hint: 'h' }))), {
    code: 'X1',
    severity: 'error',
    message: 'it is bad',
    hint: 'h',
    file: 'a.yaml',
    line: 2,
    column: 8,
    offset: 14,
    length: 3,
  });
});

t.test('colour: on a terminal only, and not against NO_COLOR', async (t) => {
  const rows: readonly (readonly [boolean, Record<string, string>, boolean])[] = [
    [true, {}, true],
    [false, {}, false],
    [true, { NO_COLOR: '1' }, false],
    [true, { NO_COLOR: '' }, true],
    [true, { TERM: 'dumb' }, false],
  ];
  for (const [terminal, env, expected] of rows) {
    const host = new FakeHost();
    host.terminal = terminal;
    host.env = env;
    new Io('x', host).report({ code: 'A1', severity: 'error', message: 'm' });
    t.equal(host.stderr.includes('\u001b['), expected, JSON.stringify([terminal, env]));
  }
});

t.test('the sections of a manual page, put into their places', async (t) => {
  const markers = ['OPTIONS', 'EXIT STATUS', 'ENVIRONMENT', 'DIAGNOSTICS']
    .map((name) => `.\\" BEGIN ${name}\n.\\" END ${name}\n`)
    .join('.\\" by hand\n');
  const page = splice(markers, water);
  t.match(page, '.It Fl p Ar PORTS , Fl -ports Ar PORTS Pq pour\nPorts to open.\n');
  t.match(page, '.It Fl d Pq pour\nSay more, once or oftener.\n');
  t.match(page, '.It 1\nThe vessel was empty.\n.It 64\n');
  t.match(page, '.It Ev WATER\nThe vessel.\n');
  t.match(page, '.It Sy XX001 Pq error\nA thing is wrong.\nMend it.\n');
  t.equal(page.split('.\\" by hand\n').length, 4, 'what was written by hand stays');
  t.equal(splice(page, water), page, 'splicing again changes nothing');
  t.throws(() => splice('.\\" BEGIN OPTIONS\n', water), /markers of OPTIONS/);
});

t.test('completions name every option and verb', async (t) => {
  for (const [path, text] of Object.entries(completions(water))) {
    for (const word of ['pour', 'drain', 'ports', 'from', 'json', 'well', 'river'])
      t.match(text, word, `${path} has ${word}`);
  }
});
