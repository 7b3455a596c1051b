// What -h, -hh, -hhh and -V print in socat's manner. Scripts read these to find out what can be asked for (socat's own
// tests do), so all of it is made from the address types and options that there are: what is not done is not in it.

import type { Kind } from '../../bridge/kind.ts';
import { findOption, type OptionName, optionNames, optionRow } from '../../bridge/options.ts';
import { VERSION } from '../../command/version.ts';
import { optionFacts } from './socat-options.ts';

/** The version of socat whose manner this is. */
export const SOCAT_VERSION = '1.8.0.3';

const COPYRIGHT = `sockbridge ${VERSION}, in the manner of socat by Gerhard Rieger - see www.dest-unreach.org`;

/** The usage, the address types, and from level 1 on the options; level 2 with every name. */
export function socatHelp(kinds: readonly Kind[], level: 0 | 1 | 2): string {
  const options =
    level === 0 ? [] : ['   opts:', '      <opt>{,<opts>}:', '   opt:', ...optionLines(kinds, level)];
  return lines([
    COPYRIGHT,
    ...USAGE,
    '   bi-address:  /* is an address that may act both as data sync and source */',
    '      <single-address>',
    '      <single-address>!!<single-address>',
    '   single-address:',
    '      <address-head>[,<opts>]',
    '   address-head:',
    ...addressLines(kinds, level),
    ...options,
  ]);
}

const USAGE = `Usage:
socat [options] <bi-address> <bi-address>
   options (general command line options):
      -V     print version and feature information to stdout, and exit
      -h|-?  print a help text describing command line options and addresses
      -hh    like -h, plus a list of all common address option names
      -hhh   like -hh, plus a list of all available address option names
      -d[ddd]        increase verbosity (use up to 4 times; 2 are recommended)
      -d0|1|2|3|4    set verbosity level (0: Errors; 4 all including Debug)
      --experimental enable experimental features
      --statistics   output transfer statistics on exit
      -ly[facility]  log to syslog, using facility (default is daemon)
      -lf<logfile>   log to file
      -ls            log to stderr (default if no other log)
      -lm[facility]  mixed log mode (stderr during initialization, then syslog)
      -lp<progname>  set the program name used for logging and vars
      -lu            use microseconds for logging timestamps
      -lh            add hostname to log messages
      -v     verbose text dump of data traffic
      -x     verbose hexadecimal dump of data traffic
      -r <file>      raw dump of data flowing from left to right
      -R <file>      raw dump of data flowing from right to left
      -b<size_t>     set data buffer size (8192)
      -s     sloppy (continue on error)
      -S<sigmask>    log these signals, override default
      -t<timeout>    wait seconds before closing second channel
      -T<timeout>    total inactivity timeout in seconds
      -u     unidirectional mode (left to right)
      -U     unidirectional mode (right to left)
      -g     do not check option groups
      -L <lockfile>  try to obtain lock, or fail
      -W <lockfile>  try to obtain lock, or wait
      -0     do not prefer an IP version
      -4     prefer IPv4 if version is not explicitly specified
      -6     prefer IPv6 if version is not explicitly specified`.split('\n');

/** In lower case, as 1.7 has them: what looks for ` tcp4-` finds it, whether it minds the case or not. */
function addressLines(kinds: readonly Kind[], level: 0 | 1 | 2): string[] {
  const rows = kinds.flatMap(({ keywords, parameters, needed, options }) => {
    const [name] = keywords;
    const syntax = parameters
      .map((parameter, index) => (index < needed ? `:<${parameter}>` : `[:<${parameter}>]`))
      .join('');
    const head = { name, text: `      ${name.toLowerCase()}${syntax}\tgroups=${groupsOf(options)}` };
    if (level < 2) return [head];
    const aliases = keywords.slice(1).map((alias) => ({
      name: alias,
      text: `      ${alias.toLowerCase()}\tis an alias name for ${name.toLowerCase()}`,
    }));
    return [head, ...aliases];
  });
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ text }) => text);
}

/** The groups that a type's options are in. */
function groupsOf(options: readonly OptionName[]): string {
  const groups = new Set(options.flatMap((option) => optionFacts(option)?.groups.split(',') ?? []));
  return GROUPS.filter((group) => groups.has(group)).join(',') || '(all)';
}

