// The page of the library: fresh, whole, and its examples do what they show.

import { readFileSync } from 'node:fs';
import t from 'tap';
import * as library from '../src/address/index.ts';
import { declarations, page } from '../tools/api.mjs';
import { run } from './spawn.ts';

const PAGE = 'man/penstock-address.3';
const text = readFileSync(PAGE, 'utf8');

t.test('the reference is fresh (npm run api)', async (t) => {
  t.equal(text, page(), PAGE);
});

t.test('everything that is exported is in it, with its members', async (t) => {
  const declared = declarations();
  for (const name of Object.keys(library))
    t.ok(
      declared.some((each) => each.name === name),
      name,
    );
  for (const { name, kind, doc, members } of declared) {
    t.match(text, name);
    if (kind === 'class') {
      t.not(doc, '', `${name} says what it is`);
      t.ok(members.length > 0, `${name} has members`);
    }
    for (const member of members) t.notMatch(member.head, /#|private/, `${name}: ${member.head}`);
  }
  t.notMatch(text, /@internal|fromEdges/, 'what is for the folder alone is not');
  t.match(
    text,
    '.It Li "static parse(text: string, forms?: readonly PrefixForm[]): Prefix"\nAs\n.Li "read" ,\nbut throws an AddressError.\n',
  );
});

t.test('its examples', async (t) => {
  const examples = text.slice(text.indexOf('.Sh EXAMPLES'), text.indexOf('.\\" BEGIN'));
  const blocks = [...examples.matchAll(/^\.Bd -literal -offset indent\n(.*?)^\.Ed$/gms)].map(
    ([, code]) => code ?? '',
  );
  t.equal(blocks.length, 3);
  const [free = '', table = '', fault = ''] = blocks;
  const go = async (code: string): Promise<readonly string[]> => {
    const names = Object.keys(library).join(', ');
    const whole = `import { ${names} } from './src/address/index.ts';\n${code}`;
    const { stdout, stderr } = await run('node', ['--input-type=module-typescript', '-e', whole]);
    return [stdout, stderr];
  };
  t.strictSame(await go(free), [
    '10.1.0.0/21\n10.1.14.0/23\n10.1.16.0/20\n10.1.32.0/19\n10.1.64.0/18\n10.1.128.0/17\n',
    '',
  ]);
  t.strictSame(await go(table.replace(/^(table.*);.*$/m, 'console.log($1)')), ['office\n', '']);
  const [, said = ''] = /^\/\/ (.*)$/m.exec(fault) ?? [];
  t.strictSame(await go(fault), ['', `${said}\n`]);
});
