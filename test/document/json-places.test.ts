import fc from 'fast-check';
import t from 'tap';
import { isList, isObject, type Json, type JsonPath, locate } from '../../src/document/json.ts';
import { locateAll } from '../../src/document/json-places.ts';
import { Source, spanText } from '../../src/document/source.ts';

/** Every path of a value, the root's among them. */
function pathsOf(value: Json, above: JsonPath = []): JsonPath[] {
  const below = isList(value)
    ? value.flatMap((item, index) => pathsOf(item, [...above, index]))
    : isObject(value)
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item ?? null, [...above, key]))
      : [];
  return [above, ...below];
}

/** JSON with blanks wherever they may stand. */
function spaced(text: string, blanks: readonly string[]): string {
  let at = 0;
  return text.replace(/"(?:[^"\\]|\\.)*"|[[\]{},:]/g, (token) => {
    const blank = blanks[at++ % Math.max(1, blanks.length)] ?? '';
    return token.startsWith('"') ? token : `${blank}${token}${blank}`;
  });
}

t.test('all paths at once are where each is alone', async (t) => {
  const texts = fc.constantFrom(
    '',
    'a',
    '"',
    '\\',
    '\\"',
    'é',
    '東',
    '🚰',
    '\n',
    '[',
    '}',
    ',',
    ':',
    '__proto__',
  );
  const leaf = fc.oneof(
    texts,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
  );
  const { value } = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.oneof(texts, fc.string({ maxLength: 3 })), tie('value'), { maxKeys: 4 }),
    ),
  }));
  fc.assert(
    fc.property(
      value,
      fc.array(fc.constantFrom('', ' ', '\n', '\t\r\n ')),
      fc.infiniteStream(fc.boolean()),
      (document, blanks, coin) => {
        const source = new Source('x', spaced(JSON.stringify(document), blanks));
        const chosen = [...pathsOf(JSON.parse(source.text)), ['nowhere'], [0, 'nowhere'], [99]].filter(
          () => coin.next().value === true,
        );
        const spans = locateAll(source, chosen);
        t.strictSame(
          spans.map((span) => (span === undefined ? undefined : [span.start, span.end])),
          chosen.map((path) => {
            const span = locate(source, path);
            return span === undefined ? undefined : [span.start, span.end];
          }),
        );
      },
    ),
    { numRuns: 1500 },
  );
});

t.test('the last of a repeated key counts; no paths, no walk', async (t) => {
  const source = new Source('x', '{"a": 1, "\\u0061": [2, {"b": 3}], "c": 4}');
  t.strictSame(
    locateAll(source, [['a'], ['a', 1, 'b'], ['c'], ['d']]).map((span) => span && spanText(span)),
    ['[2, {"b": 3}]', '3', '4', undefined],
  );
  t.strictSame(locateAll(new Source('x', '{"a": {"b": 1}, "a": 2}'), [['a', 'b']]), [undefined]);
  t.strictSame(locateAll(source, []), []);
  t.strictSame(locateAll(new Source('x', ''), [['a']]), [undefined]);
});

t.test('columns of a line are counted on, in whatever order they are asked for', async (t) => {
  const characters = fc.array(fc.constantFrom('a', 'é', '東', '🚰', '\ud83d', '\udeb0', '\n'), {
    maxLength: 20,
  });
  fc.assert(
    fc.property(characters, fc.array(fc.nat({ max: 42 }), { maxLength: 8 }), (list, offsets) => {
      const text = list.join('');
      const source = new Source('x', text);
      for (const offset of offsets) {
        const before = text.slice(0, Math.min(offset, text.length));
        const start = before.lastIndexOf('\n') + 1;
        t.equal(
          source.position(offset).column,
          [...before.slice(start)].length + 1,
          `${JSON.stringify(text)} at ${offset}`,
        );
      }
    }),
    { numRuns: 2000 },
  );
});
