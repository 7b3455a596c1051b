import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import { Source } from '../../src/document/source.ts';
import { regionOf } from '../../src/inventory/clouds/ec2-region.ts';
import { clouds } from '../../src/inventory/clouds/index.ts';
import { type Read, readDocument } from '../../src/inventory/read.ts';
import { writeLines } from '../../src/inventory/wire.ts';

function read(document: unknown, from?: string): Read {
  const text = typeof document === 'string' ? document : JSON.stringify(document, undefined, 1);
  return readDocument(new Source('doc', text), from);
}

/** `i-1 running us-east-1: 192.0.2.1 public eni-1, ...` for each host. */
function hostsOf({ inventory }: Read): readonly string[] {
  return (inventory?.hosts ?? []).map(({ id, name, state, region, addresses }) => {
    const list = addresses.map(({ prefix, scope, interface: network }) =>
      [prefix.isHost ? prefix.address : prefix, scope, ...(network === undefined ? [] : [network])].join(' '),
    );
    return `${id} ${JSON.stringify(name)} ${state} ${region}: ${list.join(', ')}`;
  });
}

/** `INV002 3:14 message` for each diagnostic. */
function saidOf({ diagnostics }: Read): readonly string[] {
  return diagnostics.map(({ code, span, message }) => {
    const place = span?.source.position(span.start);
    return `${code} ${place === undefined ? '' : `${place.line}:${place.column} `}${message}`;
  });
}

function whyOf({ inventory }: Read): readonly string[] {
  return (inventory?.closings ?? []).map(
    ({ source, complete, why }) => `${source} ${complete ? 'complete' : why}`,
  );
}

const instance = { InstanceId: 'i-1', State: { Name: 'running' }, PublicIpAddress: '192.0.2.1' };

t.test('aws: every address of every interface, each once, with its scope', async (t) => {
  const document = {
    Reservations: [
      {
        Instances: [
          {
            InstanceId: 'i-1',
            State: { Code: 16, Name: 'running' },
            Placement: { AvailabilityZone: 'eu-central-1b' },
            PublicIpAddress: '192.0.2.1',
            PrivateIpAddress: '10.0.0.1',
            Ipv6Address: '2001:db8::1',
            Tags: [
              { Key: 'Name', Value: 'web' },
              { Key: '__proto__', Value: 'a tag like any other' },
              { Key: 'empty', Value: '' },
            ],
            NetworkInterfaces: [
              {
                NetworkInterfaceId: 'eni-1',
                Association: { PublicIp: '192.0.2.1' },
                PrivateIpAddress: '10.0.0.1',
                PrivateIpAddresses: [
                  { PrivateIpAddress: '10.0.0.1', Association: { PublicIp: '192.0.2.1' } },
                  { PrivateIpAddress: '10.0.0.2', Association: { PublicIp: '192.0.2.2' } },
                  { PrivateIpAddress: '10.0.0.3' },
                ],
                Ipv6Addresses: [{ Ipv6Address: '2001:DB8::1' }, { Ipv6Address: '2001:db8::2' }],
                Ipv4Prefixes: [{ Ipv4Prefix: '10.0.0.16/28' }],
                Ipv6Prefixes: [{ Ipv6Prefix: '2001:db8:0:0:1::/80' }],
              },
              {
                NetworkInterfaceId: 'eni-2',
                Association: { CarrierIp: '198.51.100.1' },
                PrivateIpAddress: '10.0.1.1',
                Ipv6Addresses: [{ Ipv6Address: 'fd00::1' }, { Ipv6Address: 'fe80::1' }],
              },
              {
                NetworkInterfaceId: 'eni-3',
                PrivateIpAddresses: [
                  { PrivateIpAddress: '10.0.2.1', Association: { CustomerOwnedIp: '172.16.0.9' } },
                  { PrivateIpAddress: '10.0.2.2', Association: { CustomerOwnedIp: '203.0.113.9' } },
                ],
              },
            ],
          },
        ],
      },
    ],
  };
  const result = read(document);
  t.strictSame(saidOf(result), []);
  t.strictSame(whyOf(result), ['aws complete']);
  t.strictSame(hostsOf(result), [
    'i-1 "web" running eu-central-1: 192.0.2.1 public eni-1, 192.0.2.2 public eni-1, 198.51.100.1 public eni-2, ' +
      '203.0.113.9 public eni-3, 2001:db8::1 public eni-1, 2001:db8::2 public eni-1, 2001:db8:0:0:1::/80 public eni-1, ' +
      '10.0.0.1 private eni-1, 10.0.0.2 private eni-1, 10.0.0.3 private eni-1, 10.0.0.16/28 private eni-1, ' +
      '10.0.1.1 private eni-2, 10.0.2.1 private eni-3, 10.0.2.2 private eni-3, 172.16.0.9 private eni-3, ' +
      'fd00::1 private eni-2, fe80::1 private eni-2',
  ]);
  t.strictSame(
    [...(result.inventory?.hosts[0]?.tags ?? [])],
    [
      ['Name', 'web'],
      ['__proto__', 'a tag like any other'],
      ['empty', ''],
    ],
  );
});

