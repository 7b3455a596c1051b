// Ports, port sets, addresses with ports and AS numbers: the small values that are read from text.
import fc from 'fast-check';
import t from 'tap';
import {
  Address,
  AddressFault,
  Asn,
  bogonAsns,
  HostPort,
  PortSet,
  parsePort,
  readPort,
} from '../../src/address/index.ts';
import { address, zoned } from './arbitrary.ts';

const show = (answer: { toString(): string }) =>
  answer instanceof AddressFault ? `${answer.why} @${answer.offset}` : answer.toString();

t.test('ports', async (t) => {
  const table: [string, string, string][] = [
    ['1', '1', 'the least'],
    ['65535', '65535', 'the most'],
    ['0', 'port 0 is reserved @0', 'RFC 6335 section 6'],
    ['65536', 'a port is at most 65535 @0', '16 bits'],
    ['99999999999999999999', 'a port is at most 65535 @0', '16 bits'],
    ['080', 'leading zero in a port @0', 'octal to some'],
    ['', 'a port is missing @0', 'nothing'],
    [' 80', 'unexpected space in a port @0', 'not trimmed'],
    ['8O', "unexpected 'O' in a port @1", 'a letter'],
    ['-1', "unexpected '-' in a port @0", 'a sign'],
    ['80.0', "unexpected '.' in a port @2", 'not whole'],
    ['http', "unexpected 'h' in a port @0", 'names are looked up elsewhere'],
  ];
  for (const [text, expected, why] of table) t.equal(show(readPort(text)), expected, `${text}: ${why}`);
  t.equal(readPort('0', ['zero']), 0, 'asked for by name');
  t.equal(parsePort('8140'), 8140);
  t.throws(() => parsePort('0'), { name: 'AddressError' });
});

t.test('port sets against a bit array', async (t) => {
  const near = fc.oneof(
    fc.nat(40),
    fc.nat(40).map((n) => 65535 - n),
  );
  const item = fc.oneof(
    near,
    fc.tuple(near, near).map(([a, b]) => ({ first: Math.min(a, b), last: Math.max(a, b) })),
  );
  const items = fc.array(item, { maxLength: 8 });
  const bits = (set: PortSet) => Uint8Array.from({ length: 65536 }, (_, port) => (set.has(port) ? 1 : 0));
  const law = (a: Uint8Array, b: Uint8Array, of: (a: number, b: number) => number) =>
    a.map((bit, i) => of(bit, b[i] ?? 0));
  const equal = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  fc.assert(
    fc.property(items, items, (x, y) => {
      const [a, b] = [PortSet.of(...x), PortSet.of(...y)];
      const [p, q] = [bits(a), bits(b)];
      const expected = new Uint8Array(65536);
      for (const it of x) {
        const { first, last } = typeof it === 'number' ? { first: it, last: it } : it;
        expected.fill(1, first, last + 1);
      }
      return (
        equal(p, expected) &&
        equal(
          bits(a.union(b)),
          law(p, q, (i, j) => i | j),
        ) &&
        equal(
          bits(a.intersect(b)),
          law(p, q, (i, j) => i & j),
        ) &&
        equal(
          bits(a.subtract(b)),
          law(p, q, (i, j) => i & (1 - j)),
        ) &&
        a.contains(b) === law(p, q, (i, j) => j & (1 - i)).every((bit) => bit === 0) &&
        a.overlaps(b) === law(p, q, (i, j) => i & j).some((bit) => bit === 1) &&
        a.equals(b) === equal(p, q) &&
        a.size === p.reduce((sum, bit) => sum + bit, 0) &&
        a.isEmpty === (a.size === 0) &&
        (a.isEmpty || PortSet.parse(a.toString(), ['zero']).equals(a))
      );
    }),
    { numRuns: 60 },
  );
  t.equal(PortSet.of({ first: 0, last: 65535 }).toString(), '0-65535', 'a set up to the last port');
  t.notOk(PortSet.of({ first: 0, last: 65535 }).has(65536), 'ends there');
  t.notOk(PortSet.of(80).has(80.5));
});

t.test('port sets as text', async (t) => {
  const table: [string, string][] = [
    ['22', '22'],
    ['22,80,3690,4949,8140', '22,80,3690,4949,8140'],
    ['8140-8150,22,80,81', '22,80-81,8140-8150'],
    ['80,80,80', '80'],
    ['1-65535', '1-65535'],
    ['1-5,3-9,10', '1-10'],
    ['', 'no ports: the text is empty @0'],
    [',', 'a port is missing @0'],
    ['22,', 'a port is missing @3'],
    ['22,80-', 'a port is missing @6'],
    ['22,-80', 'a port is missing @3'],
    ['22,80-79', 'the range ends before it starts @6'],
    ['22,65536', 'a port is at most 65535 @3'],
    ['22,0', 'port 0 is reserved @3'],
    ['1-2-3', "unexpected '-' in a port @3"],
    ['22 80', 'unexpected space in a port @2'],
  ];
  for (const [text, expected] of table) t.equal(show(PortSet.read(text)), expected, text);
  const hint = (text: string) => {
    const fault = PortSet.read(text);
    return fault instanceof AddressFault ? fault.hint : 'accepted';
  };
  t.equal(hint('22, 80,, 90'), 'write 22,80,90');
  t.equal(hint('8140:8150'), 'write 8140-8150');
  t.equal(hint('080'), 'write 80');
  t.equal(hint('22,x'), undefined);
  for (const wrong of [-1, 65536, 1.5, Number.NaN]) t.throws(() => PortSet.of(wrong), RangeError);
  t.throws(() => PortSet.of({ first: 2, last: 1 }), RangeError);
  t.equal(JSON.stringify(PortSet.of(22, 23)), '"22-23"');
});

