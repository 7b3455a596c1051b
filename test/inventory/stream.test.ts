import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import t from 'tap';
import { Address, Prefix } from '../../src/address/index.ts';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import type { Json } from '../../src/document/json.ts';
import { Source, spanText } from '../../src/document/source.ts';
import { completeness } from '../../src/inventory/complete.ts';
import { type Closing, combine, type Host, labelOf } from '../../src/inventory/model.ts';
import {
  addressesOf,
  type Condition,
  chooses,
  matchesGlob,
  readCondition,
} from '../../src/inventory/select.ts';
import { readStream, writeLines } from '../../src/inventory/wire.ts';
import { valid } from './schema.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const filled = fc.string({ unit: 'binary', minLength: 1, maxLength: 12 });
const prefix = fc.oneof(
  fc
    .tuple(fc.nat({ max: 0xffffffff }), fc.constantFrom(32, 32, 32, 24, 28))
    .map(([n, length]) => Prefix.of(Address.fromBigInt(4, BigInt(n)), length)),
  fc
    .tuple(fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }), fc.constantFrom(128, 128, 64, 80))
    .map(([n, length]) => Prefix.of(Address.fromBigInt(6, n), length)),
);
const address = fc.oneof(
  fc.record({ prefix, scope: fc.constantFrom('public' as const, 'private' as const) }),
  fc.record({ prefix, scope: fc.constantFrom('public' as const, 'private' as const), interface: text }),
);
const someHost: fc.Arbitrary<Host> = fc.record({
  source: filled,
  id: filled,
  name: text,
  region: text,
  state: filled,
  addresses: fc.array(address, { maxLength: 4 }),
  tags: fc
    .array(fc.tuple(fc.oneof(text, fc.constant('__proto__')), text), { maxLength: 4 })
    .map((tags) => new Map(tags)),
});

const schema: Json = JSON.parse(readFileSync('schema/penstock-hosts.schema.json', 'utf8'));

/** A host with what can't be compared as such made into text. */
function plain(hosts: readonly Host[]): readonly unknown[] {
  return hosts.map((each) => ({
    ...each,
    addresses: each.addresses.map((item) => ({ ...item, prefix: String(item.prefix) })),
    tags: [...each.tags].sort(([a], [b]) => (a < b ? -1 : 1)),
  }));
}

t.test(
  'what is written is read back, whatever names and tags hold, and the schema holds of it',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(fc.array(someHost, { maxLength: 5 }), async (hosts) => {
        const closings = [...new Set(hosts.map(({ source }) => source))].map(
          (source, at): Closing =>
            at % 2 === 0
              ? { source, complete: true, why: '' }
              : { source, complete: false, why: 'half of it' },
        );
        const lines = [...writeLines({ hosts, closings })];
        for (const line of lines) {
          if (!valid(schema, JSON.parse(line)) || line.indexOf('\n') !== line.length - 1)
            throw new Error(line);
        }
        const stream = readStream(new Source('-', lines.join('')));
        if (hosts.length === 0) return;
        t.strictSame(stream.diagnostics, []);
        t.strictSame(plain(stream.hosts), plain(hosts));
        t.strictSame([stream.closings, stream.open], [closings, []]);
      }),
      { numRuns: 200 },
    );
  },
);

const HOST =
  '{"v":1,"kind":"host","source":"aws","id":"i-1","name":"a","region":"","state":"running","addresses":[{"address":"192.0.2.1","scope":"public"}],"tags":{}}';
const END = '{"v":1,"kind":"end","source":"aws","complete":true}';

/** `INV005 2:14 message` */
function said(diagnostics: readonly Diagnostic[]): readonly string[] {
  return diagnostics.map(({ code, span, message }) => {
    const place = span?.source.position(span.start);
    return `${code} ${place === undefined ? '' : `${place.line}:${place.column} `}${message}`;
  });
}

