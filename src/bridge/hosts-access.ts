// Tables of hosts_access(5) as option tcpwrap reads them: `daemons : clients [: ...]`. Pure. Clients are told apart by
// address; a pattern that would need the client's name (or his own word on who he is) is a fault, because a rule that is
// passed over could be the one that keeps somebody out.

import { Address } from '../address/address.ts';
import { AddressFault } from '../address/fault.ts';
import { PeerRange, readRange } from './range.ts';

/** One thing that an address may be. */
type Pattern = (client: Address) => boolean;

/** A list with exceptions: what is in `any` and not in `except`. */
interface PatternList<T> {
  readonly any: readonly T[];
  readonly except: PatternList<T> | undefined;
}

/** A line of a table. */
export interface Rule {
  readonly daemons: PatternList<string>;
  readonly clients: PatternList<Pattern>;
}

/** Whether a rule speaks of this daemon and this client. */
export function ruleMatches({ daemons, clients }: Rule, daemon: string, client: Address): boolean {
  return (
    within(daemons, (name) => name === 'ALL' || name === daemon) &&
    within(clients, (pattern) => pattern(client.unmap()))
  );
}

function within<T>({ any, except }: PatternList<T>, matches: (item: T) => boolean): boolean {
  return any.some(matches) && (except === undefined || !within(except, matches));
}

/** The rules of a table, and what can't be read, a line each that names place and reason. */
export function readHostsTable(
  text: string,
  path: string,
): { readonly rules: readonly Rule[]; readonly faults: readonly string[] } {
  const rules: Rule[] = [];
  const faults: string[] = [];
  // A backslash before the line feed goes on in the next line.
  const joined = text.replace(/\\\n/g, ' \u0000');
  let number = 1;
  for (const raw of joined.split('\n')) {
    const at = `${path}:${number}`;
    number += 1 + raw.split('\u0000').length - 1;
    const line = raw.replaceAll('\u0000', '').trim();
    if (line === '' || line.startsWith('#')) continue;
    const rule = readRule(line);
    if (typeof rule === 'string') faults.push(`${at}: ${rule}`);
    else rules.push(rule);
  }
  return { rules, faults };
}

function readRule(line: string): Rule | string {
  const [daemonText = '', clientText, ...more] = splitFields(line);
  if (clientText === undefined) return 'no colon between daemons and clients';
  // hosts_options(5) has allow and deny there, and a shell command may stand there.
  if (more.some((field) => field.trim() !== '')) return 'options and shell commands are not done here';
  const daemons = readList(words(daemonText), (word) => word);
  const clients = readList(words(clientText), readClient);
  if (typeof daemons === 'string') return daemons;
  return typeof clients === 'string' ? clients : { daemons, clients };
}

/** The fields of a line; colons between square brackets are of an IPv6 address. */
function splitFields(line: string): string[] {
  return (line.match(/(?:\[[^\]]*\]|[^:[]|\[)+|:/g) ?? []).reduce<string[]>(
    (fields, piece) => {
      if (piece === ':') fields.push('');
      else fields.push((fields.pop() ?? '') + piece);
      return fields;
    },
    [''],
  );
}

function words(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

function readList<T>(list: readonly string[], read: (word: string) => T | Fault): PatternList<T> | string {
  const at = list.indexOf('EXCEPT');
  const any: T[] = [];
  for (const word of at < 0 ? list : list.slice(0, at)) {
    const item = read(word);
    if (item instanceof Fault) return item.why;
    any.push(item);
  }
  if (any.length === 0) return 'an empty list';
  if (at < 0) return { any, except: undefined };
  const except = readList(list.slice(at + 1), read);
  return typeof except === 'string' ? except : { any, except };
}

class Fault {
  readonly why: string;
  constructor(why: string) {
    this.why = why;
  }
}

/** A pattern of hosts_access(5), PATTERNS and WILDCARDS. */
function readClient(word: string): Pattern | Fault {
  if (word === 'ALL') return () => true;
  // 131.155. is all of 131.155.0.0/16: a pattern that ends with a dot.
  if (/^(?:\d{1,3}\.){1,3}$/.test(word))
    return (client) => client.family === 4 && String(client).startsWith(word);
  const range = readRange(/[/]|^[^:]*:[^:]*$/.test(word) ? masked(word) : lone(word));
  if (range instanceof PeerRange) return (client) => range.admits(client);
  if (/^[.@/]|^(?:LOCAL|KNOWN|UNKNOWN|PARANOID)$|@/.test(word) || /^[A-Za-z][\w.-]*$/.test(word))
    return new Fault(`${JSON.stringify(word)}: clients are known by address only here, not by name`);
  return new Fault(`${JSON.stringify(word)}: ${range instanceof AddressFault ? range.why : 'no address'}`);
}

/** `net/mask` with a mask in dots, as the range that it is: `net:mask`. */
function masked(word: string): string {
  return word.replace(/^([\d.]+)\/([\d.]+\.[\d.]+)$/, '$1:$2');
}

function lone(word: string): string {
  const bare = word.replace(/^\[(.*)\]$/, '$1');
  const address = Address.read(bare);
  return address instanceof Address ? `${bare}/${address.family === 4 ? 32 : 128}` : word;
}
