// Every address option that is done, as a row: its names, the type of its value, what it does. Which address type takes
// which option is said by the types in endpoints/; how a value is read stands in values.ts. The rows are the only list:
// the checker, the manual's test and the contract test (test/bridge/options.test.ts) read it.

import type { Overflow, Rate } from './limits.ts';
import type { ClientRange } from './range.ts';
import type { SourceText } from './sources.ts';

/** What an option's value is. `const` takes none, `flag` none, 0 or 1. */
export interface OptionKinds {
  const: true;
  flag: boolean;
  /** A whole number, 0 or more. */
  count: number;
  /** Seconds, with a fraction where wanted. */
  seconds: number;
  text: string;
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

  // How a stream ends.
  ignoreeof: { type: 'flag', aliases: ['ignoreof'], summary: 'take no notice of its end' },
  'shut-none': { type: 'const', summary: 'do not tell it when the other side has ended' },
  'shut-down': { type: 'const', summary: 'shut down its sending side when the other side has ended' },
  'shut-close': { type: 'const', summary: 'close it when the other side has ended' },
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

/** The canonical name behind any name of an option, in any case; undefined where there is none. */
export function findOption(name: string): OptionName | undefined {
  const wanted = name.toLowerCase();
  for (const [canonical, row] of rows()) {
    if (canonical === wanted || row.aliases?.includes(wanted) === true) return canonical;
  }
  return undefined;
}

/** Every name that findOption knows. */
export function optionNames(): readonly string[] {
  return rows().flatMap(([canonical, row]) => [canonical, ...(row.aliases ?? [])]);
}

function rows(): readonly (readonly [OptionName, OptionRow])[] {
  // Object.keys gives strings; these are the keys of OPTIONS, which isOptionName checks anew for the compiler.
  return Object.keys(OPTIONS)
    .filter(isOptionName)
    .map((name) => [name, OPTIONS[name]]);
}

function isOptionName(name: string): name is OptionName {
  return Object.hasOwn(OPTIONS, name);
}
