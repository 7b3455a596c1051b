// What the fuzzer feeds: every reader of text in the suite, each with texts that it takes, words of its grammar, and what must
// hold of its answer. A property that is broken is told in words; an exception is one by itself.

import { readdirSync, readFileSync } from 'node:fs';
import {
  Address,
  AddressFault,
  AddressFinder,
  type AddressSet,
  AddressSetBuilder,
  Asn,
  formatPrefixes,
  formatRanges,
  HostPort,
  InterfaceAddress,
  type ItemForm,
  PackedBuilder,
  PortSet,
  Prefix,
  type PrefixForm,
  Range,
  readItem,
  readPort,
} from '../../src/address/index.ts';
import { checkBridge } from '../../src/bridge/check.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { parseAddress, splitCommand } from '../../src/bridge/parse.ts';
import { readRange } from '../../src/bridge/range.ts';
import { parseCommandLine } from '../../src/command/parser.ts';
import { draw, toJsonLine } from '../../src/command/report.ts';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import { type Json, type JsonPath, locate, parseJson, pathText } from '../../src/document/json.ts';
import type { Node } from '../../src/document/node.ts';
import { Source } from '../../src/document/source.ts';
import { parseYaml } from '../../src/document/yaml.ts';
import { readTable } from '../../src/firewall/nft-table.ts';
import { readServices } from '../../src/firewall/parse.ts';
import type { Inventory } from '../../src/inventory/model.ts';
import { readDocument } from '../../src/inventory/read.ts';
import { readCondition } from '../../src/inventory/select.ts';
import { readStream, writeLines } from '../../src/inventory/wire.ts';
import { programs } from '../../src/programs/index.ts';
import { check } from '../../src/routing/check.ts';
import { parseSite } from '../../src/routing/parse.ts';
import { rows } from '../address/tricky.ts';
import { Random } from './random.ts';

export interface Target {
  readonly name: string;
  readonly corpus: readonly string[];
  readonly words: readonly string[];
  /** What is wrong with the answer to a text; undefined where nothing is. */
  readonly flaw: (text: string) => string | undefined;
}

const TRICKY = rows.map(({ text }) => text);
const ADDRESS_WORDS = [
  ...'0 1 9 10 255 256 08 0x1f ::1 :: : . / - % , [ ] * # fe80 ffff 2001:db8:: 192.0.2.1 /24 /0 /32 /128 %eth0'.split(
    ' ',
  ),
  ' ',
];
const LENIENT: readonly PrefixForm[] = ['host-bits', 'netmask', 'wildcard', 'single-address'];
const ITEM: readonly ItemForm[] = [...LENIENT, 'range'];

type Read = (text: string) => { toString(): string } | AddressFault;

/** A reader of a value: canonical text reads back as itself, a fault is placed and worded, and what a hint says to write is taken. */
function value(name: string, read: Read, corpus: readonly string[] = TRICKY, words = ADDRESS_WORDS): Target {
  const flaw = (text: string): string | undefined => {
    const answer = read(text);
    if (!(answer instanceof AddressFault)) {
      const canonical = answer.toString();
      const again = read(canonical);
      if (again instanceof AddressFault)
        return `${JSON.stringify(canonical)} does not read back: ${again.why}`;
      return again.toString() === canonical ? undefined : `${canonical} reads back as ${again.toString()}`;
    }
    const { input, offset, why, hint } = answer;
    if (input !== text) return `the fault is of another text: ${JSON.stringify(input)}`;
    if (!Number.isInteger(offset) || offset < 0 || offset > text.length) return `offset ${offset}`;
    if (why === '' || /undefined|NaN/.test(why)) return `reason ${JSON.stringify(why)}`;
    const offered = offersOf(hint ?? '');
    const refused = offered.find((offer) => offer === text || read(offer) instanceof AddressFault);
    return refused === undefined ? undefined : `the hint ${JSON.stringify(hint)} offers what is refused`;
  };
  return { name, corpus, words, flaw };
}

