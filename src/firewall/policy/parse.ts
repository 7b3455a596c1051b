// The policy file, penstock-policy(5), into the model. What can be read is read, so that one run tells of everything that is
// wrong, each at its place. Hosts and files come in later, in expand.ts; sets, rules and assertions have files of their own.

import type { Family } from '../../address/index.ts';
import type { Diagnostic } from '../../document/diagnostic.ts';
import { diagnose as diagnoseDocument } from '../../document/faults.ts';
import type { Node } from '../../document/node.ts';
import { type Fields, Reader } from '../../document/reader.ts';
import type { Source } from '../../document/source.ts';
import { parseYaml } from '../../document/yaml.ts';
import { HOOKS, type Hook, nonEmpty, type Policy, type Service } from '../model.ts';
import { chainFault } from '../parse.ts';
import { AssertionReader } from './assertions.ts';
import { RuleReader } from './rules.ts';
import { ServiceReader } from './services.ts';
import { readSets } from './sets.ts';

/** The keys of a policy, in the order that penstock-policy(5) tells of them. */
export const KEYS = ['chain', 'hook', 'families', 'sets', 'services', 'rules', 'assert'] as const;

const FAMILIES = ['ipv4', 'ipv6'] as const;

/** What came of a policy file: no policy where errors keep it from being one. */
export interface ParsedPolicy {
  readonly policy: Policy | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads a policy file. */
export function parsePolicy(source: Source): ParsedPolicy {
  const { root, diagnostics } = parseYaml(source);
  if (root === undefined) return { policy: undefined, diagnostics };
  const reader = new Reader();
  const policy = policyOf(reader, root);
  return {
    policy: reader.diagnostics.length > 0 ? undefined : policy,
    diagnostics: reader.diagnostics,
  };
}

function policyOf(reader: Reader, root: Node): Policy | undefined {
  const fields = reader.fields(root, 'the policy', KEYS);
  if (fields === undefined) return undefined;
  const chain = chainOf(reader, fields);
  const hookNode = fields.get('hook');
  const hook = (hookNode === undefined ? undefined : reader.word(hookNode, 'hook', HOOKS)?.value) ?? 'input';
  const families = familiesOf(reader, fields.get('families'));
  const sets = readSets(reader, fields.get('sets'));
  const names = new Set(sets.map(({ name }) => name));
  const services = new Map<string, readonly Service[]>();
  const serviceReader = new ServiceReader(reader, services);
  serviceReader.define(fields.get('services'));
  const ruleReader = new RuleReader(reader, serviceReader, names, hook, chain);
  // Needed even where there are none: a file that was cut off must not pass for a policy without rules.
  const rulesNode = fields.need('rules');
  const rules = (rulesNode === undefined ? [] : (reader.list(rulesNode, 'rules') ?? [])).flatMap(
    (node, index) => ruleReader.rule(node, index + 1) ?? [],
  );
  const assertNode = fields.get('assert');
  const assertionReader = new AssertionReader(reader, serviceReader, names, hook);
  const assertions = (assertNode === undefined ? [] : (reader.list(assertNode, 'assert') ?? [])).flatMap(
    (node) => assertionReader.assertion(node) ?? [],
  );
  const others = HOOKS.filter((each) => each !== hook && rules.some((rule) => rule.hook === each));
  const some = nonEmpty(families);
  if (some === undefined) return undefined;
  const hooks: readonly [Hook, ...Hook[]] = [hook, ...others];
  return { chain, hooks, families: some, rules, sets, assertions };
}

function chainOf(reader: Reader, fields: Fields): string {
  const node = fields.get('chain');
  const chain = node === undefined ? undefined : reader.text(node, 'chain');
  if (chain === undefined) return 'PENSTOCK';
  const fault = chainFault(chain);
  if (fault !== undefined) reader.diagnostics.push(fault);
  return chain.value;
}

function familiesOf(reader: Reader, node: Node | undefined): readonly Family[] {
  if (node === undefined) return [4, 6];
  const items = node.kind === 'list' ? node.items : [node];
  const words = items.flatMap((item) => reader.word(item, 'a family', FAMILIES)?.value ?? []);
  if (items.length === 0)
    reader.diagnostics.push(diagnoseDocument('DOC005', node.span, 'families: the list is empty'));
  const families: Family[] = [];
  if (words.includes('ipv4')) families.push(4);
  if (words.includes('ipv6')) families.push(6);
  return families;
}
