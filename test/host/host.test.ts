import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { execute } from '../../src/apply/execute.ts';
import { describe, planFiles } from '../../src/apply/plan.ts';
import { type Artifact, withPath } from '../../src/emit/artifact.ts';
import { Writer } from '../../src/emit/writer.ts';
import { FakeHost } from '../../src/host/fake.ts';
import { type Host, HostError } from '../../src/host/host.ts';
import { nodeHost } from '../../src/host/node.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function text(host: Host, path: string): string {
  let all = '';
  for (const chunk of host.chunks(path)) all += new TextDecoder().decode(chunk);
  return all;
}

/** The errno of a call that must fail. */
function errno(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof HostError) return `${error.code} ${error.direction}`;
    throw error;
  }
  return 'no failure';
}

// The fake is only worth something if it behaves as the machine does: the same cases run on both.
for (const [name, make] of [
  ['the real machine', nodeHost],
  ['the fake', () => new FakeHost()],
] as const) {
  t.test(`files on ${name}`, async (t) => {
    const top = mkdtempSync(join(tmpdir(), 'penstock-host-'));
    t.teardown(() => rmSync(top, { recursive: true }));
    const host = make();
    const folder = join(top, 'a/b');
    host.makeFolder(folder);
    host.makeFolder(folder);
    t.match(host.stat(folder), { kind: 'folder' });
    const path = join(folder, 'file');
    t.equal(host.stat(path), undefined);
    t.equal(
      errno(() => text(host, path)),
      'ENOENT read',
    );
    host.create(path, bytes('first'), 0o640);
    t.match(host.stat(path), { kind: 'file', mode: 0o640, size: 5 });
    t.equal(
      errno(() => host.create(path, bytes('second'), 0o600)),
      'EEXIST write',
    );
    t.equal(text(host, path), 'first', 'what stood there stays');
    host.create(`${path}.new`, bytes('second'), 0o600);
    host.rename(`${path}.new`, path);
    t.equal(text(host, path), 'second');
    t.equal(host.stat(`${path}.new`), undefined);
    t.equal(
      errno(() => host.rename(join(folder, 'nothing'), path)),
      'ENOENT write',
    );
    t.equal(
      errno(() => text(host, folder)),
      'EISDIR read',
    );
    host.remove(path);
    host.remove(path);
    t.equal(host.stat(path), undefined);
  });
}

t.test('the real machine: modes stand against the umask, programs run and are judged', async (t) => {
  const top = mkdtempSync(join(tmpdir(), 'penstock-host-'));
  t.teardown(() => rmSync(top, { recursive: true }));
  const host = nodeHost();
  host.create(join(top, 'open'), bytes('x'), 0o666);
  t.equal(statSync(join(top, 'open')).mode & 0o777, 0o666);
  const finished = await host.run(['sh', '-c', 'cat; echo err >&2; exit 3'], bytes('input'));
  t.strictSame([finished.status, String(finished.stdout), String(finished.stderr)], [3, 'input', 'err\n']);
  t.match(await host.run(['sh', '-c', 'kill -9 $$']), { status: undefined, signal: 'SIGKILL' });
  t.match(
    await host.run(['true'], new Uint8Array(1 << 20)),
    { status: 0 },
    'a program that reads none of its input',
  );
  await t.rejects(host.run(['no-such-program-here']), {
    code: 'ENOENT',
    subject: 'no-such-program-here',
    direction: 'run',
  });
});

t.test('the fake plays programs, keeps a journal, and fails where told', async (t) => {
  const host = new FakeHost();
  host.programs.set('judge', (argv) => ({ status: argv[1] === 'good' ? 0 : 1 }));
  t.equal((await host.run(['judge', 'bad'])).status, 1);
  await t.rejects(host.run(['absent']), { code: 'ENOENT' });
  host.failures.set('create /x', 'EROFS');
  t.equal(
    errno(() => host.create('/x', bytes(''), 0o600)),
    'EROFS write',
  );
  t.strictSame(host.journal, ['run judge bad', 'run absent']);
});

const artifacts: readonly Artifact[] = [
  { path: '/etc/d/main.conf', mode: 0o640, text: 'main\n', verify: ['judge', '{}'] },
  { path: '/etc/sysctl.d/90.conf', mode: 0o644, text: 'sysctl\n' },
];

t.test('a plan writes beside, judges, then renames; a dry run prints that very plan', async (t) => {
  const steps = planFiles(artifacts, { root: '/out/', verify: true });
  t.strictSame(steps.map(describe), [
    'mkdir -p /out/etc/d',
    'mkdir -p /out/etc/sysctl.d',
    'write /out/etc/d/.main.conf.new (5 bytes, mode 0640)',
    'write /out/etc/sysctl.d/.90.conf.new (7 bytes, mode 0644)',
    'run judge /out/etc/d/.main.conf.new',
    'mv /out/etc/d/.main.conf.new /out/etc/d/main.conf',
    'mv /out/etc/sysctl.d/.90.conf.new /out/etc/sysctl.d/90.conf',
  ]);
  const host = new FakeHost()
    .file('/out/etc/d/main.conf', 'old')
    .file('/out/etc/d/.main.conf.new', 'left by a killed run');
  host.programs.set('judge', () => ({ status: 0 }));
  t.strictSame(await execute(steps, host), { done: true });
  t.strictSame(
    [host.textOf('/out/etc/d/main.conf'), host.files.get('/out/etc/d/main.conf')?.mode],
    ['main\n', 0o640],
  );
  t.equal(host.files.size, 2, 'no temporary file is left');
});

t.test('whatever step fails, the old files stand as they were and nothing temporary is left', async (t) => {
  const steps = planFiles(artifacts, { root: '/out', verify: true });
  for (const [failing, code] of [
    ['makeFolder /out/etc/sysctl.d', 'EACCES'],
    ['create /out/etc/sysctl.d/.90.conf.new', 'ENOSPC'],
    ['rename /out/etc/d/.main.conf.new /out/etc/d/main.conf', 'EACCES'],
  ] as const) {
    const host = new FakeHost().file('/out/etc/d/main.conf', 'old');
    host.programs.set('judge', () => ({ status: 0 }));
    host.failures.set(failing, code);
    t.match(await execute(steps, host), { done: false, code }, failing);
    t.strictSame([...host.files.keys()], ['/out/etc/d/main.conf'], failing);
    t.equal(host.textOf('/out/etc/d/main.conf'), 'old', failing);
  }
  const refused = new FakeHost().file('/out/etc/d/main.conf', 'old');
  refused.programs.set('judge', () => ({ status: 1, stderr: bytes('line 1: bad\n') }));
  t.match(await execute(steps, refused), {
    done: false,
    code: 'REFUSED',
    reason: 'judge /out/etc/d/.main.conf.new: line 1: bad',
  });
  t.strictSame([...refused.files.keys()], ['/out/etc/d/main.conf']);
});

t.test('text of a configuration: indentation, and no line break inside a line', async (t) => {
  const writer = new Writer('  ')
    .line('router bgp 65000')
    .indent((deeper) => void deeper.line('no auto', '', 'x'))
    .line('exit');
  t.equal(writer.text(), 'router bgp 65000\n  no auto\n\n  x\nexit\n');
  t.throws(
    () => writer.line('description a\nno neighbor'),
    RangeError,
    'a hostile text can not begin a line of its own',
  );
  t.strictSame(withPath(['nft', '-c', '-f', '{}'], '/x y'), ['nft', '-c', '-f', '/x y']);
});
