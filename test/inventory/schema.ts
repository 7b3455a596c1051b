// A validator of the few words of JSON Schema that our schemas use; one that it does not know is an error, so that nothing
// in a schema is passed over.

import type { Json, JsonObject } from '../../src/document/json.ts';
import { isList, isObject } from '../../src/document/json.ts';

/** Whether a value is valid. */
export function valid(schema: Json | undefined, value: Json): boolean {
  if (!isObject(schema)) throw new RangeError('a schema that is not an object');
  return Object.keys(schema).every((word) => holds(word, schema, value));
}

function holds(word: string, schema: JsonObject, value: Json): boolean {
  const given = schema[word];
  switch (word) {
    case '$schema':
    case 'title':
      return true;
    case 'oneOf':
      return isList(given) && given.filter((each) => valid(each, value)).length === 1;
    case 'const':
      return value === given;
    case 'enum':
      return isList(given) && given.includes(value);
    case 'type':
      return given === (value === null ? 'null' : isList(value) ? 'array' : typeof value);
    case 'minLength':
      return typeof value !== 'string' || value.length >= Number(given);
    case 'pattern':
      return typeof value !== 'string' || (typeof given === 'string' && new RegExp(given).test(value));
    case 'required':
      return (
        !isObject(value) ||
        (isList(given) && given.every((key) => typeof key === 'string' && Object.hasOwn(value, key)))
      );
    case 'items':
      return !isList(value) || value.every((item) => valid(given, item));
    case 'properties':
      return (
        !isObject(value) ||
        !isObject(given) ||
        Object.entries(given).every(([key, each]) => {
          const item = Object.hasOwn(value, key) ? value[key] : undefined;
          return item === undefined || valid(each, item);
        })
      );
    case 'additionalProperties': {
      if (!isObject(value)) return true;
      const known = isObject(schema['properties']) ? schema['properties'] : {};
      return Object.entries(value).every(
        ([key, item]) =>
          Object.hasOwn(known, key) || (given !== false && item !== undefined && valid(given, item)),
      );
    }
    default:
      throw new RangeError(`a word of JSON Schema that is not known here: ${word}`);
  }
}
