import { isIP } from 'node:net';
import fc from 'fast-check';
import t from 'tap';
import { Address, AddressError, AddressFault, InterfaceAddress, Prefix } from '../../src/address/index.ts';
import { address, address4, address6, bitsOf, text, zoned } from './arbitrary.ts';

const top = (of: Address) => (1n << BigInt(bitsOf(of.family))) - 1n;

t.test('what is printed is read back as the same value', async () => {
  fc.assert(
    fc.property(fc.oneof(address, zoned), (a) => {
      const back = Address.parse(a.toString());
      return back.equals(a) && back.toString() === a.toString() && JSON.stringify(a) === JSON.stringify(back);
    }),
    { numRuns: 2000 },
  );
});

t.test('every spelling of a value is read as the value', async () => {
  // slow and independent: the sixteen bytes as eight groups, any run of zero groups left out, any case, any padding
  const spelled = fc.tuple(address6, fc.nat(7), fc.nat(7), fc.boolean(), fc.boolean(), fc.boolean());
  fc.assert(
    fc.property(spelled, ([a, from, length, upper, padded, quad]) => {
      const hex = a.toBigInt().toString(16).padStart(32, '0');
      const groups = [...hex.matchAll(/.{4}/g)].map(([group]) =>
        padded ? group : group.replace(/^0{1,3}/, ''),
      );
      const tail = quad ? groups.splice(6, 2) : [];
      if (tail.length > 0) groups.push([...a.toBytes().slice(12)].join('.'));
      const zeros = groups.slice(from, from + length);
      const parts =
        zeros.length > 0 && zeros.every((group) => /^0+$/.test(group))
          ? `${groups.slice(0, from).join(':')}::${groups.slice(from + length).join(':')}`
          : groups.join(':');
      const text = upper ? parts.toUpperCase() : parts;
      return Address.parse(text).equals(a);
    }),
    { numRuns: 2000 },
  );
});

t.test('node:net takes and refuses the same texts, zones apart', async () => {
  fc.assert(
    fc.property(text, (text) => {
      const read = Address.read(text);
      const family = read instanceof AddressFault ? 0 : read.family;
      // what it takes for a zone has changed from version to version, so it's asked about the address before one
      if (text.includes('%')) return family === 0 || isIP(text.split('%', 1)[0] ?? '') === family;
      return isIP(text) === family;
    }),
    { numRuns: 10_000 },
  );
});

t.test('the texts are RFC 5952', async (t) => {
  // RFC 5952 section 2 shows these as spellings of one address, section 4 says which is the one to write
  for (const text of [
    '2001:db8:0:0:1:0:0:1',
    '2001:0db8:0:0:1:0:0:1',
    '2001:db8::1:0:0:1',
    '2001:db8::0:1:0:0:1',
    '2001:0db8::1:0:0:1',
    '2001:db8:0:0:1::1',
    '2001:db8:0000:0:1::1',
    '2001:DB8:0:0:1::1',
  ]) {
    t.equal(Address.parse(text).toString(), '2001:db8::1:0:0:1', text);
  }
  fc.assert(
    fc.property(address6, (a) => {
      const text = a.toString();
      if (a.isMapped) return /^::ffff:\d+\.\d+\.\d+\.\d+$/.test(text);
      // the URL parser of WHATWG writes the same form, apart from the mapped prefix
      return new URL(`http://[${text}]`).hostname === `[${text}]`;
    }),
    { numRuns: 2000 },
  );
});

t.test('numbers and bytes', async (t) => {
  fc.assert(
    fc.property(address, (a) => {
      const bytes = a.toBytes();
      const number = bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
      return (
        number === a.toBigInt() &&
        bytes.length * 8 === bitsOf(a.family) &&
        Address.fromBytes(bytes).equals(a) &&
        Address.fromBigInt(a.family, number).equals(a) &&
        Address.fromWords(a.family, a.w0, a.w1, a.w2, a.w3).equals(a)
      );
    }),
  );
  // bytes in the middle of a bigger buffer, as a packet has them
  t.equal(Address.fromBytes(new Uint8Array([9, 10, 1, 2, 3, 9]).subarray(1, 5)).toString(), '10.1.2.3');
  t.throws(() => Address.fromBytes(new Uint8Array(5)), RangeError);
  t.throws(() => Address.fromBigInt(4, 1n << 32n), RangeError);
  t.throws(() => Address.fromBigInt(6, 1n << 128n), RangeError);
  t.throws(() => Address.fromBigInt(6, -1n), RangeError);
  t.throws(() => Address.fromWords(4, 1, 0, 0, 0), RangeError, 'an IPv4 address has one word');
  t.throws(() => Address.fromWords(4, 0, 0, 0, 0, 'eth0'), RangeError, 'and no zone');
  t.throws(() => Address.fromWords(6, 0, 0, 0, 0, 'a b'), RangeError, 'what is no zone in text is none here');
});

