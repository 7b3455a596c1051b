// Every address option that is done, as a row: its names, the type of its value, what it does. Which address type takes
// which option is said by the types in endpoints/; how a value is read stands in values.ts. They are one table,
// which is why it is long, and the only list: the checker, the manual's test and the contract test (test/bridge/check.test.ts) read it.

import type { Overflow, Rate } from './limits.ts';
import type { ClientRange } from './range.ts';
import type { SourceText } from './sources.ts';

/** What an option's value is. `const` takes none, `flag` none, 0 or 1. */
export interface OptionKinds {
  const: true;
  flag: boolean;
  /** A whole number, 0 or more. */
  count: number;
  /** A whole number of bytes, 0 or more. */
  size: number;
  /** A whole number, with a sign where wanted. */
  offset: number;
  /** 0 to 255, decimal or with 0x. */
  byte: number;
  /** Seconds, with a fraction where wanted. */
  seconds: number;
  text: string;
  /** A text that may be empty or left out. */
  optional: string;
  /** Permission bits, written in octal. */
  mode: number;
  /** A user's or group's name or number, looked up when the address is opened. */
  account: string;
  /** A port by number, or by its name in /etc/services. */
  port: number | string;
  /** 4 or 6. */
  family: 4 | 6;
  range: ClientRange;
  /** Addresses, prefixes, ranges and files of them; an option that is repeated adds to them. */
  sources: readonly SourceText[];
  overflow: Overflow;
  rate: Rate;
}

export interface OptionRow {
  readonly type: keyof OptionKinds;
  /** Its other names in socat. */
  readonly aliases?: readonly string[];
  /** How the manual names the value. */
  readonly value?: string;
  /** For `count`: the least that makes sense, where that is not 0. */
  readonly least?: number;
  /** For `sources`: it may stand without a value. */
  readonly bare?: true;
  /** For `count`: what it is without a value. */
  readonly otherwise?: number;
  /** One clause for reports: what it is for. */
  readonly summary: string;
}

