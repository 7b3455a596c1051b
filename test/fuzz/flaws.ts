// What must hold of a reader's answer, for the kinds of readers there are: each function tells in words what is wrong with the
// answer to a text, or nothing.

import {
  Address,
  AddressFault,
  AddressFinder,
  AddressSetBuilder,
  formatPrefixes,
  formatRanges,
  type ItemForm,
  PackedBuilder,
  type PrefixForm,
  readItem,
} from '../../src/address/index.ts';
import { draw, toJsonLine } from '../../src/command/report.ts';
import type { Diagnostic } from '../../src/document/diagnostic.ts';
import { type Json, type JsonPath, locate, parseJson, pathText } from '../../src/document/json.ts';
import type { Node } from '../../src/document/node.ts';
import { Source } from '../../src/document/source.ts';
import type { Inventory } from '../../src/inventory/model.ts';
import { readStream, writeLines } from '../../src/inventory/wire.ts';
import { rows } from '../address/tricky.ts';
import { Random } from './random.ts';

export interface Target {
  readonly name: string;
  readonly corpus: readonly string[];
  readonly words: readonly string[];
  /** What is wrong with the answer to a text; undefined where nothing is. */
  readonly flaw: (text: string) => string | undefined;
}

export const TRICKY = rows.map(({ text }) => text);
export const ADDRESS_WORDS = [
  ...'0 1 9 10 255 256 08 0x1f ::1 :: : . / - % , [ ] * # fe80 ffff 2001:db8:: 192.0.2.1 /24 /0 /32 /128 %eth0'.split(
    ' ',
  ),
  ' ',
];
export const LENIENT: readonly PrefixForm[] = ['host-bits', 'netmask', 'wildcard', 'single-address'];
export const ITEM: readonly ItemForm[] = [...LENIENT, 'range'];

type Read = (text: string) => { toString(): string } | AddressFault;

/** A reader of a value: canonical text reads back as itself, a fault is placed and worded, and what a hint says to write is taken. */
export function value(
  name: string,
  read: Read,
  corpus: readonly string[] = TRICKY,
  words = ADDRESS_WORDS,
): Target {
  const flaw = (text: string): string | undefined => {
    const answer = read(text);
    if (!(answer instanceof AddressFault)) {
      const canonical = answer.toString();
      const again = read(canonical);
      if (again instanceof AddressFault)
        return `${JSON.stringify(canonical)} does not read back: ${again.why}`;
      return again.toString() === canonical ? undefined : `${canonical} reads back as ${again.toString()}`;
    }
    const { input, offset, why, hint } = answer;
    if (input !== text) return `the fault is of another text: ${JSON.stringify(input)}`;
    if (!Number.isInteger(offset) || offset < 0 || offset > text.length) return `offset ${offset}`;
    if (why === '' || /undefined|NaN/.test(why)) return `reason ${JSON.stringify(why)}`;
    const offered = offersOf(hint ?? '');
    const refused = offered.find((offer) => offer === text || read(offer) instanceof AddressFault);
    return refused === undefined ? undefined : `the hint ${JSON.stringify(hint)} offers what is refused`;
  };
  return { name, corpus, words, flaw };
}

