// bgpgen rehearse on this machine, with the real daemons: what it shows of the example, what each failure costs, and that
// nothing of it is left. Orders and generous bounds only: the machine may be loaded; figures are in the reports.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import type { Shown, Traffic } from '../../src/programs/bgpgen/rehearse/report.ts';
import { lacking, until } from '../routing/daemons.ts';
import { run, start } from '../spawn.ts';

const reason =
  lacking() ?? (existsSync('/usr/bin/ping') ? undefined : 'not installed: ping (package iputils-ping)');
const skip = reason === undefined ? {} : { skip: reason };

const folder = mkdtempSync(join(tmpdir(), 'penstock-rehearse-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

/** The example with BFD to the first provider, which is how a silent loss is noticed at once. */
const WATCHED = join(folder, 'watched.yaml');
writeFileSync(
  WATCHED,
  readFileSync('examples/site.yaml', 'utf8').replace(
    '    password-file: transit-a.password\n',
    '    bfd: true\n',
  ),
);

interface Rehearsed {
  readonly shown: Shown;
  readonly status: number | null;
  readonly err: string;
}

async function rehearse(...words: readonly string[]): Promise<Rehearsed> {
  const { status, stdout, stderr } = await run('bgpgen', ['rehearse', '--json', ...words]);
  if (stdout === '') throw new Error(`status ${status}: ${stderr}`);
  const shown: Shown = JSON.parse(stdout);
  return { shown, status, err: stderr };
}

const lost = (traffic: readonly Traffic[]): number => traffic.reduce((sum, each) => sum + each.lost, 0);
const longest = (traffic: readonly Traffic[]): number => Math.max(...traffic.map(({ outage }) => outage));

const OWN = ['198.51.100.0/24', '2001:db8:1234::/48'];

t.test(
  'each daemon: both providers hear exactly our prefixes, and exactly the good routes are taken',
  skip,
  async (t) => {
    const runs = await Promise.all(
      ['frr', 'bird', 'openbgpd'].map(
        async (target) =>
          [target, await rehearse('examples/site.yaml', '-t', target, '--fail', 'session')] as const,
      ),
    );
    for (const [target, { shown, status, err }] of runs) {
      t.comment(
        `${target}: ${JSON.stringify(shown.sessions)}, seen after ${shown.seen} s, ${JSON.stringify(shown.failure)}`,
      );
      t.equal(status, 0, `${target}: ${err}`);
      t.equal(shown.sessions.up, 4, `${target}: four sessions`);
      t.ok(
        (shown.seen ?? 99) - (shown.sessions.after ?? 0) < 10,
        `${target}: seen within 10 s of the sessions`,
      );
      for (const { neighbor, prefixes } of shown.hears)
        t.strictSame(prefixes, OWN, `${target}: ${neighbor} hears`);
      t.equal(shown.takes.length, 4);
      for (const { neighbor, taken, refused, wrong } of shown.takes) {
        t.strictSame(wrong, [], `${target}: of ${neighbor} nothing wrong`);
        t.equal(taken.length, 2, `${target}: of ${neighbor} taken`);
        t.ok(refused.length >= 5, `${target}: of ${neighbor} refused`);
      }
      t.ok(shown.failure?.otherWay, `${target}: the other provider is left`);
      t.equal(lost(shown.failure?.traffic ?? []), 0, `${target}: a planned shutdown loses nothing`);
      t.equal(shown.failure?.traffic.length, target === 'openbgpd' ? 0 : 2, `${target}: both families`);
    }
  },
);

t.test('failures: a link, a silent one under BFD, a crash', skip, async (t) => {
  const plot = join(folder, 'link.svg');
  const [link, silent, crash] = await Promise.all([
    rehearse('examples/site.yaml', '--fail', 'link', '--plot', plot),
    rehearse(WATCHED, '--fail', 'silent', '--of', 'transit-a'),
    rehearse('examples/site.yaml', '--fail', 'crash'),
  ]);
  for (const { shown, status, err } of [link, silent, crash]) {
    t.comment(JSON.stringify(shown.failure));
    t.equal(status, 0, err);
    t.not(shown.failure?.repair.after, undefined, `${shown.failure?.kind ?? ''}: all sessions come back`);
  }
  const holes = [link, silent].map(({ shown }) => longest(shown.failure?.traffic ?? []));
  t.ok((holes[0] ?? 99) < 5, `a dead link: ${holes[0]} s`);
  // The hold time is 30 s: without BFD it would be that.
  t.ok((holes[1] ?? 99) < 10, `a silent one: ${holes[1]} s`);
  t.ok(lost(silent.shown.failure?.traffic ?? []) > 0, 'and it is a loss at all');
  t.equal(lost(link.shown.failure?.repair.traffic ?? []), 0, 'the way back loses nothing');
  t.equal(crash.shown.failure?.otherWay, false, 'one router: no other way');
  t.equal(crash.shown.failure?.of, 'r1');
  t.ok((crash.shown.failure?.withdrawn ?? 99) < 10, 'a crashed daemon is not heard any more');
  const svg = readFileSync(plot, 'utf8');
  t.match(svg, /^<svg /);
  t.match(svg, /link of transit-a, 0\.00 s/);
  t.match(await run('bgpgen', ['rehearse', 'examples/site.yaml', '--fail', 'link', '--plot', plot]), {
    status: 73,
    stderr: /File exists/,
  });
});

const CHECKED = join(folder, 'checked.yaml');
writeFileSync(
  CHECKED,
  readFileSync('examples/site.yaml', 'utf8')
    .replace(/password-file:.*/, 'gtsm: true')
    .replace(/^neighbors:/m, 'rpki: [10.99.0.1, { address: 10.99.0.2, port: 8282 }]\nneighbors:'),
);

t.test('invalid routes, by a real cache of validated ROAs', skip, async (t) => {
  const runs = await Promise.all(
    ['frr', 'bird', 'openbgpd'].map(
      async (target) => [target, await rehearse(CHECKED, '-t', target)] as const,
    ),
  );
  for (const [target, { shown, status, err }] of runs) {
    t.comment(`${target}: taken again after ${shown.readmitted} s`);
    t.equal(status, 0, `${target}: ${err}`);
    for (const { neighbor, family, refused } of shown.takes)
      t.ok(
        refused.some(({ why }) => why === 'its ROA names another AS'),
        `${target}: of ${neighbor}, IPv${family}, refused`,
      );
    // FRR 8.4 looks at such a route again only when it is told to; the report says so.
    if (target !== 'frr') t.type(shown.readmitted, 'number', `${target}: taken once the ROA is mended`);
  }
});

/** Namespaces and folders of a rehearsal. */
function leftOf(pid: number): readonly string[] {
  return ['/run/netns', '/run']
    .flatMap((path) => (existsSync(path) ? readdirSync(path) : []))
    .filter((name) => name.startsWith(`pnr-${pid}-`));
}

t.test(
  'nothing is left after Ctrl-C or SIGTERM, and what a killed one leaves the next takes away',
  skip,
  async (t) => {
    const pids: number[] = [];
    await Promise.all(
      (['SIGINT', 'SIGTERM', 'SIGKILL'] as const).map(async (signal) => {
        const child = start('bgpgen', ['rehearse', 'examples/site.yaml', '--fail', 'silent'], {
          stdio: 'ignore',
        });
        const pid = child.pid ?? -1;
        pids.push(pid);
        const ended = new Promise<NodeJS.Signals | null>((done) =>
          child.on('exit', (_status, by) => done(by)),
        );
        // Far enough to have daemons running.
        t.ok(await until(() => leftOf(pid).length >= 6, 30), `${signal}: it is built`);
        child.kill(signal);
        t.equal(await ended, signal, `${signal}: ends by it`);
        if (signal === 'SIGKILL') t.ok(leftOf(pid).length > 0, 'a killed one can not tidy up');
        else t.strictSame(leftOf(pid), [], `${signal}: nothing is left`);
      }),
    );
    // The sweep is the first thing that a rehearsal does.
    const next = start('bgpgen', ['rehearse', 'examples/site.yaml'], { stdio: 'ignore' });
    const over = new Promise((done) => next.on('exit', done));
    t.ok(await until(() => pids.every((pid) => leftOf(pid).length === 0), 30), 'gone');
    next.kill('SIGTERM');
    await over;
    t.strictSame(leftOf(next.pid ?? -1), []);
  },
);

t.test('the example of the page', skip, async (t) => {
  const [, command = ''] = /^\.Dl \$ (bgpgen rehearse .*)$/m.exec(readFileSync('man/bgpgen.1', 'utf8')) ?? [];
  const { status, stdout, stderr } = await run('bash', ['-c', `${command} -t bird`]);
  t.equal(status, 0, stderr);
  t.match(stdout, /^transit-a hears: 198\.51\.100\.0\/24 2001:db8:1234::\/48$/m);
  t.match(stdout, /^failure: link of transit-a$/m);
  t.match(stdout, /^repair: all sessions up again after /m);
});

t.test('who may not, and what can not be', skip, async (t) => {
  const asNobody = await run(
    'setpriv',
    ['--reuid', '65534', '--clear-groups', process.execPath, 'dist/programs/bgpgen.cjs', 'rehearse', '-'],
    {
      input: readFileSync('examples/site.yaml', 'utf8').replace(/password-file:.*/, 'gtsm: true'),
    },
  );
  t.match(asNobody, { status: 77, stderr: /only root/ });
  t.equal((await run('bgpgen', ['rehearse', 'examples/site.yaml', '--of', 'r1'])).status, 64);
  const nobody = await run('bgpgen', [
    'rehearse',
    'examples/site.yaml',
    '--fail',
    'link',
    '--of',
    'transit-x',
    '-t',
    'bird',
  ]);
  t.match(nobody, { status: 69, stderr: /transit-a, transit-b, r1/ });
});
