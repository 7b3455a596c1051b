import fc from 'fast-check';
import IPCIDR from 'ip-cidr';
import { Netmask } from 'netmask';
import t from 'tap';
import {
  Address,
  AddressFault,
  InterfaceAddress,
  Prefix,
  type PrefixForm,
  Range,
  type RangeForm,
} from '../../src/address/index.ts';
import { address, bitsOf, prefix, prefix4, range } from './arbitrary.ts';

const number = (a: Address) => a.toBigInt();
const show = (answer: { toString(): string }) =>
  answer instanceof AddressFault ? `${answer.why} @${answer.offset}` : answer.toString();

t.test('a prefix and its arithmetic, against BigInt', async () => {
  fc.assert(
    fc.property(prefix, address, (p, x) => {
      const width = BigInt(bitsOf(p.family));
      const host = (1n << (width - BigInt(p.length))) - 1n;
      const first = number(p.address);
      const inside =
        x.family === p.family &&
        number(x) >> (width - BigInt(p.length)) === first >> (width - BigInt(p.length));
      const halves = p.halves();
      const supernet = p.supernet();
      return (
        (first & host) === 0n &&
        number(p.last) === first + host &&
        p.first.equals(p.address) &&
        p.size === host + 1n &&
        number(p.wildcard()) === host &&
        number(p.netmask()) === (1n << width) - 1n - host &&
        p.contains(x) === inside &&
        p.contains(p.first) &&
        p.contains(p.last) &&
        p.isHost === (host === 0n) &&
        Prefix.parse(p.toString()).equals(p) &&
        p.toRange().size === p.size &&
        p.toRange().toPrefixes().join() === p.toString() &&
        (halves === undefined
          ? p.isHost
          : halves[0].first.equals(p.first) && halves[1].last.equals(p.last)) &&
        halves?.every(
          (half) => half.supernet()?.equals(p) === true && p.contains(half) && !half.contains(p),
        ) !== false &&
        (halves === undefined || halves[0].last.next()?.equals(halves[1].first) === true) &&
        (supernet === undefined ? p.length === 0 : supernet.contains(p) && supernet.length === p.length - 1)
      );
    }),
    { numRuns: 3000 },
  );
});

t.test('two prefixes nest or are apart; the order puts the outer first', async () => {
  fc.assert(
    fc.property(prefix, prefix, (a, b) => {
      const overlap =
        a.family === b.family && number(a.first) <= number(b.last) && number(b.first) <= number(a.last);
      const order = Prefix.compare(a, b);
      return (
        a.overlaps(b) === overlap &&
        overlap === (a.contains(b) || b.contains(a)) &&
        (order === 0) === a.equals(b) &&
        Math.sign(order) === -Math.sign(Prefix.compare(b, a)) &&
        !(a.contains(b) && order > 0)
      );
    }),
    { numRuns: 3000 },
  );
});

t.test('netmask agrees on every IPv4 prefix in canonical text', async (t) => {
  fc.assert(
    fc.property(prefix4, address, (p, x) => {
      const theirs = new Netmask(p.toString());
      const after = p.last.next();
      return (
        theirs.base === p.address.toString() &&
        theirs.bitmask === p.length &&
        theirs.mask === p.netmask().toString() &&
        theirs.hostmask === p.wildcard().toString() &&
        theirs.size === Number(p.size) &&
        // its first and last are the hosts, without network and broadcast address where there are such (RFC 3021)
        theirs.first === (p.length >= 31 ? p.first : p.first.next())?.toString() &&
        theirs.last === (p.length >= 31 ? p.last : p.last.previous())?.toString() &&
        (p.length >= 31 || theirs.broadcast === p.last.toString()) &&
        (after === undefined || theirs.next().base === after.toString()) &&
        (x.family === 6 || theirs.contains(x.toString()) === p.contains(x))
      );
    }),
    { numRuns: 500 },
  );
  // where it goes wrong, so that an upstream change is seen
  t.equal(
    new Netmask('255.255.255.255/32').next().base,
    '0.0.0.0',
    'there is nothing after the last address',
  );
  t.throws(() => new Netmask('0.0.0.0/0').next(), 'nor after everything');
  t.throws(() => new Netmask('10.0.0.0/8').contains('::1'), 'it throws where the answer is no');
  t.equal(new Netmask('10.0.0.0', '0').bitmask, 0);
  t.equal(new Netmask('10.0.0.0', 0).bitmask, 32, 'a length of 0 that is a number is taken for none');
});

