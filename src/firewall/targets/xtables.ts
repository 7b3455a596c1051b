// What both targets that speak iptables' language share: the words of its matches. iptables-extensions(8).

import type { PortRange, Prefix } from '../../address/index.ts';
import { cutBytes, plainText } from '../comment.ts';
import type { Action, NonEmpty, Service } from '../model.ts';

/** Slots of one multiport match (XT_MULTI_PORTS of linux/netfilter/xt_multiport.h); a range takes two. */
const SLOTS = 15;

/** XT_MAX_COMMENT_LEN of linux/netfilter/xt_comment.h, less its final zero. Longer ones are cut without a word, in bytes. */
const LONGEST_COMMENT = 255;

/** The matches of a service, as few as its ports need. */
export function serviceMatches({ protocol, ports }: Service): readonly string[] {
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

export const VERDICTS: Readonly<Record<Action, string>> = { accept: 'ACCEPT', drop: 'DROP' };

/**
 * The text of a comment: no quotes and no backslashes, which restore files and shells read something into, and no longer
 * than the kernel keeps, so that what is read back is what was written.
 */
export function commentText(names: NonEmpty<string>): string {
  return cutBytes(plainText(names).replaceAll('"', "'").replaceAll('\\', '/'), LONGEST_COMMENT);
}