export const OPTIONS = {
  // Listening and accepting.
  fork: { type: 'flag', summary: 'serve every connection, not only the first' },
  'max-children': {
    type: 'count',
    aliases: ['maxchildren'],
    value: 'count',
    least: 1,
    summary: 'connections served at once; more wait',
  },
  'children-shutup': {
    type: 'count',
    value: 'levels',
    otherwise: 1,
    summary: 'tell of connections so many levels less severely',
  },
  backlog: { type: 'count', value: 'count', least: 1, summary: 'connections that the kernel keeps waiting' },
  'accept-timeout': {
    type: 'seconds',
    aliases: ['listen-timeout'],
    value: 'seconds',
    summary: 'give up when nobody has connected in this time',
  },
  range: { type: 'range', value: 'range', summary: 'serve only clients from these addresses' },

  // Who may come, how many and how fast; socat has none of these.
  allow: {
    type: 'sources',
    value: 'network',
    summary: 'serve clients from here, and others only where so allowed',
  },
  deny: { type: 'sources', value: 'network', summary: 'do not serve clients from here' },
  'max-connections': { type: 'count', value: 'count', least: 1, summary: 'connections served at once' },
  'accept-proxy': {
    type: 'sources',
    value: 'network',
    bare: true,
    summary: 'clients come through these, and a PROXY header says who they are',
  },
  'proxy-timeout': { type: 'seconds', value: 'seconds', summary: 'how long a PROXY header may take' },
  'send-proxy': { type: 'flag', summary: 'tell the target who its client is, by PROXY protocol version 1' },
  'send-proxy-v2': { type: 'flag', summary: 'the same by version 2' },
  overflow: {
    type: 'overflow',
    value: 'what',
    summary: 'whether those over the limit wait or are turned away',
  },
  'max-per-source': {
    type: 'count',
    value: 'count',
    least: 1,
    summary: 'connections at once from one source',
  },
  'max-rate': { type: 'rate', value: 'rate', summary: 'connections that are begun in a time' },
  'max-rate-per-source': {
    type: 'rate',
    value: 'rate',
    summary: 'connections that one source begins in a time',
  },
  'source-bits4': { type: 'count', value: 'bits', summary: 'how much of an IPv4 address makes a source' },
  'source-bits6': { type: 'count', value: 'bits', summary: 'how much of an IPv6 address makes a source' },

  // Sockets.
  bind: { type: 'text', value: 'address', summary: 'local address' },
  sourceport: { type: 'port', aliases: ['sp'], value: 'port', summary: "the client's port" },
  'protocol-family': { type: 'family', aliases: ['pf'], value: 'family', summary: 'IPv4 or IPv6' },
  'ipv6-v6only': {
    type: 'flag',
    aliases: ['ipv6only', 'v6only'],
    summary: 'an IPv6 listener takes no IPv4 connections',
  },
  'so-reuseaddr': { type: 'flag', aliases: ['reuseaddr'], summary: 'bind although old connections linger' },
  'so-keepalive': { type: 'flag', aliases: ['keepalive'], summary: 'probe a silent peer' },
  'tcp-nodelay': { type: 'flag', aliases: ['nodelay'], summary: 'send small writes at once' },
  'connect-timeout': {
    type: 'seconds',
    value: 'seconds',
    summary: 'give up an attempt to connect after this time',
  },
  lowport: { type: 'flag', summary: 'a port that only root may bind' },
  'so-reuseport': { type: 'flag', aliases: ['reuseport'], summary: 'share the port with other listeners' },
  'tcp-keepidle': {
    type: 'count',
    aliases: ['keepidle'],
    value: 'seconds',
    least: 1,
    summary: 'silence before the first probe of keepalive',
  },
  'tcp-keepintvl': {
    type: 'count',
    aliases: ['keepintvl'],
    value: 'seconds',
    least: 1,
    summary: 'time between probes of keepalive',
  },
  'tcp-keepcnt': {
    type: 'count',
    aliases: ['keepcnt'],
    value: 'count',
    least: 1,
    summary: 'probes of keepalive before the peer is given up',
  },
  'ip-tos': { type: 'byte', aliases: ['tos', 'iptos'], value: 'byte', summary: 'type of service' },
  'ai-addrconfig': {
    type: 'flag',
    aliases: ['addrconfig'],
    summary: 'look up only families that this machine has',
  },
  'ai-all': { type: 'flag', summary: 'look up IPv4 addresses too, mapped into IPv6' },
  'ai-passive': { type: 'flag', aliases: ['passive'], summary: 'look up for listening' },
  'ai-v4mapped': {
    type: 'flag',
    aliases: ['v4mapped'],
    summary: 'where there is no IPv6 address look up IPv4 ones, mapped into IPv6',
  },
  tcpwrappers: {
    type: 'optional',
    aliases: ['libwrap', 'tcpwrap', 'tcpwrapper', 'wrap'],
    value: 'name',
    summary: 'admit clients by hosts.allow and hosts.deny, under this name',
  },
  'tcpwrap-etc': {
    type: 'text',
    aliases: ['tcpwrap-dir'],
    value: 'folder',
    summary: 'where hosts.allow and hosts.deny are',
  },
  'tcpwrap-hosts-allow-table': {
    type: 'text',
    aliases: ['allow-table', 'hosts-allow'],
    value: 'file',
    summary: 'read instead of hosts.allow',
  },
  'tcpwrap-hosts-deny-table': {
    type: 'text',
    aliases: ['deny-table', 'hosts-deny'],
    value: 'file',
    summary: 'read instead of hosts.deny',
  },

  // Datagrams.
  'so-broadcast': { type: 'flag', aliases: ['broadcast'], summary: 'may send to broadcast addresses' },
  'so-rcvbuf': {
    type: 'count',
    aliases: ['rcvbuf'],
    value: 'bytes',
    least: 1,
    summary: 'the receive buffer',
  },
  'so-sndbuf': { type: 'count', aliases: ['sndbuf'], value: 'bytes', least: 1, summary: 'the send buffer' },
  'ip-add-membership': {
    type: 'text',
    aliases: ['add-membership', 'ip-membership', 'membership'],
    value: 'group',
    summary: 'join a multicast group',
  },
  'ip-add-source-membership': {
    type: 'text',
    aliases: ['add-source-membership', 'source-membership'],
    value: 'group',
    summary: 'join a multicast group, for one source',
  },
  'ip-multicast-if': {
    type: 'text',
    aliases: ['multicast-if'],
    value: 'interface',
    summary: 'where multicast is sent from',
  },
  'ip-multicast-loop': {
    type: 'flag',
    aliases: ['ipmulticastloop', 'multicast-loop', 'multicastloop'],
    summary: 'this machine hears the multicast that it sends',
  },
  'ip-multicast-ttl': {
    type: 'byte',
    aliases: ['ipmulticastttl', 'multicast-ttl', 'multicastttl'],
    value: 'byte',
    summary: 'how far multicast is sent',
  },
  'ipv6-join-group': {
    type: 'text',
    aliases: ['ipv6-add-membership', 'join-group'],
    value: 'group',
    summary: 'join an IPv6 multicast group',
  },
  'ipv6-join-source-group': {
    type: 'text',
    aliases: ['ipv6-add-source-membership', 'join-source-group'],
    value: 'group',
    summary: 'join an IPv6 multicast group, for one source',
  },
  'udp-ignore-peerport': { type: 'flag', summary: 'take answers from any port' },
  'null-eof': { type: 'flag', summary: 'an empty datagram is the end' },
  'shut-null': { type: 'const', summary: 'tell the end by an empty datagram' },

  // TLS.
  'openssl-certificate': {
    type: 'text',
    aliases: ['cert', 'certificate'],
    value: 'file',
    summary: 'own certificate and what it was signed by',
  },
  'openssl-key': { type: 'text', aliases: ['key'], value: 'file', summary: 'private key' },
  'openssl-cafile': {
    type: 'text',
    aliases: ['cafile'],
    value: 'file',
    summary: 'certificates that are trusted',
  },
  'openssl-capath': {
    type: 'text',
    aliases: ['capath'],
    value: 'folder',
    summary: 'folder of certificates that are trusted',
  },
  'openssl-verify': { type: 'flag', aliases: ['verify'], summary: "check the peer's certificate" },
  'openssl-commonname': {
    type: 'optional',
    aliases: ['cn', 'commonname'],
    value: 'name',
    summary: "name that the peer's certificate must have",
  },
  'openssl-snihost': { type: 'text', aliases: ['snihost'], value: 'name', summary: 'name to ask for' },
  'openssl-no-sni': { type: 'flag', aliases: ['no-sni', 'nosni'], summary: 'ask for no name' },
  'openssl-cipherlist': {
    type: 'text',
    aliases: ['cipher', 'cipherlist', 'ciphers', 'openssl-cipher'],
    value: 'list',
    summary: 'ciphers that may be used',
  },
  'openssl-method': { type: 'text', aliases: ['method'], value: 'version', summary: 'the TLS version' },
  'openssl-min-proto-version': {
    type: 'text',
    aliases: ['min-version'],
    value: 'version',
    summary: 'the lowest TLS version',
  },
  'openssl-max-proto-version': {
    type: 'text',
    aliases: ['max-version'],
    value: 'version',
    summary: 'the highest TLS version',
  },
  'openssl-dhparam': {
    type: 'text',
    aliases: ['dh', 'dhparam', 'dhparams', 'openssl-dhparams'],
    value: 'file',
    summary: 'Diffie-Hellman parameters',
  },
  'openssl-maxsendfrag': {
    type: 'count',
    aliases: ['maxsendfrag'],
    value: 'bytes',
    least: 512,
    summary: 'the most bytes of a TLS record that is sent',
  },
  'handshake-timeout': {
    type: 'seconds',
    value: 'seconds',
    summary: 'give up a TLS handshake after this time',
  },

  // Proxies.
  proxyport: { type: 'port', value: 'port', summary: "the proxy's port" },
  'proxy-authorization': {
    type: 'text',
    aliases: ['proxy-auth', 'proxyauth'],
    value: 'user:password',
    summary: 'who one is to the proxy',
  },
  'proxy-authorization-file': {
    type: 'text',
    aliases: ['proxyauthfile'],
    value: 'file',
    summary: 'likewise, from a file',
  },
  'proxy-resolve': {
    type: 'flag',
    aliases: ['resolv', 'resolve'],
    summary: 'look up the host here and not at the proxy',
  },
  ignorecr: { type: 'flag', summary: "a line feed alone ends the proxy's lines" },
  'http-version': { type: 'text', value: 'version', summary: 'the version in the request' },
  socksport: { type: 'port', value: 'port', summary: "the SOCKS server's port" },
  socksuser: { type: 'text', value: 'user', summary: 'who one is to the SOCKS server' },

  // Trying again.
  retry: { type: 'count', value: 'count', summary: 'how often to try again' },
  forever: { type: 'flag', summary: 'try again without end' },
  interval: { type: 'seconds', aliases: ['intervall'], value: 'seconds', summary: 'time between attempts' },

  // The entry of a unix socket in the file system.
  'unlink-early': { type: 'flag', aliases: ['new'], summary: 'remove a socket that stands at the path' },
  unlink: { type: 'flag', aliases: ['delete', 'remove'], summary: 'remove a socket that stands at the path' },
  'unlink-close': { type: 'flag', summary: 'remove the own socket at the end' },
  perm: { type: 'mode', aliases: ['mode'], value: 'mode', summary: 'permission bits of the socket' },
  user: { type: 'account', aliases: ['owner', 'uid'], value: 'user', summary: 'owner of the socket' },
  group: { type: 'account', aliases: ['gid'], value: 'group', summary: 'group of the socket' },
  umask: { type: 'mode', value: 'mode', summary: 'umask while the address is opened' },

  'perm-early': { type: 'mode', value: 'mode', summary: 'permission bits, before it is opened' },
  'perm-late': { type: 'mode', value: 'mode', summary: 'permission bits, once it is open' },
  'user-early': { type: 'account', aliases: ['uid-e'], value: 'user', summary: 'owner, before it is opened' },
  'user-late': { type: 'account', aliases: ['uid-l'], value: 'user', summary: 'owner, once it is open' },
  'group-early': {
    type: 'account',
    aliases: ['gid-e'],
    value: 'group',
    summary: 'group, before it is opened',
  },
  'group-late': { type: 'account', aliases: ['gid-l'], value: 'group', summary: 'group, once it is open' },
  'unlink-late': { type: 'flag', summary: 'remove it once it is open' },

  // How a file is opened.
  append: { type: 'flag', aliases: ['o-append'], summary: 'write at its end' },
  'o-creat': {
    type: 'flag',
    aliases: ['creat', 'create', 'o-create', 'o_creat', 'o_create'],
    summary: 'make it where it is not there',
  },
  'o-directory': { type: 'flag', aliases: ['directory', 'o_directory'], summary: 'only a folder' },
  'o-dsync': { type: 'flag', aliases: ['dsync', 'o_dsync'], summary: 'write data through to the disk' },
  'o-excl': { type: 'flag', aliases: ['excl', 'o_excl'], summary: 'fail where it is there' },
  'o-largefile': { type: 'flag', aliases: ['largefile', 'o_largefile'], summary: 'of any size' },
  'o-noatime': { type: 'flag', aliases: ['noatime'], summary: 'leave its time of access' },
  'o-noctty': { type: 'flag', aliases: ['noctty', 'o_noctty'], summary: 'not as controlling terminal' },
  'o-nofollow': { type: 'flag', aliases: ['nofollow', 'o_nofollow'], summary: 'not through a symbolic link' },
  'o-nonblock': {
    type: 'flag',
    aliases: ['ndelay', 'nonblock', 'o-ndelay', 'o_ndelay'],
    summary: 'do not wait for the other side of a FIFO',
  },
  'o-rdonly': { type: 'flag', aliases: ['o_rdonly', 'rdonly'], summary: 'for reading only' },
  'o-rdwr': { type: 'flag', aliases: ['o_rdwr', 'rdwr'], summary: 'for both' },
  'o-rsync': { type: 'flag', aliases: ['o_rsync', 'rsync'], summary: 'read what is on the disk' },
  'o-sync': { type: 'flag', aliases: ['o_sync', 'sync'], summary: 'write through to the disk' },
  'o-trunc': { type: 'flag', aliases: ['trunc'], summary: 'empty it first' },
  'o-wronly': { type: 'flag', aliases: ['o_wronly', 'wronly'], summary: 'for writing only' },
  ftruncate32: {
    type: 'size',
    aliases: ['ftruncate', 'truncate'],
    value: 'bytes',
    summary: 'cut it to this length',
  },
  ftruncate64: { type: 'size', value: 'bytes', summary: 'cut it to this length' },
  'lseek32-set': {
    type: 'offset',
    aliases: ['lseek', 'lseek32', 'seek', 'seek-set'],
    value: 'bytes',
    summary: 'begin here',
  },
  'lseek32-cur': { type: 'offset', aliases: ['seek-cur'], value: 'bytes', summary: 'begin so much further' },
  'lseek32-end': {
    type: 'offset',
    aliases: ['seek-end'],
    value: 'bytes',
    summary: 'begin here from its end',
  },
  'lseek64-set': { type: 'offset', aliases: ['lseek64'], value: 'bytes', summary: 'begin here' },
  'lseek64-cur': { type: 'offset', value: 'bytes', summary: 'begin so much further' },
  'lseek64-end': { type: 'offset', value: 'bytes', summary: 'begin here from its end' },

  // How a stream ends.
  ignoreeof: { type: 'flag', aliases: ['ignoreof'], summary: 'take no notice of its end' },
  'shut-none': { type: 'const', summary: 'do not tell it when the other side has ended' },
  'shut-down': { type: 'const', summary: 'shut down its sending side when the other side has ended' },
  'shut-close': { type: 'const', summary: 'close it when the other side has ended' },
  'end-close': {
    type: 'const',
    aliases: ['close'],
    summary: 'only close it at the end, whatever else may have it open',
  },
  'cool-write': { type: 'flag', aliases: ['coolwrite'], summary: 'a peer that has gone is no error' },
  cloexec: { type: 'flag', summary: 'hand it on to no program' },

  // What is done to its data.
  cr: { type: 'const', summary: 'its lines end with a carriage return' },
  crnl: {
    type: 'const',
    aliases: ['crlf'],
    summary: 'its lines end with a carriage return and a line feed',
  },
  escape: { type: 'byte', value: 'byte', summary: 'a byte that is its end' },
  readbytes: {
    type: 'size',
    aliases: ['bytes'],
    value: 'count',
    summary: 'its end comes after so many bytes',
  },

  // Programs.
  stderr: { type: 'flag', summary: "the program's standard error too" },
  nofork: { type: 'flag', summary: 'the program has the other address itself' },
  pipes: { type: 'flag', summary: 'two ways to the program instead of one' },
  fdin: { type: 'count', value: 'fd', summary: 'what the program reads from' },
  fdout: { type: 'count', value: 'fd', summary: 'what the program writes to' },
  path: { type: 'text', value: 'folders', summary: 'where programs are looked for' },
  dash: { type: 'flag', aliases: ['login'], summary: 'begin its name with a dash, as for a login' },
  setsid: { type: 'flag', aliases: ['sid'], summary: 'in a session of its own' },
  chdir: { type: 'text', aliases: ['cd'], value: 'folder', summary: 'in this folder' },
  shell: { type: 'text', value: 'file', summary: 'the shell' },

  // The process.
  lockfile: { type: 'text', value: 'file', summary: 'fail where this file is, make it for the time' },
  waitlock: { type: 'text', value: 'file', summary: 'wait until this file has gone, make it for the time' },
  substuser: { type: 'account', aliases: ['su'], value: 'user', summary: 'become this user afterwards' },
  'substuser-early': {
    type: 'account',
    aliases: ['su-e'],
    value: 'user',
    summary: 'become this user before',
  },
  'substuser-delayed': {
    type: 'account',
    aliases: ['su-d'],
    value: 'user',
    summary: 'become this user afterwards',
  },
  setuid: { type: 'account', value: 'user', summary: 'change the user alone afterwards' },
  'setuid-early': { type: 'account', value: 'user', summary: 'change the user alone before' },
  setgid: { type: 'account', value: 'group', summary: 'change the group alone afterwards' },
  'setgid-early': { type: 'account', value: 'group', summary: 'change the group alone before' },

  // Locks on files that others see who lock by fcntl(2).
  'f-setlk-wr': {
    type: 'flag',
    aliases: ['f-setlk', 'setlk', 'setlk-wr'],
    summary: 'lock the file, or fail',
  },
  'f-setlk-rd': { type: 'flag', aliases: ['setlk-rd'], summary: 'lock the file against writers, or fail' },
  'f-setlkw-wr': {
    type: 'flag',
    aliases: ['f-setlkw', 'setlkw', 'setlkw-wr'],
    summary: 'lock the file, or wait',
  },
  'f-setlkw-rd': { type: 'flag', aliases: ['setlkw-rd'], summary: 'lock the file against writers, or wait' },
} as const satisfies Readonly<Record<string, OptionRow>>;

