import t from 'tap';
import {
  Address,
  AddressSet,
  bogonBlocks,
  bogons,
  documentation,
  multicast,
  Prefix,
  REGISTRY_DATE,
  specialPurpose,
  specialPurposes,
} from '../../src/address/index.ts';

t.test('the most specific entry that holds all of it', async (t) => {
  const table: [string, string | undefined][] = [
    ['8.8.8.8', undefined],
    ['0.0.0.0', '"This host on this network"'],
    ['0.0.0.1', '"This network"'],
    ['10.255.255.255', 'Private-Use'],
    ['11.0.0.0', undefined],
    ['172.15.255.255', undefined],
    ['172.16.0.0', 'Private-Use'],
    ['172.32.0.0', undefined],
    ['192.0.0.1', 'IPv4 Service Continuity Prefix'],
    ['192.0.0.9', 'Port Control Protocol Anycast'],
    ['192.0.0.200', 'IETF Protocol Assignments'],
    ['192.0.2.77', 'Documentation (TEST-NET-1)'],
    ['224.0.0.1', 'Multicast'],
    ['239.255.255.255', 'Multicast'],
    ['240.0.0.1', 'Reserved'],
    ['255.255.255.255', 'Limited Broadcast'],
    ['::', 'Unspecified Address'],
    ['::1', 'Loopback Address'],
    ['::2', undefined],
    ['::ffff:8.8.8.8', 'IPv4-mapped Address'],
    ['64:ff9b::808:808', 'IPv4-IPv6 Translation'],
    ['2001:1::3', 'DNS-SD Service Registration Protocol Anycast'],
    ['2001:1::4', 'IETF Protocol Assignments'],
    ['2001:db8::1', 'Documentation'],
    ['3fff:fff:ffff::1', 'Documentation'],
    ['3fff:1000::1', undefined],
    ['fd00::1', 'Unique-Local'],
    ['fe80::1%eth0', 'Link-Local Unicast'],
    ['fec0::1', 'Deprecated (Site-Local Unicast)'],
    ['ff02::1', 'Multicast'],
    ['2606:4700::1111', undefined],
  ];
  for (const [text, name] of table) t.equal(specialPurpose(Address.parse(text))?.name, name, text);
  t.equal(
    specialPurpose(Prefix.parse('192.0.0.8/29'))?.name,
    'IETF Protocol Assignments',
    'not one of those within it',
  );
  t.equal(specialPurpose(Prefix.parse('10.1.0.0/16'))?.reference, 'RFC 1918');
  t.equal(specialPurpose(Prefix.parse('8.0.0.0/5')), undefined, 'a block that is partly special is not');
});

t.test('the tables', async (t) => {
  const entries = specialPurposes();
  // 25 rows of IANA's with the two addresses of one row apart, and multicast; 25 and multicast, site-local, 6bone
  t.equal(specialPurposes(4).length, 27);
  t.equal(specialPurposes(6).length, 28);
  t.match(REGISTRY_DATE, /^\d{4}-\d{2}-\d{2}$/);
  for (const {
    prefix,
    name,
    reference,
    allocated,
    terminated,
    source,
    destination,
    globallyReachable,
  } of entries) {
    const row = `${prefix.toString()} ${name}`;
    t.match(reference, /^RFC \d+/, row);
    t.match(allocated, /^(19|20)\d\d-(0[1-9]|1[0-2])$/, row);
    if (terminated !== undefined) t.ok(terminated > allocated, `${row} ended after it began`);
    // RFC 6890 section 2.2.1: a block that is no destination can't be reachable
    t.notOk(destination === false && globallyReachable === true, row);
    if (terminated !== undefined) t.equal(source, undefined, `${row}: a terminated row has no columns`);
  }
  t.ok(
    entries.every(
      (entry, i) => i === 0 || Prefix.compare(entries[i - 1]?.prefix ?? entry.prefix, entry.prefix) < 0,
    ),
  );
});

t.test('sets of the tables', async (t) => {
  t.equal(multicast().toString(), '224.0.0.0/4,ff00::/8');
  t.equal(documentation().toString(), '192.0.2.0/24,198.51.100.0/24,203.0.113.0/24,2001:db8::/32,3fff::/20');
  t.equal(multicast(), multicast(), 'made once');
});

t.test('bogons', async (t) => {
  const set = bogons();
  const refused = [
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.0.1',
    '172.31.0.1',
    '192.0.0.1',
    '192.0.2.1',
  ];
  refused.push(
    '192.88.99.1',
    '192.168.0.1',
    '198.19.0.1',
    '198.51.100.1',
    '203.0.113.1',
    '224.0.0.1',
    '255.255.255.255',
  );
  refused.push(
    '::',
    '::1',
    '::ffff:8.8.8.8',
    '64:ff9b::1',
    '100::1',
    '1fff::1',
    '2001::1',
    '2001:2::1',
    '2001:10::1',
  );
  refused.push(
    '2001:20::1',
    '2001:db8::1',
    '2002::1',
    '3ffe::1',
    '3fff::1',
    '4000::',
    '5f00::1',
    'fc00::1',
    'fe80::1',
  );
  refused.push('fec0::1', 'ff02::1');
  for (const text of refused) t.ok(set.has(Address.parse(text)), text);
  const taken = ['1.1.1.1', '100.63.255.255', '172.32.0.0', '192.0.1.0', '198.20.0.0', '223.255.255.255'];
  taken.push('2000::', '2001:200::1', '2001:67c::1', '2400::1', '2606:4700::1', '2a00::1', '3fff:1000::');
  for (const text of taken) t.notOk(set.has(Address.parse(text)), text);
  t.ok(bogons(4).equals(set.family(4)));
  t.equal(bogons(4).size + bogons(6).size, set.size);
  t.ok(AddressSet.of(...bogonBlocks().map(({ prefix }) => prefix)).isSubsetOf(set));
  t.ok(
    bogonBlocks(6).every(({ prefix }) => Prefix.parse('2000::/3').contains(prefix)),
    'what is outside is refused whole',
  );
  // every registry entry that is not globally reachable is refused, apart from single hosts inside of a block
  for (const { prefix, globallyReachable, name } of specialPurposes()) {
    if (globallyReachable === false && prefix.toString() !== '2001::/23') t.ok(set.contains(prefix), name);
  }
});