t.test('an address with a port', async (t) => {
  fc.assert(
    fc.property(fc.oneof(address, zoned), fc.integer({ min: 1, max: 65535 }), (a, port) => {
      const it = HostPort.of(a, port);
      const back = HostPort.parse(it.toString());
      return (
        back.equals(it) && back.port === port && back.address.equals(a) && HostPort.compare(it, back) === 0
      );
    }),
    { numRuns: 1000 },
  );
  const table: [string, string][] = [
    ['192.0.2.1', 'no port after the address @9'],
    ['192.0.2.1:', 'a port is missing @10'],
    ['192.0.2.1:0', 'port 0 is reserved @10'],
    ['192.0.2.01:80', 'leading zero in octet 4 @8'],
    ['192.0.2.1:80:81', "unexpected ':' in a port @12"],
    ['[::1]', 'no port after the address @5'],
    ['[::1', 'the bracket is not closed @4'],
    ['[::1]80', "':' expected after the bracket @5"],
    ['[::g]:80', "unexpected 'g' in group 1 @3"],
    ['[fe80::1%]:80', 'the zone is empty @9'],
    ['[192.0.2.1]:80', 'brackets around an IPv4 address @0'],
    ['::1:80', 'no port after the address @6'],
    ['1:2:3:4:5:6:7:8:80', 'an IPv6 address needs brackets before a port @0'],
    ['example.com:80', 'a name where an address is expected @0'],
    [':80', 'no address: the text is empty @0'],
    ['', 'no address: the text is empty @0'],
  ];
  for (const [text, expected] of table) t.equal(show(HostPort.read(text)), expected, text);
  t.equal(HostPort.parse('192.0.2.1:0', ['zero']).port, 0, 'asked for by name');
  t.throws(() => HostPort.of(Address.parse('::1'), 65536), RangeError);
  const [a, b] = [HostPort.parse('192.0.2.1:81'), HostPort.parse('192.0.2.1:8')];
  t.ok(HostPort.compare(a, b) > 0, 'numbers are compared as numbers');
});

t.test('AS numbers', async (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffffff }), (value) => {
      const asn = Asn.of(value);
      return (
        Asn.parse(asn.toString()).equals(asn) &&
        Asn.parse(asn.toAsdot()).equals(asn) &&
        Asn.parse(`AS${value}`, ['as-prefix']).equals(asn) &&
        Asn.parse(`${value >>> 16}.${value & 0xffff}`).equals(asn)
      );
    }),
    { numRuns: 1000 },
  );
  // RFC 5396 section 2
  t.equal(Asn.parse('65546').toAsdot(), '1.10');
  t.equal(Asn.parse('65526').toAsdot(), '65526');
  const table: [string, string][] = [
    ['AS65000', "'AS' before the number @0"],
    ['asn 65000', "'asn' before the number @0"],
    ['065000', 'leading zero in the number @0'],
    ['1.010', 'leading zero in the number @2'],
    ['4294967296', 'the number is over 4294967295 @0'],
    ['1.65536', 'the number is over 65535 @2'],
    ['65536.0', 'the number is over 65535 @0'],
    ['1.2.3', 'more than two numbers @3'],
    ['1.', 'a number is missing @2'],
    ['.1', 'a number is missing @0'],
    ['', 'no AS number @0'],
    ['-1', "unexpected '-' in an AS number @0"],
    ['65000 ', 'unexpected space in an AS number @5'],
    ['1e3', "unexpected 'e' in an AS number @1"],
  ];
  for (const [text, expected] of table) t.equal(show(Asn.read(text)), expected, text);
  t.equal(show(Asn.read('as65000', ['as-prefix'])), '65000', 'in any case, as in RPSL');
  t.equal(show(Asn.read('AS', ['as-prefix'])), 'no AS number @2');
  t.equal(show(Asn.read('AS01', ['as-prefix'])), 'leading zero in the number @2');
  for (const wrong of [-1, 2 ** 32, 1.5, Number.NaN]) t.throws(() => Asn.of(wrong), RangeError);
  t.ok(Asn.compare(Asn.of(9), Asn.of(10)) < 0);
  t.equal(JSON.stringify([Asn.of(65000)]), '[65000]');
});

t.test('AS numbers that are nobody’s', async (t) => {
  const table: [number, string | undefined, boolean][] = [
    [0, 'RFC 7607', true],
    [1, undefined, false],
    [112, 'RFC 7534', false],
    [23455, undefined, false],
    [23456, 'RFC 6793', true],
    [64495, undefined, false],
    [64496, 'RFC 5398', true],
    [64511, 'RFC 5398', true],
    [64512, 'RFC 6996', true],
    [65534, 'RFC 6996', true],
    [65535, 'RFC 7300', true],
    [65536, 'RFC 5398', true],
    [65551, 'RFC 5398', true],
    [65552, 'IANA AS Numbers registry', true],
    [131071, 'IANA AS Numbers registry', true],
    [131072, undefined, false],
    [4199999999, undefined, false],
    [4200000000, 'RFC 6996', true],
    [4294967294, 'RFC 6996', true],
    [4294967295, 'RFC 7300', true],
  ];
  for (const [value, reference, bogon] of table) {
    const asn = Asn.of(value);
    t.equal(asn.special?.reference, reference, `AS ${value}`);
    t.equal(asn.isBogon, bogon, `AS ${value} in a path`);
    t.equal(asn.isPrivate, reference === 'RFC 6996');
    t.equal(asn.isDocumentation, reference === 'RFC 5398');
  }
  const blocks = bogonAsns();
  t.ok(
    blocks.every(({ first, last }, i) => first <= last && (blocks[i - 1]?.last ?? -1) < first),
    'in order, apart',
  );
});