t.test('a line that is not one is an error at its place; the schema says the same', async (t) => {
  // Why, the line, the text that is pointed at (as much of it as is told here), the message's beginning.
  const rows: readonly (readonly [string, string, string, string])[] = [
    ['no JSON', 'hello', 'h', 'not a line of a host stream: '],
    ['cut off in the middle', HOST.slice(0, 60), '', 'not a line of a host stream: '],
    ['not an object', '[1]', '[1]', 'not a line of a host stream: not an object'],
    [
      'an object of something else',
      '{"Reservations":[]}',
      '{"R',
      'not a line of a host stream: no "v" and "kind"',
    ],
    ['another version', HOST.replace('"v":1', '"v":2'), '2', 'version 2 of the host stream'],
    ['another kind', HOST.replace('"host"', '"hose"'), '"hose"', 'unknown kind of line "hose"'],
    ['a key that is not known', HOST.replace('"name"', '"nmae"'), '"a"', 'unknown key "nmae"'],
    ['a key that is missing', HOST.replace('"region":"",', ''), '{"v"', '.region is missing'],
    ['another type', HOST.replace('"name":"a"', '"name":5'), '5', '.name must be a text'],
    ['no id', HOST.replace('"i-1"', '""'), '""', '.id is empty'],
    ['addresses that are no list', HOST.replace(/\[.*\]/, '{}'), '{}', '.addresses must be a list'],
    [
      'an address that is no object',
      HOST.replace(/\[.*\]/, '[null]'),
      'null',
      '.addresses[0] must be an object',
    ],
    ['an address that is none', HOST.replace('192.0.2.1', '192.0.2.l'), 'l', '"192.0.2.l": '],
    ['a prefix that is none', HOST.replace('192.0.2.1', '192.0.2.1/33'), '', '"192.0.2.1/33": '],
    [
      'a scope that is none',
      HOST.replace('public', 'global'),
      '"global"',
      '.addresses[0].scope must be "public" or "private"',
    ],
    [
      'an interface that is no text',
      HOST.replace('"scope"', '"interface":0,"scope"'),
      '0',
      '.addresses[0].interface must be a text',
    ],
    [
      'a tag that is no text',
      HOST.replace('"tags":{}', '"tags":{"a":null}'),
      'null',
      '.tags.a must be a text',
    ],
    ['tags that are no object', HOST.replace('"tags":{}', '"tags":[]'), '[]', '.tags must be an object'],
    ['an end that does not say', END.replace(',"complete":true', ''), '{"v"', '.complete is missing'],
    [
      'an end that says it otherwise',
      END.replace('true', '"yes"'),
      '"yes"',
      '.complete must be true or false',
    ],
    ['why as a list', END.replace('true', 'false,"why":[]'), '[]', '.why must be a text'],
  ];
  for (const [why, line, at, message] of rows) {
    const stream = readStream(new Source('-', `${HOST}\n${line}\n${END}\n`));
    const [first] = stream.diagnostics;
    t.strictSame([first?.code, first?.message.slice(0, message.length)], ['INV005', message], why);
    const { span } = first ?? {};
    t.equal(span?.source.position(span.start).line, 2, why);
    t.equal(span === undefined ? undefined : spanText(span).slice(0, at.length), at, why);
    t.equal(stream.hosts.length, 1, `${why}: that line is left out`);
    if (!/no JSON|cut off|prefix that is none/.test(why))
      t.notOk(valid(schema, JSON.parse(line)), `${why}: not by the schema`);
  }
  t.ok(valid(schema, JSON.parse(HOST)) && valid(schema, JSON.parse(END)));
  const zone = readStream(new Source('-', `${HOST.replace('192.0.2.1', 'fe80::1%eth0')}\n${END}\n`));
  t.match(said(zone.diagnostics), [
    /^INV005 1:\d+ "fe80::1%eth0": a zone means something on one machine only/,
  ]);
});

