import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import t from 'tap';
import {
  Address,
  AddressFault,
  Asn,
  HostPort,
  PortSet,
  Prefix,
  Range,
  specialPurpose,
  specialPurposes,
} from '../../src/address/index.ts';
import { address } from './arbitrary.ts';
import { ipaddrSays, ipCidrSays, netmaskSays, pythonSays } from './libraries.ts';
import { rows } from './tricky.ts';

const READERS: Readonly<Record<string, (text: string) => { toString(): string } | AddressFault>> = {
  address: (text) => Address.read(text),
  prefix: (text) => Prefix.read(text),
  range: (text) => Range.read(text),
  asn: (text) => Asn.read(text),
  ports: (text) => PortSet.read(text),
  hostport: (text) => HostPort.read(text),
};

t.test('each tricky text gets its answer', async (t) => {
  t.ok(rows.length >= 90, `${rows.length} rows`);
  t.equal(new Set(rows.map((row) => `${row.as} ${row.text}`)).size, rows.length, 'no row twice');
  for (const row of rows) {
    const name = `${row.as} ${JSON.stringify(row.text)}`;
    const read = READERS[row.as];
    if (read === undefined) throw new Error(`nothing reads ${row.as}`);
    const answer = read(row.text);
    const said =
      answer instanceof AddressFault
        ? { says: 'refused', at: `${answer.offset}`, why: answer.why, hint: answer.hint ?? '' }
        : { says: answer.toString(), at: '', why: '', hint: '' };
    t.same(said, { says: row.says, at: row.at, why: row.why, hint: row.hint }, name);
    t.not(row.decides, '', `${name} says what decides`);
  }
});

const asked = rows.filter(({ as }) => as === 'address' || as === 'prefix');

t.test('netmask, ip-cidr and ipaddr.js still say what the table says', async (t) => {
  for (const row of asked) {
    t.equal(netmaskSays(row.text), row.netmask, `netmask on ${JSON.stringify(row.text)}`);
    t.equal(ipCidrSays(row.text), row.ipCidr, `ip-cidr on ${JSON.stringify(row.text)}`);
    t.equal(ipaddrSays(row.as, row.text), row.ipaddr, `ipaddr.js on ${JSON.stringify(row.text)}`);
  }
});

const python = await pythonSays(asked);

t.test(
  "Python's ipaddress still says what the table says",
  { skip: python === undefined && 'there is no python3 of 3.10 or more' },
  async (t) => {
    for (const [index, row] of asked.entries())
      t.equal(python?.[index], row.python, `ipaddress on ${JSON.stringify(row.text)}`);
  },
);

t.test('where others differ, something decides', async (t) => {
  for (const row of asked) {
    const others = [row.netmask, row.ipCidr, row.ipaddr, row.python];
    if (others.every((other) => other === row.says)) continue;
    t.match(row.decides, /[a-z]{3}|RFC \d+/, `${row.as} ${JSON.stringify(row.text)}`);
  }
  // What all four say is what we say, but for what is a rule of ours.
  const alone = asked.filter(
    ({ says, netmask, ipCidr, ipaddr: third, python: fourth }) =>
      new Set([netmask, ipCidr, third, fourth]).size === 1 && netmask !== says,
  );
  t.strictSame(
    alone.map(({ text }) => text),
    ['1.0.0.0/08'],
    "one text is read by us as none of them reads it: 020 would be 16 or 20, so no zero leads, as in Go's net/netip",
  );
});

t.test('the table has the texts for which they are referees and not parsers', async (t) => {
  const wrong = (library: 'netmask' | 'ipCidr' | 'ipaddr' | 'python') =>
    rows.filter((row) => row[library] !== '' && row[library] !== row.says);
  const taken = (library: 'netmask' | 'ipCidr' | 'ipaddr' | 'python') =>
    wrong(library).filter((row) => row.says === 'refused').length;
  t.ok(taken('netmask') >= 30, `netmask takes ${taken('netmask')} of the texts refused here`);
  t.ok(taken('ipCidr') >= 15, `ip-cidr takes ${taken('ipCidr')} of them`);
  t.ok(taken('ipaddr') >= 20, `ipaddr.js takes ${taken('ipaddr')} of them`);
  t.ok(
    taken('python') <= 8 && wrong('python').every((row) => row.says === 'refused'),
    `Python's ipaddress takes ${taken('python')}, and gives no other value to what is right`,
  );
  t.ok(
    wrong('ipCidr').some((row) => row.says !== 'refused'),
    'and gives other values to texts that are right',
  );
});

/** What range() of ipaddr.js calls the blocks of the IANA registries, by our names of them. */
const KINDS: Readonly<Record<string, RegExp>> = {
  unspecified: /^(?:"This network"|"This host on this network"|Unspecified Address)$/,
  broadcast: /^Limited Broadcast$/,
  multicast: /^Multicast$/,
  linkLocal: /^Link[- ]Local/,
  loopback: /^Loopback/,
  carrierGradeNat: /^Shared Address Space$/,
  private: /^Private-Use$/,
  uniqueLocal: /^Unique-Local$/,
  ipv4Mapped: /^IPv4-mapped/,
  discard: /^Discard-Only/,
  rfc6052: /^IPv4-IPv6 Translation$/,
  '6to4': /^6to4$/,
  teredo: /^TEREDO$/,
  benchmarking: /^Benchmarking$/,
  amt: /^AMT$/,
  as112: /AS112/,
  as112v6: /AS112/,
  deprecatedOrchid: /ORCHID/,
  orchid2: /^ORCHIDv2$/,
  droneRemoteIdProtocolEntityTags: /^Drone Remote ID/,
  deprecatedSiteLocal: /^Deprecated \(Site-Local Unicast\)$/,
  segmentRouting: /^Segment Routing/,
  reserved:
    /^(?:IETF Protocol|Documentation|Benchmarking$|Reserved$|IPv4 (?:Service|dummy)|Port Control|Traversal Using|NAT64|Deprecated \(6to4|6a44|DNS-SD)/,
};

/** What only one of the two has: RFC 9780 is of 2025, 3ffe::/16 was given back, and RFC 6145 is not in the registries. */
const OURS = /^(?:Dummy IPv6 Prefix|Deprecated \(6bone\))$/;
const THEIRS = 'rfc6145';

t.test('the registries against the ranges of ipaddr.js', async (t) => {
  const agree = (address: Address): boolean => {
    const kind = ipaddr.parse(address.toString()).range();
    const name = specialPurpose(address)?.name;
    if (name === undefined || OURS.test(name)) return kind === 'unicast' || kind === THEIRS;
    return KINDS[kind]?.test(name) === true;
  };
  for (const { prefix, name } of specialPurposes()) {
    for (const edge of [prefix.first, prefix.last, prefix.first.previous(), prefix.last.next()])
      t.ok(edge === undefined || agree(edge), `${edge} at ${prefix}, ${name}`);
  }
  fc.assert(fc.property(address, agree), { numRuns: 3000 });
});
