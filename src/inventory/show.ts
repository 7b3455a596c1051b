// Hosts for people and for spreadsheets: an aligned table, comma separated values, and the bare addresses. The stream that
// programs read is wire.ts's; none of these has closing lines.

import { formatPrefixes, PackedBuilder, type Write } from '../address/index.ts';
import type { Host, HostAddress, Scope } from './model.ts';
import { PrefixHeap } from './prefix-heap.ts';
import { addressesIn, RangeHost } from './ranges.ts';

/** The addresses of a host that a table shows; a provider's feed has thousands. */
const SHOWN = 3;
/** Characters of a name that a table shows. */
const NAME = 40;

const TITLES = ['NAME', 'ID', 'SOURCE', 'REGION', 'STATE', 'PUBLIC', 'PRIVATE'];

/** A table with a line of titles; columns are as wide as what stands in them. */
export function* table(hosts: readonly Host[]): Generator<string> {
  const rows = hosts.map((host) => [
    cut(visible(host.name)),
    cut(visible(host.id)),
    host.source,
    visible(host.region),
    visible(host.state),
    few(host.addresses, 'public'),
    few(host.addresses, 'private'),
  ]);
  const widths = TITLES.map((title) => title.length);
  for (const row of rows)
    for (const [column, text] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, lengthOf(text));
  for (const row of [TITLES, ...rows]) {
    const cells = row.map((text, column) => {
      const cell = text === '' ? '-' : text;
      return `${cell}${' '.repeat(Math.max(0, (widths[column] ?? 0) - lengthOf(cell)))}`;
    });
    yield `${cells.join('  ').trimEnd()}\n`;
  }
}

function few(addresses: readonly HostAddress[], scope: Scope): string {
  const texts: string[] = [];
  let more = 0;
  for (const address of addresses) {
    if (address.scope !== scope) continue;
    if (texts.length < SHOWN) texts.push(addressText(address));
    else more++;
  }
  return more === 0 ? texts.join(',') : `${texts.join(',')},+${more}`;
}

/** A tag can hold what moves a terminal's cursor or turns its text around: such characters are shown as escapes. */
function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

function cut(text: string): string {
  const characters = [...text];
  return characters.length <= NAME ? text : `${characters.slice(0, NAME - 3).join('')}...`;
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}

/** Comma separated values (RFC 4180, with lines that end as in Unix): a line for each address, one for a host without. */
export function* csv(hosts: readonly Host[]): Generator<string> {
  yield 'source,id,name,region,state,address,scope,interface,tags\n';
  for (const host of hosts) {
    const before = [host.source, host.id, host.name, host.region, host.state].map(field).join(',');
    const tags = field(
      JSON.stringify(Object.fromEntries([...host.tags].sort(([a], [b]) => (a < b ? -1 : 1)))),
    );
    let count = 0;
    for (const address of addressesIn(host)) {
      count++;
      yield `${before},${addressText(address)},${address.scope},${field(address.interface ?? '')},${tags}\n`;
    }
    if (count === 0) yield `${before},,,,${tags}\n`;
  }
}

function field(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The fewest prefixes that hold the addresses of all hosts and no other, in order, one a line. */
export function writeAddresses(hosts: readonly Host[], write: Write): void {
  const set = new PackedBuilder();
  const heap = new PrefixHeap();
  for (const host of hosts) {
    if (host instanceof RangeHost) host.addTo(set);
    else for (const { prefix } of host.addresses) heap.add(prefix);
  }
  heap.addTo(set);
  formatPrefixes(set.freeze(), write, { bareHosts: true });
}

function addressText({ prefix }: HostAddress): string {
  return prefix.isHost ? prefix.address.toString() : prefix.toString();
}
