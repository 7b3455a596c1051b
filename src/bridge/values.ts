// Reads the value of an option by its type. Pure: users, groups and service names are looked up when the address is
// opened. The wordings "missing numerical value" and "trailing garbage" are socat's own, and its test suite's.

import { AddressFault } from '../address/fault.ts';
import { readPort } from '../address/port.ts';
import type { Rate } from './limits.ts';
import type { OptionKinds, OptionRow } from './options.ts';
import type { Token } from './parse.ts';
import { readRange } from './range.ts';
import { readSource } from './sources.ts';

/** An option's value with its type. */
export type Setting = {
  [T in keyof OptionKinds]: { readonly type: T; readonly value: OptionKinds[T]; readonly token: Token };
}[keyof OptionKinds];

/** Why a value was refused. `offset` is the place in the value's text, where one can be told. */
export interface ValueFault {
  readonly why: string;
  readonly hint?: string | undefined;
  readonly offset?: number;
}

/** The value of an option: `name` is where the option stands, `value` what follows its equals sign. */
export function readValue(row: OptionRow, name: Token, value: Token | undefined): Setting | ValueFault {
  const { type } = row;
  const text = value?.text;
  const token = value ?? name;
  switch (type) {
    case 'const':
      return text === undefined ? { type, value: true, token } : { why: 'no value may be given' };
    case 'flag':
      if (text === undefined || text === '1') return { type, value: true, token };
      if (text === '0') return { type, value: false, token };
      return text === '' ? { why: 'missing numerical value' } : { why: `${quoted(text)} is neither 0 nor 1` };
    case 'count':
      if (text === undefined && row.otherwise !== undefined) return { type, value: row.otherwise, token };
      return wrap(readCount(text, row.least ?? 0), (count) => ({ type, value: count, token }));
    case 'size':
      return wrap(readCount(text, 0, Number.MAX_SAFE_INTEGER), (size) => ({ type, value: size, token }));
    case 'offset':
      return wrap(readOffset(text), (offset) => ({ type, value: offset, token }));
    case 'byte':
      return wrap(readByte(text), (byte) => ({ type, value: byte, token }));
    case 'optional':
      return (text ?? '').includes('\0') ? { why: 'a NUL character' } : { type, value: text ?? '', token };
    case 'seconds':
      return wrap(readSeconds(text), (seconds) => ({ type, value: seconds, token }));
    case 'mode':
      return wrap(readMode(text), (mode) => ({ type, value: mode, token }));
    case 'text':
    case 'account':
      if (text === undefined || text === '') return { why: 'value required' };
      // Escapes can bring one in, and no name or path that the system knows has one.
      return text.includes('\0') ? { why: 'a NUL character' } : { type, value: text, token };
    case 'port':
      return wrap(readPortText(text ?? '', false), (port) => ({ type, value: port, token }));
    case 'family':
      return wrap(readFamily(text), (family) => ({ type, value: family, token }));
    case 'range': {
      if (text === undefined || text === '') return { why: 'value required' };
      const range = readRange(text);
      return range instanceof AddressFault ? ofAddress(range) : { type, value: range, token };
    }
    case 'sources': {
      if (text === undefined && row.bare === true) return { type, value: [], token };
      if (text === undefined || text === '') return { why: 'value required' };
      const source = readSource(text);
      return source instanceof AddressFault ? ofAddress(source) : { type, value: [source], token };
    }
    case 'overflow':
      return text === 'queue' || text === 'reject'
        ? { type, value: text, token }
        : { why: text === undefined ? 'value required' : `${quoted(text)} is neither queue nor reject` };
    case 'rate': {
      const rate = readRate(text);
      return 'why' in rate ? rate : { type, value: rate, token };
    }
  }
}

/**
 * A port by number, or a service's name to be looked up (the characters are those that /etc/services has in use: RFC
 * 6335 section 5.1 allows letters, digits and hyphens, older entries have more). 0, "any free port", only for listeners.
 */
export function readPortText(text: string, zero: boolean): number | string | ValueFault {
  if (text === '') return { why: 'empty port/service' };
  if (/^[A-Za-z0-9][A-Za-z0-9.+_*/-]*$/.test(text) && /[A-Za-z]/.test(text) && !/^0x/i.test(text))
    return text;
  const port = readPort(text, zero ? ['zero'] : []);
  return port instanceof AddressFault ? ofAddress(port) : port;
}

