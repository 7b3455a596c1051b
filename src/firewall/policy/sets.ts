// The sets of a policy: selections of an inventory, lists in files, addresses as they stand, and unions and differences of
// those. Who is in them is worked out in expand.ts.

import { AddressFault, type Prefix, type Range, readItem } from '../../address/index.ts';
import { lift } from '../../document/diagnostic.ts';
import { diagnose as diagnoseDocument } from '../../document/faults.ts';
import type { MapEntry, Node } from '../../document/node.ts';
import type { Fields, Reader, Spanned } from '../../document/reader.ts';
import { suggest } from '../../document/suggest.ts';
import { diagnose } from '../faults.ts';
import { SCOPES, type SetContent, type SetName, type SetSpec } from '../model.ts';

/** Names become parts of the kernel's, so they are plain words. */
export const NAME: RegExp = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
export const NAME_HINT = 'a letter, then letters, digits, - and _; not any';

/** The keys of a set, in the order that penstock-policy(5) tells of them. */
export const KEYS = ['select', 'inventory', 'scope', 'file', 'addresses', 'union', 'without'] as const;

/** Which of the keys say what is in the set: those of one line go together, lines exclude each other. */
const CONTENTS: readonly (readonly (typeof KEYS)[number][])[] = [
  ['select', 'inventory'],
  ['file'],
  ['addresses'],
  ['union'],
];

/** The `sets` of a policy. What names other sets names ones that are there, and none of them itself. */
export function readSets(reader: Reader, node: Node | undefined): readonly SetSpec[] {
  if (node === undefined) return [];
  const entries = reader.entries(node, 'sets') ?? [];
  const sets = entries.flatMap((entry) => setOf(reader, entry) ?? []);
  const names = new Set(entries.map(({ key }) => key));
  for (const set of sets) for (const name of namesIn(set)) knownSet(reader, name, names);
  reportCycle(reader, sets);
  return sets;
}

/** Whether a set of that name is there; reported where it is not. */
export function knownSet(reader: Reader, { set, span }: SetName, names: ReadonlySet<string>): boolean {
  if (names.has(set)) return true;
  const near = suggest(set, names);
  reader.diagnostics.push(
    diagnose('FW014', span, `unknown set ${JSON.stringify(set)}`, {
      hint:
        near !== undefined
          ? `did you mean ${near}?`
          : names.size > 0
            ? `known: ${[...names].join(', ')}; or any`
            : 'any, or a set that is made under sets',
    }),
  );
  return false;
}

function setOf(reader: Reader, { key, keySpan, value }: MapEntry): SetSpec | undefined {
  if (!NAME.test(key) || key === 'any') {
    const message = `${JSON.stringify(key)} can't be the name of a set`;
    reader.diagnostics.push(diagnose('FW015', keySpan, message, { hint: NAME_HINT }));
  }
  const set = { name: key, span: keySpan };
  if (value.kind !== 'map')
    return {
      ...set,
      content: { kind: 'addresses', items: addresses(reader, value, `set ${key}`) },
      without: [],
    };
  const fields = reader.fields(value, `set ${key}`, KEYS);
  if (fields === undefined) return undefined;
  const said = CONTENTS.filter((line) => line.some((word) => fields.get(word) !== undefined));
  const [line, other] = said;
  if (line === undefined || other !== undefined) {
    const span =
      other === undefined ? keySpan : (other.map((word) => fields.keySpan(word)).find(Boolean) ?? keySpan);
    const message =
      line === undefined || other === undefined
        ? `set ${key} does not say what is in it`
        : `set ${key} has both ${line.join(' or ')} and ${other.join(' or ')}`;
    const hint =
      'one of select (perhaps with inventory), file, addresses, union; without takes others out of it';
    reader.diagnostics.push(diagnose('FW013', span, message, { hint }));
    return undefined;
  }
  const content = contentOf(reader, fields, line[0] ?? 'select', key);
  const scope = fields.keySpan('scope');
  if (scope !== undefined && !line.includes('select'))
    reader.diagnostics.push(diagnose('FW013', scope, `set ${key}: only hosts have a scope`));
  const without = fields.get('without');
  return { ...set, content, without: without === undefined ? [] : setNames(reader, without, 'without') };
}

