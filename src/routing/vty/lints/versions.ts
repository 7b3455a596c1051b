// What one version of FRR takes and another one does not.

import type { Diagnostic } from '../../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import type { Existing } from '../model.ts';

/** Up to 10.0 `rpki cache HOST PORT preference N`, from 10.2 on only with the transport named; 10.1 takes both. */
export function caches(existing: Existing, daemon: string): Diagnostic[] {
  const version = /@([\d.]+)$/.exec(daemon)?.[1] ?? existing.frrVersion?.text ?? '0';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  if (existing.dialect === 'quagga' || major < 8) return [];
  const takesNamed = major > 10 || (major === 10 && minor >= 1);
  const takesPlain = major < 10 || (major === 10 && minor <= 1);
  return existing.caches.flatMap(({ words, span }) => {
    const named = /^(tcp|ssh)$/.test(words[2]?.text ?? '');
    if (named ? takesNamed : takesPlain) return [];
    return [
      diagnose(
        'VTY124',
        span,
        `FRR ${version} does not take rpki cache ${named ? 'with' : 'without'} the transport`,
        {
          hint: named ? 'rpki cache HOST PORT preference 1' : 'rpki cache tcp HOST PORT preference 1',
        },
      ),
    ];
  });
}
