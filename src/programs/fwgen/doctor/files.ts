// Amazon's two files, ~/.aws/config and ~/.aws/credentials, as sections of keys; what of them is a secret is never handed
// on: a key that holds one is only known to be there.

import type { Host } from '../../../host/host.ts';
import { HostError } from '../../../host/host.ts';
import type { Variables } from './check.ts';

/** A profile or another section: keys in lower case. */
export type Section = ReadonlyMap<string, string>;

export interface AwsFiles {
  /** By name, `default` among them. */
  readonly profiles: ReadonlyMap<string, Section>;
  readonly sessions: ReadonlyMap<string, Section>;
  readonly credentialsPath: string;
  /** Why a file that is there could not be read. */
  readonly troubles: readonly string[];
  /** Whether others can read the file with the keys. */
  readonly open: boolean;
}

/** Keys whose values are secrets: they become a word that says that they are there. */
const SECRET = /secret|token|password|key/;

export function readAwsFiles(variables: Variables, host: Host): AwsFiles {
  const home = variables('HOME') ?? '';
  const configPath = variables('AWS_CONFIG_FILE') ?? `${home}/.aws/config`;
  const credentialsPath = variables('AWS_SHARED_CREDENTIALS_FILE') ?? `${home}/.aws/credentials`;
  const troubles: string[] = [];
  const profiles = new Map<string, Map<string, string>>();
  const sessions = new Map<string, Section>();
  for (const path of [configPath, credentialsPath]) {
    for (const [title, section] of sectionsOf(textOf(path, host, troubles))) {
      const [kind = '', name = ''] = title.split(/\s+/);
      if (kind === 'sso-session') sessions.set(name, section);
      // In the credentials a title is a profile's name; in the config all but default say so.
      const profile =
        path === credentialsPath || title === 'default' ? title : kind === 'profile' ? name : '';
      if (profile === '') continue;
      const known = profiles.get(profile) ?? new Map<string, string>();
      for (const [key, value] of section) known.set(key, value);
      profiles.set(profile, known);
    }
  }
  const open = ((statusOf(credentialsPath, host)?.mode ?? 0) & 0o077) !== 0;
  return { profiles, sessions, credentialsPath, troubles, open };
}

/** The text of a file, '' where there is none. */
export function textOf(path: string, host: Host, troubles: string[]): string {
  try {
    if (host.stat(path) === undefined) return '';
    const decoder = new TextDecoder();
    let text = '';
    for (const chunk of host.chunks(path)) text += decoder.decode(chunk, { stream: true });
    return text + decoder.decode();
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    troubles.push(error.message);
    return '';
  }
}

function statusOf(path: string, host: Host): ReturnType<Host['stat']> {
  try {
    return host.stat(path);
  } catch (error) {
    if (error instanceof HostError) return undefined;
    throw error;
  }
}

function* sectionsOf(text: string): Generator<readonly [string, Section]> {
  let title: string | undefined;
  let keys = new Map<string, string>();
  for (const line of text.split('\n')) {
    const heading = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line)?.[1];
    if (heading !== undefined) {
      if (title !== undefined) yield [title, keys];
      title = heading.replaceAll('"', '');
      keys = new Map();
      continue;
    }
    // What is indented belongs to a nested setting.
    const [, key, value = ''] = /^([A-Za-z_]\w*)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (key === undefined) continue;
    const name = key.toLowerCase();
    keys.set(name, SECRET.test(name) && value !== '' ? 'set' : value);
  }
  if (title !== undefined) yield [title, keys];
}
