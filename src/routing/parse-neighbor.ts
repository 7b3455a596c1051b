// A neighbour of the site file into the model.

import { Asn, type Family } from '../address/index.ts';
import { diagnose } from '../document/faults.ts';
import type { MapEntry, Node } from '../document/node.ts';
import type { Spanned } from '../document/reader.ts';
import { KEYS } from './keys.ts';
import {
  type Community,
  type LargeCommunity,
  type Neighbor,
  REQUESTS,
  type Request,
  ROLES,
} from './model.ts';
import { NAME, OBJECT, type Shapes } from './shapes.ts';

/** Reads one neighbour; what is wrong goes to the reader's diagnostics. */
export function readNeighbor(entry: MapEntry, shapes: Shapes): Neighbor | undefined {
  const { reader } = shapes;
  const name = shapes.name(entry, 'a neighbour', NAME);
  const fields = reader.fields(entry.value, `neighbour ${entry.key}`, KEYS.neighbor);
  if (fields === undefined) return undefined;
  const role = shapes.needed(fields, 'role', (node) => reader.word(node, 'role', ROLES));
  const as = shapes.needed(fields, 'as', (node) => reader.value(node, 'as', (text) => Asn.read(text)));
  const router = shapes.needed(fields, 'router', (node) => reader.text(node, 'router'));
  const given = fields.need('addresses');
  const addresses =
    given === undefined ? [] : shapes.oneOrMore(given, 'addresses', (node) => shapes.address(node));
  const source = fields.get('source');
  const timers = shapes.part(fields, 'timers', 'timers', KEYS.timers);
  const limits = shapes.part(fields, 'max-prefix', 'max-prefix', KEYS.maxPrefix);
  const asked = shapes.part(fields, 'communities', 'communities', KEYS.communities);
  const maxPrefix = new Map<Family, Spanned<number>>();
  for (const [key, family] of [
    ['ipv4', 4],
    ['ipv6', 6],
  ] as const) {
    const limit = shapes.optional(limits, key, (node) =>
      reader.integer(node, `max-prefix ${key}`, 1, 4294967295),
    );
    if (limit !== undefined) maxPrefix.set(family, limit);
  }
  const communities = new Map<Request, Spanned<Community | LargeCommunity>>();
  for (const request of REQUESTS) {
    const community = shapes.optional(asked, request, (node) => readCommunity(node, request, shapes));
    if (community !== undefined) communities.set(request, community);
  }
  const optional = {
    description: shapes.optional(fields, 'description', (node) => shapes.line(node, 'description')),
    passwordFile: shapes.optional(fields, 'password-file', (node) => reader.text(node, 'password-file')),
    gtsm: shapes.optional(fields, 'gtsm', (node) => reader.flag(node, 'gtsm')),
    bfd: shapes.optional(fields, 'bfd', (node) => reader.flag(node, 'bfd')),
    // FRR and Quagga take 1 to 254 for ttl-security, and a hop limit of 255 is the largest there is.
    hops: shapes.optional(fields, 'multihop', (node) => reader.integer(node, 'multihop', 1, 254)),
    sources: source === undefined ? [] : shapes.oneOrMore(source, 'source', (node) => shapes.address(node)),
    keepalive: shapes.optional(timers, 'keepalive', (node) => reader.integer(node, 'keepalive', 1, 65535)),
    // RFC 4271 section 4.2: the hold time is zero or at least three seconds; zero would never notice a dead neighbour.
    hold: shapes.optional(timers, 'hold', (node) => reader.integer(node, 'hold', 3, 65535)),
    wanted: shapes.optional(fields, 'routes', (node) =>
      reader.word(node, 'routes', ['full', 'default', 'full-and-default']),
    ),
    use: shapes.optional(fields, 'use', (node) => reader.word(node, 'use', ['primary', 'backup'])),
    sent: shapes.optional(fields, 'send', (node) => reader.word(node, 'send', ['full', 'own'])),
    prefixFile: shapes.optional(fields, 'prefixes', (node) => reader.text(node, 'prefixes')),
    asSet: shapes.optional(fields, 'as-set', (node) => shapes.word(node, 'as-set', OBJECT)),
    maintenance: shapes.optional(fields, 'maintenance', (node) =>
      reader.word(node, 'maintenance', ['drain', 'down']),
    ),
  };
  if (name === undefined || role === undefined || as === undefined || router === undefined) return undefined;
  return { name, role, as, router, addresses, maxPrefix, communities, ...optional };
}

/** `64501:80`, or a large one, `64501:1:80`. */
function readCommunity(
  node: Node,
  what: string,
  { reader }: Shapes,
): Spanned<Community | LargeCommunity> | undefined {
  const text = reader.text(node, what);
  if (text === undefined) return undefined;
  const numbers = /^\d{1,10}(:\d{1,10}){1,2}$/.test(text.value) ? text.value.split(':').map(Number) : [];
  const [first = 0, second = 0, third] = numbers;
  if (numbers.length > 0 && numbers.every((each) => each <= (third === undefined ? 0xffff : 0xffffffff))) {
    return {
      span: text.span,
      value:
        third === undefined
          ? { kind: 'standard', high: first, low: second }
          : { kind: 'large', admin: first, first: second, second: third },
    };
  }
  reader.diagnostics.push(
    diagnose('DOC005', text.span, `${JSON.stringify(text.value)} is no community`, {
      hint: 'two numbers up to 65535, 64501:80, or three up to 4294967295, 64501:1:80',
    }),
  );
  return undefined;
}
