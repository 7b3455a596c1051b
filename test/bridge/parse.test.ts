// The grammar of addresses: what the scanner makes of a text, where it says that a text is wrong, and that no text at all
// makes it throw or lose its way. Whether socat reads the same is test/lab/bridge-socat.test.ts's question.

import fc from 'fast-check';
import t from 'tap';
import { type AddressText, parseAddress, splitCommand } from '../../src/bridge/parse.ts';
import { Source, spanText } from '../../src/document/source.ts';

/** An address as one line: `KEYWORD|parameter|...;name=value;name`. */
function outline({ keyword, parameters, options }: AddressText): string {
  const words = [keyword, ...parameters].map(({ text }) => text).join('|');
  const rest = options.map(({ name, value }) =>
    value === undefined ? name.text : `${name.text}=${value.text}`,
  );
  return [words, ...rest].join(';');
}

function read(text: string): string {
  const parsed = parseAddress(new Source('ADDRESS1', text));
  if (!('read' in parsed)) return parsed.map(({ message, span }) => `${span?.start}: ${message}`).join(' / ');
  const warnings = parsed.diagnostics.map(({ message, span }) => ` ?${span?.start}: ${message}`).join('');
  return `${outline(parsed.read)}${parsed.write === undefined ? '' : `!!${outline(parsed.write)}`}${warnings}`;
}

