// What is refused and where: types, parameters, options, values, and what can't stand together. And that the tables of
// options and types agree with the code that reads them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { Address } from '../../src/address/address.ts';
import { AddressFault } from '../../src/address/fault.ts';
import { checkBridge, type Ways } from '../../src/bridge/check.ts';
import { KINDS } from '../../src/bridge/endpoints/index.ts';
import { foreignNames, foreignOption, foreignType } from '../../src/bridge/foreign.ts';
import { syntaxOf } from '../../src/bridge/kind.ts';
import { findOption, OPTIONS, optionNames } from '../../src/bridge/options.ts';
import { NamedRange, readRange } from '../../src/bridge/range.ts';
import { Source, spanText } from '../../src/document/source.ts';

/** The faults of a pair of addresses, each as `CODE "text pointed at": message (hint)`; none is `fine`. */
function check(left: string, right = 'PIPE', ways: Ways = 'both'): string {
  const { bridge, diagnostics } = checkBridge(
    new Source('ADDRESS1', left),
    new Source('ADDRESS2', right),
    ways,
    KINDS,
  );
  const lines = diagnostics.map(({ code, message, hint, span }) => {
    const place =
      span === undefined
        ? ''
        : ` ${span.source.name === 'ADDRESS2' ? '2' : ''}${JSON.stringify(spanText(span))}`;
    return `${code}${place}: ${message}${hint === undefined ? '' : ` (${hint})`}`;
  });
  if ((bridge === undefined) !== diagnostics.some(({ severity }) => severity === 'error'))
    lines.push('the bridge and the diagnostics disagree');
  return lines.length === 0 ? 'fine' : lines.join('\n');
}

const long = (length: number): string => `/${'x'.repeat(length - 1)}`;

