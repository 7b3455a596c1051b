// What is wrong with a text that the scanner refused as an address: the slow, readable second reader of the same grammar.
// It runs only after a refusal, so it may take its time to find the first character that can't be right and to guess what
// was meant. A guess is offered only after the scanner has accepted it.

import { AddressFault } from './fault.ts';
import { formatQuad } from './format.ts';
import { bytesOf, Scanned, scan4, scan6 } from './scan.ts';

/** A fault in the making: `write` is a text that would be accepted, `other` a second one and when it is the right one. */
export interface Flaw {
  readonly at: number;
  readonly why: string;
  readonly write?: string | undefined;
  readonly other?: { readonly write: string; readonly when: string } | undefined;
  /** Advice where there is no text to offer. */
  readonly advice?: string | undefined;
}

/**
 * Makes the fault. `spell` makes the whole text out of each address offered, where the address is only a part of it, or
 * undefined where the offer would not be accepted.
 */
export function faultOf(
  input: string,
  { at, why, write, other, advice }: Flaw,
  spell: (offer: string) => string | undefined = (offer) => offer,
): AddressFault {
  const meant = write === undefined ? undefined : spell(write);
  const instead = other === undefined ? undefined : spell(other.write);
  const second = instead === undefined || instead === meant ? undefined : `${instead} ${other?.when}`;
  if (meant === undefined && second === undefined) return new AddressFault(input, at, why, advice);
  const hint = meant === undefined ? second : second === undefined ? meant : `${meant} (or ${second})`;
  return new AddressFault(input, at, why, `write ${hint}`);
}

const scanned = new Scanned();

/** Whether the scanner takes the whole text as an address without a zone. */
export function accepts(text: string): boolean {
  return scan4(bytesOf(text), 0, scanned) === text.length || scan6(bytesOf(text), 0, scanned) === text.length;
}

function ifAccepted(text: string): string | undefined {
  return accepts(text) ? text : undefined;
}

/**
 * The first character from `start` that can't stand in a zone, or -1. RFC 4007 section 11.2 leaves the zone to the system. Taken
 * here is what RFC 6874 section 2 takes without escapes, and the colon of an alias (eth0:1): a zone can be printed into any
 * configuration or command line and is still one word there.
 */
export function zoneFlawAt(text: string, start: number): number {
  const bad = /[^A-Za-z0-9._~:-]/.exec(text.slice(start));
  return bad === null ? -1 : start + bad.index;
}

/** Whether the rest of the text from `start` is a zone, and not empty. */
export function isZone(text: string, start: number): boolean {
  return start < text.length && zoneFlawAt(text, start) < 0;
}

function counted(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}

