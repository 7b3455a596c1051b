// What is wrong with `router bgp` as a whole and with what stands behind it.

import type { Diagnostic } from '../../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import type { Existing } from '../model.ts';
import { sessionsOf } from '../peers.ts';
import { needsPolicy } from './policy.ts';

export function identity({ bgp }: Existing): Diagnostic[] {
  if (bgp === undefined) return [];
  const found: Diagnostic[] = [];
  if (bgp.routerId === undefined)
    found.push(
      diagnose('VTY118', bgp.span, 'no router ID', {
        hint: 'bgp router-id, an address that will not change',
      }),
    );
  if (![...bgp.peers.values()].some(({ address }) => address !== undefined))
    found.push(
      diagnose('VTY119', bgp.span, `AS${bgp.as.text} has no neighbour`, {
        hint: 'neighbor ADDRESS remote-as NUMBER, for each provider',
      }),
    );
  else if (bgp.flags.get('log-neighbor-changes')?.value !== true)
    found.push(
      diagnose('VTY120', bgp.span, 'sessions that come and go are not logged', {
        hint: 'bgp log-neighbor-changes',
      }),
    );
  return found;
}

export function withoutPolicy(existing: Existing): Diagnostic[] {
  const { bgp, dialect, frrDefaults, frrVersion } = existing;
  if (bgp === undefined || dialect === 'quagga' || needsPolicy(existing)) return [];
  const said = bgp.flags.get('ebgp-requires-policy')?.span;
  const usual = frrDefaults?.text === 'datacenter' ? frrDefaults.span : (frrVersion?.span ?? bgp.span);
  return [
    diagnose('VTY113', said ?? usual, 'a session without a policy lets everything through', {
      hint: 'bgp ebgp-requires-policy',
    }),
  ];
}

/** Neighbours keep the routes of a router that said it could restart gracefully; FRR says so unless it is told not to. */
export function restarts(existing: Existing): Diagnostic[] {
  const { bgp, dialect } = existing;
  if (bgp === undefined) return [];
  const sessions = sessionsOf(existing);
  // With another router inside there may be somebody to forward meanwhile.
  if (sessions.length === 0 || sessions.some(({ outside }) => !outside)) return [];
  const asked = bgp.flags.get('graceful-restart');
  const disabled = bgp.flags.get('graceful-restart-disable')?.value === true;
  const everywhere = sessions.every(({ of }) => of('restart') !== undefined);
  if (dialect === 'quagga' ? asked?.value !== true : disabled || everywhere) return [];
  return [
    diagnose(
      'VTY114',
      asked?.span ?? bgp.span,
      'neighbours keep the routes of this router while it is down',
      {
        hint: dialect === 'quagga' ? 'no bgp graceful-restart' : 'bgp graceful-restart-disable',
      },
    ),
  ];
}

/** RFC 7196 section 4, and the arithmetic of RFC 2439: a penalty never grows above the ceiling. */
export function damping({ bgp }: Existing): Diagnostic[] {
  if (bgp?.dampening === undefined) return [];
  const { span, figures } = bgp.dampening;
  // The defaults of both daemons are of the days of RFC 2439.
  const [half = 15, reuse = 750, suppress = 2000, longest = 4 * half] = figures.map(({ text }) =>
    Number(text),
  );
  if (![half, reuse, suppress, longest].every((figure) => figure > 0)) return [];
  const ceiling = reuse * 2 ** (longest / half);
  const found: Diagnostic[] = [];
  if (suppress < 6000)
    found.push(
      diagnose(
        'VTY116',
        span,
        `a prefix is suppressed at ${suppress}, which a few flaps of a far link reach`,
        {
          hint: 'leave damping out, or take at least 6000 (RFC 7196)',
        },
      ),
    );
  if (ceiling < 50_000)
    found.push(
      diagnose(
        'VTY116',
        span,
        ceiling <= suppress
          ? `a penalty never gets over ${Math.round(ceiling)}, so ${suppress} is never reached`
          : `the ceiling is ${Math.round(ceiling)}, which should be 50000 or more`,
        {
          hint: `a longest time of ${Math.ceil(half * Math.log2(50_000 / reuse))} minutes has a ceiling of 50000`,
        },
      ),
    );
  return found;
}

export function pullUps({ bgp, statics }: Existing): Diagnostic[] {
  const covered = (text: string): boolean =>
    statics.some(({ discards, prefix }) => discards && prefix.value.toString() === text);
  return (bgp?.networks ?? [])
    .filter(({ prefix, aggregate }) => !aggregate && !covered(prefix.value.toString()))
    .map(({ prefix: { value, span } }) =>
      diagnose('VTY117', span, `${value.toString()} has no discard route behind it`, {
        hint: `${value.family === 4 ? 'ip' : 'ipv6'} route ${value.toString()} blackhole 254`,
      }),
    );
}

export function redistribution({ bgp }: Existing): Diagnostic[] {
  return (bgp?.redistributed ?? [])
    .filter(({ map }) => map === undefined)
    .map(({ what, span }) =>
      diagnose('VTY112', span, `${what.text} routes go into BGP unfiltered`, {
        hint: 'name the prefixes with network instead, or add a route map',
      }),
    );
}
