// The rules of a policy, one by one, in order. Sets and services are known by name when a rule is read.

import { diagnose as diagnoseDocument } from '../../document/faults.ts';
import type { Node } from '../../document/node.ts';
import type { Fields, Reader } from '../../document/reader.ts';
import type { Span } from '../../document/source.ts';
import { diagnose } from '../faults.ts';
import {
  ACTIONS,
  HOOKS,
  type Hook,
  type PolicyRule,
  type Rate,
  type SetName,
  TRAFFIC,
  type Traffic,
  UNITS,
} from '../model.ts';
import { readInstant } from './instant.ts';
import type { ServiceReader } from './services.ts';
import { knownSet } from './sets.ts';

/** The keys of a rule, in the order that penstock-policy(5) tells of them. */
export const KEYS = [
  'action',
  'from',
  'to',
  'services',
  'traffic',
  'hook',
  'log',
  'rate',
  'burst',
  'expires',
  'comment',
] as const;

/** What LOG keeps of a prefix (struct xt_log_info of linux/netfilter/xt_LOG.h: 30 bytes with the final zero). */
const LONGEST_LOG = 29;

/** Characters that stand for themselves in the languages of all targets, a shell among them. */
const LOG_PREFIX = /^[A-Za-z0-9 _.,:;()[\]/+=@#%&*~^<>?|{}-]*$/;

/** Seconds of a unit. */
const SECONDS = { second: 1, minute: 60, hour: 3_600, day: 86_400 } as const;

/** The kernel counts in 10,000ths of a second, 32 bits of them (XT_LIMIT_SCALE, limit_mt_check of net/netfilter/xt_limit.c). */
const TICKS = 10_000;
const MOST_TICKS = 2 ** 32;

export class RuleReader {
  readonly #reader: Reader;
  readonly #services: ServiceReader;
  readonly #sets: ReadonlySet<string>;
  readonly #hook: Hook;
  readonly #chain: string;

  constructor(reader: Reader, services: ServiceReader, sets: ReadonlySet<string>, hook: Hook, chain: string) {
    this.#reader = reader;
    this.#services = services;
    this.#sets = sets;
    this.#hook = hook;
    this.#chain = chain;
  }

  /** The rule of that number. */
  rule(node: Node, number: number): PolicyRule | undefined {
    const reader = this.#reader;
    const fields = reader.fields(node, 'a rule', KEYS);
    if (fields === undefined) return undefined;
    const actionNode = fields.need('action');
    const action = actionNode === undefined ? undefined : reader.word(actionNode, 'action', ACTIONS);
    const hookNode = fields.get('hook');
    const hook =
      (hookNode === undefined ? undefined : reader.word(hookNode, 'hook', HOOKS)?.value) ?? this.#hook;
    const comment = fields.get('comment');
    const rule = {
      number,
      hook,
      from: this.#end(fields, 'from'),
      to: this.#end(fields, 'to'),
      services: this.#services.services(fields.get('services'), 'services'),
      traffic: readTraffic(reader, fields, hook),
      log: this.#log(fields.get('log')),
      rate: this.#rate(fields),
      expires: this.#expires(fields.get('expires')),
      comment: (comment === undefined ? undefined : reader.text(comment, 'comment')?.value) ?? '',
      // The whole map may be long; its first key says which one is meant.
      span: firstOf(node),
    };
    return action === undefined ? undefined : { ...rule, action: action.value };
  }

  #end(fields: Fields, key: 'from' | 'to'): 'any' | SetName {
    const node = fields.get(key);
    const text = node === undefined ? undefined : this.#reader.text(node, key);
    if (text === undefined || text.value === 'any') return 'any';
    const name = { set: text.value, span: text.span };
    knownSet(this.#reader, name, this.#sets);
    return name;
  }

  #log(node: Node | undefined): string | undefined {
    if (node === undefined) return undefined;
    if (node.kind === 'scalar' && typeof node.value === 'boolean')
      return node.value ? `${this.#chain}: ` : undefined;
    const text = this.#reader.text(node, 'log');
    if (text === undefined) return undefined;
    if (text.value.length <= LONGEST_LOG && LOG_PREFIX.test(text.value)) return text.value;
    this.#reader.diagnostics.push(
      diagnoseDocument('DOC005', text.span, "log can't be this prefix", {
        hint: `at most ${LONGEST_LOG} characters of ASCII, no quotes, backslashes, $, \` and !; or true`,
      }),
    );
    return undefined;
  }

  /** `10/minute`, and how many may come at once. */
  #rate(fields: Fields): Rate | undefined {
    const reader = this.#reader;
    const burstNode = fields.get('burst');
    const burst = burstNode === undefined ? undefined : reader.integer(burstNode, 'burst', 1, 10_000);
    const node = fields.get('rate');
    if (node === undefined) {
      if (burst !== undefined)
        reader.diagnostics.push(diagnoseDocument('DOC004', burst.span, 'burst goes with rate'));
      return undefined;
    }
    const text = reader.text(node, 'rate');
    if (text === undefined) return undefined;
    const [, digits = '', unit = ''] = /^([1-9]\d{0,4})\/([a-z]+)$/.exec(text.value) ?? [];
    const per = UNITS.find((each) => each === unit);
    const count = Number(digits);
    if (per === undefined || count > SECONDS[per] * TICKS) {
      const message = `rate can't be ${JSON.stringify(text.value)}`;
      const hint = `as in 10/minute, at most 10000/second; the units are ${UNITS.join(', ')}`;
      reader.diagnostics.push(diagnoseDocument('DOC005', text.span, message, { hint }));
      return undefined;
    }
    const rate = { count, per, burst: burst?.value ?? 5 };
    if (Math.floor((SECONDS[per] * TICKS) / count) * rate.burst >= MOST_TICKS) {
      const message = `a burst of ${rate.burst} takes longer to come back than the kernel can count`;
      const most = Math.floor((MOST_TICKS - 1) / Math.floor((SECONDS[per] * TICKS) / count));
      reader.diagnostics.push(
        diagnoseDocument('DOC005', burst?.span ?? text.span, message, { hint: `burst: ${most} is the most` }),
      );
    }
    return rate;
  }

  #expires(node: Node | undefined): number | undefined {
    const text = node === undefined ? undefined : this.#reader.text(node, 'expires');
    if (text === undefined) return undefined;
    const instant = readInstant(text.value);
    if (instant !== undefined) return instant;
    this.#reader.diagnostics.push(
      diagnose('FW018', text.span, `expires can't be ${JSON.stringify(text.value)}`, {
        hint: 'a day such as 2026-12-31, which is the last one, or a time such as 2026-12-31T18:00:00Z',
      }),
    );
    return undefined;
  }
}

/** The kind of packets that is meant; through a machine nothing goes by its loopback interface. */
export function readTraffic(reader: Reader, fields: Fields, hook: Hook): Traffic {
  const node = fields.get('traffic');
  const traffic = node === undefined ? undefined : reader.word(node, 'traffic', TRAFFIC);
  if (traffic?.value === 'loopback' && hook === 'forward')
    reader.diagnostics.push(
      diagnoseDocument('DOC005', traffic.span, 'nothing that is forwarded goes by the loopback interface'),
    );
  const services = fields.get('services');
  if (traffic?.value === 'icmp' && services !== undefined)
    reader.diagnostics.push(diagnoseDocument('DOC005', services.span, 'packets of ICMP have no ports'));
  return traffic?.value ?? 'any';
}

/** The first key of a map, or the whole node. */
export function firstOf(node: Node): Span {
  return (node.kind === 'map' ? node.entries[0]?.keySpan : undefined) ?? node.span;
}
