import fc from 'fast-check';
import t from 'tap';
import { AddressFault } from '../../src/address/fault.ts';
import { isObject, locate, parseJson, pathText } from '../../src/document/json.ts';
import { Reader } from '../../src/document/reader.ts';
import { Source, spanText } from '../../src/document/source.ts';
import { parseYaml } from '../../src/document/yaml.ts';

/** `line:column code message` of each diagnostic. */
function told(
  diagnostics: readonly { code: string; message: string; span?: { source: Source; start: number } }[],
): string[] {
  return diagnostics.map(({ code, message, span }) => {
    const position = span?.source.position(span.start);
    return `${position?.line}:${position?.column} ${code} ${message}`;
  });
}

t.test('YAML keeps the place of every key and value', async (t) => {
  const source = new Source(
    'site.yaml',
    'as: 65000\nnets:\n  - 10.1.2.0/24\n  - "2001:db8::/32"\nnothing:\n',
  );
  const { root, diagnostics } = parseYaml(source);
  t.strictSame(diagnostics, []);
  if (root?.kind !== 'map') throw new Error('a map was expected');
  const [as, nets, nothing] = root.entries;
  t.equal(as?.key, 'as');
  t.equal(as && spanText(as.keySpan), 'as');
  t.match(as?.value, { kind: 'scalar', value: 65000, text: '65000', quoted: false });
  if (nets?.value.kind !== 'list') throw new Error('a list was expected');
  t.strictSame(
    nets.value.items.map((item) => spanText(item.span)),
    ['10.1.2.0/24', '"2001:db8::/32"'],
  );
  t.match(nets.value.items[1], { quoted: true, value: '2001:db8::/32' });
  t.match(nothing?.value, { kind: 'scalar', value: null });
});