t.test('the order is total, and next and previous walk it', async (t) => {
  const any = fc.oneof(address, zoned);
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      const order = Address.compare(a, b);
      const expected =
        a.family - b.family ||
        Number(a.toBigInt() > b.toBigInt()) - Number(a.toBigInt() < b.toBigInt()) ||
        Number(a.zone > b.zone) - Number(a.zone < b.zone);
      const transitive =
        !(Address.compare(a, b) <= 0 && Address.compare(b, c) <= 0) || Address.compare(a, c) <= 0;
      return (
        Math.sign(order) === Math.sign(expected) &&
        Math.sign(order) === -Math.sign(Address.compare(b, a)) &&
        (order === 0) === a.equals(b) &&
        transitive
      );
    }),
    { numRuns: 1000 },
  );
  fc.assert(
    fc.property(address, (a) => {
      const next = a.next();
      const previous = a.previous();
      return (
        (next === undefined ? a.toBigInt() === top(a) : next.toBigInt() === a.toBigInt() + 1n) &&
        (previous === undefined ? a.toBigInt() === 0n : previous.toBigInt() === a.toBigInt() - 1n) &&
        next?.previous()?.equals(a) !== false
      );
    }),
    { numRuns: 2000 },
  );
  t.equal(Address.parse('fe80::ffff%eth0').next()?.toString(), 'fe80::1:0%eth0', 'the zone stays');
});

t.test('families never meet unless asked', async (t) => {
  const v4 = Address.parse('192.0.2.1');
  const mapped = Address.parse('::ffff:192.0.2.1');
  const compatible = Address.parse('::192.0.2.1');
  t.notOk(v4.equals(mapped));
  t.notOk(v4.equals(compatible));
  t.ok(mapped.isMapped);
  t.notOk(v4.isMapped || compatible.isMapped);
  t.ok(mapped.unmap().equals(v4));
  t.equal(compatible.unmap(), compatible, 'the deprecated form is left alone (RFC 4291 section 2.5.5.1)');
  t.equal(v4.unmap(), v4);
  t.ok(Prefix.parse('192.0.2.0/24').contains(v4));
  t.notOk(Prefix.parse('192.0.2.0/24').contains(mapped));
});

t.test('zones', async (t) => {
  const address = Address.parse('fe80::1%eth0.5');
  t.equal(address.zone, 'eth0.5');
  for (const zone of ['', ' ', 'a b', 'a/b', 'a%b', 'a]', 'a,b', 'a;b', 'a#b', '$(a)', 'a\n', '\u00e9']) {
    t.ok(Address.read(`fe80::1%${zone}`) instanceof AddressFault, `no zone: ${JSON.stringify(zone)}`);
  }
  t.equal(address.withoutZone().toString(), 'fe80::1');
  t.notOk(address.equals(address.withoutZone()));
  t.notOk(Prefix.parse('fe80::/10').contains(address), 'a prefix is on every link, the address on one');
  t.ok(Prefix.parse('fe80::/10').contains(address.withoutZone()));
  t.equal(Prefix.of(address, 64).toString(), 'fe80::/64');
});

t.test('reverse names', async (t) => {
  // the examples of RFC 1035 section 3.5 and RFC 3596 section 2.5
  t.equal(Address.parse('10.2.0.52').reverseName(), '52.0.2.10.in-addr.arpa');
  t.equal(
    Address.parse('4321:0:1:2:3:4:567:89ab').reverseName(),
    'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa',
  );
});

t.test('values are frozen', async (t) => {
  for (const value of [
    Address.parse('::1'),
    Prefix.parse('10.0.0.0/8'),
    Prefix.parse('10.0.0.0/8').toRange(),
    InterfaceAddress.parse('10.0.0.1/8'),
  ]) {
    t.ok(Object.isFrozen(value), String(value));
  }
});

t.test('parse throws what read returns', async (t) => {
  const fault = Address.read('10.0.0.256');
  if (!(fault instanceof AddressFault)) throw new Error('expected a fault');
  t.match(fault, { input: '10.0.0.256', offset: 7, why: 'octet 4 is over 255', hint: undefined });
  t.throws(() => Address.parse('10.0.0.256'), { name: 'AddressError', fault });
  t.ok(new AddressError(fault) instanceof Error);
  fc.assert(fc.property(address4, (a) => Address.parse(String(a)).family === 4));
});
