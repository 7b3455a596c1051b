// What TCP addresses have in common: hosts as they are written, and the options of the protocol.

import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Address } from '../../address/address.ts';
import { OpenError } from '../endpoint.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { Token } from '../parse.ts';
import { readPortText } from '../values.ts';

/** The options of the protocol that Node can set. */
export const TCP_OPTIONS = [
  'so-keepalive',
  'tcp-nodelay',
  'tcp-keepidle',
  'tcp-keepintvl',
  'tcp-keepcnt',
  'ip-tos',
] as const;

export interface Tuning {
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
  readonly keepAliveInitialDelay: number;
}

/**
 * TCP_NODELAY is on unless it is switched off: a relay hands on what it got, and holding a small piece back to fill a
 * packet (Nagle, RFC 896) only delays an answer. SO_KEEPALIVE is off as the system has it.
 */
export function tuningOf(given: Given<(typeof TCP_OPTIONS)[number]>): Tuning {
  return {
    noDelay: given.flag('tcp-nodelay') ?? true,
    keepAlive: given.flag('so-keepalive') ?? false,
    keepAliveInitialDelay: (given.count('tcp-keepidle') ?? 0) * 1000,
  };
}

/** Sets on a connected socket what can't be set before. Throws OpenError where this Node has no call for it. */
export function tune(socket: Socket, given: Given<(typeof TCP_OPTIONS)[number]>, label: string): void {
  const interval = given.count('tcp-keepintvl');
  const count = given.count('tcp-keepcnt');
  if (interval !== undefined || count !== undefined) {
    const option = interval === undefined ? 'tcp-keepcnt' : 'tcp-keepintvl';
    // The types are those of Node 20, whose call passes over what it does not know.
    const setKeepAlive: unknown = Reflect.get(socket, 'setKeepAlive');
    if (typeof setKeepAlive !== 'function' || setKeepAlive.length < 4) throw newer(label, option, 24);
    // One that is 0 would be refused by the system, without a word; so what is not given is what the system has.
    Reflect.apply(setKeepAlive, socket, [
      given.flag('so-keepalive') ?? false,
      (given.count('tcp-keepidle') ?? systemSetting('tcp_keepalive_time', 7200)) * 1000,
      (interval ?? systemSetting('tcp_keepalive_intvl', 75)) * 1000,
      count ?? systemSetting('tcp_keepalive_probes', 9),
    ]);
  }
  const tos = given.byte('ip-tos');
  if (tos === undefined) return;
  if (!('setTypeOfService' in socket) || typeof socket.setTypeOfService !== 'function')
    throw newer(label, 'ip-tos', 24);
  Reflect.apply(socket.setTypeOfService, socket, [tos]);
}

/** A number of net.ipv4 in sysctl(8), or tcp(7)'s default where it can't be read. */
function systemSetting(name: string, otherwise: number): number {
  try {
    return Number(readFileSync(`/proc/sys/net/ipv4/${name}`, 'utf8'));
  } catch {
    return otherwise;
  }
}

/** The error of an option that an older Node can't do. */
export function newer(label: string, option: string, version: number): OpenError {
  return new OpenError(label, `it needs Node ${version}; this is ${process.versions.node}`, {
    option,
    final: true,
  });
}

/** A host as it is written, without the brackets of an IPv6 address; undefined (reported) where it is none. */
export function readHost(token: Token, report: Report, text: string = token.text): string | undefined {
  const bare = /^\[(.*)\]$/s.exec(text)?.[1];
  const host = bare ?? text;
  const fault = hostFault(host, bare !== undefined);
  if (fault === undefined) return host;
  report('BRG005', token.span, `${JSON.stringify(text)} is no host: ${fault}`);
  return undefined;
}

/** A port parameter; undefined (reported) where it is none. */
export function readPortParameter(token: Token, zero: boolean, report: Report): number | string | undefined {
  const port = readPortText(token.text, zero);
  if (typeof port !== 'object') return port;
  const plain = token.span.end - token.span.start === token.text.length;
  const { source, start, end } = token.span;
  const at = plain && port.offset !== undefined && start + port.offset < end ? start + port.offset : start;
  report('BRG005', source.span(at, end), port.why, { hint: port.hint });
  return undefined;
}

/** Why a text is no host; undefined if it may be one. Whether a name resolves is found out when it is looked up. */
function hostFault(host: string, bracketed: boolean): string | undefined {
  if (host === '') return 'it is empty';
  if (bracketed || host.includes(':'))
    return Address.read(host) instanceof Address ? undefined : 'the IPv6 address is not right';
  // RFC 1123 section 2.1: 255 characters at most. Without this the resolver would be asked for anything.
  if (host.length > 255) return 'it is longer than 255 characters';
  if (/[\u0000-\u0020\u007f/]/.test(host)) return 'it has a blank, a slash or a control character';
  // Looks like an IPv4 address: then it must be one. inet_aton(3) would take 127.1 and 010.0.0.1.
  if (/^[0-9.]+$/.test(host) && !(Address.read(host) instanceof Address))
    return 'the IPv4 address is not right';
  return undefined;
}
