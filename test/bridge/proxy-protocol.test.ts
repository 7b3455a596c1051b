// The PROXY protocol byte for byte: the examples of its specification and what HAProxy sent and took (test/lab holds the two
// to that), what a receiver must refuse, and that whatever is written is read again.

import fc from 'fast-check';
import t from 'tap';
import { crc32c } from '../../src/bridge/crc32c.ts';
import type { Parties, Place } from '../../src/bridge/endpoint.ts';
import { encodeProxy, readProxy } from '../../src/bridge/proxy-protocol.ts';

const SIGNATURE = '0d0a0d0a000d0a515549540a';

function inet(peer: string, peerPort: number, own: string, ownPort: number): Parties {
  return {
    peer: { kind: 'inet', address: peer, port: peerPort },
    own: { kind: 'inet', address: own, port: ownPort },
  };
}

function unix(peer: string, own: string): Parties {
  return { peer: { kind: 'unix', path: peer }, own: { kind: 'unix', path: own } };
}

const path = (text: string): string => Buffer.from(text).toString('hex').padEnd(216, '0');

t.test('what is written', async (t) => {
  const rows: readonly (readonly [string, Parties | undefined, string, string])[] = [
    [
      'IPv4 (specification, section 2.1)',
      inet('192.168.0.1', 56324, '192.168.0.11', 443),
      'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n',
      `${SIGNATURE}2111000cc0a80001c0a8000bdc0401bb`,
    ],
    [
      'IPv6',
      inet('2001:db8::1', 1, '2001:db8::ff', 65535),
      'PROXY TCP6 2001:db8::1 2001:db8::ff 1 65535\r\n',
      `${SIGNATURE}2121002420010db800000000000000000000000120010db80000000000000000000000ff0001ffff`,
    ],
    [
      'an IPv4 client of an IPv6 listener is one of IPv4',
      inet('::ffff:10.0.0.1', 1, '::ffff:10.0.0.2', 2),
      'PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n',
      `${SIGNATURE}2111000c0a0000010a00000200010002`,
    ],
    [
      'one family for both',
      inet('10.0.0.1', 1, '2001:db8::1', 2),
      'PROXY TCP6 ::ffff:10.0.0.1 2001:db8::1 1 2\r\n',
      `${SIGNATURE}2121002400000000000000000000ffff0a00000120010db800000000000000000000000100010002`,
    ],
    [
      'a zone means something on this machine only',
      inet('fe80::1%eth0', 1, 'fe80::2%eth0', 2),
      'PROXY TCP6 fe80::1 fe80::2 1 2\r\n',
      `${SIGNATURE}21210024fe800000000000000000000000000001fe80000000000000000000000000000200010002`,
    ],
    [
      'unix',
      unix('', '/run/x.sock'),
      'PROXY UNKNOWN\r\n',
      `${SIGNATURE}213100d8${path('')}${path('/run/x.sock')}`,
    ],
    ['nobody: the connection is our own', undefined, 'PROXY UNKNOWN\r\n', `${SIGNATURE}20000000`],
  ];
  for (const [reason, parties, line, hex] of rows) {
    t.equal(Buffer.from(encodeProxy(1, parties)).toString(), line, `1: ${reason}`);
    t.equal(Buffer.from(encodeProxy(2, parties)).toString('hex'), hex, `2: ${reason}`);
  }
  const longest = encodeProxy(
    1,
    inet('ffff:f111:f222:f333:f444:f555:f666:f777', 65535, 'ffff:f111:f222:f333:f444:f555:f666:f777', 65535),
  );
  t.equal(longest.length, 104, 'no line is longer than the 107 bytes of section 2.1');
});

/** A reading as a line of text. */
function read(bytes: Uint8Array): string {
  const reading = readProxy(bytes);
  if (reading.kind === 'more') return 'more';
  if (reading.kind === 'malformed') return `malformed: ${reading.why}`;
  const text = (place: Place): string =>
    place.kind === 'unix' ? JSON.stringify(place.path) : `${place.address} ${place.port}`;
  const { length, parties } = reading;
  return `${length}: ${parties === undefined ? 'the connection itself' : `${text(parties.peer)} > ${text(parties.own)}`}`;
}