t.test('ip-cidr agrees on prefixes in canonical text without a dotted quad in IPv6', async (t) => {
  fc.assert(
    fc.property(
      prefix.filter((p) => !p.address.isMapped),
      address.filter((x) => !x.isMapped),
      (p, x) => {
        const theirs = new IPCIDR(p.toString());
        const same = Range.parse(`${theirs.start<string>()}-${theirs.end<string>()}`).equals(p.toRange());
        // its contains() compares numbers without a look at the family, so it's asked within one family only
        const inside = x.family !== p.family || theirs.contains(x.toString()) === p.contains(x);
        return same && inside && theirs.size.toString() === p.size.toString();
      },
    ),
    { numRuns: 200 },
  );
  // where it goes wrong, so that an upstream change is seen
  t.ok(new IPCIDR('1.2.3.0/24').contains('64:ff9b::1.2.3.4'), 'an IPv6 address, whatever it embeds');
  t.ok(new IPCIDR('1.2.3.0/24').contains('garbage:1.2.3.4'));
  t.ok(IPCIDR.isValidAddress('garbage:1.2.3.4'));
  t.equal(IPCIDR.createAddress('::ffff:1.2.3.4').correctForm(), '1.2.3.4');
});

t.test('a range is the fewest prefixes', async (t) => {
  fc.assert(
    fc.property(range, (r) => {
      const prefixes = r.toPrefixes();
      const joined = prefixes.every(
        (p, i) => i === 0 || prefixes[i - 1]?.last.next()?.equals(p.first) === true,
      );
      // minimal: no two neighbours are the halves of one block
      const minimal = prefixes.every((p, i) => {
        const before = prefixes[i - 1];
        return before?.supernet()?.equals(p.supernet() ?? p) !== true || before.length !== p.length;
      });
      return (
        prefixes[0]?.first.equals(r.first) === true &&
        prefixes.at(-1)?.last.equals(r.last) === true &&
        joined &&
        minimal &&
        prefixes.reduce((sum, p) => sum + p.size, 0n) === r.size &&
        Range.parse(r.toString()).equals(r)
      );
    }),
    { numRuns: 3000 },
  );
  const most = (text: string) => Range.parse(text).toPrefixes().length;
  t.equal(most('0.0.0.1-255.255.255.254'), 62, 'the worst of IPv4');
  t.equal(most('::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe'), 254, 'the worst of IPv6');
  t.equal(Range.parse('0.0.0.0-255.255.255.255').toPrefixes().join(), '0.0.0.0/0');
  t.equal(Range.parse('::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff').toPrefixes().join(), '::/0');
});

t.test('ranges against BigInt', async () => {
  fc.assert(
    fc.property(range, range, address, (a, b, x) => {
      const same = a.family === b.family;
      const inside = x.family === a.family && number(a.first) <= number(x) && number(x) <= number(a.last);
      return (
        a.contains(x) === inside &&
        a.contains(b) === (same && number(a.first) <= number(b.first) && number(b.last) <= number(a.last)) &&
        a.overlaps(b) === (same && number(a.first) <= number(b.last) && number(b.first) <= number(a.last)) &&
        a.size === number(a.last) - number(a.first) + 1n &&
        Math.sign(Range.compare(a, b)) === -Math.sign(Range.compare(b, a)) &&
        (Range.compare(a, b) === 0) === a.equals(b)
      );
    }),
    { numRuns: 1000 },
  );
});

