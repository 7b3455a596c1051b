// Completeness: a program has a launcher, an entry in package.json, a page, completions and examples that agree with its
// declaration; what is generated is fresh; what the pages show is run.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { lettersOf } from '../src/command/program.ts';
import { programs } from '../src/programs/index.ts';
import { generated } from '../tools/pages.mjs';
import { run } from './spawn.ts';

interface Package {
  readonly bin: Readonly<Record<string, string>>;
  readonly man: readonly string[];
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
}

const manifest: Package = JSON.parse(readFileSync('package.json', 'utf8'));
const names = programs.map((program) => program.name);

t.test('the lists of programs agree', async (t) => {
  const sources = readdirSync('src/programs').filter((file) => file.endsWith('.ts') && file !== 'index.ts');
  t.strictSame(sources.map((file) => file.slice(0, -3)).sort(), names, 'src/programs, in order');
  t.strictSame(Object.keys(manifest.bin).sort(), names, 'package.json');
  t.strictSame(
    readdirSync('bin')
      .filter((file) => file.endsWith('.js'))
      .sort(),
    names.map((name) => `${name}.js`),
    'bin',
  );
  for (const name of names) {
    t.equal(
      readFileSync(`bin/${name}.js`, 'utf8'),
      `#!/usr/bin/env node\n'use strict';\nrequire('./start.cjs').start('${name}');\n`,
    );
    t.ok(statSync(`bin/${name}.js`).mode & 0o111, `bin/${name}.js may be run`);
    t.ok(existsSync(`test/programs/${name}.test.ts`), `${name} has a test of its command line`);
  }
  const pages = readdirSync('man').sort();
  t.strictSame(
    manifest.man.map((path) => path.replace('./man/', '')).sort(),
    pages,
    'every page is in the package',
  );
  for (const program of programs)
    t.ok(pages.includes(`${program.name}.${program.section}`), `${program.name} has a page`);
});

t.test('generated sections and completions are fresh (npm run man)', async (t) => {
  for (const [path, text] of await generated())
    t.equal(existsSync(path) ? readFileSync(path, 'utf8') : '', text, path);
});

t.test('the synopsis of a page names every option, and the page every verb', async (t) => {
  for (const program of programs) {
    const page = readFileSync(`man/${program.name}.${program.section}`, 'utf8');
    const synopsis = page.slice(page.indexOf('.Sh SYNOPSIS'), page.indexOf('.Sh DESCRIPTION'));
    t.ok(
      page.includes(`.Nd ${program.summary}\n`),
      `${program.name}: the one-line description is the declaration's`,
    );
    for (const verb of program.verbs) {
      t.match(page, verb.name, `${program.name} tells of ${verb.name}`);
      for (const [name, option] of Object.entries(verb.options)) {
        const letter = lettersOf(name, option);
        const flag = letter !== undefined && (option.type === 'flag' || option.type === 'count');
        const pattern = flag
          ? new RegExp(`Fl [A-Za-z0-9]*${letter}`)
          : new RegExp(`Fl (?:-${name}|${letter ?? name})\\b`);
        t.match(synopsis, pattern, `${program.name} ${verb.name}: ${name}`);
      }
    }
    for (const operand of program.verbs.flatMap((verb) => verb.operands))
      t.match(synopsis, operand.name, `${program.name}: ${operand.name}`);
  }
});

t.test('cross-references lead to pages of ours, or to ones that Debian has', async (t) => {
  const known = new Set([
    'bash(1)',
    'bgpd(8)',
    'bird(8)',
    'conntrack(8)',
    'cron(8)',
    'sh(1)',
    'systemd(1)',
    'exim4(8)',
    'getaddrinfo(3)',
    'grep(1)',
    'grepcidr(1)',
    'haproxy(1)',
    'hosts_access(5)',
    'ip(8)',
    'ipset(8)',
    'iptables(8)',
    'ip6tables(8)',
    'openssl-ciphers(1)',
    'openssl-rehash(1)',
  ]);
  for (const name of [
    'iptables-restore(8)',
    'ip6tables-restore(8)',
    'iptables-extensions(8)',
    'jq(1)',
    'mariadb(1)',
    'mysqld(8)',
    'nft(8)',
    'ping(8)',
    'sysctl(8)',
    'sysctl.d(5)',
    'vtysh(1)',
    'zebra(8)',
  ])
    known.add(name);
  for (const name of [
    'socat(1)',
    'sd_listen_fds(3)',
    'systemd-socket-activate(1)',
    'systemd-notify(1)',
    'systemd.service(5)',
    'systemd.socket(5)',
    'systemd.exec(5)',
    'sysexits(3)',
    'unix(7)',
    'tcp(7)',
    'signal(7)',
    'frr(8)',
    'iprange(1)',
    'logger(1)',
    'perl(1)',
    'fcntl(2)',
    'hosts_access(5)',
    'services(5)',
    'systemd-socket-proxyd(8)',
    'open(2)',
    'chmod(1)',
    'shutdown(2)',
    'watchfrr(8)',
  ])
    known.add(name);
  for (const file of readdirSync('man')) {
    for (const [, name, section] of readFileSync(`man/${file}`, 'utf8').matchAll(/^\.Xr (\S+) (\d)/gm)) {
      const reference = `${name}(${section})`;
      t.ok(existsSync(`man/${name}.${section}`) || known.has(reference), `${file}: ${reference}`);
    }
  }
});

t.test('every dependency has its reason in the README', async (t) => {
  const readme = readFileSync('README.md', 'utf8');
  const { dependencies, devDependencies, optionalDependencies } = manifest;
  const all = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
  for (const [name] of all) {
    t.match(readme, new RegExp(`^- \`${name.replace('/', '\\/')}\``, 'm'), name);
  }
  for (const [, version] of all) t.match(version, /^\d/, 'versions are exact');
});

t.test('the examples of the declarations and the pages run, and end well', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-examples-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  const seen = new Set<string>();
  for (const program of programs) {
    const page = readFileSync(`man/${program.name}.${program.section}`, 'utf8');
    const shown = [...page.matchAll(/^\.Dl \$ (.+)$/gm)].map(([, command]) =>
      (command ?? '').replaceAll('\\e', '\\').replaceAll('\\-', '-'),
    );
    t.ok(shown.length > 0, `${program.name}(${program.section}) has examples`);
    for (const command of [...program.examples.map((example) => example.command), ...shown]) {
      if (seen.has(command) || NEEDS_A_LAB.test(command)) continue;
      seen.add(command);
      const { status, stdout, stderr } = await run('bash', [
        '-o',
        'pipefail',
        '-c',
        `TMPDIR=${folder}; ${command}`,
      ]);
      t.equal(status, 0, `${command}\n${stderr}`);
      t.ok(
        stdout.length > 0 || command.includes('>') || command.includes('--out'),
        `${command} prints something`,
      );
    }
  }
});

/** Examples that change a kernel's rules, listen for ever or talk to a daemon: the labs run them. */
const NEEDS_A_LAB = /^sockbridge |iptables|\bnft\b|vtysh|systemd|sudo|\bssh\b|\/etc\/|\bbgpgen rehearse\b/;
