// What TCP addresses have in common: hosts as they are written, and the options of the protocol.

import { Address } from '../../address/address.ts';
import type { Given } from '../given.ts';
import type { Report } from '../kind.ts';
import type { Token } from '../parse.ts';
import { readPortText } from '../values.ts';

/** The options of the protocol that Node can set. */
export const TCP_OPTIONS = ['so-keepalive', 'tcp-nodelay'] as const;

export interface Tuning {
  readonly noDelay: boolean;
  readonly keepAlive: boolean;
}

/**
 * TCP_NODELAY is on unless it is switched off: a relay hands on what it got, and holding a small piece back to fill a
 * packet (Nagle, RFC 896) only delays an answer. SO_KEEPALIVE is off as the system has it.
 */
export function tuningOf(given: Given<(typeof TCP_OPTIONS)[number]>): Tuning {
  return { noDelay: given.flag('tcp-nodelay') ?? true, keepAlive: given.flag('so-keepalive') ?? false };
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
