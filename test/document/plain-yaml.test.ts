import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { stringify } from 'yaml';
import type { Node } from '../../src/document/node.ts';
import { readPlainYaml } from '../../src/document/plain-yaml.ts';
import { Source } from '../../src/document/source.ts';
import { parseYaml } from '../../src/document/yaml.ts';

/** A tree as text, with the places of keys and scalars; those of maps and lists are only rough in a plain one. */
function shown(node: Node): unknown {
  if (node.kind === 'scalar') {
    const { value, text, quoted, span } = node;
    return [value, text, quoted, span.start, span.end];
  }
  if (node.kind === 'list') return { list: node.items.map(shown) };
  return {
    map: node.entries.map(({ key, keySpan, value }) => [key, keySpan.start, keySpan.end, shown(value)]),
  };
}

/** Whether the text was plain, and then what the library says of it is the same. */
function agrees(text: string): boolean | undefined {
  const source = new Source('x', text);
  const plain = readPlainYaml(source);
  if (plain === undefined) return undefined;
  const { root, diagnostics } = parseYaml(source);
  return (
    diagnostics.length === 0 &&
    root !== undefined &&
    JSON.stringify(shown(plain)) === JSON.stringify(shown(root))
  );
}

const texts = [
  'examples/site.yaml',
  ...readdirSync('test/cases/routing').map((name) => `test/cases/routing/${name}/site.yaml`),
].map((path) => readFileSync(path, 'utf8'));

t.test('site files are plain, and read as the library reads them', async (t) => {
  const verdicts = texts.map(agrees);
  t.notOk(verdicts.includes(false));
  t.ok(verdicts.filter((each) => each === true).length > 0.8 * texts.length, `${verdicts.join(' ')}`);
});

t.test('what is plain, and what is left to the library', async (t) => {
  const rows: readonly (readonly [string, string, boolean])[] = [
    ['a map', 'a: 1\nb: x y\n', true],
    ['a remark', '# x\na: 1 # y\n\n  # z\nb: 2', true],
    ['a list below its key', 'a:\n- 1\n- 2\nb: 3', true],
    ['a list of maps', 'a:\n  - b: 1\n    c: 2\n  - b: 3', true],
    ['flow', 'a: [1, x, "y z", [], {b: c, d: [e]}]', true],
    ['IPv6', 'a: 2001:db8::/32\nb: [2001:db8::1, ::1x]', false],
    ['addresses', 'a: [2001:db8::1, 192.0.2.1/24]\nb: 2001:db8::/32', true],
    ['texts in quotes', `a: 'x: y'\nb: "# z"\n"c d": 1`, true],
    ['truth', 'a: true\nb: FALSE\nc: yes', true],
    ['a number of another kind', 'a: 1.5', false],
    ['hexadecimal', 'a: 0x10', false],
    ['nothing', 'a:\nb: 1', false],
    ['null', 'a: null', false],
    ['an escape', 'a: "x\\ny"', false],
    ['an anchor', 'a: &x 1\nb: *x', false],
    ['a tag', 'a: !!str 1', false],
    ['a block of text', 'a: |\n  x\n', false],
    ['a text on two lines', 'a: x\n  y\n', false],
    ['a key twice', 'a: 1\na: 2', false],
    ['two documents', 'a: 1\n---\nb: 2', false],
    ['a tab', 'a:\t1', false],
    ['a scalar alone', 'x', false],
    ['empty', '', false],
    ['JSON', '{"a": 1}', false],
    ['a colon at the end', 'a: b:', false],
    ['a bad indentation', 'a: 1\n  b: 2', false],
    ['an open bracket', 'a: [1', false],
    ['something behind a bracket', 'a: [1] 2', false],
    ['something behind a quote', 'a: "x" y', false],
  ];
  for (const [why, text, plain] of rows) {
    const verdict = agrees(text);
    t.equal(verdict, plain ? true : undefined, why);
  }
});

t.test('whatever is taken for plain, the library reads the same', async (t) => {
  let plain = 0;
  const tally = (text: string): boolean => {
    const verdict = agrees(text);
    if (verdict === true) plain++;
    return verdict !== false;
  };
  const edit = fc.record({
    at: fc.nat(5000),
    cut: fc.nat(3),
    put: fc.oneof(
      fc.string({ maxLength: 3 }),
      fc.constantFrom(
        ' ',
        '\n',
        ': ',
        ' #',
        '- ',
        '"',
        "'",
        ',',
        '[',
        ']',
        '{',
        '}',
        ':',
        '  ',
        '\n  ',
        '0',
        '-',
        '?',
      ),
    ),
  });
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 3 }), (text, edits) =>
      tally(
        edits.reduce((all, { at, cut, put }) => {
          const place = at % (all.length + 1);
          return all.slice(0, place) + put + all.slice(place + cut);
        }, text),
      ),
    ),
    { numRuns: 600 },
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.string({ maxLength: 6 }),
      fc.constantFrom(
        'a b',
        'x:y',
        '1',
        'yes',
        'a, b',
        "it's",
        '10.0.0.0/8',
        '::',
        '2001:db8::',
        '-',
        '- a',
        'a: b',
      ),
      fc.integer(),
      fc.boolean(),
      fc.array(tie('tree'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b-c', 'd e', '1', 'f'), tie('tree'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'bc', 'd-e'), tree, { minKeys: 1 }),
      fc.boolean(),
      (value, flow) => tally(stringify(value, { collectionStyle: flow ? 'flow' : 'any' })),
    ),
    { numRuns: 2000 },
  );
  // Short texts of the characters that matter, all of which a hand could have written.
  fc.assert(
    fc.property(
      fc
        .array(
          fc.constantFrom(
            'a',
            'b',
            '1',
            ':',
            ' ',
            '-',
            '\n',
            '#',
            '[',
            ']',
            ',',
            '"',
            "'",
            '{',
            '}',
            '.',
            '  ',
          ),
          {
            maxLength: 14,
          },
        )
        .map((parts) => `k: ${parts.join('')}`),
      tally,
    ),
    { numRuns: 6000 },
  );
  t.ok(plain > 500, `${plain} of them were plain`);
});
