// Options tcpwrap and its tables: hosts.allow and hosts.deny, read once when the listener is opened.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Address } from '../../address/address.ts';
import { OpenError, type World } from '../endpoint.ts';
import { codeOf, reasonOf } from '../errno.ts';
import type { Given } from '../given.ts';
import { type Rule, readHostsTable, ruleMatches } from '../hosts-access.ts';

/** The options that are read here. */
export const WRAP_OPTIONS = [
  'tcpwrappers',
  'tcpwrap-etc',
  'tcpwrap-hosts-allow-table',
  'tcpwrap-hosts-deny-table',
] as const;

/**
 * Whether a client is let in by the tables: one that hosts.allow names is, one that hosts.deny names is not, all others
 * are (hosts_access(5)). undefined where tcpwrap was not asked for. Throws OpenError where a table can't be read; one that
 * is not there is empty.
 */
export async function readTables(
  given: Given<(typeof WRAP_OPTIONS)[number]>,
  label: string,
  world: Pick<World, 'log'>,
): Promise<((client: Address) => boolean) | undefined> {
  const daemon = given.optional('tcpwrappers');
  const folder = given.text('tcpwrap-etc');
  const allowTable = given.text('tcpwrap-hosts-allow-table');
  const denyTable = given.text('tcpwrap-hosts-deny-table');
  if ((daemon ?? folder ?? allowTable ?? denyTable) === undefined) return undefined;
  const name = daemon === undefined || daemon === '' ? 'sockbridge' : daemon;
  const read = (path: string, option: (typeof WRAP_OPTIONS)[number]): readonly Rule[] => {
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return [];
      throw new OpenError(label, `${path}: ${reasonOf(error)}`, { option, final: true });
    }
    const { rules, faults } = readHostsTable(text, path);
    // A line that is passed over could be the one that keeps somebody out.
    const [fault] = faults;
    if (fault !== undefined) throw new OpenError(label, fault, { option, final: true });
    return rules;
  };
  const home = folder ?? '/etc';
  const allow = read(allowTable ?? join(home, 'hosts.allow'), 'tcpwrap-hosts-allow-table');
  const deny = read(denyTable ?? join(home, 'hosts.deny'), 'tcpwrap-hosts-deny-table');
  world.log.say(
    'I',
    `${label}: ${allow.length} rules of hosts.allow, ${deny.length} of hosts.deny for ${name}`,
  );
  return (client) =>
    allow.some((rule) => ruleMatches(rule, name, client)) ||
    !deny.some((rule) => ruleMatches(rule, name, client));
}