/** A character as it's named in a reason. */
export function nameOf(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0;
  const named: Record<number, string> = { 9: 'tab', 10: 'line feed', 13: 'carriage return', 32: 'space' };
  const name = named[code];
  if (name !== undefined) return name;
  if (code > 32 && code < 127) return `'${String.fromCharCode(code)}'`;
  return `character U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
}

/** Why the text is no address. Only for a text that was refused. */
export function addressFault(text: string): AddressFault {
  return faultOf(text, addressFlaw(text));
}

/** The first flaw of a refused text. */
export function addressFlaw(text: string): Flaw {
  if (text === '') return { at: 0, why: 'no address: the text is empty' };
  if (text.startsWith('%')) return { at: 0, why: 'no address before the zone' };
  const ofSix = (text.split('%', 1)[0] ?? '').includes(':');
  const flaw = characterFlaw(text) ?? wrappedFlaw(text) ?? (ofSix ? groupsFlaw(text) : quadFlaw(text));
  return flaw ?? { at: 0, why: 'not an address' };
}

/** White space around, and characters outside ASCII before a zone. */
export function characterFlaw(text: string): Flaw | undefined {
  const trimmed = text.trim();
  if (trimmed !== text) {
    const at = text.startsWith(trimmed.slice(0, 1)) && trimmed !== '' ? text.trimEnd().length : 0;
    if (trimmed === '') return { at: 0, why: 'no address: the text is blank' };
    return {
      at,
      why: `a ${nameOf(text, at)} ${at === 0 ? 'before' : 'after'} the address`,
      write: ifAccepted(trimmed),
      advice: 'remove the white space',
    };
  }
  const zone = text.indexOf('%');
  const address = zone < 0 ? text : text.slice(0, zone);
  const at = address.search(/[^\0-\x7f]/);
  if (at < 0) return undefined;
  const why = /^\p{Nd}/u.test(address.slice(at))
    ? `${nameOf(text, at)} is a digit, but not an ASCII one`
    : `unexpected ${nameOf(text, at)}`;
  return { at, why, write: ifAccepted(toAscii(address)) };
}

/** Digits of any script, full-width forms and dashes as ASCII; invisible characters dropped. */
function toAscii(text: string): string {
  return text
    .replace(/\p{Nd}/gu, (digit) => String(digitValue(digit.codePointAt(0) ?? 0)))
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '');
}

/** Unicode gives decimal digits in runs of ten from zero up, so a digit's value is its distance from the run's start. */
function digitValue(code: number): number {
  let start = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(start - 1))) start--;
  return (code - start) % 10;
}

/** Brackets, a length, a port or a second address around something that is right in itself. */
function wrappedFlaw(text: string): Flaw | undefined {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    const inner = close < 0 ? text.slice(1) : text.slice(1, close);
    return { at: 0, why: 'a bracket before the address', write: ifAccepted(inner) };
  }
  const slash = text.indexOf('/');
  if (slash > 0 && accepts(text.slice(0, slash))) {
    return { at: slash, why: 'a prefix length after the address', write: text.slice(0, slash) };
  }
  const dash = text.indexOf('-');
  if (dash > 0 && accepts(text.slice(0, dash))) {
    const range = accepts(text.slice(dash + 1));
    return { at: dash, why: range ? 'a range where one address is expected' : "unexpected '-'" };
  }
  const colon = text.lastIndexOf(':');
  if (colon > 0 && text.indexOf(':') === colon && accepts(text.slice(0, colon))) {
    return { at: colon, why: 'a port after the address', write: text.slice(0, colon) };
  }
  return undefined;
}

/** The octets in plain decimal, or undefined if that is no address. `octal` reads leading zeros as inet_aton(3) does. */
function plainQuad(octets: readonly string[], octal: boolean): string | undefined {
  const plain = octets.map((octet) => {
    if (/^0x[0-9a-f]+$/i.test(octet)) return Number(octet);
    if (octal && /^0[0-7]+$/.test(octet)) return Number.parseInt(octet, 8);
    if (octal && /^0[0-9]+$/.test(octet)) return Number.NaN;
    return /^[0-9]+$/.test(octet) ? Number(octet) : Number.NaN;
  });
  return ifAccepted(plain.join('.'));
}

/** One number for the whole address, as inet_aton(3) and browsers take it. */
function numberFlaw(text: string): Flaw | undefined {
  if (!/^(0x[0-9a-f]+|[0-9]+)$/i.test(text)) return undefined;
  const octal = /^0[0-7]+$/.test(text);
  const value = octal ? Number.parseInt(text, 8) : Number(text);
  if (!octal && /^[0-9]{1,3}$/.test(text) && value <= 255) return undefined;
  const quad = value <= 0xffffffff ? formatQuad(value) : undefined;
  const flaw = { at: 0, why: 'a single number where four octets are expected' };
  if (!octal || quad === undefined) return { ...flaw, write: quad };
  return { ...flaw, other: { write: quad, when: 'if octal was meant' } };
}

/** The first flaw of a text without colons, which should have been a dotted quad. */
export function quadFlaw(text: string): Flaw | undefined {
  const number = numberFlaw(text);
  if (number !== undefined) return number;
  if (/^[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*\.?$/i.test(text) && !/^(0x)?[0-9a-f]+$/i.test(text)) {
    return { at: 0, why: 'a name where an address is expected' };
  }
  const octets = text.split('.');
  let at = 0;
  for (const [index, octet] of octets.entries()) {
    const nth = index + 1;
    if (nth === 5) {
      const dotAtEnd = octet === '' && octets.length === 5;
      const why = dotAtEnd ? 'a dot after the address' : 'more than four octets';
      return { at: at - 1, why, write: dotAtEnd ? ifAccepted(text.slice(0, -1)) : undefined };
    }
    if (octet === '') return { at, why: `octet ${nth} is empty` };
    const flaw = octetFlaw(octet, nth, octets, text, at);
    if (flaw !== undefined) return flaw;
    at += octet.length + 1;
  }
  if (octets.length === 4) return undefined;
  const padded = [...octets, '0', '0', '0'].slice(0, 4).join('.');
  const last = octets.at(-1) ?? '';
  const asInetAton = [...octets.slice(0, -1), ...Array(4 - octets.length).fill('0'), last].join('.');
  return {
    at: text.length,
    why: `only ${counted(octets.length, 'octet')}`,
    write: ifAccepted(padded),
    other: accepts(asInetAton) ? { write: asInetAton, when: 'as inet_aton(3) reads it' } : undefined,
  };
}

function octetFlaw(
  octet: string,
  nth: number,
  octets: readonly string[],
  text: string,
  at: number,
): Flaw | undefined {
  if (/^0x[0-9a-f]*$/i.test(octet)) {
    return { at, why: `octet ${nth} is hexadecimal`, write: plainQuad(octets, true) };
  }
  const bad = octet.search(/[^0-9]/);
  if (bad >= 0) {
    const why = `unexpected ${nameOf(octet, bad)} in octet ${nth}`;
    if (octet[bad] === '%' && nth === 4) {
      const write = ifAccepted(text.slice(0, at + bad));
      return { at: at + bad, why: 'an IPv4 address has no zone', write };
    }
    if (octet === '*' && octets.slice(nth).every((rest) => rest === '*')) {
      const network = [...octets.slice(0, nth - 1), '0', '0', '0', '0'].slice(0, 4).join('.');
      const block = accepts(network) ? `write ${network}/${8 * (nth - 1)} for the whole block` : undefined;
      return { at: at + bad, why, advice: block };
    }
    return { at: at + bad, why };
  }
  if (octet.length > 1 && octet.startsWith('0')) {
    const write = plainQuad(octets, false);
    const octal = plainQuad(octets, true);
    const other =
      octal !== undefined && octal !== write ? { write: octal, when: 'if octal was meant' } : undefined;
    return { at, why: `leading zero in octet ${nth}`, write, other };
  }
  if (Number(octet) > 255) return { at, why: `octet ${nth} is over 255` };
  return undefined;
}

/** The first flaw of a text with colons, which should have been an IPv6 address, perhaps with a zone. */
function groupsFlaw(text: string): Flaw | undefined {
  const percent = text.indexOf('%');
  const head = percent < 0 ? text : text.slice(0, percent);
  const zone = text.slice(head.length);
  const flaw = headFlaw(head);
  if (flaw !== undefined) {
    const kept = zone === '' || isZone(text, percent + 1);
    const offer = (write: string | undefined) =>
      kept && write !== undefined ? `${write}${zone}` : undefined;
    const other = offer(flaw.other?.write);
    return {
      ...flaw,
      write: offer(flaw.write),
      other: other === undefined || flaw.other === undefined ? undefined : { ...flaw.other, write: other },
    };
  }
  if (zone === '%') return { at: percent + 1, why: 'the zone is empty', write: head };
  const bad = zoneFlawAt(text, percent + 1);
  if (percent < 0 || bad < 0) return undefined;
  if (text[bad] === '/' && bad > percent + 1) {
    return { at: bad, why: 'a prefix length after the address', write: text.slice(0, bad) };
  }
  return { at: bad, why: `unexpected ${nameOf(text, bad)} in the zone` };
}

function headFlaw(head: string): Flaw | undefined {
  let i = 0;
  let count = 0;
  let gap = -1;
  let gapAt = -1;
  if (head.startsWith(':')) {
    if (head[1] !== ':') return { at: 0, why: 'a single colon at the start', write: ifAccepted(`:${head}`) };
    gap = 0;
    gapAt = 0;
    i = 2;
  }
  for (;;) {
    if (i === head.length) {
      if (gap === count) break;
      const write = ifAccepted(`${head}:`) ?? ifAccepted(head.slice(0, -1));
      return { at: i - 1, why: 'a single colon at the end', write };
    }
    const start = i;
    while (/[0-9a-f]/i.test(head[i] ?? '')) i++;
    if (i === start) {
      const why =
        head[i] === ':' ? 'three colons in a row' : `unexpected ${nameOf(head, i)} in group ${count + 1}`;
      return { at: i, why, write: head[i] === ':' ? ifAccepted(head.replace(/:{3,}/, '::')) : undefined };
    }
    if (count === 8) return { at: start - 1, why: 'more than eight groups' };
    if (head[i] === '.') return embeddedFlaw(head, start, count, gap, gapAt);
    if (i - start > 4) {
      const write = ifAccepted(head.replace(/(?<![0-9a-f])0+(?=[0-9a-f]+)/gi, ''));
      return { at: start + 4, why: `group ${count + 1} has more than four digits`, write };
    }
    count++;
    if (i === head.length) break;
    if (head[i] !== ':') return { at: i, why: `unexpected ${nameOf(head, i)} in group ${count}` };
    i++;
    if (head[i] === ':') {
      if (gap >= 0) return { at: i - 1, why: 'a second "::"' };
      gap = count;
      gapAt = i - 1;
      i++;
    }
  }
  return countFlaw(head, count, gapAt);
}

/** Too few groups, or a "::" that stands for none. */
function countFlaw(head: string, count: number, gapAt: number): Flaw | undefined {
  if (gapAt >= 0 && count === 8) {
    const why = '"::" stands for nothing: all eight groups are given';
    const without = head.replace('::', ':').replace(/^:|:$/g, '');
    return { at: gapAt, why, write: ifAccepted(without) };
  }
  if (gapAt >= 0 || count === 8) return undefined;
  if (/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(head)) {
    return { at: head.length, why: 'only 6 groups', advice: 'this is an Ethernet address' };
  }
  const padded = ifAccepted(`${head}::`);
  return {
    at: head.length,
    why: `only ${counted(count, 'group')}`,
    other: padded === undefined ? undefined : { write: padded, when: 'if the rest is zero' },
  };
}

/** The flaw of a dotted quad at the end of the groups, or of where it stands. */
function embeddedFlaw(
  head: string,
  start: number,
  count: number,
  gap: number,
  gapAt: number,
): Flaw | undefined {
  const colon = head.indexOf(':', start);
  if (colon >= 0) return { at: colon, why: 'a dotted quad stands only at the end' };
  if (count > 6) return { at: start, why: `no room for a dotted quad after ${count} groups` };
  const before = head.slice(0, start);
  const flaw = quadFlaw(head.slice(start));
  if (flaw !== undefined) {
    const write = flaw.write === undefined ? undefined : ifAccepted(before + flaw.write);
    const second = flaw.other === undefined ? undefined : ifAccepted(before + flaw.other.write);
    const other = second === undefined ? undefined : { write: second, when: flaw.other?.when ?? '' };
    return { at: start + flaw.at, why: flaw.why, write, other };
  }
  if (gap < 0 && count < 6)
    return { at: start, why: `only ${counted(count, 'group')} before the dotted quad` };
  return countFlaw(head, count + 2, gapAt);
}
