// Names that the system knows: services, users, groups. Node has no call for these, so the files are read, and where
// there may be more behind them (LDAP and the like, nsswitch.conf(5)) getent(1) is asked.

import { readFileSync } from 'node:fs';
import { OpenError } from '../endpoint.ts';

/** The port of a service by its name or alias (services(5)); undefined if there is none. */
export function servicePort(name: string, wanted: 'tcp' | 'udp' = 'tcp'): number | undefined {
  for (const fields of lines('/etc/services', /\s+/)) {
    const [canonical, where = '', ...aliases] = fields;
    const [port, protocol] = where.split('/');
    if (protocol === wanted && (canonical === name || aliases.includes(name))) return Number(port);
  }
  return undefined;
}

/** A port that was written as a number or a service's name. Throws OpenError where there is no such service. */
export function portNumber(
  port: number | string,
  label: string,
  option?: string,
  protocol: 'tcp' | 'udp' = 'tcp',
): number {
  if (typeof port === 'number') return port;
  const found = servicePort(port, protocol);
  if (found !== undefined) return found;
  throw new OpenError(
    label,
    `no ${protocol.toUpperCase()} service ${JSON.stringify(port)} in /etc/services`,
    {
      final: true,
      ...(option === undefined ? {} : { option }),
    },
  );
}

/** The number of a user by name or number (passwd(5)). */
export function userId(name: string): Promise<number | undefined> {
  return idOf('passwd', name);
}

/** A user as passwd(5) has it. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** A user by name or number; undefined if there is none. */
export async function accountOf(user: string): Promise<Account | undefined> {
  const numeric = /^\d+$/.test(user);
  for (const [name = '', , uid, gid] of lines('/etc/passwd', ':'))
    if (numeric ? uid === user : name === user) return { name, uid: Number(uid), gid: Number(gid) };
  const { spawnSync } = await import('node:child_process');
  const { status, stdout } = spawnSync('getent', ['passwd', '--', user], { encoding: 'utf8' });
  const [name, , uid, gid] = status === 0 ? stdout.trim().split(':') : [];
  return name === undefined ? undefined : { name, uid: Number(uid), gid: Number(gid) };
}

/** The number of a group by name or number (group(5)). */
export function groupId(name: string): Promise<number | undefined> {
  return idOf('group', name);
}

async function idOf(database: 'passwd' | 'group', name: string): Promise<number | undefined> {
  if (/^\d+$/.test(name)) return Number(name);
  for (const [entry, , id] of lines(`/etc/${database}`, ':')) {
    if (entry === name) return Number(id);
  }
  const { spawnSync } = await import('node:child_process');
  // '--' keeps a name that begins with a hyphen from being an option.
  const { status, stdout } = spawnSync('getent', [database, '--', name], { encoding: 'utf8' });
  const id = status === 0 ? stdout.split(':')[2] : undefined;
  return id === undefined ? undefined : Number(id);
}

/** The fields of each line of a table, comments and empty lines left out; nothing where the file can't be read. */
function lines(path: string, separator: RegExp | string): string[][] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const rows: string[][] = [];
  for (const line of text.split('\n')) {
    const bare = separator === ':' ? line : line.replace(/#.*/, '');
    if (bare.trim() !== '') rows.push(bare.trim().split(separator));
  }
  return rows;
}