t.test('what is wrong with a YAML text is said with its place', async (t) => {
  const rows: readonly (readonly [string, RegExp, string])[] = [
    ['', /^1:1 DOC007/, 'empty'],
    ['# only a comment\n', /^1:1 DOC007/, 'only comments'],
    ['a: 1\na: 2\n', /^2:1 DOC001 map keys must be unique/, 'a key twice'],
    ['a: [1, 2\n', /DOC001/, 'a list that is not closed'],
    ['a: 1\n---\nb: 2\n', /DOC001 a second document/, 'two documents'],
    ['a: !secret x\n', /DOC001/, 'a tag that nobody knows'],
    ['a:\n\t- 1\n', /DOC001/, 'a tab as indentation'],
    ['a: *nowhere\n', /DOC001/, 'an alias of nothing'],
  ];
  for (const [text, expected, why] of rows) {
    const { root, diagnostics } = parseYaml(new Source('x.yaml', text));
    t.equal(root, undefined, why);
    t.match(told(diagnostics)[0], expected, why);
  }
  const deep = parseYaml(new Source('x.yaml', `a: ${'['.repeat(200)}${']'.repeat(200)}`));
  t.match(told(deep.diagnostics)[0], /nested over 100 levels/);
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
    .split('')
    .map((name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefgh'[index]}`).join(',')}]\n`)
    .join('')}`;
  t.match(
    told(parseYaml(new Source('x.yaml', bomb)).diagnostics)[0],
    /over 1000000 values/,
    'aliases of aliases are bounded',
  );
});

t.test('the reader collects all faults, with hints', async (t) => {
  const source = new Source(
    'x.yaml',
    'nam: r1\nport: 70000\nip: 10.0.0.256\nrole: transitt\non: yes\nlist: 5\n',
  );
  const { root } = parseYaml(source);
  if (root === undefined) throw new Error('it parses');
  const reader = new Reader();
  const fields = reader.fields(root, 'the site', ['name', 'port', 'ip', 'role', 'on', 'list']);
  if (fields === undefined) throw new Error('it is a map');
  const field = (key: string): NonNullable<ReturnType<typeof fields.get>> => {
    const node = fields.get(key);
    if (node === undefined) throw new Error(`${key} is there`);
    return node;
  };
  t.equal(fields.need('name'), undefined);
  t.equal(reader.integer(field('port'), 'port', 1, 65535), undefined);
  t.equal(
    reader.value(field('ip'), 'ip', (text) => new AddressFault(text, 7, 'octet 4 is over 255')),
    undefined,
  );
  t.equal(reader.word(field('role'), 'role', ['transit', 'peer']), undefined);
  t.equal(reader.flag(field('on'), 'on'), undefined);
  t.equal(reader.list(field('list'), 'list'), undefined);
  t.strictSame(told(reader.diagnostics), [
    '1:1 DOC002 unknown key "nam" in the site',
    '1:1 DOC004 the site needs "name"',
    '2:7 DOC005 port is 70000, outside 1 to 65535',
    '3:12 DOC006 ip: "10.0.0.256": octet 4 is over 255',
    '4:7 DOC005 role can\'t be "transitt"',
    '5:5 DOC003 on must be true or false, not the text "yes"',
    '6:7 DOC003 list must be a list, not 5',
  ]);
  t.strictSame(
    reader.diagnostics.map(({ hint }) => hint),
    [
      'did you mean name?',
      undefined,
      undefined,
      undefined,
      'did you mean transit?',
      'YAML 1.2 has true and false only',
      undefined,
    ],
  );
  t.equal(
    reader.text({ kind: 'scalar', value: 65000, text: '65000', quoted: false, span: source.all() }, 'x')
      ?.value,
    '65000',
  );
});

t.test('JSON: the value, or the place where it stops being JSON', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['', '1:1 DOC007 the document is empty'],
    ['{"a": [1, 2', '1:12 DOC001 the text ends inside the list that begins at offset 6'],
    ['{"a": 1} {"b": 2}', '1:10 DOC001 text after the end of the document'],
    ["{'a': 1}", '1:2 DOC001 a key in double quotes should stand here'],
    ['[1, 2,]', '1:7 DOC001 a comma with nothing after it before ]'],
    ['{"a" 1}', '1:6 DOC001 a colon should stand here'],
    ['[01]', '1:2 DOC001 not a JSON value'],
    ['[1 2]', '1:4 DOC001 a comma or ] should stand here'],
    ['"abc', '1:5 DOC001 the text ends inside a string'],
    ['"\\x"', '1:2 DOC001 not an escape that JSON has'],
    ['{"a":\n  tru}', '2:3 DOC001 not a JSON value'],
    ['"a\nb"', '1:3 DOC001 a control character inside a string'],
    ['{"a":', '1:6 DOC001 the text ends inside the object that begins at offset 0'],
    ['[NaN]', '1:2 DOC001 not a JSON value'],
  ];
  for (const [text, expected] of rows) {
    const result = parseJson(new Source('x.json', text));
    t.strictSame(
      'diagnostic' in result ? told([result.diagnostic]) : ['parsed'],
      [expected],
      JSON.stringify(text),
    );
  }
});

t.test('JSON: every text that JSON.parse refuses gets a place, and none that it takes', async (t) => {
  const text = fc.oneof(
    fc.json(),
    fc.json().chain((json) => fc.nat(json.length).map((at) => json.slice(0, at))),
    fc.string({
      maxLength: 12,
      unit: fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '1', '-', 'e', '.', ' ', 'null', '\\'),
    }),
  );
  fc.assert(
    fc.property(text, (text) => {
      const source = new Source('x', text);
      const result = parseJson(source);
      if (!('diagnostic' in result)) {
        t.strictSame(result.value, JSON.parse(text));
        return;
      }
      t.not(result.diagnostic.message, 'not JSON', text);
      const { span } = result.diagnostic;
      t.ok(span && span.start >= 0 && span.start <= text.length);
    }),
    { numRuns: 500 },
  );
});

t.test('JSON: a path leads to the span of its value', async (t) => {
  const source = new Source(
    'x.json',
    '{"a": {"b \\u0041": [1, {"c": "x]y"}, true]}, "a2": 1, "a": {"z": 9}}',
  );
  const span = locate(source, ['a', 'z']);
  t.equal(span && spanText(span), '9', 'the last of a repeated key, as JSON.parse has it');
  t.equal(locate(source, ['a', 'nowhere']), undefined);
  const nested = new Source('x.json', ' [ {"k": [10, 20, {"deep": "v"}]} ]');
  const deep = locate(nested, [0, 'k', 2, 'deep']);
  t.equal(deep && spanText(deep), '"v"');
  t.equal(pathText([0, 'k', 2, 'a b']), '[0].k[2]["a b"]');
  t.equal(pathText([]), '.');
  fc.assert(
    fc.property(fc.dictionary(fc.string({ maxLength: 5 }), fc.jsonValue()), (value) => {
      const text = JSON.stringify(value, undefined, 1);
      const parsed: unknown = JSON.parse(text);
      for (const key of Object.keys(value)) {
        const found = locate(new Source('x', text), [key]);
        if (found === undefined || typeof parsed !== 'object' || parsed === null)
          throw new Error(`${key} is found`);
        t.strictSame(JSON.parse(spanText(found)), Object.entries(parsed).find(([name]) => name === key)?.[1]);
      }
    }),
    { numRuns: 100 },
  );
  t.ok(isObject({}) && !isObject([]) && !isObject(null));
});