function contentOf(reader: Reader, fields: Fields, kind: (typeof KEYS)[number], name: string): SetContent {
  const file = fields.get('file');
  if (kind === 'file' && file !== undefined) {
    const path = reader.text(file, 'file') ?? { value: '', span: file.span };
    return { kind: 'file', path };
  }
  const list = fields.get('addresses');
  if (kind === 'addresses' && list !== undefined)
    return { kind: 'addresses', items: addresses(reader, list, `set ${name}`) };
  const union = fields.get('union');
  if (kind === 'union' && union !== undefined)
    return { kind: 'union', sets: setNames(reader, union, 'union') };
  const select = fields.get('select');
  const inventory = fields.get('inventory');
  const scope = fields.get('scope');
  const expressions = select === undefined ? [] : select.kind === 'list' ? select.items : [select];
  return {
    kind: 'hosts',
    inventory: inventory === undefined ? undefined : reader.text(inventory, 'inventory'),
    select: expressions.flatMap((node) => reader.text(node, 'select') ?? []),
    scope: (scope === undefined ? undefined : reader.word(scope, 'scope', SCOPES)?.value) ?? 'public',
  };
}

/** One or more addresses, prefixes and ranges. */
function addresses(reader: Reader, node: Node, what: string): readonly Spanned<Prefix | Range>[] {
  if (node.kind === 'list' && node.items.length === 0)
    reader.diagnostics.push(diagnoseDocument('DOC005', node.span, `${what}: the list of addresses is empty`));
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => address(reader, item, what) ?? []);
}

function address(reader: Reader, node: Node, what: string): Spanned<Prefix | Range> | undefined {
  const text = reader.text(node, what);
  if (text === undefined) return undefined;
  const read = readItem(text.value, ['single-address', 'range']);
  if (!(read instanceof AddressFault)) return { value: read, span: text.span };
  const { span, message, hint } = lift(read, text.span);
  const named = NAME.test(text.value) ? `union: [${text.value}] takes a set by its name` : hint;
  reader.diagnostics.push(diagnoseDocument('DOC006', span, `${what}: ${message}`, { hint: named }));
  return undefined;
}

/** One or more names of sets. */
function setNames(reader: Reader, node: Node, what: string): readonly SetName[] {
  if (node.kind === 'list' && node.items.length === 0)
    reader.diagnostics.push(diagnoseDocument('DOC005', node.span, `${what}: the list of sets is empty`));
  return (node.kind === 'list' ? node.items : [node]).flatMap((item) => {
    const text = reader.text(item, what);
    return text === undefined ? [] : [{ set: text.value, span: text.span }];
  });
}

/** The sets that a set is made of. */
export function namesIn({ content, without }: SetSpec): readonly SetName[] {
  return content.kind === 'union' ? [...content.sets, ...without] : without;
}

/** Reports a set that is made of itself, at the name that closes the circle. */
function reportCycle(reader: Reader, sets: readonly SetSpec[]): void {
  const byName = new Map(sets.map((set) => [set.name, set]));
  const done = new Set<string>();
  const visit = (set: SetSpec, path: readonly string[]): void => {
    if (done.has(set.name)) return;
    for (const { set: name, span } of namesIn(set)) {
      const next = byName.get(name);
      const way = [...path, set.name];
      if (way.includes(name)) {
        const circle = [...way.slice(way.indexOf(name)), name].join(' -> ');
        reader.diagnostics.push(diagnose('FW017', span, `a set is made of itself: ${circle}`));
      } else if (next !== undefined) visit(next, way);
    }
    done.add(set.name);
  };
  for (const set of sets) visit(set, []);
}
