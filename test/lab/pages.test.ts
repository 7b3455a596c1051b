// The pages under the two formatters that Debian has, and the completions in the three shells they are for.

import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import t from 'tap';
import { programs } from '../../src/programs/index.ts';
import { run } from '../spawn.ts';

const pages = readdirSync('man').sort();

async function lacks(tool: string): Promise<false | string> {
  return (await run('which', [tool])).status === 0 ? false : `${tool} is not installed`;
}

t.test(
  'mandoc and man find nothing to say about the pages',
  { skip: (await lacks('mandoc')) || (await lacks('man')) },
  async (t) => {
    t.ok(pages.length >= programs.length);
    for (const page of pages) {
      const lint = await run('mandoc', ['-T', 'lint', '-W', 'warning', `man/${page}`]);
      t.strictSame([lint.status, lint.stdout], [0, ''], `mandoc -T lint ${page}`);
      const formatted = await run('bash', [
        '-c',
        `LC_ALL=C.UTF-8 MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z man/${page} >/dev/null`,
      ]);
      t.strictSame([formatted.status, formatted.stderr], [0, ''], `man --warnings ${page}`);
      // Each sentence begins a line (mdoc(7)); macros that were not taken for ones would show as text.
      const text = await run('mandoc', ['-T', 'ascii', `man/${page}`]);
      t.notMatch(
        text.stdout.replace(/.\u0008/g, ''),
        /(?:^|\s)\.(?:Fl|Ar|Cm|Sh|Pq|Li|Xr|It)\b/,
        `${page}: no macro shows as text`,
      );
    }
    const broken = await run('bash', [
      '-c',
      "sed 's/^\\.Sh NAME/.Sh NAMEE/' man/cidr.1 | mandoc -T lint -W warning",
    ]);
    t.not(broken.status, 0, 'the judge bites');
  },
);

t.test('bash', { skip: await lacks('bash') }, async (t) => {
  const complete = async (name: string, words: readonly string[]): Promise<string[]> => {
    const list = words.map((word) => `'${word}'`).join(' ');
    const script = `source completions/bash/${name}; compopt() { :; }; COMP_WORDS=(${list}); COMP_CWORD=${words.length - 1}; _${name}; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { status, stdout, stderr } = await run('bash', ['--norc', '-c', script]);
    t.strictSame([status, stderr], [0, ''], `${name}: ${words.join(' ')}`);
    return stdout.trim().split('\n');
  };
  for (const { name, verbs } of programs) {
    t.equal((await run('bash', ['-n', `completions/bash/${name}`])).status, 0, `${name} parses`);
    const [first] = verbs;
    if (first === undefined) continue;
    const lead = first.name === name ? [name] : [name, first.name];
    t.ok((await complete(name, [...lead, '--h'])).includes('--help'), name);
  }
  t.strictSame(await complete('cidr', ['cidr', 'me']), ['merge']);
  t.strictSame(await complete('cidr', ['cidr', 'merge', '--lenient', 'w']), ['wildcard']);
  t.strictSame(await complete('cidr', ['cidr', 'merge', '--ra']), ['--ranges']);
  t.strictSame(await complete('cidr', ['cidr', 'merge', 'pack']), ['package-lock.json', 'package.json']);
});

t.test('fish', { skip: await lacks('fish') }, async (t) => {
  const complete = async (name: string, line: string): Promise<string[]> => {
    const { status, stdout, stderr } = await run('fish', [
      '--no-config',
      '-c',
      `source completions/fish/${name}.fish; complete -C '${line}'`,
    ]);
    t.strictSame([status, stderr], [0, ''], line);
    return stdout
      .trim()
      .split('\n')
      .map((each) => each.split('\t')[0] ?? '');
  };
  for (const { name } of programs)
    t.equal((await run('fish', ['-n', `completions/fish/${name}.fish`])).status, 0, `${name} parses`);
  t.strictSame(await complete('cidr', 'cidr sub'), ['subtract']);
  t.strictSame(await complete('cidr', 'cidr merge --lenient w'), ['wildcard']);
  t.ok((await complete('cidr', 'cidr merge --')).includes('--ranges'));
  t.notOk((await complete('cidr', 'cidr info --')).includes('--ranges'), 'of the verb that stands there');
});

t.test('zsh', { skip: await lacks('zsh') }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-zsh-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  // Completion needs a line editor: zsh's own pseudo-terminal types the words and a Tab, and what then stands there is read.
  writeFileSync(
    join(folder, 'type.zsh'),
    `zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z "fpath=(${resolve('completions/zsh')} \\$fpath); autoload -U compinit; compinit -D; PS1=; unsetopt prompt_sp; LISTMAX=1000; print -r -- READY"
while zpty -r z line; do [[ $line == *READY* && $line != *print* ]] && break; done
zpty -w -n z "$1"$'\\t'$'\\t'
sleep 1
zpty -w z $'\\x05 #END'
out=
while zpty -r -t z line || { sleep 0.2; zpty -r -t z line }; do out+=$line; [[ $out == *'#END'* ]] && break; done
print -r -- $out
zpty -d z
`,
  );
  const typed = async (line: string): Promise<string> =>
    (await run('zsh', ['-f', join(folder, 'type.zsh'), line])).stdout;
  for (const { name } of programs)
    t.equal((await run('zsh', ['-n', `completions/zsh/_${name}`])).status, 0, `${name} parses`);
  t.match(await typed('cidr subt'), 'cidr subtract');
  t.match(await typed('cidr merge --lenient w'), 'wildcard');
  t.match(await typed('cidr merge --'), /--ranges.*print ranges/s);
});

t.test('every page opens with its name, and ends its sentences', async (t) => {
  for (const page of pages) {
    const [name = '', section = ''] = page.split('.');
    const text = readFileSync(`man/${page}`, 'utf8');
    t.match(text, `.Dt ${name.toUpperCase()} ${section}\n`);
    t.match(text, `.Sh NAME\n.Nm ${name}\n.Nd `);
  }
});
