// Tables of hosts_access(5): who is meant by a rule, and what is refused rather than passed over.

import t from 'tap';
import { Address } from '../../src/address/address.ts';
import { readHostsTable, ruleMatches } from '../../src/bridge/hosts-access.ts';

const matches = (table: string, daemon: string, client: string): boolean => {
  const { rules, faults } = readHostsTable(table, 'table');
  if (faults.length > 0) throw new Error(faults.join('\n'));
  return rules.some((rule) => ruleMatches(rule, daemon, Address.parse(client)));
};

t.test('who is meant', async (t) => {
  const rows: readonly (readonly [
    table: string,
    daemon: string,
    client: string,
    expected: boolean,
    string,
  ])[] = [
    ['ALL: ALL', 'x', '192.0.2.1', true, 'everybody'],
    ['socat: ALL', 'sockbridge', '192.0.2.1', false, 'another daemon'],
    ['socat, sockbridge : 192.0.2.1', 'sockbridge', '192.0.2.1', true, 'one of several, one address'],
    ['ALL: 192.0.2.', 'x', '192.0.2.77', true, 'a pattern that ends with a dot'],
    ['ALL: 192.0.2.', 'x', '192.0.20.7', false, 'and is not a mere beginning of the digits'],
    ['ALL: 192.0.2.', 'x', '::ffff:192.0.2.7', true, 'an IPv4 client of an IPv6 listener'],
    ['ALL: 192.0.2.0/255.255.255.0', 'x', '192.0.2.9', true, 'a mask in dots'],
    ['ALL: 192.0.2.0/24', 'x', '192.0.3.9', false, 'a length'],
    ['ALL: [2001:db8::]/32', 'x', '2001:db8::5', true, 'IPv6 between brackets'],
    ['ALL: [2001:db8::1]', 'x', '2001:db8::1', true, 'one IPv6 address'],
    ['ALL: ALL EXCEPT 192.0.2.1', 'x', '192.0.2.1', false, 'an exception'],
    ['ALL: ALL EXCEPT 192.0.2. EXCEPT 192.0.2.5', 'x', '192.0.2.5', true, 'an exception from it'],
    ['ALL EXCEPT y: ALL', 'y', '192.0.2.1', false, 'among daemons'],
    ['# ALL: ALL\n\n', 'x', '192.0.2.1', false, 'a comment'],
    ['ALL: \\\n 192.0.2.1', 'x', '192.0.2.1', true, 'a line that goes on'],
    ['x: 192.0.2.1 :', 'x', '192.0.2.1', true, 'an empty third field'],
  ];
  for (const [table, daemon, client, expected, reason] of rows)
    t.equal(matches(table, daemon, client), expected, `${JSON.stringify(table)} ${client}: ${reason}`);
});

t.test('what can not be told is a fault, with its place', async (t) => {
  const rows: readonly (readonly [string, string, string])[] = [
    ['ALL', 'table:1: no colon between daemons and clients', 'half a rule'],
    [
      '\n# x\nALL: .example.org',
      'table:3: ".example.org": clients are known by address only here, not by name',
      'a domain',
    ],
    ['ALL: localhost', 'table:1: "localhost": clients are known by address only here, not by name', 'a name'],
    ['ALL: LOCAL', 'table:1: "LOCAL": clients are known by address only here, not by name', 'a wildcard'],
    [
      'ALL: me@192.0.2.1',
      'table:1: "me@192.0.2.1": clients are known by address only here, not by name',
      'a user',
    ],
    ['ALL: @group', 'table:1: "@group": clients are known by address only here, not by name', 'a netgroup'],
    ['ALL: ALL: spawn /bin/true', 'table:1: options and shell commands are not done here', 'a command'],
    ['ALL:', 'table:1: an empty list', 'nobody'],
    ['ALL: 192.0.2.256', 'table:1: "192.0.2.256": octet 4 is over 255', 'no address'],
    [
      'ALL: a \\\n\\\nb: c\nx',
      'table:1: options and shell commands are not done here\ntable:4: no colon between daemons and clients',
      'lines are counted',
    ],
  ];
  for (const [table, faults, reason] of rows)
    t.equal(readHostsTable(table, 'table').faults.join('\n'), faults, reason);
});
