// What is wrong with single sessions beside their filters: limits, contradictions, what is left to defaults.

import type { Diagnostic } from '../../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import type { Existing } from '../model.ts';
import { sessionsOf } from '../peers.ts';

export function withoutAs(existing: Existing): Diagnostic[] {
  return sessionsOf(existing)
    .filter(({ as }) => as === undefined)
    .map(({ peer }) =>
      diagnose('VTY005', peer.name.span, `${peer.name.text} has no remote-as`, {
        hint: 'it must stand before every other line about the neighbour',
      }),
    );
}

export function limits(existing: Existing): Diagnostic[] {
  return sessionsOf(existing).flatMap(({ peer, outside, families }) =>
    [...(outside ? families : [])].flatMap(([family, { limit, keepsReceived }]) => {
      const where = `the IPv${family} session with ${peer.name.text}`;
      if (limit === undefined)
        return [
          diagnose('VTY109', peer.name.span, `${where} has no maximum-prefix`, {
            hint: `neighbor ${peer.name.text} maximum-prefix N, with N a third above what it sends`,
          }),
        ];
      if (existing.dialect === 'quagga' || (limit.words.includes('force') && keepsReceived)) return [];
      return [
        diagnose(
          'VTY110',
          limit.span,
          `${where} is not limited in what it sends, only in what is kept of it`,
          {
            hint: `soft-reconfiguration inbound, and maximum-prefix ${limit.count.text} 90 force`,
          },
        ),
      ];
    }),
  );
}

export function gtsmWithBfd(existing: Existing): Diagnostic[] {
  if (existing.dialect === 'quagga') return [];
  return sessionsOf(existing).flatMap(({ peer, of }) => {
    const bfd = of('bfd');
    const security = of('security');
    if (bfd === undefined) return [];
    if (security !== undefined)
      return [
        diagnose('VTY115', bfd, `${peer.name.text} has both GTSM and BFD`, {
          hint: 'leave out one of them',
          related: [{ span: security.span, message: 'GTSM is asked for here' }],
        }),
      ];
    const twice = existing.bfdPeers.find(({ value }) => value === peer.name.text);
    if (twice === undefined) return [];
    return [
      diagnose('VTY121', bfd, `BFD with ${peer.name.text} is asked for twice`, {
        hint: 'take the peer out of the bfd block; timers go into a profile',
        related: [{ span: twice.span, message: 'the first time' }],
      }),
    ];
  });
}

export function fourOverSix(existing: Existing): Diagnostic[] {
  return sessionsOf(existing).flatMap(({ peer, address, outside, families }) =>
    outside && address.family === 6 && families.has(4) && peer.families.get(4)?.active === undefined
      ? [
          diagnose('VTY122', peer.name.span, `the session with ${peer.name.text} carries IPv4 too`, {
            hint: 'no bgp default ipv4-unicast',
          }),
        ]
      : [],
  );
}

export function idle(existing: Existing): Diagnostic[] {
  return sessionsOf(existing)
    .filter(({ families }) => families.size === 0)
    .map(({ peer }) =>
      diagnose('VTY123', peer.name.span, `${peer.name.text} is activated in no address family`),
    );
}