const REFUSED: readonly (readonly [left: string, faults: string, reason: string])[] = [
  // Types.
  ['', 'BRG002 "": unknown device/address ""', 'an empty address'],
  ['TPC:localhost:80', 'BRG002 "TPC": unknown device/address "TPC" (did you mean TCP?)', 'a slip'],
  [
    '12',
    'BRG002 "12": unknown device/address "12" (did you mean FD:12?)',
    'only a single digit is a descriptor',
  ],
  [
    'DTLS:h:1',
    'BRG003 "DTLS": address type DTLS is not done here: it speaks DTLS, which Node has not (socat(1) does it)',
    'P2',
  ],
  [
    'unix-sendto:/x',
    'BRG003 "unix-sendto": address type UNIX-SENDTO is not done here: it carries datagrams over a unix socket, for which Node has no call (socat(1) does it)',
    'P2, any case',
  ],
  [
    'VSOCK-LISTEN:1',
    'BRG003 "VSOCK-LISTEN": address type VSOCK-LISTEN is not done here: Node has no access to this kind of socket (socat(1) does it)',
    'P2',
  ],
  // Parameters.
  ['tcp', 'BRG004 "tcp": tcp: wrong number of parameters (0 instead of 2) (write TCP:host:port)', 'none'],
  [
    'tcp:h:1:2',
    'BRG004 "2": tcp: wrong number of parameters (3 instead of 2) (write TCP:host:port)',
    'one too many: points at it',
  ],
  [
    'tcp:::1:80',
    'BRG004 "1": tcp: wrong number of parameters (4 instead of 2) (write TCP:host:port)',
    'an IPv6 address without brackets',
  ],
  [
    'SD-LISTEN:a:b',
    'BRG004 "b": SD-LISTEN: wrong number of parameters (2 instead of 0 to 1) (write SD-LISTEN[:name])',
    'an optional one',
  ],
  ['STDIN:0', 'BRG004 "0": STDIN: wrong number of parameters (1 instead of 0) (write STDIN)', 'takes none'],
  ['tcp-l:', 'BRG005 "": empty port/service', 'as socat says it'],
  ['tcp-l:65536', 'BRG005 "65536": "65536": a port is at most 65535', 'socat listens on 0'],
  ['tcp-l:99999', 'BRG005 "99999": "99999": a port is at most 65535', 'socat listens on 34463'],
  ['tcp-l:-1', 'BRG005 "-1": "-1": unexpected \'-\' in a port', 'negative'],
  ['tcp-l:0x50', 'BRG005 "x50": "0x50": unexpected \'x\' in a port', 'hexadecimal'],
  ['tcp-l:080', 'BRG005 "080": "080": leading zero in a port (write 80)', 'octal or decimal'],
  ['tcp-l:80 ', 'BRG005 " ": "80 ": unexpected space in a port (write 80)', 'a blank'],
  ['tcp:localhost:0', 'BRG005 "0": "0": port 0 is reserved', 'nobody listens there'],
  ['tcp::80', 'BRG005 "": "" is no host: it is empty', 'an empty host'],
  [
    'tcp:10.0.0.256:80',
    'BRG005 "10.0.0.256": "10.0.0.256" is no host: the IPv4 address is not right',
    'no address',
  ],
  [
    'tcp:127.1:80',
    'BRG005 "127.1": "127.1" is no host: the IPv4 address is not right',
    'inet_aton would take it',
  ],
  ['tcp:[::g]:80', 'BRG005 "[::g]": "[::g]" is no host: the IPv6 address is not right', 'no IPv6 address'],
  [
    'tcp:[localhost]:80',
    'BRG005 "[localhost]": "[localhost]" is no host: the IPv6 address is not right',
    'brackets hold addresses',
  ],
  ['tcp:a b:80', 'BRG005 "a b": "a b" is no host: it has a blank, a slash or a control character', 'a blank'],
  [
    `tcp:${'h'.repeat(256)}:80`,
    `BRG005 "${'h'.repeat(256)}": "${'h'.repeat(256)}" is no host: it is longer than 255 characters`,
    'RFC 1123',
  ],
  ['unix-l:', 'BRG005 "": the path is empty', 'no path'],
  [
    `unix:${long(108)}`,
    `BRG005 "${long(108)}": the path is 108 bytes long; a unix socket's is at most 107 (a symbolic link to its folder makes it shorter)`,
    'Node would cut it',
  ],
  [
    `unix-l:/${'\u00fc'.repeat(54)}`,
    `BRG005 "/${'\u00fc'.repeat(54)}": the path is 109 bytes long; a unix socket's is at most 107 (a symbolic link to its folder makes it shorter)`,
    'bytes count, not characters',
  ],
  ['unix:/a\\0b', 'BRG005 "/a\\\\0b": a NUL character in the path', 'an escape made it'],
  ['exec:', 'BRG005 "": no command', 'nothing to run'],
  ['exec:\\ ', 'BRG005 "\\\\ ": no command', 'only blanks'],
  [
    'exec:\\"a',
    'BRG001 "\\\\\\"a": this double quote is never closed in the command "\\"a"',
    'the second reading',
  ],
  ['system:', 'BRG005 "": no command', 'nothing for the shell'],
  ['exec:""', 'BRG005 "\\"\\"": no command', 'an empty word'],
  ['exec:echo \\0', 'BRG005 "echo \\\\0": a NUL character in the command', 'no argument can have one'],
  ['system:echo \\0', 'BRG005 "echo \\\\0": a NUL character in the command', 'nor the shell'],
  ['unix-l:/x,user=a\\0', 'BRG009 "a\\\\0": option user: a NUL character', 'nor a name'],
  ['fd:x', 'BRG005 "x": a descriptor is a number', 'no number'],
  ['accept-fd:-1', 'BRG005 "-1": a descriptor is a number', 'no number'],
  // Options: unknown, foreign, of other types.
  [
    'tcp-l:1,unlinkearly',
    'BRG006 "unlinkearly": unknown option "unlinkearly" (did you mean unlink-early?)',
    'a slip, though the type would not take it',
  ],
  ['tcp-l:1,frok', 'BRG006 "frok": unknown option "frok" (did you mean fork?)', 'letters swapped'],
  ['tcp-l:1,=3', 'BRG006 "": unknown option ""', 'no name'],
  [
    'tcp-l:1,cork',
    'BRG007 "cork": option "cork" is not done here: Node has no call for this socket option (see whether systemd.socket(5) sets it; SD-LISTEN takes the socket)',
    'P2',
  ],
  [
    'tcp-l:1,so-bindtodevice=lo',
    'BRG007 "so-bindtodevice": option "so-bindtodevice" is not done here: Node has no call for this socket option (BindToDevice= in a systemd socket unit sets it, and SD-LISTEN takes the socket)',
    'what sets it instead',
  ],
  [
    '-,raw,echo=0',
    'BRG007 "raw": option "raw" is not done here: it sets up a terminal (stty(1) sets up the terminal that - is)\nBRG007 "echo": option "echo" is not done here: it sets up a terminal (stty(1) sets up the terminal that - is)',
    'all of them are told',
  ],
  [
    'tcp-l:1,CHROOT=/var/empty',
    'BRG007 "CHROOT": option "CHROOT" is not done here: all connections are served by one process (use User=, Group= and the sandbox options of a systemd unit, or setpriv(1))',
    'any case',
  ],
  [
    'tcp-l:1,unlink-early',
    'BRG008 "unlink-early": option "unlink-early" not supported with this address type (TCP-LISTEN does not take it; UNIX-LISTEN, PIPE, OPEN, CREATE and GOPEN do)',
    'as socat says it',
  ],
  [
    'unix:/x,mode=600',
    'BRG008 "mode": option "mode" not supported with this address type (UNIX-CLIENT does not take it; UNIX-LISTEN, PIPE, OPEN, CREATE and GOPEN do)',
    'by the name that was used',
  ],
  [
    'unix-l:/x,range=10.0.0.0/8',
    'BRG008 "range": option "range" not supported with this address type (UNIX-LISTEN does not take it; TCP-LISTEN, TCP4-LISTEN, TCP6-LISTEN, OPENSSL-LISTEN and 14 others do)',
    'unix peers have no address',
  ],
  [
    'tcp4-l:1,pf=ip4',
    'BRG008 "pf": option "pf" not supported with this address type (TCP4-LISTEN does not take it; TCP-LISTEN, TCP, OPENSSL, OPENSSL-LISTEN and 11 others do)',
    'the type says it already',
  ],
  [
    'unix:/x,max-children=3',
    'BRG010 "3": option max-children not allowed without option fork (without fork it connects once and then no more)',
    'it is about connections',
  ],
  // Values.
  ['tcp-l:1,fork=2', 'BRG009 "2": option fork: "2" is neither 0 nor 1', 'socat takes any number for true'],
  ['tcp-l:1,fork=', 'BRG009 "": option fork: missing numerical value', 'as socat says it'],
  ['tcp-l:1,fork=yes', 'BRG009 "yes": option fork: "yes" is neither 0 nor 1', 'a word'],
  ['tcp-l:1,shut-none=1', 'BRG009 "1": option shut-none: no value may be given', 'a constant'],
  ['tcp-l:1,backlog', 'BRG009 "backlog": option backlog: missing numerical value', 'points at the name'],
  ['tcp-l:1,backlog=5x', 'BRG009 "x": option backlog: trailing garbage in "5x"', 'points at the garbage'],
  [
    'tcp-l:1,backlog="5x"',
    'BRG009 "\\"5x\\"": option backlog: trailing garbage in "5x"',
    'quoted: points at all of it',
  ],
  ['tcp-l:1,backlog=0', 'BRG009 "0": option backlog: 0 is under 1', 'nobody could wait'],
  [
    'tcp-l:1,backlog=010',
    'BRG009 "010": option backlog: leading zero in "010" (write 10)',
    'socat reads eight',
  ],
  [
    'tcp-l:1,backlog=2147483648',
    'BRG009 "2147483648": option backlog: 2147483648 is over 2147483647',
    'an int',
  ],
  ['tcp-l:1,retry=-1', 'BRG009 "-1": option retry: missing numerical value', 'negative'],
  [
    'tcp-l:1,interval=1s',
    'BRG009 "s": option interval: trailing garbage in "1s" (the unit is seconds)',
    'a unit',
  ],
  ['tcp-l:1,interval=', 'BRG009 "": option interval: missing numerical value', 'empty'],
  [
    'tcp-l:1,interval=1e99',
    'BRG009 "e99": option interval: trailing garbage in "1e99" (the unit is seconds)',
    'no exponents',
  ],
  [
    'tcp-l:1,accept-timeout=9999999',
    'BRG009 "9999999": option accept-timeout: 9999999 s is over 2147483 s (24 days)',
    'a timer of Node would fire at once',
  ],
  [
    'unix-l:/x,mode=rw',
    'BRG009 "rw": option mode: missing numerical value (a mode is octal: 0660)',
    'letters',
  ],
  [
    'unix-l:/x,mode=680',
    'BRG009 "680": option mode: trailing garbage in "680" (a mode is octal: 0660)',
    'not octal',
  ],
  [
    'unix-l:/x,mode=4755',
    'BRG009 "4755": option mode: 4755 is over 0777 (only permission bits mean something on a socket)',
    'set-user-id',
  ],
  ['unix-l:/x,user', 'BRG009 "user": option user: value required', 'nobody'],
  [
    'tcp-l:1,pf=foo',
    'BRG009 "foo": option pf: unknown protocol family "foo" (ip4 or ip6)',
    'as socat says it',
  ],
  [
    'tcp-l:1,pf=unix',
    'BRG009 "unix": option pf: unknown protocol family "unix" (ip4 or ip6)',
    'a family that TCP has not',
  ],
  ['tcp-l:1,sp=70000', 'BRG009 "70000": option sp: "70000": a port is at most 65535', 'no port'],
  [
    'tcp-l:1,range=10.0.0.256/8',
    'BRG009 "256/8": option range: "10.0.0.256/8": octet 4 is over 255',
    'points into the value',
  ],
  [
    'tcp-l:1,range=10.0.0.1',
    'BRG009 "1": option range: "10.0.0.1": no length stands after the address (write 10.0.0.1/32 for this address alone)',
    'socat wants a mask too',
  ],
  ['tcp-l:1,range', 'BRG009 "range": option range: value required', 'nothing'],
  [
    'tcp-l:1,bind=10.0.0.256',
    'BRG005 "10.0.0.256": "10.0.0.256" is no host: the IPv4 address is not right',
    'no host',
  ],
  [
    'tcp-l:1,reuseaddr=0',
    'BRG009 "0": option reuseaddr: it can not be switched off (Node sets SO_REUSEADDR on every TCP listener)',
    'what can not be done is not promised',
  ],
  [
    'tcp:h:1,reuseaddr=0',
    'BRG009 "0": option reuseaddr: it can not be switched off (Node sets SO_REUSEADDR on every TCP socket that it binds)',
    'the same',
  ],
  ['tcp:h:1,bind=:0', 'BRG005 "0": "0": port 0 is reserved', 'the port of bind'],
  ['tcp-l:1,escape=256', 'BRG009 "256": option escape: 256 is over 255', 'no byte'],
  ['tcp-l:1,escape=0x1g', 'BRG009 "x1g": option escape: trailing garbage in "0x1g"', 'no hexadecimal'],
  ['tcp-l:1,readbytes=-1', 'BRG009 "-1": option readbytes: missing numerical value', 'negative'],
  ['exec:a,fdin=1024', 'BRG009 "1024": option fdin: 1024 is over 1023', 'so many are not opened'],
  [
    'ssl:h:1,method=SSL3',
    'BRG009 "SSL3": option openssl-method: "SSL3" is no TLS version (OpenSSL has it no more; TLS1.2 is the oldest that should be used)',
    'gone',
  ],
  [
    'ssl:h:1,min-version=DTLS1.2',
    'BRG009 "DTLS1.2": option openssl-min-proto-version: "DTLS1.2" is no TLS version (Node has no DTLS)',
    'datagrams',
  ],
  [
    'ssl:h:1,max-version=1.3',
    'BRG009 "1.3": option openssl-max-proto-version: "1.3" is no TLS version (one of TLS1.0, TLS1.1, TLS1.2, TLS1.3)',
    'half a name',
  ],
  ['ssl-l:1,maxsendfrag=20000', 'BRG009 "20000": option openssl-maxsendfrag: over 16384', 'RFC 8446 5.1'],
  ['ssl-l:1,maxsendfrag=500', 'BRG009 "500": option maxsendfrag: 500 is under 512', 'too small'],
  ['tcp:h:1,passive', 'BRG009 "passive": option ai-passive: it means nothing to a client', 'for listeners'],
  [
    'tcp:h:1,cloexec=0',
    'BRG009 "0": option cloexec: it can not be switched off (Node hands no descriptor of its own on to programs)',
    'what can not be done is not promised',
  ],
  ['open:', 'BRG005 "": the path is empty', 'no path'],
  ['open:/a\\0', 'BRG005 "/a\\\\0": a NUL character in the path', 'an escape made it'],
  ['open:/a,seek=1x', 'BRG009 "x": option seek: trailing garbage in "1x"', 'no number'],
  [
    'open:/a,largefile=0',
    'BRG009 "0": option o-largefile: it can not be switched off (files may be of any size to Node)',
    'what can not be done',
  ],
  [
    'proxy:p:h:1,http-version=2',
    'BRG009 "2": option http-version: "2" is no version (1.0 or 1.1)',
    'no version',
  ],
  ['socks5:s:70000:h:1', 'BRG005 "70000": "70000": a port is at most 65535', "the server's port"],
  [
    'socks4:s:9:h:1',
    'BRG004 "1": socks4: wrong number of parameters (4 instead of 3) (write SOCKS4:server:host:port)',
    'only with version 5',
  ],
  ['abstract:', 'BRG005 "": the path is empty', 'no name'],
  [
    'udp:h:1,ip-add-membership=224.0.0.300',
    'BRG009 "224.0.0.300": option ip-add-membership: "224.0.0.300" is not group[:interface] (addresses: 224.0.0.5:eth0)',
    'no group',
  ],
  [
    'udp6:h:1,join-source-group=[ff02::1]:eth0',
    'BRG009 "[ff02::1]:eth0": option ipv6-join-source-group: "[ff02::1]:eth0" is not group:interface:source (IPv6 addresses stand in brackets: [ff02::1]:eth0)',
    'no source',
  ],
  // Contradictions.
  [
    'open:/a,rdonly,wronly',
    'BRG010 "wronly": options o-rdonly and o-wronly contradict each other',
    'two ways',
  ],
  ['pipe,mode=600', 'BRG010 "600": option perm needs a path: PIPE:path', 'an echo has no entry'],
  [
    'proxy:p:h:1,proxyauth=a:b,proxyauthfile=/c',
    'BRG010 "/c": options proxy-authorization and proxy-authorization-file contradict each other',
    'two users',
  ],
  [
    'socks5:s:9:h:1,socksport=8',
    `BRG010 "8": option socksport: the server's port is given already`,
    'two ports',
  ],
  [
    'udp-recv:1,fork',
    'BRG010 "fork": option fork means nothing to UDP-RECV (all datagrams are one stream; UDP-RECVFROM makes each one a connection)',
    'one stream',
  ],
  ['tcp:h:1,cr,crnl', 'BRG010 "crnl": options cr and crnl contradict each other', 'two line ends'],
  [
    '-,lockfile=/a,waitlock=/b',
    'BRG010 "/b": options lockfile and waitlock contradict each other',
    'two locks',
  ],
  ['ssl-l:1,key=/k', 'BRG010 "/k": option openssl-key needs option openssl-certificate', 'half a pair'],
  [
    'ssl:h:1,snihost=a,no-sni',
    'BRG010 "a": options openssl-snihost and openssl-no-sni contradict each other',
    'a name and none',
  ],
  [
    'tcp:h:1,lowport,sp=5',
    'BRG010 "lowport": option lowport: the port is given by option sourceport',
    'two ports',
  ],
  [
    'tcp:h:1,lowport,bind=:5',
    'BRG010 ":5": option bind: the port is given by option lowport too',
    'two ports',
  ],
  [
    'tcp-l:1,max-children=2',
    'BRG010 "2": option max-children not allowed without option fork (without fork one connection is served and then no more)',
    'as socat says it',
  ],
  [
    'tcp-l:1,bind=[::1]',
    'BRG010 "[::1]": option bind: ::1 is an IPv6 address, and the listener is IPv4 (use TCP6-LISTEN)',
    'families',
  ],
  [
    'tcp6-l:1,bind=127.0.0.1',
    'BRG010 "127.0.0.1": option bind: 127.0.0.1 is an IPv4 address, and the listener is IPv6 (use TCP4-LISTEN)',
    'families',
  ],
  [
    'tcp:h:1,bind=:5,sp=6',
    'BRG010 ":5": option bind: the port is given by option sourceport too',
    'two ports',
  ],
  [
    'tcp:h:1,shut-none,shut-close',
    'BRG010 "shut-close": options shut-none and shut-close contradict each other',
    'two manners',
  ],
  [
    '-!!tcp-l:1,fork',
    'BRG010 "tcp-l:1,fork": option fork can not stand in a dual address (every connection would need its own other half; write the two ways as two bridges)',
    'dual',
  ],
  // Ways.
  [
    'STDOUT!!STDIN',
    'BRG012 "STDOUT": no data can be read from STDOUT\nBRG012 "STDIN": no data can be written to STDIN',
    'the wrong way round',
  ],
  // Warnings do not refuse, errors beside them do.
  [
    'tcp-l:x(y',
    'BRG011 "(": this ( is never closed (write a backslash before it if the character itself is meant)\nBRG005 "x(y": "x(y": unexpected \'x\' in a port',
    'a warning and an error',
  ],
];