t.test('lenient forms of a prefix, each by its name only', async (t) => {
  const table: [string, PrefixForm[], string, string][] = [
    ['10.1.2.3/8', ['host-bits'], '10.0.0.0/8', 'cleared'],
    ['2001:db8::1/32', ['host-bits'], '2001:db8::/32', 'cleared'],
    [
      '10.1.2.3/8',
      ['netmask', 'wildcard', 'single-address'],
      'host bits are set behind the first 8 bits @3',
      'not asked for',
    ],
    ['10.0.0.0/255.0.0.0', ['netmask'], '10.0.0.0/8', 'a netmask'],
    ['10.0.0.0/0.255.255.255', ['wildcard'], '10.0.0.0/8', 'a wildcard'],
    ['10.0.0.0/0.255.255.255', ['netmask'], 'a wildcard where a netmask is expected @9', 'never guessed'],
    ['10.0.0.0/255.0.0.0', ['wildcard'], 'a netmask where a wildcard is expected @9', 'never guessed'],
    ['10.0.0.0/255.0.0.0', ['netmask', 'wildcard'], '10.0.0.0/8', 'both asked for, only one reading'],
    ['10.0.0.0/0.255.255.255', ['netmask', 'wildcard'], '10.0.0.0/8', 'both asked for, only one reading'],
    [
      '10.0.0.0/255.0.255.0',
      ['netmask', 'wildcard'],
      'the mask is not contiguous @9',
      'RFC 4632 section 5.1',
    ],
    ['0.0.0.0/0.0.0.0', ['netmask'], '0.0.0.0/0', 'the default route'],
    ['0.0.0.0/0.0.0.0', ['wildcard'], '0.0.0.0/32', 'one host'],
    [
      '0.0.0.0/0.0.0.0',
      ['netmask', 'wildcard'],
      'a mask that is both a netmask and a wildcard @8',
      'opposite readings',
    ],
    ['1.2.3.4/255.255.255.255', ['netmask'], '1.2.3.4/32', 'one host'],
    ['0.0.0.0/255.255.255.255', ['wildcard'], '0.0.0.0/0', 'everything'],
    [
      '1.2.3.4/255.255.255.255',
      ['wildcard'],
      'host bits are set in a prefix of length 0 @0',
      'what the wildcard says',
    ],
    [
      '10.1.2.3/255.0.0.0',
      ['netmask'],
      'host bits are set behind the first 8 bits @3',
      'a mask asks for no clearing',
    ],
    ['10.1.2.3/255.0.0.0', ['netmask', 'host-bits'], '10.0.0.0/8', 'both asked for'],
    ['2001:db8::/255.0.0.0', ['netmask'], 'a dotted mask behind an IPv6 address @11', 'IPv4 only'],
    ['10.0.0.1', ['single-address'], '10.0.0.1/32', 'one host'],
    ['::1', ['single-address'], '::1/128', 'one host'],
    ['fe80::1%eth0', ['single-address'], 'a zone in a prefix @7', 'no form takes a zone'],
    [
      'fe80::%eth0/64',
      ['host-bits', 'netmask', 'wildcard', 'single-address'],
      'a zone in a prefix @6',
      'no form takes a zone',
    ],
    ['10.0.0.01', ['single-address'], 'leading zero in octet 4 @7', 'lenient in the form, not in the digits'],
    [
      '10.0.0.0/255.000.0.0',
      ['netmask'],
      'leading zero in octet 2 of the mask @13',
      'lenient in the form, not in the digits',
    ],
  ];
  for (const [text, forms, expected, why] of table) {
    t.equal(show(Prefix.read(text, forms)), expected, `${text} with ${forms.join(', ')}: ${why}`);
  }
});

