// What both targets that speak iptables' language share: the words of its matches. iptables-extensions(8).

import type { Family, PortRange, Prefix } from '../../address/index.ts';
import { quotable } from '../comment.ts';
import type { Action, NonEmpty, Rate, Rule, Service } from '../model.ts';

/** Slots of one multiport match (XT_MULTI_PORTS of linux/netfilter/xt_multiport.h); a range takes two. */
const SLOTS = 15;

/** XT_MAX_COMMENT_LEN of linux/netfilter/xt_comment.h, less its final zero. Longer ones are cut without a word, in bytes. */
const LONGEST_COMMENT = 255;

/** The matches of a rule's services, as few as their ports need; one that is empty where the rule is for all of them. */
export function serviceMatches({ services, traffic }: Rule, family: Family): readonly string[] {
  if (traffic === 'icmp') return [icmpMatch(family)];
  return services === 'any' ? [''] : services.flatMap(matchesOf);
}

/** `-p icmp`, or in IPv6 `-p ipv6-icmp`. */
export function icmpMatch(family: Family): string {
  return family === 4 ? '-p icmp' : '-p ipv6-icmp';
}

function matchesOf({ protocol, ports }: Service): readonly string[] {
  return portGroups(ports).map((group) => {
    const [only, second] = group;
    if (second === undefined) return `-p ${protocol} -m ${protocol} --dport ${portText(only)}`;
    return `-p ${protocol} -m multiport --dports ${group.map(portText).join(',')}`;
  });
}

/** Ports in groups that one match can hold. */
function portGroups([head, ...rest]: NonEmpty<PortRange>): readonly NonEmpty<PortRange>[] {
  const full: NonEmpty<PortRange>[] = [];
  let group: [PortRange, ...PortRange[]] = [head];
  let taken = slotsOf(head);
  for (const range of rest) {
    taken += slotsOf(range);
    if (taken <= SLOTS) group.push(range);
    else {
      full.push(group);
      group = [range];
      taken = slotsOf(range);
    }
  }
  return [...full, group];
}

function slotsOf({ first, last }: PortRange): number {
  return first === last ? 1 : 2;
}

/** `22` or `8000:8010`. */
export function portText({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}:${last}`;
}

/** A source with its length, as iptables-save prints it. */
export function sourceText(prefix: Prefix): string {
  return prefix.toString();
}

/** What ends a rule. REJECT says the reason that is the default, since iptables-save does. */
export function verdictText(action: Action, family: Family): string {
  if (action === 'accept') return 'ACCEPT';
  if (action === 'drop') return 'DROP';
  return `REJECT --reject-with ${family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable'}`;
}

/** `-m limit ...`; a burst of 5 is the default, which iptables-save leaves out. */
export function limitMatch(rate: Rate): string {
  return `-m limit --limit ${rateText(rate)}${rate.burst === DEFAULT_BURST ? '' : ` --limit-burst ${rate.burst}`}`;
}

const DEFAULT_BURST = 5;

/** XT_LIMIT_SCALE of linux/netfilter/xt_limit.h: the kernel keeps the time between two packets in 10,000ths of a second. */
const SCALE = 10_000;

const SECONDS = { day: 86_400, hour: 3_600, minute: 60, second: 1 } as const;

const SHORT = [
  ['day', SECONDS.day * SCALE],
  ['hour', SECONDS.hour * SCALE],
  ['min', SECONDS.minute * SCALE],
  ['sec', SECONDS.second * SCALE],
] as const;

/** A rate in the unit that iptables-save would choose for it (print_rate of libxt_limit.c): the finest one that is exact. */
function rateText({ count, per }: Rate): string {
  const period = Math.floor((SECONDS[per] * SCALE) / count);
  let chosen: (typeof SHORT)[number] = SHORT[0];
  for (const unit of SHORT.slice(1)) {
    const [, ticks] = unit;
    if (period > ticks || Math.floor(ticks / period) < ticks % period) break;
    chosen = unit;
  }
  return `${Math.floor(chosen[1] / period)}/${chosen[0]}`;
}

/** What the kernel keeps of a prefix of LOG: 30 bytes with its final zero (struct xt_log_info of linux/netfilter/xt_LOG.h). */
export const LONGEST_LOG = 29;

/** `-m comment --comment ...`, or nothing. */
export function commentMatch(text: string): string {
  return text === '' ? '' : `-m comment --comment ${savedString(text)}`;
}

/** A text as iptables-save writes it (xtables_save_string of libxtables), which is also how it is read. */
export function savedString(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["'\\]/g, '\\$&')}"`;
}

/** The text of a comment: no double quotes and no backslashes, which not every reader of such files takes as a part of one. */
export function commentText(names: readonly string[]): string {
  return quotable(names, LONGEST_COMMENT);
}