t.test('aws: the shapes in which the answer comes', async (t) => {
  const rows: readonly (readonly [string, unknown, number])[] = [
    ['the whole answer', { Reservations: [{ Instances: [instance] }] }, 1],
    ['no instance at all', { Reservations: [] }, 0],
    ['--query Reservations[]', [{ Instances: [instance, instance] }], 2],
    ['--query Reservations[].Instances[]', [instance, instance], 2],
    ['--query Reservations[*].Instances[*]', [[instance], [instance]], 2],
    ['a reservation', { Instances: [instance] }, 1],
    ['an instance', instance, 1],
  ];
  for (const [why, document, count] of rows) {
    for (const from of [undefined, 'aws']) {
      const result = read(document, from);
      t.strictSame([hostsOf(result).length, whyOf(result)], [count, ['aws complete']], why);
    }
  }
});

t.test('aws: hazards, each told with its place, leave the rest as it is', async (t) => {
  const rows: readonly (readonly [string, object, string, readonly string[]])[] = [
    [
      "Amazon's own example has dashes for dots",
      { PrivateIpAddress: '10-0-0-157' },
      'i-1 "i-1" running : 192.0.2.1 public',
      ['INV002 .Reservations[0].Instances[0].PrivateIpAddress: "10-0-0-157": '],
    ],
    [
      'what is empty is not there',
      { PrivateIpAddress: '', Ipv6Address: null, NetworkInterfaces: null },
      'i-1 "i-1" running : 192.0.2.1 public',
      [],
    ],
    ['no State', { State: undefined }, 'i-1 "i-1" unknown : 192.0.2.1 public', []],
    ['a state in capitals', { State: { Name: 'Running' } }, 'i-1 "i-1" running : 192.0.2.1 public', []],
    [
      'an empty name is no name',
      { Tags: [{ Key: 'Name', Value: '' }] },
      'i-1 "i-1" running : 192.0.2.1 public',
      [],
    ],
    [
      'octets that some read as octal',
      { PublicIpAddress: '192.0.2.010' },
      'i-1 "i-1" running : ',
      ['INV002 .Reservations[0].Instances[0].PublicIpAddress: "192.0.2.010": '],
    ],
    [
      'an address of the other family',
      { PublicIpAddress: '2001:db8::1' },
      'i-1 "i-1" running : ',
      ['INV002 .Reservations[0].Instances[0].PublicIpAddress: "2001:db8::1": IPv6 where IPv4 belongs'],
    ],
    [
      'a zone',
      { Ipv6Address: 'fe80::1%eth0' },
      'i-1 "i-1" running : 192.0.2.1 public',
      [
        'INV002 .Reservations[0].Instances[0].Ipv6Address: "fe80::1%eth0": a zone means something on one machine only',
      ],
    ],
    [
      'a delegated prefix with host bits',
      { NetworkInterfaces: [{ Ipv4Prefixes: [{ Ipv4Prefix: '10.0.0.17/28' }] }] },
      'i-1 "i-1" running : 192.0.2.1 public',
      [
        'INV002 .Reservations[0].Instances[0].NetworkInterfaces[0].Ipv4Prefixes[0].Ipv4Prefix: "10.0.0.17/28": host bits',
      ],
    ],
    [
      'parts of other types',
      { NetworkInterfaces: ['eni-1', 5], Tags: [{ Key: 'a' }], Placement: 'here' },
      'i-1 "i-1" running : 192.0.2.1 public',
      [
        'INV004 .Reservations[0].Instances[0].Tags[0]: a tag without Key and Value',
        'INV004 .Reservations[0].Instances[0].Placement: not an object',
        'INV004 .Reservations[0].Instances[0].NetworkInterfaces[0]: not an object',
        'INV004 .Reservations[0].Instances[0].NetworkInterfaces[1]: not an object',
      ],
    ],
  ];
  for (const [why, change, host, said] of rows) {
    const changed = { ...instance, ...change };
    const result = read({ Reservations: [{ Instances: [changed, { ...instance, InstanceId: 'i-2' }] }] });
    t.strictSame(hostsOf(result), [host, 'i-2 "i-2" running : 192.0.2.1 public'], why);
    const found = saidOf(result).map((line) => line.replace(/^(INV\d+) \d+:\d+/, '$1'));
    // How an address is refused is the address model's to word; who is told of, and why it is left out, is ours.
    t.strictSame(
      found.map((line, at) => (line.startsWith(said[at] ?? ' ') ? said[at] : line)),
      said,
      why,
    );
    const n = said.length;
    t.strictSame(
      whyOf(result),
      [`aws ${n === 0 ? 'complete' : `${n} ${n === 1 ? 'part was' : 'parts were'} unreadable and left out`}`],
      why,
    );
  }
});

