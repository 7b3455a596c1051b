// Validated ROAs as a validator exports them: JSON with a list of `roas`, as rpki-client, Routinator and FORT print it, or
// CSV with AS number, prefix and longest length.

import { AddressFault, Prefix } from '../../address/index.ts';
import type { Source } from '../../document/source.ts';

/** Which network may announce a prefix, and its parts down to a length. */
export interface Vrp {
  readonly prefix: Prefix;
  readonly longest: number;
  readonly as: number;
}

/** What a file came to: the payloads that cover one of these prefixes, or why it can't be read. */
export type Vrps = { readonly vrps: readonly Vrp[] } | { readonly fault: string };

export function readVrps(source: Source, prefixes: readonly Prefix[]): Vrps {
  const found: Vrp[] = [];
  const add = (text: string, longest: unknown, as: string): void => {
    const prefix = Prefix.read(text.trim());
    const number = /^(?:AS)?(\d{1,10})$/i.exec(as.trim());
    if (prefix instanceof AddressFault || number === null) return;
    if (!prefixes.some((each) => prefix.contains(each) || each.contains(prefix))) return;
    const most = longest === undefined || longest === '' ? prefix.length : Number(longest);
    found.push({ prefix, longest: most, as: Number(number[1]) });
  };
  if (/^\s*[{[]/.test(source.text.slice(0, 1000))) {
    let document: unknown;
    try {
      document = JSON.parse(source.text);
    } catch (error) {
      return { fault: error instanceof Error ? error.message : 'not JSON' };
    }
    const list =
      typeof document === 'object' && document !== null && 'roas' in document ? document.roas : undefined;
    if (!Array.isArray(list)) return { fault: 'there is no list of roas in it' };
    for (const entry of list) {
      const fields: Readonly<Record<string, unknown>> =
        typeof entry === 'object' && entry !== null ? { ...entry } : {};
      if (typeof fields['prefix'] === 'string')
        add(fields['prefix'], fields['maxLength'], String(fields['asn']));
    }
    return { vrps: found };
  }
  const lines = source.text.split('\n').filter((line) => line.trim() !== '');
  if (lines.length > 0 && !lines.some((line) => /^"?(AS)?\d+"?,/i.test(line)))
    return { fault: 'neither JSON nor lines of AS number, prefix and longest length' };
  for (const line of lines) {
    const [as = '', prefix = '', longest] = line.replaceAll('"', '').split(',');
    if (/^\s*(AS)?\d/i.test(as)) add(prefix, longest?.trim(), as);
  }
  return { vrps: found };
}

/** What validated ROAs say of an announcement (RFC 6811 section 2). */
export function stateOf(prefix: Prefix, as: number, vrps: readonly Vrp[]): 'valid' | 'invalid' | 'not-found' {
  const covering = vrps.filter((vrp) => vrp.prefix.contains(prefix));
  if (covering.length === 0) return 'not-found';
  return covering.some((vrp) => vrp.as === as && prefix.length <= vrp.longest) ? 'valid' : 'invalid';
}