const CASES: readonly (readonly [text: string, outline: string, reason: string])[] = [
  ['tcp-l:6666,reuseaddr,fork', 'tcp-l|6666;reuseaddr;fork', 'the seed, first half'],
  ['unix:/var/run/mysqld/mysqld.sock', 'unix|/var/run/mysqld/mysqld.sock', 'the seed, second half'],
  ['-', '-', 'the short form of STDIO'],
  ['STDIN', 'STDIN', 'no parameter, no option'],
  ['', '', 'an empty argument is an empty keyword'],
  ['tcp:', 'tcp|', 'a colon begins a parameter, be it empty'],
  ['PIPE::', 'PIPE||', 'two colons, two parameters'],
  ['TCP:[::1]:80', 'TCP|[::1]|80', 'colons inside brackets part nothing'],
  [
    'TCP:[2001:db8::1%eth0]:80,bind=[::1]:5',
    'TCP|[2001:db8::1%eth0]|80;bind=[::1]:5',
    'nor after an equals sign',
  ],
  ['tcp-l:1,range=[::1/128]', 'tcp-l|1;range=[::1/128]', 'brackets stay in the value'],
  [
    'tcp-l:1,range=10.0.0.0:255.0.0.0',
    'tcp-l|1;range=10.0.0.0:255.0.0.0',
    'a colon is a part of an option value',
  ],
  ['PIPE,,', 'PIPE', 'commas may be doubled and trail'],
  ['PIPE,,,fork,,x=,y', 'PIPE;fork;x=;y', 'an empty value is not a missing one'],
  ['PIPE,=3', 'PIPE;=3', 'an empty name is a name'],
  ['PIPE,a=b=c', 'PIPE;a=b=c', 'the first equals sign counts'],
  ['PIPE,a:b', 'PIPE;a:b', 'a colon is a part of an option name'],
  ["'PIPE'", 'PIPE', 'single quotes are dropped'],
  ['PI"P"E', 'PIPE', 'double quotes are dropped, anywhere'],
  ['PI\\PE', 'PIPE', 'a backslash before an ordinary character is dropped'],
  ['EXEC:"a:b,c!!d"', 'EXEC|a:b,c!!d', 'separators mean nothing in double quotes'],
  ["EXEC:'a:b,c!!d'", 'EXEC|a:b,c!!d', 'nor in single quotes'],
  ['EXEC:(a:b,c!!d)', 'EXEC|(a:b,c!!d)', 'nor in brackets, which stay'],
  ['EXEC:{a[b(c)d]e}:f', 'EXEC|{a[b(c)d]e}|f', 'brackets nest'],
  ['EXEC:a\\:b\\,c\\!\\!d', 'EXEC|a:b,c!!d', 'separators can be escaped'],
  ['EXEC:a!b', 'EXEC|a!b', 'one exclamation mark is a character'],
  ['EXEC:\\t\\n\\r\\a\\b\\f\\v\\\\', 'EXEC|\t\n\r\x07\b\f\v\\', 'the escapes of C'],
  ['EXEC:"a\\tb"', 'EXEC|a\tb', 'in double quotes too'],
  ["EXEC:'a\\tb'", 'EXEC|a\tb', 'and in single quotes'],
  ['EXEC:"say \'hi\'"', "EXEC|say 'hi'", 'quotes inside quotes stay'],
  ['EXEC:\'say "hi"\'', 'EXEC|say "hi"', 'either way'],
  ['EXEC:("a)b")', 'EXEC|("a)b")', 'inside brackets quotes hold brackets, and stay'],
  ['EXEC:"a(b)c"', 'EXEC|a(b)c', 'inside double quotes brackets nest'],
  ["EXEC:'a(b'", 'EXEC|a(b', 'inside single quotes they mean nothing'],
  ['EXEC:a)b]', 'EXEC|a)b]', 'what closes nothing is a character'],
  ['EXEC:[a}]', 'EXEC|[a}]', 'only its own kind closes a bracket'],
  [
    'EXEC:echo (a,b:c',
    'EXEC|echo (a,b:c ?10: this ( is never closed',
    'a bracket left open takes the rest, as in socat',
  ],
  ['STDIN!!STDOUT', 'STDIN!!STDOUT', 'a dual address'],
  ['FD:0,x!!FD:1,y=2', 'FD|0;x!!FD|1;y=2', 'each half has options of its own'],
  ['PIPE!!', 'PIPE!!', 'an empty half is an empty keyword'],
  ['\\!\\!PIPE', '!!PIPE', 'an escaped mark parts nothing'],
  ['a!!b!!c', '4: a third address: !! joins one to read from and one to write to', 'two halves at most'],
  ['PIPE\\', '4: nothing stands after this backslash', 'socat reads past the end here'],
  ["EXEC:'echo a", '5: this single quote is never closed', 'and here'],
  ['EXEC:"echo a', '5: this double quote is never closed', 'socat: unexpected end of address'],
  [
    'EXEC:"echo :("',
    '5: this double quote is never closed',
    'the bracket swallowed the closing quote, as in socat',
  ],
  ['EXEC:"it\'s"', '5: this double quote is never closed', 'the apostrophe began single quotes, as in socat'],
  ['x,a="b', '4: this double quote is never closed', 'in a value'],
  ['x,"a', '2: this double quote is never closed', 'in a name'],
  ['EXEC:\u{1f600},\u00e9=\u00fc', 'EXEC|\u{1f600};\u00e9=\u00fc', 'characters beyond ASCII are characters'],
];

t.test('the grammar', async (t) => {
  for (const [text, wanted, reason] of CASES)
    t.equal(read(text), wanted, `${JSON.stringify(text)}: ${reason}`);
});