t.test('lines', async (t) => {
  const v6 = 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff';
  const rows: readonly (readonly [string, string, string])[] = [
    [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r\nGET /',
      '36: 1.2.3.4 1000 > 5.6.7.8 80',
      'what follows is not its own',
    ],
    ['PROXY TCP6 ::1 2001:db8::1 0 65535\r\n', '36: ::1 0 > 2001:db8::1 65535', 'any port'],
    [`PROXY TCP6 ${v6} ${v6} 65535 65535\r\n`, `104: ${v6} 65535 > ${v6} 65535`, 'the longest'],
    ['PROXY UNKNOWN\r\n', '15: the connection itself', 'the shortest'],
    ['PROXY UNKNOWN ffff::1 ffff::2 65535 65535\r\n', '43: the connection itself', 'the rest is ignored'],
    ['PROXY UNKNOWN any thing\x00at all\r\n', '32: the connection itself', 'whatever it is'],
    [`PROXY UNKNOWN ${'x'.repeat(91)}\r\n`, '107: the connection itself', '107 bytes'],
    [`PROXY UNKNOWN ${'x'.repeat(92)}\r\n`, 'malformed: no line end within 107 bytes', '108 bytes'],
    [`PROXY UNKNOWN ${'x'.repeat(93)}`, 'malformed: no line end within 107 bytes', 'and without an end'],
    ['', 'more', 'nothing yet'],
    ['P', 'more', 'a beginning'],
    ['PROXY', 'more', 'more of it'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\r', 'more', 'all but the last byte'],
    ['GET / HTTP/1.1\r\n\r\n', 'malformed: it does not begin with one', 'no header'],
    ['PROXX', 'malformed: it does not begin with one', 'told as soon as it can be'],
    ['proxy TCP4 1.2.3.4 5.6.7.8 1000 80\r\n', 'malformed: it does not begin with one', 'case counts'],
    ['PROXY\r\n', 'malformed: it does not begin with one', 'a blank must follow'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 1000 80\n', 'malformed: a line end without a carriage return', 'LF alone'],
    ['PROXY TCP 1.2.3.4 5.6.7.8 1000 80\r\n', 'malformed: the protocol "TCP"', 'which TCP?'],
    ['PROXY UDP4 1.2.3.4 5.6.7.8 1000 80\r\n', 'malformed: the protocol "UDP4"', 'no stream'],
    ['PROXY  TCP4 1.2.3.4 5.6.7.8 1000 80\r\n', 'malformed: the protocol ""', 'one blank, not two'],
    [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1000\r\n',
      'malformed: 3 words after TCP4 instead of 4',
      'a port is missing',
    ],
    [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1000 80 1\r\n',
      'malformed: 5 words after TCP4 instead of 4',
      'one too many',
    ],
    [
      'PROXY TCP4 1.2.3.4 5.6.7.8 1000 80 \r\n',
      'malformed: 5 words after TCP4 instead of 4',
      'a blank at the end',
    ],
    ['PROXY TCP4 ::1 5.6.7.8 1000 80\r\n', 'malformed: "::1" is no IPv4 address', 'the other family'],
    ['PROXY TCP6 1.2.3.4 ::1 1000 80\r\n', 'malformed: "1.2.3.4" is no IPv6 address', 'likewise'],
    ['PROXY TCP4 01.2.3.4 5.6.7.8 1000 80\r\n', 'malformed: "01.2.3.4" is no IPv4 address', 'a leading zero'],
    ['PROXY TCP4 1.2.3 5.6.7.8 1000 80\r\n', 'malformed: "1.2.3" is no IPv4 address', 'a short form'],
    ['PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', 'malformed: "fe80::1%eth0" is no IPv6 address', 'a zone'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 65536 80\r\n', 'malformed: "65536" is no port', 'too high'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 080 80\r\n', 'malformed: "080" is no port', 'a leading zero'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 -1 80\r\n', 'malformed: "-1" is no port', 'a sign'],
    ['PROXY TCP4 1.2.3.4 5.6.7.8 0x50 80\r\n', 'malformed: "0x50" is no port', 'hexadecimal'],
  ];
  for (const [text, result, reason] of rows)
    t.equal(read(Buffer.from(text, 'latin1')), result, `${JSON.stringify(text)}: ${reason}`);
});

t.test('binary', async (t) => {
  const v4 = 'c0a80001c0a8000bdc0401bb';
  const rows: readonly (readonly [string, string, string])[] = [
    [`2111000c${v4}`, '28: 192.168.0.1 56324 > 192.168.0.11 443', 'IPv4'],
    [`2111000c${v4}474554`, '28: 192.168.0.1 56324 > 192.168.0.11 443', 'what follows is not its own'],
    [
      `2121002420010db800000000000000000000000120010db80000000000000000000000ff0001ffff`,
      '52: 2001:db8::1 1 > 2001:db8::ff 65535',
      'IPv6',
    ],
    [`213100d8${path('/a')}${path('/run/b')}`, '232: "/a" > "/run/b"', 'unix'],
    [`213100d8${'41'.repeat(108)}${path('')}`, `232: "${'A'.repeat(108)}" > ""`, 'a path without a NUL'],
    [`213100d8${path('\0abstract')}${path('')}`, '232: "\\u0000abstract" > ""', 'an abstract name'],
    ['20000000', '16: the connection itself', 'LOCAL'],
    [`2011000c${v4}`, '28: the connection itself', 'LOCAL, whatever it brings'],
    ['200000050102030405', '21: the connection itself', 'even if that is no extension'],
    ['21000000', '16: the connection itself', 'a family that is not told'],
    [`21000007040004aaaaaaaa`, '23: the connection itself', 'and an extension'],
    [`2112000c${v4}`, '28: the connection itself', 'a datagram can not have come here'],
    [`21110013${v4}040004deadbeef`, '35: 192.168.0.1 56324 > 192.168.0.11 443', 'an extension: NOOP'],
    [`21110015${v4}ea0006616263646566`, '37: 192.168.0.1 56324 > 192.168.0.11 443', 'one that is not known'],
    ['', 'more', 'the signature alone'],
    ['21', 'more', 'and a byte'],
    [`2111000c${v4.slice(0, -2)}`, 'more', 'all but the last byte'],
    [`1111000c${v4}`, 'malformed: version 1 of the binary format', 'a version that is none'],
    [`2211000c${v4}`, 'malformed: command 2', 'a command that is none'],
    [`2141000c${v4}`, 'malformed: address family 4', 'a family that is none'],
    [`2113000c${v4}`, 'malformed: transport 3', 'a transport that is none'],
    [`2111000b${v4.slice(0, -2)}`, 'malformed: 11 bytes where the addresses take 12', 'too short for IPv4'],
    [`2121000c${v4}`, 'malformed: 12 bytes where the addresses take 36', 'too short for IPv6'],
    [`2131000c${v4}`, 'malformed: 12 bytes where the addresses take 216', 'too short for unix'],
    [`2111000e${v4}0400`, 'malformed: an extension that is cut off', 'no length'],
    [`21110011${v4}040004aaaa`, 'malformed: an extension of 4 bytes where 2 are left', 'no end'],
    [`21110010${v4}03000112`, 'malformed: a checksum of 1 bytes', 'a checksum too short'],
    [`21110013${v4}03000400000000`, 'malformed: a checksum that is wrong', 'a checksum that is wrong'],
  ];
  for (const [hex, result, reason] of rows)
    t.equal(read(Buffer.from(SIGNATURE + hex, 'hex')), result, reason);
  t.equal(
    read(Buffer.from(`${SIGNATURE.slice(0, -2)}0b`, 'hex')),
    'malformed: it does not begin with one',
    'a signature',
  );
  // Section 2.2.3: the checksum over the header with zeros in its own place.
  const header = Buffer.from(`${SIGNATURE}21110013${v4}03000400000000`, 'hex');
  header.writeUInt32BE(crc32c(header), 31);
  t.equal(read(header), '35: 192.168.0.1 56324 > 192.168.0.11 443', 'one that is right');
  t.equal(
    crc32c(Buffer.from('123456789')),
    0xe3069283,
    'RFC 9260 says which polynomial; the check value is well known',
  );
  t.equal(crc32c(Buffer.alloc(32)), 0x8a9136aa, 'RFC 3720 appendix B.4');
});

const address4 = fc.ipV4();
const address6 = fc
  .tuple(...Array.from({ length: 8 }, () => fc.integer({ min: 0, max: 0xffff })))
  .map((groups) => {
    const text = groups.map((group) => group.toString(16)).join(':');
    return new URL(`http://[${text}]/`).hostname.slice(1, -1);
  });
const port = fc.integer({ min: 0, max: 65535 });
const anyParties: fc.Arbitrary<Parties> = fc.oneof(
  fc.tuple(address4, port, address4, port).map((all) => inet(...all)),
  fc.tuple(address6, port, address6, port).map((all) => inet(...all)),
  fc
    .tuple(fc.stringMatching(/^(?:\/[a-z]{0,100})?$/), fc.stringMatching(/^\/[a-z]{0,100}$/))
    .map((all) => unix(...all)),
);

t.test('whatever is written is read again, byte by byte and with anything behind it', async (t) => {
  fc.assert(
    fc.property(
      anyParties,
      fc.constantFrom(1, 2),
      fc.uint8Array({ maxLength: 20 }),
      (parties, version, rest) => {
        const header = encodeProxy(version, parties);
        for (let length = 0; length < header.length; length++)
          if (readProxy(header.subarray(0, length)).kind !== 'more') return false;
        const reading = readProxy(Buffer.concat([header, rest]));
        if (reading.kind !== 'header' || reading.length !== header.length) return false;
        if (version === 1 && parties.peer.kind === 'unix') return reading.parties === undefined;
        // A mapped address is read as what it stands for.
        const plain = (text: string): string => text.replace(/^::ffff:(\d.*)$/, '$1');
        return plain(JSON.stringify(reading.parties)) === plain(JSON.stringify(parties));
      },
    ),
    { numRuns: 500 },
  );
  t.pass();
});

t.test(
  'any bytes are a header, are none, or need more of them; more never makes one of what is none',
  async (t) => {
    const beginnings = fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from('PROXY '),
      Buffer.from('PROXY TCP4 '),
      Buffer.from(SIGNATURE, 'hex'),
      Buffer.from(`${SIGNATURE}21110020`, 'hex'),
      Buffer.from(`${SIGNATURE}213100e0`, 'hex'),
    );
    fc.assert(
      fc.property(beginnings, fc.uint8Array({ maxLength: 300 }), (beginning, bytes) => {
        const whole = Buffer.concat([beginning, bytes]);
        let settled: string | undefined;
        for (let length = 0; length <= whole.length; length++) {
          const { kind } = readProxy(whole.subarray(0, length));
          if (settled !== undefined && kind !== settled) return false;
          if (kind !== 'more') settled = kind;
        }
        return true;
      }),
      { numRuns: 500 },
    );
    t.pass();
  },
);