export type OptionName = keyof typeof OPTIONS;

/** The options that were given, by canonical name, as values of their types. */
export type OptionValues<N extends OptionName = OptionName> = {
  readonly [K in N]?: OptionKinds[(typeof OPTIONS)[K]['type']];
};

/** The row of an option. */
export function optionRow(name: OptionName): OptionRow {
  return OPTIONS[name];
}

/** All names of an option, the canonical one first. */
export function namesOf(name: OptionName): readonly string[] {
  return [name, ...(optionRow(name).aliases ?? [])];
}

/** Every name with the canonical one behind it; made when the first name is looked for. */
let index: ReadonlyMap<string, OptionName> | undefined;

/** The canonical name behind any name of an option, in any case; undefined where there is none. */
export function findOption(name: string): OptionName | undefined {
  index ??= new Map(
    canonicalNames().flatMap((canonical) => namesOf(canonical).map((each) => [each, canonical] as const)),
  );
  return index.get(name.toLowerCase());
}

/** Every name that findOption knows. */
export function optionNames(): readonly string[] {
  return canonicalNames().flatMap(namesOf);
}

function canonicalNames(): readonly OptionName[] {
  // Object.keys gives strings; these are the keys of OPTIONS, which isOptionName checks anew for the compiler.
  return Object.keys(OPTIONS).filter(isOptionName);
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}
