// The verbs of cidr(1) beside merge, subtract, contains and info (cidr.test.ts): what each prints, by tables with reasons.
import t from 'tap';
import { program } from '../../src/programs/cidr.ts';
import { cidr, go } from './cidr-run.ts';

const TABLE = `# who is where
10.0.0.0/8        all of it
10.1.0.0/16\tthe office, AS#1 # since 2003
10.1.2.3
2001:db8::/32   documentation
10.1.9.1-10.1.9.2 a pair
10.0.0.0/8        everything\r
`;

t.test('intersect, complement, diff', async (t) => {
  const files = { a: '10.0.0.0/24\n2001:db8::/126\n', b: '10.0.0.128/25\n10.9.0.0/16\n', c: '10.0.0.255\n' };
  await go(
    t,
    [
      { why: 'what both hold', words: ['intersect', 'a', 'b'], out: '10.0.0.128/25\n' },
      { why: 'what all three hold', words: ['intersect', 'a', 'b', 'c'], out: '10.0.0.255\n' },
      { why: 'nothing in common', words: ['intersect', 'a', '192.0.2.0/24'], out: '' },
      { why: 'with nothing', words: ['intersect', 'a', '-'], out: '' },
      { why: 'of one family nothing', words: ['intersect', '-6', 'a', 'a'], out: '2001:db8::/126\n' },
      { why: 'everything else of the family', words: ['complement', '128.0.0.0/1'], out: '0.0.0.0/1\n' },
      {
        why: 'a list of one family says nothing of the other',
        words: ['complement', '::/1'],
        out: '8000::/1\n',
      },
      { why: 'of nothing: everything', words: ['complement'], out: '0.0.0.0/0\n::/0\n' },
      { why: 'of nothing, one family', words: ['complement', '-6'], out: '::/0\n' },
      {
        why: 'of a list without the family that is asked for: all of the family',
        words: ['complement', '-6', '10.0.0.0/8'],
        out: '::/0\n',
      },
      { why: 'of everything: nothing', words: ['complement'], stdin: '0.0.0.0/0\n::/0\n', out: '' },
      {
        why: 'as ranges',
        words: ['complement', '-r', '0.0.0.1-255.255.255.254'],
        out: '0.0.0.0\n255.255.255.255\n',
      },
      {
        why: 'what went, what came',
        words: ['diff', 'a', 'b'],
        out: '-10.0.0.0/25\n-2001:db8::/126\n+10.9.0.0/16\n',
        status: 1,
      },
      {
        why: 'spelled otherwise, but the same',
        words: ['diff', '10.0.0.0/31', '10.0.0.0-10.0.0.1'],
        out: '',
      },
      { why: 'the change is of the other family', words: ['diff', '-6', 'b', 'c'], out: '' },
      {
        why: 'as ranges',
        words: ['diff', '-r', 'c', '-'],
        stdin: '10.0.0.254/31',
        out: '+10.0.0.254\n',
        status: 1,
      },
      {
        why: 'as JSON',
        words: ['diff', '--json', 'c', '10.0.0.254/31'],
        out: '{"change":"added","prefix":"10.0.0.254/32"}\n',
        status: 1,
      },
      { why: 'NUL', words: ['diff', '-0', '10.0.0.255', '::/128'], out: '-10.0.0.255\0+::\0', status: 1 },
      { why: 'two empty lists are the same', words: ['diff', '-', '/dev/null'], out: '' },
      {
        why: 'a bad line is not a change',
        words: ['diff', 'c', '-'],
        stdin: '10.0.0.255\nx\n',
        out: '',
        status: 65,
        err: /^<stdin>:2:1: error\[CIDR001\]/,
      },
    ],
    { ...files, '/dev/null': '' },
  );
});

