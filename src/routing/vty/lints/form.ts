// What is wrong with lists, maps and references whatever the site is: names that lead nowhere, expressions that can't do what
// they say, bounds and communities that the daemon drops.

import type { Diagnostic } from '../../../document/diagnostic.ts';
import type { Span } from '../../../document/source.ts';
import { expressionOf } from '../evaluate.ts';
import { diagnose } from '../faults.ts';
import { type Existing, prefixListKey } from '../model.ts';
import { statementText, type Word } from '../statement.ts';

/** A name that is referred to, and what of. */
interface Reference {
  readonly kind: 'route map' | 'prefix list' | 'path list' | 'community list' | 'access list';
  readonly key: string;
  readonly word: Word;
}

export function references(existing: Existing): Diagnostic[] {
  const known: Readonly<Record<Reference['kind'], ReadonlyMap<string, unknown>>> = {
    'route map': existing.routeMaps,
    'prefix list': existing.prefixLists,
    'path list': existing.pathLists,
    'community list': existing.communityLists,
    'access list': existing.accessLists,
  };
  const all = [...inSessions(existing), ...inMaps(existing)];
  const missing = all
    .filter(({ kind, key }) => !known[kind].has(key))
    .map(({ kind, word }) =>
      diagnose('VTY006', word.span, `there is no ${kind} ${word.text}`, {
        hint: 'every route is refused here, and the daemon says nothing of it',
      }),
    );
  const used = new Set(all.map(({ kind, key }) => `${kind} ${key}`));
  const lists: readonly (readonly [Reference['kind'], ReadonlyMap<string, { name: string; span: Span }>])[] =
    [
      ['route map', existing.routeMaps],
      ['prefix list', existing.prefixLists],
      ['path list', existing.pathLists],
      ['community list', existing.communityLists],
    ];
  const idle = lists.flatMap(([kind, entries]) =>
    [...entries]
      .filter(([key]) => !used.has(`${kind} ${key}`))
      .map(([, { name, span }]) => diagnose('VTY007', span, `nothing refers to the ${kind} ${name}`)),
  );
  return [...missing, ...idle];
}

function inSessions({ bgp }: Existing): readonly Reference[] {
  const all: Reference[] = [];
  const add = (kind: Reference['kind'], word: Word | undefined, key = word?.text ?? ''): void => {
    if (word !== undefined) all.push({ kind, key, word });
  };
  for (const { families } of bgp?.peers.values() ?? []) {
    for (const [family, lists] of families) {
      for (const word of lists.maps.values()) add('route map', word);
      for (const word of lists.prefixLists.values())
        add('prefix list', word, prefixListKey(family, word.text));
      for (const word of lists.pathLists.values()) add('path list', word);
      for (const word of lists.accessLists.values()) add('access list', word);
    }
  }
  for (const { map } of [...(bgp?.networks ?? []), ...(bgp?.redistributed ?? [])]) add('route map', map);
  return all;
}

function inMaps({ routeMaps }: Existing): readonly Reference[] {
  const all: Reference[] = [];
  const add = (kind: Reference['kind'], word: Word | undefined, key = word?.text ?? ''): void => {
    if (word !== undefined) all.push({ kind, key, word });
  };
  for (const { matches, sets, flow } of [...routeMaps.values()].flatMap(({ lines }) => lines)) {
    for (const { words } of matches) {
      const what = words[1]?.text ?? '';
      const last = words.at(-1);
      if (words[3]?.text === 'prefix-list')
        add('prefix list', last, prefixListKey(what === 'ip' ? 4 : 6, last?.text ?? ''));
      if (what === 'as-path') add('path list', words[2]);
      if (/^(large-)?community$/.test(what)) add('community list', words[2]);
    }
    for (const { words } of sets)
      if (/^(large-)?comm-list$/.test(words[1]?.text ?? '')) add('community list', words[2]);
    for (const { words } of flow) if (words[0]?.text === 'call') add('route map', words[1]);
  }
  return all;
}

export function expressions({ pathLists, communityLists }: Existing): Diagnostic[] {
  const lines = [
    ...[...pathLists.values()].flatMap((list) => list.lines),
    ...[...communityLists.values()].flatMap((list) =>
      list.lines
        .filter(({ expanded }) => expanded)
        .map(({ words, span }) => ({ expression: words.join(' '), span })),
    ),
  ];
  return lines.flatMap(({ expression, span }) => {
    if (expressionOf(expression) === undefined)
      return [diagnose('VTY008', span, `${expression} is no regular expression`)];
    const range = /(\d{3,})-(\d{3,})/.exec(expression.replace(/\[[^\]]*\]/g, ''));
    if (range === null) return [];
    return [
      diagnose('VTY008', span, `${range[0]} is no range of numbers in a regular expression`, {
        hint: 'it fits these digits with a dash between, which no path has; write out patterns of digits',
      }),
    ];
  });
}

export function bounds({ prefixLists, dialect }: Existing): Diagnostic[] {
  return [...prefixLists.values()]
    .flatMap(({ lines }) => lines)
    .flatMap(({ prefix, ge, le, family, span }) => {
      if (prefix === undefined) return [];
      const { length } = prefix;
      const longest = family === 4 ? 32 : 128;
      const least = ge === undefined ? undefined : Number(ge.text);
      const most = le === undefined ? undefined : Number(le.text);
      if (least === length && dialect === 'quagga')
        return [
          diagnose('VTY009', ge?.span, `ge ${least} is the length of the prefix: Quagga drops this line`, {
            hint: 'leave ge out',
          }),
        ];
      const wrong =
        (least !== undefined && !(length <= least && least <= longest)) ||
        (most !== undefined && !((least ?? length) <= most && most <= longest));
      return wrong ? [diagnose('VTY009', span, 'no prefix has such a length')] : [];
    });
}

/** Names of the newer well-known communities. Quagga 1.2 says `% Malformed` and goes on, 0.99 says nothing. */
const NEWER = /^(blackhole|graceful-shutdown|no-peer|accept-own)$/i;

export function communities({ routeMaps, communityLists, dialect }: Existing): Diagnostic[] {
  const sets = [...routeMaps.values()]
    .flatMap(({ lines }) => lines)
    .flatMap((clause) => clause.sets)
    .filter((set) => statementText(set).startsWith('set community '))
    .flatMap(({ words }) => words.slice(2));
  const listed = [...communityLists.values()]
    .flatMap(({ lines }) => lines)
    .filter(({ expanded }) => !expanded)
    .flatMap(({ words, span }) => words.map((text) => ({ text, span })));
  return [...sets, ...listed].flatMap(({ text, span }) => {
    if (dialect === 'quagga' && NEWER.test(text))
      return [
        diagnose('VTY010', span, `Quagga does not know ${text}, and drops the line`, {
          hint: 'write it in numbers: 65535:666 is BLACKHOLE, 65535:0 GRACEFUL_SHUTDOWN',
        }),
      ];
    const parts = /^(\d+):(\d+)$/.exec(text);
    if (parts === null || (Number(parts[1]) <= 65535 && Number(parts[2]) <= 65535)) return [];
    return [
      diagnose('VTY010', span, `${text}: the parts of a community go to 65535`, {
        hint: 'use a large community',
      }),
    ];
  });
}
