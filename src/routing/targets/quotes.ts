// Texts in double quotes, as BIRD and OpenBGPD write them: neither has a way to put a quote into one.

import type { Diagnostic } from '../../document/diagnostic.ts';
import { diagnose } from '../faults.ts';
import type { Speaker } from '../speaker.ts';

/** A remark in quotes; what can't stand in one becomes an apostrophe. */
export function remark(text: string): string {
  return `"${text.replace(/["\\]/g, "'")}"`;
}

/** The passwords that can't be written. */
export function unwritablePasswords(speaker: Speaker, daemon: string): Diagnostic[] {
  return speaker.sessions
    .filter(({ password }) => password !== undefined && /["\\]/.test(password))
    .map(({ neighbor, span }) =>
      diagnose('BGP112', span, `${daemon} can't write the password of ${neighbor}`, {
        hint: 'agree on one without a double quote or a backslash',
      }),
    );
}