t.test('grep: lines of any text with an address in the list', async (t) => {
  const log = `Jan 1 sshd: from 10.0.0.7 port 22
Jan 1 nginx: 192.0.2.1:443 -> [2001:db8::5]:80, 10.0.0.8.
version 10.0.0.9.1 and host 10.0.0.7.example.net
nothing
`;
  const files = {
    log,
    other: 'x 10.0.0.7\r\n',
    list: '10.0.0.0/29 # pool\n2001:db8::/32\n',
    bad: '10.0.0.0/29\nrubbish\n',
  };
  const [one = '', two = '', three = '', four = ''] = log.split('\n');
  await go(
    t,
    [
      { why: 'the lines', words: ['grep', 'list', 'log'], out: `${one}\n${two}\n` },
      { why: 'from standard input', words: ['grep', 'list'], stdin: log, out: `${one}\n${two}\n` },
      { why: 'the others', words: ['grep', '-v', 'list', 'log'], out: `${three}\n${four}\n` },
      { why: 'how many', words: ['grep', '-c', 'list', 'log'], out: '2\n' },
      {
        why: 'behind a byte order mark',
        words: ['grep', '-o', 'list'],
        stdin: '\ufeff10.0.0.1\n',
        out: '10.0.0.1\n',
      },
      { why: 'how many others', words: ['grep', '-cv', 'list', 'log'], out: '2\n' },
      { why: 'none: the status says it', words: ['grep', '-c', '1.1.1.1', 'log'], out: '0\n', status: 1 },
      { why: 'none', words: ['grep', '1.1.1.1', 'log'], out: '', status: 1 },
      { why: 'an empty text', words: ['grep', 'list'], out: '', status: 1 },
      { why: 'an empty list holds nothing', words: ['grep', '-', 'log'], out: '', status: 1 },
      { why: 'only the addresses', words: ['grep', '-o', 'list', 'log'], out: '10.0.0.7\n2001:db8::5\n' },
      { why: 'quietly', words: ['grep', '-q', 'list', 'log', 'missing'], out: '' },
      { why: 'quietly none', words: ['grep', '-q', '1.1.1.1', 'log'], out: '', status: 1 },
      {
        why: "several files are named, a DOS line end is the line's",
        words: ['grep', 'list', 'log', 'other'],
        out: `log:${one}\nlog:${two}\nother:x 10.0.0.7\r\n`,
      },
      { why: 'counts of several', words: ['grep', '-c', 'list', 'log', '-'], out: 'log:2\n<stdin>:0\n' },
      {
        why: 'a file that is not there: the others are searched',
        words: ['grep', 'list', 'missing', 'other'],
        out: 'other:x 10.0.0.7\r\n',
        status: 66,
        err: /^cidr: missing: No such file or directory\n$/,
      },
      {
        why: 'a list that is not there',
        words: ['grep', 'missing', 'log'],
        out: '',
        status: 66,
        err: /^cidr: missing: No such file/,
      },
      {
        why: 'a bad list: the rest of it holds, the status tells',
        words: ['grep', 'bad', 'log'],
        out: `${one}\n`,
        status: 65,
        err: /^bad:2:1: error\[CIDR001\]/,
      },
      {
        why: 'a bad list, strictly',
        words: ['grep', '--strict', 'bad', 'log'],
        out: '',
        status: 65,
        err: /^bad:2:1/,
      },
      {
        why: 'JSON',
        words: ['grep', '--json', 'list', 'log', 'other'],
        out: `${[one, two].map((text, index) => `${JSON.stringify({ file: 'log', line: index + 1, text })}\n`).join('')}{"file":"other","line":1,"text":"x 10.0.0.7\\r"}\n`,
      },
      {
        why: 'JSON of each address',
        words: ['grep', '--json', '-o', 'list', 'log'],
        out: '{"file":"log","line":1,"column":18,"address":"10.0.0.7"}\n{"file":"log","line":2,"column":32,"address":"2001:db8::5"}\n',
      },
      {
        why: 'JSON of counts',
        words: ['grep', '--json', '-c', 'list', 'log'],
        out: '{"file":"log","count":2}\n',
      },
      {
        why: 'NUL parts the text and not the list',
        words: ['grep', '-0', 'list'],
        stdin: 'a\n10.0.0.1\0b\0',
        out: 'a\n10.0.0.1\0',
      },
      { why: 'no line end at the end', words: ['grep', 'list'], stdin: '10.0.0.1', out: '10.0.0.1\n' },
      { why: 'standard input twice', words: ['grep', '-'], out: '', status: 64, err: /read only once/ },
      {
        why: '-o and -v',
        words: ['grep', '-ov', 'list', 'log'],
        out: '',
        status: 64,
        err: /^cidr: -o prints/,
      },
    ],
    files,
  );
  const binary = await cidr(
    ['grep', '10.0.0.1'],
    Uint8Array.from([0, 255, 32, 49, 48, 46, 48, 46, 48, 46, 49, 10, 128]),
  );
  t.equal(binary.status, 0, 'bytes that are no text are searched');
});