t.test('aws: where a flaw stands, and how many are told', async (t) => {
  const document = `{"Reservations": [
  {"Instances": [
    {"InstanceId": "i-1", "Ipv6Address": "2001:db8::g"}]}]}`;
  const [flaw = ''] = saidOf(read(document));
  t.match(
    flaw,
    /^INV002 3:53 \.Reservations\[0\]\.Instances\[0\]\.Ipv6Address: "2001:db8::g": /,
    'at the very character',
  );
  const many = read({
    Reservations: [{ Instances: Array.from({ length: 60 }, () => ({ ...instance, PublicIpAddress: 'x' })) }],
  });
  t.equal(saidOf(many).length, 51);
  t.equal(saidOf(many).at(-1), 'INV004 doc: 10 more flaws like these');
  t.strictSame(whyOf(many), ['aws 60 parts were unreadable and left out']);
  t.equal(hostsOf(many).length, 60);
  const nameless = read({
    Reservations: [
      { Instances: [{ State: {} }, 7, { InstanceId: 5 }, { InstanceId: '' }] },
      { Instances: 1 },
    ],
  });
  t.strictSame(hostsOf(nameless), []);
  t.match(saidOf(nameless), [
    /no InstanceId, and no Instances/,
    /not a reservation and not an instance/,
    /InstanceId: not a text/,
    /InstanceId is empty/,
    /Instances is not a list/,
  ]);
  t.equal(saidOf(nameless).length, 5);
});

t.test('aws: NextToken says that the answer is one page of several', async (t) => {
  const result = read({ Reservations: [{ Instances: [instance] }], NextToken: 'eyJ2IjoiMSJ9' });
  t.match(saidOf(result), [/^INV003 \d+:\d+ the answer ends with NextToken/]);
  t.strictSame(whyOf(result), ['aws more pages follow']);
  t.equal(hostsOf(result).length, 1);
  for (const token of [null, '', undefined])
    t.strictSame(whyOf(read({ Reservations: [], NextToken: token })), ['aws complete']);
});