/** What is wrong with a part of an address, in the form of this file. */
export function ofAddress(fault: AddressFault): ValueFault {
  return { why: `${quoted(fault.input)}: ${fault.why}`, hint: fault.hint, offset: fault.offset };
}

function readCount(text: string | undefined, least: number, most = 0x7fffffff): number | ValueFault {
  const digits = /^\d+/.exec(text ?? '')?.[0];
  if (text === undefined || digits === undefined) return { why: 'missing numerical value' };
  if (digits !== text) return { why: `trailing garbage in ${quoted(text)}`, offset: digits.length };
  // socat reads 010 as eight, a person as ten.
  if (digits.length > 1 && digits.startsWith('0'))
    return { why: `leading zero in ${quoted(text)}`, hint: `write ${Number(digits)}` };
  const count = Number(digits);
  if (count > most) return { why: `${text} is over ${most}` };
  return count < least ? { why: `${text} is under ${least}` } : count;
}

function readOffset(text: string | undefined): number | ValueFault {
  const negative = text?.startsWith('-') === true;
  const count = readCount(negative ? text.slice(1) : text, 0, Number.MAX_SAFE_INTEGER);
  return typeof count === 'number' && negative ? -count : count;
}

/** A byte is written 27 or 0x1b; a control character's number is known to people in either form. */
function readByte(text: string | undefined): number | ValueFault {
  const hex = /^0x([0-9a-f]+)$/i.exec(text ?? '')?.[1];
  const byte = hex === undefined ? readCount(text, 0) : Number.parseInt(hex, 16);
  return typeof byte === 'number' && byte > 255 ? { why: `${text} is over 255` } : byte;
}

function readSeconds(text: string | undefined): number | ValueFault {
  const digits = /^(?:\d+\.?\d*|\.\d+)/.exec(text ?? '')?.[0];
  if (text === undefined || digits === undefined) return { why: 'missing numerical value' };
  if (digits !== text)
    return { why: `trailing garbage in ${quoted(text)}`, offset: digits.length, hint: 'the unit is seconds' };
  const seconds = Number(digits);
  // A timer of Node takes at most 2^31 - 1 milliseconds; past that it fires at once.
  return seconds > 2_147_483 ? { why: `${text} s is over 2147483 s (24 days)` } : seconds;
}

/** `20` a second, or `100/60`: so many in so many seconds. */
function readRate(text: string | undefined): Rate | ValueFault {
  const [countText, secondsText, ...more] = (text ?? '').split('/');
  const count = readCount(countText === '' ? undefined : countText, 1);
  if (typeof count === 'object') return count;
  if (secondsText === undefined) return { count, seconds: 1 };
  const seconds =
    more.length > 0 ? { why: `trailing garbage in ${quoted(text ?? '')}` } : readSeconds(secondsText);
  if (typeof seconds === 'object') return seconds;
  return seconds === 0 ? { why: 'no time at all', hint: 'connections/seconds: 100/60' } : { count, seconds };
}

function readMode(text: string | undefined): number | ValueFault {
  if (text === undefined || !/^[0-7]/.test(text))
    return { why: 'missing numerical value', hint: 'a mode is octal: 0660' };
  if (!/^[0-7]+$/.test(text))
    return { why: `trailing garbage in ${quoted(text)}`, hint: 'a mode is octal: 0660' };
  const mode = Number.parseInt(text, 8);
  return mode > 0o777
    ? { why: `${text} is over 0777`, hint: 'only permission bits mean something on a socket' }
    : mode;
}

const FAMILIES: Readonly<Record<string, 4 | 6>> = {
  ip4: 4,
  ipv4: 4,
  inet: 4,
  inet4: 4,
  '4': 4,
  '2': 4,
  ip6: 6,
  ipv6: 6,
  inet6: 6,
  '6': 6,
  '10': 6,
};

function readFamily(text: string | undefined): 4 | 6 | ValueFault {
  if (text === undefined || text === '') return { why: 'value required', hint: 'ip4 or ip6' };
  return (
    FAMILIES[text.toLowerCase()] ?? { why: `unknown protocol family ${quoted(text)}`, hint: 'ip4 or ip6' }
  );
}

function wrap<T extends string | number>(
  result: T | ValueFault,
  make: (value: T) => Setting,
): Setting | ValueFault {
  return typeof result === 'object' ? result : make(result);
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
