// What a password file must hold. Reading the file is the program's business; a diagnostic here never shows the text.

import type { Diagnostic } from '../document/diagnostic.ts';
import type { Spanned } from '../document/reader.ts';
import { diagnose } from './faults.ts';

/** Bytes of a TCP MD5 key that Linux keeps (TCP_MD5SIG_MAXKEYLEN); longer ones are refused by the daemons, or cut. */
const LONGEST = 80;

/**
 * The password in the text of a password file, of which one line end at the end is no part; or what is wrong, said at
 * the place of the site file that names the file.
 */
export function passwordIn(text: string, file: Spanned<string>): string | Diagnostic {
  const password = text.replace(/\r?\n$/, '');
  const fault = (message: string): Diagnostic =>
    diagnose('BGP017', file.span, `${file.value} ${message}`, {
      hint: `one line of 1 to ${LONGEST} printable ASCII characters without blanks`,
    });
  if (password === '') return fault('is empty');
  if (/[\r\n]/.test(password)) return fault('has more than one line');
  if (!/^[!-~]+$/.test(password)) return fault('holds a blank or a character that is not printable ASCII');
  if (password.length > LONGEST) return fault(`holds ${password.length} characters`);
  return password;
}
