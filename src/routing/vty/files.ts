// Which of a router's files a text is, told by what stands in it, and the files that are not read by the routing daemons
// themselves: the list of daemons to start, kernel settings, the addresses that the kernel has.

import { AddressFault, InterfaceAddress } from '../../address/index.ts';
import { isList, isObject, locate, parseJson } from '../../document/json.ts';
import type { Source } from '../../document/source.ts';
import type { Dialect, Existing } from './model.ts';

export type FileKind = 'configuration' | 'daemons' | 'settings' | 'addresses';

const DAEMON_LINE = /^(zebra|bgpd|ospfd|ospf6d|ripd|ripngd|isisd|staticd|bfdd)\s*=\s*"?(yes|no|\d+)"?\s*$/m;
const SETTING_LINE = /^[#;\s-]*(net|kernel|vm|fs|dev)[./][\w./*-]+\s*=/m;

/** What a text is. `daemons` and `sysctl.conf` are shell-like, the answer of `ip -j address` is JSON. */
export function kindOf({ text }: Source): FileKind {
  if (/^\s*\[/.test(text)) return 'addresses';
  if (DAEMON_LINE.test(text)) return 'daemons';
  if (SETTING_LINE.test(text)) return 'settings';
  return 'configuration';
}

/** The daemon that texts are for: only FRR has these words and daemons. Quagga where nothing tells. */
export function dialectOf(sources: readonly Source[]): Dialect {
  const frr =
    /^\s*(frr (version|defaults)\b|bgp (as-path|community-list|large-community-list) |staticd=|bfdd=|pathd=|bfd$|rpki$|exit-route-map)|\bmaximum-prefix-out\b|\bebgp-requires-policy\b|\blocal-role\b/m;
  return sources.some(({ name, text }) => /(^|\/)frr(\.conf|\/)/.test(name) || frr.test(text))
    ? 'frr'
    : 'quagga';
}

/** Reads `daemons` and `debian.conf`: which daemons are started, and with what. */
export function readDaemons(existing: Existing, source: Source): void {
  for (const match of source.text.matchAll(
    /^([a-z0-9]+?)(_options)?\s*=\s*(?:"([^"\n]*)"|\(([^)\n]*)\)|(\S*))\s*$/gm,
  )) {
    const [whole, name = '', options, quoted, list, plain] = match;
    const span = source.span(match.index, match.index + whole.length);
    const value = quoted ?? list ?? plain ?? '';
    if (options !== undefined) existing.daemonOptions.set(name, { value, span });
    // A number is the daemon's priority, and 0 is no.
    else if (/^(yes|no|\d+)$/.test(value))
      existing.daemons.set(name, { value: value !== 'no' && value !== '0', span });
  }
}

/** Reads settings for sysctl, also those that stand in comments: what they would say is not so. */
export function readSettings(existing: Existing, source: Source): void {
  for (const match of source.text.matchAll(
    /^([#;\s-]*)((?:net|kernel|vm|fs|dev)[./][\w./*-]+)\s*=\s*(.*?)\s*$/gm,
  )) {
    const [whole, lead = '', key = '', value = ''] = match;
    const start = match.index + lead.length;
    existing.settings.push({
      key: key.replaceAll('/', '.'),
      value,
      commented: /[#;]/.test(lead),
      span: source.span(start, match.index + whole.trimEnd().length),
    });
  }
}

/** Reads the answer of `ip -j address`. */
export function readAddresses(existing: Existing, source: Source): void {
  const parsed = parseJson(source);
  if (!('value' in parsed) || !isList(parsed.value)) return;
  for (const [index, entry] of parsed.value.entries()) {
    if (!isObject(entry)) continue;
    const { ifname, addr_info: infos } = entry;
    const place = locate(source, [index, 'ifname']);
    if (typeof ifname !== 'string' || !isList(infos) || place === undefined) continue;
    const addresses = infos.flatMap((info, at) => {
      if (!isObject(info) || info['scope'] !== 'global') return [];
      const { local, prefixlen } = info;
      if (typeof local !== 'string' || typeof prefixlen !== 'number') return [];
      const value = InterfaceAddress.read(`${local}/${prefixlen}`);
      const span = locate(source, [index, 'addr_info', at, 'local']);
      return value instanceof AddressFault || span === undefined ? [] : [{ value, span }];
    });
    if (addresses.length > 0)
      existing.interfaces.set(ifname, { name: { text: ifname, span: place }, addresses });
  }
}
