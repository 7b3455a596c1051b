// One document of a cloud, of a named source or recognised by its shape, as an inventory. The shapes themselves are the
// business of clouds/.

import type { Diagnostic } from '../document/diagnostic.ts';
import { diagnose as diagnoseDocument } from '../document/faults.ts';
import { isList, isObject, type Json, parseJson } from '../document/json.ts';
import { Source } from '../document/source.ts';
import type { Cloud, JsonCloud, TextCloud } from './clouds/cloud.ts';
import { clouds } from './clouds/index.ts';
import { diagnose } from './faults.ts';
import type { Reading } from './harvest.ts';
import type { Inventory } from './model.ts';

/** What a document gave: an inventory, perhaps with warnings, or the one error that makes it unreadable. */
export interface Read {
  readonly inventory: Inventory | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * A cloud's document may hold passwords and user data on the very line of a flaw (or all of it on one line), so places in
 * it are told by line and column and by path, and its lines are never shown.
 */
class Veiled extends Source {
  override line(): string {
    return '';
  }
}

/** Reads one document; `from` is a name of clouds/ or undefined, where the shape decides. */
export function readDocument(document: Source, from: string | undefined): Read {
  const source = new Veiled(document.name, document.text);
  const { text } = source;
  const start = text.search(/\S/);
  if (start < 0)
    return refuse(diagnoseDocument('DOC007', source.span(0, 0), 'the document is empty', { hint: EMPTY }));
  const candidates = from === undefined ? clouds : clouds.filter(({ name }) => name === from);
  const json = text[start] === '{' || text[start] === '[';
  if (json || candidates.every(isJson)) {
    const parsed = parseJson(source);
    if ('diagnostic' in parsed) return refuse(parsed.diagnostic);
    const { value } = parsed;
    const named = from !== undefined && (value === null || (isList(value) && value.length === 0));
    const cloud = candidates
      .filter(isJson)
      .find((candidate) => candidate.recognises(value) || (named && candidate.listed === true));
    return cloud === undefined
      ? refuse(unknownShape(source, from, shapeOf(value)))
      : accept(cloud.read(value, source));
  }
  const cloud = candidates.filter(isText).find((candidate) => candidate.recognises(text));
  return cloud === undefined
    ? refuse(unknownShape(source, from, 'text that is not JSON'))
    : accept(cloud.read(source));
}

/** Reads what a cloud itself answered, of a source that is known; the text is for telling places, and is not shown. */
export function readAnswer(answer: Json, document: Source, name: string): Reading {
  const cloud = clouds.filter(isJson).find((candidate) => candidate.name === name);
  if (cloud === undefined) throw new RangeError(`${name} has no JSON`);
  return cloud.read(answer, new Veiled(document.name, document.text));
}

const EMPTY = 'the command that should have written it has probably failed';

function accept({ hosts, closing, diagnostics }: Reading): Read {
  return { inventory: { hosts, closings: [closing] }, diagnostics };
}

function refuse(diagnostic: Diagnostic): Read {
  return { inventory: undefined, diagnostics: [diagnostic] };
}

function unknownShape(source: Source, from: string | undefined, shape: string): Diagnostic {
  const start = Math.max(0, source.text.search(/\S/));
  const span = source.span(start, start + 1);
  if (from !== undefined) {
    const { summary } = clouds.find(({ name }) => name === from) ?? { summary: '' };
    return diagnose('INV001', span, `not the shape of ${from}: ${shape}`, {
      hint: `${from} reads ${summary}; without --from the shape decides`,
    });
  }
  return diagnose('INV001', span, `the shape of no source known here: ${shape}`, {
    hint: `known: ${clouds.map(({ name }) => name).join(', ')}; cloudhosts(1) tells what each is`,
  });
}

/** What a person would say of a document at first sight. */
function shapeOf(value: Json): string {
  if (isList(value)) {
    const [first] = value;
    return first === undefined ? 'an empty list, which could be any of them' : `a list of ${shapeOf(first)}`;
  }
  if (!isObject(value)) return `${value === null ? 'null' : `a ${typeof value}`}`;
  const keys = Object.keys(value);
  if (keys.length === 0) return 'an object without keys';
  const shown = keys.slice(0, 5).map((key) => (key.length > 40 ? `${key.slice(0, 40)}...` : key));
  return `an object with ${shown.join(', ')}${keys.length > 5 ? ', ...' : ''}`;
}

function isJson(cloud: Cloud): cloud is JsonCloud {
  return cloud.form === 'json';
}

function isText(cloud: Cloud): cloud is TextCloud {
  return cloud.form === 'text';
}