/** The texts that a hint offers: "write 10.0.0.1 (or 8.0.0.1 if octal was meant)". A whole block or a host is another form. */
function offersOf(hint: string): readonly string[] {
  if (/for the whole block$|for this address alone$|^write the /.test(hint)) return [];
  const [, first, rest = ''] = /^write (\S+?)(,? .*)?$/s.exec(hint) ?? [];
  const [, second] = /^ \(or (\S+) /.exec(rest) ?? [];
  return [first, second].filter((offer) => offer !== undefined).filter((offer) => /[0-9:]/.test(offer));
}

/** Diagnostics are placed inside their texts, and can be drawn. */
function diagnosticsFlaw(diagnostics: readonly Diagnostic[]): string | undefined {
  for (const diagnostic of diagnostics.slice(0, 20)) {
    const { span, code, message } = diagnostic;
    if (message === '' || /undefined|NaN\b/.test(message.replace(/"(?:[^"\\]|\\.)*"/g, '')))
      return `${code}: ${message}`;
    if (
      span !== undefined &&
      !(span.start >= 0 && span.end >= span.start && span.end <= span.source.text.length + 1)
    )
      return `${code} at ${span.start}..${span.end} of ${span.source.text.length}`;
    const drawn = draw(diagnostic, { colour: false });
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(drawn))
      return `${code} is drawn with control characters`;
    JSON.parse(toJsonLine(diagnostic));
  }
  return undefined;
}

function filesIn(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
}

function sameSet(one: AddressSet, other: AddressSet): boolean {
  return one.equals(other);
}

/** The packed path against the plain one, in pieces, with what it tells of bad lines; and its formatters back through it. */
function packedFlaw(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const random = new Random(bytes.length * 31 + (bytes[0] ?? 0));
  const told: number[] = [];
  const packed = new PackedBuilder({ forms: ITEM, onFault: ({ line }) => told.push(line) });
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(40);
    packed.push(bytes.slice(at, at + size));
    at += size;
  }
  packed.end();
  const plain = new AddressSetBuilder();
  const bad: number[] = [];
  const decoded = new TextDecoder().decode(bytes).split('\n');
  for (const [index, line] of decoded.entries()) {
    const item = line
      .replace(/#.*$/s, '')
      .replace(/^[ \t]+/, '')
      .replace(/[ \t\r]+$/, '');
    if (item === '') continue;
    const read = readItem(item, ITEM);
    if (read instanceof AddressFault) bad.push(index + 1);
    else plain.add(read);
  }
  const set = packed.freeze();
  if (!sameSet(set, plain.freeze())) return `packed ${set.toString()}, plain ${plain.freeze().toString()}`;
  if (told.join() !== bad.join()) return `bad lines: packed ${told.join()}, plain ${bad.join()}`;
  for (const format of [formatPrefixes, formatRanges]) {
    const again = new PackedBuilder({ forms: ITEM });
    format(set, (out) => again.push(out));
    again.end();
    if (!sameSet(again.freeze(), set))
      return `${format.name} does not read back: ${again.freeze().toString()}`;
  }
  return undefined;
}

/** What the finder finds is an address that is written so, none of it twice, in order, and no letter touches it. */
function finderFlaw(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const finder = new AddressFinder();
  let at = 0;
  while (finder.next(bytes, at, bytes.length)) {
    const { from, to, address } = finder;
    if (from < at || to <= from || to > bytes.length) return `found ${from}..${to} from ${at} on`;
    const written = new TextDecoder().decode(bytes.subarray(from, to));
    const read = Address.read(written);
    if (read instanceof AddressFault || !read.equals(address))
      return `${JSON.stringify(written)} is found as ${address.toString()}`;
    const around = [bytes[from - 1] ?? 32, bytes[to] ?? 32].map((byte) => String.fromCharCode(byte));
    if (around.some((char) => /[0-9A-Za-z_\u0080-\u00ff]/.test(char)))
      return `${written} is a part of a word`;
    at = to;
  }
  return undefined;
}

/** Paths to some of the values in a JSON text. */
function* pathsOf(json: Json, path: JsonPath, depth: number): Generator<readonly [JsonPath, Json]> {
  yield [path, json];
  if (typeof json !== 'object' || json === null || depth > 6) return;
  for (const [key, child] of Object.entries(json).slice(0, 5))
    if (child !== undefined)
      yield* pathsOf(child, [...path, Array.isArray(json) ? Number(key) : key], depth + 1);
}

function jsonFlaw(text: string): string | undefined {
  const source = new Source('json', text);
  const parsed = parseJson(source);
  if ('diagnostic' in parsed) return diagnosticsFlaw([parsed.diagnostic]);
  let tries = 0;
  for (const [path, json] of pathsOf(parsed.value, [], 0)) {
    if (++tries > 15) break;
    const span = locate(source, path);
    if (span === undefined) return `${pathText(path)} is not found`;
    const there: unknown = JSON.parse(text.slice(span.start, span.end));
    if (JSON.stringify(there) !== JSON.stringify(json)) return `${pathText(path)} is found elsewhere`;
  }
  return undefined;
}

function nodeFlaw(node: Node, text: string): string | undefined {
  const { start, end } = node.span;
  if (!(start >= 0 && end >= start && end <= text.length)) return `a ${node.kind} at ${start}..${end}`;
  const children =
    node.kind === 'map' ? node.entries.map((entry) => entry.value) : node.kind === 'list' ? node.items : [];
  for (const child of children.slice(0, 50)) {
    const flaw = nodeFlaw(child, text);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** An inventory written as a host stream and read again is the same, without a fault. */
function streamFlaw(inventory: Inventory): string | undefined {
  const written = [...writeLines(inventory)].join('');
  if (written === '') return undefined;
  const { hosts, closings, diagnostics } = readStream(new Source('stream', written));
  const [first] = diagnostics;
  if (first !== undefined) return `what was written is refused: ${first.message}\n${written.slice(0, 400)}`;
  const again = [...writeLines({ hosts, closings })].join('');
  return again === written ? undefined : `written ${written.slice(0, 200)} reads as ${again.slice(0, 200)}`;
}

const YAML_WORDS = [
  ...'- : , { } [ ] & * ! | > " \' # % @ ` --- ... &a *a <<: !!str !!binary ? null true ~ 0x10 010 .inf'.split(
    ' ',
  ),
  '\n',
  '  ',
  '\n  - ',
  ': ',
];
const sites = [...filesIn('test/cases/routing', /\.yaml$/), readFileSync('examples/site.yaml', 'utf8')];
const documents = [
  ...filesIn('test/cases/inventory', /input\.(?:json|txt)$/),
  readFileSync('examples/describe-instances.json', 'utf8'),
  readFileSync('examples/ec2-describe-instances.txt', 'utf8'),
];
const JSON_WORDS = [
  ...'{ } [ ] , : " null true false 0 -0 1e5 1E400 0.1 "a" "\\u0000" "\\ud800" \\ "Reservations": "Instances": "Tags": "PublicIpAddress":'.split(
    ' ',
  ),
  '"192.0.2.1"',
];
const streams = documents.flatMap((text) => {
  const { inventory } = readDocument(new Source('corpus', text), undefined);
  return inventory === undefined ? [] : [[...writeLines(inventory)].join('')];
});
const BRIDGE = [
  'tcp-l:6666,reuseaddr,fork',
  'unix:/var/run/mysqld/mysqld.sock',
  'tcp:[2001:db8::1]:80,connect-timeout=5',
  'exec:"cat -v",pty,stderr',
  'stdin!!stdout',
  'unix-listen:/tmp/x,mode=0600,user=root,unlink-early',
  'tcp-listen:80,bind=[::],range=10.0.0.0/8,ipv6only=0',
  'fd:3',
  '-',
  "system:'a,b'",
];

export const targets: readonly Target[] = [
  value('address', (text) => Address.read(text)),
  value('prefix', (text) => Prefix.read(text)),
  value('lenient prefix', (text) => Prefix.read(text, LENIENT)),
  value('interface', (text) => InterfaceAddress.read(text, LENIENT)),
  value('range', (text) => Range.read(text)),
  value('lenient range', (text) => Range.read(text, ['prefix', ...LENIENT])),
  value('item', (text) => {
    const item = readItem(text, ITEM);
    // A range that is a prefix is the same item as the prefix.
    const [whole, ...more] = item instanceof Range ? item.toPrefixes() : [];
    return whole !== undefined && more.length === 0 ? whole : item;
  }),
  value('host and port', (text) => HostPort.read(text)),
  value('ports', (text) => PortSet.read(text), [...TRICKY, '22,80,8000-8010', '0-65535']),
  value('port', (text) => readPort(text), [...TRICKY, '22', '65535']),
  value('AS number', (text) => Asn.read(text, ['as-prefix']), [
    ...TRICKY,
    'AS65000',
    '65000',
    '1.10',
    'as4294967295',
  ]),
  {
    name: 'packed',
    corpus: [TRICKY.join('\n'), ...TRICKY, ...filesIn('examples', /\.txt$/)],
    words: [...ADDRESS_WORDS, '\n', '\r\n', '# '],
    flaw: packedFlaw,
  },
  {
    name: 'finder',
    corpus: [...TRICKY, TRICKY.join(' '), ...documents.slice(0, 2)],
    words: [...ADDRESS_WORDS, 'x', '_', '"', '(', ')'],
    flaw: finderFlaw,
  },
  {
    name: 'yaml',
    corpus: sites,
    words: YAML_WORDS,
    flaw: (text) => {
      const { root, diagnostics } = parseYaml(new Source('yaml', text));
      if (root === undefined && diagnostics.length === 0) return 'neither a document nor a diagnostic';
      return diagnosticsFlaw(diagnostics) ?? (root === undefined ? undefined : nodeFlaw(root, text));
    },
  },
  { name: 'json', corpus: [...documents, ...streams], words: JSON_WORDS, flaw: jsonFlaw },
  {
    name: 'site',
    corpus: sites,
    words: [...YAML_WORDS, ...ADDRESS_WORDS, 'AS', '65000', 'transit', 'neighbors:\n', 'routers:\n'],
    flaw: (text) => {
      const { site, whole, diagnostics } = parseSite(new Source('site', text));
      if (site === undefined && diagnostics.length === 0) return 'neither a site nor a diagnostic';
      return diagnosticsFlaw(site === undefined ? diagnostics : [...diagnostics, ...check(site, whole)]);
    },
  },
  {
    name: 'inventory',
    corpus: documents,
    words: [
      ...JSON_WORDS,
      '\t',
      '\n',
      'INSTANCE\t',
      'TAG\tinstance\t',
      'NIC\t',
      'i-1',
      'running',
      '192.0.2.1',
      '2001:db8::1',
    ],
    flaw: (text) => {
      const { inventory, diagnostics } = readDocument(new Source('document', text), undefined);
      if (inventory === undefined && diagnostics.length === 0) return 'neither hosts nor a diagnostic';
      return diagnosticsFlaw(diagnostics) ?? (inventory === undefined ? undefined : streamFlaw(inventory));
    },
  },
  {
    name: 'host stream',
    corpus: streams,
    words: [...JSON_WORDS, '"v":1', '"kind":"host"', '"kind":"end"', '"complete":true', '\n'],
    flaw: (text) => {
      const stream = readStream(new Source('stream', text));
      return (
        diagnosticsFlaw(stream.diagnostics) ??
        (stream.diagnostics.length > 0 ? undefined : streamFlaw(stream))
      );
    },
  },
  {
    name: 'condition',
    corpus: ['tag:role=web', 'name=a*', 'state=running', 'region!=eu-*'],
    words: [...'tag: name = != * ? [ ] , id state region source'.split(' ')],
    flaw: (text) => {
      const read = readCondition(new Source('--where', text));
      return 'code' in read ? diagnosticsFlaw([read]) : undefined;
    },
  },
  {
    name: 'services',
    corpus: ['22,80,8000-8010,53/udp', '22', '5000/sctp,1-2/tcp'],
    words: [...'22 80 - , / tcp udp sctp 0 65535 65536 053'.split(' '), ' '],
    flaw: (text) => {
      const read = readServices(new Source('--ports', text));
      return 'code' in read ? diagnosticsFlaw([read]) : undefined;
    },
  },
  {
    name: 'nft table',
    corpus: ['inet filter', 'ip6 x', 'bridge b'],
    words: ['inet', 'ip', 'ip6', ' ', 'filter', '-', '_', '"', ';', '\n'],
    flaw: (text) => {
      const read = readTable(new Source('--table', text));
      return 'code' in read ? diagnosticsFlaw([read]) : undefined;
    },
  },
  {
    name: 'bridge',
    corpus: BRIDGE,
    words: [
      ...': , = ! !! " \' \\ [ ] ( ) { } tcp tcp-l udp unix exec system stdio openssl fork bind range mode user timeout 80 -1'.split(
        ' ',
      ),
      ' ',
    ],
    flaw: (text) => {
      const source = new Source('ADDRESS', text);
      const parsed = parseAddress(source);
      if (!('read' in parsed)) {
        if (!parsed.some(({ severity }) => severity === 'error')) return 'no address and no error';
        return diagnosticsFlaw(parsed);
      }
      const tokens = [parsed.read, ...(parsed.write === undefined ? [] : [parsed.write])].flatMap(
        (address) => [address.keyword, ...address.parameters, ...address.options.map(({ name }) => name)],
      );
      const lost = tokens.find(
        ({ span }) => span.start < 0 || span.end > text.length || span.start > span.end,
      );
      if (lost !== undefined) return `${JSON.stringify(lost.text)} at ${lost.span.start}..${lost.span.end}`;
      const checked = checkBridge(source, new Source('ADDRESS', '-'), 'both', KINDS);
      if (checked.bridge === undefined && checked.diagnostics.length === 0)
        return 'neither a bridge nor a diagnostic';
      return diagnosticsFlaw([...parsed.diagnostics, ...checked.diagnostics]);
    },
  },
  {
    name: 'command of exec',
    corpus: ['cat -v', "sh -c 'a b'", '"a b" c\\ d'],
    words: [' ', '"', "'", '\\', '[', ']', '(', ')', 'a'],
    flaw: (text) => {
      const read = splitCommand(text);
      return 'code' in read ? diagnosticsFlaw([read]) : undefined;
    },
  },
  {
    name: 'peer range',
    corpus: [...TRICKY, '10.0.0.0:255.0.0.0', '[2001:db8::/32]', '[2001:db8::]/32'],
    words: ADDRESS_WORDS,
    flaw: (text) => {
      const read = readRange(text);
      if (!(read instanceof AddressFault))
        // A mapped peer is judged as the IPv4 address that it is.
        return read.admits(read.address) || read.address.isMapped
          ? undefined
          : 'does not admit its own address';
      return read.offset >= 0 && read.offset <= text.length && read.input === text
        ? undefined
        : `offset ${read.offset}, input ${JSON.stringify(read.input)}`;
    },
  },
  {
    name: 'command line',
    corpus: programs.flatMap((program) => [
      ...program.examples.map(({ command }) => command.split(' ').slice(1).join('\0')),
      ...program.verbs.map((verb) =>
        [verb.name, ...Object.keys(verb.options).map((name) => `--${name}`)].join('\0'),
      ),
    ]),
    words: [
      ...'-- - --= -4 -6 -46 -0 --json --json=1 --strict --lenient --lenient=x --ports 22 -n -n5 -h --help --version =x ---'.split(
        ' ',
      ),
      '\0',
      '\0--',
      '',
    ],
    flaw: (text) => {
      for (const program of programs) {
        const parsed = parseCommandLine(program, text === '' ? [] : text.split('\0'));
        if (
          parsed.kind === 'fault' &&
          (parsed.message === '' || /undefined|NaN/.test(parsed.message.replace(/"(?:[^"\\]|\\.)*"/g, '')))
        )
          return `${program.name}: ${parsed.message}`;
        if (parsed.kind !== 'run') continue;
        for (const [name, given] of parsed.values) {
          const type = parsed.verb.options[name]?.type ?? 'flag';
          const fits =
            type === 'flag'
              ? given === true
              : type === 'text'
                ? typeof given === 'string'
                : type === 'texts'
                  ? Array.isArray(given)
                  : typeof given === 'number' && Number.isFinite(given);
          if (!fits)
            return `${program.name} ${parsed.verb.name}: ${name} is ${JSON.stringify(given)}, of type ${type}`;
        }
      }
      return undefined;
    },
  },
];
