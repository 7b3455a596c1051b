// Each guard of fwgen apply on a machine with a real kernel: it fires, nothing is loaded, and its override works. And the
// lock, what is kept of sources, connections that are cut, and a run that is killed while it loads.

import { once } from 'node:events';
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { Host } from '../../src/inventory/model.ts';
import { writeLines } from '../../src/inventory/wire.ts';
import { host, stream } from '../firewall/sample.ts';
import { cleanEnv, start } from '../spawn.ts';
import { Lab, lacking, until, WAYS } from './apply-machine.ts';

t.setTimeout(600_000);

const [way] = WAYS;
if (way === undefined) throw new RangeError('no way');

const TEN = Array.from({ length: 10 }, (_, at) => host(`web-${at}`, `192.0.2.${at + 1}`));

/** A stream that says itself that it is incomplete. */
function partial(hosts: readonly Host[]): string {
  const closing = { source: 'aws', complete: false, why: 'us-east-1 timed out' };
  return [...writeLines({ hosts, closings: [closing] })].join('');
}

t.test('guards', { skip: await lacking([...way.tools, 'iptables-legacy']) }, async (t) => {
  const lab = await Lab.open(`pg-${process.pid}`, way);
  t.teardown(() => lab.close());
  const state = join(lab.folder, 'state/fwgen');
  const bin = join(lab.folder, 'bin');
  mkdirSync(bin);
  /** A run that a guard refuses, then the same with what overrides it; then as before. */
  const guarded = async (
    t: Test,
    code: RegExp,
    words: readonly string[],
    input: string,
    override: readonly string[],
    env: NodeJS.ProcessEnv = {},
  ): Promise<void> => {
    const before = await lab.loaded();
    const refused = await lab.fwgen('apply', words, input, env);
    t.equal(refused.status, 65, refused.stderr);
    t.match(refused.stderr, code);
    t.equal(await lab.loaded(), before, 'nothing was loaded');
    const allowed = await lab.fwgen('apply', [...words, ...override], input, env);
    t.equal(allowed.status, 0, allowed.stderr);
    t.notMatch(allowed.stderr, code);
    const back = await lab.fwgen(
      'apply',
      ['--max-removal', '100', '--allow', 'lockout', '--allow', 'foreign', '--allow', 'both-backends'],
      stream(TEN),
    );
    t.equal(back.status, 0, back.stderr);
  };
  t.equal((await lab.fwgen('apply', [], stream(TEN))).status, 0);

  await t.test('many removals', async (t) => {
    await guarded(
      t,
      /error\[LD002\]: 4 of 10 addresses would be removed, 40 per cent/,
      [],
      stream(TEN.slice(4)),
      ['--max-removal', '40'],
    );
    const few = await lab.fwgen('apply', [], stream(TEN.slice(3)));
    t.equal(few.status, 0, '30 per cent are not more than 30 per cent');
    await lab.fwgen('apply', [], stream(TEN));
  });

  await t.test('an empty inventory', async (t) => {
    await guarded(t, /error\[LD003\]/, ['--max-removal', '100'], stream([]), ['--allow', 'empty']);
  });

  await t.test('private space in a public list', async (t) => {
    const list: Host = {
      ...host('S3', '192.168.0.0/16', '198.51.100.0/24'),
      source: 'aws-ranges',
      state: 'listed',
    };
    await guarded(
      t,
      /error\[LD004\]: aws-ranges lists 192\.168\.0\.0\/16 \(S3\) as public: it holds private space/,
      [],
      stream([...TEN, list]),
      ['--allow', 'private'],
    );
    const everything: Host = { ...list, addresses: host('x', '0.0.0.0/0').addresses };
    const refused = await lab.fwgen('apply', ['--allow', 'private'], stream([...TEN, everything]));
    t.equal(refused.status, 65, 'everything is no list at all');
  });

  await t.test("the administrator's session", async (t) => {
    const session = { SSH_CONNECTION: '203.0.113.9 50000 10.99.0.2 22' };
    await guarded(
      t,
      /error\[LD005\]: this session, from 203\.0\.113\.9 to port 22/,
      ['--others', 'drop'],
      stream(TEN),
      ['--allow', 'lockout'],
      session,
    );
    const blind = await lab.fwgen('apply', ['--others', 'drop', '--no-rehearsal'], stream(TEN), session);
    t.match(blind.stderr, /error\[LD005\]/, 'also without a rehearsal');
    const other = { SSH_CONNECTION: '192.0.2.3 50000 10.99.0.2 22' };
    t.equal(
      (await lab.fwgen('apply', ['--others', 'drop'], stream(TEN), other)).status,
      0,
      'one that is let in',
    );
    // Back to where everybody is let in, so that it is lost by this run.
    await lab.fwgen('apply', [], stream(TEN));
    const six = { SSH_CONNECTION: '2001:db8::77 50000 fd00:99::2 22' };
    t.match(
      (
        await lab.fwgen(
          'apply',
          ['--others', 'drop', '--hook', 'input'],
          stream([...TEN, host('six', '2001:db8::6')]),
          six,
        )
      ).stderr,
      /error\[LD005\]/,
    );
    // Somebody else's rules shut it out already: that is not our doing.
    await lab.shell('iptables-nft -A INPUT -s 203.0.113.9 -j DROP');
    await lab.fwgen('apply', [], stream(TEN));
    t.equal((await lab.fwgen('apply', [], stream([...TEN, host('new', '192.0.2.77')]), session)).status, 0);
    await lab.shell('iptables-nft -D INPUT -s 203.0.113.9 -j DROP');
    await lab.fwgen('apply', [], stream(TEN));
  });

  await t.test('both backends', async (t) => {
    await lab.shell('iptables-legacy -A INPUT -p tcp --dport 9 -j DROP');
    await guarded(t, /error\[LD006\]/, [], stream([...TEN, host('new', '192.0.2.77')]), [
      '--allow',
      'both-backends',
    ]);
    await lab.shell('iptables-legacy -F INPUT');
    t.equal((await lab.fwgen('apply', [], stream(TEN))).status, 0, 'a backend without rules is none');
  });

  await t.test('other managers', async (t) => {
    for (const [chain, words] of [
      ['ufw-before-input', []],
      ['IN_public', []],
      ['DOCKER-USER', ['--hook', 'forward']],
    ] as const) {
      await lab.shell(`iptables-nft -N ${chain}`);
      await guarded(
        t,
        new RegExp(`error\\[LD007\\]: \\w+ manages this firewall: there is its chain ${chain}`),
        words,
        stream([...TEN, host('new', '192.0.2.77')]),
        ['--allow', 'foreign'],
      );
      await lab.shell(`iptables-nft -X ${chain}`);
    }
    await lab.shell('iptables-nft -N DOCKER');
    t.equal(
      (await lab.fwgen('plan', [], stream(TEN))).status,
      0,
      'docker has nothing to do with what comes in',
    );
    await lab.shell('iptables-nft -X DOCKER');
  });

  await t.test('an incomplete source adds and removes nothing', async (t) => {
    const half = partial([...TEN.slice(0, 3), host('new', '192.0.2.77')]);
    const applied = await lab.fwgen('apply', [], half);
    t.equal(applied.status, 0, applied.stderr);
    t.match(
      applied.stderr,
      /warning\[LD001\]: aws is incomplete \(us-east-1 timed out\): 7 hosts of its last complete answer, \d+ s old, stay/,
    );
    const loaded = await lab.loaded();
    for (const address of [1, 5, 10, 77]) t.match(loaded, `192.0.2.${address} `, `192.0.2.${address}`);
    rmSync(join(state, 'PENSTOCK/sources'), { recursive: true });
    const without = await lab.fwgen('apply', [], partial([host('newer', '192.0.2.78')]));
    t.equal(without.status, 0, without.stderr);
    t.match(without.stderr, /no complete answer of it is known: nothing is removed/);
    for (const address of [1, 77, 78]) t.match(await lab.loaded(), `192.0.2.${address} `);
    const none = await lab.fwgen('apply', [], partial([]));
    t.not(none.status, 0, 'no host at all');
    t.match(await lab.loaded(), '192.0.2.78 ');
    const cut = await lab.fwgen('apply', [], stream(TEN).split('\n').slice(0, 4).join('\n'));
    t.match(cut.stderr, /its stream was cut off/);
    t.match(await lab.loaded(), '192.0.2.78 ');
    const accepted = await lab.fwgen('apply', ['--accept-incomplete', '--max-removal', '100'], partial(TEN));
    t.equal(accepted.status, 0, accepted.stderr);
    t.notMatch(await lab.loaded(), '192.0.2.78 ');
    const broken = await lab.fwgen('apply', [], stream(TEN).slice(0, 100));
    t.equal(broken.status, 65, 'a stream that is cut off within a line');
    t.equal((await lab.fwgen('apply', [], stream(TEN))).status, 0);
  });

  await t.test('a set of somebody else, a tool that refuses: seen before anything is changed', async (t) => {
    await lab.shell('ipset create OTHER-hosts-v4 hash:net');
    const foreign = await lab.fwgen('apply', ['--chain', 'OTHER'], stream(TEN));
    t.equal(foreign.status, 65);
    t.match(foreign.stderr, /error\[LD011\]: the set OTHER-hosts-v4 is there as hash:net inet, and/);
    await lab.shell('ipset destroy OTHER-hosts-v4');
    writeFileSync(join(bin, 'ip6tables-nft-restore'), '#!/bin/sh\necho "line 2 failed" >&2\nexit 1\n', {
      mode: 0o755,
    });
    const PATH = `${bin}:${cleanEnv()['PATH']}`;
    const before = await lab.loaded();
    const refused = await lab.fwgen('apply', ['--others', 'drop'], stream(TEN), { PATH });
    t.not(refused.status, 0);
    t.equal(await lab.loaded(), before);
    rmSync(join(bin, 'ip6tables-nft-restore'));
  });

  await t.test('one at a time', async (t) => {
    const busy = start('flock', [join(state, 'lock'), 'sh', '-c', 'echo busy; read line'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (busy.stdout === null || busy.stdin === null) throw new Error('no streams');
    await once(busy.stdout, 'data');
    const gaveUp = await lab.fwgen('apply', ['--wait', '0.2'], stream(TEN));
    t.equal(gaveUp.status, 75);
    t.match(
      gaveUp.stderr,
      /fwgen: waiting for fwgen apply, pid \d+, since 20\d\d-.*\n(?:.*\n)*.*error\[LD017\]/,
    );
    const waits = lab.fwgen('apply', [], stream([...TEN, host('late', '192.0.2.79')]));
    busy.stdin.end();
    t.equal((await waits).status, 0, 'and when it ends, the next one goes on');
    const child = lab.start('apply', ['--confirm-within', '600'], stream(TEN));
    const ended = once(child, 'close');
    await until(
      'it waits',
      async () =>
        (await lab.fwgen('status', ['--json'])).stdout.includes('"pending":'.concat('5')) ||
        child.exitCode !== null,
    );
    const second = await lab.fwgen('apply', [], stream([...TEN, host('late', '192.0.2.79')]));
    t.equal(second.status, 75);
    t.match(second.stderr, /error\[LD014\]/);
    t.equal((await lab.fwgen('confirm', [])).status, 0);
    t.strictSame(await ended, [0, null]);
    t.equal((await lab.fwgen('confirm', [])).status, 1, 'nothing more to confirm');
  });

  await t.test('killed while it loads, everything is put back at once', async (t) => {
    const before = await lab.loaded();
    const real = (await lab.shell('command -v ip6tables-nft-restore')).trim();
    const slow = join(bin, 'ip6tables-nft-restore');
    writeFileSync(slow, `#!/bin/sh\necho > ${lab.folder}/reached\nsleep 2\nexec ${real} "$@"\n`);
    chmodSync(slow, 0o755);
    const PATH = `${bin}:${cleanEnv()['PATH']}`;
    const child = lab.start(
      'apply',
      ['--others', 'drop', '--no-rehearsal'],
      stream([...TEN, host('late', '192.0.2.80')]),
      { PATH },
    );
    await until('the last tool has been started', () =>
      lab.shell(`test -e ${lab.folder}/reached && echo yes || true`).then((said) => said !== ''),
    );
    child.kill('SIGKILL');
    t.not(await lab.loaded(), before, 'a half of it is loaded');
    rmSync(slow);
    await until('it is put back', async () => (await lab.loaded()) === before);
    await until('and the guardian has finished', () =>
      lab.shell(`test -e ${state}/PENSTOCK/pending && echo yes || true`).then((said) => said === ''),
    );
    t.equal((await lab.fwgen('status', [])).status, 0);
  });

  await t.test(
    'connections of who is no longer let in',
    { skip: await lacking(['conntrack']) },
    async (t) => {
      for (const address of ['192.0.2.10', '192.0.2.1'])
        await lab.shell(
          `conntrack -I -p tcp -s ${address} -d 10.99.0.2 --sport 5000 --dport 22 --state ESTABLISHED -t 600 2>/dev/null`,
        );
      const applied = await lab.fwgen('apply', ['--cut'], stream(TEN.slice(0, 9)));
      t.equal(applied.status, 0, applied.stderr);
      t.match(applied.stderr, /1 connections of 1 addresses have been cut/);
      const left = await lab.shell('conntrack -L 2>/dev/null');
      t.notMatch(left, /src=192\.0\.2\.10 /);
      t.match(left, /src=192\.0\.2\.1 /);
    },
  );

  await t.test('a plan of an ordinary user is rehearsed where the kernel allows', async (t) => {
    const words = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
    if ((await lab.net.on([...words, 'test', '-r', 'dist/programs/fwgen.cjs'])).status !== 0) {
      t.comment('the programs are not where an ordinary user can read them');
      return;
    }
    const plan = await lab.net.on(
      [...words, process.execPath, 'dist/programs/fwgen.cjs', 'plan', ...(way?.words ?? []), '--ports', '22'],
      stream(TEN),
      { SSH_CONNECTION: '192.0.2.3 50000 10.99.0.2 22' },
    );
    t.equal(plan.status, 0, plan.stderr);
    t.match(plan.stderr, /warning\[LD018\]/);
    t.match(plan.stdout, /^-I INPUT 1 -j PENSTOCK$/m);
  });
});

const POLICY = `
sets:
  web: {select: name=web-*}
  partners: [198.51.100.0/24, '2001:db8:1::/48']
rules:
  - {action: accept, from: web, services: 22}
  - {action: drop, services: 22}
  - {action: accept, hook: forward, from: partners, to: web, services: 80}
  - {action: drop, hook: forward, to: web}
  - {action: reject, hook: output, to: partners, services: 25}
assert:
  - {must: accept, from: web, services: 22}
  - {must: drop, from: 203.0.113.9, services: 22}
  - {must: accept, hook: forward, from: partners, to: web, services: 80}
  - {must: drop, hook: forward, from: 203.0.113.9, to: web, services: 80}
  - {must: drop, hook: output, to: partners, services: 25}
`;

for (const each of [WAYS[0], WAYS[1], WAYS[4]]) {
  if (each === undefined) throw new RangeError('no way');
  t.test(
    `assertions, asked of the kernel: ${each.name}`,
    { skip: await lacking([...each.tools, 'nft']) },
    async (t) => {
      const lab = await Lab.open(`pq-${process.pid}`, each);
      t.teardown(() => lab.close());
      if (each.tools.includes('nft'))
        await lab.shell(`nft 'add chain inet filter forward { type filter hook forward priority 0; }
add chain inet filter output { type filter hook output priority 0; }'`);
      const policy = join(lab.folder, 'policy.yaml');
      writeFileSync(policy, POLICY);
      const applied = await lab.fwgen('apply', ['--policy', policy], stream(TEN));
      t.equal(applied.status, 0, applied.stderr);
      t.notMatch(applied.stderr, /LD/);
      if (!each.tools.includes('nft')) return;
      // What the model can't see: another table drops what ours accepts.
      await lab.shell(
        `nft 'table inet other { chain c { type filter hook input priority 10; tcp dport 22 drop; }; }'`,
      );
      const belied = await lab.fwgen(
        'apply',
        ['--policy', policy],
        stream([...TEN, host('web-new', '192.0.2.77')]),
      );
      t.equal(belied.status, 65);
      t.match(
        belied.stderr,
        /policy\.yaml:12:\d+: error\[LD009\]: the kernel's verdict on a packet from 192\.0\.2\.1 to .* is drop, and accept is asserted/,
      );
    },
  );
}
