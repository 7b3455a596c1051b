// Names from a cloud as text that can stand in a comment of any target. What each target's own syntax forbids besides is
// taken out by that target.

/** Characters that can be seen, and the blank. */
const ASCII = /^[\x20-\x7e]*$/;

/**
 * The names of a member in one line: everything that is no visible character (control and format characters, line and
 * paragraph separators, half surrogates, unassigned ones) is a blank, and blanks are single.
 */
export function plainText(names: readonly string[]): string {
  const text = names.join(', ');
  // Most names are ASCII, and to make the other expression costs a short run more than all the rest of its texts.
  if (ASCII.test(text)) return text.replace(/ {2,}/g, ' ').trim();
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

/**
 * The names in quotes of a language that has no way to write a quote or a backslash inside, cut to what the kernel keeps:
 * what is read back is what was written.
 */
export function quotable(names: readonly string[], most: number): string {
  return cutBytes(plainText(names).replaceAll('"', "'").replaceAll('\\', '/'), most);
}

/** The beginning of a text that fits into so many bytes of UTF-8, cut between characters. */
export function cutBytes(text: string, most: number): string {
  // No character of UTF-16 gives more than three bytes, so most texts need no counting.
  if (text.length * 3 <= most) return text;
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    if (bytes > most) return text.slice(0, end).trimEnd();
    end += character.length;
  }
  return text;
}