t.test('a bracket inside quotes that swallowed their end is named in the hint', async (t) => {
  const parsed = parseAddress(new Source('ADDRESS1', 'EXEC:"echo :("'));
  t.notOk('read' in parsed);
  if (!('read' in parsed)) t.match(parsed[0]?.hint, /the \( inside it is not closed.*write \\\(/);
});

t.test('every word knows where it was written', async (t) => {
  const text = 'TCP:"example.org":80,bind=\'127.0.0.1\',fork!!FD:1';
  const parsed = parseAddress(new Source('ADDRESS1', text));
  t.ok('read' in parsed);
  if (!('read' in parsed) || parsed.write === undefined) return;
  const { keyword, parameters, options, span } = parsed.read;
  t.equal(spanText(keyword.span), 'TCP');
  t.strictSame(
    parameters.map(({ span: place }) => spanText(place)),
    ['"example.org"', '80'],
  );
  t.strictSame(
    options.map(({ name, value }) => [spanText(name.span), value === undefined ? '' : spanText(value.span)]),
    [
      ['bind', "'127.0.0.1'"],
      ['fork', ''],
    ],
  );
  t.equal(spanText(span), 'TCP:"example.org":80,bind=\'127.0.0.1\',fork');
  t.equal(spanText(parsed.write.span), 'FD:1');
});

t.test('words of a command', async (t) => {
  const rows: readonly (readonly [string, readonly string[], string])[] = [
    ['echo a', ['echo', 'a'], 'a blank parts words'],
    ['  echo   a  ', ['echo', 'a'], 'several are one, at the ends none'],
    ['', [], 'nothing'],
    ['echo "a  b" \'c d\'', ['echo', 'a  b', 'c d'], 'quotes hold a word together and are dropped'],
    ['echo a\\ b', ['echo', 'a b'], 'so does a backslash'],
    ['echo (a b)', ['echo', '(a b)'], 'and brackets, which stay'],
    ['echo ""', ['echo', ''], 'an empty word'],
    ['echo a\tb', ['echo', 'a\tb'], 'a tab is a character'],
    ['echo \\t', ['echo', '\t'], 'escapes are resolved'],
  ];
  for (const [command, words, reason] of rows)
    t.strictSame(splitCommand(command), words, `${command}: ${reason}`);
  const fault = splitCommand('echo "a');
  t.match(fault, { code: 'BRG001' }, 'quotes that are not closed');
});

/** Texts that are mostly made of what means something here. */
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...'ab:,=!\\\'"()[]{} 0n-/'), maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
);

t.test('any text is read to its end or refused at a place in it', async (t) => {
  fc.assert(
    fc.property(texts, (text) => {
      const source = new Source('ADDRESS1', text);
      const parsed = parseAddress(source);
      if (!('read' in parsed)) {
        const [first] = parsed.filter(({ severity }) => severity === 'error');
        return first?.span !== undefined && first.span.start < text.length && first.span.end <= text.length;
      }
      const { read, write } = parsed;
      // Nothing is skipped but separators: the spans of the words, in order, with separators between, are the text.
      let at = 0;
      for (const half of write === undefined ? [read] : [read, write]) {
        for (const { span } of [
          half.keyword,
          ...half.parameters,
          ...half.options.flatMap(({ name, value }) => [name, value ?? name]),
        ]) {
          if (span.start < at && span.end > at) return false;
          if (!/^[,:=]*(?:!!)?,*$/.test(text.slice(at, Math.max(at, span.start)))) return false;
          at = Math.max(at, span.end);
        }
      }
      return /^,*$/.test(text.slice(at)) || write?.keyword.text === '';
    }),
    { numRuns: 20_000 },
  );
  t.pass('20,000 texts');
});

t.test('what is quoted is read back', async (t) => {
  const quote = (word: string): string => word.replace(/[^A-Za-z0-9]/g, (char) => `\\${char}`);
  const word = fc.string({ unit: fc.constantFrom(...'xyz:,=!\'"()[]{}\\ -/.'), maxLength: 12 });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 4 }), word, word, (parameters, name, value) => {
      const text = ['X', ...parameters.map(quote)].join(':');
      const parsed = parseAddress(new Source('ADDRESS1', `${text},o${quote(name)}=${quote(value)}`));
      if (!('read' in parsed)) return false;
      const [option] = parsed.read.options;
      return (
        JSON.stringify(parsed.read.parameters.map(({ text: each }) => each)) === JSON.stringify(parameters) &&
        option?.name.text === `o${name}` &&
        option.value?.text === value
      );
    }),
  );
  t.pass();
});

t.test('the depth of nesting is no danger', async (t) => {
  const deep = 100_000;
  const text = `EXEC:${'('.repeat(deep)}${')'.repeat(deep)}`;
  const parsed = parseAddress(new Source('ADDRESS1', text));
  t.ok('read' in parsed && parsed.diagnostics.length === 0);
  t.ok(
    'read' in parseAddress(new Source('ADDRESS1', `EXEC:${'('.repeat(deep)}`)),
    'nor where none is closed',
  );
});
