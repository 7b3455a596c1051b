// What the fuzzer feeds: every reader of text in the suite, each with texts that it takes, words of its grammar, and what must
// hold of its answer. A property that is broken is told in words; an exception is one by itself.

import { readdirSync, readFileSync } from 'node:fs';
import {
  Address,
  AddressFault,
  Asn,
  HostPort,
  InterfaceAddress,
  PortSet,
  Prefix,
  Range,
  readItem,
  readPort,
} from '../../src/address/index.ts';
import { checkBridge } from '../../src/bridge/check.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { parseAddress, splitCommand } from '../../src/bridge/parse.ts';
import { readProxy } from '../../src/bridge/proxy-protocol.ts';
import { NamedRange, readRange } from '../../src/bridge/range.ts';
import { readSource } from '../../src/bridge/sources.ts';
import { parseCommandLine } from '../../src/command/parser.ts';
import { Source } from '../../src/document/source.ts';
import { parseYaml } from '../../src/document/yaml.ts';
import { readTable } from '../../src/firewall/nft-table.ts';
import { readServices } from '../../src/firewall/parse.ts';
import { parsePolicy } from '../../src/firewall/policy/parse.ts';
import { readDocument } from '../../src/inventory/read.ts';
import { readCondition } from '../../src/inventory/select.ts';
import { readStream, writeLines } from '../../src/inventory/wire.ts';
import { programs } from '../../src/programs/index.ts';
import { check } from '../../src/routing/check.ts';
import { parseSite } from '../../src/routing/parse.ts';
import {
  ADDRESS_WORDS,
  diagnosticsFlaw,
  finderFlaw,
  ITEM,
  jsonFlaw,
  LENIENT,
  nodeFlaw,
  packedFlaw,
  streamFlaw,
  type Target,
  TRICKY,
  value,
} from './flaws.ts';

function filesIn(folder: string, pattern: RegExp): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => pattern.test(file))
    .sort()
    .map((file) => readFileSync(`${folder}/${file}`, 'utf8'));
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

const PROXY_HEADERS = [
  'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n',
  'PROXY TCP6 2001:db8::1 2001:db8::ff 1 65535\r\n',
  'PROXY UNKNOWN\r\n',
  ...['20000000', '2111000cc0a80001c0a8000bdc0401bb', '21110013c0a80001c0a8000bdc0401bb040004deadbeef'].map(
    (hex) => Buffer.from(`0d0a0d0a000d0a515549540a${hex}`, 'hex').toString('latin1'),
  ),
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
    name: 'policy',
    corpus: [readFileSync('examples/policy.yaml', 'utf8')],
    words: [
      ...'chain hook families sets services rules assert select inventory scope file addresses union without'.split(
        ' ',
      ),
      ...'action from to traffic log rate burst expires comment must accept drop any : - [ ] { } , # & * " 10/minute'.split(
        ' ',
      ),
    ],
    flaw: (text) => {
      const { policy, diagnostics } = parsePolicy(new Source('policy', text));
      if (policy === undefined && diagnostics.length === 0) return 'neither a policy nor a diagnostic';
      return diagnosticsFlaw(diagnostics);
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
      const read = readServices({ value: text, span: new Source('--ports', text).all() });
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
      // A name: what it stands for is not known here.
      if (read instanceof NamedRange) return undefined;
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
    name: 'source of clients',
    corpus: ['10.0.0.0/8', '10.0.0.1-10.0.0.9', '2001:db8::/32', '/etc/clients', './clients'],
    words: ADDRESS_WORDS,
    flaw: (text) => {
      const source = readSource(text);
      if (!(source instanceof AddressFault)) return undefined;
      return source.offset >= 0 && source.offset <= text.length && source.why !== ''
        ? undefined
        : `offset ${source.offset}`;
    },
  },
  {
    name: 'PROXY header',
    corpus: PROXY_HEADERS,
    words: [
      'PROXY ',
      'TCP4 ',
      'TCP6 ',
      'UNKNOWN',
      '1.2.3.4 ',
      '::1 ',
      '0 ',
      '65535',
      '\r\n',
      '\u0021\u0011\u0000\f',
      '\u0003\u0000\u0004',
    ],
    flaw: (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const reading = readProxy(bytes);
      if (reading.kind === 'malformed') return reading.why === '' ? 'no reason' : undefined;
      if (reading.kind === 'header') {
        if (reading.length > bytes.length) return `a header of ${reading.length} in ${bytes.length} bytes`;
        const alone = readProxy(bytes.subarray(0, reading.length));
        return alone.kind === 'header' ? undefined : `without what follows it is ${alone.kind}`;
      }
      // Whatever needs more bytes gets no further than the longest header.
      return bytes.length > 16 + 65535 ? 'still not enough' : undefined;
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
