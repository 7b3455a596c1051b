// The shipped JSON Schema of the site file against the reader: the same keys in the same maps, and, by a judge of our own
// that knows as much of JSON Schema as the file uses, every case that can be read fits it.

import { readdirSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { Source } from '../../src/document/source.ts';
import { KEYS } from '../../src/routing/keys.ts';
import { parseSite } from '../../src/routing/parse.ts';

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxLength?: number;
  readonly items?: Schema;
  readonly oneOf?: readonly Schema[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly propertyNames?: Schema;
  readonly additionalProperties?: Schema | false;
}

const text = readFileSync('schema/penstock-site.schema.json', 'utf8');
const root: Schema = JSON.parse(text);

function typeOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return value === null ? 'null' : typeof value;
}

/** Whether a value is what the schema says. */
function fits(value: unknown, schema: Schema): boolean {
  if (schema.$ref !== undefined) {
    const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')];
    return target !== undefined && fits(value, target);
  }
  if (schema.oneOf !== undefined) return schema.oneOf.filter((each) => fits(value, each)).length === 1;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (types !== undefined && !types.includes(typeOf(value))) return false;
  if (typeof value === 'string') {
    if (schema.pattern !== undefined && !new RegExp(schema.pattern).test(value)) return false;
    return value.length <= (schema.maxLength ?? Number.POSITIVE_INFINITY);
  }
  if (typeof value === 'number') {
    return value >= (schema.minimum ?? value) && value <= (schema.maximum ?? value);
  }
  if (Array.isArray(value)) {
    const { items = {} } = schema;
    return value.length >= (schema.minItems ?? 0) && value.every((item) => fits(item, items));
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    return (
      (schema.required ?? []).every((key) => key in value) &&
      entries.every(([key, each]) => {
        const known = schema.properties?.[key];
        if (known !== undefined) return fits(each, known);
        if (schema.propertyNames !== undefined && !fits(key, schema.propertyNames)) return false;
        return schema.additionalProperties !== false && fits(each, schema.additionalProperties ?? {});
      })
    );
  }
  return true;
}

t.test('the schema has the keys that are read', async (t) => {
  for (const [map, keys] of Object.entries(KEYS)) {
    const schema = map === 'site' ? root : root.$defs?.[map];
    t.strictSame(Object.keys(schema?.properties ?? {}).sort(), [...keys].sort(), map);
    t.equal(schema?.additionalProperties, false, `${map}: no others`);
  }
});

t.test('what can be read fits the schema, and what is of a wrong form does not', async (t) => {
  let read = 0;
  for (const path of [
    'examples/site.yaml',
    ...readdirSync('test/cases/routing').map((name) => `test/cases/routing/${name}/site.yaml`),
  ]) {
    const written = readFileSync(path, 'utf8');
    const { whole, site } = parseSite(new Source(path, written));
    if (!whole || site === undefined) {
      t.notOk(fits(parse(written), root), path);
      continue;
    }
    read++;
    t.ok(fits(parse(written), root), path);
  }
  t.ok(read > 12, `${read} sites`);
  const least = { as: 64500, prefixes: [], routers: {}, neighbors: {} };
  t.ok(fits(least, root));
  for (const [key, value] of [
    ['lab', 'yes'],
    ['as', -1],
    ['igp', 'rip'],
    ['multipath', 1],
    ['routers', { 'r 1': { 'router-id': '192.0.2.1' } }],
    ['prefix', []],
  ] as const)
    t.notOk(fits({ ...least, [key]: value }, root), `${key}: ${JSON.stringify(value)}`);
});