t.test('what else can be wrong with a stream', async (t) => {
  for (const empty of ['', '\n \n'])
    t.match(said(readStream(new Source('-', empty)).diagnostics), [/^DOC007 1:1 the host stream is empty/]);
  const noise = readStream(new Source('-', 'x\n'.repeat(1000)));
  t.equal(noise.diagnostics.length, 10, 'a file of something else is not told line by line');
  const document = readStream(new Source('-', readFileSync('examples/describe-instances.json', 'utf8')));
  t.match(
    document.diagnostics[0]?.hint,
    /cloudhosts\(1\)/,
    'a document that was not piped through cloudhosts',
  );
  const joined = readStream(new Source('-', `${HOST}\r\n\n${END}\n${HOST}\n${END}`));
  t.strictSame(
    [said(joined.diagnostics), joined.hosts.length, joined.open],
    [[], 2, []],
    'two streams joined, blank lines, no last newline',
  );
});

t.test('the stream that the page shows is one', async (t) => {
  const page = readFileSync('man/penstock-hosts.5', 'utf8');
  const shown = /^\.Bd [^\n]*\n(\{[\s\S]*?)^\.Ed/m.exec(page)?.[1] ?? '';
  // The page breaks lines where the stream has none.
  const stream = readStream(new Source('page', shown.replace(/\n +/g, '')));
  t.strictSame(
    [said(stream.diagnostics), stream.hosts.length, stream.closings.length, stream.open],
    [[], 1, 1, []],
  );
});

t.test('a stream that was cut off is told from one that has ended', async (t) => {
  const whole = `${HOST}\n${END}\n`;
  const rows: readonly (readonly [string, string, readonly string[]])[] = [
    ['whole', whole, []],
    ['no closing line', `${HOST}\n`, ['aws']],
    ['the second of two', whole + HOST, ['aws']],
    ['one source of two', `${HOST}\n${HOST.replace('aws', 'gcp')}\n${END}\n`, ['gcp']],
    ['no hosts, and says so', END, []],
  ];
  for (const [why, stream, open] of rows) t.strictSame(readStream(new Source('-', stream)).open, open, why);
  const closings: readonly Closing[] = [
    { source: 'aws', complete: false, why: 'more pages follow' },
    { source: 'gcp', complete: true, why: '' },
    { source: 'hcloud', complete: false, why: '' },
  ];
  t.strictSame(completeness([], [], false), []);
  t.strictSame(said(completeness(closings, ['azure'], false)), [
    'INV006 azure: the host stream was cut off: there is no closing line',
    'INV006 aws is incomplete: more pages follow',
    'INV006 hcloud is incomplete',
  ]);
  t.strictSame(
    completeness(closings, ['azure'], true).map(({ code, severity }) => `${code} ${severity}`),
    ['INV007 warning', 'INV007 warning', 'INV007 warning'],
  );
});

t.test('several inventories as one', async (t) => {
  const one = (source: string, id: string): Host => ({
    source,
    id,
    name: id,
    region: '',
    state: 'running',
    addresses: [],
    tags: new Map(),
  });
  const { hosts, closings } = combine([
    { hosts: [one('gcp', 'b'), one('gcp', 'a')], closings: [{ source: 'gcp', complete: true, why: '' }] },
    { hosts: [one('aws', 'z')], closings: [{ source: 'aws', complete: false, why: 'more pages follow' }] },
    { hosts: [one('aws', 'y')], closings: [{ source: 'aws', complete: false, why: 'more pages follow' }] },
    { hosts: [], closings: [{ source: 'aws', complete: true, why: '' }] },
  ]);
  t.strictSame(
    hosts.map(({ source, id }) => `${source} ${id}`),
    ['aws y', 'aws z', 'gcp a', 'gcp b'],
  );
  t.strictSame(closings, [
    { source: 'aws', complete: false, why: 'more pages follow' },
    { source: 'gcp', complete: true, why: '' },
  ]);
  t.strictSame(['aws', 'ec2-legacy', 'gcp'].map(labelOf), ['EC2', 'EC2', 'gcp']);
});

function condition(expression: string): Condition {
  const read = readCondition(new Source('--select', expression));
  if ('severity' in read) throw new Error(read.message);
  return read;
}

t.test('which hosts are chosen', async (t) => {
  const host: Host = {
    source: 'aws',
    id: 'i-1',
    name: 'web-1',
    region: 'us-east-1',
    state: 'running',
    addresses: [],
    tags: new Map([
      ['role', 'web'],
      ['a=b', 'x'],
      ['empty', ''],
    ]),
  };
  const stopped: Host = { ...host, state: 'stopped' };
  const rows: readonly (readonly [string, readonly string[], boolean, boolean])[] = [
    ['nothing asked: what runs', [], true, false],
    ['any state', ['state=*'], true, true],
    ['what does not run', ['state!=running'], false, true],
    ['a name', ['name=web-*'], true, false],
    ['another name', ['name=db-*'], false, false],
    ['alternatives', ['name=db-*', 'name=web-?'], true, false],
    ['all fields', ['name=web-*', 'region=eu-*'], false, false],
    ['negation', ['name!=web-1'], false, false],
    ['every negation', ['name!=db-*', 'name!=*-2'], true, false],
    ['a negation besides an alternative', ['name=web-*', 'name!=*-1'], false, false],
    ['a tag', ['tag:role=web'], true, false],
    ['a tag of another value', ['tag:role!=web'], false, false],
    ['a tag that is not there', ['tag:env=*'], false, false],
    ['no such tag is not that value', ['tag:env!=prod'], true, false],
    ['a tag that is empty', ['tag:empty='], true, false],
    ['two tags', ['tag:role=web', 'tag:empty=x'], false, false],
    ['the first = ends the field', ['tag:a=b=x'], false, false],
    ['id, source, region', ['id=i-1', 'source=aws', 'region=us-*'], true, false],
  ];
  for (const [why, expressions, runs, stops] of rows) {
    const conditions = expressions.map(condition);
    t.strictSame([chooses(conditions, host), chooses(conditions, stopped)], [runs, stops], why);
  }
  const addresses = ['192.0.2.1/32', '10.0.0.1/32'].map((each, at) => ({
    prefix: Prefix.parse(each),
    scope: at === 0 ? ('public' as const) : ('private' as const),
  }));
  for (const [scope, found] of [
    ['public', '192.0.2.1/32'],
    ['private', '10.0.0.1/32'],
    ['all', '192.0.2.1/32,10.0.0.1/32'],
  ] as const)
    t.equal(String(addressesOf({ ...host, addresses }, scope).map((each) => each.prefix)), found, scope);
});

t.test('an expression that cannot be read, at its place', async (t) => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['running', 'INV008 1:1 "running" has no =', 'write FIELD=GLOB'],
    ['nmae=x', 'INV008 1:1 unknown field "nmae"', 'did you mean name?'],
    ['role=web', 'INV008 1:1 unknown field "role"', 'a tag is tag:role'],
    ['=x', 'INV008 1:1 unknown field ""', 'or tag:KEY'],
    ['tag:=x', 'INV008 1:1 unknown field "tag:"', 'one of'],
    ['', 'INV008 1:1 "" has no =', 'write'],
  ];
  for (const [expression, message, hint] of rows) {
    const read = readCondition(new Source('--select', expression));
    t.ok('severity' in read && said([read])[0] === message && read.hint?.includes(hint), expression);
  }
});

t.test('globs, against regular expressions', async (t) => {
  const character = fc.constantFrom('a', 'b', '*', '?', '\\', '.', '東', '🚰');
  fc.assert(
    fc.property(
      fc.array(character, { maxLength: 7 }),
      fc.array(character, { maxLength: 8 }),
      (pattern, letters) => {
        const glob = pattern.join('');
        const source = glob.replace(/\\([\s\S])|\\$|[\s\S]/gu, (all, escaped: string | undefined) => {
          if (escaped !== undefined) return literal(escaped);
          return all === '*' ? '.*' : all === '?' ? '.' : literal(all);
        });
        t.equal(matchesGlob(glob, letters.join('')), new RegExp(`^${source}$`, 'su').test(letters.join('')));
      },
    ),
    { numRuns: 2000 },
  );
  t.notOk(matchesGlob(`${'*a'.repeat(2000)}b`, 'a'.repeat(4000)), 'and in time, whatever the glob');
});

function literal(character: string): string {
  return character.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