t.test('zones and their regions', async (t) => {
  for (const [zone, region] of [
    ['us-east-1a', 'us-east-1'],
    ['us-gov-west-1b', 'us-gov-west-1'],
    ['us-west-2-lax-1a', 'us-west-2'],
    ['us-east-1-wl1-bos-wlz-1', 'us-east-1'],
    ['ap-southeast-12c', 'ap-southeast-12'],
    ['use1-az4', 'use1-az4'],
    ['', ''],
  ] as const)
    t.equal(regionOf(zone), region, zone);
});

t.test('ec2-legacy: columns that moved over the years, anchored on monitoring-*', async (t) => {
  const example = readFileSync('examples/ec2-describe-instances.txt', 'utf8');
  const result = read(example);
  t.strictSame(saidOf(result), []);
  t.strictSame(whyOf(result), ['ec2-legacy complete']);
  t.strictSame(hostsOf(result), [
    'i-0a1b2c3d "puppet" running us-east-1: 192.0.2.101 public, 10.242.7.18 private',
    'i-1b2c3d4e "ec2-192-0-2-102.compute-1.amazonaws.com" running us-east-1: 192.0.2.102 public, 10.83.42.165 private',
    'i-2c3d4e5f "spare" stopped us-east-1: ',
    'i-3d4e5f60 "inside" running eu-west-1: 172.31.23.60 private',
    'i-4e5f6071 "mail" running eu-west-1: 198.51.100.104 public, 172.31.15.122 private, 172.31.15.123 private eni-4e5f6071',
  ]);
  t.strictSame(hostsOf(read(example.replaceAll('\n', '\r\n'))), hostsOf(result), 'with DOS line ends');
  t.strictSame([...(result.inventory?.hosts[4]?.tags ?? [])].flat(), ['Name', 'mail', 'role', 'mail']);
});

t.test('ec2-legacy: hazards', async (t) => {
  const line = (tail: string, state = 'running'): string =>
    `INSTANCE\ti-1\tami-1\tname\tinside\t${state}\tkey\t0\t\tm1.small\t2010-01-01T00:00:00+0000\tus-east-1a\t\t\t${tail}\n`;
  const rows: readonly (readonly [string, string, readonly string[], readonly RegExp[]])[] = [
    [
      '(nil) is what old tools wrote for nothing',
      line('monitoring-disabled\t(nil)\t10.0.0.1'),
      ['i-1 "name" running us-east-1: 10.0.0.1 private'],
      [],
    ],
    [
      'a line that ends early',
      line('monitoring-enabled\t192.0.2.1'),
      ['i-1 "name" running us-east-1: 192.0.2.1 public'],
      [],
    ],
    ['no addresses', line('monitoring-disabled', 'terminated'), ['i-1 "name" terminated us-east-1: '], []],
    [
      'a malformed address',
      line('monitoring-disabled\t192.0.2.256\t10.0.0.1'),
      ['i-1 "name" running us-east-1: 10.0.0.1 private'],
      [/^INV002 1:\d+ "192.0.2.256": /],
    ],
    [
      'IPv6 where those tools knew none',
      line('monitoring-disabled\t2001:db8::1\t'),
      ['i-1 "name" running us-east-1: '],
      [/IPv6 where IPv4 belongs/],
    ],
    [
      'no anchor',
      line('watched\t192.0.2.1\t10.0.0.1'),
      [],
      [/^INV004 1:1 the line of i-1 has no monitoring/],
    ],
    ['no id', 'INSTANCE\t\tmonitoring-disabled\t192.0.2.1\n', [], [/an INSTANCE line without an id/]],
    [
      'blanks for tabs',
      'INSTANCE  i-1  ami-1  running  monitoring-disabled  10.0.0.1\n',
      [],
      [/not separated by tabs/],
    ],
    ['lines before any instance', 'RESERVATION\tr-1\nTAG\tinstance\ti-1\tName\tx\nNIC\teni-1\n', [], []],
    [
      "another instance's tag",
      `${line('monitoring-disabled')}TAG\tinstance\ti-2\tName\tx\nTAG\tvolume\ti-1\tName\tx\n`,
      ['i-1 "name" running us-east-1: '],
      [],
    ],
    [
      'a tag without a key',
      `${line('monitoring-disabled')}TAG\tinstance\ti-1\n`,
      ['i-1 "name" running us-east-1: '],
      [/^INV004 2:1 a TAG line without a key/],
    ],
    [
      'an interface without an address',
      `${line('monitoring-disabled')}NIC\teni-1\tsubnet-1\n`,
      ['i-1 "name" running us-east-1: '],
      [/no address in this NIC line/],
    ],
    [
      'an interface with a malformed one',
      `${line('monitoring-disabled')}PRIVATEIPADDRESS\t10.0.0.300\n`,
      ['i-1 "name" running us-east-1: '],
      [/^INV002 2:\d+ "10.0.0.300"/],
    ],
  ];
  for (const [why, text, hosts, said] of rows) {
    const result = read(text, 'ec2-legacy');
    t.strictSame(hostsOf(result), hosts, why);
    t.match(saidOf(result), said, why);
    t.equal(saidOf(result).length, said.length, why);
    t.equal(result.inventory?.closings[0]?.complete, said.length === 0, why);
  }
});

