// A command line as a pair of systemd units: the socket that the first address would make, with the unit's own options where
// Node has no call for them, and the service that serves it. Pure; systemd.socket(5) and systemd.service(5) name the options.

import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose } from './faults.ts';
import type { AddressText, OptionText } from './parse.ts';

export interface Units {
  /** What both are called, without the ending. */
  readonly name: string;
  readonly socket: string;
  readonly service: string;
}

/** What stands in the units besides the addresses. */
export interface UnitSettings {
  /** The program, by its whole path. */
  readonly program: string;
  /** Its options, each word one. */
  readonly options: readonly string[];
  /** The second address as it was written. */
  readonly target: string;
}

type Line = (value: string | undefined) => string | undefined;

const yes =
  (name: string): Line =>
  (value) =>
    `${name}=${value === '0' ? 'no' : 'yes'}`;
const as =
  (name: string): Line =>
  (value) =>
    value === undefined ? undefined : `${name}=${value}`;
/** systemd does it anyway, or there is nothing that it would mean there. */
const gone: Line = () => undefined;

/** socat's name of an option, and its other ones -> the line of the socket unit that does the same. */
const LINES: readonly (readonly [names: string, line: Line])[] = [
  ['backlog', as('Backlog')],
  ['perm mode', as('SocketMode')],
  ['user owner uid user-early', as('SocketUser')],
  ['group gid group-early', as('SocketGroup')],
  ['unlink-close', yes('RemoveOnStop')],
  ['tcp-nodelay nodelay', yes('NoDelay')],
  ['so-keepalive keepalive', yes('KeepAlive')],
  ['tcp-keepidle keepidle', as('KeepAliveTimeSec')],
  ['tcp-keepintvl keepintvl', as('KeepAliveIntervalSec')],
  ['tcp-keepcnt keepcnt', as('KeepAliveProbes')],
  ['so-reuseport reuseport', yes('ReusePort')],
  ['ip-freebind freebind', yes('FreeBind')],
  ['ip-transparent transparent', yes('Transparent')],
  ['so-bindtodevice bindtodevice if interface', as('BindToDevice')],
  ['so-mark mark', as('Mark')],
  ['so-priority priority', as('Priority')],
  ['so-rcvbuf rcvbuf so-rcvbuf-late rcvbuf-late', as('ReceiveBuffer')],
  ['so-sndbuf sndbuf so-sndbuf-late sndbuf-late', as('SendBuffer')],
  ['ip-tos tos', as('IPTOS')],
  ['ip-ttl ttl ipttl', as('IPTTL')],
  ['tcp-defer-accept defer-accept', as('DeferAcceptSec')],
  ['tcp-congestion', as('TCPCongestion')],
  ['so-reuseaddr reuseaddr', gone],
  ['unlink-early new unlink delete remove', gone],
  ['retry forever interval intervall', gone],
];

/** Those that make up the address itself. */
const PLACE = ['bind', 'protocol-family', 'pf', 'ipv6-v6only', 'ipv6only', 'v6only'];