t.test('refused, with the place and what to do', async (t) => {
  for (const [left, faults, reason] of REFUSED) {
    const found = check(left).replace(/unexpected (?:"(.)"|'(.)')/g, "unexpected '$1$2'");
    t.equal(found, faults, `${left.slice(0, 60)}: ${reason}`);
  }
});

t.test('several faults are told at once, of both addresses', async (t) => {
  t.equal(
    check('tcp-l:66666,frok,backlog=x', 'unix:'),
    [
      'BRG006 "frok": unknown option "frok" (did you mean fork?)',
      'BRG009 "x": option backlog: missing numerical value',
      'BRG005 "66666": "66666": a port is at most 65535',
      'BRG005 2"": the path is empty',
    ].join('\n'),
  );
});

t.test('pairs', async (t) => {
  const rows: readonly (readonly [string, string, Ways, string, string])[] = [
    [
      'tcp-l:1,fork',
      'tcp-l:2,fork',
      'both',
      'BRG010 2"tcp-l:2,fork": both addresses have option fork (the address without fork is opened anew for each connection of the one with it)',
      'one listener serves',
    ],
    ['STDIN', 'STDOUT', 'both', 'fine', 'one way is enough'],
    ['STDIN', 'STDIN', 'both', 'BRG012 2"STDIN": no data can be written to STDIN', 'no way at all'],
    ['STDOUT', 'PIPE', 'forward', 'BRG012 "STDOUT": no data can be read from STDOUT', '-u'],
    ['STDOUT', 'PIPE', 'backward', 'fine', '-U'],
    ['PIPE', 'STDOUT', 'backward', 'BRG012 2"STDOUT": no data can be read from STDOUT', '-U the other way'],
  ];
  for (const [left, right, ways, faults, reason] of rows)
    t.equal(check(left, right, ways), faults, `${left} ${right}: ${reason}`);
});

