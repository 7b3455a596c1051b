// Paths of unix sockets as addresses give them.

import type { Report } from '../kind.ts';
import type { Token } from '../parse.ts';

/** sun_path has 108 bytes and the name ends with a NUL (unix(7)). Node cuts a longer one short without a word. */
const LONGEST = 107;

/** A path that a unix socket can have; undefined (reported) where it can't. */
export function readPath(token: Token, report: Report): string | undefined {
  const { text, span } = token;
  const length = Buffer.byteLength(text);
  if (text === '') report('BRG005', span, 'the path is empty');
  else if (text.includes('\0')) report('BRG005', span, 'a NUL character in the path');
  else if (length > LONGEST) {
    report('BRG005', span, `the path is ${length} bytes long; a unix socket's is at most ${LONGEST}`, {
      hint: 'a symbolic link to its folder makes it shorter',
    });
  } else return text;
  return undefined;
}