t.test('every netmask and wildcard of every length', async (t) => {
  for (let length = 0; length <= 32; length++) {
    const p = Prefix.of(Address.parse('203.0.113.77'), length);
    const mask = `${p.address.toString()}/${p.netmask().toString()}`;
    const wildcard = `${p.address.toString()}/${p.wildcard().toString()}`;
    t.equal(show(Prefix.read(mask, ['netmask'])), p.toString(), mask);
    t.equal(show(Prefix.read(wildcard, ['wildcard'])), p.toString(), wildcard);
  }
});

t.test('lenient forms of a range', async (t) => {
  const table: [string, RangeForm[], string][] = [
    ['10.0.0.0/8', [], 'a prefix where a range is expected @8'],
    ['10.0.0.0/8', ['prefix'], '10.0.0.0-10.255.255.255'],
    ['::/0', ['prefix'], '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
    ['10.1.0.0/8', ['prefix'], 'host bits are set behind the first 8 bits @3'],
    ['10.1.0.0/8', ['prefix', 'host-bits'], '10.0.0.0-10.255.255.255'],
    ['10.0.0.0/255.0.0.0', ['prefix', 'netmask'], '10.0.0.0-10.255.255.255'],
    ['10.0.0.1-10.0.0.2', ['prefix'], '10.0.0.1-10.0.0.2'],
    ['10.0.0.1-10.0.0.1', [], '10.0.0.1'],
    ['10.0.0.1', [], '10.0.0.1'],
    ['fe80::1%eth0', [], 'a zone in a range @7'],
    ['fe80::1-fe80::2%eth0', [], 'a zone in a range @15'],
    ['10.0.0.1-', [], 'no address after the hyphen @9'],
    ['-10.0.0.1', [], 'no address before the hyphen @0'],
    ['10.0.0.1-10.0.0.300', [], 'octet 4 is over 255 @16'],
    ['10.0.0.1-10.0.0.2-10.0.0.3', [], 'a range where one address is expected @17'],
  ];
  for (const [text, forms, expected] of table) t.equal(show(Range.read(text, forms)), expected, text);
});

t.test('an interface address keeps its host bits', async (t) => {
  const on = InterfaceAddress.parse('10.1.2.3/24');
  t.equal(on.address.toString(), '10.1.2.3');
  t.equal(on.prefix.toString(), '10.1.2.0/24');
  t.equal(on.toString(), '10.1.2.3/24');
  t.equal(InterfaceAddress.parse('10.1.2.3/255.255.255.0', ['netmask']).toString(), '10.1.2.3/24');
  t.equal(InterfaceAddress.parse('::1', ['single-address']).toString(), '::1/128');
  t.equal(show(InterfaceAddress.read('10.1.2.3')), 'no prefix length @8');
  t.equal(show(InterfaceAddress.read('10.1.2.3/33')), 'an IPv4 prefix is at most 32 bits long @9');
  t.throws(() => InterfaceAddress.of(Address.parse('fe80::1%eth0'), 64), RangeError);
  fc.assert(
    fc.property(address, fc.nat(128), (a, n) => {
      const it = InterfaceAddress.of(a, n % (bitsOf(a.family) + 1));
      return InterfaceAddress.parse(it.toString()).equals(it) && it.prefix.contains(a);
    }),
  );
});

t.test('wrong arguments are RangeErrors', async (t) => {
  const a = Address.parse('10.0.0.1');
  for (const length of [-1, 33, 1.5, Number.NaN])
    t.throws(() => Prefix.of(a, length), RangeError, `/${length}`);
  t.throws(() => InterfaceAddress.of(a, 33), RangeError);
  t.throws(() => Range.of(a, Address.parse('::1')), RangeError, 'two families');
  t.throws(() => Range.of(a, Address.parse('10.0.0.0')), RangeError, 'out of order');
  t.throws(() => Range.of(Address.parse('::1%a'), Address.parse('::2%a')), RangeError, 'a zone');
});