t.test('lookup: what a table says of the first address of a line', async (t) => {
  await go(
    t,
    [
      {
        why: 'the longest match; no value, no match, no address',
        words: ['lookup', 'table'],
        stdin: 'a 10.1.2.3 b\nx 10.1.7.7\n10.2.0.1\n192.0.2.1\nnone\n2001:db8::1 10.1.0.1\n',
        out: 'a 10.1.2.3 b\t10.1.2.3/32\t\nx 10.1.7.7\t10.1.0.0/16\tthe office, AS#1\n10.2.0.1\t10.0.0.0/8\teverything\n192.0.2.1\t-\t-\nnone\t-\t-\n2001:db8::1 10.1.0.1\t2001:db8::/32\tdocumentation\n',
      },
      {
        why: 'a DOS line end',
        words: ['lookup', 'table'],
        stdin: '10.2.0.1\r\n',
        out: '10.2.0.1\t10.0.0.0/8\teverything\n',
      },
      {
        why: 'a range of the table',
        words: ['lookup', 'table'],
        stdin: '10.1.9.2',
        out: '10.1.9.2\t10.1.9.2/32\ta pair\n',
      },
      {
        why: 'behind a byte order mark',
        words: ['lookup', 'table'],
        stdin: '\ufeff10.2.0.1',
        out: '10.2.0.1\t10.0.0.0/8\teverything\n',
      },
      { why: 'nothing', words: ['lookup', 'table'], out: '' },
      { why: 'an empty table', words: ['lookup', 'empty'], stdin: '10.0.0.1', out: '10.0.0.1\t-\t-\n' },
      {
        why: 'JSON',
        words: ['lookup', '--json', 'table'],
        stdin: 'a 10.1.7.7\nb\n192.0.2.1\n',
        out: '{"text":"a 10.1.7.7","address":"10.1.7.7","prefix":"10.1.0.0/16","value":"the office, AS#1"}\n{"text":"b"}\n{"text":"192.0.2.1","address":"192.0.2.1"}\n',
      },
      {
        why: 'NUL',
        words: ['lookup', '-0', 'table'],
        stdin: '10.2.0.1\0',
        out: '10.2.0.1\t10.0.0.0/8\teverything\0',
      },
      {
        why: 'a bad line of the table',
        words: ['lookup', 'bad'],
        stdin: '10.2.0.1\n',
        out: '10.2.0.1\t10.0.0.0/8\tten\n',
        status: 65,
        err: /^bad:2:5: error\[CIDR001\].*host bits[^\n]*\n {3}10\.1\.0\.0\/8 x\n {6}\^+\n/,
      },
      {
        why: 'strictly',
        words: ['lookup', '--strict', 'bad'],
        stdin: '10.2.0.1\n',
        out: '',
        status: 65,
        err: /^bad:2/,
      },
      {
        why: 'leniently: the last of equals counts',
        words: ['lookup', '--lenient', 'host-bits', 'bad'],
        stdin: '10.2.0.1\n',
        out: '10.2.0.1\t10.0.0.0/8\tx\n',
      },
      {
        why: 'standard input twice',
        words: ['lookup', '-', '-'],
        out: '',
        status: 64,
        err: /read only once/,
      },
    ],
    { table: TABLE, empty: '', bad: '10.0.0.0/8 ten\n 10.1.0.0/8 x\n' },
  );
});