/** In socat's order. */
const GROUPS =
  `FD FIFO CHR BLK REG SOCKET READLINE NAMED OPEN EXEC FORK LISTEN SHELL CHILD RETRY TERMIOS RANGE PTY PARENT
  UNIX IP4 IP6 INTERFACE UDP TCP SOCKS OPENSSL PROCESS APPL HTTP POSIXMQ SCTP DCCP UDPLITE`.split(/\s+/);

function optionLines(kinds: readonly Kind[], level: 1 | 2): string[] {
  const taken = new Set(kinds.flatMap(({ options }) => options));
  return [...optionNames()].sort().flatMap((name) => {
    const canonical = findOption(name);
    if (canonical === undefined || !taken.has(canonical)) return [];
    if (canonical === name) return [`      ${name}\t${describe(canonical)}`];
    return level === 2 ? [`      ${name}\tis an alias for ${canonical}`] : [];
  });
}

function describe(name: OptionName): string {
  const facts = optionFacts(name);
  const { groups, phase, type } = facts ?? {
    groups: '(own)',
    phase: 'LATE',
    type: optionRow(name).type.toUpperCase(),
  };
  return `groups=${groups}\tphase=${phase}\ttype=${type}`;
}

/** What -V prints; a feature is there when an address type or option of it is. */
export function socatVersion(kinds: readonly Kind[], system: SystemFacts): string {
  const keywords = new Set(kinds.flatMap((kind) => kind.keywords));
  const options = new Set<string>(kinds.flatMap((kind) => kind.options));
  return lines([
    COPYRIGHT,
    `socat version ${SOCAT_VERSION} on Node.js ${system.node}`,
    `   running on ${system.name} version ${system.version}, release ${system.release}, machine ${system.machine}`,
    'features:',
    ...FEATURES.map(([feature, witness]) => {
      const there = witness === true || keywords.has(witness) || options.has(witness);
      return there ? `  #define WITH_${feature} 1` : `  #undef WITH_${feature}`;
    }),
    '  #define WITH_MSGLEVEL 0 /*debug*/',
    '  #define WITH_DEFAULT_IPV 4',
  ]);
}

/** What is known of the machine and the Node that this runs on. */
export interface SystemFacts {
  readonly node: string;
  readonly name: string;
  readonly version: string;
  readonly release: string;
  readonly machine: string;
}

/** socat's features, and the address type or option that shows one to be there; '' is none that could. */
const FEATURES: readonly (readonly [string, string | true])[] = [
  ['HELP', true],
  ['STATS', true],
  ['STDIO', 'STDIO'],
  ['FDNUM', 'FD'],
  ['FILE', 'OPEN'],
  ['CREAT', 'CREATE'],
  ['GOPEN', 'GOPEN'],
  ['TERMIOS', 'raw'],
  ['PIPE', 'PIPE'],
  ['SOCKETPAIR', 'SOCKETPAIR'],
  ['UNIX', 'UNIX-CONNECT'],
  ['ABSTRACT_UNIXSOCKET', 'ABSTRACT-CONNECT'],
  ['IP4', 'TCP4'],
  ['IP6', 'TCP6'],
  ['RAWIP', 'IP4-SENDTO'],
  ['GENERICSOCKET', 'SOCKET-CONNECT'],
  ['INTERFACE', 'INTERFACE'],
  ['TCP', 'TCP'],
  ['UDP', 'UDP'],
  ['SCTP', 'SCTP'],
  ['DCCP', 'DCCP'],
  ['UDPLITE', 'UDPLITE'],
  ['LISTEN', 'TCP-LISTEN'],
  ['POSIXMQ', 'POSIXMQ-READ'],
  ['SOCKS4', 'SOCKS4'],
  ['SOCKS4A', 'SOCKS4A'],
  ['SOCKS5', 'SOCKS5-CONNECT'],
  ['VSOCK', 'VSOCK-CONNECT'],
  ['NAMESPACES', 'netns'],
  ['PROXY', 'PROXY'],
  ['SYSTEM', 'SYSTEM'],
  ['SHELL', 'SHELL'],
  ['EXEC', 'EXEC'],
  ['READLINE', 'READLINE'],
  ['TUN', 'TUN'],
  ['PTY', 'PTY'],
  ['OPENSSL', 'OPENSSL'],
  ['FIPS', 'openssl-fips'],
  ['LIBWRAP', 'tcpwrappers'],
  ['SYCLS', ''],
  ['FILAN', ''],
  ['RETRY', 'retry'],
  ['DEVTESTS', ''],
];

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
