// Makes the code that start.cjs starts programs with, for the Node that runs this: each program does a small job, and what
// V8 has compiled by the end of it is kept beside the bundles. npm runs it after an installation (`npm rebuild penstock`
// after an upgrade of Node). It never fails: a program without that code only starts slower.

'use strict';

const { spawnSync } = require('node:child_process');
const { mkdirSync, readdirSync, renameSync, writeFileSync } = require('node:fs');
const path = require('node:path');
const { cacheOf, compile, execute } = require('./start.cjs');

/** What a program does most, on the shipped inputs. `hosts` on standard input is what cloudhosts prints. */
const JOBS = {
  bgpgen: ['emit', 'examples/site.yaml', '--router', 'r1', '--target', 'frr'],
  cidr: ['merge', 'examples/office.txt', 'examples/vpn.txt'],
  cloudhosts: ['examples/describe-instances.json'],
  fwgen: ['emit', '--ports', '22,80'],
  sockbridge: ['-u', 'EXEC:true', 'STDOUT'],
};

/** Does a program's job in this process, and keeps what was compiled. */
function warm(name) {
  const script = compile(name);
  process.on('exit', () => {
    const file = cacheOf(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, script.createCachedData());
    renameSync(`${file}.new`, file);
  });
  process.argv = [process.argv[0], path.join(__dirname, `${name}.js`), ...(JOBS[name] ?? ['--version'])];
  execute(script, name);
}

const [, , only] = process.argv;
if (only !== undefined) warm(only);
else {
  const names = readdirSync(__dirname).filter((file) => file.endsWith('.js'));
  let hosts = '';
  for (const file of names.sort()) {
    const name = file.slice(0, -3);
    const { stdout } = spawnSync(process.execPath, [__filename, name], {
      cwd: path.dirname(__dirname),
      input: hosts,
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: 20_000,
    });
    // The names are in order: cloudhosts comes before fwgen.
    if (name === 'cloudhosts') hosts = stdout;
  }
}
