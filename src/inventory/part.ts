// A step-by-step walk through a cloud's document: every step down knows how it was reached, so that a flaw can say where it
// is, and a value of another type than the source puts there is told and passed over. What the steps mean is clouds/'s.

import { isList, isObject, type Json, type JsonObject, type JsonPath } from '../document/json.ts';
import type { Harvest } from './harvest.ts';

/** An object inside a document. */
export class Part {
  readonly object: JsonObject;
  readonly #harvest: Harvest;
  readonly #above: Part | undefined;
  readonly #steps: JsonPath;

  constructor(harvest: Harvest, object: JsonObject, steps: JsonPath = [], above?: Part) {
    this.#harvest = harvest;
    this.object = object;
    this.#steps = steps;
    this.#above = above;
  }

  /** The place of this object, or of what stands in it. */
  at(...steps: JsonPath): () => JsonPath {
    return () => [...(this.#above === undefined ? [] : this.#above.at()()), ...this.#steps, ...steps];
  }

  /** Tells that something in here is not what it should be. */
  flaw(message: string, ...steps: JsonPath): void {
    this.#harvest.flaw('INV004', this.at(...steps), message);
  }

  /** A text; undefined where there is none, which is also what '' and null mean. */
  text(key: string): string | undefined {
    const value = this.object[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'string') return value;
    this.flaw('not a text', key);
    return undefined;
  }

  /** A text or a whole number, as text: some sources count their machines. */
  word(key: string): string | undefined {
    const value = this.object[key];
    return typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : this.text(key);
  }

  /** The object at a key; undefined where there is none. */
  part(key: string): Part | undefined {
    const value = this.object[key];
    if (value === undefined || value === null) return undefined;
    if (isObject(value)) return new Part(this.#harvest, value, [key], this);
    this.flaw('not an object', key);
    return undefined;
  }

  /** The objects of the list at a key; an absent list has none. */
  *parts(key: string): Generator<Part> {
    for (const [index, item] of this.list(key).entries()) {
      if (isObject(item)) yield new Part(this.#harvest, item, [key, index], this);
      else this.flaw('not an object', key, index);
    }
  }

  /** The texts of the list at a key with their indexes. */
  *texts(key: string): Generator<readonly [string, number]> {
    for (const [index, item] of this.list(key).entries()) {
      if (typeof item === 'string') yield [item, index];
      else this.flaw('not a text', key, index);
    }
  }

  /** The list at a key; an absent one is empty. */
  list(key: string): readonly Json[] {
    const value = this.object[key];
    if (value === undefined || value === null) return [];
    if (isList(value)) return value;
    this.flaw('not a list', key);
    return [];
  }

  /** The object at a key as names with texts: labels, metadata. Numbers and truth values are taken as they are written. */
  labels(key: string): Map<string, string> {
    const found = new Map<string, string>();
    for (const [name, value] of Object.entries(this.part(key)?.object ?? {})) {
      if (typeof value === 'string') found.set(name, value);
      else if (typeof value === 'number' || typeof value === 'boolean') found.set(name, String(value));
      else if (value !== null) this.flaw('not a text', key, name);
    }
    return found;
  }

  /** The list of words at a key as tags without a value, added to others which keep theirs. */
  wordTags(key: string, tags: Map<string, string> = new Map()): Map<string, string> {
    for (const [word] of this.texts(key)) if (!tags.has(word)) tags.set(word, '');
    return tags;
  }
}

/** The objects of a document that is a list of them, each as a part. */
export function* partsOf(harvest: Harvest, document: Json): Generator<Part> {
  for (const [index, item] of (isList(document) ? document : [document]).entries()) {
    const steps = isList(document) ? [index] : [];
    if (isObject(item)) yield new Part(harvest, item, steps);
    else harvest.flaw('INV004', () => steps, 'not an object');
  }
}

/** The first item of a list, if it is an object: what shapes are told by. */
export function firstOf(value: Json | undefined): JsonObject | undefined {
  if (!isList(value)) return undefined;
  const [first] = value;
  return isObject(first) ? first : undefined;
}