/** The texts that a hint offers: "write 10.0.0.1 (or 8.0.0.1 if octal was meant)". A whole block or a host is another form. */
function offersOf(hint: string): readonly string[] {
  if (/for the whole block$|for this address alone$|^write the /.test(hint)) return [];
  const [, first, rest = ''] = /^write (\S+?)(,? .*)?$/s.exec(hint) ?? [];
  const [, second] = /^ \(or (\S+) /.exec(rest) ?? [];
  return [first, second].filter((offer) => offer !== undefined).filter((offer) => /[0-9:]/.test(offer));
}

/** Diagnostics are placed inside their texts, and can be drawn. */
export function diagnosticsFlaw(diagnostics: readonly Diagnostic[]): string | undefined {
  for (const diagnostic of diagnostics.slice(0, 20)) {
    const { span, code, message } = diagnostic;
    if (message === '' || /undefined|NaN\b/.test(message.replace(/"(?:[^"\\]|\\.)*"/g, '')))
      return `${code}: ${message}`;
    if (
      span !== undefined &&
      !(span.start >= 0 && span.end >= span.start && span.end <= span.source.text.length + 1)
    )
      return `${code} at ${span.start}..${span.end} of ${span.source.text.length}`;
    const drawn = draw(diagnostic, { colour: false });
    if (/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(drawn))
      return `${code} is drawn with control characters`;
    JSON.parse(toJsonLine(diagnostic));
  }
  return undefined;
}

/** The packed path against the plain one, in pieces, with what it tells of bad lines; and its formatters back through it. */
export function packedFlaw(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const random = new Random(bytes.length * 31 + (bytes[0] ?? 0));
  const told: number[] = [];
  const packed = new PackedBuilder({ forms: ITEM, onFault: ({ line }) => told.push(line) });
  for (let at = 0; at < bytes.length; ) {
    const size = 1 + random.below(40);
    packed.push(bytes.slice(at, at + size));
    at += size;
  }
  packed.end();
  const plain = new AddressSetBuilder();
  const bad: number[] = [];
  const decoded = new TextDecoder().decode(bytes).split('\n');
  for (const [index, line] of decoded.entries()) {
    const item = line
      .replace(/#.*$/s, '')
      .replace(/^[ \t]+/, '')
      .replace(/[ \t\r]+$/, '');
    if (item === '') continue;
    const read = readItem(item, ITEM);
    if (read instanceof AddressFault) bad.push(index + 1);
    else plain.add(read);
  }
  const set = packed.freeze();
  if (!set.equals(plain.freeze())) return `packed ${set.toString()}, plain ${plain.freeze().toString()}`;
  if (told.join() !== bad.join()) return `bad lines: packed ${told.join()}, plain ${bad.join()}`;
  for (const format of [formatPrefixes, formatRanges]) {
    const again = new PackedBuilder({ forms: ITEM });
    format(set, (out) => again.push(out));
    again.end();
    if (!again.freeze().equals(set)) return `${format.name} does not read back: ${again.freeze().toString()}`;
  }
  return undefined;
}

/** What the finder finds is an address that is written so, none of it twice, in order, and no letter touches it. */
export function finderFlaw(text: string): string | undefined {
  const bytes = new TextEncoder().encode(text);
  const finder = new AddressFinder();
  let at = 0;
  while (finder.next(bytes, at, bytes.length)) {
    const { from, to, address } = finder;
    if (from < at || to <= from || to > bytes.length) return `found ${from}..${to} from ${at} on`;
    const written = new TextDecoder().decode(bytes.subarray(from, to));
    const read = Address.read(written);
    if (read instanceof AddressFault || !read.equals(address))
      return `${JSON.stringify(written)} is found as ${address.toString()}`;
    const around = [bytes[from - 1] ?? 32, bytes[to] ?? 32].map((byte) => String.fromCharCode(byte));
    if (around.some((char) => /[0-9A-Za-z_\u0080-\u00ff]/.test(char)))
      return `${written} is a part of a word`;
    at = to;
  }
  return undefined;
}

/** Paths to some of the values in a JSON text. */
function* pathsOf(json: Json, path: JsonPath, depth: number): Generator<readonly [JsonPath, Json]> {
  yield [path, json];
  if (typeof json !== 'object' || json === null || depth > 6) return;
  for (const [key, child] of Object.entries(json).slice(0, 5))
    if (child !== undefined)
      yield* pathsOf(child, [...path, Array.isArray(json) ? Number(key) : key], depth + 1);
}

export function jsonFlaw(text: string): string | undefined {
  const source = new Source('json', text);
  const parsed = parseJson(source);
  if ('diagnostic' in parsed) return diagnosticsFlaw([parsed.diagnostic]);
  let tries = 0;
  for (const [path, json] of pathsOf(parsed.value, [], 0)) {
    if (++tries > 15) break;
    const span = locate(source, path);
    if (span === undefined) return `${pathText(path)} is not found`;
    const there: unknown = JSON.parse(text.slice(span.start, span.end));
    if (JSON.stringify(there) !== JSON.stringify(json)) return `${pathText(path)} is found elsewhere`;
  }
  return undefined;
}

export function nodeFlaw(node: Node, text: string): string | undefined {
  const { start, end } = node.span;
  if (!(start >= 0 && end >= start && end <= text.length)) return `a ${node.kind} at ${start}..${end}`;
  const children =
    node.kind === 'map' ? node.entries.map((entry) => entry.value) : node.kind === 'list' ? node.items : [];
  for (const child of children.slice(0, 50)) {
    const flaw = nodeFlaw(child, text);
    if (flaw !== undefined) return flaw;
  }
  return undefined;
}

/** An inventory written as a host stream and read again is the same, without a fault. */
export function streamFlaw(inventory: Inventory): string | undefined {
  const written = [...writeLines(inventory)].join('');
  if (written === '') return undefined;
  const { hosts, closings, diagnostics } = readStream(new Source('stream', written));
  const [first] = diagnostics;
  if (first !== undefined) return `what was written is refused: ${first.message}\n${written.slice(0, 400)}`;
  const again = [...writeLines({ hosts, closings })].join('');
  return again === written ? undefined : `written ${written.slice(0, 200)} reads as ${again.slice(0, 200)}`;
}