t.test(
  'a document that no source knows, or that is none: one error with its place, and nothing read',
  async (t) => {
    const rows: readonly (readonly [string, string, string | undefined, RegExp])[] = [
      ['empty', '', undefined, /^DOC007 1:1 the document is empty/],
      ['blank', ' \n\n', 'aws', /^DOC007/],
      ['truncated', '{"Reservations": [{"Instances": [', undefined, /^DOC001 1:\d+ /],
      [
        'two documents',
        '{"Reservations": []}\n{"Reservations": []}',
        undefined,
        /^DOC001 2:1 text after the end/,
      ],
      ['not JSON at all', '<html>', undefined, /^INV001 1:1 .*text that is not JSON/],
      ['text for a source of JSON', 'INSTANCE\ti-1', 'aws', /^DOC001 1:1 /],
      [
        'JSON for a source of text',
        '{"Reservations": []}',
        'ec2-legacy',
        /^INV001 1:1 not the shape of ec2-legacy/,
      ],
      ['other text for a source of text', 'hello\n', 'ec2-legacy', /^INV001 1:1 not the shape of ec2-legacy/],
      ['an empty list', ' []', undefined, /^INV001 1:2 .*an empty list, which could be any of them/],
      [
        'another document',
        '{"Vpcs": [], "b": 1, "c": 1, "d": 1, "e": 1, "f": 1}',
        undefined,
        /object with Vpcs, b, c, d, e, \.\.\.$/,
      ],
      [
        'the same in a list',
        '[{"Vpcs": []}]',
        'aws',
        /^INV001 1:1 not the shape of aws: a list of an object with Vpcs/,
      ],
      ['nothing in it', '[{}]', undefined, /a list of an object without keys/],
      ['a list of numbers', '[1]', undefined, /a list of a number/],
      ['null in a list', '[null]', undefined, /a list of null/],
    ];
    for (const [why, text, from, said] of rows) {
      const result = read(text, from);
      t.match(saidOf(result), [said], why);
      t.equal(saidOf(result).length, 1, why);
      t.equal(result.inventory, undefined, why);
    }
  },
);

t.test('nothing but addresses, names and tags leaves a reader, not even by a diagnostic', async (t) => {
  const secret = 'hunter2';
  const document = {
    Reservations: [
      {
        Instances: [
          {
            ...instance,
            UserData: secret,
            PrivateIpAddress: 'nowhere',
            Password: secret,
            PublicIpAddress: 7,
          },
        ],
        RequesterId: secret,
      },
    ],
    Token: secret,
  };
  // All on one line, so that the line of the flaw is the line of the secret.
  const result = read(JSON.stringify(document));
  t.equal(result.diagnostics.length, 2);
  const { inventory, diagnostics } = result;
  t.notMatch(JSON.stringify(inventory), secret);
  for (const { span, message, hint } of diagnostics) {
    const line = span?.source.position(span.start).line ?? 0;
    t.notMatch(`${message} ${hint} ${span?.source.line(line)}`, secret);
  }
  const broken = read(`${JSON.stringify(document).slice(0, -1)}!`);
  t.equal(broken.diagnostics[0]?.span?.source.line(1), '', 'the line of a syntax fault is not shown either');
});