t.test('taken', async (t) => {
  const rows: readonly (readonly [string, string])[] = [
    ['tcp-l:6666,reuseaddr,fork', 'the seed'],
    ['TCP-LISTEN:http,fork,max-children=5,backlog=100,bind=127.0.0.1,range=127.0.0.0/8', 'a service by name'],
    ['TCP4-L:0', 'any free port'],
    ['tcp-l:1,pf=ip6,bind=[::1],ipv6only', 'an IPv6 listener by option'],
    ['tcp-l:1,bind=localhost', 'a name to be looked up'],
    ['tcp6-l:1,v6only=0', 'a flag that is off'],
    ['tcp:example.org:iso-tsap,connect-timeout=.5,retry=3,interval=0.1', 'fractions'],
    ['tcp:[fe80::1%eth0]:80', 'a zone'],
    ['TCP:h:1,bind=10.0.0.1:5', 'local address and port'],
    ['TCP:h:1,bind=[::1]:5', 'IPv6'],
    ['TCP:h:1,sourceport=ftp-data,reuseaddr', 'a local port by name'],
    [`unix-l:${long(107)},fork,unlink-early,mode=0660,user=root,group=0,umask=077`, 'the longest path'],
    ['UNIX-CONNECT:/x,forever,interval=0', 'without end'],
    ['EXEC:"a:b,c",shut-none', 'quoted'],
    ['-!!-', 'dual'],
    ['0', 'a descriptor'],
    ['SD-LISTEN,fork', 'without a name'],
    ['tcp-l:1,FORK,ReuseAddr', 'options in any case'],
  ];
  for (const [left, reason] of rows) t.equal(check(left), 'fine', `${left.slice(0, 60)}: ${reason}`);
});