/** The units, and the first address of the service; or why there can be none. */
export function emitSystemd(
  listener: AddressText,
  settings: UnitSettings,
): (Units & { readonly address: string }) | Diagnostic {
  const place = placeOf(listener);
  if (typeof place !== 'string') return place;
  const lines: string[] = [];
  const rest: string[] = [];
  for (const option of listener.options) {
    const name = option.name.text.toLowerCase();
    if (PLACE.includes(name)) continue;
    const row = LINES.find(([names]) => names.split(' ').includes(name));
    const line = row?.[1](option.value?.text);
    if (row === undefined) rest.push(written(option));
    else if (line !== undefined) lines.push(line.replaceAll('%', '%%'));
  }
  if (settingOf(listener, 'ipv6-v6only', 'ipv6only', 'v6only') !== undefined)
    lines.push('BindIPv6Only=ipv6-only');
  const address = ['SD-LISTEN', ...rest].join(',');
  const name = nameOf(listener);
  const served = `${listener.span.source.text} to ${settings.target}`
    .replaceAll('%', '%%')
    .replace(/[\n\\]/g, ' ');
  const socket = [
    '[Unit]',
    `Description=Socket of sockbridge, ${served}`,
    'Documentation=man:sockbridge-systemd(7)',
    '',
    '[Socket]',
    `ListenStream=${place.replaceAll('%', '%%')}`,
    ...lines,
    '',
    '[Install]',
    'WantedBy=sockets.target',
    '',
  ];
  const stays = listener.options.some(
    ({ name: { text }, value }) => text.toLowerCase() === 'fork' && value?.text !== '0',
  );
  const words = [settings.program, ...settings.options, address, settings.target];
  const service = [
    '[Unit]',
    `Description=sockbridge, ${served}`,
    'Documentation=man:sockbridge(1) man:sockbridge-systemd(7)',
    '',
    '[Service]',
    // Without fork it is ready when it is started: systemd has the socket.
    ...(stays ? ['Type=notify', 'NotifyAccess=all', 'ExecReload=/bin/kill -HUP $MAINPID'] : ['Type=exec']),
    `ExecStart=${words.map(quoted).join(' ')}`,
    'NoNewPrivileges=yes',
    'ProtectSystem=full',
    'LimitNOFILE=65536',
    '',
  ];
  return { name, address, socket: socket.join('\n'), service: service.join('\n') };
}

/** ListenStream= of an address; a diagnostic where it is no listener that a unit can have. */
function placeOf(listener: AddressText): string | Diagnostic {
  const { keyword, parameters, span } = listener;
  const [first] = parameters;
  const word = keyword.text.toUpperCase();
  const refused = (message: string): Diagnostic =>
    diagnose('BRG010', span, message, { hint: 'TCP-LISTEN and UNIX-LISTEN can be made socket units' });
  if (first === undefined || parameters.length !== 1) return refused('one parameter is expected here');
  if (/^UNIX-L(?:ISTEN)?$/.test(word))
    return first.text.startsWith('/') ? first.text : refused('a unit needs the whole path of the socket');
  const tcp = /^(?:TCP|INET)([46]?)-L(?:ISTEN)?$/.exec(word);
  if (tcp === null) return refused(`${keyword.text} can not be made a socket unit`);
  const family = tcp[1] === '' ? (settingOf(listener, 'protocol-family', 'pf') ?? '4') : (tcp[1] ?? '4');
  const six = /6$|^10$/.test(family);
  const bind = settingOf(listener, 'bind');
  if (!/^\d+$/.test(first.text)) return refused('a unit needs the number of the port');
  if (bind === undefined) return `${six ? '[::]' : '0.0.0.0'}:${first.text}`;
  const host = bind.replace(/^\[(.*)\]$/, '$1');
  if (!/^[0-9.]+$/.test(host) && !host.includes(':'))
    return refused('a unit needs the address that bind stands for');
  return host.includes(':') ? `[${host}]:${first.text}` : `${host}:${first.text}`;
}

function settingOf({ options }: AddressText, ...names: readonly string[]): string | undefined {
  const found = options.findLast(({ name }) => names.includes(name.text.toLowerCase()));
  return found === undefined ? undefined : (found.value?.text ?? '');
}

/** An option as an address has it. */
function written({ name, value }: OptionText): string {
  return value === undefined ? name.text : `${name.text}=${value.text.replace(/[,\\'"(){}[\]!]/g, '\\$&')}`;
}

/** `sockbridge-6666`, `sockbridge-redis`. */
function nameOf({ parameters }: AddressText): string {
  const last = parameters[0]?.text.split('/').at(-1) ?? '';
  const plain = last.replace(/\.(?:sock|socket)$/, '').replace(/[^A-Za-z0-9_.-]+/g, '-');
  return `sockbridge-${plain === '' ? 'socket' : plain}`;
}

/** A word of a command line in a unit: systemd.service(5), COMMAND LINES; systemd.syntax(7), QUOTING. */
function quoted(word: string): string {
  const escaped = word.replaceAll('%', '%%').replaceAll('$', '$$$$');
  if (/^[A-Za-z0-9_@%+=:,./$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n').replaceAll('\t', '\\t')}"`;
}