const CASES = 'test/cases/inventory';

/** The source that a case is about: the longest name that its folder begins with. */
function sourceOf(folder: string): string | undefined {
  const names = clouds
    .map(({ name }) => name)
    .filter((name) => folder === name || folder.startsWith(`${name}-`));
  return names.sort((a, b) => b.length - a.length)[0];
}

function inputOf(folder: string): string {
  const [input = ''] = readdirSync(`${CASES}/${folder}`).filter((file) => file.startsWith('input.'));
  return readFileSync(`${CASES}/${folder}/${input}`, 'utf8');
}

/** Documents of another kind: nobody's. */
const NOBODYS = ['aws-unreadable', 'terraform-plan'];

t.test('every document is recognised by its own reader and by no other', async (t) => {
  const folders = readdirSync(CASES);
  const seen = new Set<string | undefined>();
  for (const folder of folders) {
    const text = inputOf(folder);
    const json = /^\s*[[{]/.test(text);
    const recognisers = clouds
      .filter((cloud) =>
        cloud.form === 'json' ? json && cloud.recognises(JSON.parse(text)) : !json && cloud.recognises(text),
      )
      .map(({ name }) => name);
    const own = sourceOf(folder);
    t.strictSame(recognisers, NOBODYS.includes(folder) ? [] : [own], folder);
    seen.add(own);
    for (const { name } of clouds)
      if (name !== own)
        t.match(
          saidOf(read(text, name)),
          [/^(?:INV001 1:1 not the shape of|DOC001 \d+:\d+) /],
          `${folder} as ${name}: one error`,
        );
  }
  t.strictSame(
    clouds.map(({ name }) => name).filter((name) => !seen.has(name)),
    [],
    'every source has a case',
  );
  for (const { name, form } of clouds.filter(({ name }) => name !== 'ec2-legacy' && name !== 'aws')) {
    t.ok(folders.includes(name), `${name}: a case of what is right`);
    t.ok(folders.includes(`${name}-hazards`), `${name}: a case of what is wrong`);
    t.match(form, /^(?:json|text)$/);
  }
  for (const { name, summary } of clouds) t.match(summary, /^[a-zA-Z/].+[^.]$/, name);
});

t.test('no secret of any document leaves its reader', async (t) => {
  const secret = 'SECRET-hunter2';
  let documents = 0;
  for (const folder of readdirSync(CASES)) {
    const text = inputOf(folder);
    if (!text.includes(secret)) continue;
    documents++;
    // Once more on one line, so that every flaw is on the line of the secret.
    for (const each of [text, JSON.stringify(JSON.parse(text))]) {
      const { inventory, diagnostics } = read(each);
      const lines = [...writeLines(inventory ?? { hosts: [], closings: [] }), ...diagnostics.map(said)];
      t.notMatch(lines.join(''), secret, folder);
    }
  }
  t.ok(documents >= 10, `${documents} documents hold one`);
});

function said({ message, hint, span }: Diagnostic): string {
  const { line = 0 } = span?.source.position(span.start) ?? {};
  return `${message} ${hint} ${span?.source.line(line)}`;
}

t.test('an empty list has no shape: it is read where the source is named and writes lists', async (t) => {
  for (const cloud of clouds) {
    const { inventory, diagnostics } = read('[]', cloud.name);
    const listed = cloud.form === 'json' && cloud.listed === true;
    t.equal(inventory !== undefined, listed, cloud.name);
    if (listed) t.strictSame([inventory?.hosts, diagnostics], [[], []]);
    else t.match(diagnostics, [{ code: 'INV001' }]);
  }
  t.strictSame(read('null', 'digitalocean').inventory?.hosts, [], 'doctl writes null for no droplets');
  t.match(saidOf(read('null')), [/^INV001/]);
});