t.test('range', async (t) => {
  const rows: readonly (readonly [
    range: string,
    admitted: readonly string[],
    refused: readonly string[],
    reason: string,
  ])[] = [
    [
      '10.0.0.0/8',
      ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      ['11.0.0.0', '9.255.255.255', '::a00:1'],
      'a prefix; a mapped client is IPv4',
    ],
    ['10.1.2.3/8', ['10.9.9.9'], ['11.1.2.3'], 'host bits do not count'],
    ['0.0.0.0/0', ['0.0.0.0', '255.255.255.255'], ['::'], 'all of IPv4 and no more'],
    ['127.0.0.1/32', ['127.0.0.1'], ['127.0.0.2'], 'one address'],
    ['127.0.0.0:255.0.0.0', ['127.9.9.9'], ['128.0.0.1'], 'a mask'],
    [
      '127.0.255.254:255.0.0.255',
      ['127.1.2.254', '127.0.255.254'],
      ['127.0.255.253'],
      'a mask with holes, as socat takes it',
    ],
    ['[::1/128]', ['::1'], ['::2', '127.0.0.1'], 'brackets around all'],
    ['[2001:db8::]/32', ['2001:db8:ffff::1'], ['2001:db9::'], 'brackets around the address'],
    ['fe80::/10', ['fe80::1%eth0'], ['fec0::1'], 'a zone does not count'],
    [
      '::ffff:10.0.0.0/104',
      [],
      ['10.0.0.1', '::ffff:10.0.0.1'],
      'a mapped client is IPv4, so this admits nobody',
    ],
  ];
  for (const [text, admitted, refused, reason] of rows) {
    const range = readRange(text);
    if (range instanceof AddressFault) {
      t.fail(`${text}: ${range.toString()}`);
      continue;
    }
    for (const peer of admitted) t.ok(range.admits(Address.parse(peer)), `${text} admits ${peer}: ${reason}`);
    for (const peer of refused)
      t.notOk(range.admits(Address.parse(peer)), `${text} refuses ${peer}: ${reason}`);
  }
  for (const text of [
    '',
    '/',
    '/8',
    'x y/8',
    '10.0.0.0/33',
    '10.0.0.0/',
    '10.0.0.0:255.0.0',
    ':255.0.0.0',
    '[::1',
    '[]',
    '[]/8',
    '[::1]/129',
    '[10.0.0.0]:8',
    'localhost',
    'localhost:1:2',
    '-x/8',
  ]) {
    const fault = readRange(text);
    t.ok(fault instanceof AddressFault && fault.offset <= text.length, `${JSON.stringify(text)} is refused`);
  }
  for (const [text, address, admitted, refused] of [
    ['localhost/8', '127.0.0.1', '127.9.9.9', '126.0.0.1'],
    ['localhost:255.255.255.255', '127.0.0.1', '127.0.0.1', '127.0.0.2'],
    ['[ip6-localhost]/128', '::1', '::1', '::2'],
  ] as const) {
    const range = readRange(text);
    if (!(range instanceof NamedRange)) {
      t.fail(`${text} has a name`);
      continue;
    }
    t.notOk(range.admits(Address.parse(admitted)), `${text}: nobody before the name is looked up`);
    t.equal(range.settle(Address.parse(address)), undefined);
    t.ok(range.admits(Address.parse(admitted)), `${text} admits ${admitted}`);
    t.notOk(range.admits(Address.parse(refused)), `${text} refuses ${refused}`);
  }
  const named = readRange('localhost/64');
  t.ok(
    named instanceof NamedRange && named.settle(Address.parse('127.0.0.1')) instanceof AddressFault,
    'a length that the address has no room for',
  );
  const octets = fc.tuple(fc.nat(255), fc.nat(255), fc.nat(255), fc.nat(255));
  fc.assert(
    fc.property(octets, octets, octets, (address, mask, peer) => {
      const range = readRange(`${address.join('.')}:${mask.join('.')}`);
      if (range instanceof AddressFault) return false;
      const expected = peer.every((octet, i) => ((octet ^ (address[i] ?? 0)) & (mask[i] ?? 0)) === 0);
      return range.admits(Address.parse(peer.join('.'))) === expected;
    }),
  );
});