t.test('count, check', async (t) => {
  const messy = '10.0.0.0/8\n10.1.0.0/16\n10.0.0.0/8 # again\n10.255.255.0-11.0.0.5\n2001:db8::/32\n';
  await go(t, [
    {
      why: 'what the merged lists are',
      words: ['count'],
      stdin: '10.0.0.0/25\n10.0.0.128/25\n10.0.1.1\n2001:db8::/64\n',
      out: 'IPv4 257 addresses, 2 ranges, 2 prefixes\nIPv6 18446744073709551616 addresses, 1 range, 1 prefix\n',
    },
    { why: 'one family: the number alone', words: ['count', '-4'], stdin: '10.0.0.0/24', out: '256\n' },
    { why: 'everything', words: ['count', '-6', '::/0'], out: '340282366920938463463374607431768211456\n' },
    { why: 'nothing', words: ['count', '-4'], out: '0\n' },
    {
      why: 'JSON, big numbers as text',
      words: ['count', '--json', '::/0'],
      out: '{"family":"IPv4","addresses":"0","ranges":0,"prefixes":0}\n{"family":"IPv6","addresses":"340282366920938463463374607431768211456","ranges":1,"prefixes":1}\n',
    },
    { why: 'in order', words: ['check'], stdin: '10.0.0.0/9\n10.128.0.0/9\n::/1\n', out: '' },
    { why: 'an empty list is in order', words: ['check'], out: '' },
    {
      why: 'inside, again, partly, each on its line and in the order of lines',
      words: ['check'],
      stdin: messy,
      out: '',
      status: 1,
      err: /^<stdin>:2:1: warning\[CIDR004\]: 10\.1\.0\.0\/16 is inside 10\.0\.0\.0\/8\n[\s\S]*<stdin>:1:1: which[\s\S]*<stdin>:3:1: warning\[CIDR003\]: 10\.0\.0\.0\/8 stands here again\n[\s\S]*<stdin>:4:1: warning\[CIDR005\]: 10\.255\.255\.0-11\.0\.0\.5 partly overlaps 10\.0\.0\.0\/8\n/,
    },
    {
      why: 'space that no host on the Internet has',
      words: ['check', '--public', '8.8.8.0/24', '10.0.0.0/7', '2001:db8::/32', '4000::/16'],
      out: '',
      status: 1,
      err: /^LIST:1:1: warning\[CIDR006\]: 10\.0\.0\.0\/7 is not for the Internet: 10\.0\.0\.0\/8 is \S.* \(RFC 1918\)\n[\s\S]*2001:db8::\/32 is documentation \(RFC 3849\)\n[\s\S]*only 2000::\/3/,
    },
    {
      why: 'a bad line',
      words: ['check'],
      stdin: '10.0.0.0/33\n',
      out: '',
      status: 65,
      err: /^<stdin>:1:10: error\[CIDR001\]/,
    },
    {
      why: 'JSON',
      words: ['check', '--json'],
      stdin: '10.0.0.1\n10.0.0.1/32\n',
      out: '',
      status: 1,
      err: /^{"code":"CIDR003","severity":"warning",.*"line":2,.*"related":\[{"message":"first here",.*"line":1/,
    },
    { why: 'NUL', words: ['check', '-0'], stdin: '10.0.0.1\0::1\0', out: '' },
  ]);
});

t.test('sort, convert', async (t) => {
  await go(t, [
    {
      why: 'by number, families one after the other, the wider first, as written',
      words: ['sort'],
      stdin: '::1\n10.0.0.10\n10.0.0.9\n10.0.0.0/9\n10.0.0.0/8 # all\n9.0.0.0-9.0.0.1\n10.0.0.9/32\n',
      out: '9.0.0.0-9.0.0.1\n10.0.0.0/8\n10.0.0.0/9\n10.0.0.9\n10.0.0.9/32\n10.0.0.10\n::1\n',
    },
    {
      why: 'equals once',
      words: ['sort', '-u'],
      stdin: '10.0.0.9/32\n10.0.0.9\n10.0.0.8/31\n',
      out: '10.0.0.8/31\n10.0.0.9/32\n',
    },
    {
      why: 'the last first',
      words: ['sort', '--reverse', '-4'],
      stdin: '::1\n10.0.0.1\n10.0.0.2\n',
      out: '10.0.0.2\n10.0.0.1\n',
    },
    { why: 'NUL', words: ['sort', '-0'], stdin: '10.0.0.2\0 10.0.0.1\0', out: '10.0.0.1\0' + '10.0.0.2\0' },
    { why: 'JSON', words: ['sort', '--json'], stdin: '10.0.0.2', out: '{"item":"10.0.0.2"}\n' },
    { why: 'nothing', words: ['sort'], out: '' },
    {
      why: 'a bad line is left out',
      words: ['sort'],
      stdin: '10.0.0.2\n010.0.0.1\n10.0.0.1\n',
      out: '10.0.0.1\n10.0.0.2\n',
      status: 65,
      err: /^<stdin>:2:1: error\[CIDR001\].*\n.*\n.*\n {2}hint: write 10\.0\.0\.1\/32 \(or 8\.0\.0\.1\/32 if octal was meant\)/,
    },
    {
      why: 'strictly',
      words: ['sort', '--strict'],
      stdin: '10.0.0.2\nx\n',
      out: '',
      status: 65,
      err: /CIDR001/,
    },
    ...(
      [
        ['prefix', '10.0.0.0-10.0.0.2', '10.0.0.0/31\n10.0.0.2/32\n'],
        ['prefix', '::1', '::1/128\n'],
        ['netmask', '10.0.0.0/9', '10.0.0.0/255.128.0.0\n'],
        ['wildcard', '10.0.0.0/9', '10.0.0.0/0.127.255.255\n'],
        ['netmask', '2001:db8::/33', '2001:db8::/ffff:ffff:8000::\n'],
        ['range', '10.0.0.0/31', '10.0.0.0-10.0.0.1\n'],
        ['range', '10.0.0.7', '10.0.0.7\n'],
        ['range', '::/0', '::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n'],
        ['hex', '10.0.0.0/8', '0x0a000000/8\n'],
        ['hex', '2001:db8::1', '0x20010db8000000000000000000000001\n'],
        ['decimal', '10.0.0.1', '167772161\n'],
        ['decimal', '::ffff:0.0.0.0/96', '281470681743360/96\n'],
        ['reverse', '192.0.2.1', '1.2.0.192.in-addr.arpa\n'],
        ['reverse', '10.0.0.0/15', '0.10.in-addr.arpa\n1.10.in-addr.arpa\n'],
        ['reverse', '0.0.0.0/0', 'in-addr.arpa\n'],
        ['reverse', '::/0', 'ip6.arpa\n'],
      ] as const
    ).map(([form, item, out]) => ({ why: item, words: ['convert', form, item], out })),
    {
      why: 'JSON',
      words: ['convert', '--json', 'hex', '10.0.0.1'],
      out: '{"item":"10.0.0.1","hex":"0x0a000001"}\n',
    },
    { why: 'NUL', words: ['convert', '-0', 'range'], stdin: '::1\0::2\0', out: '::1\0::2\0' },
    { why: 'one family', words: ['convert', '-6', 'prefix'], stdin: '::1\n10.0.0.1\n', out: '::1/128\n' },
    { why: 'nothing', words: ['convert', 'hex'], out: '' },
    {
      why: 'no such form',
      words: ['convert', 'roman', '10.0.0.1'],
      out: '',
      status: 64,
      err: /no form "roman": one of prefix,/,
    },
    {
      why: 'a netmask comes back',
      words: ['convert', '--lenient', 'netmask', 'prefix'],
      stdin: '10.0.0.0/255.128.0.0\n',
      out: '10.0.0.0/9\n',
    },
    {
      why: 'strictly: nothing, although the first line was right',
      words: ['convert', '--strict', 'hex'],
      stdin: '10.0.0.1\nx\n',
      out: '',
      status: 65,
      err: /^<stdin>:2:1/,
    },
    {
      why: 'a bad line is left out',
      words: ['convert', 'hex'],
      stdin: '10.0.0.1\nx\n10.0.0.2',
      out: '0x0a000001\n0x0a000002\n',
      status: 65,
      err: /^<stdin>:2:1/,
    },
    {
      why: 'nft: both sets, what was there goes',
      words: ['convert', 'nft', '--name', 'vpn', '10.0.0.0/8', '10.1.0.0/16', '192.0.2.1'],
      out: 'table inet filter {\n\tset vpn_v4 {\n\t\ttype ipv4_addr\n\t\tflags interval\n\t}\n\tset vpn_v6 {\n\t\ttype ipv6_addr\n\t\tflags interval\n\t}\n}\nflush set inet filter vpn_v4\nadd element inet filter vpn_v4 {\n\t10.0.0.0/8,\n\t192.0.2.1,\n}\nflush set inet filter vpn_v6\n',
    },
    {
      why: 'ipset: /0 as its halves',
      words: ['convert', '-4', 'ipset', '0.0.0.0/0'],
      out: 'create -exist addresses_v4 hash:net family inet maxelem 4294967295\ncreate addresses_v4.new hash:net family inet maxelem 4294967295\nadd addresses_v4.new 0.0.0.0/1\nadd addresses_v4.new 128.0.0.0/1\nswap addresses_v4.new addresses_v4\ndestroy addresses_v4.new\n',
    },
    {
      why: 'a name that is none',
      words: ['convert', 'ipset', '--name', 'a b'],
      out: '',
      status: 64,
      err: /can't name sets/,
    },
    {
      why: 'a table that is none',
      words: ['convert', 'nft', '--table', 'filter'],
      out: '',
      status: 64,
      err: /no table of nft/,
    },
    {
      why: 'nft, strictly',
      words: ['convert', '--strict', 'nft'],
      stdin: 'x\n',
      out: '',
      status: 65,
      err: /CIDR001/,
    },
  ]);
});

t.test('split, hosts, next', async (t) => {
  const used = '10.0.0.0/25\n10.0.1.0/24\n10.0.3.0/26\n';
  await go(
    t,
    [
      {
        why: 'parts',
        words: ['split', '/26', '10.0.0.0/24'],
        out: '10.0.0.0/26\n10.0.0.64/26\n10.0.0.128/26\n10.0.0.192/26\n',
      },
      { why: 'itself', words: ['split', '24', '10.0.0.0/24'], out: '10.0.0.0/24\n' },
      {
        why: 'the last addresses there are',
        words: ['split', '128', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/127'],
        out: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe/128\nffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128\n',
      },
      {
        why: 'a range of whole ones',
        words: ['split', '31', '10.0.0.2-10.0.0.5'],
        out: '10.0.0.2/31\n10.0.0.4/31\n',
      },
      {
        why: 'what is smaller is told of, and nothing of it printed',
        words: ['split', '31'],
        stdin: '10.0.0.2-10.0.0.4\n10.0.0.8/30\n',
        out: '10.0.0.8/31\n10.0.0.10/31\n',
        status: 65,
        err: /^<stdin>:1:1: error\[CIDR002\]: 10\.0\.0\.2-10\.0\.0\.4 can not be split into \/31\n[\s\S]*only a \/32/,
      },
      {
        why: 'strictly, the bad one last: nothing',
        words: ['split', '--strict', '31'],
        stdin: '10.0.0.8/30\n10.0.0.4\n',
        out: '',
        status: 65,
        err: /^<stdin>:2:1: error\[CIDR002\]/,
      },
      {
        why: 'IPv4 has no /64',
        words: ['split', '64'],
        stdin: '10.0.0.0/8\n2001:db8::/63\n',
        out: '2001:db8::/64\n2001:db8:0:1::/64\n',
        status: 65,
        err: /-6 leaves IPv4 out/,
      },
      {
        why: 'and is left out',
        words: ['split', '-6', '64'],
        stdin: '10.0.0.0/8\n2001:db8::/64\n',
        out: '2001:db8::/64\n',
      },
      {
        why: 'JSON',
        words: ['split', '--json', '9', '10.0.0.0/9'],
        out: '{"prefix":"10.0.0.0/9","of":"10.0.0.0/9"}\n',
      },
      { why: 'NUL', words: ['split', '-0', '32', '10.0.0.1'], out: '10.0.0.1/32\0' },
      {
        why: 'no length',
        words: ['split', '033', '10.0.0.0/8'],
        out: '',
        status: 64,
        err: /^LENGTH:1:1: error\[CIDR002\]: "033" is not/,
      },
      {
        why: 'no length of the family',
        words: ['split', '-4', '33', '10.0.0.0/8'],
        out: '',
        status: 64,
        err: /\/0 to \/32/,
      },
      { why: 'nothing', words: ['split', '24'], out: '' },
      { why: 'without network and broadcast', words: ['hosts', '10.0.0.0/30'], out: '10.0.0.1\n10.0.0.2\n' },
      { why: 'all', words: ['hosts', '-a', '10.0.0.0/30'], out: '10.0.0.0\n10.0.0.1\n10.0.0.2\n10.0.0.3\n' },
      { why: 'RFC 3021', words: ['hosts', '10.0.0.0/31'], out: '10.0.0.0\n10.0.0.1\n' },
      { why: 'one', words: ['hosts', '10.0.0.0'], out: '10.0.0.0\n' },
      {
        why: 'IPv6 has no broadcast',
        words: ['hosts', '2001:db8::/126'],
        out: '2001:db8::1\n2001:db8::2\n2001:db8::3\n',
      },
      { why: 'RFC 6164', words: ['hosts', '2001:db8::/127'], out: '2001:db8::\n2001:db8::1\n' },
      { why: 'a range is hosts already', words: ['hosts', '10.0.0.0-10.0.0.1'], out: '10.0.0.0\n10.0.0.1\n' },
      {
        why: 'the last of all',
        words: ['hosts', '255.255.255.254/31'],
        out: '255.255.255.254\n255.255.255.255\n',
      },
      { why: 'JSON', words: ['hosts', '--json', '10.0.0.1'], out: '{"address":"10.0.0.1"}\n' },
      { why: 'NUL, one family', words: ['hosts', '-06'], stdin: '10.0.0.1\0::1', out: '::1\0' },
      {
        why: 'strictly',
        words: ['hosts', '--strict'],
        stdin: '10.0.0.1\nx',
        out: '',
        status: 65,
        err: /CIDR001/,
      },
      { why: 'nothing', words: ['hosts'], out: '' },
      {
        why: 'the first that is free',
        words: ['next', '/24', '10.0.0.0/22'],
        stdin: used,
        out: '10.0.2.0/24\n',
      },
      {
        why: 'the first of another size',
        words: ['next', '25', '10.0.0.0/22'],
        stdin: used,
        out: '10.0.0.128/25\n',
      },
      {
        why: 'where it fits best',
        words: ['next', '--best-fit', '26', '10.0.0.0/22'],
        stdin: used,
        out: '10.0.3.64/26\n',
      },
      {
        why: 'several',
        words: ['next', '-n', '3', '25', '10.0.0.0/22'],
        stdin: used,
        out: '10.0.0.128/25\n10.0.2.0/25\n10.0.2.128/25\n',
      },
      {
        why: 'no room',
        words: ['next', '23', '10.0.0.0/22'],
        stdin: used,
        out: '',
        status: 1,
        err: /^cidr: 10\.0\.0\.0\/22 has room for 0 more of \/23, not for 1\n$/,
      },
      {
        why: 'not so many',
        words: ['next', '-n', '2', '24', '10.0.0.0/22'],
        stdin: used,
        out: '10.0.2.0/24\n',
        status: 1,
        err: /room for 1 more/,
      },
      { why: 'nothing is in use', words: ['next', '24', '10.0.0.0/22', '/dev/null'], out: '10.0.0.0/24\n' },
      {
        why: 'a range that is a prefix is a block',
        words: ['next', '64', '2001:db8::/63', '2001:db8::1'],
        out: '2001:db8:0:1::/64\n',
      },
      {
        why: 'a range is no block',
        words: ['next', '32', '10.0.0.0-10.0.0.2'],
        out: '',
        status: 64,
        err: /^BLOCK:1:1: error\[CIDR001\]: a range where a prefix/,
      },
      { why: 'host bits of the block', words: ['next', '24', '10.0.0.0/7'], out: '10.0.0.0/24\n' },
      {
        why: 'JSON',
        words: ['next', '--json', '32', '10.0.0.0/31', '10.0.0.0'],
        out: '{"prefix":"10.0.0.1/32"}\n',
      },
      { why: 'NUL', words: ['next', '-0', '32', '10.0.0.0/31'], stdin: '10.0.0.0\0', out: '10.0.0.1/32\0' },
      {
        why: 'a bad line: what is in use is not known',
        words: ['next', '--strict', '24', '10.0.0.0/22'],
        stdin: 'x\n',
        out: '',
        status: 65,
        err: /CIDR001/,
      },
    ],
    { '/dev/null': '' },
  );
});

t.test('what every verb says to an input that is wrong', async (t) => {
  const leads: Readonly<Record<string, readonly string[]>> = {
    merge: [],
    subtract: ['10.0.0.0/8'],
    intersect: ['10.0.0.0/8'],
    complement: [],
    diff: ['10.0.0.0/8'],
    contains: [],
    grep: [],
    lookup: [],
    count: [],
    check: [],
    info: [],
    sort: [],
    convert: ['hex'],
    split: ['/32'],
    hosts: [],
    next: ['/32', '10.0.0.0/8'],
    map: ['10.0.0.0/8'],
  };
  const tails: Readonly<Record<string, readonly string[]>> = {
    contains: ['10.0.0.1'],
    grep: ['text'],
    lookup: ['text'],
  };
  t.strictSame(
    Object.keys(leads),
    program.verbs.map((verb) => verb.name),
    'all of them',
  );
  for (const { name, options } of program.verbs) {
    const words = [name, ...(leads[name] ?? []), '-', ...(tails[name] ?? [])];
    const files = { text: '10.0.0.1\n' };
    const bad = '10.0.0.1\n10.0.0.256\n10.0.0.2\n';
    const lax = await cidr(words, bad, files);
    t.equal(lax.status, 65, `${name}: a bad line`);
    t.match(lax.err, /^<stdin>:2:8: error\[CIDR001\]/, name);
    const strict = await cidr([name, '--strict', ...words.slice(1)], bad, files);
    t.strictSame([strict.status, strict.out], [65, ''], `${name} --strict prints nothing`);
    const json = await cidr([name, '--json', ...words.slice(1)], bad, files);
    t.equal(JSON.parse(json.err.split('\n')[0] ?? '').code, 'CIDR001', `${name} --json`);
    for (const line of json.out.split('\n').filter(Boolean))
      t.doesNotThrow(() => JSON.parse(line), `${name} --json: ${line}`);
    t.equal((await cidr(words, '', files)).status & ~1, 0, `${name}: empty input is no fault`);
    t.ok(
      '0' in options && 'strict' in options && 'json' in options && 'lenient' in options,
      `${name} reads as the others do`,
    );
    if (name !== 'contains' && name !== 'info') {
      const missing = await cidr(
        words.map((word) => (word === '-' ? 'nowhere' : word)),
        '',
        files,
      );
      t.strictSame([missing.status, missing.err], [66, 'cidr: nowhere: No such file or directory\n'], name);
      const typo = await cidr(
        words.map((word) => (word === '-' ? '10.0.0.0/33' : word)),
        '',
        files,
      );
      if (name !== 'lookup')
        t.match([typo.status, typo.err], [64, /^LIST:1:10: error\[CIDR001\]/], `${name}: a slip in an item`);
    }
  }
});
