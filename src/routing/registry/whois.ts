// Objects of a registry's database as text (RFC 2622): attributes one a line, objects apart by blank lines. Of these, what a
// block was given out as, and which network its owner lets announce it.

import { AddressFault, Prefix, Range } from '../../address/index.ts';
import type { Source, Span } from '../../document/source.ts';

/** An inetnum or inet6num: a block, and what it was given out as. */
export interface Block {
  readonly span: Span;
  readonly range: Range;
  /** In capitals: `ASSIGNED PI`. */
  readonly status: string;
}

/** A route or route6: a prefix, and the AS number that may announce it. */
export interface RouteObject {
  readonly span: Span;
  readonly prefix: Prefix;
  readonly origin: number;
}

export interface WhoisObjects {
  readonly blocks: readonly Block[];
  readonly routes: readonly RouteObject[];
  /** Whether there is any route object at all, of whatever prefix. */
  readonly hasRoutes: boolean;
}

/** Reads files, and keeps the objects that have to do with these prefixes. */
export function readWhois(sources: readonly Source[], prefixes: readonly Prefix[]): WhoisObjects {
  const blocks: Block[] = [];
  const routes: RouteObject[] = [];
  let hasRoutes = false;
  for (const source of sources) {
    for (const { attributes, span } of objectsOf(source)) {
      const [[kind, value] = ['', '']] = attributes;
      const of = (name: string): string | undefined => attributes.find(([key]) => key === name)?.[1];
      if (kind === 'inetnum' || kind === 'inet6num') {
        const range = kind === 'inetnum' ? Range.read(value.replaceAll(' ', '')) : rangeOf(value);
        if (range instanceof AddressFault || !prefixes.some((prefix) => range.overlaps(prefix.toRange())))
          continue;
        blocks.push({ span, range, status: (of('status') ?? '').toUpperCase() });
      } else if (kind === 'route' || kind === 'route6') {
        hasRoutes = true;
        const prefix = Prefix.read(value);
        const origin = /^AS(\d{1,10})$/i.exec(of('origin') ?? '');
        if (prefix instanceof AddressFault || origin === null) continue;
        if (prefixes.some((each) => each.equals(prefix)))
          routes.push({ span, prefix, origin: Number(origin[1]) });
      }
    }
  }
  return { blocks, routes, hasRoutes };
}

function rangeOf(value: string): Range | AddressFault {
  const prefix = Prefix.read(value);
  return prefix instanceof AddressFault ? prefix : prefix.toRange();
}

interface RegistryObject {
  readonly span: Span;
  readonly attributes: readonly (readonly [string, string])[];
}

/** Objects, of which the first attribute tells the kind. A line that begins with a blank or + goes on. */
function* objectsOf(source: Source): IterableIterator<RegistryObject> {
  const { text } = source;
  let attributes: [string, string][] = [];
  let span = source.span(0, 0);
  let start = 0;
  while (start <= text.length) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const line = text.slice(start, end).trimEnd();
    if (line === '') {
      if (attributes.length > 0) yield { span, attributes };
      attributes = [];
    } else if (!/^[%#]/.test(line)) {
      const [, name = '', value = ''] = /^([A-Za-z][A-Za-z0-9-]*):\s*([^#]*)/.exec(line) ?? [];
      const last = attributes.at(-1);
      if (name !== '') {
        if (attributes.length === 0) span = source.span(start, start + line.length);
        attributes.push([name.toLowerCase(), value.trim()]);
      } else if (last !== undefined) last[1] = `${last[1]} ${line.replace(/^[ \t+]+/, '')}`.trim();
    }
    start = end + 1;
  }
  if (attributes.length > 0) yield { span, attributes };
}
