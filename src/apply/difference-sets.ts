// Sets of ipset: what is there -> what is wanted, as one text for `ipset restore`. Small changes are made element by element;
// above a threshold a spare set is filled and swapped in, which no packet notices. A set is never emptied in place.

import type { IpsetContents, IpsetSet } from '../emit/kernel.ts';
import { type IpSet, type IpSets, kindOf, optionOf, readSets, spell } from './ipsets.ts';
import { append, type LoadStep, type Obstacle, textOf } from './step.ts';

/** Up to here a change is made element by element, whatever the size of the set... */
export const FEW = 1000;

/** ...and above it, as long as it touches less than this part of the set. */
export const SMALL_PART = 0.25;

/** How two sets differ. */
export interface SetChange {
  readonly name: string;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** How many elements were there. */
  readonly before: number;
}

/** The changes, and what they are made by. */
export interface SetDifference {
  readonly step: LoadStep | undefined;
  readonly changes: readonly SetChange[];
  readonly obstacles: readonly Obstacle[];
  /** Wanted sets that are not there yet. */
  readonly created: readonly string[];
}

/** The step that makes the sets what is wanted; sets that are no longer wanted are left to remnants(). */
export function differenceOfSets(live: IpSets, wanted: IpsetContents, keep: boolean): SetDifference {
  const lines: string[] = [];
  const changes: SetChange[] = [];
  const obstacles: Obstacle[] = [];
  const created: string[] = [];
  for (const set of wanted.sets) {
    const there = live.get(set.name);
    const goal = goalOf(set);
    if (there === undefined) {
      created.push(set.name);
      const added = elementsOf(set);
      lines.push(`create ${set.name} ${set.create}`);
      fill(lines, set.name, added);
      changes.push({ name: set.name, added: [...added.keys()], removed: [], before: 0 });
      continue;
    }
    if (kindOf(there) !== kindOf(goal)) {
      obstacles.push({
        what: `the set ${set.name} is there as ${kindOf(there)}, and ${kindOf(goal)} is wanted`,
        hint: 'give the filter another name with --chain, or destroy that set',
      });
      continue;
    }
    const { change, text } = changeOf(there, set, goal, keep);
    append(lines, text);
    if (change.added.length + change.removed.length > 0 || text.length > 0) changes.push(change);
  }
  const step: LoadStep | undefined =
    lines.length === 0
      ? undefined
      : {
          part: 'sets',
          argv: ['ipset', '-exist', 'restore'],
          input: textOf(lines),
          changes: changes.map((change) => tell(change, created.includes(change.name))),
        };
  return { step, changes, obstacles, created };
}

/** A change in one line. */
export function tell({ name, added, removed, before }: SetChange, isNew: boolean): string {
  if (isNew) return `set ${name}: new, ${added.length} elements`;
  const some = (list: readonly string[]): string =>
    list.length === 0
      ? ''
      : ` (${list.slice(0, 4).join(', ')}${list.length > 4 ? `, ${list.length - 4} more` : ''})`;
  const parts = [
    added.length > 0 ? `+${added.length}${some(added)}` : '',
    removed.length > 0 ? `-${removed.length}${some(removed)}` : '',
  ].filter((part) => part !== '');
  return `set ${name}: ${parts.length === 0 ? 'parameters or comments' : parts.join(' ')}, of ${before}`;
}

/** Whether so many changes are made one by one. */
export function isSmall(changes: number, wanted: number): boolean {
  return changes <= FEW || changes < wanted * SMALL_PART;
}

/** The set as its own declaration makes it, without elements. */
function goalOf(set: IpsetSet): IpSet {
  const found = readSets(`create ${set.name} ${set.create}\n`).get(set.name);
  if (found === undefined) throw new RangeError(`no declaration: ${set.create}`);
  return found;
}

function elementsOf(set: IpsetSet): Map<string, string> {
  const comments = / comment\b/.test(set.create);
  const found = new Map<string, string>();
  for (const { text, comment } of set.elements())
    found.set(spell(text), comments && comment !== '' ? `comment "${comment}"` : '');
  return found;
}

function changeOf(
  there: IpSet,
  set: IpsetSet,
  goal: IpSet,
  keep: boolean,
): { readonly change: SetChange; readonly text: readonly string[] } {
  const elements = keep ? new Map([...there.elements, ...elementsOf(set)]) : elementsOf(set);
  const added: string[] = [];
  const renamed: string[] = [];
  for (const [element, rest] of elements) {
    const before = there.elements.get(element);
    if (before === undefined) added.push(element);
    else if (before !== rest) renamed.push(element);
  }
  const removed: string[] = [];
  if (there.elements.size + added.length !== elements.size)
    for (const element of there.elements.keys()) if (!elements.has(element)) removed.push(element);
  const change = { name: set.name, added, removed, before: there.elements.size };
  const most = Number(optionOf(there, 'maxelem') ?? 65536);
  const room = Number(optionOf(goal, 'maxelem') ?? 65536);
  const text: string[] = [];
  const count = added.length + removed.length + renamed.length;
  // Added before anything is removed: an address that moves into a prefix is in the set all the time. So there must be room.
  const fits = there.elements.size + added.length <= most;
  if (most === room && fits && isSmall(count, elements.size)) {
    for (const element of [...added, ...renamed])
      text.push(`add ${set.name} ${element} ${elements.get(element) ?? ''}`.trimEnd());
    for (const element of removed) text.push(`del ${set.name} ${element}`);
  } else {
    // One that a killed run left behind would still have its elements.
    text.push(`create ${set.spare} ${set.create}`, `flush ${set.spare}`);
    fill(text, set.spare, elements);
    text.push(`swap ${set.spare} ${set.name}`, `destroy ${set.spare}`);
  }
  return { change, text };
}

function fill(lines: string[], name: string, elements: ReadonlyMap<string, string>): void {
  for (const [element, rest] of elements)
    lines.push(rest === '' ? `add ${name} ${element}` : `add ${name} ${element} ${rest}`);
}
