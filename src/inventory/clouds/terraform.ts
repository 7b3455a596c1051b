// Terraform and OpenTofu: the machines of a state, as `terraform show -json` prints it or as the state file holds it
// (version 4). A state can hold secrets: of a machine only the attributes of terraform-types.ts are read, and none that is
// marked as sensitive.

import { isList, isObject, type Json } from '../../document/json.ts';
import { AddressList, type Harvest, harvest } from '../harvest.ts';
import { Part } from '../part.ts';
import type { JsonCloud } from './cloud.ts';
import { regionOf } from './ec2-region.ts';
import { MACHINES, type MachineType } from './terraform-types.ts';

export const terraform: JsonCloud = {
  name: 'terraform',
  summary: 'terraform show -json, or a state file',
  form: 'json',
  ask: ['terraform', 'show', '-json'],
  recognises: (document) => isShown(document) || isState(document),
  read: (document, source) =>
    harvest(source, 'terraform', (gathered) => {
      const part = new Part(gathered, isObject(document) ? document : {});
      if (isState(document)) state(part, gathered);
      else module(part.part('values')?.part('root_module'), gathered);
    }),
};

/** Of an empty state there is nothing but the version. A plan, which has planned_values, is not what is there. */
function isShown(document: Json): boolean {
  return (
    isObject(document) &&
    typeof document['format_version'] === 'string' &&
    !('planned_values' in document) &&
    (isObject(document['values']) || Object.keys(document).every((key) => key.endsWith('_version')))
  );
}

function isState(document: Json): boolean {
  return (
    isObject(document) && document['version'] === 4 && 'lineage' in document && isList(document['resources'])
  );
}

function module(part: Part | undefined, gathered: Harvest): void {
  if (part === undefined) return;
  for (const resource of part.parts('resources')) {
    const type = resource.text('type') ?? '';
    const known = MACHINES[type];
    if (known === undefined || resource.text('mode') === 'data') continue;
    const values = resource.part('values');
    const address = resource.text('address');
    if (values === undefined || address === undefined) resource.flaw('no address or no values');
    else machine({ address, known, values, hidden: hiddenOf(resource.object['sensitive_values']) }, gathered);
  }
  for (const child of part.parts('child_modules')) module(child, gathered);
}

function state(part: Part, gathered: Harvest): void {
  for (const resource of part.parts('resources')) {
    const type = resource.text('type') ?? '';
    const known = MACHINES[type];
    if (known === undefined || resource.text('mode') === 'data') continue;
    const inside = resource.text('module');
    const base = `${inside === undefined ? '' : `${inside}.`}${type}.${resource.text('name') ?? ''}`;
    for (const instance of resource.parts('instances')) {
      const { index_key: index, deposed } = instance.object;
      // What is deposed is only there until it can be destroyed; it may still be up, so it stays known.
      const suffix = index === undefined || index === null ? '' : `[${JSON.stringify(index)}]`;
      const values = instance.part('attributes');
      if (values === undefined) instance.flaw('no attributes');
      else
        machine(
          {
            address: `${base}${suffix}${typeof deposed === 'string' ? ` (deposed ${deposed})` : ''}`,
            known,
            values,
            hidden: hiddenPaths(instance.object['sensitive_attributes']),
          },
          gathered,
        );
    }
  }
}

/** Attributes that are sensitive by `terraform show`: an object of the same shape with true where something is. */
function hiddenOf(marks: Json | undefined): ReadonlySet<string> {
  const holds = (mark: Json | undefined): boolean =>
    mark === true || ((isList(mark) || isObject(mark)) && Object.values(mark).some(holds));
  return new Set(isObject(marks) ? Object.keys(marks).filter((key) => holds(marks[key])) : []);
}

/** The same by a state file: paths as lists of steps. */
function hiddenPaths(paths: Json | undefined): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of isList(paths) ? paths : []) {
    const first = isList(path) ? path[0] : undefined;
    if (isObject(first) && typeof first['value'] === 'string') found.add(first['value']);
  }
  return found;
}

interface Machine {
  readonly address: string;
  readonly known: MachineType;
  readonly values: Part;
  /** Attributes that are marked as sensitive, wholly or in part. */
  readonly hidden: ReadonlySet<string>;
}

function machine({ address, known, values, hidden }: Machine, gathered: Harvest): void {
  const found = new AddressList(gathered);
  for (const [path, reads] of known.addresses) {
    const [first = ''] = path.split('.');
    if (!hidden.has(first)) take(values, path.split('.'), (text, place) => found.read(text, place, reads));
  }
  const tags = new Map<string, string>();
  // Not metadata: Google keeps start-up scripts there.
  for (const key of ['labels', 'tags_all', 'tags']) if (!hidden.has(key)) tagsOf(values, key, tags);
  const named = known.name === undefined || hidden.has(known.name) ? undefined : values.text(known.name);
  const place = known.region === undefined ? '' : (values.text(known.region) ?? '');
  gathered.hosts.push({
    source: 'terraform',
    id: address,
    name: tags.get('Name') || named || address,
    region: known.region === 'availability_zone' ? regionOf(place) : place,
    state: stateOf(known, values),
    addresses: found.sorted(),
    tags,
  });
}

/** The texts at a path of blocks (lists of objects, or objects), the last step being a text or a list of texts. */
function take(
  part: Part,
  path: readonly string[],
  read: (text: string, place: ReturnType<Part['at']>) => void,
): void {
  const [step = '', ...rest] = path;
  const value = part.object[step];
  if (value === undefined || value === null) return;
  if (rest.length > 0) {
    if (isList(value)) for (const item of part.parts(step)) take(item, rest, read);
    else {
      const inner = part.part(step);
      if (inner !== undefined) take(inner, rest, read);
    }
  } else if (isList(value))
    for (const [text, index] of part.texts(step)) read(unmasked(text, step), part.at(step, index));
  else {
    const text = part.text(step);
    if (text !== undefined && text !== '0.0.0.0') read(unmasked(text, step), part.at(step));
  }
}

/** Linode's ipv6 has the length of the network behind it. */
function unmasked(text: string, attribute: string): string {
  return attribute === 'ipv6' ? text.replace(/\/\d+$/, '') : text;
}

function tagsOf(values: Part, key: string, tags: Map<string, string>): void {
  if (isList(values.object[key])) values.wordTags(key, tags);
  else for (const [name, value] of values.labels(key)) tags.set(name, value);
}

/** Words for a machine that is up, in whatever case. */
const UP = ['running', 'active', 'started'];

function stateOf(known: MachineType, values: Part): string {
  if (known.state === undefined) return 'listed';
  const word = (values.text(known.state) ?? 'unknown').toLowerCase();
  return UP.includes(word) ? 'running' : word;
}