t.test('no pair of texts makes the checker throw', async (t) => {
  const words = [
    ...KINDS.flatMap(({ keywords }) => keywords),
    ...optionNames(),
    '127.0.0.1',
    '[::1]',
    '/x',
    '80',
    '0',
    '1',
    'a\\0b',
    '10.0.0.0/8',
  ];
  const part = fc.oneof(
    fc.constantFrom(...words),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.constantFrom(...':,=!"\'\\()[] '),
  );
  const text = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const shaped = fc
    .tuple(
      fc.constantFrom(...words),
      fc.array(part, { maxLength: 2 }),
      fc.array(fc.tuple(fc.constantFrom(...optionNames()), part), { maxLength: 3 }),
    )
    .map(([word, parameters, options]) =>
      [[word, ...parameters].join(':'), ...options.map(([name, value]) => `${name}=${value}`)].join(','),
    );
  fc.assert(
    fc.property(
      fc.oneof(text, shaped),
      fc.oneof(text, shaped),
      (left, right) => !check(left, right).includes('disagree'),
    ),
    { numRuns: 5000 },
  );
  t.pass('5,000 pairs');
});

t.test('the option contract: what is declared is read, and what is read is declared', async (t) => {
  // That a type reads only what it declares is held by the compiler (Given<N>). The other half is held here.
  const folder = 'src/bridge/endpoints';
  const texts = new Map(
    readdirSync(folder).map((file) => [
      file,
      readFileSync(join(folder, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, ''),
    ]),
  );
  let lists = 0;
  for (const [file, text] of texts) {
    for (const [, literals = ''] of text.matchAll(/_OPTIONS = \[([^\]]*)\] as const/g)) {
      lists++;
      for (const [, name = ''] of literals.matchAll(/'([^']+)'/g)) {
        t.ok(findOption(name) === name, `${file}: ${name} is a row`);
        t.ok(text.split(`'${name}'`).length > 2, `${file} declares ${name} and reads it`);
      }
      for (const [, list = ''] of literals.matchAll(/\.\.\.([A-Z_]+)/g)) {
        const home = [...texts].find(([, other]) => other.includes(`const ${list} = `))?.[0] ?? '';
        const readers = new RegExp(`import \\{([^}]*)\\} from './${home}'`).exec(text)?.[1] ?? '';
        t.ok(
          home === file || /\b[a-z]\w*/.test(readers.replace(/\btype \w+/g, '')),
          `${file} spreads ${list} and calls what reads it`,
        );
      }
    }
  }
  t.ok(lists >= 10, 'the lists were found');
  const declared = new Set(KINDS.flatMap(({ options }) => options));
  for (const name of Object.keys(OPTIONS))
    t.ok(
      [...declared].some((option) => option === name),
      `some type takes ${name}`,
    );
});

t.test('names are told apart', async (t) => {
  const keywords = KINDS.flatMap(({ keywords: each }) => each);
  t.equal(new Set(keywords).size, keywords.length, 'no keyword twice');
  const names = optionNames();
  t.equal(new Set(names).size, names.length, 'no option name twice');
  const foreign = foreignNames();
  t.strictSame(
    keywords.filter((keyword) => foreignType(keyword) !== undefined),
    [],
    'no type is both done and refused',
  );
  t.strictSame(
    names.filter((name) => foreignOption(name) !== undefined),
    [],
    'no option is both done and refused',
  );
  t.equal(new Set(foreign.types).size, foreign.types.length, 'no refused type twice');
  t.equal(new Set(foreign.options).size, foreign.options.length, 'no refused option twice');
  t.ok(foreign.options.length > 450 && foreign.types.length > 100, 'the tables are read');
  for (const name of foreign.options) t.ok(foreignOption(name)?.hint, `${name} has a hint`);
  for (const kind of KINDS)
    t.ok(
      kind.needed <= kind.parameters.length && syntaxOf(kind).startsWith(kind.keywords[0]),
      syntaxOf(kind),
    );
});
